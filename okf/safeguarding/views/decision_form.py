"""The form of a decision on a concern, to share or not, with the policy's answer shown before it is made (C9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.policy.concern_forms import Informed, Reasons, Sharing
from okf.policy.decision import Decision, Reason
from okf.policy.share_words import BASES, CONSENT, RECIPIENTS, condition_in_words, for_safeguarding
from okf.policy.sharing import KEPT
from okf.safeguarding.commands.decisions import LONGEST, NAME, decide_concern
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.deciding import answer_to_decision
from okf.safeguarding.queries.decisions import DecisionsView
from okf.safeguarding.views.fields import entries_seen
from okf.safeguarding.views.outside import offer_recipients
from okf.sharing.views.words import answer as show_answer
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.words import day, due_told, errors_shown, told
from okf.terms.decisions import FOR_SHARING, Consent, LegalBasis, Threshold, Way

_SHARE, _KEEP = "share", "keep"
_WHICH: Final = {_SHARE: "Share it", _KEEP: "Don't share it"}
_INFORMED: Final = {True: "Told", False: "Not told"}
_OTHERS: Final = 6
_LISTED: Final = [kind for kind in RECIPIENTS if for_safeguarding(kind)]


def form(desk: Desk, view: ConcernInView, decisions: DecisionsView) -> None:
    """The form of the next decision; what is typed is kept through an error or a closed browser."""
    st.header("Decide" if not decisions.decisions else "Decide anew")
    st.caption("Somebody else reads every decision again by the end of the next working day.")
    draft = drafts.resume(desk, "concern_decision", view.ref)
    seen = entries_seen(draft, view)
    which = draft.radio(
        "Is it shared?", "which", list(_WHICH), index=None, format_func=_WHICH.__getitem__, horizontal=True
    )
    if which is None:
        draft.told()
        return
    sharing = _sharing(desk, view, draft) if which == _SHARE else None
    reasons, consent = _reasons(draft, share=which == _SHARE)
    informed, unsaid = _informed(draft, decisions)
    ready = sharing is not None or which == _KEEP
    answer = answer_to_decision(desk, view.ref, reasons=reasons, sharing=sharing, informed=informed) if ready else None
    ticked = _answered(draft, answer)
    draft.told()
    said = "Share it now, and put it on record" if which == _SHARE else "Don't share it, and put that on record"
    if not st.button(said, type="primary", key=f"okf_decide_{view.ref}"):
        return
    if not ready:
        st.error("Choose with whom it is shared, and how. Everything that you typed is still here.")
        return
    if consent is None:
        st.error("Say whether their consent was sought. Everything that you typed is still here.")
        return
    if unsaid:
        st.error(f"Say of each person whether they are told: {', '.join(unsaid)}. What you typed is still here.")
        return
    with errors_shown():
        if sharing is not None:
            sharing = replace(sharing, ticked=ticked)
        decide_concern(desk, view.ref, reasons=reasons, sharing=sharing, informed=informed, entries_seen=seen)
        draft.done("The decision is on record. Casebook has told nobody of it: somebody else reads it again.")


def _sharing(desk: Desk, view: ConcernInView, draft: drafts.DraftForm) -> Sharing | None:
    kind = draft.selectbox(
        "With whom",
        "kind",
        [*_LISTED, "other"],
        index=None,
        format_func=RECIPIENTS.__getitem__,
        help="The list is closed: to anybody else nothing is shared for safeguarding.",
    )
    offer_recipients(desk, view, draft, kind)
    name = draft.text_input("Their name, team or office", "name", max_chars=NAME)
    how = draft.selectbox("How it goes", "how", list(Way), index=None, format_func=told)
    least = draft.text_area(
        "What goes out: the least that they need",
        "least",
        height=120,
        max_chars=LONGEST,
        help="It is kept as it went, and nothing beside it goes.",
    )
    acted_at = _acted(desk, draft)
    on = draft.date_input("Answer expected on, if you know it", "expected_on", min_value=london_date(desk.now()))
    st.caption("The local authority's answer is chased on the second working day at 9:00 in any case.")
    if kind is None or how is None:
        return None
    return Sharing(kind, least, how, name.strip() or None, (), acted_at, on)


def _acted(desk: Desk, draft: drafts.DraftForm) -> datetime | None:
    """When it was done, if it was done before it was written down because somebody was in immediate danger."""
    if not draft.checkbox("Somebody was in immediate danger, and it has been done already", "acted"):
        return None
    return moment_field(draft, "Done on", "acted", desk.now(), past=True)


def _reasons(draft: drafts.DraftForm, *, share: bool) -> tuple[Reasons, Consent | None]:
    """What the decision rests on; and the answer on consent, None where none is chosen."""
    threshold = draft.selectbox("Threshold", "threshold", list(Threshold), index=None, format_func=told)
    basis = draft.multiselect(
        "Legal basis", "basis", FOR_SHARING if share else list(LegalBasis), format_func=BASES.__getitem__
    )
    rationale = draft.text_area(
        "Why it is shared" if share else "Why it is not shared", "why", height=150, max_chars=LONGEST
    )
    alternatives = draft.text_area("What else was considered", "alternatives", height=100, max_chars=LONGEST)
    consent = draft.selectbox(
        "Was their consent sought?", "consent", list(Consent), index=None, format_func=CONSENT.__getitem__
    )
    asks = "Why they were not asked" if consent is Consent.NOT_SOUGHT else "What they said"
    consent_why = draft.text_area(asks, "consent_why", height=80, max_chars=LONGEST)
    given = consent or Consent.NOT_SOUGHT
    return Reasons(basis, rationale, alternatives, given, consent_why, threshold), consent


def _informed(draft: drafts.DraftForm, decisions: DecisionsView) -> tuple[list[Informed], list[str]]:
    """What is said of each person, told or not; and the names of those of whom nothing is said yet."""
    st.markdown("**Who is told of this decision**")
    if decisions.about_workers:
        st.warning("It is about somebody who works with OKF: nobody tells them.", icon=":material/visibility_off:")
    if not decisions.family:
        st.caption("Nobody whom it is about is on file: name at least one person here, and say whether they are told.")
    rows, unsaid = [], []
    for ref, name in decisions.family:
        informed, why = _one(draft, name, f"told_{ref}")
        if informed is None:
            unsaid.append(name)
        else:
            rows.append(Informed(informed, service_user=ref, why=why or None))
    for number in range(_OTHERS):
        name = draft.text_input(
            ("Somebody else, by name" if decisions.family else "Somebody, by name") if number == 0 else "And another",
            f"other_{number}",
            max_chars=NAME,
        )
        if not name.strip():
            break
        informed, why = _one(draft, name.strip(), f"other_told_{number}")
        if informed is None:
            unsaid.append(name.strip())
        else:
            rows.append(Informed(informed, named=name.strip(), why=why or None))
    return rows, unsaid


def _one(draft: drafts.DraftForm, name: str, field: str) -> tuple[bool | None, str]:
    informed = draft.radio(
        f"{name}: told or not", field, list(_INFORMED), index=None, format_func=_INFORMED.__getitem__, horizontal=True
    )
    if informed is None:
        return None, ""
    asks = f"{name}: by whom and when" if informed else f"{name}: why not"
    return informed, draft.text_input(asks, f"{field}_why", max_chars=2_000).strip()


def _answered(draft: drafts.DraftForm, answer: Decision | None) -> tuple[str, ...]:
    """Show the policy's answer as things stand; the conditions of a share that the lead ticks."""
    if answer is None:
        return ()
    if set(answer.reasons) == {Reason.DECISION_INCOMPLETE}:
        st.info("Once the legal basis and why are written down, the policy's answer stands here.")
        return ()
    if answer.primary == KEPT:
        by = answer.due["second_review_by"]
        when = due_told(by) if isinstance(by, datetime) else f"by {day(by)}"
        st.success(f"Yes, you may decide that it is not shared. Somebody else reads it {when}.")
        return ()
    show_answer(answer)
    if not answer.allowed:
        return ()
    st.markdown("**Tick each, only when it is so:**")
    return tuple(one for one in answer.conditions if draft.checkbox(condition_in_words(one), f"tick_{one}"))
