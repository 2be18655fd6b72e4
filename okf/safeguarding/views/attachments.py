"""A concern's attachments on the screen: the child's voice, the body map as picture and list, files, mails at once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.file_check import place_in_words
from okf.policy.chasing import MailState
from okf.safeguarding.commands.chronology import open_concern_file
from okf.safeguarding.queries.parts import Attachments, FileRow, MailTold, Voice
from okf.safeguarding.views import body_map
from okf.safeguarding.views.fields import VOICE
from okf.shell.exports import download
from okf.shell.sheets import facts, verbatim
from okf.shell.words import day, moment, plain
from okf.terms import Severity

LATE: Final = "Late entry"
_WENT: Final = {
    MailState.WAITING: "is in the outbox and not yet sent",
    MailState.SENDING: "is on its way",
    MailState.SENT: "was taken by the mail server",
    MailState.FAILED: "could not be sent: ring them",
    MailState.UNSURE: "may or may not have gone: ring them",
    MailState.WITHDRAWN: "was not needed any more",
}


def when_told(on: date | None, at: datetime | None) -> str:
    """A day, with its time if that is known; empty if neither is."""
    return moment(at) if at else day(on) if on else ""


def late_told(late: bool, because: str | None) -> str:
    """`Late entry`, with the reason if one was given; empty for an entry in time."""
    if not late:
        return ""
    return f"{LATE}: {because}" if because else f"{LATE}, no reason given"


def shown(attachments: Attachments, desk: Desk | None = None) -> None:
    """Voice, body map and files; with a desk the files can be opened, without one they are named."""
    for voice in attachments.voices:
        _voice(voice)
    if attachments.marks:
        st.subheader("Body map")
        body_map.shown(attachments.marks)
        facts(
            [
                ("Put down by", told)
                for told in dict.fromkeys(f"{m.by}, {moment(m.added_at)}" for m in attachments.marks)
            ]
        )
    if attachments.files:
        st.subheader("Photographs and files")
        for file in attachments.files:
            _file(file, desk)


def mails(told: tuple[MailTold, ...], severity: Severity) -> None:
    """Who was mailed at once, and what became of each mail; or that nobody was."""
    if severity is not Severity.IMMEDIATE:
        return
    if not told:
        st.caption("Nobody was e-mailed about it: no mail server is set up, or no lead has an address. Ring them.")
        return
    facts([("E-mail at once", f"{one.name}: {_WENT[one.state]}, {_when(one)}") for one in told])


def _voice(voice: Voice) -> None:
    st.subheader(f"The child's voice: {VOICE[voice.how][0].lower()}{VOICE[voice.how][1:]}")
    verbatim(voice.words)
    st.caption(plain(f"Put down by {voice.by}, {moment(voice.added_at)}"))


def _file(file: FileRow, desk: Desk | None) -> None:
    told = plain(f"{file.by}, {moment(file.added_at)}, {max(1, file.size // 1000):,} kB")
    if place := place_in_words(file.kind, removed=file.place_removed):
        told += f". {place}"
    if desk is None:
        st.markdown(f"{plain(file.name)} ({told})")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        download(
            plain(file.name),
            lambda: open_concern_file(desk, file.ref).content,
            file.name.rpartition(".")[0],
            file.kind,
            icon=":material/attach_file:",
            key=f"concern_file_{file.ref}",
            help="Opening it goes on the audit record.",
        )
        st.caption(told, width="content")


def _when(mail: MailTold) -> str:
    return moment(mail.settled_at or mail.queued_at)
