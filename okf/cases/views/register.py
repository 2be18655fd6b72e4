"""An enquiry decided: registered as a case, or ended without one."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.registering import register_enquiry
from okf.desk import Desk
from okf.intake.commands.enquiries import ENDED_WITHOUT_A_CASE, end_enquiry
from okf.intake.queries.enquiry import EnquiryInView, PersonTold, asked_of
from okf.intake.queries.matches import known_people
from okf.intake.views.matches import panel
from okf.shell.drafts import views as drafts
from okf.shell.words import errors_shown, plain, told
from okf.terms import SupportKind
from okf.terms.intake import EnquiryPart


def decide(desk: Desk, view: EnquiryInView) -> None:
    """Look whether the people are known, then register or end the enquiry; one draft for both."""
    _check(desk, view)
    draft = drafts.resume(desk, "decide-enquiry", view.ref)
    _register(desk, draft, view)
    _end(desk, draft, view)
    draft.told()


def _check(desk: Desk, view: EnquiryInView) -> None:
    """Look whether the people are known to OKF, before anything is opened."""
    st.header("Are they known already?")
    panel(desk, [asked_of(view.ref, one) for one in view.people], key=_key(view))


def _register(desk: Desk, draft: drafts.DraftForm, view: EnquiryInView) -> None:
    """Open the case: who joins it, which of them are on file already, what support."""
    st.header("Register for support")
    if f"{_key(view)}_typed" not in st.session_state:
        st.info("Look first whether they are known, so that nobody is put on file twice.")
        return
    st.write(
        "This opens the case with these people. What the caller said becomes its first record, for their own side."
        " Nobody holds access to it yet: a manager grants it, a caseworker for each side."
    )
    left_out: list[int] = []
    same_as: dict[int, str] = {}
    from_now: list[int] = []
    with st.container(border=True):
        kinds = list(SupportKind)
        kind = draft.selectbox(
            "Kind of support",
            "kind",
            kinds,
            index=kinds.index(view.kind_of_support) if view.kind_of_support else None,
            format_func=told,
            placeholder="Choose",
        )
        area = draft.text_input("Area", "area", value=view.area or "", max_chars=80)
        for one in view.people:
            _joins(desk, draft, view, one, left_out, same_as, from_now)
        sent = st.button("Register and open the case", type="primary", key=f"register_{view.ref}")
    if not sent:
        return
    if kind is None:
        st.error("Choose the kind of support first.")
        return
    with errors_shown():
        register_enquiry(
            desk,
            view.ref,
            seen=view.version,
            kind_of_support=kind,
            area=area,
            same_as=same_as,
            left_out=left_out,
            contact_from_now=from_now,
        )
        draft.done()
        st.rerun()


def _joins(
    desk: Desk,
    draft: drafts.DraftForm,
    view: EnquiryInView,
    one: PersonTold,
    left_out: list[int],
    same_as: dict[int, str],
    from_now: list[int],
) -> None:
    """Whether somebody joins the case, and as which person on file."""
    caller = one.part is EnquiryPart.CALLER
    if not caller and not draft.checkbox(f"{plain(one.name)} joins the case", f"joins_{one.id}", value=True):
        left_out.append(one.id)
    found = known_people(desk, asked_of(view.ref, one))
    who = {
        **{match.handle: f"Is {match.name}, on file" for match in found.seen},
        **{match.handle: f"Is protected {n}: {match.ask} said so" for n, match in enumerate(found.protected, 1)},
    }
    if not who:
        return
    chosen = draft.selectbox(
        f"{plain(one.name)}: new, or on file?",
        f"same_{one.id}",
        list(who),
        index=None,
        format_func=who.__getitem__,
        placeholder="New to OKF",
    )
    if chosen:
        same_as[one.id] = chosen
    if caller and draft.checkbox(
        "Use the safe contact that they told now from now on",
        f"from_now_{one.id}",
        help="For a caller on file, and only if you are sure who called. The old one stays in the history.",
    ):
        from_now.append(one.id)


def _key(view: EnquiryInView) -> str:
    return f"enquiry_{view.ref}_{view.version}"


def _end(desk: Desk, draft: drafts.DraftForm, view: EnquiryInView) -> None:
    """No case comes of it: declined, or on file already."""
    with st.expander("End it without a case", icon=":material/block:"):
        status = draft.radio(
            "Outcome", "status", list(ENDED_WITHOUT_A_CASE), index=None, format_func=told, horizontal=True
        )
        reason = draft.text_area("Reason", "reason", max_chars=2_000, help="Why, and what they were told.")
        sure = st.checkbox("End it: this can't be undone", key=f"end_sure_{view.ref}")
        sent = st.button("End the enquiry", key=f"end_{view.ref}")
        if not sent:
            return
        if status is None or not sure:
            st.error("Choose the outcome and tick the box first.")
            return
        with errors_shown():
            end_enquiry(desk, view.ref, seen=view.version, status=status, reason=reason)
            draft.done()
            st.rerun()
