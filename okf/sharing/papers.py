"""A share as it goes out: how to treat it, then its texts and files; what is blacked out is not in the bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from okf.clock import london
from okf.errors import Conflict
from okf.policy.mediation import NOT_BINDING
from okf.policy.redaction import Area, Shown
from okf.policy.share_words import how_to_treat, purpose_in_words
from okf.sandbox import SECONDS, Unreadable, read_apart
from okf.sharing.queries.packages import PackageContent
from okf.shell.paper import Paper, moment

SHARP, COARSE = 150, 90  # dots an inch, for what goes out and for the screen
_LONGEST_SIDE: Final = 2_500  # dots of what goes out, whatever size a page claims
_READERS: Final = "okf.sharing.rendering"


def share_package(content: PackageContent) -> bytes:
    """The paper that goes to the recipient, as a PDF made only from what goes out."""
    binding = NOT_BINDING if content.mediation else ""
    paper = Paper(f"In confidence: information from Our Kids First, {content.ref}", content.at, foot=binding)
    if content.mediation:
        paper.say(NOT_BINDING, bold=True)
    paper.say(f"To: {content.to}")
    paper.say(f"For: {purpose_in_words(content.purpose)}")
    paper.say(f"Sent: {moment(content.at)}. Our reference: {content.ref}. Texts in it: {len(content.records)}.")
    paper.heading("How to treat this")
    boxes = any(record.blacked_out or any(file.shown.areas for file in record.files) for record in content.records)
    paper.points(how_to_treat(content.route, mediation=content.mediation, black_boxes=boxes))
    for number, record in enumerate(content.records, start=1):
        if number == 1:
            paper.add_page()
        said = record.record_class.value.replace("_", " ").capitalize()
        paper.heading(f"{number}. {said}, {_day(record.occurred_at)}")
        if record.mediation:
            paper.say(NOT_BINDING, bold=True)
        for paragraph in record.text.split("\n"):
            if paragraph.strip():
                paper.say(paragraph)
        for file in record.files:
            for picture in pictures(file.content, file.kind, file.shown):
                paper.picture(picture, f"A page of a file of text {number}, as a picture without words")
    return paper.pdf()


def page_count(content: bytes, kind: str) -> int:
    """How many pages a file has.

    Raises:
        Conflict: it can't be opened.
    """
    with _going_out():
        return int(read_apart(f"{_READERS}.count_pages", content, kind=kind, threads=kind == "heic")[0])


def pictures(content: bytes, kind: str, shown: Shown, dots: int = SHARP) -> list[bytes]:
    """The pages that are shown, as JPEG pictures with their areas blacked out; nothing else of the file is in them.

    Raises:
        Conflict: it can't be opened, or has no such page.
    """
    with _going_out():
        return read_apart(
            f"{_READERS}.render",
            content,
            seconds=SECONDS + 5 * len(shown.pages),
            threads=kind == "heic",  # its decoder starts one
            kind=kind,
            pages=shown.pages,
            areas=shown.areas,
            dots=dots,
            longest=_LONGEST_SIDE * dots // SHARP,
        )


def words_on(content: bytes, pages: Sequence[int], words: str) -> tuple[tuple[Area, ...], tuple[int, ...]]:
    """Where these words stand on pages of a PDF, and which of the pages hold no text that can be searched.

    Raises:
        Conflict: it can't be opened.
    """
    with _going_out():
        areas, without = read_apart(f"{_READERS}.find", content, pages=list(pages), words=words)
    found = ((page, left, top, right, bottom) for page, left, top, right, bottom in json.loads(areas))
    return tuple(found), tuple(json.loads(without))


@contextmanager
def _going_out() -> Iterator[None]:
    try:
        yield
    except Unreadable as error:
        raise Conflict(f"This file can't go out: {error}") from None


def _day(at: datetime) -> str:
    there = london(at)
    return f"{there.day} {there:%B %Y}"
