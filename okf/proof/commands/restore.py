"""A backup put in the database's place, or into a new installation; the database before it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import DatabaseError

from okf.clock import utc_now
from okf.desk import Desk
from okf.durable import sync
from okf.errors import Misconfigured, StoreUnavailable, Unsealed
from okf.policy.words import moment
from okf.proof.commands.restoring import Settled, fault_in, put_back
from okf.settings import Settings
from okf.store import audit, endings
from okf.store.backup_manifest import Manifest
from okf.store.backups import unpack, verify_backup
from okf.store.engine import database_file, database_key, driver_connection, open_store
from okf.store.ledger_file import LedgerFile
from okf.store.models import AuditEvent, Restoration
from okf.store.reapplying import compare
from okf.store.schema import migrate
from okf.terms.endings import PutBack

_BESIDE: Final = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Present:
    """The database that is there before a restore: where its record ends, and what the ledger lacks of it."""

    head: audit.Head | None
    newest: datetime | None
    fault: str | None

    def in_words(self, manifest: Manifest) -> str:
        """What would be lost of it."""
        if self.head is None:
            return "The present database can't be opened, so nobody can say what it holds that the backup has not."
        more = self.head.seq - manifest.head.seq
        if more <= 0:
            return "The present database holds no more than the backup, by the number of events on record."
        last = moment(self.newest) if self.newest else "unknown"
        return (
            f"The present database is newer: {more:,} events on record more than the backup's {manifest.head.seq:,},"
            f" the last of {last}. What they did is lost, but for the endings in the ledger."
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore came to."""

    manifest: Manifest
    settled: Settled
    aside: Path | None
    lacking: tuple[Mapping[str, Any], ...]
    ledger_fault: str | None

    def in_words(self) -> list[str]:
        """For the host's command line."""
        said = [f"The backup of {moment(self.manifest.made_at)} is in place, brought up to date."]
        said += [f"The database before it is kept: {self.aside}."] if self.aside else []
        said += [f"The ledger of endings can't be relied on: {self.ledger_fault}."] if self.ledger_fault else []
        again = ", ".join(f"{count} × {what}" for what, count in sorted(self.settled.ended.items()))
        said.append(f"Ended again, as the ledger says: {again or 'nothing'}. Every session has ended.")
        said += [
            f"Missing: {one['kind']} {one['ref']}, {one['at'] or 'undated'}, by {one['by']}." for one in self.lacking
        ]
        said.append(
            "Nobody can sign in until two have signed for this, one of them a manager, a safeguarding lead or deputy,"
            " or the data protection lead: they sign in as usual and see what is missing."
        )
        return said


def look_at_present(here: Settings, *, to_new: bool = False) -> Present | None:
    """The database that a restore would replace; None where there is none.

    Raises:
        Misconfigured: there is one, and `to_new` says that there is none.
    """
    file = database_file(here)
    if file is None or not file.exists() or not file.stat().st_size:
        return None
    if to_new:
        raise Misconfigured(f"There is a database at {file} already: leave out --to-new, or name an empty place.")
    try:
        with closing(open_store(here)) as store, store.reading() as session:
            newest = session.scalar(select(func.max(AuditEvent.at)))
            read = LedgerFile(here.ledger_file).read(endings.secret_of(session, store.keyring))
            return Present(audit.head(session), newest, fault_in(compare(session, read)))
    except (Misconfigured, StoreUnavailable, Unsealed, DatabaseError):
        return Present(None, None, None)


def restore(
    file: Path, here: Settings, *, now: Callable[[], datetime] = utc_now, present: Present | None = None
) -> Restored:
    """Put a backup in the place of the present database, which is kept beside it under another name.

    All that the ledger of endings says was ended since is ended again, every
    session ends, and nobody but who may sign for it can sign in. The present
    database stays until all of that is done in the other.

    Raises:
        Misconfigured: the file, a key or the place is not right; the sentence says which. All is as it was then.
    """
    manifest, target = verify_backup(file, here), database_file(here)
    if target is None:
        unpack(file, here)
        return _settled(here, manifest, now, present)
    aside = target.with_name(f"{target.name}.before-{now():%Y-%m-%dT%H%M%SZ}") if present else None
    if present and present.head:
        _refuse_open(target, here)
    fresh = target.with_name(f".{target.name}.restoring")
    there = replace(here, database_url=make_url(here.database_url).set(database=str(fresh)).render_as_string(False))
    _remove(fresh)
    try:
        unpack(file, there)
        restored = _settled(there, manifest, now, present)
        if aside is not None:
            _move(target, aside)
        _move(fresh, target)
        sync(target.parent)
    finally:
        _remove(fresh)
    return replace(restored, aside=aside)


def _settled(here: Settings, manifest: Manifest, now: Callable[[], datetime], present: Present | None) -> Restored:
    with closing(open_store(here)) as store:
        migrate(store)
        fault = present.fault if present else None
        told = {"made_at": manifest.made_at.isoformat(), "schema": manifest.schema, "casebook": manifest.casebook}
        ledger = LedgerFile(here.ledger_file)
        settled = put_back(Desk.host(store, now=now), PutBack.RESTORED, ledger, manifest=told, fault=fault)
        with store.reading() as session:
            row = session.get_one(Restoration, str(settled.restoration))
            return Restored(manifest, settled, None, tuple(row.lacking), row.ledger_fault)


def _refuse_open(file: Path, here: Settings) -> None:
    """Refuse to replace a database that somebody has open; its last changes are in the one file then."""
    try:
        with closing(driver_connection(file, database_key(here))) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlcipher.OperationalError as error:
        raise Misconfigured("Somebody has the database open: stop Casebook first. Nothing was changed.") from error


def _move(file: Path, to: Path) -> None:
    for beside in _BESIDE:
        with suppress(FileNotFoundError):
            file.with_name(file.name + beside).replace(to.with_name(to.name + beside))


def _remove(file: Path) -> None:
    for beside in _BESIDE:
        file.with_name(file.name + beside).unlink(missing_ok=True)
