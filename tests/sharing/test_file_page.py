"""A record's file on the share's page: it stays here until its pages are chosen, and somebody else has looked."""

from __future__ import annotations

import pytest

from okf.sharing.queries.view import share_in_view
from okf.store.models import Redaction
from tests.cases.test_case_pages import open_page
from tests.sharing.test_sending import a_file, a_pdf, agree, ask, desk
from tests.world import World

pytestmark = pytest.mark.one_database


def test_pages_are_chosen_an_area_blacked_out_and_a_second_reader_asked(family: World) -> None:
    agree(family)
    a_file(family, a_pdf("Quillham", "The school report"))
    ref = ask(family).ref
    page = open_page(family, "worker_a", "share", ref=ref)
    assert "This file stays here, unless you choose pages of it." in [one.value for one in page.caption]

    press(page, "Open it to choose")
    page.multiselect(key=f"share_file_{file_of(family, ref)}_pages").set_value([1]).run()
    labelled(page.text_input, "Black out a word on every page that goes out").set_value("school")
    press(page, "Find it and black it out")
    assert any("in 1 place on 1 page" in one.value for one in page.success)
    press(page, "Undo")
    assert not [one for one in page.button if one.label.startswith("Take away")]
    press(page, "Black it out on page 2")
    assert [one.label for one in page.button if one.label.startswith("Take away")] == [
        "Take away box 1: 10 to 90 across, 10 to 20 down"
    ]
    next(one for one in page.text_input if one.label.startswith("Why it goes out")).set_value("The report alone").run()
    press(page, "Send it to a second reader", last=True)

    prepared = family.one(Redaction)
    assert prepared is not None
    assert prepared.made_by == "worker_a"
    assert prepared.passages == '{"pages": [1], "areas": [[1, 100, 100, 900, 200]]}'
    other = open_page(family, "second_a", "share", ref=ref)
    assert "Pages that go out: 2" in [one.value for one in other.caption]
    assert "Pages not opened yet: 2" in " ".join(one.value for one in other.info)
    mine = open_page(family, "worker_a", "share", ref=ref)
    assert any("waits for its second reader" in one.value for one in mine.warning)
    assert not [one for one in mine.button if one.label == "Send it now"]
    labelled(other.radio, "Your answer").set_value(True)
    press(other, "Save your answer")
    assert "Not opened yet: 2" in other.error[0].value

    other.toggle(key=f"share_file_see_{file_of(family, ref)}").set_value(True).run()
    assert not [one for one in other.info if "not opened" in one.value]
    labelled(other.radio, "Your answer").set_value(True)
    press(other, "Save your answer")
    assert share_in_view(desk(family, "worker_a"), ref).texts[0].files[0].version.approved  # type: ignore[union-attr]


def file_of(world: World, ref: str) -> str:
    return share_in_view(desk(world, "worker_a"), ref).texts[0].files[0].ref


def labelled(widgets, label: str):
    return next(one for one in widgets if one.label == label)


def press(page, label: str, *, last: bool = False) -> None:
    found = [one for one in page.button if one.label == label]
    found[-1 if last else 0].click().run()
