"""Papers: names in every script, from fonts within the file, and a structure that screen readers follow."""

from __future__ import annotations

import ctypes
import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ContentStream

from okf.policy.redaction import BLACK, IN_WORDS
from okf.shell.paper import Paper

NAMES = {
    "Arabic": "محمد علي عبد الله",
    "Urdu": "فاطمہ گڑیا ٹھٹھوی",
    "Punjabi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Bengali": "শ্রীমতী কৃষ্ণা চৌধুরী",
    "Chinese": "王小明 張偉",
    "Hebrew": "שרה כהן",
    "Hindi": "प्रियंका क्षत्रिय",
    "Tamil": "கிருஷ்ணன்",
    "Korean": "김민준",
    "Amharic": "ሰላም",
}


@pytest.mark.parametrize("bold", [False, True], ids=["regular", "bold"])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_printed_in_its_own_letters_and_read_out_of_the_file_again(name: str, bold: bool) -> None:
    made = paper(name, bold=bold).pdf()

    assert name in lines(made)
    borrowed = [one for one in drawn(made) if "DejaVu" not in one.font]
    assert borrowed
    assert all(one.glyph for one in drawn(made)), "a glyph 0 is a box"


def test_names_with_accents_and_in_cyrillic_need_no_other_font() -> None:
    name = "Siân Ŵyn, Łukasz Żółć, Ağaoğlu Şule, Ó Súilleabháin, Nguyễn Đặng, Георгий"
    made = paper(name)

    assert set(made.fonts) == {"dejavu sans", "dejavu sansB"}
    assert name in lines(made.pdf())


@pytest.mark.parametrize("name", [NAMES["Arabic"], NAMES["Urdu"]], ids=["Arabic", "Urdu"])
def test_the_letters_of_a_word_are_joined(name: str) -> None:
    word = name.split()[0]
    together, apart = borrowed_by_paragraph(paper(word, " ".join(word)).pdf())

    assert len(together) == len(apart) == len(word)
    assert not set(together) & set(apart)


def test_vowel_signs_are_placed_as_bengali_has_them() -> None:
    made = paper("কি", "ক ি").pdf()

    (sign, letter), apart = borrowed_by_paragraph(made)
    assert apart[0] == letter
    assert sign != letter


@pytest.mark.parametrize("name", [NAMES["Arabic"], NAMES["Hebrew"]], ids=["Arabic", "Hebrew"])
def test_a_name_from_right_to_left_stands_in_its_place_in_a_sentence(name: str) -> None:
    sentence = f"{name}, as volunteer, then {name} · 12 times."
    page = pdfium.PdfDocument(paper(sentence).pdf())[0].get_textpage()

    boxes = [(page.get_text_range(at, 1), page.get_charbox(at)) for at in range(page.count_chars())]
    height = next(box[1] for sign, box in boxes if sign == name[0])
    placed = [(sign, box[0]) for sign, box in boxes if abs(box[1] - height) < 8 and sign.strip()]
    seen = "".join(sign for sign, _ in sorted(placed, key=lambda one: one[1]))
    turned = name.replace(" ", "")[::-1]
    assert seen == f"{turned},asvolunteer,then{turned}·12times."


def test_what_no_font_has_is_printed_as_its_number_and_nothing_turns_words_round() -> None:
    assert "a[U+E000]b [U+202E]nogard" in lines(paper("a\ue000b \u202enogard").pdf())
    assert "co-operate" in lines(paper("co-\U000e0001operate").pdf())


def test_a_box_is_said_in_words_wherever_it_stands() -> None:
    made = Paper(BLACK, AT, head=[BLACK])
    made.rows(["Who"], [[BLACK]])

    assert "\n".join(lines(made.pdf())).count(IN_WORDS) == 4


def test_it_says_its_language_its_title_and_what_each_part_is() -> None:
    made = paper("One.")
    made.heading("Small", size=11)
    made.points(["First"])
    made.rows(["Who", "What"], [["a", "b"]])
    made.picture(picture(), "A child's drawing")
    pdf = made.pdf()

    document = pdfium.PdfDocument(pdf)
    assert raw.FPDFCatalog_IsTagged(document)
    root: Any = PdfReader(io.BytesIO(pdf)).root_object
    assert root["/Lang"] == "en-GB"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.get_metadata_value("Title") == "Names"
    assert structure(document, 0) == "Document(H1 P H2 L(LI(Lbl LBody)) Table(TR(TH TH) TR(TD TD)))"
    assert structure(document, 1) == "Document(Figure[A child's drawing])"


def test_a_paragraph_over_two_pages_is_one_and_the_head_of_a_table_is_said_once() -> None:
    long = Paper("Long", AT)
    long.say("A line of it. " * 500)
    long.rows(["Who"], [[f"Row {number}"] for number in range(40)])
    pdf = long.pdf()

    document = pdfium.PdfDocument(pdf)
    assert [structure(document, page)[:22] for page in range(3)] == [
        "Document(H1 P)",
        "Document(P Table(TR(TH",
        "Document(Table(TR(TD) ",
    ]
    root: Any = PdfReader(io.BytesIO(pdf)).root_object
    assert "" not in marks(pdf)
    assert [part["/S"] for part in root["/StructTreeRoot"]["/K"][0]["/K"]] == ["/H1", "/P", "/Table"]


def test_what_stands_on_every_page_is_read_out_on_none() -> None:
    made = Paper("Names", AT, head=["In confidence"], foot="Binds nobody").pdf()

    assert set(marks(made)) == {"/Artifact", "/H1"}
    assert list(marks(made)).count("/H1") == 1


AT = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def paper(*paragraphs: str, bold: bool = False) -> Paper:
    made = Paper("Names", AT)
    for words in paragraphs:
        made.say(words, bold=bold)
    return made


def picture() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (20, 10)).save(kept, "JPEG")
    return kept.getvalue()


def lines(pdf: bytes) -> list[str]:
    """What a reader of the file finds in it, line by line."""
    return [
        line.strip() for page in pdfium.PdfDocument(pdf) for line in page.get_textpage().get_text_range().splitlines()
    ]


def structure(document: pdfium.PdfDocument, page: int) -> str:
    """The elements of a page, as PDFium reads them."""
    tree = raw.FPDF_StructTree_GetForPage(document[page])
    told = [
        told_of(raw.FPDF_StructTree_GetChildAtIndex(tree, at)) for at in range(raw.FPDF_StructTree_CountChildren(tree))
    ]
    raw.FPDF_StructTree_Close(tree)
    return " ".join(told)


def told_of(element: Any) -> str:
    alt = words_of(raw.FPDF_StructElement_GetAltText, element)
    kids = [
        raw.FPDF_StructElement_GetChildAtIndex(element, at)
        for at in range(raw.FPDF_StructElement_CountChildren(element))
    ]
    within = " ".join(told_of(kid) for kid in kids if kid)
    return words_of(raw.FPDF_StructElement_GetType, element) + f"[{alt}]" * bool(alt) + f"({within})" * bool(within)


def words_of(ask: Any, element: Any) -> str:
    size = ask(element, None, 0)
    kept = ctypes.create_string_buffer(size)
    ask(element, kept, size)
    return kept.raw.decode("utf-16-le").rstrip("\0")


def marks(pdf: bytes) -> Iterator[str]:
    """What each printed piece is part of, nothing where it isn't said."""
    for page in PdfReader(io.BytesIO(pdf)).pages:
        within = [""]
        for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
            if operator in (b"BMC", b"BDC"):
                within.append(str(operands[0]))
            elif operator == b"EMC":
                within.pop()
            elif operator == b"Tj":
                yield within[-1]


@dataclass(frozen=True)
class Drawn:
    """A glyph on paper: by which font, as which of its glyphs, in which element of the page."""

    font: str
    glyph: int
    element: int


def drawn(pdf: bytes) -> Iterator[Drawn]:
    for page in PdfReader(io.BytesIO(pdf)).pages:
        fonts: Any = {name: one.get_object() for name, one in page["/Resources"]["/Font"].items()}
        glyphs = {name: glyphs_of(font) for name, font in fonts.items()}
        current, element = "", -1
        for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
            if operator == b"BDC" and "/MCID" in operands[1]:
                element = operands[1]["/MCID"]
            elif operator == b"Tf":
                current = operands[0]
            elif operator == b"Tj":
                signs = operands[0].original_bytes
                for sign in (int.from_bytes(signs[at : at + 2], "big") for at in range(0, len(signs), 2)):
                    yield Drawn(fonts[current]["/BaseFont"], glyphs[current][sign], element)


def glyphs_of(font: Any) -> dict[int, int]:
    """The glyph that is drawn for each sign, by the font's own table."""
    inner = font["/DescendantFonts"][0].get_object()
    if "/CIDToGIDMap" in inner:
        table = inner["/CIDToGIDMap"].get_object().get_data()
        return {at // 2: int.from_bytes(table[at : at + 2], "big") for at in range(0, len(table), 2)}
    rows = re.findall(r"<([0-9A-F]{4})> (\d+)", font["/Encoding"].get_object().get_data().decode())
    return {int(sign, 16): int(glyph) for sign, glyph in rows}


def borrowed_by_paragraph(pdf: bytes) -> list[list[int]]:
    """The glyphs drawn from other fonts than our own, a list a paragraph."""
    borrowed = [one for one in drawn(pdf) if "DejaVu" not in one.font]
    return [[one.glyph for one in part] for _, part in itertools.groupby(borrowed, key=lambda one: one.element)]
