"""An enquiry decided: registered as a case, put on the family's own, or declined."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.cases.commands.registering import put_as_new_party, put_on_case, register_enquiry
from okf.cases.queries.existing import Side, existing_cases, existing_sides, look_for_case
from okf.desk import Desk
from okf.intake.commands.enquiries import decline_enquiry
from okf.intake.queries.enquiry import EnquiryInView, PersonTold, asked_of
from okf.intake.queries.matches import known_people
from okf.intake.views.enquiry import say_done
from okf.intake.views.matches import SAID, panel
from okf.shell.drafts import views as drafts
from okf.shell.words import errors_shown, plain, told
from okf.terms import Action, SupportKind
from okf.terms.intake import EnquiryPart

_ELSEWHERE: Final = "elsewhere"
OF_ONES_OWN: Final = "Nobody in a case or enquiry of your own is like this. Every case is looked through above."


def decide(desk: Desk, view: EnquiryInView) -> None:
    """Look whether the people are known, then put the enquiry on their case, register or decline it; one draft."""
    waits = Action.REGISTER_ENQUIRY in view.may
    draft = drafts.resume(desk, "decide-enquiry", view.ref)
    looks = Action.PUT_ON_CASE in view.may
    if looks:  # what this finds, nobody's own cases need show
        st.header("Do they have a case already?")
        _put(desk, draft, view)
    if waits:
        _check(desk, view)
    if not looks:
        st.header("Do they have a case already?")
        st.write("A manager looks for it, and puts this on it. If you think that they have one, leave this waiting.")
    if waits:
        _register(desk, draft, view)
        _decline(desk, draft, view)
    draft.told()


def _check(desk: Desk, view: EnquiryInView) -> None:
    """Look whether the people are known to OKF, before anything is opened."""
    st.header("Are they known already?")
    nobody = {"nobody": OF_ONES_OWN} if Action.PUT_ON_CASE in view.may else {}
    panel(desk, [asked_of(view.ref, one) for one in view.people], key=_key(view), **nobody)


def _put(desk: Desk, draft: drafts.DraftForm, view: EnquiryInView) -> None:
    """The sides of cases to which it may belong, and putting it on one of them."""
    looked = f"{_key(view)}_case"
    if st.button("Find their case", key=f"{looked}_look", icon=":material/folder_open:"):
        with errors_shown():
            look_for_case(desk, view.ref)
            st.session_state[looked] = True
    if not st.session_state.get(looked):
        st.caption("Compares everyone in the enquiry with the people of every case. The look is on record.")
        return
    sides, cases = existing_sides(desk, view.ref), existing_cases(desk, view.ref)
    if not cases:
        st.write("No case that is open is like it. A closed one is reopened first.")
    st.write(
        "What was told becomes a record on the caller's own side, and leaves the enquiry. Whoever leads for them has a"
        " task to read it. Nobody on another side can see that they called."
    )
    with st.container(border=True):
        offered = {f"{one.case_ref} {one.party}": one for one in sides}
        beside = {f"{one} new": one for one in cases}
        said = {one: _side(side) for one, side in offered.items()}
        said |= {one: f"None of its parties yet: a new party of case {case}" for one, case in beside.items()}
        said[_ELSEWHERE] = "A new party of a case that I name"
        side = draft.radio("Who asks is", "side", list(said), index=None, format_func=said.__getitem__)
        if side in beside or side == _ELSEWHERE:
            _put_as_new(desk, draft, view, beside.get(side, ""))
            return
        now = draft.checkbox(
            "Use the safe contact that they told now from now on",
            "put_from_now",
            hint="Only if you are sure who called. The old one stays in the history.",
        )
        sure = st.checkbox(
            "I am sure that it is this person: a caseworker or the caller confirmed it", key=f"{looked}_sure"
        )
        if not st.button("Put this on their existing case", type="primary", key=f"{looked}_put"):
            return
        if side is None or not sure:
            st.error("Choose who asks and tick the box first.")
            return
        with errors_shown():
            chosen = offered[side]
            put_on_case(desk, view.ref, chosen.case_ref, party=chosen.party, seen=view.version, contact_from_now=now)
            draft.done()
            say_done("It is on their case, on the caller's own side.")
            st.rerun()


def _put_as_new(desk: Desk, draft: drafts.DraftForm, view: EnquiryInView, case_ref: str) -> None:
    """Putting it beside a case, as the own side of somebody who is no party of it yet."""
    st.info(
        "Their side is a case of its own until both sides may know. Nobody on the family's case is shown that they"
        " called, and whoever comes to work for them is not shown that there is that case. Managers and safeguarding"
        " leads who work for no side are shown both. Under Manage, two people say when both sides may know.",
        icon=":material/visibility_off:",
    )
    if not case_ref:
        case_ref = draft.text_input("The case", "new_party_of", max_chars=80, placeholder="OKF-").strip()
    who = draft.text_input(
        "Who they are to the family", "relation", max_chars=200, placeholder="Such as: the father of the children"
    )
    kind = view.kind_of_support or draft.selectbox(
        "Kind of support", "new_party_kind", list(SupportKind), index=None, format_func=told, placeholder="Choose"
    )
    caller = next((one for one in view.people if one.part is EnquiryPart.CALLER), None)
    on_file = _on_file(desk, view, caller) if caller else {}
    same_as = _chosen(draft, caller, on_file, "new_party_same") if caller and on_file else None
    now = same_as is not None and draft.checkbox("Use the safe contact that they told now from now on", "new_from_now")
    if not st.button("Put this beside their case", type="primary", key=f"{_key(view)}_case_new"):
        return
    with errors_shown():
        own = put_as_new_party(
            desk,
            view.ref,
            case_ref,
            seen=view.version,
            relation=who,
            kind_of_support=kind,
            same_as=same_as,
            contact_from_now=now,
        )
        draft.done()
        say_done(f"Their side is case {own}. It waits for a lead caseworker of its own.")
        st.rerun()


def _side(one: Side) -> str:
    like = f"{SAID[one.confidence]}: {'; '.join(one.reasons)}" if one.confidence else "Only others here are alike"
    leads = f"Lead caseworker: {', '.join(one.caseworkers)}" if one.caseworkers else "Nobody leads for them yet"
    return plain(f"{one.place} of case {one.case_ref}. {like}. {leads}.")


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
        say_done("It is registered, and the case is open. A manager lets in a caseworker for each side.")
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
    who = _on_file(desk, view, one)
    if not who:
        return
    if chosen := _chosen(draft, one, who, f"same_{one.id}"):
        same_as[one.id] = chosen
    if caller and draft.checkbox(
        "Use the safe contact that they told now from now on",
        f"from_now_{one.id}",
        hint="For a caller on file, and only if you are sure who called. The old one stays in the history.",
    ):
        from_now.append(one.id)


def _on_file(desk: Desk, view: EnquiryInView, one: PersonTold) -> dict[str, str]:
    """Whom on file somebody may be, in words, by what a look named them."""
    found = known_people(desk, asked_of(view.ref, one))
    return {
        **{match.handle: f"Is {match.name}, on file" for match in found.seen},
        **{match.handle: f"Is protected {n}: {match.ask} said so" for n, match in enumerate(found.protected, 1)},
    }


def _chosen(draft: drafts.DraftForm, one: PersonTold, who: dict[str, str], field: str) -> str | None:
    return draft.selectbox(
        f"{plain(one.name)}: new, or on file?",
        field,
        list(who),
        index=None,
        format_func=who.__getitem__,
        placeholder="New to OKF",
    )


def _key(view: EnquiryInView) -> str:
    return f"enquiry_{view.ref}_{view.version}"


def _decline(desk: Desk, draft: drafts.DraftForm, view: EnquiryInView) -> None:
    """No case comes of it."""
    with st.expander("Decline the enquiry", icon=":material/block:"):
        reason = draft.text_area("Reason", "reason", max_chars=2_000, help="Why, and what they were told.")
        sure = st.checkbox("Decline it: this can't be undone", key=f"end_sure_{view.ref}")
        if not st.button("Decline the enquiry", key=f"end_{view.ref}"):
            return
        if not sure:
            st.error("Tick the box first.")
            return
        with errors_shown():
            decline_enquiry(desk, view.ref, seen=view.version, reason=reason)
            draft.done()
            say_done("It is declined.")
            st.rerun()
