"""The family's chronology for a meeting or an order, under a concern's tab Paper: prepared, read whole, let go (C9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import streamlit as st

from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid
from okf.pending import counted
from okf.policy.chronology import CHOSEN, WHY, Meeting, Order, barred
from okf.policy.recipients import SAFEGUARDING_ORDER
from okf.policy.share_words import BASES, CONSENT, RECIPIENTS
from okf.safeguarding.commands.chronology_papers import (
    CHANGED,
    ChronologyContent,
    let_chronology_go,
    open_chronology_copy,
    prepare_chronology,
    read_chronology_again,
)
from okf.safeguarding.papers import chronology_paper, chronology_rows
from okf.safeguarding.queries.chronology_lines import ChronologyLine, FamilyLines
from okf.safeguarding.queries.chronology_papers import Version, chronologies_of, lines_to_choose, proposed
from okf.safeguarding.queries.concern import ConcernInView
from okf.sharing.views.redactions import verdict_form
from okf.sharing.views.words import STATUS
from okf.shell.dates import known, taken
from okf.shell.drafts import views as drafts
from okf.shell.exports import download, xlsx_of
from okf.shell.sheets import facts, verbatim
from okf.shell.words import day, errors_shown, flash, moment, plain, shortened, show_flash
from okf.terms import ShareStatus
from okf.terms.chronologies import ChronologyPurpose, LeftOut
from okf.terms.decisions import FOR_SHARING, Consent

_SAID: Final = "okf_chronology_said"
_FOR: Final = {ChronologyPurpose.MEETING: "A meeting", ChronologyPurpose.ORDER: "An order of a court"}
_KINDS: Final = {"court_order": "Court order", "witness_summons": "Witness summons", "warrant": "Warrant"}
_FORMS: Final = {"pdf": "Fetch the PDF", "xlsx": "Fetch the spreadsheet"}
_TO_READ: Final = 10  # lines that a second reader ticks at once
_SHORT: Final = 100
_OPEN: Final = (ShareStatus.DRAFT, ShareStatus.AWAITING_APPROVAL)


def chronologies(desk: Desk, view: ConcernInView) -> None:
    """The versions, newest first, and the form that prepares one."""
    st.header("The family's chronology")
    show_flash(_SAID, ":material/check_circle:")
    found = chronologies_of(desk, view.ref)
    for version in found.versions:
        _one(desk, version, works=found.may_prepare)
    if found.may_prepare:
        with st.expander("Prepare it for a meeting or an order", icon=":material/gavel:"):
            _prepare(desk, view)


def _one(desk: Desk, version: Version, *, works: bool) -> None:
    with st.container(border=True):
        days = [day(one) if one else "" for one in (version.first_day, version.last_day)]
        asked = [("Reference of the order", version.reference)] if version.reference else []
        told = [("For", version.to), *asked, ("What for", version.rationale)]
        facts([*told, ("Days", " to ".join(days) if any(days) else "All")])
        _state(version)
        reads = version.waits and not version.is_own and version.fits
        with st.expander(f"What goes: {counted(len(version.lines), 'line', 'lines')}", expanded=reads):
            seen = _read(version) if reads else _shown(version.lines)
        _left_out(version.left_out)
        if reads and (word := verdict_form(f"chronology_{version.ref}")):
            with errors_shown():
                read_chronology_again(desk, version.ref, approved=word[0], seen=seen, remark=word[1])
                flash(_SAID, "Your word is on record.")
        if works and version.approved and version.fits and version.status in (None, *_OPEN):
            _let_go(desk, version)
        for file in version.files:
            st.code(f"{file.form.upper()}, SHA-256 {file.sha256}", language=None, wrap_lines=True)
            if works:
                download(
                    _FORMS[file.form],
                    lambda ref=file.ref: open_chronology_copy(desk, ref),  # type: ignore[misc]
                    version.ref.lower(),
                    file.form,
                    key=f"chronology_{file.ref}",
                )


def _state(version: Version) -> None:
    made = f"Prepared by {version.made_by}, {moment(version.made_at)}."
    if version.replaced:
        st.caption(plain(f"{made} Replaced by a later one."))
    elif version.status is ShareStatus.SENT:
        st.success(plain(f"{made} Read by {version.read_by}, and sent. Both files are kept as they went."))
    elif version.approved is False:
        st.error(plain(f"{made} {version.read_by} sent it back, {moment(version.read_at)}:"))
        st.text(version.remark or "")
    elif not version.fits:
        st.error(plain(f"{made} {CHANGED}"))
    elif version.waits:
        st.warning(
            plain(f"{made} It waits for a second reader: nothing goes out before."), icon=":material/hourglass_top:"
        )
    else:
        then = f" {STATUS[version.status]}." if version.status else ""
        st.success(plain(f"{made} Read and approved by {version.read_by}, {moment(version.read_at)}.{then}"))


def _read(version: Version) -> list[str]:
    """The lines in parts, each to be ticked once it is read; the keys of the ticked ones."""
    seen: list[str] = []
    for start in range(0, len(version.lines), _TO_READ):
        part = version.lines[start : start + _TO_READ]
        _shown(part)
        last = start + len(part)
        if st.checkbox(f"I have read lines {start + 1} to {last}", key=f"read_{version.ref}_{start}"):
            seen += [line.key for line in part]
    return seen


def _shown(lines: Sequence[ChronologyLine]) -> list[str]:
    for line in lines:
        said = f", said or seen by {line.said_by}" if line.said_by else ""
        when = line.happened or f"written down {moment(line.written_at)}"
        st.caption(plain(f"{line.concern_ref}, {when}: {line.what}{said}; {line.by} wrote it down."))
        verbatim(line.text or "No words.")
    return []


def _left_out(left_out: Mapping[LeftOut, Sequence[ChronologyLine]]) -> None:
    """To the reader inside alone: what does not go, and why."""
    count = counted(sum(map(len, left_out.values())), "line", "lines")
    with st.expander(f"What is left out, and why: {count}. The paper says nothing of it."):
        for why, lines in left_out.items():
            st.markdown(f"**{WHY[why]}** Lines: {len(lines)}")
            _shown(lines)


def _let_go(desk: Desk, version: Version) -> None:
    if version.purpose is ChronologyPurpose.ORDER:
        st.info("An order is answered by the data protection lead and a trustee, both: they are asked on Shares.")
    ticked = [
        key for key, words in version.conditions.items() if st.checkbox(words, key=f"chronology_{version.ref}_{key}")
    ]
    asks = version.purpose is ChronologyPurpose.ORDER and version.status is None
    if st.button("Ask them" if asks else "Let it go", type="primary", key=f"chronology_go_{version.ref}"):
        with errors_shown():
            let_chronology_go(desk, version.ref, ticked=ticked, make=files)
            flash(_SAID, "They are asked. Come back once both have approved." if asks else "It is on record as sent.")


def files(content: ChronologyContent) -> Mapping[str, bytes]:
    """The files of a chronology by their form."""
    return {"pdf": chronology_paper(content), "xlsx": xlsx_of(*chronology_rows(content))}


def _prepare(desk: Desk, view: ConcernInView) -> None:
    draft = drafts.resume(desk, "chronology_paper", view.ref)
    purpose = draft.radio("For", "purpose", list(_FOR), index=None, format_func=_FOR.__getitem__, horizontal=True)
    if purpose is None:
        draft.told()
        return
    for_what: Meeting | Order | Invalid | None = (
        _meeting(draft) if purpose is ChronologyPurpose.MEETING else _order(draft)
    )
    first, last = (
        draft.date_input(label, field, side=Side.PAST)
        for label, field in (("From, if not all", "first_day"), ("Until", "last_day"))
    )
    found = lines_to_choose(desk, view.ref)
    out = _chosen(draft, found, purpose, known(first), known(last))
    by_why: dict[LeftOut, list[ChronologyLine]] = {}
    for line in found.lines:
        if line.key in out:
            by_why.setdefault(out[line.key], []).append(line)
    going = [line for line in found.lines if line.key not in out]
    with st.expander(f"What would go: {counted(len(going), 'line', 'lines')}"):
        _shown(going)
    _left_out(by_why)
    draft.told()
    if st.button("Send it to a second reader", key=f"chronology_prepare_{view.ref}", type="primary"):
        if for_what is None:
            st.error("Say for whom it is, and why. What you typed is still here.")
            return
        with errors_shown():
            if isinstance(for_what, Invalid):
                raise for_what
            prepare_chronology(
                desk,
                view.ref,
                for_what=for_what,
                left_out=out,
                seen=found.mark,
                first_day=taken(first),
                last_day=taken(last),
            )
            draft.done()
            flash(_SAID, "It waits for a second reader, who reads all of it. Nothing goes out before.")


def _meeting(draft: drafts.DraftForm) -> Meeting | None:
    kind = draft.selectbox(
        "With whom", "kind", list(SAFEGUARDING_ORDER), index=None, format_func=RECIPIENTS.__getitem__
    )
    name = draft.text_input("Which meeting, and who holds it", "name", max_chars=300)
    basis = draft.multiselect("Legal basis", "basis", FOR_SHARING, format_func=BASES.__getitem__)
    why = draft.text_area("What for, and why they need it", "why", max_chars=4_000)
    consent = draft.selectbox(
        "Was their consent sought?", "consent", list(Consent), index=None, format_func=CONSENT.__getitem__
    )
    return Meeting(kind, name, basis, why, consent) if kind and consent else None


def _order(draft: drafts.DraftForm) -> Order | Invalid | None:
    kind = draft.selectbox("What was served", "order", list(_KINDS), index=None, format_func=_KINDS.__getitem__)
    court = draft.text_input("Court", "court", max_chars=300)
    reference = draft.text_input("Reference of the order", "reference", max_chars=200)
    sealed = draft.checkbox("It bears the court's seal", "sealed")
    due = draft.date_input("Due by", "due", side=Side.COMING)
    why = draft.text_area("What for, and why they need it", "why", max_chars=4_000)
    if isinstance(due, Invalid):
        return due
    return Order(kind, court, reference, sealed, why, due) if kind else None


def _chosen(
    draft: drafts.DraftForm, found: FamilyLines, purpose: ChronologyPurpose, first: date | None, last: date | None
) -> dict[str, LeftOut]:
    """What is left out: what the purpose does not need, less what goes all the same, and what the lead leaves out."""
    out = proposed(found, purpose, first, last)
    words = {line.key: f"{line.concern_ref}, {line.what}: {shortened(line.text, _SHORT)}" for line in found.lines}
    may = [key for key in words if key in out and not barred(found.facts[key], purpose)]
    st.caption("A line and what puts it right go together. Look for a mediation's words in other people's lines too.")
    for key in draft.multiselect("Goes all the same", "goes", may, format_func=words.__getitem__):
        out.pop(key, None)
    for why in CHOSEN:
        rest = [key for key in words if key not in out]
        for key in draft.multiselect(f"Left out: {WHY[why]}", f"out_{why}", rest, format_func=words.__getitem__):
            out[key] = why
    return out
