"""The form of a decision on a concern, to share or not, with the policy's answer shown before it is made (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.errors import Invalid
from okf.policy.concern_forms import Informed, Reasons, Sharing
from okf.policy.decision import Decision, Reason
from okf.policy.recipients import SAFEGUARDING_ORDER
from okf.policy.share_words import BASES, CONSENT, RECIPIENTS, condition_in_words
from okf.policy.sharing import KEPT
from okf.policy.words import due_told
from okf.safeguarding.commands.decisions import WHY, consent_asks, decide_concern
from okf.safeguarding.commands.recipients import LONGEST, MOST, NAME
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.queries.deciding import answers_to_decision
from okf.safeguarding.queries.decisions import DecisionsView
from okf.safeguarding.views.fields import entries_seen
from okf.safeguarding.views.outside import offer_recipients
from okf.sharing.views.words import answer as show_answer
from okf.shell.dates import known
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import moment_field
from okf.shell.fields import complete, needs
from okf.shell.words import errors_shown, told
from okf.terms.decisions import FOR_SHARING, Consent, LegalBasis, Threshold, Way

_SHARE, _KEEP = "share", "keep"
_WHICH: Final = {_SHARE: "Share it", _KEEP: "Don't share it"}
_INFORMED: Final = {True: "Told", False: "Not told"}
_OTHERS: Final = 6
_WRITE: Final = "write it down"


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
    lacking: list[str] = []
    sharing = _recipients(desk, view, draft, lacking) if which == _SHARE else []
    reasons = _reasons(draft, lacking, share=which == _SHARE)
    informed = _informed(draft, decisions, lacking)
    if sharing is not None:
        answers = answers_to_decision(desk, view.ref, reasons=reasons, sharing=sharing, informed=informed)
        sharing = _answered(draft, sharing, answers, lacking)
    draft.told()
    said = "Share it now, and put it on record" if which == _SHARE else "Don't share it, and put that on record"
    if not st.button(said, type="primary", key=f"okf_decide_{view.ref}"):
        return
    if not complete(lacking) or sharing is None:
        return
    with errors_shown():
        decide_concern(desk, view.ref, reasons=reasons, sharing=sharing, informed=informed, entries_seen=seen)
        draft.done("The decision is on record. Casebook has told nobody of it: somebody else reads it again.")


def _recipients(desk: Desk, view: ConcernInView, draft: drafts.DraftForm, lacking: list[str]) -> list[Sharing] | None:
    """Everybody with whom it is to be shared; None as long as that, or how it goes to one of them, is not chosen."""
    made: list[Sharing | None] = []
    for number in range(MOST):
        kind = draft.selectbox(
            "And with whom else" if number else "With whom",
            _named("kind", number),
            [*SAFEGUARDING_ORDER, "other"],
            index=None,
            format_func=RECIPIENTS.__getitem__,
            hint="The list is closed: to anybody else nothing is shared for safeguarding.",
        )
        if kind is None and number:
            break
        made.append(_recipient(desk, view, draft, kind, number, lacking))
        if kind is None:
            break
    st.caption("A local authority's answer is chased on the second working day at 9:00 in any case.")
    complete = [one for one in made if one is not None]
    return complete if len(complete) == len(made) else None


def _recipient(
    desk: Desk, view: ConcernInView, draft: drafts.DraftForm, kind: str | None, number: int, lacking: list[str]
) -> Sharing | None:
    """What goes to one recipient, and how; None as long as one of the two is not chosen."""
    to = f", {RECIPIENTS[kind]}" if kind and number else ""
    offer_recipients(desk, view, draft, kind, _named("name", number))
    name = draft.text_input(f"Their name, team or office{to}", _named("name", number), max_chars=NAME)
    how = draft.selectbox(f"How it goes{to}", _named("how", number), list(Way), index=None, format_func=told)
    least = draft.text_area(
        f"What goes out: the least that they need{to}",
        _named("least", number),
        height=120,
        max_chars=LONGEST,
        hint="It is kept as it went, and nothing beside it goes.",
    )
    acted_at = _acted(desk, draft, to, number)
    on = draft.date_input(
        f"Answer expected on, if you know it{to}", _named("expected_on", number), min_value=london_date(desk.now())
    )
    whom = f", {RECIPIENTS[kind]}" if kind else ""
    needs(lacking, "With whom", kind)
    needs(lacking, f"How it goes{whom}", how)
    needs(lacking, f"What goes out{whom}", least, _WRITE)
    lacking += [str(one) for one in (acted_at, on) if isinstance(one, Invalid)]
    if kind is None or how is None:
        return None
    return Sharing(kind, least, how, name.strip() or None, (), known(acted_at), known(on))


def _acted(desk: Desk, draft: drafts.DraftForm, to: str, number: int) -> datetime | Invalid | None:
    """When it was done, if it was done before it was written down because somebody was in immediate danger."""
    field = _named("acted", number)
    if not draft.checkbox(f"Somebody was in immediate danger, and it has been done already{to}", field):
        return None
    return moment_field(draft, f"Done on{to}", field, desk.now(), past=True)


def _named(field: str, number: int) -> str:
    """The name under which a draft keeps a field of one of several recipients."""
    return f"{field}_{number}" if number else field


def _reasons(draft: drafts.DraftForm, lacking: list[str], *, share: bool) -> Reasons:
    """What the decision rests on."""
    threshold = draft.selectbox("Threshold", "threshold", list(Threshold), index=None, format_func=told)
    basis = draft.multiselect(
        "Legal basis", "basis", FOR_SHARING if share else list(LegalBasis), format_func=BASES.__getitem__
    )
    rationale = draft.text_area(WHY[share], "why", height=150, max_chars=LONGEST)
    alternatives = draft.text_area("What else was considered", "alternatives", height=100, max_chars=LONGEST)
    consent = draft.selectbox(
        "Was their consent sought?", "consent", list(Consent), index=None, format_func=CONSENT.__getitem__
    )
    asks = consent_asks(consent)
    consent_why = draft.text_area(asks, "consent_why", height=80, max_chars=LONGEST)
    needs(lacking, "Legal basis", basis, "choose at least one")
    needs(lacking, WHY[share], rationale, _WRITE)
    needs(lacking, "What else was considered", alternatives, _WRITE)
    needs(lacking, "Was their consent sought", consent)
    if consent not in (None, Consent.GIVEN):
        needs(lacking, asks, consent_why, _WRITE)
    return Reasons(basis, rationale, alternatives, consent or Consent.NOT_SOUGHT, consent_why, threshold)


def _informed(draft: drafts.DraftForm, decisions: DecisionsView, lacking: list[str]) -> list[Informed]:
    """What is said of each person, told or not."""
    st.markdown("**Who is told of this decision**")
    if decisions.about_workers:
        st.warning("It is about somebody who works with OKF: nobody tells them.", icon=":material/visibility_off:")
    if not decisions.family:
        st.caption("Nobody whom it is about is on file: name at least one person here, and say whether they are told.")
    rows, named = [], bool(decisions.family)
    for ref, name in decisions.family:
        informed, why = _one(draft, name, f"told_{ref}", lacking)
        if informed is not None:
            rows.append(Informed(informed, service_user=ref, why=why or None))
    for number in range(_OTHERS):
        name = draft.text_input(
            ("Somebody else, by name" if decisions.family else "Somebody, by name") if number == 0 else "And another",
            f"other_{number}",
            max_chars=NAME,
        )
        if not name.strip():
            break
        named = True
        informed, why = _one(draft, name.strip(), f"other_told_{number}", lacking)
        if informed is not None:
            rows.append(Informed(informed, named=name.strip(), why=why or None))
    if not named:
        lacking.append("Somebody, by name: name at least one person, and say whether they are told.")
    return rows


def _one(draft: drafts.DraftForm, name: str, field: str, lacking: list[str]) -> tuple[bool | None, str]:
    informed = draft.radio(
        f"{name}: told or not", field, list(_INFORMED), index=None, format_func=_INFORMED.__getitem__, horizontal=True
    )
    if informed is None:
        lacking.append(f"{name}, told or not: choose one.")
        return None, ""
    asks = f"By whom and when {name} is told" if informed else f"Why {name} is not told"
    why = draft.text_input(asks, f"{field}_why", max_chars=2_000).strip()
    if not informed:
        needs(lacking, asks, why, _WRITE)
    return informed, why


def _answered(
    draft: drafts.DraftForm, sharing: Sequence[Sharing], answers: Sequence[Decision], lacking: list[str]
) -> list[Sharing]:
    """Show the policy's answers as things stand; each share with the conditions of it that the lead ticks."""
    if any(set(one.reasons) == {Reason.DECISION_INCOMPLETE} for one in answers):
        st.info("Once the legal basis and why are written down, the policy's answer stands here.")
        return list(sharing)
    if answers[0].primary == KEPT:
        when = due_told(answers[0].due["second_review_by"])
        st.success(f"Yes, you may decide that it is not shared. Somebody else reads it {when}.")
    return [
        replace(one, ticked=_ticked(draft, one, answer, number, lacking, alone=len(sharing) == 1))
        for number, (one, answer) in enumerate(zip(sharing, answers, strict=False))
    ]


def _ticked(
    draft: drafts.DraftForm, sharing: Sharing, answer: Decision, number: int, lacking: list[str], *, alone: bool
) -> tuple[str, ...]:
    """The policy's answer on one recipient, and its conditions that are ticked."""
    to = RECIPIENTS[sharing.recipient]
    if not alone:
        st.markdown(f"**{to}**")
    show_answer(answer)
    if not answer.allowed:
        return ()
    st.markdown("**Tick each, only when it is so:**")
    labels = {one: f"{condition_in_words(one)}{'' if alone else f' ({to})'}" for one in answer.conditions}
    ticked = tuple(one for one, label in labels.items() if draft.checkbox(label, _named(f"tick_{one}", number)))
    lacking += [f"{label}: tick it once it is so." for one, label in labels.items() if one not in ticked]
    return ticked
