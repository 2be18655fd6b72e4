"""A PDF with OKF's typeface, head and foot: headings, paragraphs, points, tables and pictures."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any, Final

from fpdf.enums import Align, XPos, YPos
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences
from fpdf.syntax import Raw
from fpdf.table import Table

from okf.policy.redaction import BLACK, IN_WORDS
from okf.policy.words import moment
from okf.shell.tags import Tagged
from okf.shell.typefaces import typeface_of

__all__ = ["Paper", "moment"]

TYPEFACE: Final = "DejaVu Sans"
INK, QUIET = (17, 17, 17), (85, 85, 85)
_FONTS: Final = (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf"))
_LINE: Final = 5.4
_LAM_ALEF: Final = re.compile("\u0644[\u064b-\u0652]*[\u0622\u0623\u0625\u0627]")
_OVERRIDES: Final = ("LRO", "RLO")  # they would print words the other way round than they are kept
_BEFORE_A_NUMBER: Final = re.compile(
    r"(?<=[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])(?=\W*[0-9])"
)  # else it goes first
_HEAD_OF_COLUMN: Final = Raw("<</O /Table /Scope /Column>>")


class Paper(Tagged):
    """An A4 sheet with OKF's head, and at the foot what it is, when it was made and the page.

    `head` and `foot` are what else each page says there. Its typefaces are
    embedded, so that people's names print as they are written, in whatever
    script; a sign that none has is printed as its number and never left out.
    """

    def __init__(self, title: str, made_at: datetime, *, head: Sequence[str] = (), foot: str = "") -> None:
        super().__init__(format="A4")
        self._head, self._foot = head, (f"{title} · {moment(made_at)}", foot)
        self._level = 0
        self._borrowed: list[str] = []
        self._last_borrowed = ""
        self.set_title(title)
        self.set_author("Our Kids First")
        self.set_lang("en-GB")
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
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
        with self.aside():
            self._type(9, bold=True, colour=QUIET)
            self.cell(0, 6, "Our Kids First · 020 3951 8496", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
            self._type(9, bold=True)
            for words in self._head:
                self._write(words, 5)
            self.ln(3)

    def footer(self) -> None:
        """What it is, when it was made, and which page this is."""
        words, marking = self._foot
        with self.aside():
            self.set_y(-15)
            self._type(8, colour=QUIET)
            self.cell(0, 6, f"{words} · page {self.page_no()} of {{nb}}", align="C")
            self.set_y(-10)
            self._type(8, bold=True)
            self.cell(0, 5, marking, align="C")

    def heading(self, words: str, *, size: int = 13) -> None:
        """A heading, kept on the page of what follows it; its level follows from its size, and none is left out."""
        if self.will_page_break(3 * _LINE + size / 2):
            self.add_page()
        self.ln(2)
        self._type(size, bold=True)
        self._level = 1 if size > 13 else 2 if size == 13 else min(3, self._level + 1)
        with self.content(f"H{self._level}"):
            self._write(words, size * 0.5)
        self.ln(1)

    def say(self, words: str, *, bold: bool = False, quiet: bool = False) -> None:
        """A paragraph."""
        self._type(10, bold=bold, colour=QUIET if quiet else INK)
        with self.content("P"):
            self._write(words, _LINE)
        self.ln(1)

    def points(self, lines: Sequence[str], marks: Sequence[str] | None = None) -> None:
        """A line each, marked with a point or with its own mark."""
        self._type(10)
        with self.element("L"):
            for line, mark in zip(lines, marks or ["•"] * len(lines), strict=True):
                with self.element("LI"):
                    with self.content("Lbl"):
                        self.cell(5, _LINE, mark)
                    self.set_left_margin(25)
                    with self.content("LBody"):
                        self._write(line, _LINE)
                    self.set_left_margin(20)
                    self.set_x(20)

    def rows(self, titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table whose head stands again on each page; its first column is as wide as two others."""
        self._type(8 if len(titles) > 5 else 9)
        self.normalize_text("".join(cell for row in rows for cell in row))  # one font for the letters of all rows
        widths = (2, *(1 for _ in titles[1:]))
        made = _Rows(self, (titles, *rows), col_widths=widths, text_align="LEFT", line_height=4.8, padding=1)
        with self.element("Table"):
            made.render()
        self.ln(2)

    def picture(self, content: bytes, alt: str) -> None:
        """A picture on a page of its own, as large as it fits; `alt` says it to who doesn't see it."""
        self.add_page()
        with self.content("Figure", alt=alt):
            self.image(io.BytesIO(content), x=Align.C, w=self.epw, h=self.eph - 20, keep_aspect_ratio=True)

    def pdf(self) -> bytes:
        """The sheet as a PDF."""
        return bytes(self.output())

    def normalize_text(self, text: str) -> str:
        """A text as it is printed; with letters of other typefaces it is shaped and ordered as their scripts ask."""
        text = text.replace(BLACK, IN_WORDS)
        lacking = [sign for sign in dict.fromkeys(text) if not self._has(sign)]
        turned = _is_right_to_left(text)
        # One glyph for two letters is needed here alone; elsewhere PDFium would read the two the other way round.
        features = {"rlig": bool(_LAM_ALEF.search(text))}
        self.set_text_shaping(bool(lacking), features, "rtl" if turned else "ltr")
        text = text.translate({ord(sign): _told(sign) for sign in lacking if not self._borrow(sign, text)})
        return text if turned else _BEFORE_A_NUMBER.sub("\N{LEFT-TO-RIGHT MARK}", text)

    def get_fallback_font(self, char: str, style: str = "") -> str | None:
        """The font used last where it has the sign, so that joiners and marks stay with their letters."""
        last = self.fonts.get(self._last_borrowed)
        if not (isinstance(last, TTFFont) and last.emphasis.style == style and ord(char) in last.cmap):
            self._last_borrowed = super().get_fallback_font(char, style) or ""
        return self._last_borrowed or None

    def _has(self, sign: str) -> bool:
        font = self.current_font
        known = sign == "\n" or (isinstance(font, TTFFont) and ord(sign) in font.cmap)
        return known and unicodedata.bidirectional(sign) not in _OVERRIDES

    def _borrow(self, sign: str, text: str) -> bool:
        """Whether another typeface has a sign; its font is then at hand."""
        if self.get_fallback_font(sign, self.font_style):
            return True
        typeface = None if unicodedata.bidirectional(sign) in _OVERRIDES else typeface_of(sign)
        if typeface is None:
            return False
        family = f"borrowed {len(self._borrowed)}"
        key = family + self.font_style
        self.fonts[key] = typeface.font(self, key, self.font_style, text)
        self._borrowed.append(family)
        self.set_fallback_fonts(self._borrowed)
        return True

    def _type(self, size: int, *, bold: bool = False, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(TYPEFACE, "B" if bold else "", size)
        self.set_text_color(*colour)

    def _write(self, words: str, height: float) -> None:
        self.multi_cell(0, height, words, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


class _Rows(Table):
    """A table whose rows and cells are said; its head counts once, on whichever pages it stands again."""

    def __init__(self, sheet: Tagged, lines: Sequence[Sequence[str]], **options: Any) -> None:
        super().__init__(sheet, **options)
        self._sheet, self._said, self._again = sheet, 0, False
        for line in lines:
            self.row(line)

    def _render_table_row(self, i: int, *args: Any, **options: Any) -> None:
        self._again = i < self._said
        self._said = max(self._said, i + 1)
        with self._sheet.aside() if self._again else self._sheet.element("TR"):
            super()._render_table_row(i, *args, **options)

    def _render_table_cell(self, i: int, j: int, *args: Any, **options: Any) -> tuple[bool, float, float]:
        if "cell_height_info" not in options or self._again:  # without it a cell is only measured
            return super()._render_table_cell(i, j, *args, **options)
        with self._sheet.content("TD") if i else self._sheet.content("TH", a=_HEAD_OF_COLUMN):
            return super()._render_table_cell(i, j, *args, **options)


def _is_right_to_left(text: str) -> bool:
    """Whether it is written so as a whole: a name in a sentence of ours doesn't turn the sentence round."""
    words = [{unicodedata.bidirectional(sign) for sign in word} & {"L", "R", "AL"} for word in text.split()]
    turned = [kinds != {"L"} for kinds in words if kinds]
    return bool(turned) and turned[0] and sum(turned) > 0.8 * len(turned)


def _told(sign: str) -> str:
    """A sign that no typeface has: what can be seen of it, or else its number."""
    if sign.isspace():
        return " "
    unseen = unicodedata.category(sign) == "Cf" and unicodedata.bidirectional(sign) not in _OVERRIDES
    return "" if unseen else f"[U+{ord(sign):04X}]"
