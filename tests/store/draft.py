"""`python -m tests.store.draft 0002 "What it brings"` writes a migration from what the models have and it has not.

Its number may be that of a migration not yet released, which is then written anew. What Alembic can't see is for
the author: rows to be moved, a column's new name.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect

from okf.store.engine import Store, memory_engine
from okf.store.guards import sealed_tables
from okf.store.keyring import Keyring
from okf.store.models import Base
from okf.store.revision import MIGRATIONS
from okf.store.schema import configuration, migrate

VERSIONS = MIGRATIONS / "versions"
SEALS = re.compile(r"^(?:    sealed|SEALED) = (\{.*?^ *\})$", re.S | re.M)


def main(number: str, message: str) -> None:
    """Write the migration, in our format."""
    for old in VERSIONS.glob(f"{number}_*.py"):
        old.unlink()
    before = sorted(VERSIONS.glob("0*.py"))[-1]
    store = Store(memory_engine(), Keyring.throwaway())
    migrate(store, before.name[:4])
    with store.engine.connect() as connection:
        changed = bool(_differences(connection))
        checks = {table: _checks_in(connection, table) for table in inspect(connection).get_table_names()}
        command.revision(configuration(connection), message=message, autogenerate=True, rev_id=number)
    made = next(VERSIONS.glob(f"{number}_*.py"))
    made.write_text(_in_order(_with_checks(made.read_text("utf-8"), checks), _sealed_by(before)), "utf-8")
    for tool in (["check", "-q", "--fix"], ["format", "-q"]):
        subprocess.run([sys.executable, "-m", "ruff", *tool, str(made)], check=True)
    print(f"{made.name}: {'written' if changed else 'empty, the models bring nothing new'}")


def _differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))


def _sealed_by(before: Path) -> str:
    found = SEALS.search(before.read_text("utf-8"))
    return found.group(1) if found else "{}"


def _checks_in(connection: Connection, table: str) -> dict[str, str]:
    return {str(one["name"]): one["sqltext"] for one in inspect(connection).get_check_constraints(table)}


def _with_checks(text: str, had: dict[str, dict[str, str]]) -> str:
    """With what Alembic does not see: the checks of tables that are there already."""
    up, down = text.split("\ndef downgrade()", 1)
    for table, before in had.items():
        if table not in Base.metadata.tables:
            continue
        declared = [one for one in Base.metadata.tables[table].constraints if isinstance(one, CheckConstraint)]
        today = {str(one.name): str(one.sqltext) for one in declared}
        up = _altered(up, table, before, today)
        down = _altered(down, table, today, before)
    return f"{up}\ndef downgrade(){down}"


def _altered(text: str, table: str, before: dict[str, str], after: dict[str, str]) -> str:
    opening = f'    with op.batch_alter_table("{table}", schema=None) as batch_op:\n'
    plain = opening.replace('"', "'")
    gone = "".join(
        f"        batch_op.drop_constraint(batch_op.f({name!r}), type_='check')\n"
        for name in sorted(before.keys() - after.keys())
    )
    new = "".join(
        f"        batch_op.create_check_constraint(batch_op.f({name!r}), {what!r})\n"
        for name, what in sorted(after.items())
        if name not in before
    )
    if not gone and not new:
        return text
    if plain not in text:
        return f"{text.rstrip()}\n\n{plain}{gone}{new}"
    head, rest = text.split(plain, 1)
    body, blank, more = rest.partition("\n\n")
    return f"{head}{plain}{gone}{body.rstrip()}\n{new}{blank}{more}"


def _in_order(text: str, sealed_before: str) -> str:
    """Its seals round it: an altered table loses its triggers on SQLite, and must not refuse the change elsewhere."""
    text = re.sub(r"    # ### .*\n", "", text)
    text = text.replace(
        "from okf.store.models import Instant\n",
        "from okf.store.guards import seals, unseals\nfrom okf.store.models import Instant\n",
    )
    text = text.replace(
        "\ndef upgrade()", f"\nBEFORE = {sealed_before}\nSEALED = {sealed_tables()!r}\n\n\ndef upgrade()", 1
    )
    up, down = text.split("\n\ndef downgrade()", 1)
    first, rest = up.split('"""Towards today."""\n', 1)
    run = "    for statement in {0}(op.get_bind().dialect.name, {1}):\n        op.execute(sa.text(statement))\n"
    run = run.replace("sa.text(statement)", 'sa.text(statement.replace(":", r"\\:"))')
    up = first + '"""Towards today."""\n' + run.format("unseals", "BEFORE") + rest.rstrip() + "\n"
    up += run.format("seals", "SEALED")
    head, rest = down.split('"""Back again."""\n', 1)
    down = head + '"""Back again."""\n' + run.format("unseals", "SEALED") + rest.rstrip() + "\n"
    down += run.format("seals", "BEFORE")
    return up + "\n\ndef downgrade()" + down


if __name__ == "__main__":
    main(*sys.argv[1:])
