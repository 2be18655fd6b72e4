"""A caseload that can be taken in as it is, and the desks that take it in."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from okf.desk import Desk
from okf.load.answers import Answers
from okf.load.importing import import_caseload
from okf.load.outcome import ImportOutcome
from okf.load.tables import Tables
from okf.store.engine import Store
from tests.world import World

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
WORLD = yaml.safe_load((Path(__file__).parents[1] / "rehearsals" / "world.yaml").read_text("utf-8"))

Caseload = dict[str, Any]
Import = Callable[..., ImportOutcome]


@pytest.fixture
def caseload() -> Caseload:
    """The rehearsals' world, to be changed at will."""
    return copy.deepcopy(WORLD)


@pytest.fixture
def take_in(store: Store) -> Import:
    """Import as the host, from plain values or from tables."""

    def importing(given: Any, *answers: Answers, at: datetime = AT, **more: Any) -> ImportOutcome:
        tables = given if isinstance(given, Tables) else Tables.from_plain(given)
        return import_caseload(Desk.host(store, now=lambda: at), tables, *answers, **more)

    return importing


@pytest.fixture
def take_in_as(store: Store) -> Import:
    """Import as somebody who signed in, as the page does."""

    def importing(username: str, given: Any, *, at: datetime = AT, **more: Any) -> ImportOutcome:
        return import_caseload(Desk(store, username, now=lambda: at), Tables.from_plain(given), **more)

    return importing


@pytest.fixture
def on_file(store: Store) -> World:
    """What is on file, to be looked at."""
    return World(store)


def row(caseload: Caseload, table: str, **which: Any) -> dict[str, Any]:
    """The row of a table that has these values."""
    return next(one for one in caseload[table] if all(one.get(name) == value for name, value in which.items()))


def said(outcome: ImportOutcome) -> str:
    """All that an outcome says, in one text."""
    return "\n".join(outcome.in_words())
