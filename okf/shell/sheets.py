"""HTML tables with links: a screen reader and a keyboard can use them, and a telephone shows rows as cards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from okf.shell.links import anchor
from okf.shell.phones import tel
from okf.terms import Severity, Standing

# Foreground on background; each is at least 6 to 1, and its word and sign say the same without the colour.
_LOOKS: Final = {
    Severity.IMMEDIATE: ("‼", "#ffffff", "#8f1d14"),
    Severity.HIGH: ("▲", "#ffffff", "#9a3b00"),
    Severity.MEDIUM: ("◆", "#3d2c00", "#ffe7a3"),
    Severity.LOW: ("●", "#0b4a58", "#dff0f3"),
    Standing.NEVER_SIGNED: ("✕", "#ffffff", "#8f1d14"),
    Standing.OVERDUE: ("!", "#ffffff", "#9a3b00"),
    Standing.RESIGN_DUE: ("◔", "#3d2c00", "#ffe7a3"),
    Standing.CURRENT: ("✓", "#12401f", "#def2e3"),
    Standing.ENDED: ("–", "#333333", "#eceff1"),
}
_WHOLE: Final = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4}|[A-Z]{1,4}-[\w-]+")  # days and references: on one line
_STYLE: Final = """<style>
.okf-across { overflow-x: auto }
.okf-sheet { width: 100%; border-collapse: collapse; font-size: 0.94rem }
.okf-sheet caption { text-align: left; padding: 0 0 .4rem; color: #333 }
.okf-sheet th, .okf-sheet td { text-align: left; vertical-align: top; padding: .45rem .6rem;
  border-bottom: 1px solid #c3ced2; overflow-wrap: break-word; white-space: pre-line }
.okf-sheet thead th { background: #f3f6f7; vertical-align: bottom }
.okf-sheet thead button { all: unset; cursor: pointer; text-decoration: underline dotted }
.okf-sheet thead a { color: inherit; text-decoration: underline dotted }
.okf-sheet thead :is(a, button):focus-visible { outline: 2px solid #0b5a6b; outline-offset: 2px }
.okf-sheet th[aria-sort=ascending] :is(a, button)::after { content: " ▲" }
.okf-sheet th[aria-sort=descending] :is(a, button)::after { content: " ▼" }
.okf-sheet a { color: #0b5a6b; text-decoration: underline }
.okf-sheet td.okf-whole, .okf-sheet a.okf-whole { white-space: nowrap }
.okf-facts { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .35rem 1rem;
  margin: .2rem 0 .6rem; padding: 0 !important }
.okf-facts dt { font-weight: 600 }
.okf-facts dd { margin: 0; overflow-wrap: anywhere; white-space: pre-line }
.okf-sheet td[data-label="Time left"] { min-width: 9.5rem }
.okf-badge { display: inline-block; padding: .1rem .5rem; border-radius: .25rem; font-weight: 600; white-space: nowrap }
@media (max-width: 1000px) { .okf-sheet th, .okf-sheet td { padding: .45rem .35rem } }
.okf-late { color: #8f1d14; font-weight: 700 }
@media (max-width: 640px) {
  .okf-sheet, .okf-sheet :is(caption, tbody, tr, th, td) { display: block; width: 100% }
  .okf-sheet thead:not(:has(button, a)), .okf-sheet thead:has(a) th:not(:has(a, input)) {
    position: absolute; left: -999rem }
  .okf-sheet thead tr { display: flex; flex-wrap: wrap; align-items: baseline; background: #f3f6f7 }
  .okf-sheet thead tr::before { content: "Sort by"; padding: .4rem .6rem; color: #444 }
  .okf-sheet tr { border: 1px solid #7b8f96; border-radius: .4rem; margin: 0 0 .7rem; padding: .3rem .2rem }
  .okf-sheet th, .okf-sheet td { border: 0; padding: .2rem .6rem; overflow-wrap: anywhere }
  .okf-sheet thead th { width: auto; padding: .4rem .6rem }
  .okf-sheet td.okf-none, .okf-sheet td.okf-tick::before { display: none }
  .okf-sheet td::before { content: attr(data-label) ": "; color: #444 }
}
</style>"""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's words; with `href` they link, with `look` they stand in that colour behind its sign.

    `struck` ones are struck through: still to be read, and no longer held to be right.
    `under` stands on a line of its own below.
    """

    text: str
    href: str | None = None
    look: Severity | Standing | None = None
    late: bool = False
    struck: bool = False
    under: Cell | str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The title of a column; `link` is the same as a link that sorts, `way` how the column sorts the table now."""

    title: str
    link: str = ""
    way: str = ""

    def html(self, *, sorts: bool) -> str:
        """Its cell; where the table `sorts` in the browser, a button."""
        said = self.link or (f"<button>{escape(self.title)}</button>" if sorts else escape(self.title))
        way = f' aria-sort="{self.way}"' if self.way else ""
        return f'<th scope="col"{way}>{said}</th>'


def sheet(titles: Sequence[str], rows: Sequence[Sequence[Cell | str]], *, caption: str) -> None:
    """Show rows under titles; the first cell names the row."""
    st.html(sheet_html(titles, rows, caption=caption))


def sheet_html(
    titles: Sequence[str | Head],
    rows: Sequence[Sequence[Cell | str]],
    *,
    caption: str,
    sorts: bool = False,
    boxes: Sequence[str] | None = None,
) -> str:
    """The same as HTML, for what stands within something else; where it `sorts`, each title is a button for that.

    With `boxes` each row begins with a box to tick, of that value.
    """
    heads = [one if isinstance(one, Head) else Head(one) for one in titles]
    names = [one.title for one in heads]
    top = "".join(one.html(sorts=sorts) for one in heads)
    lines = [_cells(names, row) for row in rows]
    if boxes is not None:
        top = f'<th class="okf-tick" scope="col">{_box("all of this page", "")}</th>{top}'
        lines = [
            f'<td class="okf-tick">{_box(row[0] if isinstance(row[0], str) else row[0].text, box)}</td>{line}'
            for box, row, line in zip(boxes, rows, lines, strict=True)
        ]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        f'{_STYLE}<div class="okf-across"><table class="okf-sheet"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def number_to_ring(phone: str, under: str | None = None) -> Cell:
    """A number that a telephone rings at a touch."""
    return Cell(phone, tel(phone), under=under)


def facts(rows: Sequence[tuple[str, Cell | str]]) -> None:
    """Names and what stands for each, one under the other."""
    inner = "".join(
        f"<dt>{escape(name)}</dt><dd>{_inner(value if isinstance(value, Cell) else Cell(value))}</dd>"
        for name, value in rows
    )
    st.html(f'{_STYLE}<dl class="okf-facts">{inner}</dl>')


def badge(look: Severity | Standing, text: str) -> str:
    """A word in its colour behind its sign, as HTML."""
    sign, ink, ground = _LOOKS[look]
    return (
        f'<span class="okf-badge" style="color:{ink};background:{ground}">'
        f'<span aria-hidden="true">{sign}</span> {escape(text)}</span>'
    )


def badge_line(look: Severity | Standing, text: str, rest: str = "", *, late: bool = False) -> None:
    """A badge with plain words after it."""
    said = f'<span class="okf-late">{escape(rest)}</span>' if late else escape(rest)
    st.html(f"{_STYLE}<p style='margin:0'>{badge(look, text)} {said}</p>")


def verbatim(text: str) -> None:
    """Somebody's own words as they typed them, nothing in them read as markup."""
    st.html(
        '<blockquote style="margin:0;padding:.5rem .9rem;border-left:4px solid #0b5a6b;white-space:pre-wrap;'
        f'overflow-wrap:anywhere">{escape(text)}</blockquote>'
    )


def address(url_path: str, **query: str) -> str:
    """The address of another page, as seen from any page."""
    return f"{url_path}?{urlencode(query)}" if query else url_path


def _cells(titles: Sequence[str], row: Sequence[Cell | str]) -> str:
    made = []
    for number, (title, cell) in enumerate(zip(titles, row, strict=True)):
        inner = _inner(cell if isinstance(cell, Cell) else Cell(cell))
        kind = "okf-none" if cell == "—" else "okf-whole" if isinstance(cell, str) and _WHOLE.fullmatch(cell) else ""
        label = f' data-label="{escape(title)}"' + (f' class="{kind}"' if kind else "")
        made.append(f'<th scope="row">{inner}</th>' if number == 0 else f"<td{label}>{inner}</td>")
    return "".join(made)


def _box(said: str, value: str) -> str:
    return f'<input type="checkbox" value="{escape(value)}" aria-label="{escape(f"Tick {said}")}">'


def _inner(cell: Cell) -> str:
    said = badge(cell.look, cell.text) if cell.look else escape(cell.text)
    if cell.struck:
        said = f"<s>{said}</s>"
    if cell.late:
        said = f'<span class="okf-late">{said}</span>'
    if cell.href:
        said = anchor(said, cell.href, more="class=okf-whole" if _WHOLE.fullmatch(cell.text) else "")
    if not cell.under:
        return said
    return f"{said}<br>{_inner(cell.under if isinstance(cell.under, Cell) else Cell(cell.under))}"
