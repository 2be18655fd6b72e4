"""Letters that the papers' own typeface has not, from IBM Plex and Noto: cut in memory when a paper needs them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, cast

import uharfbuzz as hb
from fpdf import FPDF
from fpdf.fonts import HarfBuzzFont, TTFFont

_FEW: Final = 5_000
_PLEX: Final = (("", "Regular"), ("B", "Bold"))
_CHINESE: Final = 2  # the place of mainland Chinese in the collection, after Japanese and Korean


@dataclass(frozen=True)
class Typeface:
    """A font on disk by its style: mapped, and read only where it is used."""

    faces: dict[str, hb.Face]
    letters: frozenset[int]

    def font(self, sheet: FPDF, key: str, style: str, text: str) -> TTFFont:
        """The font for a sheet; one of very many letters, none of which joins another, has those of the text alone."""
        cut = hb.SubsetInput()
        cut.flags = hb.SubsetFlags.DOWNGRADE_CFF2  # no PDF may hold a CFF2 font
        cut.pin_axis_location(self.faces[style], "wght", 700 if style else 400)
        cut.unicode_set.update(self.letters if len(self.letters) < _FEW else self.letters.intersection(map(ord, text)))
        content = hb.subset(self.faces[style], cut).blob.data
        font = TTFFont(sheet, cast(Path, io.BytesIO(content)), key, style)
        font._hbfont = HarfBuzzFont(hb.Face(content))
        return font


def typeface_of(sign: str) -> Typeface | None:
    """The typeface that has a sign, if any has."""
    return next((one for one in _typefaces() if ord(sign) in one.letters), None)


@cache
def _typefaces() -> tuple[Typeface, ...]:
    """Plex for Arabic, where a letter is one glyph and so is found again; then Noto's, those of few letters first."""
    folder = files("fontpkg_ibm_plex_sans_arabic") / "files"
    plex = {style: _face(folder / f"IBMPlexSansArabic-{name}.ttf") for style, name in _PLEX}
    noto = [_face(file) for file in files("manimgx_fonts").iterdir() if re.match(r"Noto\w+\[", file.name)]
    noto.append(_face(files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc", _CHINESE))
    made = [Typeface({"": face, "B": face}, frozenset(face.unicodes)) for face in noto]
    return (Typeface(plex, frozenset(plex[""].unicodes)), *sorted(made, key=lambda one: len(one.letters)))


def _face(file: Traversable, number: int = 0) -> hb.Face:
    with as_file(file) as path:
        return hb.Face(hb.Blob.from_file_path(path), number)
