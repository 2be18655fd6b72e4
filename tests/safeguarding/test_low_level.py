"""Low-level concerns about workers: kept apart, for the leads alone, and one step from an allegation (C9)."""

from __future__ import annotations

import random
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.proof.queries.record import RecordFilter, record_page
from okf.safeguarding.commands.low_level import add_to_low_level, note_low_level, raise_low_level
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.figures import live_figures
from okf.safeguarding.queries.low_level import low_level_log
from okf.store.models import Concern, ConcernAbout, LowLevelConcern, LowLevelStep
from okf.terms import Action, Role, Severity
from okf.terms.concerns import ConcernCategory
from okf.today.queries.overview import overview
from okf.today.queries.pending import pending_items
from tests.behind import behind_casebook
from tests.world import World

MARK = "Quittenbirne"


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    world.caseworker(name="Cas Worker")
    return world


def note(world: World, about: str, by: str = "deputy", **other: object) -> str:
    wanted = {"happened_on": date(2026, 11, 20), "conduct": f"{MARK}: texted after nine.", "done": "Spoke with them."}
    return note_low_level(world.desk(by, chance=random.SystemRandom()), about=about, **(wanted | other))  # type: ignore[arg-type]


def refs(world: World, who: str) -> list[str]:
    return sorted(one.ref for one in low_level_log(world.desk(who)))


@pytest.mark.parametrize("about, tied", [("caseworker", True), ("Cas Worker", True), ("a new helper", False)])
def test_one_is_noted_about_somebody_on_file_or_as_typed(charity: World, about: str, tied: bool) -> None:
    note(charity, about)

    [one] = low_level_log(charity.desk("dsl"))
    assert (one.person, one.name) == (("caseworker", "Cas Worker") if tied else (None, "a new helper"))
    assert (one.conduct, one.done, one.by) == (f"{MARK}: texted after nine.", "Spoke with them.", "Dev Uty")


@pytest.mark.parametrize(
    "wrong", [{"happened_on": date(2026, 11, 24)}, {"conduct": " "}, {"done": ""}], ids=["to come", "nothing", "undone"]
)
def test_what_is_not_said_is_told_and_nothing_is_kept(charity: World, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        note(charity, "caseworker", **wrong)
    assert charity.count(LowLevelConcern) == 0


@pytest.mark.parametrize("who", ["manager", "caseworker", "datalead"])
def test_C9_the_log_is_for_the_leads_alone(charity: World, who: str) -> None:
    ref = note(charity, "caseworker")

    with pytest.raises(Refused):
        low_level_log(charity.desk(who))
    with pytest.raises(NotFound):
        add_to_low_level(charity.desk(who), ref, text="I heard of it.")
    with pytest.raises(NotFound):
        raise_low_level(charity.desk(who), ref, severity=Severity.LOW, reason="So there.")


def test_C9_one_about_a_lead_is_the_deputys_and_the_trustees_and_the_lead_can_not_note_their_own(
    charity: World,
) -> None:
    about_lead, about_worker = note(charity, "Dana"), note(charity, "caseworker")

    assert refs(charity, "dsl") == [about_worker]
    assert refs(charity, "deputy") == sorted([about_lead, about_worker])
    assert refs(charity, "trustee") == [about_lead]
    for own in (
        lambda: note(charity, "dsl", by="dsl"),
        lambda: add_to_low_level(charity.desk("dsl"), about_lead, text="Not true."),
        lambda: note(charity, "caseworker", by="trustee"),
    ):
        with pytest.raises((Refused, NotFound)):
            own()


def test_C9_it_is_in_no_queue_count_or_line_and_in_no_log_of_whom_it_is_about(charity: World) -> None:
    def seen(who: str) -> list[str]:
        desk = charity.desk(who)
        told = [repr(pending_items(desk)), repr(overview(desk))]
        if who == "dsl":
            told += [repr(queue_view(desk).page.rows), repr(live_figures(desk))]
        if who in ("dsl", "datalead"):
            told.append(repr([row for row in record_page(desk, RecordFilter()).rows if row.actor != who]))
        return told

    before = {who: seen(who) for who in ("caseworker", "dsl", "datalead")}
    ref = note(charity, "dsl")
    add_to_low_level(charity.desk("deputy"), ref, text="Again.")
    note(charity, "datalead")
    with pytest.raises(Refused):
        note(charity, "datalead", by="caseworker")

    assert seen("caseworker") == before["caseworker"]
    assert seen("dsl")[:4] == before["dsl"][:4]
    assert ref not in str(seen("dsl"))
    assert "'datalead'" not in seen("datalead")[-1]
    assert MARK not in str([(event.facts, event.subject) for event in charity.events()])


def test_a_pattern_shows_as_how_many_are_about_the_same_person(charity: World) -> None:
    for about in ("caseworker", "Cas Worker", "A new helper", "a  new helper", "datalead"):
        note(charity, about)

    counts = {one.name: one.same_person for one in low_level_log(charity.desk("deputy"))}

    assert counts == {"Cas Worker": 2, "A new helper": 2, "a  new helper": 2, "Datalead": 1}
    assert len(low_level_log(charity.desk("deputy"), person="caseworker")) == 2


def test_C9_one_step_makes_it_an_allegation_in_the_same_words_with_all_its_clocks(charity: World) -> None:
    ref = note(charity, "caseworker")

    raised = raise_low_level(charity.desk("dsl"), ref, severity=Severity.HIGH, reason="The third in a month.")

    concern = charity.one(Concern, ref=raised)
    assert concern is not None
    assert (concern.account, concern.opinion, concern.category, concern.raised_by) == (
        f"{MARK}: texted after nine.",
        "The third in a month.",
        ConcernCategory.ABOUT_A_WORKER,
        "dsl",
    )
    assert [row.person for row in charity.all(ConcernAbout, concern_ref=raised)] == ["caseworker"]
    assert charity.reasons("caseworker", Action.READ_CONCERN, concern=raised)[0] == "subject_of_concern"
    assert any("designated officer" in one.text for one in pending_items(charity.desk("deputy")))
    [low] = low_level_log(charity.desk("dsl"))
    assert low.raised == raised
    with pytest.raises(Conflict):
        raise_low_level(charity.desk("deputy"), ref, severity=Severity.HIGH, reason="Again.")
    assert charity.count(Concern) == 1


@pytest.mark.both_databases
@pytest.mark.parametrize("table", [LowLevelConcern, LowLevelStep])
def test_C9_nothing_of_the_log_is_changed_or_deleted_in_sql(charity: World, table: type) -> None:
    add_to_low_level(charity.desk("dsl"), note(charity, "caseworker"), text="Once more.")

    for statement in (
        f"UPDATE {table.__tablename__} SET {'done' if table is LowLevelConcern else 'text'} = 'x'",
        f"DELETE FROM {table.__tablename__}",
    ):
        with pytest.raises(DBAPIError, match="sealed"), behind_casebook(charity.store) as connection:
            connection.execute(text(statement))


def test_what_is_not_there_reads_as_not_there(charity: World) -> None:
    with pytest.raises(NotFound):
        add_to_low_level(charity.desk("dsl"), "L-NOTHERE", text="?")


def test_that_the_log_was_read_is_on_record_once_a_sign_in(charity: World) -> None:
    for session in ("one", "one", "two"):
        low_level_log(charity.desk("dsl", session_id=session))

    assert len(charity.events(action=Action.LIST_LOW_LEVEL)) == 2
