"""Each query beside hand-written SQL that reads the same rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.places import Place


@dataclass
class Query:
    """One query's median at one size, and that of the SQL, in milliseconds."""

    name: str
    cases: int
    rows: int
    ms: float
    sql_ms: float


def measure_queries(places: list[Place], rounds: int, say: Callable[[str], None]) -> list[Query]:
    """Every query in turns with its SQL."""
    return []
