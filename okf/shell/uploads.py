"""The field for files: what can't be kept is said at once, and the form waits until its writer goes on without it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.file_check import KINDS, Upload, refusal
from okf.shell import scripts
from okf.shell.words import plain

_NEVER_CAME: Final = "it is larger than 20 MB, or did not arrive."
_WAYS_ON: Final = "Take it out with the × beside its name; or tick below, and add it later."


def files_field(desk: Desk, label: str, *, key: str, help: str | None = None) -> list[Upload]:  # noqa: A002 -- Streamlit's
    """The field, and the files in it; one that can't be kept is among them, so that no deed is done without it,
    unless its writer says so here.

    The picker itself refuses no kind: of what it refuses nobody here would hear.
    """
    given = st.file_uploader(label, accept_multiple_files=True, key=key, help=help)
    st.caption(
        f"Kinds that are kept: {', '.join(KINDS)}. Where and with what a picture or a recording was made is taken out"
        " of it; what OGG files say of themselves stays."
    )
    files = [Upload(one.name, one.getvalue()) for one in given]
    files += [Upload("", b"", _NEVER_CAME)] * scripts.files_that_never_came(key)
    kept = []
    for number, file in enumerate(files, 1):
        if why := refusal(desk, file):
            which = f"File {number}: " if len(files) > 1 else "This file can't be kept: "
            st.error(plain(f"{which}{why} {_WAYS_ON}"), icon=":material/block:")
        else:
            kept.append(file)
    if len(kept) < len(files) and st.checkbox("Go on without what can't be kept", key=f"{key}_without"):
        return kept
    return files
