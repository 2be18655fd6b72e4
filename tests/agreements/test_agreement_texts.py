"""Texts, their versions, papers and differences on the screen (C7)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from okf.agreements.commands.paper_signatures import file_paper_signature
from okf.agreements.commands.signatures import name_differs
from okf.agreements.commands.texts import save_draft
from okf.agreements.queries.texts import draft_of
from okf.agreements.views.text import compared
from okf.file_check import Upload
from okf.parts import PARTS
from okf.people.commands.accounts import set_password
from okf.shell import app_context
from okf.store.models import AgreementVersion, PaperSignature
from okf.terms import Change
from okf.terms.agreements import AgreementKind
from tests.behind import behind_casebook
from tests.safeguarding.test_concern_pages import field, open_page, shown
from tests.world import World

pytestmark = pytest.mark.one_database
PASSWORD = "violet tractor ledger"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mia Manager")
    world.manager("manager2", name="Mo Manager")
    world.volunteer(name="Vera Volunteer")
    world.case("OKF-1", granted_to=["volunteer"])
    set_password(world.host(), "manager", PASSWORD)
    return world


def drafted(world: World, by: str = "manager", **other: object) -> None:
    wanted: dict[str, object] = {
        "kind": AgreementKind.VOLUNTEER,
        "version": "2",
        "title": "For volunteers",
        "change": Change.MATERIAL,
        "text": "Sample text of the volunteer agreement, version two.\n\nAlso: $5, ![](https://example.org/a.png).",
        "effective_on": date(2026, 11, 23),
        "resign_by": date(2026, 11, 30),
    }
    save_draft(world.desk(by), **(wanted | other))  # type: ignore[arg-type]


def test_every_agreement_is_listed_the_optional_ones_too(charity: World) -> None:
    told = shown(open_page(charity, "manager", "agreement_texts"))

    for words in ("Staff", "Allied partner", "Privacy (optional)", "Data handling (optional)", "None published"):
        assert words in told
    refused = open_page(charity, "volunteer", "agreement_texts")
    assert refused.error
    assert "Privacy (optional)" not in shown(refused)


def test_a_draft_begins_with_the_last_words_and_a_slip_loses_nothing(charity: World) -> None:
    page = open_page(charity, "manager", "agreement_texts", kind="volunteer")
    assert field(page, "Text, in Markdown").value == "Sample text of the volunteer agreement, version 1."
    field(page, "Text, in Markdown").set_value("New words.")
    page.button[0].click().run()
    assert "Version" in page.error[0].value
    assert field(page, "Text, in Markdown").value == "New words."

    field(page, "Version").set_value("2")
    page.button[0].click().run()

    assert draft_of(charity.desk("manager"), AgreementKind.VOLUNTEER).text == "New words."


def test_what_somebody_else_kept_meanwhile_is_not_written_over_and_mine_stays_typed(charity: World) -> None:
    page = open_page(charity, "manager", "agreement_texts", kind="volunteer")
    field(page, "Version").set_value("2")
    field(page, "Text, in Markdown").set_value("My long words.")
    drafted(charity, "manager2")

    page.button[0].click().run()

    assert "changed, published or discarded" in page.error[0].value
    assert field(page, "Text, in Markdown").value == "My long words."
    assert draft_of(charity.desk("manager"), AgreementKind.VOLUNTEER).title == "For volunteers"


def test_publishing_is_confirmed_with_the_impact_and_the_password(charity: World) -> None:
    drafted(charity, "manager2", text="Sample text of the volunteer agreement, version two.")
    page = open_page(charity, "manager", "agreement_texts", kind="volunteer")
    next(one for one in page.button if one.label == "Go on to publish").click().run()
    assert "Access of 1 person would pause on 1 Dec 2026, 00:00 (1 with access to 1 case)." in shown(page)
    publish = next(one for one in page.button if one.label == "Publish now")
    field(page, "Your password").set_value("wrong")
    publish.click().run()
    assert "Nothing is published yet" in page.error[0].value
    assert charity.one(AgreementVersion, kind="volunteer", version="2") is None

    field(page, "Your password").set_value(PASSWORD)
    field(page, "Why so soon").set_value("The court asks for it")
    next(one for one in page.button if one.label == "Publish now").click().run()

    assert "is published" in page.success[0].value
    assert charity.one(AgreementVersion, kind="volunteer", version="2")


def test_a_preview_reads_markdown_alone_and_tells_what_can_not_be_published(charity: World) -> None:
    drafted(charity)

    page = open_page(charity, "manager", "agreement_texts", kind="volunteer")

    told = shown(page)
    assert r"\\$5" in told
    assert r"\\![](https" in told
    assert "a picture" in page.warning[0].value


def test_a_paper_is_verified_only_after_a_look_and_only_by_another(charity: World) -> None:
    charity.volunteer("unsigned", name="Una Signed", signed=None)
    file_paper_signature(
        charity.desk("manager"),
        person="unsigned",
        kind=AgreementKind.VOLUNTEER,
        version="1",
        signed_on=date(2026, 11, 20),
        scan=Upload("paper.pdf", PDF),
    )
    own = open_page(charity, "manager", "paper_signatures")
    assert "Somebody else verifies this one" in shown(own)

    page = open_page(charity, "manager2", "paper_signatures")
    next(one for one in page.button if one.label == "Verify").click().run()
    assert "Nothing is verified yet" in page.error[0].value
    page.checkbox[0].check()
    next(one for one in page.button if one.label == "Verify").click().run()

    assert "verified" in page.success[0].value
    assert charity.one(PaperSignature).decided_by == "manager2"


def test_a_text_changed_from_outside_is_found_at_the_start_and_told(charity: World) -> None:
    app_context.open_app(charity.desk(None), PARTS)
    assert app_context.changed_agreements() == ()
    with behind_casebook(charity.store) as connection:
        connection.execute(text("DROP TRIGGER agreement_version_sealed_0"))
        connection.execute(text("UPDATE agreement_version SET text = 'Other words.' WHERE kind = 'staff'"))

    app_context.open_app(charity.desk(None), PARTS)

    assert app_context.changed_agreements() == ("staff 1",)
    assert "was changed from outside" in shown(
        open_page(charity, "manager", "agreement_texts", kind="staff", part="Versions")
    )


def test_differences_name_each_word_that_went_and_came() -> None:
    was = "# Title\n\nYou keep it for one year, always.\n\nGone whole."
    now = "# Title\n\nYou keep it for ever, always.\n\nNew <b>whole</b>."

    title, words, *rest = compared(was, now)

    assert title == [("same", "# Title")]
    assert [(kind, part.strip()) for kind, part in words] == [
        ("same", "You keep it for"),
        ("removed", "one year,"),
        ("added", "ever,"),
        ("same", "always."),
    ]
    assert "".join(part for parts in rest for kind, part in parts if kind != "added").replace(" ", "") == "Gonewhole."


@pytest.mark.parametrize(
    "typed, name",
    [
        ("  zoe   o'brien-MÜLLER ", "Zoë O’Brien‑Muller"),
        ("Soren Lodz", "Søren Łódź"),
        ("Ｊｏ Ａｍｂｅｒ", "Jo Amber"),
        ("Jo Jo", "Jo Jo"),
    ],
)
def test_capitals_blanks_accents_and_apostrophes_are_nobodys_difference(typed: str, name: str) -> None:
    assert name_differs(typed, name) is None


@pytest.mark.parametrize(
    "typed, said",
    [
        ("Ann Smith", "“Lee” is missing"),
        ("Ann Lee Smyth", "“Smith” is missing; “Smyth” is not in it"),
        ("Smith Lee Ann", "the names stand in another order"),
        ("Ann Ann Lee Smith", "“Ann” is not in it"),
        ("", "“Ann Lee Smith” is missing"),
    ],
)
def test_what_differs_in_a_name_is_said(typed: str, said: str) -> None:
    assert name_differs(typed, "Ann Lee Smith") == said
