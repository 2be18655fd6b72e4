"""Express agreements: a source's permission to share named records with one recipient (C8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select

from okf.commands.checked import past_moment, words_or_none
from okf.commands.on_case import on_case
from okf.desk import Desk
from okf.errors import Invalid
from okf.policy.scopes import compartment_of
from okf.store import facts
from okf.store.models import ExpressAgreement, Record
from okf.terms import Action

_OF_CASE = select(Record.id).where(
    Record.case_ref == bindparam("case_ref"), Record.id.in_(bindparam("ids", expanding=True))
)


def agree_to_share(
    desk: Desk,
    case_ref: str,
    *,
    source: str,
    records: Sequence[str],
    recipient: Mapping[str, Any],
    purpose: str | None = None,
    channel: str | None = None,
    given_at: datetime | None = None,
    expires_on: date | None = None,
    one_use: bool = False,
) -> str:
    """Put on record that a source agreed to share these records with one recipient; its reference.

    Raises:
        NotFound, Refused: as `on_case`, asked for the source's own part of the case.
        Invalid: no records, or some that are not of this case; no recipient.
    """
    with desk.reading() as session:
        case = facts.cases(session, [case_ref]).get(case_ref)
    part = (compartment_of(source, case.parties, case.children) if case else None) or "none"
    with on_case(desk, Action.ADD_RECORD, case_ref, compartment=part) as deed:
        found = set(deed.session.scalars(_OF_CASE, {"case_ref": case_ref, "ids": list(records)}))
        if not records or set(records) - found:
            raise Invalid("Records", "choose records of this case.")
        if not recipient.get("type"):
            raise Invalid("To whom", "say who is to receive them.")
        agreement = ExpressAgreement(
            id=desk.new_ref("E"),
            source=source,
            records=list(dict.fromkeys(records)),
            recipient=dict(recipient),
            purpose=words_or_none("For what", purpose, at_most=200),
            channel=words_or_none("By which channel", channel, at_most=80),
            given_at=past_moment("When it was given", given_at or deed.at, deed.at),
            expires_on=expires_on,
            one_use=one_use,
        )
        deed.add(agreement)
        deed.about(agreement.id, case_ref)
        deed.note(records=list(records), one_use=one_use)
    return agreement.id
