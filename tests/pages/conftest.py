"""What the tests of the pages share."""

from tests.browser import chromium, served

__all__ = ["chromium", "served"]
