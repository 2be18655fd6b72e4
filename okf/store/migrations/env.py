"""How Alembic runs here: on the connection it is handed, never on an address of its own."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context

from okf.store.models import Base, Instant, Narrative

connection = context.config.attributes["connection"]


def rendered(kind: str, value: Any, _: Any) -> str | Literal[False]:
    """Columns as a migration should keep them: an enum's members may grow without one."""
    if kind == "type" and isinstance(value, sa.Enum):
        return f"sa.String({value.length})"
    if kind == "type" and isinstance(value, Instant):
        return "Instant()"
    if kind == "type" and isinstance(value, Narrative):
        return "sa.Text()"
    return False


def same_type(_: Any, __: Any, inspected: Any, declared: Any, ___: Any) -> bool | None:
    """Enums are kept as text of the same length."""
    if isinstance(declared, sa.Enum) and isinstance(inspected, sa.String):
        return inspected.length != declared.length
    return None


context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=rendered,
    compare_type=same_type,
)
with context.begin_transaction():
    context.run_migrations()
