"""The forms of the Rehearse page: a question in words, and the answer with its clauses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from okf.desk import Desk
from okf.policy.decision import Decision
from okf.policy.recipients import COURT_SIDE, SAFEGUARDING_RECIPIENTS
from okf.policy.words import due_told
from okf.proof.queries.hypothetical import (
    TOLD_BY,
    AgreementHeld,
    GrantHeld,
    Opening,
    Sharing,
    Signed,
    rehearse_opening,
    rehearse_sharing,
)
from okf.shell.words import answer_box, show_clauses, told
from okf.terms import MEDIATION_MATERIAL, Action, Capacity, Outcome, RecordClass, Role, Severity

T = TypeVar("T")
ACTIONS = {
    Action.READ_RECORD: "open",
    Action.ADD_RECORD: "add",
    Action.CHANGE_RECORD: "change",
    Action.EXPORT_RECORD: "download",
}
RECIPIENTS = sorted({"lawyer", "parent", "social_media", "press"} | SAFEGUARDING_RECIPIENTS | COURT_SIDE)
PURPOSES = ("support", "information", "legal_advice", "proceedings", "court_report", "publicity", "subject_access")
EVERY_KIND, CONCERN = "their grant is for every kind of record", "a concern is open"
SENDERS = [*(role for role in Role if role is not Role.ADMINISTRATOR), Capacity.VOLUNTEER, Capacity.ALLIED_PARTNER]
ANSWERS = {
    Outcome.ALLOW: "Yes.",
    Outcome.ALLOW_WITH_CONDITIONS: "Yes, on conditions.",
    Outcome.DENY: "No.",
    Outcome.ESCALATE: "Somebody else must decide.",
}


def opening_form(desk: Desk) -> None:
    """May this kind of person open that kind of record?"""
    with st.form("opening"):
        one = st.columns(3)
        capacity = _one(one[0], "May a person working as", list(Capacity), format_func=told)
        action = _one(one[1], "do this", list(ACTIONS), format_func=ACTIONS.__getitem__)
        record_class = _one(one[2], "to a record of this kind", list(RecordClass), format_func=told)
        two = st.columns(3)
        told_by = _one(two[0], "told to us by", list(TOLD_BY), format_func=TOLD_BY.__getitem__)
        covers = two[1].multiselect(
            "Their grant covers what was told by",
            list(TOLD_BY),
            format_func=TOLD_BY.__getitem__,
            placeholder="What this work begins with",
            help="Empty: the parts and the kinds of record with which such work begins, for one party.",
        )
        grant = _one(two[2], "Their grant is", list(GrantHeld))
        three = st.columns(3)
        signed = _one(three[0], "Their signature of the agreement is", list(Signed))
        role = _one(
            three[1],
            "Their role",
            [None, *Role],
            [*Role].index(Role.CASEWORKER) + 1,
            format_func=lambda r: told(r) if r else "None",
        )
        flags = three[2].multiselect("And", [EVERY_KIND, "the case is closed", "a conflict is declared", CONCERN])
        asked = st.form_submit_button("Ask", type="primary")
    if asked:
        question = Opening(
            action,
            capacity,
            role,
            signed,
            grant,
            tuple(covers),
            EVERY_KIND in flags,
            record_class,
            told_by,
            "the case is closed" in flags,
            "a conflict is declared" in flags,
            CONCERN in flags,
        )
        st.markdown(
            f"#### May a person working as {told(capacity).lower()} {ACTIONS[action]} a {told(record_class).lower()}"
            f" told to us by {TOLD_BY[told_by]}?"
        )
        show_decision(rehearse_opening(desk, question))


def sharing_form(desk: Desk) -> None:
    """May this kind of record go to that recipient?"""
    people = [person for person in TOLD_BY if person != "joint"]
    with st.form("sharing"):
        one = st.columns(3)
        role = _one(one[0], "May the", SENDERS, 6, format_func=told)
        record_class = _one(one[1], "send this", list(RecordClass), 9, format_func=told)
        told_by = _one(one[2], "told to us by", list(TOLD_BY), 3, format_func=TOLD_BY.__getitem__)
        two = st.columns(3)
        recipient = _one(two[0], "to", RECIPIENTS, RECIPIENTS.index("lawyer"), format_func=told)
        acts_for = _one(two[1], "A lawyer acting for", [None, *people[:2]], 1, format_func=_party)
        asked_by = _one(two[2], "asked for by", [None, *people], 1, format_func=_party)
        three = st.columns(3)
        purpose = _one(three[0], "for", PURPOSES, 2, format_func=told)
        agreed = three[1].multiselect("Express agreement given by", people, format_func=TOLD_BY.__getitem__)
        agreements = _one(three[2], "and that agreement is", list(AgreementHeld))
        four = st.columns(2)
        severity = _one(four[0], "For safeguarding: severity", [None, *Severity], format_func=_or_none)
        facts = four[1].multiselect("And", list(FACTS), default=["issued", "verified"], format_func=FACTS.__getitem__)
        asked = st.form_submit_button("Ask", type="primary")
    if asked:
        what = _article(record_class, "issued" in facts)
        acting = f" acting for {TOLD_BY[acts_for]}" if acts_for and recipient == "lawyer" else ""
        st.markdown(
            f"#### May the {told(role).lower()} send {what} to a {told(recipient).lower()}{acting}"
            f" for {told(purpose).lower()}?"
        )
        question = Sharing(
            role,
            record_class,
            told_by,
            "issued" in facts,
            recipient,
            acts_for,
            "verified" in facts,
            asked_by,
            purpose,
            tuple(agreed),
            agreements,
            "danger" in facts,
            severity,
            "complete" in facts,
            "order" in facts,
        )
        show_decision(rehearse_sharing(desk, question))


FACTS = {
    "issued": "the outcome summary is issued",
    "verified": "the lawyer is verified",
    "complete": "rationale and legal basis are written down",
    "danger": "somebody is in immediate danger",
    "order": "a sealed court order was served",
}


def show_decision(decision: Decision) -> None:
    """The answer, why, on what conditions, by when, and the clauses it rests on, word for word."""
    lines = [
        f"**{ANSWERS[decision.decision]}**",
        *(f"{reason.words[0].upper()}{reason.words[1:]}. {reason.remedy}" for reason in decision.reasons),
    ]
    answer_box(decision.decision, "\n\n".join(lines))
    if decision.conditions:
        st.markdown("**Conditions**\n" + "\n".join(f"- {told(condition)}" for condition in decision.conditions))
    if decision.due:
        st.markdown(
            "**By when**\n" + "\n".join(f"- {told(name)}: {due_told(due)}" for name, due in decision.due.items())
        )
    if decision.to:
        st.markdown("**Who decides:** " + ", ".join(told(role) for role in decision.to))
    show_clauses(decision.clauses)


def _one(
    where: DeltaGenerator, label: str, options: Sequence[T], index: int = 0, format_func: Callable[[T], str] = str
) -> T:
    return where.selectbox(label, options, index, format_func=format_func)


def _article(record_class: RecordClass, issued: bool) -> str:
    said = told(record_class).lower()
    if record_class is RecordClass.OUTCOME_SUMMARY:
        return f"the {'issued' if issued else 'unissued'} {said}"
    return f"a {said}" + (" (mediation)" if record_class in MEDIATION_MATERIAL and "mediation" not in said else "")


def _party(person: str | None) -> str:
    return TOLD_BY[person].capitalize() if person else "Nobody"


def _or_none(severity: Severity | None) -> str:
    return told(severity) if severity else "Not for safeguarding"
