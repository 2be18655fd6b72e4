"""Handing over a concern, or several at once, to another lead with a reason, who then takes it up (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from okf.clock import end_of, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.people.commands.outbox import put_in_outbox
from okf.policy.access import decide
from okf.policy.chasing import MailKind
from okf.policy.duty import acting_for, may_take_up
from okf.policy.facts import Question
from okf.policy.words import until_told
from okf.safeguarding.commands.chronology import append_entry, concern_to_change, on_concern
from okf.store import duty, facts
from okf.store.models import Concern, ConcernEntry, Person
from okf.terms import Action
from okf.validation import words

MOST: Final = 50
REASON_MOST: Final = 5_000
TAKEN_UP: Final = "Taken up"


def hand_over_concerns(
    desk: Desk, refs: Sequence[str], *, to: str, reason: str, entries_seen: int | None = None
) -> int:
    """Make somebody the lead of these open concerns, all of them or none; how many they were.

    The reason stands in the chronology of each. Whom they are handed to finds
    them among what waits for them until they take them up, and gets one mail
    that says no more. Never to anybody who may not work one of them: whom it
    is about, or who declared a tie to the family.

    Raises:
        NotFound: one is not there, or they may not work it: the same words.
        Invalid: none or too many are named, no reason is given, or they can't be handed to this person.
        Conflict: one has ended, or somebody wrote to it meanwhile, or they lead all of them already.
    """
    reason = words("Why", reason, at_most=REASON_MOST)
    wanted = list(dict.fromkeys(refs))
    if not 0 < len(wanted) <= MOST:
        raise Invalid("Concerns", f"choose between 1 and {MOST}.")
    asked: dict[str, Question] = {}
    try:
        with desk.permitted(Action.HAND_OVER_CONCERN, concern=wanted[0]) as deed:
            _ask(deed, wanted, asked)
            name = _receiver(deed, asked, to)
            changed = [concern_to_change(deed, ref, entries_seen, still_open=True) for ref in wanted]
            handed = [concern for concern in changed if concern.lead != to]
            if not handed:
                raise Conflict(f"{name} leads {'it' if len(wanted) == 1 else 'all of them'} already.")
            _hand(desk, deed, handed, to, name, reason)
    except Refused as refused:
        if not asked:  # the desk has put it on record
            raise unknown("concern", wanted[0]) from None
        ref, question = asked.popitem()
        desk.note_refusal(Action.HAND_OVER_CONCERN, refused.decision, replace(question, case=None), ref)
        raise unknown("concern", ref) from None
    return len(handed)


def take_up_concern(desk: Desk, ref: str) -> None:
    """Say that one has a concern: one leads it from then on, and whoever raised it reads when it was first taken up.

    No clock ends by it. Of one handed over, only whom it was handed to says
    so; of any other, whoever may work it, until somebody has.

    Raises:
        NotFound: it is not there, or they may not work it.
        Conflict: somebody else has it, or it was handed to somebody else, or has ended.
    """
    try:
        with on_concern(desk, Action.HAND_OVER_CONCERN, ref, still_open=True) as (deed, concern):
            if not may_take_up(desk.actor, concern.lead, concern.taken_at, concern.handed_at):
                name = deed.session.get_one(Person, concern.lead).name
                was = "handed over to" if concern.handed_at else "taken up by"
                raise Conflict(f"It was {was} {'you' if concern.lead == desk.actor else name} already.")
            append_entry(deed, ref, TAKEN_UP)
            concern.lead, concern.handed_at = str(desk.actor), None
            concern.taken_at = concern.taken_at or deed.at
            deed.note(did="taken up")
    except Refused:
        raise unknown("concern", ref) from None


def _ask(deed: Deed, refs: Sequence[str], asked: dict[str, Question]) -> None:
    """Ask the policy about each concern for whoever hands over; if it refuses one, that is the last in `asked`."""
    concerns = facts.concerns(deed.session, refs)
    cases = facts.cases(deed.session, {one.case_ref for one in concerns.values() if one.case_ref})
    for ref in refs:
        concern = concerns.get(ref)
        if concern is None:
            raise unknown("concern", ref)
        asked[ref] = replace(deed.question, concern=concern, case=cases.get(concern.case_ref or ""))
        decision = decide(asked[ref])
        if not decision.allowed:
            raise Refused(decision)


def _receiver(deed: Deed, questions: dict[str, Question], to: str) -> str:
    """The receiver's name, if they may work every one of the concerns and are not away."""
    person = facts.people(deed.session, [to]).get(to)
    if person is None:
        raise Invalid("Hand to", "choose a safeguarding lead or deputy.")
    barred = [ref for ref, question in questions.items() if not decide(replace(question, person=person)).allowed]
    name = deed.session.get_one(Person, to).name
    if barred:
        raise Invalid("Hand to", f"{name} can't work {', '.join(barred)}. Choose somebody else for that.")
    leads, today = duty.leads(deed.session, deed.at), london_date(deed.at)
    away = leads[to].away_on(today) if to in leads else None
    if away is not None:
        acting = acting_for(leads, to, today)
        instead = f" {leads[acting].name} stands in." if acting else ""
        raise Invalid("Hand to", f"{name} is away {until_told(end_of(away.ends_on))}.{instead}")
    return name


def _hand(desk: Desk, deed: Deed, concerns: Sequence[Concern], to: str, name: str, reason: str) -> None:
    by, entries = str(desk.actor), []
    for concern in concerns:
        concern.lead, concern.handed_at = to, None if to == by else deed.at
        entries.append(
            ConcernEntry(
                concern_ref=concern.ref, entered_by=by, entered_at=deed.at, what=f"Handed to {name}", text=reason
            )
        )
    deed.add(*entries)
    deed.session.flush()
    if to != by:
        put_in_outbox(deed, desk, MailKind.CONCERN_WAITS, [to], concern=concerns[0].ref)
    deed.case_ref = None
    deed.note(to=to)
    deed.per_subject = {concern.ref: {str(entry.id)} for concern, entry in zip(concerns, entries, strict=True)}
