"""An earlier copy of the database put in the present one's place: what was ended since is ended in it, and two sign."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.desk import Deed, Desk
from okf.errors import Conflict
from okf.people.commands.sessions import end_everybodys_ways_in
from okf.policy.table import ANSWERERS_IN_CHARGE
from okf.policy.words import moment
from okf.store import audit, endings
from okf.store.ledger_file import Entry, LedgerFile, Line
from okf.store.models import Restoration, RestorationSignature
from okf.store.reapplying import Compared, Reapplied, compare, reapply
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
    lacking: Sequence[str] = ()

    def in_words(self) -> str:
        """For the host's command line and the log."""
        again = ", ".join(f"{count} × {what}" for what, count in sorted(self.ended.items())) or "nothing"
        if self.restoration is None:
            told = [f"Ended again what the ledger of endings names and the database had not: {again}."]
            if self.lacking:
                told.append(f"It also names, and the database has not: {'; '.join(self.lacking)}.")
            return " ".join(told)
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
            ledger_fault=fault or fault_in(compared),
            manifest=dict(manifest) if manifest else None,
            ended={kind.value: count for kind, count in done.ended.items()},
            lacking=[lacking(line) for line in done.lacking],
        )
        deed.add(row)
        deed.about(row.ref)
        deed.note(how=how, ledger=row.ledger_fault or "whole", sessions_ended=sessions, **told_of(done))
    return Settled(row.ended, row.ref)


def fault_in(compared: Compared) -> str | None:
    """What is wrong with the ledger, in words."""
    if compared.last == 0:
        return NO_LEDGER
    if compared.fault is None and compared.unwritten:
        return f"it tells nothing of event {compared.unwritten[0]}, which says that it should"
    return compared.fault


def end_again(deed: Deed, compared: Compared) -> Reapplied:
    """End again within a deed what only the ledger knows, and have it say that this is settled."""
    done = reapply(deed.session, compared.late, deed.at)
    endings.also(deed.session, Entry(LineKind.SETTLED, {}, {"up_to": compared.last}))
    return done


def told_of(done: Reapplied) -> dict[str, Any]:
    """What the audit record says of it: figures alone."""
    missing = Counter(line.kind.value for line in done.lacking)
    return {"ended": {kind.value: count for kind, count in done.ended.items()}, "lacking": dict(missing)}


def named(done: Reapplied) -> list[dict[str, Any]]:
    """For the audit record, what is lacking by reference and time; of concerns no more than figures say (C9)."""
    told = map(lacking, (line for line in done.lacking if line.kind is not LineKind.CONCERN_RAISED))
    return [{key: one[key] for key in ("kind", "ref", "at")} for one in told]


def told_in_words(done: Reapplied) -> list[str]:
    """For the host, what is lacking by reference and time, and whom to ask."""
    told = [(line.at, lacking(line)) for line in done.lacking]
    return [f"{one['kind']} {one['ref']}{f', {moment(at)}' if at else ''}, by {one['by']}" for at, one in told]


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
