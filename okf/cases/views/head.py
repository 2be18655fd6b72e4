"""The head of a case, always in sight: what it is, its people, how to reach them safely; and its concerns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from html import escape
from typing import Any, Final

import streamlit as st

from okf.agreements.views import signing
from okf.cases.commands.cases import act_as, open_case_file
from okf.cases.commands.people import show_contact, show_told
from okf.cases.queries.access import concerns_on
from okf.cases.queries.candidates import not_signed_on
from okf.cases.queries.case import CaseView, FamilyMember, case_in_view
from okf.cases.queries.told_of import ToldOf
from okf.cases.views import access_routes, allocation, contact_warning, families
from okf.desk import Desk
from okf.errors import NotFound, Refused
from okf.intake.contact_details import LABELS
from okf.intake.views.safe_contact import NOTHING_CHECKED, contact_panel, dialled, lines, said as said_of
from okf.policy.least import LEAST
from okf.policy.mediation import NOT_BINDING, stands
from okf.shell.navigation import link
from okf.shell.phones import EMERGENCY, ringing
from okf.shell.sheets import Cell, address
from okf.shell.tables import columns_of, table
from okf.shell.words import day, errors_shown, moment, plain, told
from okf.terms import Action, FamilyField
from okf.terms.concerns import SOMEBODY_ELSE

CALL_NOTE: Final = "Call note"
_STYLE: Final = """<style>
.stLayoutWrapper:has(> .st-key-okf_case_head) { position: sticky; top: 0; z-index: 40; background: #fff }
.st-key-okf_case_head { border-bottom: 1px solid #c3ced2; padding-bottom: .3rem }
.st-key-okf_case_head h1 { font-size: 1.6rem; padding: 0 }
.st-key-okf_case_head p { margin: 0 }
.okf-about span + span::before { content: " · " }
.okf-about { color: #444; font-size: .9rem }
.okf-reach > * { margin-right: .5rem }
.okf-not, .okf-safe { white-space: nowrap; padding: .05rem .5rem; border-radius: .25rem; font-weight: 600 }
.okf-not { color: #fff; background: #8f1d14 }
.okf-safe { color: #12401f; background: #def2e3 }
@media (max-width: 640px) { .st-key-okf_case_head h1 { font-size: 1.25rem } .okf-about { display: none } }
@media print { .stLayoutWrapper:has(> .st-key-okf_case_head) { position: static } }
</style>"""


def look_into(desk: Desk, case_ref: str) -> CaseView | None:
    """The case, its opening put on record; None, with the reason shown, where the reader may not see it."""
    missing = NotFound("")
    try:
        view = case_in_view(desk, case_ref)
    except NotFound as gone:
        view, missing = None, gone
    try:
        if view is None or view.opened:
            open_case_file(desk, case_ref)
        if view is None:  # it was open in this sign-in, and is no more
            raise missing
    except (NotFound, Refused) as told_so:
        st.title("Case")
        if not signing.sign_to_open(desk, case_ref):
            st.text(str(told_so))  # as it is: it repeats what the address says
        return None
    signing.just_signed(desk, opened=True)
    return view


def head(desk: Desk, view: CaseView, *, to_the_form: Callable[[], None]) -> None:
    """Whose case it is, what must not be done, the numbers, and the usual actions; banners for what to bear in mind."""
    st.html(_STYLE)
    with st.container(key="okf_case_head", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
            st.title(" and ".join(map(plain, view.called)) or f"Case {view.ref}", anchor=False, width="content")
            if view.opened:
                _actions(view, to_the_form)
        st.html(f'<p class="okf-about">{"".join(f"<span>{escape(one)}</span>" for one in _about(view))}</p>')
        if reached := [one for one in view.family if one.known and one.contact is not None and not one.child]:
            st.html("".join(_reach(one, asdict(one.contact)) for one in reached if one.contact))
    if view.works:
        _choose_work(desk, view)
    families.beside(desk, view.ref)
    if view.unallocated_since:
        say = st.error if view.overdue else st.warning
        since = day(view.unallocated_since)
        waits = f"A party of this case has no lead caseworker since {since}."
        if Action.GRANT in view.may:
            waits += " Under Manage, hand over what the last one held, or grant access to somebody else."
        say(waits, icon=":material/person_alert:")
    if not view.closed_at and Action.GRANT in view.may and (unable := not_signed_on(desk, view.ref)):
        begins = "A lead caseworker is" if view.unallocated_since else "Allocated,"
        st.warning(plain(f"{begins} {allocation.not_signed(unable)}."), icon=":material/person_alert:")
        link("Remind them to sign", "chasing")
    if view.emergency:
        access_routes.emergency_banner(desk, view.emergency)
    if view.custody:
        access_routes.custody_banner(desk, view.custody)
    if view.both_sides:
        names = plain(" and ".join(view.name_of(ref) for ref in view.sides))
        st.warning(
            f"You hold both sides of this case. What {names} told us apart is not for the other.",
            icon=":material/balance:",
        )
    if not view.opened:
        led = "Who led it" if view.closed_at else "Lead caseworkers"
        st.info(
            "You see what this case is, and nothing of whom it is about: you hold no access to it."
            f" {led}: {plain(', '.join(view.caseworkers) or 'nobody')}."
        )
        return
    contact_warning.on_case(desk, view.ref)
    if view.closed_at and view.caseworkers:
        st.caption(plain(f"Who led it: {', '.join(view.caseworkers)}"))
    for closed in view.closed_before:
        with st.expander(f"It was closed before, from {day(closed.closed_at)} to {day(closed.reopened_at)}"):
            st.text(f"Why it was closed: {closed.reason or '—'}")
            st.text(f"What came of it: {closed.outcome or '—'}")
    for one in view.mediations:
        st.info(
            f"{told(one.kind)} mediation, {stands(one.status)}, mediator {plain(one.mediator or 'not named')}."
            f" {NOT_BINDING}"
        )


def family(desk: Desk, view: CaseView, *, key: str) -> None:
    """Each of the family whom this reader's part needs, and how to reach them safely; `key` tells its places apart."""
    st.header("The family", anchor=False)
    for member in view.family:
        if member.known:
            _person(desk, view, member, key)
    if others := [member.name for member in view.family if not member.known]:
        st.caption(plain(f"Also of this family: {', '.join(others)}. Your part here does not need their names."))


def concerns(desk: Desk, view: CaseView) -> None:
    """The concerns that this reader may open, and for managers how many are open."""
    known = concerns_on(desk, view.ref)
    if known.number is not None:
        st.metric("Open concerns", str(known.number), border=True, width=200)
    if known.listed:
        cells = {
            "Concern": lambda c: Cell(c.ref, address("concern", ref=c.ref)),
            "Severity": lambda c: told(c.severity),
            "Status": lambda c: SOMEBODY_ELSE if c.closed else told(c.status),
            "Raised": lambda c: moment(c.raised_at),
        }
        table(columns_of(known.listed, cells), caption="Concerns that you may open")
    danger = f"In immediate danger call {EMERGENCY} first."
    st.markdown(f"Worried about harm? Anyone here may raise a concern. {danger}")
    link("Raise a concern", "raise_concern", icon=":material/flag:", case=view.ref)


def _about(view: CaseView) -> list[str]:
    """What the case is, the most telling first, its reference last."""
    facts = [told(view.status)]
    if view.least.shows(FamilyField.KIND_OF_SUPPORT):
        facts.append(told(view.kind_of_support))
    if view.area:
        facts.append(view.area)
    facts.append(f"opened {day(view.opened_on)}")
    if view.first_contact_at:
        facts.append(f"first contact {moment(view.first_contact_at)}")
    if view.closed_at:
        facts.append(f"closed {day(view.closed_at)}")
    return [*facts, view.ref] if view.called else facts


def _actions(view: CaseView, to_the_form: Callable[[], None]) -> None:
    with st.container(horizontal=True, width="content", gap="xsmall"):
        if Action.ADD_RECORD in view.may or view.sides:
            st.button(CALL_NOTE, key="okf_call_note", type="primary", icon=":material/call:", on_click=to_the_form)
        if Action.ADD_TASK in view.may:
            st.button("Task", key="okf_task", icon=":material/add_task:", on_click=_to_the_tasks)
        link("Raise a concern", "raise_concern", icon=":material/flag:", case=view.ref)


def _to_the_tasks() -> None:
    st.session_state["part"] = "Tasks"


def _reach(member: FamilyMember, values: Mapping[str, Any]) -> str:
    """A line on one adult: in red what must not be done, then the number that is safe and its hours."""
    said = [f"<strong>{escape(member.name)}</strong>"]
    if values["do_not_contact_by"]:
        said.append(f'<span class="okf-not">Do not contact by: {escape(values["do_not_contact_by"])}</span>')
    for name in ("voicemail_safe", "post_safe"):
        if values[name] is not None:
            look = "okf-safe" if values[name] else "okf-not"
            said.append(f'<span class="{look}">{LABELS[name]} {said_of(values[name])}</span>')
    number = values["safe_phone"] or values["phone"]
    if number:
        said.append(ringing(number) if number == dialled(values) else escape(number))
    if values["safe_hours"]:
        said.append(escape(values["safe_hours"]))
    if not number:
        said.append(escape(NOTHING_CHECKED) if "address" not in member.behind and not values["email"] else "No number")
    return f'<p class="okf-reach">{" ".join(said)}</p>'


def _choose_work(desk: Desk, view: CaseView) -> None:
    """In which of their works somebody with two acts here: everything about this case is by that one alone."""
    acted_in = view.works[0]
    chosen = st.radio(
        "You act here as",
        works := [work for work in LEAST if work in view.works],
        index=works.index(acted_in),
        format_func=told,
        key=f"okf_act_as_{view.ref}_{acted_in}",  # drawn anew where they chose in another tab
        horizontal=True,
        help="You hold access to this case for each of these. You see what the one needs that you act in, not both.",
    )
    if chosen != acted_in:
        with errors_shown():
            act_as(desk, view.ref, chosen)
            st.rerun()


def _person(desk: Desk, view: CaseView, member: FamilyMember, key: str) -> None:
    with st.container(border=True, gap="small"):
        st.text(member.name)
        born = f", born {day(member.date_of_birth)}" if member.date_of_birth else ""
        st.caption(f"{'Child' if member.child else 'Party'}{born}")
        if not member.child and member.caseworkers is not None:
            st.caption(plain(f"Lead caseworker: {', '.join(member.caseworkers) or 'none'}"))
        if member.contact is not None:
            checked = member.child or "address" in member.behind
            contact_panel(asdict(member.contact), nobody=None if checked else NOTHING_CHECKED)
        elif not member.child:
            st.text("Safe contact: only through their own caseworker.")
        if member.behind:
            _behind_show(desk, view, member, key)
        for one in member.claims:
            _only_told(desk, view, member, one, key)


def _behind_show(desk: Desk, view: CaseView, member: FamilyMember, key: str) -> None:
    """What is seen by a deed alone, and until the page is drawn anew."""
    labels = " and ".join(LABELS[name].lower() for name in member.behind)
    if st.button(
        f"Show {labels}", key=f"show_contact_{member.ref}_{key}", help="It goes on the record that you looked."
    ):
        with errors_shown():
            st.text("\n".join(lines(show_contact(desk, view.ref, member.ref))))


def _only_told(desk: Desk, view: CaseView, member: FamilyMember, one: ToldOf, key: str) -> None:
    """What stands as somebody told it: in words, and never as a way to reach them."""
    on = f" on {day(one.told_at)}" if one.told_at else ""
    if one.own_name:
        whose = f"Told in the name of {member.name}{on}, by somebody of whom nobody was sure"
    elif one.told_by:
        whose = f"Told by {one.told_by}{on}, not by {member.name}"
    else:
        whose = one.why or f"Source unknown: told by a file, or taken before sources were kept{on}"
    st.caption(f"**{plain(whose)}.** Not checked with them: not a way to reach them.")
    st.text("\n".join(lines(one.values)))  # as text: an address must not become a link
    if one.behind:
        labels = " and ".join(LABELS[name].lower() for name in one.behind)
        named = f"show_told_{member.ref}_{one.source or 'unknown'}_{key}"
        if st.button(f"Show the {labels} as told", key=named, help="It goes on the record that you looked."):
            with errors_shown():
                st.text("\n".join(lines(show_told(desk, view.ref, member.ref, told_by=one.source))))
