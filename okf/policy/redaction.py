"""What is blacked out: passages of a text, pages and areas of a file; and the text without them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Final

from okf.clock import end_of_working_day_after

Passage = tuple[int, int]
Area = tuple[int, int, int, int, int]  # a page from 0, then left, top, right and bottom in thousandths of it
BLACK: Final = "██████"  # as long for one letter as for a paragraph: its length tells nothing
IN_WORDS: Final = "[blacked out]"  # on paper, where a screen reader has no other words for a box
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?]+[\"'”’)]*|\n|$)", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Shown:
    """What of a file goes out: which of its pages, counted from 0, and the areas blacked out on them."""

    pages: tuple[int, ...]
    areas: tuple[Area, ...] = ()

    def on(self, page: int) -> tuple[Area, ...]:
        """The areas blacked out on one page."""
        return tuple(area for area in self.areas if area[0] == page)


def in_turn(
    pool: Collection[str], ref: str, made_at: datetime, at: datetime, *, days: int, bank_holidays: Collection[date] = ()
) -> str | None:
    """Who of a pool of second readers is awaited for a version: after so many working days the next, and round again.

    Each version has an order of its own: nobody is always the first, and who
    comes or leaves moves nobody else's place.
    """
    order = sorted(pool, key=lambda who: sha256(f"{ref}\n{who}".encode()).digest())
    turns = 0
    while order and end_of_working_day_after(made_at, days * (turns + 1), bank_holidays) <= at:
        turns += 1
    return order[turns % len(order)] if order else None


def where(text: str, words: str) -> tuple[Passage, ...]:
    """Every place at which these words stand in a text, whatever their capitals and line breaks.

    A word counts with what is joined to it at its end: `Ann` blacks out
    `Ann's` and `Annual` too, since too much shows in the preview, and too
    little does not.
    """
    forms = {unicodedata.normalize(form, words.strip()) for form in ("NFC", "NFD")} - {""}
    if not forms:
        return ()
    one_of = "|".join(r"\s+".join(map(re.escape, form.split())) for form in sorted(forms))
    return tuple(match.span() for match in re.finditer(rf"(?<!\w)(?:{one_of})\w*(?:['’]\w+)?", text, re.IGNORECASE))


def sentences(text: str) -> tuple[Passage, ...]:
    """The sentences and lines of a text, without the blanks round them."""
    found = []
    for match in _SENTENCE.finditer(text):
        start, end = match.span()
        said = text[start:end]
        start, end = start + len(said) - len(said.lstrip()), end - (len(said) - len(said.rstrip()))
        if start < end:
            found.append((start, end))
    return tuple(found)


def merged(passages: Iterable[Sequence[int]], length: int) -> tuple[Passage, ...]:
    """The same passages in order, within the text, those that touch made one."""
    kept: list[Passage] = []
    for start, end in sorted((max(0, int(a)), min(length, int(b))) for a, b in passages):
        if start >= end:
            continue
        if kept and start <= kept[-1][1]:
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return tuple(kept)


def blacked_out(text: str, passages: Iterable[Sequence[int]]) -> str:
    """The text with a black box in the place of each passage, and nothing left of its words."""
    made, at = [], 0
    for start, end in merged(passages, len(text)):
        made += [text[at:start], BLACK]
        at = end
    return "".join([*made, text[at:]])
