"""A share as it goes out: how to treat it, then its texts and files; what is blacked out is not in the bytes."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, UnidentifiedImageError

from okf.clock import london
from okf.errors import Conflict
from okf.policy.mediation import NOT_BINDING
from okf.policy.redaction import Area, Shown
from okf.policy.share_words import how_to_treat, purpose_in_words
from okf.sharing.queries.packages import PackageContent
from okf.shell.paper import Paper, moment

SHARP, COARSE = 150, 60  # dots an inch, for what goes out and for the screen
_LONGEST_SIDE: Final = 2_500  # dots, whatever size a page claims
_UNREADABLE: Final = "This file can't be opened: it is damaged or locked. It can't go out."


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
    if kind != "pdf":
        _picture(content).close()
        return 1
    with _document(content) as document:
        return len(document)


def pictures(content: bytes, kind: str, shown: Shown, dots: int = SHARP) -> Iterator[bytes]:
    """The pages that are shown, as JPEG pictures with their areas blacked out; nothing else of the file is in them.

    Raises:
        Conflict: it can't be opened, or has no such page.
    """
    if kind != "pdf":
        yield _blacked(_fitted(_picture(content).convert("RGB"), dots), shown.on(0))
        return
    with _document(content) as document:
        for number in shown.pages:
            if number >= len(document):
                raise Conflict(f"This file has no page {number + 1}: prepare it again.")
            page = document[number]
            scale = min(dots / 72, _LONGEST_SIDE / max(page.get_size()))
            yield _blacked(page.render(scale=scale).to_pil().convert("RGB"), shown.on(number))


def _day(at: datetime) -> str:
    there = london(at)
    return f"{there.day} {there:%B %Y}"


def _document(content: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError:
        raise Conflict(_UNREADABLE) from None


def _picture(content: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content))
        picture.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise Conflict(_UNREADABLE) from None
    return picture


def _fitted(picture: Image.Image, dots: int) -> Image.Image:
    most = _LONGEST_SIDE * dots // SHARP
    picture.thumbnail((most, most))
    return picture


def _blacked(picture: Image.Image, areas: tuple[Area, ...]) -> bytes:
    wide, high = picture.size
    draw = ImageDraw.Draw(picture)
    for _, left, top, right, bottom in areas:
        draw.rectangle((left * wide // 1000, top * high // 1000, right * wide // 1000, bottom * high // 1000), "black")
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=85)
    return kept.getvalue()
