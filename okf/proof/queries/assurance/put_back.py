"""Whether the ledger of endings is whole, and what was ever put back from an earlier copy of the database."""

from __future__ import annotations

from collections import Counter
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import Misconfigured
from okf.policy.words import moment
from okf.proof.queries.assurance import checks
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store import audit, endings, ledger_owed
from okf.store.models import LedgerOwed, Restoration, RestorationSignature
from okf.store.reapplying import compare

SHOWN: Final = 20
_OWED = select(func.count()).select_from(LedgerOwed)
_ALL = select(Restoration).order_by(Restoration.at)
_SIGNED = select(RestorationSignature.restoration, RestorationSignature.person).order_by(RestorationSignature.signed_at)


def ledger_whole(session: Session, desk: Desk) -> list[Finding]:
    """Every line read and proved, and every event looked for that says it has one; nothing for a throwaway store."""
    ledger = desk.store.ledger
    if ledger is None:
        return []
    try:
        compared = compare(session, ledger.read(endings.secret_of(session, desk.store.keyring)))
    except Misconfigured as error:
        return [found(checks.LEDGER, [Behind(str(error))])]
    owed = len(ledger_owed.owed(session))
    foreign = (session.scalar(_OWED) or 0) - owed
    behind = [Behind(f"In the file, {compared.fault}.")] if compared.fault else []
    behind += [Behind("It says nothing of an event that ends something.", ref=str(seq)) for seq in compared.unwritten]
    behind += [Behind("It could not be written when something was ended; the lines wait.")] * owed
    behind += [Behind("What waits for it in the database is none of Casebook's, and stays out.")] * foreign
    # What comes after this reading is of a deed on its way, or for the next start to settle.
    lost = [line for line in compared.late if line.head.seq <= audit.head(session).seq]
    behind += [Behind("It names what the database has not.", ref=str(line.number)) for line in lost]
    return [found(checks.LEDGER, behind)]


def restorations_made(session: Session) -> Finding:
    """Each restoration: when, how many things it lacked by kind, and who signed for it."""
    signed: dict[str, list[str]] = {}
    for row in session.execute(_SIGNED):
        signed.setdefault(row.restoration, []).append(row.person)
    return found(checks.RESTORATIONS, [_told(one, signed.get(one.ref, [])) for one in session.scalars(_ALL)])


def _told(one: Restoration, signed: list[str]) -> Behind:
    lacked = ", ".join(f"{n} × {kind}" for kind, n in Counter(str(row["kind"]) for row in one.lacking).items())
    fault = f"; the ledger of endings was not to be relied on: {one.ledger_fault}" if one.ledger_fault else ""
    who = " and ".join(signed) or "nobody yet"
    return Behind(f"On {moment(one.at)}, lacking {lacked or 'nothing'}{fault}; signed by {who}.", ref=one.ref)
