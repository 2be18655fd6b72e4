"""What the tests of the sign-in share."""

import pytest


@pytest.fixture
def _without_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_SECOND_FACTOR", "0")


@pytest.fixture
def _with_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_SECOND_FACTOR", "1")
