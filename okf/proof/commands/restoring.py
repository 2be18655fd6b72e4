"""An earlier copy of the database put in the present one's place: what was ended since is ended in it, and two sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from okf.clock import utc_now
from okf.desk import Deed, Desk
from okf.errors import Conflict, Misconfigured
from okf.people.commands.sessions import end_everybodys_ways_in
from okf.policy.table import ANSWERERS_IN_CHARGE
from okf.settings import Settings
from okf.store import audit, endings
from okf.store.backup_manifest import Manifest
from okf.store.backups import unpack, verify_backup
from okf.store.engine import database_file, database_key, driver_connection, open_store, sqlcipher
from okf.store.ledger_file import Entry, LedgerFile, Line
from okf.store.models import AuditEvent, Restoration, RestorationSignature
from okf.store.reapplying import Compared, Reapplied, compare, reapply
from okf.store.schema import migrate
from okf.terms import Action
from okf.terms.endings import LineKind, PutBack

SIGNERS: Final = 2
NO_LEDGER: Final = "there is no ledger of endings"
NOT_OURS: Final = "it is another Casebook's, and nothing of it was used"
_WAITS = select(Restoration).where(Restoration.opened_at.is_(None))


@dataclass(frozen=True, slots=True)
class Settled:
    """What holding the ledger against the database came to: what was ended again, and whether the doors are closed."""

    ended: Mapping[str, int]
    restoration: str | None = None

    def in_words(self) -> str:
        """For the host's command line and the log."""
        again = ", ".join(f"{count} × {what}" for what, count in sorted(self.ended.items())) or "nothing"
        if self.restoration is None:
            return f"Ended again what the ledger of endings names and the database had not: {again}."
        return (
            f"The database is older than the ledger of endings: an earlier copy was put in its place. Ended again:"
            f" {again}. Nobody can sign in until two have signed for it (restoration {self.restoration})."
        )


def compared_now(desk: Desk, ledger: LedgerFile) -> Compared:
    """How the ledger stands to the database at this moment; a deed on its way may look like one that was stopped."""
    with desk.reading() as session:
        secret = endings.secret_of(session, desk.store.keyring)
    read = ledger.read(secret)  # first, so that no deed is in it that the reading does not see
    with desk.reading() as session:
        return compare(session, read)


def compared_in(session: Session, desk: Desk, ledger: LedgerFile) -> Compared:
    """The same in a writing session, while no other deed is on its way."""
    return compare(session, ledger.read(endings.secret_of(session, desk.store.keyring)))


def put_back(
    desk: Desk, how: PutBack, ledger: LedgerFile, *, manifest: Mapping[str, Any] | None = None, fault: str | None = None
) -> Settled:
    """End in an earlier copy all that was ended since, sign everybody out, and close the doors until two have signed.

    Raises:
        Refused: on a page, for everyone.
    """
    with desk.permitted(Action.RESTORE) as deed:
        before = audit.head(deed.session)
        compared = compared_in(deed.session, desk, ledger)
        if compared.foreign:
            compared, fault = replace(compared, late=()), NOT_OURS
        done = end_again(deed, compared)
        sessions = end_everybodys_ways_in(deed.session, deed.at, by=str(desk.actor))
        row = Restoration(
            ref=desk.new_ref("RS"),
            how=how,
            at=deed.at,
            seq=before.seq,
            hash=before.hash,
            line=compared.last,
            ledger_fault=fault or _fault(compared),
            manifest=dict(manifest) if manifest else None,
            ended={kind.value: count for kind, count in done.ended.items()},
            lacking=[lacking(line) for line in done.lacking],
        )
        deed.add(row)
        deed.about(row.ref)
        deed.note(how=how, ledger=row.ledger_fault or "whole", sessions_ended=sessions, **told_of(done))
    return Settled(row.ended, row.ref)


def _fault(compared: Compared) -> str | None:
    if compared.last == 0:
        return NO_LEDGER
    if compared.fault is None and compared.unwritten:
        return f"it tells nothing of event {compared.unwritten[0]}, which says that it should"
    return compared.fault


def end_again(deed: Deed, compared: Compared) -> Reapplied:
    done = reapply(deed.session, compared.late, deed.at)
    endings.also(deed.session, Entry(LineKind.SETTLED, {}, {"up_to": compared.last}))
    return done


def told_of(done: Reapplied) -> dict[str, Any]:
    missing = Counter(line.kind.value for line in done.lacking)
    return {"ended": {kind.value: count for kind, count in done.ended.items()}, "lacking": dict(missing)}


def lacking(line: Line) -> dict[str, Any]:
    """What a line names and the database has not: by reference, time and who did it."""
    ref = line.of.get("ref") or line.of.get("id") or f"{line.of.get('kind')} {line.of.get('version')}"
    return {
        "kind": line.kind.value,
        "ref": ref,
        "at": line.at.isoformat() if line.at else None,
        "by": line.told.get("raised_by") or line.told.get("written_by") or line.of.get("person") or line.by,
        "case": line.told.get("case_ref"),
    }


def sign_restoration(desk: Desk) -> bool:
    """Sign for the earlier copy that is in the database's place; whether that opens the doors.

    Two different people sign, and one of them is a manager, a safeguarding
    lead or deputy, or the data protection lead.

    Raises:
        Refused: their role does not include it.
        Conflict: nothing waits for a signature, or theirs is there.
    """
    with desk.permitted(Action.SIGN_RESTORATION) as deed:
        rows = deed.session.scalars(_WAITS).all()
        if not rows:
            raise Conflict("Nothing waits for your signature: somebody else has signed meanwhile.")
        leads = bool(deed.question.person.roles(deed.at) & ANSWERERS_IN_CHARGE)
        opened = False
        for row in rows:
            if deed.session.get(RestorationSignature, (row.ref, desk.actor)):
                raise Conflict("You have signed already: somebody else signs too.")
            deed.add(RestorationSignature(restoration=row.ref, person=str(desk.actor), leads=leads, signed_at=deed.at))
            deed.session.flush()
            signed = deed.session.scalars(
                select(RestorationSignature).where(RestorationSignature.restoration == row.ref)
            ).all()
            if len(signed) >= SIGNERS and any(one.leads for one in signed):
                row.opened_at = deed.at
                opened = True
        deed.about(rows[0].ref)
        deed.note(opened=opened)
    return opened


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
        last = self.newest.astimezone().strftime("%Y-%m-%d %H:%M") if self.newest else "unknown"
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
        said = [f"The backup of {self.manifest.made_at.astimezone():%Y-%m-%d %H:%M} is in place, brought up to date."]
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
            return Present(audit.head(session), newest, _fault(compare(session, read)))
    except (Misconfigured, DatabaseError):
        return Present(None, None, None)


def restore(
    file: Path, here: Settings, *, now: Callable[[], datetime] = utc_now, present: Present | None = None
) -> Restored:
    """Put a backup in the place of the present database, which is kept beside it under another name.

    All that the ledger of endings says was ended since is ended again, every
    session ends, and nobody but who may sign for it can sign in.

    Raises:
        Misconfigured: the file, a key or the place is not right; the sentence says which. All is as it was then.
    """
    manifest = verify_backup(file, here)
    aside = _set_aside(here, now()) if present else None
    try:
        unpack(file, here)
    except BaseException:
        if aside is not None:
            aside.replace(_database(here))
        raise
    with closing(open_store(here)) as store:
        migrate(store)
        desk = Desk.host(store, now=now)
        fault = present.fault if present else None
        told = {"made_at": manifest.made_at.isoformat(), "schema": manifest.schema, "casebook": manifest.casebook}
        settled = put_back(desk, PutBack.RESTORED, LedgerFile(here.ledger_file), manifest=told, fault=fault)
        with store.reading() as session:
            row = session.get_one(Restoration, settled.restoration)
            return Restored(manifest, settled, aside, tuple(row.lacking), row.ledger_fault)


def _database(here: Settings) -> Path:
    file = database_file(here)
    if file is None:
        raise Misconfigured("A database on a server is never replaced: name an empty one in OKF_DATABASE_URL.")
    return file


def _set_aside(here: Settings, at: datetime) -> Path:
    """Move the present database to another name, once nobody has it open."""
    file = _database(here)
    aside = file.with_name(f"{file.name}.before-{at:%Y-%m-%dT%H%M%SZ}")
    try:
        with closing(driver_connection(file, database_key(here))) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")  # refused while any other program has it open
    except sqlcipher.OperationalError as error:
        raise Misconfigured("Somebody has the database open: stop Casebook first. Nothing was changed.") from error
    except (sqlcipher.DatabaseError, Misconfigured):
        for beside in ("-wal", "-shm"):  # it can't be opened: all of it is kept as it is
            with suppress(FileNotFoundError):
                file.with_name(file.name + beside).replace(aside.with_name(aside.name + beside))
    file.replace(aside)
    return aside
