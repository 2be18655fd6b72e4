"""What the tests of the sign-in share."""

import pytest

from tests.browser import served

__all__ = ["served"]


@pytest.fixture
def _without_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_SECOND_FACTOR", "0")


@pytest.fixture
def _with_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_SECOND_FACTOR", "1")
