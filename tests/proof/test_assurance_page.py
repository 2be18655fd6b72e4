"""The Commitment's page and its paper: every clause in full, and no more than each person may see."""

from __future__ import annotations

import io
import re

import pytest
from streamlit.testing.v1 import AppTest

from okf.parts import PARTS
from okf.policy.clauses import Clause
from okf.policy.decision import Reason
from okf.policy.routes import ROUTES
from okf.policy.table import ACCESS
from okf.proof.papers import assurance_report
from okf.proof.queries.commitment import clauses_told, published
from okf.shell import app_context
from okf.terms import Action
from tests.proof.charity import CASE, Charity
from tests.sheets import sheets

pytestmark = pytest.mark.one_database


def shown(okf: Charity, person: str) -> AppTest:
    """The page as somebody sees it."""
    app_context.open_app(okf.world.desk(None), PARTS)
    at = AppTest.from_function(_page, args=(person,), default_timeout=60).run()
    assert not at.exception
    return at


def _page(person: str) -> None:
    from okf.desk import Desk
    from okf.shell.app_context import door
    from pages import commitment

    commitment.render(Desk(door().store, person, now=door().now))


def words(at: AppTest) -> str:
    """Everything that the page says in markdown and captions."""
    return "\n".join([*(one.value for one in at.markdown), *(one.value for one in at.caption)])


def test_everyone_reads_every_clause_word_for_word_with_its_state(okf: Charity) -> None:
    said = words(shown(okf, "volunteer"))

    for clause in Clause:
        assert f"> {clause.text}" in said
        assert re.search(rf"### {clause.name} :(green|orange|red)-badge\[:material/\w+: \w", said)
    assert "The audit record is whole" in said


def test_figures_rows_and_the_head_are_for_those_who_may(okf: Charity) -> None:
    okf.world.grant("volunteer", CASE)
    okf.account_for_everything()

    to_manager, to_volunteer = shown(okf, "manager"), shown(okf, "volunteer")

    assert "One live access is suspended until its holder signs." in words(to_manager)
    behind = next(one.proto.body for one in to_manager.get("html") if "One live access is susp" in one.proto.body)
    assert CASE in behind
    assert 'href="agreements?person=volunteer"' in behind
    assert "live access is suspended" not in words(to_volunteer)
    assert [*sheets(to_volunteer), *to_volunteer.button] == []
    assert "G-" not in words(to_volunteer)


def test_what_is_broken_stands_first_with_who_does_what_about_it(okf: Charity) -> None:
    okf.sql("DELETE FROM signature WHERE person = 'caseworker'")

    said = words(shown(okf, "manager"))

    assert said.index("**One signature that was given is missing") < said.index("### C1 ")
    assert "### C7 :red-badge[:material/error: Broken]" in said
    assert "the person signs again" in said


def test_the_whole_is_proved_at_a_press_by_those_who_may(okf: Charity) -> None:
    at = shown(okf, "manager")

    at.button[0].click().run()

    assert not at.exception
    assert okf.world.events(action=Action.ASSURE)[-1].actor == "manager"


def test_rules_reasons_and_routes_are_those_that_decide(okf: Charity) -> None:
    told = clauses_told()

    assert {action for one in told for rule in one.rules for action in rule.actions} == set(ACCESS)
    assert {reason.key for one in told for reason in one.reasons} == {reason.key for reason in Reason}
    assert {route.key for one in told for route in one.routes} == {route.key for route in ROUTES}
    assert all(one.rules or one.reasons or one.routes or one.also for one in told)
    c6 = told[Clause.C6.value - 1]
    assert any("manager" in " ".join(rule.requires) for rule in c6.rules if Action.CLOSE_CASE in rule.actions)
    assert published().fingerprint in ("7b42b10fe7f2aef22a945655bd4aa5fed98aa7d96f6e2640530668d2cb54b9c5",)


def test_the_trustees_paper_says_it_all_and_names_nobody(okf: Charity) -> None:
    okf.world.grant("volunteer", CASE)
    okf.sql("DELETE FROM signature WHERE person = 'caseworker'")
    assured = okf.assured()

    said = text_of(assurance_report(assured))

    assert "As a whole it is: broken." in said
    assert "One signature that was given is missing or is not as it was given. (C7, C15)" in said
    assert assured.head.hash in said
    assert f"On {assured.as_at.day} November 2026 at 10:04 (London time)" in said
    assert all(f"{clause.name} " in said for clause in Clause)
    assert [name for name in ("caseworker,", "volunteer ", CASE, "party_a") if name in said] == []


def text_of(pdf: bytes) -> str:
    """The words of a PDF, its line breaks as blanks."""
    from pypdf import PdfReader

    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)
