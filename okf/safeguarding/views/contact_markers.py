"""Contact markers and internal flags, for the leads: those in force, setting a new one, those lifted."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from okf.cases.queries.before_contact import SPEAK_FIRST
from okf.clock import london_date, months_after
from okf.desk import Desk
from okf.safeguarding.commands.contact_markers import lift_marker, renew_marker, set_marker
from okf.safeguarding.queries.contact_markers import MarkerRow, markers
from okf.safeguarding.queries.subjects import subjects_of
from okf.shell.dates import day_input, taken
from okf.shell.drafts import views as drafts
from okf.shell.navigation import link
from okf.shell.sheets import sheet
from okf.shell.words import day, errors_shown, flash, moment, plain, show_flash, told
from okf.terms.concerns import MarkerKind

KINDS = {
    MarkerKind.CONTACT: f"Contact marker: “{SPEAK_FIRST}”, for whoever works the case",
    MarkerKind.INTERNAL: "Internal flag: for the safeguarding leads alone",
}
_SAID = "okf_marker_said"


def standing(desk: Desk) -> None:
    """Those in force, the soonest review first, each with its reasons and the forms to renew or lift it."""
    show_flash(_SAID)
    found = markers(desk)
    if not found:
        st.info("No marker or flag stands. Set one below where nobody should make contact before asking you.")
    for one in found:
        _one(desk, one)


def taken_off(desk: Desk) -> None:
    """Those that were lifted, with their history."""
    found = markers(desk, lifted=True)
    if not found:
        return
    with st.expander(f"Lifted ({len(found)})", icon=":material/history:"):
        rows = [(told(one.kind), _on(one), moment(one.lifted_at), _history(one)) for one in found]
        sheet(("What", "On", "Lifted", "How it came about"), rows, caption="Markers and flags that were lifted")


def new(desk: Desk, concern: str | None) -> None:
    """The form that sets one; `concern` is the one that the address names."""
    st.header("Set a marker")
    draft = drafts.resume(desk, "contact_marker", concern)
    kind = draft.radio("What", "kind", list(KINDS), format_func=KINDS.__getitem__)
    with st.container(horizontal=True):
        on = draft.radio("On", "on", ["A case", "A service user, in every case of theirs"])
        where = draft.text_input("Its reference, or theirs", "where", max_chars=80)
    concern = draft.text_input(
        "Set for concern",
        "concern",
        value=concern,
        max_chars=80,
        hint="If there is one: who it is about then never sees why.",
    )
    why = draft.text_area("Why: the safeguarding leads alone read it", "why", max_chars=5_000)
    today = london_date(desk.now())
    review = draft.date_input(
        "To be looked at again on",
        "review",
        value=today + timedelta(days=90),
        min_value=today + timedelta(days=1),
        max_value=months_after(today, 12),
    )
    shown = False
    if kind is MarkerKind.CONTACT:
        meant = [one.name for one in subjects_of(desk, (concern or "").strip()) if one.worker and not one.ended_at]
        if meant:
            st.info(
                f"Won't see it unless you tick so below, because this concern is about them: {plain(', '.join(meant))}."
            )
        st.caption(
            "A worker whom an open concern on this case is about doesn't see the marker: they might work out why it is"
            " there. If they are in danger without it, tick this."
        )
        shown = draft.checkbox("Show it to them too", "shown")
    draft.told()
    if not st.button("Set it", type="primary", key="marker_set"):
        return
    if kind is None or review is None or not where.strip():
        st.error("Say on what it is to stand, and when it is looked at again. What you typed is still here.")
        return
    on_case = on == "A case"
    with errors_shown():
        set_marker(
            desk,
            kind=kind,
            reason=why,
            review_on=taken(review),
            case_ref=where.strip() if on_case else None,
            service_user=None if on_case else where.strip(),
            concern=concern.strip() or None,
            shown_to_subjects=shown,
        )
        draft.done()
        flash(_SAID, "It is set.")


def _one(desk: Desk, one: MarkerRow) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(_on(one))}**: {KINDS[one.kind]}")
        if one.overdue:
            st.error(f"To be looked at again since {day(one.review_on)}. It stands until you renew or lift it.")
        else:
            st.text(f"To be looked at again on {day(one.review_on)}.")
        if one.shown_to_subjects:
            st.caption("Shown also to a worker whom a concern here is about.")
        st.text(_history(one))
        if one.concern_ref:
            link(f"Concern {one.concern_ref}", "concern", icon=":material/shield_person:", ref=one.concern_ref)
        with st.container(horizontal=True):
            with st.popover("Renew it", icon=":material/update:", key=f"renew_open_{one.ref}"):
                _renew(desk, one)
            with st.popover("Lift it", icon=":material/close:", key=f"lift_open_{one.ref}"):
                _lift(desk, one)


def _renew(desk: Desk, one: MarkerRow) -> None:
    today = london_date(desk.now())
    with st.container():
        on = day_input(
            "Until",
            today + timedelta(days=90),
            today,
            min_value=today + timedelta(days=1),
            max_value=months_after(today, 12),
            key=f"renew_on_{one.ref}",
        )
        why = st.text_area("Why it is still needed", max_chars=5_000, key=f"renew_why_{one.ref}")
        if st.button("Renew it", key=f"renew_it_{one.ref}"):
            with errors_shown():
                renew_marker(desk, one.ref, reason=why, review_on=taken(on))
                flash(_SAID, "It is renewed.")


def _lift(desk: Desk, one: MarkerRow) -> None:
    with st.form(f"lift_{one.ref}", border=False):
        st.text("Whoever works the case makes contact again without asking you first.")
        why = st.text_area("Why it is no longer needed", max_chars=5_000, key=f"lift_why_{one.ref}")
        if st.form_submit_button("Lift it"):
            with errors_shown():
                lift_marker(desk, one.ref, reason=why)
                flash(_SAID, "It is lifted.")


def _on(one: MarkerRow) -> str:
    return f"Case {one.case_ref}" if one.case_ref else f"{one.name or 'Service user'} ({one.service_user})"


def _history(one: MarkerRow) -> str:
    return "\n".join(
        f"{told(step.kind)} {moment(step.at)}, {step.by}"
        f"{f', to be looked at by {day(step.review_on)}' if step.review_on else ''}: {step.reason}"
        for step in one.steps
    )
