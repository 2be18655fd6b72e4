"""Cases of one family on the screen: what stands beside a case, asking for a link, and answering one."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.cases.commands.families import REASON, answer_link, answer_unlink, ask_to_link, ask_to_unlink
from okf.cases.queries.case import CaseView
from okf.cases.queries.families import Joining, LinkOfCases, family_of, joining_of, links_on, links_waiting
from okf.cases.views.allocation import say_above
from okf.desk import Desk
from okf.shell.drafts import views as drafts
from okf.shell.navigation import link
from okf.shell.words import day, errors_shown, moment, plain
from okf.terms import Action
from okf.terms.caseload import CaseLinkKind

KINDS: Final = {
    CaseLinkKind.LINKED: "Linked: both go on, with workers who don't work on the other",
    CaseLinkKind.JOINED: "Joined: the family's case is this one, and the other one is closed",
}
JOINING: Final = (
    "**Joining** closes the other case and ends every access to it. Whoever leads there for somebody for whom nobody"
    " leads here goes along. Whoever reads somebody's own part here then reads the same person's own part there, and"
    " what both parties share only if the same two are party to both. Two people can take it back; accesses are given"
    " anew then, to whoever may still have them."
)
MAKES_KNOWN: Final = (
    "A new party comes into the family's case by this, with whoever leads for them, and their own case is closed. Each"
    " side is shown that the other one is here. It can't be taken back."
)
_SAID: Final = {
    CaseLinkKind.LINKED: "linked with",
    CaseLinkKind.JOINED: "joined into",
    CaseLinkKind.NEW_PARTY: "of a new party of",
}


def beside(desk: Desk, case_ref: str) -> None:
    """The cases of the same family of which the reader may know."""
    for one in family_of(desk, case_ref):
        if one.new_party_of == case_ref:
            said = (
                f"Somebody else of this family called on {day(one.since)}. Their side is case {one.other_case} until"
                " both sides may know. Nobody who works here is shown this: tell none of them."
            )
        elif one.new_party_of:
            said = (
                f"Who called belongs to case {one.other_case}, where nobody knows it. Whoever works here is not shown"
                " that there is that case: tell none of them."
            )
        elif one.into is None:
            said = f"Case {one.other_case} is of the same family, linked on {day(one.since)}."
        elif one.into == case_ref:
            said = (
                f"Case {one.other_case} was joined into this one on {day(one.since)}. What happened there stands in the"
                " timeline here, as far as your part of the case goes; the words are there."
            )
        else:
            said = f"This case was joined into case {one.into} on {day(one.since)}: the family's work goes on there."
        if one.new_party_of:
            st.warning(said, icon=":material/visibility_off:")
        else:
            st.info(said, icon=":material/family_history:")
        link(f"Case {one.other_case}", "case", case=one.other_case, icon=":material/folder_open:")


def on_case(desk: Desk, view: CaseView) -> None:
    """The case's links with their history, and asking for one."""
    draft = drafts.resume(desk, "link-cases", view.ref, action=Action.LINK_CASES)
    for one in links_on(desk, view.ref):
        _link(desk, one)
        if one.stands and one.end_asked_at is None:
            with st.container(horizontal=True):
                if one.kind is CaseLinkKind.NEW_PARTY:
                    _make_known(desk, one)
                _unlink(desk, one)
    st.write(
        "Another manager or a safeguarding lead agrees before it stands. No record moves. A link lets nobody see more."
    )
    st.caption(JOINING)
    other = draft.text_input("The other case", "other", max_chars=80, placeholder="OKF-")
    kind = draft.radio("What they are", "kind", list(KINDS), index=None, format_func=KINDS.__getitem__)
    why = draft.text_area("Why they are one family, and whom you asked", "why", max_chars=REASON, help="Naming nobody.")
    draft.told()
    if st.button("Ask for it", key="link_ask", type="primary"):
        if kind is None:
            st.error("Choose what they are first.")
            return
        with errors_shown():
            ask_to_link(desk, view.ref, other, kind=kind, why=why)
            draft.done()
            say_above("It is asked for: another manager or a safeguarding lead answers.")


def waiting(desk: Desk) -> None:
    """The links that wait for a second person."""
    found = [one for one in links_waiting(desk) if one.waits]
    st.header("Links waiting for a decision")
    if not found:
        st.write("None waits. A manager asks for one on a case's page, under Manage.")
    for one in found:
        _link(desk, one)


def _link(desk: Desk, one: LinkOfCases) -> None:
    with st.container(border=True, gap="small"):
        first, second, by = one.other_case, one.case_ref, f"Asked for by {one.asked_by}"
        if one.kind is CaseLinkKind.NEW_PARTY:
            first, second, by = second, first, f"By enquiry {one.asked_by}"
        st.text(f"Case {first}, {_SAID[one.kind]} case {second}: {_state(one)}")
        st.caption(plain(f"{by}, {moment(one.asked_at)}: {one.why}"))
        if one.agreed_at:
            st.caption(plain(f"Agreed to by {one.agreed_by}, {moment(one.agreed_at)}."))
        if one.end_asked_at:
            st.caption(plain(f"{one.end_asked_by} asked to take it back, {moment(one.end_asked_at)}: {one.end_why}"))
        if one.ended_at:
            st.caption(plain(f"Ended by {one.ended_by}, {moment(one.ended_at)}."))
        if not one.waits:
            return
        if not one.may_answer:
            st.caption("You asked: somebody else answers.")
            return
        if one.kind is CaseLinkKind.JOINED and not one.agreed_at:
            would = joining_of(desk, one.ref)
            if would.makes_known:
                st.warning(MAKES_KNOWN, icon=":material/visibility:")
            else:
                st.caption(JOINING)
            st.caption(plain(_who(would)))
        answer = answer_unlink if one.end_asked_at else answer_link
        with st.container(horizontal=True):
            agreed = st.button("Agree", key=f"link_yes_{one.ref}", type="primary")
            refused = st.button("Don't agree", key=f"link_no_{one.ref}")
        if agreed or refused:
            with errors_shown():
                answer(desk, one.ref, agree=agreed)
                st.rerun()


def _who(found: Joining) -> str:
    ends = f"Access to case {found.other_case} ends for: {', '.join(found.ends) or 'nobody'}."
    return f"{ends} Go along to case {found.case_ref}: {', '.join(found.passes) or 'nobody'}."


def _make_known(desk: Desk, one: LinkOfCases) -> None:
    with st.popover("Both sides may know now", icon=":material/visibility:", key=f"known_{one.ref}_open"):
        st.warning(MAKES_KNOWN, icon=":material/visibility:")
        why = st.text_area(
            "Who on each side said so", max_chars=REASON, key=f"known_why_{one.ref}", help="Ask both sides apart first."
        )
        if st.button("Ask for it", key=f"known_{one.ref}"):
            with errors_shown():
                ask_to_link(desk, one.other_case, one.case_ref, kind=CaseLinkKind.JOINED, why=why)
                say_above("It is asked for: another manager or a safeguarding lead answers.")
                st.rerun()


def _unlink(desk: Desk, one: LinkOfCases) -> None:
    with st.popover("Take it back", icon=":material/undo:", key=f"unlink_{one.ref}_open"):
        why = st.text_area("Why", max_chars=REASON, key=f"unlink_why_{one.ref}")
        if st.button("Ask to take it back", key=f"unlink_{one.ref}"):
            with errors_shown():
                ask_to_unlink(desk, one.ref, why=why)
                st.rerun()


def _state(one: LinkOfCases) -> str:
    if one.ended_at:
        return "taken back" if one.agreed_at else "not agreed to"
    if one.agreed_at is None:
        return "waits for a second person"
    return "stands; taking it back waits for a second person" if one.end_asked_at else "stands"
