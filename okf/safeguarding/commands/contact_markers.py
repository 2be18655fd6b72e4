"""Contact markers and internal flags: set, renewed and lifted by the safeguarding leads, each with a reason (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import select

from okf.clock import london_date, months_after
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, hides
from okf.policy.access import decide
from okf.safeguarding.queries.contact_markers import is_tied, may_know_of
from okf.store.models import Case, ContactMarker, ContactMarkerStep, ServiceUser
from okf.terms import Action
from okf.terms.concerns import MarkerKind, MarkerStepKind
from okf.validation import words

REASON: Final = 5_000
LONGEST_MONTHS: Final = 12
_NO_SUCH: Final = "There is no marker of this reference that you may change."


def set_marker(
    desk: Desk,
    *,
    kind: MarkerKind,
    reason: str,
    review_on: date,
    case_ref: str | None = None,
    service_user: str | None = None,
    concern: str | None = None,
    shown_to_subjects: bool = False,
) -> str:
    """Set a marker on a case, or on a service user wherever they are in a case; its reference.

    A contact marker says "Speak to the safeguarding lead before contact" to
    whoever works the case, and no reason; an internal flag is for the leads
    alone. Workers whom a concern on it was about by then don't see it, unless
    `shown_to_subjects`.

    Raises:
        Refused, NotFound: they are no safeguarding lead, or the concern is about them or not there.
        Invalid: it is on nothing or on both, no reason is given, or the review is not within a year.
    """
    why = words("Why", reason, at_most=REASON)
    if (case_ref is None) == (service_user is None):
        raise Invalid("Its reference, or theirs", "write the reference of a case or of a service user.")
    ref = desk.new_ref("F")
    with desk.permitted(Action.SET_CONTACT_MARKER, concern=concern) as deed:
        _refuse_unknown(deed, case_ref, service_user)
        _refuse_day(deed, "To be looked at again on", review_on)
        deed.add(
            ContactMarker(
                ref=ref,
                kind=kind,
                case_ref=case_ref,
                service_user=service_user,
                concern_ref=concern,
                shown_to_subjects=shown_to_subjects,
                set_at=deed.at,
                set_by=str(desk.actor),
                review_on=review_on,
            )
        )
        deed.session.flush()
        _step(desk, deed, ref, MarkerStepKind.SET, why, review_on)
        deed.note(did="set", kind=kind)
    return ref


def renew_marker(desk: Desk, ref: str, *, reason: str, review_on: date) -> None:
    """Look at a marker again and keep it until another day, at most a year on.

    Raises:
        Refused, NotFound: as `set_marker`; or there is no such marker.
        Conflict: it was lifted.
        Invalid: no reason is given, or the day is not within a year.
    """
    why = words("Why it is still needed", reason, at_most=REASON)
    with _on_marker(desk, ref) as deed:
        marker = _standing(deed, ref)
        _refuse_day(deed, "Until", review_on)
        marker.review_on = review_on
        _step(desk, deed, ref, MarkerStepKind.RENEWED, why, review_on)
        deed.note(did="renewed")


def lift_marker(desk: Desk, ref: str, *, reason: str) -> None:
    """Take a marker off; its history stays on record.

    Raises:
        Refused, NotFound: as `renew_marker`.
        Conflict: it was lifted already.
        Invalid: no reason is given.
    """
    why = words("Why it is no longer needed", reason, at_most=REASON)
    with _on_marker(desk, ref) as deed:
        marker = _standing(deed, ref)
        marker.lifted_at, marker.lifted_by = deed.at, str(desk.actor)
        _step(desk, deed, ref, MarkerStepKind.LIFTED, why, None)
        deed.note(did="lifted")


@contextmanager
def _on_marker(desk: Desk, ref: str) -> Iterator[Deed]:
    """A deed on a marker; for a reader who may not know of it, the same NotFound as for one that does not exist."""
    with desk.reading() as session:
        marker = session.get(ContactMarker, ref)
        if marker is None:
            raise NotFound(_NO_SUCH)
        concern = marker.concern_ref
        question = desk.question(session, Action.SET_CONTACT_MARKER, concern=concern)
        known = may_know_of(desk, session, ref)
    decision = decide(question)
    if not decision.allowed and hides(decision):
        desk.note_refusal(Action.SET_CONTACT_MARKER, decision, replace(question, case=None), concern or ref)
    if not known or hides(decision):
        raise NotFound(_NO_SUCH)
    with desk.permitted(Action.SET_CONTACT_MARKER, concern=concern) as deed:
        yield deed


def _standing(deed: Deed, ref: str) -> ContactMarker:
    marker = deed.session.get_one(ContactMarker, ref)
    if marker.lifted_at is not None:
        raise Conflict("This marker was lifted already. Set a new one if there is need.")
    return marker


def _refuse_unknown(deed: Deed, case_ref: str | None, service_user: str | None) -> None:
    tied = is_tied(deed.session, deed.question, case_ref, service_user)
    if case_ref and (tied or deed.session.scalar(select(Case.ref).where(Case.ref == case_ref)) is None):
        raise Invalid("Its reference, or theirs", f"there is no case {case_ref}.")
    on_file = select(ServiceUser.ref).where(ServiceUser.ref == service_user)
    if service_user and (tied or deed.session.scalar(on_file) is None):
        raise Invalid("Its reference, or theirs", f"there is no service user {service_user}.")


def _refuse_day(deed: Deed, label: str, review_on: date) -> None:
    today = london_date(deed.at)
    if not today < review_on <= months_after(today, LONGEST_MONTHS):
        raise Invalid(label, "choose a day from tomorrow to a year on. A marker is never set for good.")


def _step(desk: Desk, deed: Deed, ref: str, kind: MarkerStepKind, reason: str, review_on: date | None) -> None:
    deed.add(
        ContactMarkerStep(marker_ref=ref, kind=kind, review_on=review_on, reason=reason, at=deed.at, by=str(desk.actor))
    )
    # The event names the marker and not its case: the readers of a case's trail must not learn of it.
    deed.subject, deed.case_ref = ref, None
