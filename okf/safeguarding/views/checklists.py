"""The tab Checklists of a concern: what was filled in and what it came to, what is due by it, and the next one (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import streamlit as st

from okf.clock import is_past
from okf.desk import Desk
from okf.errors import Invalid
from okf.policy.checklists import SAMPLE_SAID, Answer, Asked
from okf.policy.share_words import RECIPIENTS
from okf.safeguarding.commands.checklists import ANSWER, WHY, fill_checklist, settle_due
from okf.safeguarding.queries.checklists import DueInView, Filled, InForce, checklists_in_view
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.views.fields import entries_seen
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.meanwhile import begun_from
from okf.shell.sheets import facts
from okf.shell.words import errors_shown, left_until, moment, plain
from okf.terms.checklists import DATES, YES_OR_NO, AnswerKind, YesNo
from okf.terms.duties import ClockEnd

_ENDED: Final = {ClockEnd.MET: "Done", ClockEnd.GIVEN_UP: "Given up"}
_ANSWER: Final = "answer_"
_SETTLED: Final = {True: "It is done", False: "It is given up"}


def tab(desk: Desk, view: ConcernInView) -> None:
    """What was filled in, newest first; then the form of the next one for whoever works the concern."""
    shown = checklists_in_view(desk, view.ref, (view.category, *view.also))
    if view.works and view.ended_at is None:
        _choose(desk, view, shown.offered)
    if not shown.filled:
        st.info("No checklist is filled in yet.")
    for one in shown.filled:
        with st.container(border=True):
            _filled(one)
            for due in one.dues:
                _due(desk, view, due, late=is_past(due.due_at, shown.at), left=left_until(due.due_at, shown.at))


def _filled(one: Filled) -> None:
    st.header(plain(one.title))
    st.caption(f"{plain(one.by)}, {moment(one.at)}.{f' {SAMPLE_SAID}' if one.sample else ''}")
    if one.result:
        (st.warning if one.reached else st.info)(plain(one.result))
    if one.reached is not False and one.recipients:
        to = "; ".join(RECIPIENTS[kind] for kind in one.recipients)
        st.caption(f"To think of when you decide with whom it is shared: {to}.")
    facts(list(one.lines))


def _due(desk: Desk, view: ConcernInView, due: DueInView, *, late: bool, left: str) -> None:
    """What is due by a checklist, and the form that says that it was done or is given up."""
    if due.ended_at is not None:
        how = _ENDED.get(due.ended_how, "Ended") if due.ended_how else "Ended"
        st.markdown(f":material/check_circle: {plain(due.what)}. {how}, {moment(due.ended_at)}")
        return
    (st.error if late else st.warning)(plain(f"{due.what}: {left}."), icon=":material/alarm:")
    if not view.works:
        return
    with st.expander(f"{plain(due.what)}: done, or given up"):
        draft = drafts.resume(desk, "checklist_due", f"{view.ref} {due.of}")
        seen = entries_seen(draft, view)
        done = draft.radio("Which", "done", list(_SETTLED), index=None, format_func=_SETTLED.__getitem__)
        text = draft.text_area("By whom and when; or why it is given up", "text", height=100, max_chars=WHY)
        draft.told()
        if not st.button("Put it on record", key=f"okf_due_{due.of}"):
            return
        if done is None:
            st.error("Say whether it is done or given up. What you typed is still here.")
            return
        with errors_shown():
            settle_due(desk, view.ref, due.of, done=done, text=text, entries_seen=seen)
            draft.done("It is on record.")


def _choose(desk: Desk, view: ConcernInView, offered: tuple[InForce, ...]) -> None:
    """The form of one checklist, chosen from those in use."""
    st.header("Fill in a checklist")
    by_key = {one.checklist.key: one for one in offered}
    key = st.selectbox(
        "Which",
        list(by_key),
        index=None,
        format_func=lambda one: by_key[one].checklist.title,
        key=f"okf_checklist_{view.ref}",
        placeholder="The likeliest for this kind of harm stand first",
    )
    if key is not None:
        _form(desk, view, by_key[key])


def _form(desk: Desk, view: ConcernInView, held: InForce) -> None:
    checklist = held.checklist
    if held.sample:
        st.warning(SAMPLE_SAID, icon=":material/draft:")
    if checklist.about:
        st.text(checklist.about)
    draft = drafts.resume(desk, "checklist", f"{view.ref} {checklist.key}")
    seen = entries_seen(draft, view)
    fields = [_field(checklist.questions[:at], asked) for at, asked in enumerate(checklist.questions)]
    answers = [
        _answer(draft, f"{number}. {asked.words}", field, asked)
        for number, (field, asked) in enumerate(zip(fields, checklist.questions, strict=True), 1)
    ]
    gone = [said for name, said in draft.values.items() if name.startswith(_ANSWER) and name not in fields and said]
    version = begun_from(draft, held.version, (("What is asked no longer", "", str(said)) for said in gone))
    draft.told()
    if not st.button("Save the checklist", type="primary", key=f"okf_fill_{view.ref}"):
        return
    with errors_shown():
        fill_checklist(
            desk,
            view.ref,
            key=checklist.key,
            version=version,
            answers=[taken(one) for one in answers],
            entries_seen=seen,
        )
        draft.done("The checklist is on record.")


def _field(before: Sequence[Asked], asked: Asked) -> str:
    """The name of a question's field: the same in every version of its checklist in which it is asked so."""
    return f"{_ANSWER}{sha256(asked.as_line().encode()).hexdigest()[:16]}_{before.count(asked)}"


def _answer(draft: drafts.DraftForm, label: str, field: str, asked: Asked) -> Answer | Invalid:
    if asked.kind in YES_OR_NO:
        said = draft.radio(
            label, field, list(YesNo), index=None, format_func=lambda one: one.value.capitalize(), horizontal=True
        )
        return YesNo(said) if said else None
    if asked.kind in DATES:
        return draft.date_input(label, field)
    if asked.kind is AnswerKind.CHOICE:
        return draft.selectbox(label, field, list(asked.choices), index=None, format_func=str.capitalize)
    return draft.text_area(label, field, height=80, max_chars=ANSWER).strip() or None
