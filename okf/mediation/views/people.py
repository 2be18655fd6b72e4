"""The tab Participants of a mediation: each one's screening, suitability and agreement."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.mediation.commands.readiness import NARRATIVE, note_agreement_to_mediate, screen_participant
from okf.mediation.queries.mediation import MediationView, Participant
from okf.mediation.queries.texts import agreement_text, agreement_texts
from okf.policy.mediation import ASKED, AgreedHow, ScreeningArea, Suitability
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.words import errors_shown, moment, plain, told
from okf.terms import MediationStatus


def participants(desk: Desk, view: MediationView) -> None:
    """Each participant, as far as the reader may know."""
    if view.mine and not view.over and view.status is MediationStatus.ASSESSMENT:
        st.text(
            "Screen each participant alone and safely, then note that they agree. The mediation begins by itself once"
            " everyone has been found suitable and agreed; nobody meets before."
        )
    for one in view.participants:
        with st.container(border=True):
            _participant(desk, view, one)


def _participant(desk: Desk, view: MediationView, one: Participant) -> None:
    st.markdown(f"**{plain(one.name)}**")
    if one.readable:
        st.caption(plain(f"Restricted to {one.name}'s side. Not for the other."))
        for screening in one.screenings:
            st.text(f"Screened {moment(screening.screened_at)} by {screening.by}: {told(screening.suitability)}")
            st.text(screening.found)
            if screening.conditions:
                st.text(f"Conditions: {screening.conditions}")
        if not one.screenings:
            st.text("Not screened yet.")
    if one.agreed_at and one.how:
        st.text(f"Agreed to mediate {moment(one.agreed_at)}, {told(one.how).lower()}, text {one.text_version}.")
    elif one.readable:
        st.text("Has not agreed to mediate yet.")
    else:
        st.text("What they said alone is kept for them and their mediator.")
    if not view.mine or view.over:
        return
    with st.expander("Screen them" if not one.screenings else "Screen them again", icon=":material/shield_person:"):
        _screen(desk, view, one)
    if one.screenings:
        name = "Note that they agree to mediate" if not one.agreed_at else "They take their agreement back"
        with st.expander(name, icon=":material/handshake:"):
            _agree(desk, view, one)


def _screen(desk: Desk, view: MediationView, one: Participant) -> None:
    draft = drafts.resume(desk, "screening", f"{view.ref}:{one.ref}", case=view.case_ref)
    st.caption("Alone, where nobody listens. Tick what you asked about; what you found goes below, in your words.")
    at = moment_field(draft, "Screened on", "screened", desk.now(), past=True)
    asked = [
        area for area in ScreeningArea if draft.checkbox(ASKED[area], f"asked_{area.value}", help="I asked about this.")
    ]
    found = draft.text_area("What was found", "found", height=160, max_chars=NARRATIVE)
    suitability = draft.radio(
        "Does mediation suit them?", "suitability", list(Suitability), index=None, format_func=told
    )
    conditions = ""
    if suitability is Suitability.SUITABLE_WITH_CONDITIONS:
        conditions = draft.text_area(
            "Conditions, such as separate rooms or arrival times", "conditions", max_chars=NARRATIVE
        )
    if suitability is Suitability.NOT_SUITABLE:
        st.warning(
            "The mediation ends at once. Everybody else learns only that it is not going ahead, and not why or whose"
            " screening it was. If somebody is at risk, raise a concern as well."
        )
    sent = st.button("Save the screening", type="primary", key=f"screen_{one.ref}")
    draft.told()
    if sent:
        with errors_shown():
            if suitability is None:
                st.error("Say whether mediation suits them.")
                return
            screen_participant(
                desk,
                view.ref,
                participant=one.ref,
                screened_at=taken(at),
                asked=asked,
                suitability=suitability,
                found=found,
                conditions=conditions,
            )
            draft.done("The screening is on record.")


def _agree(desk: Desk, view: MediationView, one: Participant) -> None:
    draft = drafts.resume(desk, "agreement-to-mediate", f"{view.ref}:{one.ref}", case=view.case_ref)
    at = moment_field(draft, "On", "given", desk.now(), past=True)
    how = draft.radio("How they said so", "how", list(AgreedHow), format_func=told, horizontal=True)
    versions = [text.version for text in agreement_texts()]
    version = draft.selectbox("Version of the text that they had", "version", versions)
    text = agreement_text(version or "")
    if text:
        with st.popover("Read this version"):
            st.markdown(text.text)
    takes_back = one.agreed_at is not None
    if takes_back:
        st.warning("If the mediation is in progress it is paused. They need not say why.")
    label = "They take it back" if takes_back else "They agree to mediate"
    sent = st.button(label, key=f"agree_{one.ref}", type="primary")
    draft.told()
    if sent and how:
        with errors_shown():
            note_agreement_to_mediate(
                desk,
                view.ref,
                participant=one.ref,
                given_at=taken(at),
                how=how,
                version=version or "",
                agrees=not takes_back,
            )
            draft.done("It is on record.")
