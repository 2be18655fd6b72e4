"""The forms that ask to share, with the policy's answer, and that record what was shared in danger (C9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.dates import Side
from okf.desk import Desk
from okf.errors import CasebookError, Refused
from okf.policy.decision import Reason
from okf.policy.share_words import BASES, CONSENT, RECIPIENTS, for_safeguarding
from okf.sharing.commands.shares import LONGEST, ask_to_share
from okf.sharing.queries.choices import Answer, Choice, Wanted, answer_to
from okf.sharing.queries.express_agreements import AgreementRow, agreements_of_case
from okf.sharing.views.agreements import USE, WantedAgreement, index_of, purpose_field, said, want
from okf.sharing.views.words import answer as show_answer, conditions
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.navigation import go
from okf.shell.phones import EMERGENCY
from okf.shell.words import errors_shown, plain, told
from okf.terms import Action, Outcome, Severity
from okf.terms.decisions import FOR_SHARING

PAPERS: Final = {"order": "A court order", "summons": "A witness summons", "warrant": "A warrant"}
FIRST: Final = ("police_999", "nhs_emergency", "la_out_of_hours", "la_children")


def form(desk: Desk, view: CaseView, choices: Sequence[Choice]) -> None:
    """The form that asks to share: under it the policy's answer, and the button that puts the question on record."""
    agreement = _agreement(desk, view)
    with st.expander("Ask to share something", icon=":material/send:", expanded=agreement is not None):
        if not choices:
            st.info("There is no record here that you may read, so there is nothing that you could ask to share.")
            return
        subject = f"{view.ref} {agreement.id}" if agreement else view.ref
        draft = drafts.resume(desk, "share", subject, case=view.ref)
        asked = _asked(draft, view, choices, agreement)
        draft.told()
        if not asked["records"] or not asked["recipient"].get("type"):
            st.info("Choose what, with whom and for what: the answer then stands here, before anything is asked.")
            return
        try:
            taken(asked.get("compulsion", {}).get("due"))
            found = answer_to(desk, view.ref, asked)
        except CasebookError as error:
            st.error(plain(str(error)))
            return
        show_answer(found.decision)
        if found.decision.allowed:
            conditions(found.conditions)
        _possible(view, asked, found)
        _ask(desk, view, draft, asked, found)


def danger_form(desk: Desk, case_ref: str = "") -> None:
    """The form that records what was told to whom in immediate danger; it tells nothing of what is on file."""
    with st.expander("Somebody is in immediate danger", icon=":material/emergency:"):
        st.error(
            f"**Call {EMERGENCY} first.** Nothing here is asked for before help is called. Write it down afterwards."
        )
        draft = drafts.resume(desk, "danger", case_ref or None, action=Action.SHARE)
        listed = [kind for kind in RECIPIENTS if for_safeguarding(kind) and kind not in FIRST]
        kind = draft.selectbox(
            "Whom you told", "kind", [*FIRST, *listed], index=None, format_func=RECIPIENTS.__getitem__
        )
        name = draft.text_input("Their name, number or reference, if you have it", "name", max_chars=300)
        at = moment_field(draft, "On", "", desk.now(), past=True)
        told = draft.text_area("What you told them, and why", "told", height=150, max_chars=LONGEST)
        case = draft.text_input("Case reference, if you know it", "case", value=case_ref, max_chars=80)
        draft.told()
        if not st.button("Put it on record", type="primary", key=f"danger_{case_ref}"):
            return
        if kind is None or not told.strip():
            st.error("Say whom you told, and what. Everything that you typed is still here.")
            return
        with errors_shown():
            recipient = {"type": kind, **({"name": name.strip()} if name.strip() else {})}
            asked = ask_to_share(
                desk,
                recipient=recipient,
                danger="immediate",
                sent_already_at=taken(at),
                told=told,
                case_ref=case.strip() or None,
            )
            draft.done(
                f"Share {asked.ref} is on record. Tell the safeguarding lead now: Casebook has telephoned nobody."
            )


def _agreement(desk: Desk, view: CaseView) -> AgreementRow | None:
    wanted = st.session_state.get(USE)
    rows = agreements_of_case(desk, view.ref) if wanted else ()
    return next((row for row in rows if row.id == wanted), None)


def _asked(
    draft: drafts.DraftForm, view: CaseView, choices: Sequence[Choice], agreement: AgreementRow | None
) -> dict[str, Any]:
    by_id = {one.id: one for one in choices}
    names = {one.ref: one.name for one in view.family}
    given: Mapping[str, Any] = agreement.recipient if agreement else {}
    records = draft.multiselect(
        "What",
        "records",
        list(by_id),
        format_func=lambda one: said(by_id[one]),
        default=[one for one in (agreement.records if agreement else ()) if one in by_id],
        hint="No more than they need. Only records that you may read are listed.",
    )
    kinds = list(RECIPIENTS)
    first = index_of(kinds, given.get("type"))
    kind = draft.selectbox("With whom", "kind", kinds, index=first, format_func=RECIPIENTS.__getitem__)
    name = draft.text_input("Their name or office", "name", value=str(given.get("name") or ""), max_chars=300)
    recipient: dict[str, Any] = {"type": kind or "", **({"name": name.strip()} if name.strip() else {})}
    parties = [one.ref for one in view.family if not one.child]
    if kind == "lawyer":
        acts_for = draft.selectbox(
            "For whom they act",
            "acts_for",
            parties,
            index=index_of(parties, given.get("acts_for")),
            format_func=names.__getitem__,
        )
        verified = draft.checkbox("I have verified that they act for this person", "verified")
        recipient |= {"verified": verified, **({"acts_for": acts_for} if acts_for else {})}
    purpose = purpose_field(draft, agreement.purpose if agreement else None)
    channel = draft.text_input(
        "By which way", "channel", value=(agreement.channel if agreement else "") or "", max_chars=80
    )
    asked_by = draft.multiselect("Who asked for it", "requested_by", list(names), format_func=names.__getitem__)
    asked: dict[str, Any] = {
        "records": records,
        "recipient": recipient,
        "purpose": purpose,
        "channel": channel.strip() or None,
        "requested_by": asked_by,
    }
    return {**asked, **_for_safety(draft, names), **_paper(draft)}


def _for_safety(draft: drafts.DraftForm, names: Mapping[str, str]) -> dict[str, Any]:
    if not draft.checkbox("It is to keep somebody safe", "for_safety"):
        return {}
    severity = draft.selectbox("How urgent is it?", "severity", list(Severity), index=None, format_func=told)
    basis = draft.multiselect("Legal basis", "legal_basis", FOR_SHARING, format_func=BASES.__getitem__)
    rationale = draft.text_area("Why it must be shared, in your words", "rationale", height=120, max_chars=4_000)
    about = draft.multiselect("Whom it is about", "about", list(names), format_func=names.__getitem__)
    consent = draft.selectbox(
        "Was their consent sought?", "consent", list(CONSENT), index=None, format_func=CONSENT.__getitem__
    )
    informed = draft.multiselect("Who is told of this share", "inform", list(names), format_func=names.__getitem__)
    return {
        "severity": severity,
        "legal_basis": basis,
        "rationale": rationale,
        "about": about,
        "consent": {"sought": consent} if consent else {},
        "inform": {one: "informed" if one in informed else "not_informed" for one in names} if consent else {},
    }


def _paper(draft: drafts.DraftForm) -> dict[str, Any]:
    if not draft.checkbox("An order, a summons or a warrant was served for it", "served"):
        return {}
    kind = draft.selectbox("Which", "paper", list(PAPERS), index=None, format_func=PAPERS.__getitem__)
    sealed = draft.checkbox("It bears the court's seal", "sealed")
    court = draft.text_input("Which court", "court", max_chars=200)
    reference = draft.text_input("Its reference", "reference", max_chars=200)
    due = draft.date_input("To be answered by", "due", side=Side.COMING)
    paper = {"type": kind, "sealed": sealed, "court": court, "reference": reference, "due": due}
    return {"compulsion": {key: value for key, value in paper.items() if value not in (None, "")}} if kind else {}


def _possible(view: CaseView, asked: Mapping[str, Any], found: Answer) -> None:
    """Whose express agreements would make it possible, each with the button that begins its form."""
    for one in found.wanted:
        with st.container(border=True):
            st.text(_wanted(one))
            if one.can_agree:
                st.button(
                    f"Record {one.name}'s agreement",
                    key=f"want_{one.person}",
                    icon=":material/handshake:",
                    on_click=want,
                    args=(
                        WantedAgreement(
                            view.ref,
                            one.person,
                            tuple(one.records),
                            asked["recipient"]["type"],
                            asked["recipient"].get("name", ""),
                            asked["purpose"],
                        ),
                    ),
                )


def _wanted(one: Wanted) -> str:
    what = "this record" if len(one.records) == 1 else f"{len(one.records)} of these records"
    if not one.can_agree:
        return f"{what.capitalize()} came from: {one.name}. Nobody in this case can agree to its being shared."
    why = {
        Reason.AGREEMENT_WITHDRAWN: " The agreement that they gave was withdrawn.",
        Reason.AGREEMENT_EXPIRED: " The agreement that they gave has run out.",
        Reason.AGREEMENT_USED: " The agreement that they gave was for one use, and is used up.",
    }
    return f"Ask {one.name} for an express agreement to {what}.{''.join(why.get(r, '') for r in one.lapsed)}"


def _ask(desk: Desk, view: CaseView, draft: drafts.DraftForm, asked: Mapping[str, Any], found: Answer) -> None:
    said_so = {Outcome.DENY: "Put the refusal on record", Outcome.ESCALATE: "Ask whoever must decide"}.get(
        found.decision.decision, "Prepare this share"
    )
    if not st.button(said_so, type="primary", key=f"ask_{view.ref}"):
        return
    with errors_shown():
        try:
            ref = ask_to_share(
                desk, case_ref=view.ref, **{k: v for k, v in asked.items() if v not in (None, [], "")}
            ).ref
        except Refused:
            st.info("It is refused, and the refusal is on record with its reasons.")
            draft.done()
            return
        draft.done()
        st.session_state.pop(USE, None)
        go("share", ref=ref)
