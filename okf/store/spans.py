"""How long something took, reckoned by the database itself, on every one alike."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class hours_between(FunctionElement[float]):
    """The hours from one instant to another."""

    name = "hours_between"
    type = Float()
    inherit_cache = True


@compiles(hours_between, "sqlite")
def _sqlite(element: hours_between, compiler: Any, **more: Any) -> str:
    first, last = (compiler.process(one, **more) for one in element.clauses)
    return f"((julianday({last}) - julianday({first})) * 24)"


@compiles(hours_between, "postgresql")
def _postgresql(element: hours_between, compiler: Any, **more: Any) -> str:
    first, last = (compiler.process(one, **more) for one in element.clauses)
    return f"(EXTRACT(EPOCH FROM ({last} - {first})) / 3600)"
