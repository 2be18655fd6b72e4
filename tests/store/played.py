"""Whole demos as earlier Casebooks played them, in the tables of their day, to be brought to today's.

`python -m tests.store.played` plays today's and keeps it under the newest revision, which is then one of them.
"""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Boolean, Connection, Date, DateTime, LargeBinary, MetaData, Table, func, insert, select, text

from okf.demo import seed_demo
from okf.desk import Desk
from okf.errors import Unsealed
from okf.proof.queries.assurance import assure
from okf.settings import Settings
from okf.store.engine import Store, open_store
from okf.store.keyring import NONCE, name_of
from okf.store.models import Base
from okf.store.narrative import place_of
from okf.store.revision import revision_of
from okf.store.sealing import bound_to
from tests.behind import behind_casebook

HERE: Final = Path(__file__).parent / "earlier"
AT: Final = datetime(2026, 11, 20, 16, tzinfo=UTC)  # an hour after their last day
REVISIONS: Final = tuple(sorted(file.name.split(".")[0] for file in HERE.glob("*.json.xz")))
IN_BASE_64: Final = "b2tm"  # how a file's ciphertext begins
Rows = list[dict[str, Any]]
Keys = dict[str, AESGCM]


class Played:
    """One demo: its revision, the key of its texts if they were encrypted, what `assure` found, and every row."""

    def __init__(self, revision: str) -> None:
        kept = json.loads(lzma.decompress((HERE / f"{revision}.json.xz").read_bytes()))
        self.revision = revision
        self.texts_key: str | None = kept["texts_key"]
        self.assured: dict[str, int] = kept["assured"]
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: [dict(zip(one["columns"], row, strict=True)) for row in one["rows"]]
            for name, one in kept["tables"].items()
        }

    def put_into(self, store: Store) -> None:
        """Put every row into a store that has the tables of this revision, and nothing in them but the first head."""
        with behind_casebook(store) as connection:
            tables = reflected(connection)
            postgresql = connection.dialect.name == "postgresql"
            if postgresql:
                connection.execute(text("SET LOCAL session_replication_role = replica"))  # in any order
            for table in reversed(tables.sorted_tables):
                connection.execute(table.delete())
            for table in tables.sorted_tables:
                rows = [{n: _typed(table, n, v) for n, v in row.items()} for row in self.tables[table.name]]
                if rows:
                    connection.execute(insert(table), rows)
                if postgresql and isinstance(rows and rows[0].get("id"), int) and table.name != "audit_head":
                    top = select(
                        func.setval(func.pg_get_serial_sequence(f'"{table.name}"', "id"), len(rows) + 1_000_000)
                    )
                    connection.execute(top)


def reflected(connection: Connection) -> MetaData:
    """The tables as they are in the database, but Alembic's own."""
    tables = MetaData()
    tables.reflect(connection, only=lambda name, _: name != "alembic_version")
    return tables


def content(store: Store) -> dict[str, Rows]:
    """Every row of every table as it is kept, in plain values that can be compared and written down."""
    with store.engine.connect() as connection:
        tables = reflected(connection)
        return {
            table.name: [
                {name: _plain(value) for name, value in row.items()}
                for row in connection.execute(select(table)).mappings()
            ]
            for table in tables.sorted_tables
        }


def in_clear(store: Store, keys: Keys) -> dict[str, Rows]:
    """As `content`, with every text, file and data key opened, in whichever form it is kept.

    `keys` are the data keys that were there before, for a schema without them, and gains those of this one.
    """
    held = content(store)
    for row in held.get("data_key", ()):
        key = _unwrapped(store, row)
        row["wrapped"], keys[row["id"]] = key.hex(), AESGCM(key)
    for table, rows in held.items():
        key_columns = Base.metadata.tables[table].primary_key.columns.keys()
        for row in rows:
            lies = [str(row[column]) for column in key_columns]
            row.update({name: _opened(value, place_of(table, name, *lies), keys) for name, value in row.items()})
    return held


def _unwrapped(store: Store, row: Mapping[str, str]) -> bytes:
    """A data key, bound to its scope too or, before 0005, to its id alone."""
    try:
        return store.keyring.unwrap(row["wrapped"], name_of(row["id"], row["scope"]))
    except Unsealed:
        return store.keyring.unwrap(row["wrapped"], row["id"])


def _opened(value: Any, place: str, keys: Keys) -> Any:
    """A value as it is, or what its ciphertext says: one of a text, or of a file, which `content` tells in base 64."""
    if not isinstance(value, str) or not value.startswith(("okf1:", "okf2:", IN_BASE_64)):
        return value
    lies = base64.b64decode(value) if value.startswith(IN_BASE_64) else value.encode()
    form, key_id, token = lies.split(b":", 2)
    token = token if value.startswith(IN_BASE_64) else base64.b64decode(token)
    bound = key_id if form == b"okf1" else bound_to(key_id.decode(), place).encode()
    return keys[key_id.decode()].decrypt(token[:NONCE], token[NONCE:], bound).decode("utf-8", "surrogateescape")


def counted(store: Store) -> dict[str, int]:
    """What `assure` counts of each of its checks."""
    return {one.check.key: one.count for one in assure(Desk.host(store, now=lambda: AT)).findings}


def main() -> None:
    """Play today's demo and keep it."""
    with TemporaryDirectory() as folder:
        url = f"sqlcipher:///{Path(folder) / 'data' / 'demo.db'}"
        there = Settings(url, Path(folder) / "key" / "demo.key", demo=True, second_factor=False, trial_clock=None)
        seed_demo(there, at=AT - timedelta(hours=1))
        store = open_store(there)
        print(keep(store, there.text_key_file.read_text("utf-8").strip(), counted(store)))
        store.close()


def keep(store: Store, texts_key: str | None, assured: Mapping[str, int]) -> Path:
    """Write a played demo down under its revision; the file."""
    with store.engine.connect() as connection:
        revision = revision_of(connection)
    tables = {
        name: {"columns": list(rows[0]) if rows else [], "rows": [list(row.values()) for row in rows]}
        for name, rows in content(store).items()
    }
    kept = {"texts_key": texts_key, "assured": dict(assured), "tables": tables}
    file = HERE / f"{revision}.json.xz"
    packed = json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()
    file.write_bytes(lzma.compress(packed, preset=9 | lzma.PRESET_EXTREME))
    return file


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, datetime):
        value = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _typed(table: Table, name: str, value: Any) -> Any:
    """A value as its column's type takes it."""
    kind = table.c[name].type
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, DateTime):
        instant = datetime.fromisoformat(value)
        return instant if kind.timezone else instant.replace(tzinfo=None)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, Boolean):
        return bool(value)
    return value


if __name__ == "__main__":
    main()
