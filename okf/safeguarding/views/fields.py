"""The fields that forms on a concern share: when it was, the child's voice, the body map, files, what was read."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.clock import london_date
from okf.desk import Desk
from okf.errors import Invalid
from okf.file_check import Upload
from okf.policy.clocks import recorded_late
from okf.safeguarding.commands.chronology import NARRATIVE, Happened, NewVoice, Parts, when_it_happened
from okf.safeguarding.queries.concern import ConcernInView
from okf.safeguarding.views import body_map
from okf.shell.drafts.views import DraftForm
from okf.shell.sheets import sheet
from okf.shell.uploads import files_field
from okf.shell.words import moment, say_taken_as
from okf.terms.concerns import VoiceHow

VOICE: Final = {
    VoiceHow.SAID: "What the child said",
    VoiceHow.OBSERVED: "What the child was seen to do",
    VoiceHow.NOT_YET_OBTAINED: "Not yet obtained",
}
_NO_VOICE: Final = "Nothing to put down here"
_ASKED: Final = {
    VoiceHow.SAID: "The child's own words",
    VoiceHow.OBSERVED: "What was seen: how the child looked, moved, played, was quiet",
    VoiceHow.NOT_YET_OBTAINED: "Why not yet, and who asks when",
}
_SEEN: Final = "entries_seen"


def happened(desk: Desk, draft: DraftForm, label: str, field: str) -> Happened | Invalid:
    """A date and a time of day, each only if known; for a late entry also the reason, which may be left out."""
    now = desk.now()
    with st.container(horizontal=True):
        on = draft.date_input(f"{label} Date", f"{field}_on", max_value=london_date(now))
        at = draft.time_input("Time, if you know it", f"{field}_at")
    if isinstance(on, Invalid):
        return on
    if isinstance(at, Invalid):
        return at
    say_taken_as(on, at)
    because = None
    if recorded_late(now, *when_it_happened(Happened(on, at), now)[:2]):
        st.info("That is more than a day ago: this will be marked “Late entry”. It is as welcome.")
        because = draft.text_input(
            "Why is it written down now? You may leave this empty", f"{field}_late", max_chars=2_000
        )
    return Happened(on, at, because)


def voice(draft: DraftForm) -> None:
    """How the child's voice was heard, and its words."""
    how = draft.selectbox(
        "The child's voice", "voice_how", ["", *VOICE], format_func=lambda one: VOICE.get(one, _NO_VOICE)
    )
    if how:
        draft.text_area(_ASKED[VoiceHow(how)], "voice_words", height=100, max_chars=NARRATIVE)


def files(desk: Desk, draft: DraftForm) -> list[Upload]:
    """The field for photographs and files; the files that were chosen."""
    chosen = files_field(desk, "Photographs and files", key=f"{draft.name}files")
    st.caption(
        "Photographs straight from a telephone's camera or its album are welcome, HEIC too, several at once."
        " They are kept encrypted under this concern's own key. Write down when and where a photo was taken, since that"
        " is taken out of it. Never photograph a child undressed."
        " Files are not part of the draft: choose them last, and delete them from your own device once they are here."
    )
    return chosen


def parts(draft: DraftForm, uploads: list[Upload]) -> Parts:
    """What these fields hold now.

    Raises:
        Invalid: a mark is described without its place.
    """
    how = draft.beside("voice_how", "")
    said = NewVoice(VoiceHow(how), draft.beside("voice_words", "")) if how else None
    return Parts(tuple(body_map.marks_of(draft)), said, tuple(uploads))


def addition(desk: Desk, draft: DraftForm) -> tuple[Happened | Invalid, list[Upload]]:
    """The fields under the words of an addition: when it was, the child's voice, marks on a body map, files."""
    when = happened(desk, draft, "When was it?", "happened")
    voice(draft)
    if st.toggle("Put marks on a body map", key=f"{draft.name}map", value=bool(draft.values.get("marks"))):
        body_map.editor(draft)
    return when, files(desk, draft)


def entries_shown(view: ConcernInView) -> int:
    """How long the chronology was on the screen before this run: the form that is sent was filled in upon that."""
    key = f"okf_seen_{view.ref}"
    seen = st.session_state.get(key, len(view.entries))
    st.session_state[key] = len(view.entries)
    return int(seen)


def entries_seen(draft: DraftForm, view: ConcernInView) -> int:
    """How long the chronology was when this draft was begun; what was added since is shown, to be read first."""
    now = len(view.entries)
    if not draft.begun:
        return now
    seen = int(draft.beside(_SEEN, now))
    if seen < now:
        st.warning("The chronology has grown since you began this form. Read what is new; what you typed is kept.")
        new = [(moment(one.entered_at), one.by, one.what, one.text or "—") for one in view.entries[seen:]]
        sheet(("When", "Who", "What", "In their words"), new, caption="Added since you began")
        st.button("I have read what is new", on_click=draft.move, args=(_SEEN, now), key=f"{draft.name}read_new")
    return seen
