"""A PDF with OKF's typeface, head and foot: headings, paragraphs, points, tables and pictures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import as_file, files
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont

from okf.policy.redaction import BLACK, IN_WORDS
from okf.policy.words import moment

__all__ = ["Paper", "moment"]

TYPEFACE: Final = "DejaVu Sans"
INK, QUIET = (17, 17, 17), (85, 85, 85)
_FONTS: Final = (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf"))
_LINE: Final = 5.4


class Paper(FPDF):
    """An A4 sheet with OKF's head, and at the foot what it is, when it was made and the page.

    Its typeface is embedded and holds Latin, Greek and Cyrillic letters, so
    that people's names print as they are written; a sign that it has not is
    printed as a replacement character and never left out.
    """

    def __init__(self, title: str, made_at: datetime) -> None:
        super().__init__(format="A4")
        self._foot = f"{title} · {moment(made_at)}"
        self.set_title(title)
        self.set_author("Our Kids First")
        self.set_lang("en-GB")
        self.set_creation_date(made_at)
        self.set_margins(20, 18)
        self.set_auto_page_break(True, margin=20)
        for style, name in _FONTS:
            with as_file(files("okf.shell").joinpath("fonts", name)) as path:
                self.add_font(TYPEFACE, style, path)
        self.add_page()
        self.heading(title, size=18)

    def header(self) -> None:
        """Whose sheet it is, on every page."""
        self._type(9, bold=True, colour=QUIET)
        self.cell(0, 6, "Our Kids First · 020 3951 8496", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def footer(self) -> None:
        """What it is, when it was made, and which page this is."""
        self.set_y(-15)
        self._type(8, colour=QUIET)
        self.cell(0, 6, f"{self._foot} · page {self.page_no()} of {{nb}}", align="C")

    def heading(self, words: str, *, size: int = 13) -> None:
        """A heading, kept on the page of what follows it."""
        if self.will_page_break(3 * _LINE + size / 2):
            self.add_page()
        self.ln(2)
        self._type(size, bold=True)
        self._write(words, size * 0.5)
        self.ln(1)

    def say(self, words: str, *, bold: bool = False, quiet: bool = False) -> None:
        """A paragraph."""
        self._type(10, bold=bold, colour=QUIET if quiet else INK)
        self._write(words, _LINE)
        self.ln(1)

    def points(self, lines: Sequence[str], marks: Sequence[str] | None = None) -> None:
        """A line each, marked with a point or with its own mark."""
        self._type(10)
        for line, mark in zip(lines, marks or ["•"] * len(lines), strict=True):
            self.cell(5, _LINE, mark)
            self.set_left_margin(25)
            self._write(line, _LINE)
            self.set_left_margin(20)
            self.set_x(20)

    def rows(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table whose head stands again on each page; its first column is as wide as two others."""
        self._type(8 if len(titles) > 5 else 9)
        widths = (2, *(1 for _ in titles[1:]))
        with self.table(col_widths=widths, text_align="LEFT", line_height=4.8, padding=1, v_align="M") as made:
            for line in (titles, *rows):
                made.row([self._drawn(cell) for cell in line])
        self.ln(2)

    def picture(self, content: bytes) -> None:
        """A picture on a page of its own, as large as it fits."""
        self.add_page()
        self.image(io.BytesIO(content), x=Align.C, w=self.epw, h=self.eph - 20, keep_aspect_ratio=True)

    def pdf(self) -> bytes:
        """The sheet as a PDF."""
        return bytes(self.output())

    def _type(self, size: int, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(TYPEFACE, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _write(self, words: str, height: float) -> None:
        self.multi_cell(0, height, self._drawn(words), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _drawn(self, words: str) -> str:
        return "".join(
            sign if self._is_drawn(sign) else "\N{REPLACEMENT CHARACTER}" for sign in words.replace(BLACK, IN_WORDS)
        )

    def _is_drawn(self, sign: str) -> bool:
        font = self.current_font
        return sign.isspace() or (isinstance(font, TTFFont) and ord(sign) in font.cmap)
