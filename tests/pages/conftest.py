"""What the tests of the pages share."""

from tests.browser import served

__all__ = ["served"]
