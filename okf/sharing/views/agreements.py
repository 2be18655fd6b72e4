"""Express agreements on the screen: those of a case, the form that records one, and its withdrawal (C8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.clock import LONDON, london_date
from okf.desk import Desk
from okf.policy.share_words import PURPOSES, RECIPIENTS, purpose_in_words
from okf.sharing.commands.express_agreements import agree_to_share, withdraw_agreement
from okf.sharing.queries.choices import Choice
from okf.sharing.queries.express_agreements import AgreementRow, AgreementState, agreements_of_case
from okf.sharing.views.words import agreement_state
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.fields import complete, needs
from okf.shell.sheets import facts
from okf.shell.words import day, errors_shown, flash, moment, told
from okf.terms import HowGiven

SAID: Final = "okf_sharing_said"
USE: Final = "okf_agreement_used"
_PREFILL: Final = "okf_agreement_wanted"
_OTHER: Final = "other_purpose"


@dataclass(frozen=True, slots=True)
class WantedAgreement:
    """The values with which the form of an express agreement begins."""

    case_ref: str = ""
    source: str | None = None
    records: tuple[str, ...] = ()
    kind: str | None = None
    name: str = ""
    purpose: str | None = None


_NOTHING_WANTED: Final = WantedAgreement()


def agreements(desk: Desk, view: CaseView, choices: Sequence[Choice]) -> None:
    """The agreements of a case, each with its buttons; then the form that records one."""
    rows = agreements_of_case(desk, view.ref)
    if not rows:
        st.info("No express agreement is on record that you may know of. Record one below when somebody gives it.")
    for row in rows:
        _agreement(desk, row)
    form(desk, view, choices)


def form(desk: Desk, view: CaseView, choices: Sequence[Choice]) -> None:
    """The form that records an express agreement, filled in if a refused share lacks one."""
    wanted: WantedAgreement | None = st.session_state.get(_PREFILL)
    if wanted is None or wanted.case_ref != view.ref:
        wanted = _NOTHING_WANTED
    with st.expander(
        "Record an express agreement", icon=":material/handshake:", expanded=wanted is not _NOTHING_WANTED
    ):
        subject = view.ref if wanted is _NOTHING_WANTED else f"{view.ref} {wanted.source} {len(wanted.records)}"
        draft = drafts.resume(desk, "express_agreement", subject, case=view.ref)
        names = {one.ref: one.name for one in view.family}
        by_id = {one.id: one for one in choices}
        source = draft.selectbox(
            "Who agrees",
            "source",
            list(names),
            index=index_of(list(names), wanted.source),
            format_func=names.__getitem__,
            hint="What somebody told us may be shared when they agree. What is joint needs both.",
        )
        records = draft.multiselect(
            "To the sharing of which records",
            "records",
            list(by_id),
            default=[r for r in wanted.records if r in by_id],
            format_func=lambda one: said(by_id[one]),
            hint="Exactly these: what comes later needs an agreement of its own.",
        )
        kinds = list(RECIPIENTS)
        kind = draft.selectbox(
            "With whom", "kind", kinds, index=index_of(kinds, wanted.kind), format_func=RECIPIENTS.__getitem__
        )
        name = draft.text_input(
            "Their name or office (empty: anybody of this kind)", "name", value=wanted.name, max_chars=300
        )
        purpose = purpose_field(draft, wanted.purpose)
        channel = draft.text_input("By which way (empty: any safe way)", "channel", max_chars=80)
        conditions = draft.text_area("Their own conditions", "conditions", height=80, max_chars=2_000)
        how = draft.radio("How they told us", "how", list(HowGiven), index=None, format_func=told, horizontal=True)
        evidence = draft.text_area(
            "Where it can be seen",
            "evidence",
            height=80,
            max_chars=2_000,
            help="Who was there, which call, or where the letter is kept.",
        )
        with st.container(horizontal=True):
            on = draft.date_input(
                "Given on", "given_on", value=london_date(desk.now()), max_value=london_date(desk.now())
            )
            until = draft.date_input(
                "To the end of (empty: until withdrawn)", "until", min_value=london_date(desk.now())
            )
        one_use = draft.checkbox("For one use only", "one_use")
        draft.told()
        lacking: list[str] = []
        for label, given in (
            ("Who agrees", source),
            ("To the sharing of which records", records),
            ("With whom", kind),
            ("How they told us", how),
        ):
            needs(lacking, label, given)
        needs(lacking, "Where it can be seen", evidence, "write it down")
        if st.button("Record the agreement", type="primary", key=f"agree_{view.ref}"):
            with errors_shown():
                if not complete(lacking):
                    return
                ref = agree_to_share(
                    desk,
                    view.ref,
                    source=source or "",
                    records=records,
                    purpose=purpose,
                    channel=channel,
                    recipient={"type": kind or "", **({"name": name.strip()} if name.strip() else {})},
                    given_at=_given(desk, taken(on)),
                    expires_on=taken(until),
                    one_use=one_use,
                    conditions=conditions,
                    given_how=how,
                    evidence=evidence,
                )
                st.session_state.pop(_PREFILL, None)
                draft.done(f"The express agreement {ref} is on record.")


def want(agreement: WantedAgreement) -> None:
    """Begin the form that records the agreement which a refused share lacks."""
    st.session_state[_PREFILL] = agreement


def purpose_field(draft: drafts.DraftForm, wanted: str | None = None) -> str | None:
    """The field for the purpose: one of the usual ones, or another in words."""
    options = [*PURPOSES, _OTHER]
    first = wanted if wanted in PURPOSES else _OTHER if wanted else None
    purpose = draft.selectbox(
        "For what",
        "purpose",
        options,
        index=index_of(options, first),
        format_func=lambda one: PURPOSES.get(one, "Something else, in words"),
    )
    if purpose != _OTHER:
        return purpose
    return draft.text_input("For what, in words", "purpose_words", value=wanted or "", max_chars=200) or None


def said(choice: Choice) -> str:
    """A record in a list to choose from."""
    return f"{choice.said} · {told(choice.record_class)}, {day(choice.occurred_at)} · told by {choice.told_by}"


def index_of(options: Sequence[str], wanted: str | None) -> int | None:
    """The index of an option; None if it is not among them."""
    return options.index(wanted) if wanted in options else None


def _agreement(desk: Desk, row: AgreementRow) -> None:
    with st.container(border=True, gap="small"):
        st.text(f"{row.given_by} agreed: to {row.to}")
        st.caption(f"{agreement_state(row)} · {row.id}")
        told_us = [
            ("What", "\n".join(row.titles)),
            ("For what", purpose_in_words(row.purpose) if row.purpose else "Any purpose that fits it"),
            ("By which way", row.channel or "Any way that is safe"),
            ("Given", moment(row.given_at) + (f", {told(row.given_how).lower()}" if row.given_how else "")),
        ]
        if row.told:
            told_us += [
                ("On condition", row.conditions or "None of their own"),
                ("Where it can be seen", row.evidence or "Not written down"),
                ("Recorded by", row.recorded_by or "Brought in with the caseload"),
            ]
        if row.withdrawn_at:
            told_us.append(("Withdrawn", moment(row.withdrawn_at)))
        if row.withdrawn_at and row.told:
            told_us.append(("Withdrawal recorded by", row.withdrawn_by or "An import"))
            told_us.append(("Who told us", row.withdrawn_words or "Not written down"))
        with st.expander("What it covers"):
            facts(told_us)
        if row.state is AgreementState.HOLDS:
            with st.container(horizontal=True):
                st.button("Share on it", key=f"use_{row.id}", icon=":material/send:", on_click=_use, args=(row,))
                with st.popover("They take it back", icon=":material/undo:"):
                    _withdraw(desk, row)


def _withdraw(desk: Desk, row: AgreementRow) -> None:
    with st.form(f"withdraw_{row.id}", border=False):
        st.text(
            "From that moment nothing leaves on this agreement. It can't be undone: to agree again they give another."
        )
        told_by = st.text_area("Who told us, and how", key=f"withdrawn_{row.id}", max_chars=2_000, height=80)
        sure = st.checkbox("They take this agreement back", key=f"sure_{row.id}")
        if st.form_submit_button("Withdraw it now", type="primary"):
            if not sure:
                st.error("Tick the box first: a withdrawal can't be undone.")
                return
            with errors_shown():
                withdraw_agreement(desk, row.id, told_by=told_by)
                flash(SAID, f"The agreement {row.id} is withdrawn. Nothing leaves on it any more.")


def _use(row: AgreementRow) -> None:
    st.session_state[USE] = row.id


def _given(desk: Desk, on: date | None) -> datetime | None:
    """Noon of the day on which it was given; None, which means now, if that is today."""
    if on is None or on == london_date(desk.now()):
        return None
    return datetime.combine(on, time(12), LONDON).astimezone(UTC)
