"""A share on file turned back into the question it was, to be decided for any instant."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CompoundSelect, bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from okf.policy.decision import Decision
from okf.policy.facts import PersonFacts
from okf.policy.routes import is_compelled
from okf.policy.share_deciders import COMPELLED, DECIDERS
from okf.policy.share_facts import ShareQuestion
from okf.policy.sharing import decide_share
from okf.store import facts
from okf.store.models import ChronologyPaper, ConcernDecision, DecisionRecipientAlso, InformationShare
from okf.store.share_facts import share_question
from okf.store.visible import WHO, about_them

# The shares that went out with decisions on concerns: to the first recipient of each, and to the others.
_SENT = union_all(
    select(ConcernDecision.share_ref, ConcernDecision.concern_ref).where(ConcernDecision.share_ref.is_not(None)),
    select(DecisionRecipientAlso.share_ref, DecisionRecipientAlso.concern_ref),
).subquery()
_CONCERNS = select(_SENT.c.share_ref, _SENT.c.concern_ref).where(
    _SENT.c.share_ref.in_(bindparam("refs", expanding=True))
)

# What is typed freely in a share's question, and therefore kept sealed.
RECIPIENT_WORDS: Final = ("who", "name", "organisation", "address")
SEALED_PARTICULARS: Final = ("rationale", "consent", "compulsion")


def shares_of(concerns: Any) -> CompoundSelect[str | None]:
    """The shares of decisions on these concerns, to whichever recipient, and of chronologies prepared from them."""
    return union_all(
        select(_SENT.c.share_ref).where(_SENT.c.concern_ref.in_(concerns)),
        select(ChronologyPaper.share_ref).where(
            ChronologyPaper.concern_ref.in_(concerns), ChronologyPaper.share_ref.is_not(None)
        ),
    )


_HIDDEN = shares_of(about_them())
_CHRONOLOGY = select(ChronologyPaper.ref).where(ChronologyPaper.share_ref == bindparam("share")).limit(1)
_THEIR_CHRONOLOGY = _CHRONOLOGY.where(or_(ChronologyPaper.made_by == WHO, ChronologyPaper.read_by == WHO))
_DECIDED = select(_SENT.c.concern_ref).where(_SENT.c.share_ref == bindparam("share")).limit(1)


def asked_of(share: InformationShare) -> dict[str, Any]:
    """The question of a share as it was asked; whoever decided it in the asker's place is its actor."""
    words = words_of(share)
    asked = {
        **share.particulars,
        **words.get("particulars", {}),
        "actor": share.decided_by or share.asked_by,
        "records": share.records,
        "recipient": {**share.recipient, **words.get("recipient", {})},
        "requested_by": share.requested_by,
        "purpose": share.purpose,
    }
    if share.approvals and share.route != COMPELLED:
        asked["approved_by"] = sorted({str(name) for name in share.approvals.values()})
    return {key: value for key, value in asked.items() if value not in (None, [], {})}


def words_of(share: InformationShare) -> dict[str, Any]:
    """What was typed freely when it was asked, as keys with values."""
    return dict(json.loads(share.words)) if share.words else {}


def split_sealed(
    recipient: Mapping[str, Any], particulars: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], str]:
    """A recipient and particulars without what was typed freely, and that as one text to be sealed."""
    words = {
        "recipient": {key: value for key, value in recipient.items() if key in RECIPIENT_WORDS},
        "particulars": {key: value for key, value in particulars.items() if key in SEALED_PARTICULARS},
    }
    return (
        {key: value for key, value in recipient.items() if key not in RECIPIENT_WORDS},
        {key: value for key, value in particulars.items() if key not in SEALED_PARTICULARS},
        json.dumps({key: value for key, value in words.items() if value}, ensure_ascii=False),
    )


def question_of(session: Session, share: InformationShare, at: datetime) -> ShareQuestion:
    """The facts of a share for an instant; an agreement that this very share used up still counts for it.

    Raises:
        Invalid: something that it names is not on file any more.
    """
    question = share_question(session, asked_of(share), at)
    agreements = tuple(
        replace(one, used_at=None) if one.id in share.agreements and one.used_at == share.sent_at else one
        for one in question.agreements
    )
    return replace(question, agreements=agreements)


def approved_by_both(session: Session, share: InformationShare, at: datetime) -> bool:
    """Whether the data protection lead and a trustee, two people, approved a compelled share by an instant."""
    deciders = facts.people(session, [str(name) for name in share.approvals.values()])
    return _approved(share.approvals, deciders, at)


def may_leave(session: Session, share: InformationShare, question: ShareQuestion) -> tuple[bool, Decision]:
    """Whether a share may go at the instant of the question: by its route, or compelled and approved by the two."""
    decision = decide_share(question)
    compelled = decision.primary == COMPELLED and is_compelled(question)
    return decision.allowed or (compelled and approved_by_both(session, share, question.at)), decision


def decided_on_a_concern(session: Session, ref: str) -> bool:
    """Whether a share went out with a lead's decision on a concern, which somebody else reads again."""
    return session.scalar(_DECIDED, {"share": ref}) is not None


def is_of_chronology(session: Session, ref: str) -> bool:
    """Whether a share is of a family's chronology, which goes from its concern's page."""
    return session.scalar(_CHRONOLOGY, {"share": ref}) is not None


def is_of_their_chronology(session: Session, ref: str, who: str | None) -> bool:
    """Whether a share is of a chronology that this person prepared or read again."""
    return session.scalar(_THEIR_CHRONOLOGY, {"share": ref, "who": who}) is not None


def concerns_of(session: Session, refs: Sequence[str]) -> dict[str, str]:
    """The concern on which each of these shares went out with a decision, by the share; of the others nothing."""
    rows = session.execute(_CONCERNS, {"refs": list(refs)}) if refs else ()
    return {row.share_ref: row.concern_ref for row in rows}


def of_concerns_about(session: Session, who: str | None) -> set[str]:
    """The shares of a decision on a concern about this person, or of a chronology from it, whenever it was found so."""
    return set(session.scalars(_HIDDEN, {"who": who}))


def _approved(approvals: Mapping[str, Any], deciders: Mapping[str, PersonFacts], at: datetime) -> bool:
    named = {role: approvals.get(role.value) for role in DECIDERS}
    return len(set(named.values())) == len(DECIDERS) and all(
        name is not None and name in deciders and role in deciders[name].roles(at) for role, name in named.items()
    )
