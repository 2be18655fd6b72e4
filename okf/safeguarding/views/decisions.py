"""The tab of a concern's decisions: each whole with its readings and its referral, and the forms that follow (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.share_words import BASES, CONSENT
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.decisions import DecisionInView, decisions_in_view
from okf.safeguarding.views import decision as concern_decision, referral_sheet, second as concern_second
from okf.safeguarding.views.queue import due_told, time_left
from okf.shell.navigation import link
from okf.shell.sheets import facts
from okf.shell.words import moment, plain, told
from okf.terms.decisions import DecisionState

_STATES: Final = {
    DecisionState.AWAITS_SECOND: ("Waits for its second reading", ":material/hourglass_top:"),
    DecisionState.AWAITS_THIRD: ("The readers disagree: a third one decides", ":material/balance:"),
    DecisionState.STANDS: ("Stands", ":material/check_circle:"),
    DecisionState.OVERTURNED: ("Does not stand: it is decided anew", ":material/undo:"),
    DecisionState.REPLACED: ("Replaced by a later decision", ":material/history:"),
}


def tab(desk: Desk, view: ConcernInView) -> None:
    """The decisions, newest first; then the form of the next one for whoever may make it."""
    concern_second.said()
    decisions = decisions_in_view(desk, view.ref)
    if not decisions.decisions:
        st.info("Nothing is decided yet: to share it with somebody who can act, or not to share it.")
    for made in decisions.decisions:
        with st.container(border=True):
            _decision(made, decisions.at)
            if made.referral is not None:
                referral_sheet.sheet_of(made.referral, decisions.at)
                if view.works:
                    referral_sheet.form(desk, view, made.referral, decisions.at)
            if made.to_read:
                concern_second.form(desk, view, made)
    if decisions.may_decide:
        concern_decision.form(desk, view, decisions)


def _decision(made: DecisionInView, at: datetime) -> None:
    st.header(f"Decision {made.number}: {f'shared with {plain(made.to)}' if made.to else 'not shared'}")
    words, icon = _STATES[made.state]
    st.markdown(f"{icon} **{words}**")
    if made.settled_at is None:
        left = f"{time_left(made.due_at, at)} ({due_told(made.due_at)})"
        if made.overdue(at):
            st.error(f"To be read by somebody else: {left}.", icon=":material/alarm:")
        else:
            st.caption(f"To be read by somebody else: {left}.")
    rows = [
        ("Decided", f"{moment(made.at)}, by {made.by}"),
        ("Done already", f"{moment(made.acted_at)}, in immediate danger" if made.acted_at else ""),
        ("Threshold", told(made.threshold) if made.threshold else ""),
        ("Why", made.rationale),
        ("Legal basis", "\n".join(BASES[one] for one in made.legal_basis)),
        ("Considered besides", made.alternatives),
        ("What went out", made.least or ""),
        ("How", told(made.how) if made.how else ""),
        ("Consent", ". ".join(filter(None, (CONSENT[made.consent], made.consent_why)))),
        ("Told", "\n".join(f"{one.name}{f': {one.why}' if one.why else ''}" for one in made.told if one.informed)),
        ("Not told", "\n".join(f"{one.name}: {one.why}" for one in made.told if not one.informed)),
    ]
    for one in made.readings:
        said = ("Agrees" if one.agrees else "Disagrees") if one.place == 2 else _stands(one.agrees)
        when = f"{moment(one.read_at)}{', late' if one.late else ''}"
        rows.append(
            ("Second reading" if one.place == 2 else "Third reading", f"{said}. {one.reader}, {when}: {one.reason}")
        )
    facts([(name, value) for name, value in rows if value])
    if made.share_ref is not None:
        link(f"Share {made.share_ref}", "share", icon=":material/send:", ref=made.share_ref)


def _stands(agrees: bool) -> str:
    return "It stands" if agrees else "It does not stand"
