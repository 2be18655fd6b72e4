"""Who is awaited as second reader: whoever else may read the record, and where nobody may, one of the pool in turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.policy.access import decide
from okf.policy.redaction import Shown, blacked_out, in_turn
from okf.policy.share_deciders import CLOSE
from okf.policy.share_words import recipient_in_words
from okf.sharing.queries.lists import misplaced, names_of
from okf.sharing.queries.packages import passages_of, record_words, shown_of, text_hash
from okf.store import facts
from okf.store.models import AccessGrant, CaseParty, InformationShare, Person, PersonRole, Redaction
from okf.store.shares import asked_of
from okf.store.visible import account_on, not_ended
from okf.terms import Action, RecordClass, Role, ShareStatus

_AT = AccessGrant.from_.type
_HOLDERS = (
    select(AccessGrant.person)
    .where(AccessGrant.case_ref == bindparam("case"), not_ended())
    .distinct()
    .order_by(AccessGrant.person)
)
_EVER = (
    select(AccessGrant.person)
    .join(CaseParty, CaseParty.case_ref == AccessGrant.case_ref)
    .where(CaseParty.service_user.in_(bindparam("parties", expanding=True)))
    .distinct()
)
_POOL = (
    select(PersonRole.person)
    .join(Person, Person.username == PersonRole.person)
    .where(PersonRole.role == Role.SECOND_READER, account_on(bindparam("at", type_=_AT)))
    .distinct()
)


@dataclass(frozen=True, slots=True)
class ReadingInTurn:
    """A version as one of the pool sees it: what would go out, to whom and for what, and nothing else of the case."""

    ref: str
    to: str
    purpose: str | None
    reason: str
    made_by: str
    made_at: datetime
    record_class: RecordClass
    occurred_at: datetime
    text: str | None
    shown: Shown | None


def awaited(desk: Desk, session: Session, version: Redaction, share: InformationShare) -> tuple[str, ...]:
    """The people who are awaited for a version, by username: those who may read the record, or the pool's one."""
    beside = [
        who
        for who in session.scalars(_HOLDERS, {"case": version.case_ref})
        if who != version.made_by and _may(desk, session, who, Action.READ_RECORD, record=version.record_id)
    ]
    if beside:
        return tuple(beside)
    asked = _asked(desk, session, version, share)
    return (asked,) if asked else ()


def is_asked(desk: Desk, session: Session, version: Redaction, share: InformationShare) -> bool:
    """Whether it is the turn of whoever is here, as one of the pool."""
    if Role.SECOND_READER not in desk.person(session).roles(desk.now()) or version.made_by == desk.actor:
        return False
    return awaited(desk, session, version, share) == (desk.actor,) == (_asked(desk, session, version, share),)


def reading_in_turn(desk: Desk, ref: str) -> ReadingInTurn:
    """A version that waits for whoever is here, as one of the pool.

    Raises:
        NotFound: there is none, or it is not their turn.
    """
    with desk.reading() as session:
        version, share = version_asked(desk, session, ref)
        [words] = record_words(session, [version.record_id])
        text = None
        if version.file_ref is None:
            if version.text_sha256 != text_hash(words.text):
                raise unknown("second reading", ref)
            text = blacked_out(words.text, passages_of(version))
        return ReadingInTurn(
            ref,
            recipient_in_words(asked_of(share)["recipient"]),
            share.purpose,
            version.reason,
            names_of(session, [version.made_by]).get(version.made_by, version.made_by),
            version.made_at,
            words.record_class,
            words.occurred_at,
            text,
            shown_of(version) if version.file_ref else None,
        )


def version_asked(desk: Desk, session: Session, ref: str) -> tuple[Redaction, InformationShare]:
    """A version that waits for whoever is here, as one of the pool, with its share.

    Raises:
        NotFound: as `reading_in_turn`.
    """
    version = session.get(Redaction, ref)
    if version is None or version.read_at or version.replaced_at:
        raise unknown("second reading", ref)
    share = session.get_one(InformationShare, version.share_ref)
    if share.status not in (ShareStatus.DRAFT, ShareStatus.AWAITING_APPROVAL):
        raise unknown("second reading", ref)
    if not is_asked(desk, session, version, share):
        raise unknown("second reading", ref)
    return version, share


def _asked(desk: Desk, session: Session, version: Redaction, share: InformationShare) -> str | None:
    """Whose turn of the pool it is: of those who never had access to a case of its parties.

    Of a share for safety it is nobody's, since its very being is protected;
    nor of a sealed record, which nobody reads.
    """
    if share.route in CLOSE or misplaced(session, [version.record_id]):
        return None
    settings = facts.policy_settings(session, desk.now())
    case = facts.cases(session, [version.case_ref])[version.case_ref]
    barred = {
        version.made_by,
        share.asked_by,
        *session.scalars(_EVER, {"parties": case.parties}),
        *share.particulars.get("about", ()),
    }
    free: Iterable[str] = set(session.scalars(_POOL, {"at": desk.now()})) - barred
    pool = [who for who in free if _may(desk, session, who, Action.SECOND_READ_IN_TURN, version.case_ref)]
    return in_turn(
        pool,
        version.ref,
        version.made_at,
        desk.now(),
        days=settings.second_reading_days,
        bank_holidays=settings.bank_holidays,
    )


def _may(
    desk: Desk, session: Session, who: str, action: Action, case_ref: str | None = None, *, record: str | None = None
) -> bool:
    try:
        return decide(desk.question(session, action, case_ref, record=record, actor=who)).allowed
    except NotFound:
        return False
