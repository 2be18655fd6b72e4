"""The form that raises a concern, quick on a telephone; what is typed is kept as a draft."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.errors import CasebookError, Invalid, StoreUnavailable
from okf.people.queries.mails import mail_is_set_up
from okf.safeguarding.commands.chronology import LINE, NARRATIVE, UNSAID, Happened
from okf.safeguarding.commands.inbox import NotKept, Raised, means_a_worker, raise_or_keep
from okf.safeguarding.commands.reports import Report
from okf.safeguarding.queries.inbox import still_waits
from okf.safeguarding.queries.past_the_lead import workers_to_choose
from okf.safeguarding.views import body_map, fields, own_report
from okf.safeguarding.views.on_duty import ring_now, tell_nobody, whom_to_ring
from okf.safeguarding.views.outside import numbers_to_ring
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.queries import CONCERN
from okf.shell.drafts.views import DraftForm
from okf.shell.frame import PHONE
from okf.shell.navigation import link
from okf.shell.phones import EMERGENCY, ringing_markdown
from okf.shell.words import moment, plain
from okf.terms import URGENT, Action, Severity

_RAISED: Final = "okf_concern_raised"
# Beside the usernames, which have no blanks.
_AS_WRITTEN, _NOT_SAID, _A_LEAD = "as written", "not said", "a lead"
_URGENT: Final = {
    Severity.IMMEDIATE: "Somebody is in immediate danger now",
    Severity.HIGH: "It should be decided today",
    Severity.MEDIUM: "By the end of the next working day",
    Severity.LOW: "Within two working days",
}
_IF_KNOWN: Final = (
    "said_by",
    "seen_where",
    "seen_on",
    "seen_when",
    "actions_taken",
    "voice_how",
    "opinion",
    "case_ref",
)


def danger_first() -> None:
    """Whom to call first in immediate danger."""
    st.error(
        f"**In immediate danger call {EMERGENCY} first**, then write it down here. OKF's telephone:"
        f" {ringing_markdown(PHONE)}.",
        icon=":material/emergency:",
    )


def form(desk: Desk) -> None:
    """The form; once it is sent, the reference of the concern, until another is begun."""
    if _RAISED in st.session_state:
        drafts.let_go(desk, CONCERN)
        _on_record(desk, *st.session_state[_RAISED])
        return
    # No case is named: the draft needs no access, so that anybody can use this form.
    draft = drafts.resume(desk, CONCERN, action=Action.RAISE_CONCERN, stays=True)
    turn = str(draft.beside("turn", secrets.token_hex(16)))
    urgent = draft.radio("How urgent is it?", "urgent", list(_URGENT), index=None, format_func=_URGENT.__getitem__)
    draft.text_area("What was seen or said, in the words that were used", "account", height=150, max_chars=NARRATIVE)
    draft.text_input("Who is it about? A name or a reference; several with commas", "about", max_chars=1_900)
    worker = draft.checkbox("It is about somebody who works with OKF", "worker")
    names = dict(_workers(desk)) if worker else {}
    chosen = _which(draft, names) if worker else None
    seen: Happened | Invalid = UNSAID
    with _optional(draft, "If you know it: who said it, where, when, what was done, the child's voice", _IF_KNOWN):
        seen = _if_known(desk, draft)
    with _optional(draft, "Body map: where a mark is", ("marks", "mark_region")):
        body_map.editor(draft)
    with _optional(draft, "Photographs and files", ()):
        uploads = fields.files(desk, draft)
    sent = st.button("Raise concern", type="primary", width="stretch", key="raise_concern")
    draft.told()
    own_report.whom_else_to_tell()
    if not sent:
        whom_to_ring(desk)
        return
    if urgent is None:
        st.error("Say how urgent it is. Everything that you typed is still here.")
        return
    values = {name: str(draft.values.get(name) or "") for name in ("account", "about", *_IF_KNOWN)}
    report = Report(
        severity=urgent,
        account=values["account"],
        about=[values["about"]] if values["about"] else [],
        about_a_worker=worker,
        worker=chosen if chosen in names else None,
        worker_name=names.get(chosen or ""),
        about_a_lead=chosen == _A_LEAD,
        said_by=values["said_by"],
        seen_where=values["seen_where"],
        seen_when=values["seen_when"],
        actions_taken=values["actions_taken"],
        opinion=values["opinion"],
        case_ref=values["case_ref"],
    )
    report = replace(report, parts=fields.parts(draft, uploads))
    try:
        raised = raise_or_keep(desk, replace(report, seen=taken(seen)), turn)
    except NotKept as lost:
        st.error(plain(str(lost)), icon=":material/emergency:")
        _whom_to_tell(desk, quiet=means_a_worker(desk, report))
        numbers_to_ring(desk)
        return
    except CasebookError as error:
        st.error(plain(f"{error} Everything that you typed is still here."))
        return
    draft.done()
    st.session_state[_RAISED] = (raised, urgent)
    st.rerun()


def _workers(desk: Desk) -> tuple[tuple[str, str], ...]:
    try:
        return workers_to_choose(desk)
    except StoreUnavailable:
        return ()  # the form goes on without


def _which(draft: DraftForm, names: Mapping[str, str]) -> str | None:
    said = {_AS_WRITTEN: "As I wrote it above", _NOT_SAID: "I would rather not say", _A_LEAD: "A lead or deputy"}
    return draft.selectbox(
        "Who is it?", "which", [*said, *names], format_func=lambda one: said.get(one) or names.get(one, one)
    )


def _whom_to_tell(desk: Desk, *, quiet: bool) -> None:
    (tell_nobody if quiet else whom_to_ring)(desk)


def _if_known(desk: Desk, draft: DraftForm) -> Happened | Invalid:
    draft.text_input("Who saw or said it?", "said_by", max_chars=LINE)
    draft.text_input("Where?", "seen_where", max_chars=LINE)
    seen = fields.happened(desk, draft, "When was it seen or said?", "seen")
    draft.text_input("When, in words, such as “before school”", "seen_when", max_chars=LINE)
    draft.text_area("What has been done already?", "actions_taken", height=80, max_chars=NARRATIVE)
    fields.voice(draft)
    draft.text_area(
        "What you think about it, apart from what was seen or said", "opinion", height=80, max_chars=NARRATIVE
    )
    if not draft.values.get("case_ref"):
        draft.values.pop("case_ref", None)  # then the one that a link named
    draft.text_input("Case reference", "case_ref", value=st.query_params.get("case", "")[:LINE], max_chars=LINE)
    return seen


def _optional(draft: DraftForm, label: str, fields: tuple[str, ...]) -> st.delta_generator.DeltaGenerator:
    """A part of the form that is closed at first, unless the draft holds something of it."""
    first = st.session_state.setdefault(f"{draft.name}open_{label}", any(draft.values.get(name) for name in fields))
    return st.expander(label, expanded=first)


def _on_record(desk: Desk, raised: Raised, urgent: Severity) -> None:
    ref, danger = raised.ref, urgent is Severity.IMMEDIATE
    if raised.waits and still_waits(desk, ref):
        _waits(desk, raised, danger)
        return
    st.success(f"Concern {ref} is on record since {moment(raised.at)}.", icon=":material/check_circle:")
    if urgent in URGENT and mail_is_set_up() and not raised.quiet:
        st.write(
            "Casebook shows it to the safeguarding leads at once, and e-mails those who have an address here. Nobody"
            " can know yet whether they have read it, and nobody was telephoned: ring them too."
        )
    elif raised.quiet:
        st.write("It goes to those who work on concerns and whom it is not about. Casebook has telephoned nobody.")
    else:
        found = "A safeguarding lead finds it in their queue. Casebook has telephoned and e-mailed nobody"
        numbers = ring_now(desk) if urgent in URGENT else ""
        if danger:
            st.write(f"{found}. **Ring now:** {numbers or 'one of these'}.")
        else:
            st.write(f"{found}: if it can't wait until they look, ring them{f' now: {numbers}' if numbers else ''}.")
    _whom_to_tell(desk, quiet=raised.quiet)
    numbers_to_ring(desk)
    if danger:
        st.error(f"If you have not called {EMERGENCY} yet, do it now.", icon=":material/emergency:")
    own_report.if_nothing_is_heard(desk, ref)
    link(f"Read what you reported, or add to it ({ref})", "concern", icon=":material/description:", ref=ref)
    own_report.on_paper(desk, ref)
    _another()


def _waits(desk: Desk, raised: Raised, danger: bool) -> None:
    """What the reporter must know of a concern that is in the inbox: nobody has seen it, and whom to ring."""
    st.success(f"Your concern is safe. Its reference is {raised.ref}.", icon=":material/lock:")
    st.warning(
        "**Nobody has seen it yet.** Casebook could not put it before the safeguarding leads:"
        f" {plain(str(raised.waits))} It is kept, encrypted, as you wrote it down at {moment(raised.at)}, and goes on"
        " record by itself, as raised then, as soon as that is possible. Do not type it again.",
        icon=":material/hourglass_top:",
    )
    st.write(f"**Ring one of them now**{'' if danger else ' if it should be decided today, or if you are not sure'}.")
    _whom_to_tell(desk, quiet=raised.quiet)
    numbers_to_ring(desk)
    if danger:
        st.error(f"If you have not called {EMERGENCY} yet, do it now.", icon=":material/emergency:")
    own_report.whom_else_to_tell()
    _another()


def _another() -> None:
    st.button("Raise another concern", on_click=st.session_state.pop, args=(_RAISED,))
