"""Words found on the pages of a file that is to go out, and gone from what goes out."""

from __future__ import annotations

import io

import pypdf
import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw

from okf.policy.redaction import Shown
from okf.sharing.commands.redactions import add_file_to_share, read_again
from okf.sharing.commands.shares import open_package
from okf.sharing.papers import pictures, words_on
from tests.sharing.test_sending import a_file, a_pdf, agree, ask, desk, pictured, send
from tests.world import World


@pytest.mark.one_database
def test_a_word_is_found_on_every_page_that_holds_it_and_gone_from_what_goes_out(family: World) -> None:
    agree(family)
    content = a_pdf("Ann told it", "Nothing is here", "ZEBEDEE's aunt", "told by Zebedee")
    areas, without = words_on(content, [0, 2, 3], "zebedee")
    assert [area[0] for area in areas] == [2, 3]
    assert without == ()
    assert words_on(content, [0, 1], "zebedee") == ((), ())
    file = a_file(family, content)
    ref = ask(family).ref
    shown = Shown((2, 3), areas)
    prepared = add_file_to_share(desk(family, "worker_a"), ref, file, shown=shown, reason="Their name")
    read_again(desk(family, "second_a"), prepared, approved=True, seen=[2, 3])
    send(family, ref)

    for page, area in zip(pictured(open_package(desk(family, "worker_a"), ref).content), areas, strict=True):
        grey = page.convert("L")
        box = tuple(part * size // 1000 for part, size in zip(area[1:], grey.size * 2, strict=True))
        assert grey.crop(box).getextrema()[1] < 60  # black through and through
        ImageDraw.Draw(grey).rectangle(box, 255)
        assert grey.getextrema()[0] < 100  # and what stands beside it is there


def test_a_word_is_found_where_a_turned_page_shows_it_and_across_a_broken_line() -> None:
    paper = FPDF()
    paper.set_font("helvetica", size=24)
    paper.add_page()
    paper.text(20, 30, "Zebe-")
    paper.text(20, 40, "dee was there")
    turned, content = pypdf.PdfWriter(clone_from=io.BytesIO(bytes(paper.output()))), io.BytesIO()
    turned.pages[0].rotate(90)
    turned.write(content)

    upright, _ = words_on(bytes(paper.output()), [0], "Zebedee")
    across, _ = words_on(content.getvalue(), [0], "Zebedee")

    assert len(upright) == len(across) == 2  # one box a line
    for (_, left, top, right, bottom), (_, *seen) in zip(upright, across, strict=True):
        assert seen == pytest.approx([1000 - bottom, left, 1000 - top, right], abs=3)
    [picture] = pictures(content.getvalue(), "pdf", Shown((0,), across))
    assert Image.open(io.BytesIO(picture)).convert("L").crop((0, 0, 1, 1)).getextrema()[0] > 200


def test_a_page_without_text_is_named_where_a_word_is_looked_for() -> None:
    paper = FPDF()
    paper.add_page()
    paper.rect(10, 10, 50, 50)
    assert words_on(bytes(paper.output()), [0], "Zebedee") == ((), (0,))
