"""Pages and pictures of a file as JPEG pictures; run by the sandbox alone, where PDFium's faults end nobody's work."""

from __future__ import annotations

import ctypes
import io
import json
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageOps
from pypdfium2 import raw

from okf.file_content import opened_picture
from okf.policy.redaction import Area, where
from okf.sandbox import Unreadable

_HYPHENS: Final = "\x02\xad\ufffe"  # as PDFium gives one at the end of a line, within a word
_SPACE: Final = 30  # points between the letters of one line
_MARGIN: Final = 2  # thousandths of the page round what is found, for what letters throw beyond their boxes


def count_pages(content: bytes, *, kind: str) -> list[bytes]:
    """How many pages a file has, in digits."""
    if kind != "pdf":
        opened_picture(content).load()
        return [b"1"]
    with _document(content) as document:
        return [b"%d" % len(document)]


def render(
    content: bytes, *, kind: str, pages: Sequence[int], areas: Sequence[Sequence[int]], dots: int, longest: int
) -> list[bytes]:
    """These pages with their areas blacked out, so many dots an inch and at most so many on their longer side."""
    if kind != "pdf":
        picture = opened_picture(content)
        picture.draft("RGB", (longest, longest))  # a JPEG is read as small as it is wanted
        picture.thumbnail((longest, longest))
        return [_blacked(ImageOps.exif_transpose(picture).convert("RGB"), 0, areas)]
    made = []
    with _document(content) as document:
        for number in pages:
            if number >= len(document):
                raise Unreadable(f"it has no page {number + 1}: prepare it again.")
            page = document[number]
            scale = min(dots / 72, longest / max(page.get_size()))
            made.append(_blacked(page.render(scale=scale).to_pil().convert("RGB"), number, areas))
    return made


def find(content: bytes, *, pages: Sequence[int], words: str) -> list[bytes]:
    """As JSON, where these words stand on these pages of a PDF, as areas, and the pages that hold no text at all."""
    areas: dict[Area, None] = {}
    without = []
    with _document(content) as document:
        for number in (number for number in pages if number < len(document)):
            page = document[number]
            turned = page.get_rotation()
            silent = True
            for way in {turned, 0}:  # lines are read in another order where the page is turned
                page.set_rotation(way)
                text = page.get_textpage()
                page.set_rotation(turned)
                said, places = _letters(text)
                silent &= not said.strip()
                for start, end in where(said, unicodedata.normalize("NFKC", words)):
                    areas |= {(number, *box): None for box in _lines(page, text, places[start:end])}
            without += [number] * silent
    return [json.dumps(list(areas)).encode(), json.dumps(without).encode()]


def _letters(text: pdfium.PdfTextPage) -> tuple[str, list[int]]:
    """A page's text as it is searched, and the place of each of its letters in PDFium's own count."""
    said, places = [], []
    broken = False  # by a hyphen at the end of a line
    for place in range(text.count_chars()):
        letter = chr(raw.FPDFText_GetUnicode(text, place))
        if letter in _HYPHENS or (broken and letter in "\r\n"):
            broken = True
            continue
        broken = False
        for one in unicodedata.normalize("NFKC", letter):  # a ligature is its letters
            said.append(one)
            places.append(place)
    return "".join(said), places


def _lines(
    page: pdfium.PdfPage, text: pdfium.PdfTextPage, places: Sequence[int]
) -> Iterator[tuple[int, int, int, int]]:
    """The boxes round these letters, one for each line of them, in thousandths of the page as it is seen."""
    row: list[float] = []
    for place in places:
        left, bottom, right, top = text.get_charbox(place, loose=True)
        if right <= left or top <= bottom:
            continue
        in_row = row and 2 * (min(row[3], top) - max(row[1], bottom)) > top - bottom and left - row[2] < _SPACE
        if in_row:
            row = [min(row[0], left), min(row[1], bottom), max(row[2], right), max(row[3], top)]
        else:
            if row:
                yield _as_seen(page, row)
            row = [left, bottom, right, top]
    if row:
        yield _as_seen(page, row)


def _as_seen(page: pdfium.PdfPage, row: Sequence[float]) -> tuple[int, int, int, int]:
    """A box where it is seen on the page, turned and cropped as the page says, with a margin round it."""
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for across, down in (row[:2], row[2:]):
        raw.FPDF_PageToDevice(page, 0, 0, 1000, 1000, 0, across, down, x, y)
        corners.append((x.value, y.value))
    (left, right), (top, bottom) = (sorted(two) for two in zip(*corners, strict=True))
    left, top = max(0, min(999, left - _MARGIN)), max(0, min(999, top - _MARGIN))
    return left, top, min(1000, max(left + 1, right + _MARGIN)), min(1000, max(top + 1, bottom + _MARGIN))


def _document(content: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(content)
    except pdfium.PdfiumError:
        raise Unreadable("it can't be opened: it is damaged or locked.") from None


def _blacked(picture: Image.Image, page: int, areas: Sequence[Sequence[int]]) -> bytes:
    wide, high = picture.size
    draw = ImageDraw.Draw(picture)
    for on, left, top, right, bottom in areas:
        if on == page:
            corners = (left * wide // 1000, top * high // 1000, right * wide // 1000, bottom * high // 1000)
            draw.rectangle(corners, "black")
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=85)
    return kept.getvalue()
