"""A record's file on the share's page: it stays here until its pages are chosen, and somebody else has looked."""

from __future__ import annotations

import pytest

from okf.sharing.commands.redactions import read_again
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
    press(page, "Black it out")
    next(one for one in page.text_input if one.label.startswith("Why it goes out")).set_value("The report alone").run()
    press(page, "Give it to a second reader", last=True)

    prepared = family.one(Redaction)
    assert prepared is not None
    assert prepared.made_by == "worker_a"
    assert prepared.passages == '{"pages": [1], "areas": [[1, 100, 100, 900, 200]]}'
    other = open_page(family, "second_a", "share", ref=ref)
    assert "Pages that go out: 2" in [one.value for one in other.caption]
    read_again(desk(family, "second_a"), prepared.ref, approved=True)
    assert share_in_view(desk(family, "worker_a"), ref).texts[0].files[0].version.approved  # type: ignore[union-attr]


def file_of(world: World, ref: str) -> str:
    return share_in_view(desk(world, "worker_a"), ref).texts[0].files[0].ref


def press(page, label: str, *, last: bool = False) -> None:
    found = [one for one in page.button if one.label == label]
    found[-1 if last else 0].click().run()
