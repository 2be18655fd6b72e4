"""The files of a record on the screen: opened by whoever may read the record, which goes on the audit record."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.file_check import place_in_words
from okf.records.commands.records import open_file
from okf.records.queries.parts import FileRow
from okf.records.queries.search import marked
from okf.shell.exports import download, player, plays
from okf.shell.words import errors_shown, plain


def file_line(desk: Desk, file: FileRow, *, words: str = "") -> None:
    """One file, to be opened; says where its name holds the `words` that were looked for."""
    with st.container(horizontal=True, vertical_alignment="center"):
        download(
            plain(file.name),
            lambda: open_file(desk, file.ref).content,
            file.name.rpartition(".")[0],
            file.kind,
            icon=":material/attach_file:",
            key=f"file_{file.ref}",
            help="Opening it goes on the audit record.",
        )
        play = plays(file.kind) and st.button(
            "Play", key=f"play_{file.ref}", icon=":material/play_arrow:", help="Playing it goes on the audit record."
        )
        hit = words and any(hit for _, hit in marked(file.name, words))
        found = " · its name holds what you look for" if hit else ""
        place = place_in_words(file.kind, removed=file.place_removed)
        st.caption(f"{_size(file.size)}{found}{f' · {place}' if place else ''}", width="content")
    if play:
        with errors_shown():
            player(open_file(desk, file.ref).content, file.kind)


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"
