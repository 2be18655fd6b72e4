"""The published versions of the agreements: which are in effect, each whole, and what it changed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.agreements.queries.texts import VersionHead, agreement_texts, version_text, versions_of
from okf.agreements.views.text import differences, show_text
from okf.desk import Desk
from okf.pending import counted
from okf.shell.sheets import Cell, address, facts, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, plain, told
from okf.terms.agreements import AgreementKind

PAGE_SIZE = 20


def kinds(desk: Desk) -> None:
    """Every agreement, what is in effect of it, what is coming, and whether a draft is being written."""
    st.text(
        "One agreement for each capacity: without it, access waits. The optional ones are asked for, and open or"
        " stop nothing."
    )
    rows: list[list[Cell | str]] = []
    for one in agreement_texts(desk):
        name = told(one.kind) if one.kind.capacity else f"{told(one.kind)} (optional)"
        rows.append(
            [
                Cell(name, address("agreement_texts", kind=one.kind.value)),
                f"{one.current}, since {day(one.since)}" if one.current else "None published",
                f"{one.coming}, from {day(one.coming_on)}" if one.coming else "—",
                f"Version {one.draft}" if one.draft else "—",
            ]
        )
    sheet(("Agreement", "In effect", "Coming", "Draft"), rows, caption="The agreements and their texts")


def versions(desk: Desk, kind: AgreementKind) -> None:
    """The versions of one agreement, newest first, and the chosen one compared with the one before it."""
    page = versions_of(desk, kind, page_asked_for(PAGE_SIZE))
    if not page.rows:
        st.info("No version has been published yet. Write the first one under “Next version”.")
        return
    _list(page.rows)
    pager(page, key="versions")
    names = [head.version for head in page.rows]
    chosen = st.selectbox("Read version", names, key="version", bind="query-params")
    _whole(desk, kind, chosen or names[0])


def _list(heads: Sequence[VersionHead]) -> None:
    sheet(
        ("Version", "Takes effect", "Change", "Sign by", "Published", "Signed by"),
        [
            [
                head.version,
                day(head.effective_on),
                told(head.change),
                day(head.resign_by),
                f"{moment(head.published_at)} by {head.published_by or 'the host'}" if head.published_at else "—",
                counted(head.signed, "person", "people"),
            ]
            for head in heads
        ],
        caption="Published versions, newest first. A published text never changes.",
    )


def _whole(desk: Desk, kind: AgreementKind, version: str) -> None:
    found = version_text(desk, kind, version)
    head = found.head
    st.subheader(f"{plain(head.title)}, version {plain(head.version)}")
    if not found.intact:
        st.error(
            "This text is not the one that was published: it was changed from outside. Nobody can sign it. Tell the"
            " data protection lead, and look at the assurance report.",
            icon=":material/gpp_bad:",
        )
    stands = [("Takes effect", day(head.effective_on)), ("Change", told(head.change))]
    facts([*stands, ("Text (SHA-256)", found.text_sha256)])
    if found.before is not None and found.before_text is not None:
        with st.expander(f"What it changed of version {plain(found.before)}"):
            differences(found.before_text, found.text, whole=st.checkbox("Show the unchanged words too", key="whole"))
    with st.container(border=True):
        show_text(found.text)
