"""The form that puts a record on a case: a call note at once, everything else behind one press."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from okf.cases.queries.case import CaseView
from okf.cases.views.head import CALL_NOTE
from okf.desk import Desk
from okf.records.commands.handing import hand_over_record
from okf.records.commands.records import LONGEST, OF_NOBODYS_TELLING, add_record
from okf.records.queries.case_records import SAID
from okf.records.queries.handed import sources_of
from okf.records.views.card import CHANNELS
from okf.records.views.change import in_the_room, restricted, upload
from okf.shell import scripts
from okf.shell.dates import taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.queries import DRAFT_OF_RECORD
from okf.shell.drafts.views import DraftForm, moment_field
from okf.shell.fields import complete, needs
from okf.shell.words import day, errors_shown, plain, told
from okf.terms import MEDIATION_MATERIAL, RecordClass
from okf.terms.records import Channel, Direction

DETAILS: Final = "Who told us, about whom, when, what kind"
_KINDS: Final = tuple(kind for kind in RecordClass if kind not in MEDIATION_MATERIAL)
_DIRECTIONS: Final = {
    Direction.TO_US: "They to us",
    Direction.FROM_US: "We to them",
    Direction.TOGETHER: "Both, in conversation",
}
# What this person wrote last in this sign-in, offered first for the next; no word and nobody's name.
_LAST: Final = "okf_kind_of_last_record"
_FOCUS: Final = "okf_write_here"
_CALL: Final = (RecordClass.COMMUNICATION, Channel.CALL)


def to_the_form() -> None:
    """Go to the form from any part of the case: for a button."""
    st.session_state["part"] = "Records"
    st.session_state[_FOCUS] = secrets.token_hex(4)


def record_form(desk: Desk, view: CaseView) -> None:
    """The form for a record: told by and about one's own side, of now, and of the kind written last.

    It offers what the policy lets this person write here, and is not there
    where that is nothing.
    """
    offered = sources_of(desk, view.ref, _KINDS)
    if not offered.own and not offered.handed:
        return
    draft = drafts.resume(desk, DRAFT_OF_RECORD, view.ref)
    family = {one.ref: one.name for one in view.family}
    called = {**family, **SAID}
    sources = {one: said for one, said in called.items() if one in offered.own}
    sources |= {one: f"{said} (to be handed over)" for one, said in called.items() if one in offered.handed}
    # The one side that they work for; with both in their hands they say which.
    only = view.sides if len(view.sides) == 1 else tuple(sources) if len(sources) == 1 else ()
    usual = next((one for one in only if one in sources), None)
    said_above = st.container(gap="small")
    text = draft.text_area("What was said or done", "text", height=110, max_chars=LONGEST)
    if turn := st.session_state.pop(_FOCUS, None):  # of this run alone: the next case takes no focus to its form
        scripts.focus("What was said or done", turn)
    with st.expander(DETAILS, icon=":material/tune:", expanded=usual is None):
        source = draft.selectbox(
            "Told to us by",
            "source",
            list(sources),
            index=None if usual is None else list(sources).index(usual),
            format_func=sources.__getitem__,
            hint="Who told us decides who may read it. What one party told us is not for the other.",
        )
        handed = source in offered.handed
        about = draft.multiselect(
            "About",
            "subjects",
            list(family),
            default=[usual] if usual in family else None,
            format_func=family.__getitem__,
            placeholder="Choose at least one person",
        )
        kinds = (offered.handed if handed else offered.own).get(source or "", ())
        kind, channel = _kind(draft, kinds or _any_of(offered.own, offered.handed))
        present = in_the_room(draft, view) if source == "joint" and kind not in OF_NOBODYS_TELLING else []
        said = _communication(draft, channel, family.get(source or "")) if kind is RecordClass.COMMUNICATION else {}
        occurred = moment_field(draft, "On", "", desk.now(), past=True)
        title = draft.text_input("Title", "title", max_chars=300)
        files = upload(desk, f"{draft.name}files")
    with said_above:
        st.header(_named(kind, said.get("channel")), anchor=False)
        _in_words(view, called, source, about)
        if handed:
            st.warning(
                "This is not yours to read. Write it down and hand it over: it goes to whoever works there, and you"
                " read it no more.",
                icon=":material/move_item:",
            )
    sent = st.button("Hand it over" if handed else "Save the record", type="primary", key="keep_record")
    draft.told()
    if not sent:
        return
    lacking: list[str] = []
    needs(lacking, "What was said or done", text or files, "write it down, or add a file")
    needs(lacking, "Told to us by", source, "choose who told us, which decides who may read it")
    needs(lacking, "About", about, "choose at least one person")
    if not complete(lacking):
        return
    with errors_shown():
        written: dict[str, Any] = {
            "record_class": kind,
            "source": source or "",
            "subjects": about,
            "title": title,
            "text": text,
            "occurred_at": taken(occurred),
            "present": present,
            "files": files,
            **said,
        }
        if handed:
            hand_over_record(desk, view.ref, **written)
            draft.done(f"Handed over on {day(desk.now())}. You find that it was under Records handed over.")
        else:
            ref = add_record(desk, view.ref, **written)
            st.session_state[_LAST] = (kind, said.get("channel"))
            draft.done(f"Record {ref} is on the case.")


def _any_of(*offered: Mapping[str, Sequence[RecordClass]]) -> tuple[RecordClass, ...]:
    """What may be written of one source at least: as long as none is chosen."""
    there = {kind for sources in offered for kinds in sources.values() for kind in kinds}
    return tuple(kind for kind in _KINDS if kind in there)


def _kind(draft: DraftForm, kinds: Sequence[RecordClass]) -> tuple[RecordClass, Channel]:
    """The kind of record, and the channel to begin with; what there is only one of is not asked."""
    last, channel = st.session_state.get(_LAST, _CALL)
    if len(kinds) == 1:
        return kinds[0], channel or Channel.CALL
    first = last if last in kinds else _CALL[0] if _CALL[0] in kinds else kinds[0]
    chosen = draft.selectbox("Kind of record", "record_class", kinds, index=list(kinds).index(first), format_func=told)
    return chosen or first, channel or Channel.CALL


def _communication(draft: DraftForm, first: Channel, whom: str | None) -> dict[str, Any]:
    channels, ways = list(Channel), list(Direction)
    channel = draft.radio(
        "How", "channel", channels, index=channels.index(first), format_func=CHANNELS.__getitem__, horizontal=True
    )
    way = draft.radio(
        "Which way",
        "direction",
        ways,
        index=ways.index(Direction.TOGETHER),
        format_func=_DIRECTIONS.__getitem__,
        horizontal=True,
    )
    with_whom = draft.text_input("With whom", "with_whom", max_chars=200, placeholder=whom or "")
    return {"channel": channel, "direction": way, "with_whom": with_whom.strip() or whom or ""}


def _named(kind: RecordClass, channel: Channel | None) -> str:
    """What is being written, as people say it."""
    if channel is None:
        return told(kind)
    return CALL_NOTE if channel is Channel.CALL else CHANNELS[channel]


def _in_words(view: CaseView, called: dict[str, str], source: str | None, about: Sequence[str]) -> None:
    """Who told it, about whom, and who may read it, in a line."""
    if not source:
        st.info("Say who told us: it decides who may read it.", icon=":material/lock_person:")
        return
    whom = " and ".join(called[one] for one in about)
    st.caption(plain(f"{restricted(source, view)} {f'About {whom}.' if whom else 'Say about whom, below.'}"))
