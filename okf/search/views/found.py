"""What a search found: links in groups, within reach of the keyboard from the box they were looked for in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.search.queries.everything import Found, Hit, find
from okf.shell import scripts
from okf.shell.links import anchor
from okf.shell.page_words import pages_called
from okf.shell.sheets import address
from okf.shell.words import errors_shown

MOST: Final = 8  # of a group: who sees more than that types a letter more
HELP: Final = (
    "Try a name in another spelling or fewer letters of it, a whole reference, or what a page is for:"
    " “password”, “who has signed”, “rota”."
)


def found(desk: Desk, words: str) -> None:
    """Show what these words find for this person."""
    hits = Found()
    with errors_shown():
        hits = find(desk, words)
    pages = [Hit(said, path) for said, path in pages_called(desk, words)]
    groups = {
        "Families": hits.families,
        "References": hits.references,
        "People": hits.people,
        "Pages and actions": pages,
    }
    many = sum(map(len, groups.values()))
    scripts.live(f"{many} found" if many else "Nothing found", key="okf_found_said")
    st.html("".join(_group(title, rows) for title, rows in groups.items() if rows) or f"<p>{HELP}</p>")


def _group(title: str, hits: Sequence[Hit]) -> str:
    rows = "".join(
        f"<li>{anchor(escape(one.said), address(one.page, **dict(one.query)) or './')}"
        f"{f' <small>{escape(one.beside)}</small>' if one.beside else ''}</li>"
        for one in hits[:MOST]
    )
    more = "<li><small>There are more: type more letters.</small></li>" if len(hits) > MOST else ""
    named = f"okf-found-{title[:2].lower()}"
    return f'<h2 id="{named}">{title}</h2><ul aria-labelledby="{named}">{rows}{more}</ul>'
