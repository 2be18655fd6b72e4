"""The tab Decisions of a concern: each with its readings and its referral, and their forms (C9)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import streamlit as st

from okf.clock import is_past, london_date
from okf.desk import Desk
from okf.errors import Invalid
from okf.policy.share_words import BASES, CONSENT
from okf.safeguarding.commands.decisions import review_decision
from okf.safeguarding.commands.recipients import LONGEST
from okf.safeguarding.commands.referrals import ANSWER, REFERENCE, note_on_referral
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.decisions import DecisionInView, RecipientInView, ReferralInView, decisions_in_view
from okf.safeguarding.queries.directory import Doors, doors
from okf.safeguarding.views import decision_form, escalations
from okf.safeguarding.views.fields import entries_seen
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.navigation import link
from okf.shell.sheets import Cell, facts, number_to_ring
from okf.shell.words import errors_shown, flash, left_until, moment, plain, show_flash, told
from okf.terms.decisions import UNANSWERED, DecisionState, ReferralStatus, ReferralStep

_STATES: Final = {
    DecisionState.AWAITS_SECOND: ("Waits for its second reading", ":material/hourglass_top:"),
    DecisionState.AWAITS_THIRD: ("The readers disagree: a third one decides", ":material/balance:"),
    DecisionState.STANDS: ("Stands", ":material/check_circle:"),
    DecisionState.OVERTURNED: ("Does not stand: it is decided anew", ":material/undo:"),
    DecisionState.REPLACED: ("Replaced by a later decision", ":material/history:"),
}
_STEPS: Final = {
    ReferralStep.ACKNOWLEDGED: "They say that they have it",
    ReferralStep.ACCEPTED: "They accept it",
    ReferralStep.NOT_ACCEPTED: "They don't accept it",
    ReferralStep.CHASED: "We chased them",
    ReferralStep.CONFIRMED: "We confirmed it in writing",
    ReferralStep.ESCALATED: "We escalated it",
    ReferralStep.LEFT: "We leave it at their answer",
    ReferralStep.GIVEN_UP: "We wait for no answer any more: say why",
}
_NEXT: Final = {
    ReferralStatus.NOT_ACCEPTED: "Escalate it, or leave it at their answer",
    ReferralStatus.ESCALATED: "Climb the next step, or give it up",
}
_NO_CHASE: Final = (ReferralStep.ACCEPTED, ReferralStep.LEFT, ReferralStep.GIVEN_UP, ReferralStep.CONFIRMED)
_READ: Final = "okf_reading_said"
_SECOND: Final = {True: "I agree", False: "I disagree"}
_THIRD: Final = {True: "The decision stands", False: "It does not stand"}
_READINGS: Final = {
    2: ("Second reading", {True: "Agrees", False: "Disagrees"}),
    3: ("Third reading", {True: "It stands", False: "It does not stand"}),
}
_SAID: Final = {
    DecisionState.STANDS: "Your reading is on record: the decision stands.",
    DecisionState.AWAITS_THIRD: "Your reading is on record. You disagree, so a third reader decides: another lead or"
    " deputy, or the safeguarding trustee.",
    DecisionState.OVERTURNED: "Your word is on record, and it stands: it is decided anew.",
}


def tab(desk: Desk, view: ConcernInView) -> None:
    """The decisions, newest first; then the form of the next one for whoever may make it."""
    reading_said()
    decisions = decisions_in_view(desk, view.ref)
    at = doors(desk, view)
    if not decisions.decisions:
        st.info("Nothing is decided yet: to share it with somebody who can act, or not to share it.")
    for made in decisions.decisions:
        with st.container(border=True):
            _decision(made, decisions.at)
            for sent in made.recipients:
                _recipient(sent)
                _referral(sent.referral, decisions.at, at)
                if view.works:
                    _referral_form(desk, view, sent.referral, decisions.at, at)
            if made.to_read:
                _reading_form(desk, view, made)
    if decisions.may_decide:
        decision_form.form(desk, view, decisions)


def reading_said() -> bool:
    """Say once that a reading is on record, also to a reader who can't open the concern any more; whether it was."""
    return show_flash(_READ, ":material/check_circle:")


def _decision(made: DecisionInView, at: datetime) -> None:
    to = "; ".join(plain(one.to) for one in made.recipients)
    st.header(f"Decision {made.number}: {f'shared with {to}' if to else 'not shared'}")
    words, icon = _STATES[made.state]
    st.markdown(f"{icon} **{words}**")
    if made.settled_at is None:
        left = left_until(made.due_at, at)
        if made.overdue(at):
            st.error(f"To be read by somebody else: {left}.", icon=":material/alarm:")
        else:
            st.caption(f"To be read by somebody else: {left}.")
    rows = [
        ("Decided", f"{moment(made.at)}, by {made.by}"),
        ("Threshold", told(made.threshold) if made.threshold else ""),
        ("Why", made.rationale),
        ("Legal basis", "\n".join(BASES[one] for one in made.legal_basis)),
        ("Considered besides", made.alternatives),
        ("Consent", ". ".join(filter(None, (CONSENT[made.consent], made.consent_why)))),
        ("Told", "\n".join(f"{one.name}{f': {one.why}' if one.why else ''}" for one in made.told if one.informed)),
        ("Not told", "\n".join(f"{one.name}: {one.why}" for one in made.told if not one.informed)),
    ]
    for one in made.readings:
        reading, found = _READINGS[one.place]
        when = f"{moment(one.read_at)}{', late' if one.late else ''}"
        rows.append((reading, f"{found[one.agrees]}. {one.reader}, {when}: {one.reason}"))
    facts([(name, value) for name, value in rows if value])


def _recipient(sent: RecipientInView) -> None:
    """What went to one recipient of a decision, and how."""
    rows = [
        ("To", sent.to),
        ("What went out", sent.least),
        ("How", told(sent.how)),
        ("Done already", f"{moment(sent.acted_at)}, in immediate danger" if sent.acted_at else ""),
    ]
    facts([(name, value) for name, value in rows if value])
    link(f"Share {sent.share_ref}", "share", icon=":material/send:", ref=sent.share_ref)


def _referral(sent: ReferralInView, at: datetime, known: Doors) -> None:
    """The state of a referral, and what is due on it."""
    rows: list[tuple[str, Cell | str]] = [
        ("Referral", f"{told(sent.status)}, to {sent.to}, sent {moment(sent.sent_at)}"),
        ("Their reference", sent.their_reference or "Not given yet"),
    ]
    if sent.chase_at is not None:
        what = _NEXT.get(sent.status, "Chase it")
        rows.append((what, left_until(sent.chase_at, at)))
        ring = known.door(sent.recipient, sent.name)
        if ring is not None:
            number = number_to_ring(ring.phone, under=ring.in_words) if ring.phone else ring.in_words
            rows.append(("Whom to ring, by the directory", number))
    if sent.confirmed_at is not None:
        rows.append(("Confirmed in writing", moment(sent.confirmed_at)))
    elif sent.confirm_by is not None:
        rows.append(("Confirm in writing", left_until(sent.confirm_by, at)))
    facts(rows)
    escalations.climbed(sent, at)
    if sent.confirmed_at is None and is_past(sent.confirm_by, at):
        st.error("The written confirmation is overdue: send it, then put it on record.", icon=":material/alarm:")
    if is_past(sent.chase_at, at):
        st.error("An answer is overdue: ring them, then put on record what they said.", icon=":material/alarm:")


def _referral_form(desk: Desk, view: ConcernInView, sent: ReferralInView, at: datetime, known: Doors) -> None:
    """The form for what was heard of a referral or done about it, which sets its next clock."""
    steps = [one for one in ReferralStep if _fits(one, sent)]
    if not steps:
        return
    due = is_past(sent.chase_at, at)
    with st.expander("What they answered, and what was done", expanded=due, icon=":material/phone_callback:"):
        draft = drafts.resume(desk, "referral", f"{view.ref} {sent.ref}")
        seen = entries_seen(draft, view)
        step = draft.selectbox("What happened", "step", steps, index=None, format_func=_STEPS.__getitem__)
        text = draft.text_area("Who said what, and when", "text", height=100, max_chars=ANSWER)
        reference = draft.text_input("Their reference", "their_reference", max_chars=REFERENCE)
        again: date | Invalid | None = None
        written_to = None
        if step is ReferralStep.ESCALATED:
            written_to = escalations.next_step(draft, sent, known)
        elif step is not None and step not in _NO_CHASE:
            again = draft.date_input("Chase again on", "chase_again_on", min_value=london_date(at))
            st.caption("Left empty, it follows from the clock: the next working day, or the second one.")
        draft.told()
        if not st.button("Put it on record", key=f"okf_referral_{sent.ref}"):
            return
        if step is None:
            st.error("Say what happened. What you typed is still here.")
            return
        with errors_shown():
            note_on_referral(
                desk,
                view.ref,
                sent.ref,
                step=step,
                text=text,
                their_reference=reference,
                chase_again_on=taken(again),
                written_to=written_to,
                entries_seen=seen,
            )
            draft.done("It is on record.")


def _fits(step: ReferralStep, sent: ReferralInView) -> bool:
    if step is ReferralStep.CONFIRMED:
        return sent.confirmed_at is None
    if sent.status is ReferralStatus.ACCEPTED:
        return False
    if step is ReferralStep.GIVEN_UP:
        return sent.status in UNANSWERED
    return step is not ReferralStep.LEFT or sent.status is ReferralStatus.NOT_ACCEPTED


def _reading_form(desk: Desk, view: ConcernInView, made: DecisionInView) -> None:
    """The form of the second reading, whether one agrees and why; or of the third, whether the decision stands."""
    third = made.state is DecisionState.AWAITS_THIRD
    st.header("Your word as the third reader" if third else "Your second reading")
    added = len(view.entries) - made.entries_before
    st.caption(
        f"Whoever decided saw {_lines_told(made.entries_before)} of the chronology, and all that you see above it."
        f" The decision itself and what came after it: {_lines_told(added)}."
    )
    draft = drafts.resume(desk, "decision_reading", f"{view.ref} {made.ref}")
    seen = entries_seen(draft, view)
    words = _THIRD if third else _SECOND
    agrees = draft.radio(
        "What you find", "agrees", list(words), index=None, format_func=words.__getitem__, horizontal=True
    )
    reason = draft.text_area("Why, in your words", "reason", height=120, max_chars=LONGEST)
    draft.told()
    if not st.button("Save your reading", type="primary", key=f"okf_read_{made.ref}"):
        return
    if agrees is None:
        st.error("Say what you find. What you typed is still here.")
        return
    with errors_shown():
        state = review_decision(desk, view.ref, made.ref, agrees=agrees, reason=reason, entries_seen=seen)
        draft.done()
        flash(_READ, _SAID[state])


def _lines_told(count: int) -> str:
    return f"{count} {'line' if count == 1 else 'lines'}"
