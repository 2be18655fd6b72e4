"""Downloads: how a file that somebody may have leaves for their browser."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

import streamlit as st

MIME: Final = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar",
    "png": "image/png",
    "jpg": "image/jpeg",
    "heic": "image/heic",
    "eml": "message/rfc822",
}


def download(
    label: str,
    content: bytes | str | Callable[[], bytes | str],
    stem: str,
    kind: str,
    *,
    icon: str = ":material/download:",
    **more: Any,
) -> None:
    """A button that fetches a file of this kind; `more` as in `st.download_button`.

    Content that is made by a function is asked for when the button is pressed:
    the policy decides then, and only what was fetched is on record.
    """
    st.download_button(
        label,
        content,
        file_name=unique_name(stem, kind),
        mime=MIME.get(kind, "application/octet-stream"),
        on_click="ignore",
        icon=icon,
        **more,
    )


def unique_name(stem: str, suffix: str) -> str:
    """A file name that no other download has, such as `cases-8f3a61c2d94e.csv`.

    Streamlit makes a file's address from its name and, over 1 MiB, from parts
    of its content: two alike would share one, and the second reader get the
    first one's bytes.
    """
    return f"{stem}-{secrets.token_hex(6)}.{suffix}"
