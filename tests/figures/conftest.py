"""What the tests of figures share."""

from tests.browser import served

__all__ = ["served"]
