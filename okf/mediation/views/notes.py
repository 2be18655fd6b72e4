"""The tabs Notes and Proposals of a mediation: what is joint, and what was said to the mediator alone."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.mediation.commands.proposals import MEDIATOR, accept_proposal, make_proposal, move_proposal
from okf.mediation.queries.mediation import JOINT, MediationView
from okf.mediation.queries.room import ProposalRow, notes_of, proposals_of
from okf.mediation.views.head import warn_of_words
from okf.policy.mediation import NOT_BINDING, ProposalStatus
from okf.records.commands.records import LONGEST, add_record
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.queries import DRAFT_OF_MEDIATION
from okf.shell.drafts.views import moment_field
from okf.shell.fields import complete, needs
from okf.shell.words import errors_shown, moment, plain, told
from okf.terms import RecordClass


def notes(desk: Desk, view: MediationView) -> None:
    """The notes that the reader may read, newest first; for the mediator also the form that adds one."""
    if view.mine:
        with st.expander("Add a note", icon=":material/note_add:"):
            _note(desk, view)
    found = notes_of(desk, view.ref)
    if not found:
        st.text("There is no note here that you may read.")
    for one in found:
        with st.container(border=True, gap="small"):
            st.caption(plain(f"{told(one.record_class)} · {moment(one.occurred_at)} · {one.by or ''} · {one.id}"))
            if one.title:
                st.text(one.title)
            st.caption(plain(f"Restricted to: {one.restricted_to}. {NOT_BINDING}"))
            st.text(one.text or "")


def _note(desk: Desk, view: MediationView) -> None:
    draft = drafts.resume(desk, DRAFT_OF_MEDIATION, view.ref, case=view.case_ref)
    names = {one.ref: one.name for one in view.participants}
    options = {JOINT: "Said by or to everyone", **{ref: f"{name} alone, to me" for ref, name in names.items()}}
    whose = draft.selectbox("What this note is of", "whose", list(options), index=None, format_func=options.__getitem__)
    if whose and whose != JOINT:
        st.info(plain(f"Told to you by {names[whose]} alone. Not for the other."), icon=":material/lock_person:")
    at = moment_field(draft, "On", "occurred", desk.now(), past=True)
    title = draft.text_input("Title", "title", max_chars=300)
    text = draft.text_area("Note", "text", height=200, max_chars=LONGEST)
    sent = st.button("Save the note", type="primary", key="keep_note")
    draft.told()
    lacking: list[str] = []
    needs(lacking, "What this note is of", whose)
    needs(lacking, "Note", text, "write it down")
    if sent and complete(lacking):
        with errors_shown():
            kind = RecordClass.MEDIATION_JOINT_NOTE if whose == JOINT else RecordClass.MEDIATION_PRIVATE_NOTE
            add_record(
                desk,
                view.case_ref,
                record_class=kind,
                source=whose or "",
                subjects=list(names) if whose == JOINT else [whose] if whose else [],
                title=title,
                text=text,
                occurred_at=taken(at),
                mediation=view.ref,
            )
            draft.done("The note is on record.")


def proposals(desk: Desk, view: MediationView) -> None:
    """The proposals that the reader may know of; for the mediator also the forms and buttons."""
    if view.mine and not view.over:
        with st.expander("Add a proposal", icon=":material/lightbulb:"):
            _propose(desk, view)
    found = proposals_of(desk, view.ref)
    if not found:
        st.text("There is no proposal that you may know of.")
    for one in found:
        with st.container(border=True, gap="small"):
            st.text(f"{one.made_by}: {told(one.status).lower()}")
            st.text(one.text)
            st.caption(plain(f"Made {moment(one.made_at)}. May see it: {one.restricted_to}. {one.ref}. {NOT_BINDING}"))
            if one.accepted_by:
                st.text(f"Accepted by {', '.join(one.accepted_by)}")
            if view.mine and not view.over:
                _moves(desk, one)


def _propose(desk: Desk, view: MediationView) -> None:
    draft = drafts.resume(desk, "proposal", view.ref, case=view.case_ref)
    names = {**{one.ref: one.name for one in view.participants}, MEDIATOR: "The mediator"}
    whose = draft.selectbox("Whose proposal", "made_by", list(names), index=None, format_func=names.__getitem__)
    text = draft.text_area("Proposal, in their words", "text", max_chars=5_000)
    offered = draft.checkbox(
        "Offer it to everyone now", "offered", hint="Until it is offered, only its maker's side may see it."
    )
    warn_of_words(text)
    sent = st.button("Save the proposal", type="primary", key="keep_proposal")
    draft.told()
    if sent:
        with errors_shown():
            make_proposal(desk, view.ref, made_by=whose or "", text=text, offered=offered)
            draft.done("The proposal is on record. Its words stay as they are.")


def _moves(desk: Desk, one: ProposalRow) -> None:
    with st.container(horizontal=True):
        if one.status in (ProposalStatus.KEPT, ProposalStatus.PARKED):
            _button(desk, one, "Offer it to everyone", ProposalStatus.OFFERED)
        if one.status is ProposalStatus.OFFERED:
            for who, name in one.still_to_accept.items():
                st.button(f"{plain(name)} accepts", key=f"{one.ref}_{who}", on_click=_accept, args=(desk, one.ref, who))
            _button(desk, one, "Park it", ProposalStatus.PARKED)
        if one.status is not ProposalStatus.WITHDRAWN:
            _button(desk, one, "Withdrawn", ProposalStatus.WITHDRAWN)


def _button(desk: Desk, one: ProposalRow, label: str, to: ProposalStatus) -> None:
    st.button(label, key=f"{one.ref}_{to.value}", on_click=_move, args=(desk, one.ref, to))


def _move(desk: Desk, ref: str, to: ProposalStatus) -> None:
    with errors_shown():
        move_proposal(desk, ref, to)


def _accept(desk: Desk, ref: str, who: str) -> None:
    with errors_shown():
        accept_proposal(desk, ref, participant=who)
