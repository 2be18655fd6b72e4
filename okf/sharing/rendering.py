"""Pages and pictures of a file as JPEG pictures; run by the sandbox alone, where PDFium's faults end nobody's work."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdfium2 as pdfium
from PIL import Image, ImageDraw

from okf.file_content import opened_picture
from okf.sandbox import Unreadable


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
        picture.thumbnail((longest, longest))
        return [_blacked(picture.convert("RGB"), 0, areas)]
    made = []
    with _document(content) as document:
        for number in pages:
            if number >= len(document):
                raise Unreadable(f"it has no page {number + 1}: prepare it again.")
            page = document[number]
            scale = min(dots / 72, longest / max(page.get_size()))
            made.append(_blacked(page.render(scale=scale).to_pil().convert("RGB"), number, areas))
    return made


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
