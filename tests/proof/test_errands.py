"""Every finding is an errand: each check names whose act it is, and leads who sees it to a page that answers them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from okf.asker import Asker
from okf.parts import PARTS
from okf.proof.queries.assurance import promise_now
from okf.proof.queries.assurance.checks import CHECKS, UNALLOCATED
from okf.proof.queries.assurance.errands import Errand, answer_to, errands
from okf.proof.queries.assurance.findings import Behind, Check, Finding, Kind
from okf.shell import app_context
from okf.shell.navigation import leads_somewhere, pages_for
from okf.terms import Action, Outcome, Role
from tests.proof.charity import CASE, Charity

pytestmark = pytest.mark.one_database

SEE_FINDINGS = ("manager", "dsl", "deputy", "data_protection_lead")
PARTNER = "Example Partner"
ACTED_ON = [check for check in CHECKS if check.kind is not Kind.EVIDENCE]


@pytest.fixture(autouse=True)
def _who_see_findings(okf: Charity) -> None:
    okf.sign("deputy")
    okf.world.organisation(PARTNER)


@pytest.mark.parametrize("check", ACTED_ON, ids=lambda check: check.key)
def test_every_check_says_who_does_what_about_it_and_where(check: Check) -> None:
    answer = answer_to(check)

    assert check.remedy
    assert all(leads_somewhere(way.page) for way in answer.ways)
    assert bool(answer.by) == bool(answer.ways)


def test_each_link_gets_on_whoever_sees_it_and_none_is_refused(okf: Charity) -> None:
    concern = okf.world.concern(CASE, raised_by="caseworker")
    links = {
        (who, one.page, *sorted(one.query.items()))
        for who in SEE_FINDINGS
        for errand in _errands(okf, who, concern).values()
        for one in (errand.to, *errand.rows)
        if one is not None
    }
    assert {who for who, *_ in links} == set(SEE_FINDINGS)
    before = okf.world.events(outcome=Outcome.DENY)

    for who, page, *query in sorted(links):
        assert page in {entry.url_path for entry in pages_for(okf.world.desk(who))}, (who, page)
        shown = _page(okf, who, page, dict(query))
        assert not shown.exception, (who, page, query)

    assert okf.world.events(outcome=Outcome.DENY) == before


def test_whoever_sees_a_finding_has_a_page_or_a_person_for_it(okf: Charity) -> None:
    for who in SEE_FINDINGS:
        for key, errand in _errands(okf, who, okf.world.concern(CASE, raised_by="caseworker")).items():
            assert errand.whose, (who, key)
            assert errand.to or any(errand.rows) or key == "commitment_changed" or "you" not in errand.whose, (who, key)


def test_the_people_whose_act_it_is_are_named_the_reader_first(okf: Charity) -> None:
    okf.world.person("another", name="Aaron Early", roles=[Role.MANAGER])

    to_manager = _errands(okf, "manager", "")[UNALLOCATED.key]
    to_lead = _errands(okf, "data_protection_lead", "")[UNALLOCATED.key]

    assert to_manager.whose == "you (manager), Aaron Early (manager)"
    assert to_lead.whose == "Aaron Early (manager), Manager (manager)"


def test_a_role_that_nobody_holds_is_said_to_be_missing(okf: Charity) -> None:
    told = _errands(okf, "manager", "")["leads_and_deputies_there"]

    assert told.whose == "nobody holds the role of administrator now: whoever runs Casebook names somebody"


def test_the_page_shows_whose_act_it_is_and_where(okf: Charity) -> None:
    okf.world.end_grant(okf.grant)
    line = next(one for one in promise_now(okf.world.desk("manager")).to_act_on() if one.key == UNALLOCATED.key)
    assert line.errand

    shown = _page(okf, "manager", "commitment", {})

    assert f"Whose act it is: {line.errand.whose}." in [one.value for one in shown.text]
    assert any("case?case=OKF-2" in one.proto.body for one in shown.get("html"))


def _errands(okf: Charity, who: str, concern: str) -> dict[str, Errand]:
    """The errands of this person if every check had found one thing: of this concern, of the case, or of the person."""
    findings = [Finding(check, 1, (_behind(check, concern),)) for check in ACTED_ON]
    desk = okf.world.desk(who)
    with desk.reading() as session:
        return errands(Asker(session, desk.question(session, Action.SEE_COMMITMENT)), findings)


def _behind(check: Check, concern: str) -> Behind:
    of_concern = check.rows_for is Action.READ_CONCERN
    ref = concern or None if of_concern else {"partner_agreements_lapsing": PARTNER}.get(check.key)
    return Behind("Something.", "caseworker", CASE, ref)


def _page(okf: Charity, who: str, page: str, query: dict[str, str]) -> AppTest:
    app_context.open_app(okf.world.desk(None), PARTS)
    at = AppTest.from_function(_shown, args=(who, page), default_timeout=60)
    for name, value in query.items():
        at.query_params[name] = value
    return at.run()


def _shown(who: str, page: str) -> None:
    from importlib import import_module

    from okf.desk import Desk
    from okf.shell.app_context import door

    import_module(f"pages.{page}").render(Desk(door().store, who, now=door().now))
