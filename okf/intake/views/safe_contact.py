"""How to reach somebody safely: what must not be done first, then the number, the hours and the rest."""

from __future__ import annotations

from typing import Final, Protocol

import streamlit as st

from okf.shell.words import plain

NO_CONTACT: Final = "No safe contact is on file: ask before any call, message or letter."


class Reachable(Protocol):
    """Whatever holds the values of safe contact."""

    @property
    def phone(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...
    @property
    def address(self) -> str | None: ...
    @property
    def safe_phone(self) -> str | None: ...
    @property
    def safe_hours(self) -> str | None: ...
    @property
    def voicemail_safe(self) -> bool | None: ...
    @property
    def post_safe(self) -> bool | None: ...
    @property
    def code_word(self) -> str | None: ...
    @property
    def do_not_contact_by(self) -> str | None: ...
    @property
    def safe_contact_notes(self) -> str | None: ...


def contact_panel(one: Reachable, *, nobody: str | None = None) -> None:
    """The panel; `nobody` is said where nothing is on file."""
    if one.do_not_contact_by:
        st.error(f"**Do not contact by:** {plain(one.do_not_contact_by)}", icon=":material/block:")
    told_us = [f"{label}: {value}" for label, value in _lines(one) if value]
    if told_us:
        st.text("\n".join(told_us))
    elif nobody and not one.do_not_contact_by:
        st.text(nobody)


def _lines(one: Reachable) -> list[tuple[str, str | None]]:
    return [
        ("Safe number", one.safe_phone),
        ("Safe hours", one.safe_hours),
        ("Voicemail", _safe(one.voicemail_safe)),
        ("Post", _safe(one.post_safe)),
        ("Code word", one.code_word),
        ("Notes", one.safe_contact_notes),
        ("Other number", one.phone),
        ("E-mail", one.email),
        ("Address", one.address),
    ]


def _safe(safe: bool | None) -> str | None:
    return None if safe is None else "safe" if safe else "NOT SAFE"
