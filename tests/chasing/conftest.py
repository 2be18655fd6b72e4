"""The post office of these tests, and Casebook served to a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chasing.post_office import PostOffice, post_office

__all__ = ["office"]


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """A real mail server that Casebook is set to use."""
    with post_office(monkeypatch) as running:
        yield running
