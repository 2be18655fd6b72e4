"""Casebook with one query that does not ask the policy: the sweep must see it."""

from okf.cases.queries import case

case.may_read_part = lambda *_: True  # type: ignore[assignment]

from app import app  # noqa: E402

__all__ = ["app"]
