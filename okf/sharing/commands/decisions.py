"""Decisions on a share that somebody else asked for: taken on by a lead, refused, and looked at again (C8, C9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from okf.desk import Desk
from okf.errors import Conflict, Refused, unknown
from okf.policy.decision import Decision
from okf.policy.share_deciders import PUBLIC, SAFETY_ROUTES, deciding_action, routes_for
from okf.policy.sharing import decide_share, relied_on
from okf.sharing.commands.shares import case_of_share, found_share, note
from okf.store.models import InformationShare
from okf.store.shares import decided_on_a_concern, question_of, words_of
from okf.terms import SAFEGUARDING_LEADS, Action, Outcome, ShareStatus
from okf.validation import plain_value, words, words_or_none

OPEN: Final = (ShareStatus.DRAFT, ShareStatus.AWAITING_APPROVAL)


def decide_as_lead(
    desk: Desk,
    ref: str,
    *,
    rationale: str | None = None,
    legal_basis: Sequence[str] = (),
    consent: Mapping[str, str] | None = None,
    inform: Mapping[str, str] | None = None,
) -> Decision:
    """Decide a share as the safeguarding lead, with what C9 asks to be written down; the policy's answer.

    For a public one this is the lead's word, as the second person. From now on
    it is decided as the lead's own: if allowed, it may be sent.

    Raises:
        Refused: their role does not include it, or the policy says no even to them; it waits on then.
        NotFound: there is no such share, or it is about them.
        Conflict: it does not wait for a lead.
    """
    with desk.permitted(Action.DECIDE_SHARE, case_of_share(desk, ref)) as deed:
        share = found_share(deed, ref)
        if desk.actor in share.particulars.get("about", ()):
            raise unknown("share", ref)
        waits = share.status is ShareStatus.AWAITING_APPROVAL
        if not waits or deciding_action(share.route) is not Action.DECIDE_SHARE:
            raise Conflict("This share does not wait for a safeguarding lead.")
        if share.route == PUBLIC:
            if desk.actor == share.asked_by:
                raise Conflict("A second person must look at it: you asked for it yourself.")
            lead_roles = desk.person(deed.session).roles(deed.at) & SAFEGUARDING_LEADS
            share.approvals = {**share.approvals, str(next(iter(lead_roles), "second_person")): desk.actor}
        else:
            _written_down(share, rationale, legal_basis, consent, inform)
            share.decided_by, share.decided_at = desk.actor, deed.at
        question = question_of(deed.session, share, deed.at)
        decision = decide_share(question)
        if decision.allowed:
            share.status, share.route = ShareStatus.DRAFT, decision.primary
            share.decided_by, share.decided_at = share.decided_by or share.asked_by, deed.at
            share.agreements = [one.id for one in relied_on(question, decision)]
            share.conditions, share.clauses = list(decision.conditions), [c.name for c in decision.clauses]
            share.due = {name: when.isoformat() for name, when in decision.due.items()}
        elif share.route != PUBLIC:
            share.decided_by = share.decided_at = None
        deed.decision = decision
        note(deed, share)
    if not decision.allowed:
        raise Refused(decision)
    return decision


def refuse_share(desk: Desk, ref: str, *, because: str) -> None:
    """Refuse a share, with the reason: as whoever must decide it, or whoever asked for it and withdraws.

    Raises:
        Refused: their account is not in order.
        NotFound: there is no such share that they asked for or must decide.
        Conflict: it was sent or refused already.
    """
    why = words("Why it is not shared", because, at_most=4_000)
    with desk.reading() as session:
        action = _refused_by(desk, session.get(InformationShare, ref))
    if action is None:
        desk.note_event(Action.SHARE, outcome=Outcome.DENY, unknown="share")
        raise unknown("share", ref)
    with desk.permitted(action) as deed:
        share = found_share(deed, ref)
        if share.status not in OPEN:
            raise Conflict(f"This share is {share.status.value} already.")
        share.status, share.refused_by, share.refused_at = ShareStatus.REFUSED, desk.actor, deed.at
        share.refused_because = why
        note(deed, share)
        deed.note(not_shared=True)


def review_share(desk: Desk, ref: str, *, finding: str) -> None:
    """Review what somebody else shared for safety, and keep the finding (C9).

    Raises:
        Refused: their role does not include it, or they shared it themselves.
        NotFound: there is no such share, or it is about them.
        Conflict: it is not one that is reviewed, or was reviewed already.
    """
    found = words("What the review found", finding, at_most=4_000)
    with desk.reading() as session:
        named = session.get(InformationShare, ref)
        own = named is not None and desk.actor in (named.sent_by, named.decided_by)
        by = desk.actor if own else None
    with desk.permitted(Action.REVIEW_SHARE, case_of_share(desk, ref), about=by) as deed:
        share = found_share(deed, ref)
        if desk.actor in share.particulars.get("about", ()):
            raise unknown("share", ref)
        if share.sent_at is None or share.route not in SAFETY_ROUTES:
            raise Conflict("This share asks for no second look.")
        if share.reviewed_at is not None:
            raise Conflict("Somebody has looked at this share again already.")
        if decided_on_a_concern(deed.session, ref):
            raise Conflict("It went out with a lead's decision: its second reading is the look at it.")
        share.reviewed_by, share.reviewed_at, share.review = desk.actor, deed.at, found
        deed.about(ref, share.case_ref)


def _written_down(
    share: InformationShare,
    rationale: str | None,
    legal_basis: Sequence[str],
    consent: Mapping[str, str] | None,
    inform: Mapping[str, str] | None,
) -> None:
    """Keep what C9 asks of a lead's decision; the lead's words replace the asker's."""
    kept = words_of(share)
    said = {"rationale": words_or_none("Rationale", rationale, at_most=4_000), "consent": plain_value(consent or {})}
    sealed = {**kept.get("particulars", {}), **{key: value for key, value in said.items() if value}}
    share.words = json.dumps({**kept, "particulars": sealed}, ensure_ascii=False)
    more = {"legal_basis": list(legal_basis), "inform": plain_value(inform or {})}
    share.particulars = {**share.particulars, **{key: value for key, value in more.items() if value}}


def _refused_by(desk: Desk, share: InformationShare | None) -> Action | None:
    """The action by which whoever is here may refuse this share; None if they may not know of it."""
    if share is None or desk.actor in share.particulars.get("about", ()):
        return None
    if desk.actor in (share.asked_by, share.decided_by):
        return Action.SHARE
    action = deciding_action(share.route)
    theirs = share.route in routes_for(desk.person().roles(desk.now()))
    return action if action and theirs and desk.decide(action).allowed else None
