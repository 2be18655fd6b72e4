"""Low-level concerns: conduct of a worker that does not meet the harm threshold, kept apart from concerns (C9)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from typing import Final

from okf.cases.commands.tell_leads import tell_if_about_a_lead, tell_leads_at_once
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound, Refused, hides
from okf.safeguarding.commands.about import bar_who_may_be_meant, find_about
from okf.safeguarding.commands.chronology import append_entry
from okf.safeguarding.commands.clocks import put_act
from okf.safeguarding.queries.low_level import about_of_low_level
from okf.store.models import Concern, ConcernAbout, LowLevelConcern, LowLevelStep
from okf.terms import URGENT, Action, ConcernStatus, Severity
from okf.terms.concerns import ConcernCategory, LowLevelStepKind
from okf.terms.duties import ActKind
from okf.validation import past_day, words

NARRATIVE: Final = 20_000
_NO_SUCH: Final = "There is no low-level concern of this reference that you may open."


def note_low_level(desk: Desk, *, about: str, happened_on: date, conduct: str, done: str) -> str:
    """Put conduct below the threshold of harm in the log of low-level concerns; its reference.

    `about` is a username or a name. Part of a lead's name counts as theirs,
    as when a concern is raised; whoever is not on file stands as typed.

    Raises:
        Refused: they are no safeguarding lead, or it is about them, or about a lead and they are no trustee.
        Invalid: something is not said, the day is to come, or several people are meant.
    """
    who = words("About", about, at_most=200)
    told = {
        "conduct": words("What happened", conduct, at_most=NARRATIVE),
        "done": words("What was done about it", done, at_most=NARRATIVE),
    }
    with desk.reading() as session:
        meant = find_about(session, [who], None, worker_meant=True).workers
    if len(meant) > 1:
        raise Invalid("About", "more than one person is called that. Write their username, and note each by itself.")
    ref = desk.new_ref("L")
    with _on_worker(desk, ref, meant[0] if meant else None) as deed:
        past_day("When", happened_on, deed.at)
        deed.add(
            LowLevelConcern(
                ref=ref,
                person=meant[0] if meant else None,
                about_as_typed=None if meant else who,
                happened_on=happened_on,
                noted_at=deed.at,
                noted_by=str(desk.actor),
                **told,
            )
        )
        _put_on_record(deed, ref)
        deed.note(did="noted")
    return ref


def add_to_low_level(desk: Desk, ref: str, *, text: str) -> None:
    """Add a note to a low-level concern; nothing there is ever edited.

    Raises:
        Refused, NotFound: as `note_low_level`; or there is none of this reference.
        Invalid: nothing is said.
    """
    said = words("Note", text, at_most=NARRATIVE)
    with _on_noted(desk, ref) as deed:
        _step(desk, deed, ref, LowLevelStepKind.NOTE, said)
        _put_on_record(deed, ref)
        deed.note(did="added to")


def raise_low_level(desk: Desk, ref: str, *, severity: Severity, reason: str) -> str:
    """Raise a low-level concern to an allegation, in the words it was noted in; the allegation's reference.

    The clocks start now. The low-level concern stays, and names the allegation.

    Raises:
        Refused, NotFound: as `add_to_low_level`.
        Conflict: it was raised already.
        Invalid: no reason is given.
    """
    why = words("Why it meets the threshold now", reason, at_most=NARRATIVE)
    raised = desk.new_ref("K")
    with _on_noted(desk, ref) as deed:
        low = deed.session.get_one(LowLevelConcern, ref)
        steps = deed.session.query(LowLevelStep).filter_by(low_level_ref=ref, kind=LowLevelStepKind.RAISED)
        if steps.first() is not None:
            raise Conflict("It was raised to an allegation already.")
        concern = Concern(
            ref=raised,
            severity=severity,
            status=ConcernStatus.RAISED,
            category=ConcernCategory.ABOUT_A_WORKER,
            sealed=True,
            account=low.conduct,
            opinion=why,
            about_as_typed=low.about_as_typed,
            actions_taken=low.done,
            seen_when=low.happened_on.isoformat(),
            raised_by=str(desk.actor),
            raised_at=deed.at,
            due_at=deed.at,  # until its clocks run, in this deed
        )
        deed.add(concern)
        deed.session.flush()
        put_act(deed, concern, ActKind.RAISED, severity=severity, about_worker=True)
        if low.person:
            deed.add(ConcernAbout(concern_ref=raised, person=low.person))
        said = (low.about_as_typed, low.conduct, low.done, why)
        bar_who_may_be_meant(desk, deed, raised, said, by_role=said)
        append_entry(deed, raised, f"Raised from low-level concern {ref}", why)
        _step(desk, deed, ref, LowLevelStepKind.RAISED, why, concern_ref=raised)
        if severity in URGENT:
            tell_leads_at_once(desk, deed, raised)
        else:
            tell_if_about_a_lead(desk, deed, raised)
        _put_on_record(deed, ref)
        deed.note(did="raised to an allegation")
    return raised


def _on_worker(desk: Desk, ref: str, person: str | None) -> AbstractContextManager[Deed]:
    return desk.permitted(Action.NOTE_LOW_LEVEL, grantee=person, about=None if person else ref)


@contextmanager
def _on_noted(desk: Desk, ref: str) -> Iterator[Deed]:
    """A deed on one in the log; whoever may not know of it gets the same NotFound as for one that does not exist."""
    with desk.reading() as session:
        found = about_of_low_level(session, ref)
    if found is None:
        raise NotFound(_NO_SUCH)
    try:
        with _on_worker(desk, ref, found.person) as deed:
            yield deed
    except Refused as error:
        raise (NotFound(_NO_SUCH) if hides(error.decision) else error) from None


def _put_on_record(deed: Deed, ref: str) -> None:
    """Let the event name the reference and no person: the audit record has more readers than the log."""
    deed.subject = ref
    deed.case_ref = None


def _step(desk: Desk, deed: Deed, ref: str, kind: LowLevelStepKind, text: str, concern_ref: str | None = None) -> None:
    deed.add(
        LowLevelStep(
            low_level_ref=ref,
            kind=kind,
            concern_ref=concern_ref,
            text=text,
            entered_at=deed.at,
            entered_by=str(desk.actor),
        )
    )
