"""Files as pictures of their pages: what is blacked out or left out of one is really gone from what goes out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Final

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, UnidentifiedImageError

from okf.errors import Conflict
from okf.policy.redaction import Area, Shown

SHARP, COARSE = 150, 60  # dots an inch, for what goes out and for a look on the screen
_LONGEST_SIDE: Final = 2_500  # dots, whatever size a page says that it has
_UNREADABLE: Final = "This file can't be opened: it is damaged or locked. It can't go out."


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
