"""Figures for funders: nobody is recognised in them, two people stand behind them, and what was shown stays (C2)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.caseload.commands.figures import (
    approve_figures,
    file_figures,
    prepare_figures,
    release_figures,
    rewrite_words,
    withdraw_figures,
)
from okf.caseload.papers import figures_paper
from okf.caseload.queries.figures import figure_sets, figures
from okf.errors import Conflict, Invalid, Refused
from okf.policy.figures import Period, fingerprint, may_give_away, periods_over, says, table_of
from okf.proof.queries.assurance import Finding, State, assure
from okf.store.hiding import hiding_order
from okf.store.models import Appointment, FigureSet, FigureWords
from okf.terms import Action, CaseStatus, Role, SupportKind
from okf.terms.caseload import FigureStatus
from okf.terms.records import AppointmentKind
from okf.today.queries.pending import pending_items
from tests.behind import behind_casebook, unrecorded
from tests.world import World

pytestmark = pytest.mark.both_databases

QUARTER = Period(date(2026, 7, 1), date(2026, 10, 1))
WORDS = "A quarter in which many families asked for help with arrangements."


@pytest.fixture
def charity(world: World) -> World:
    """Twelve families of the North and three of the South began in the summer; two of those in the North left."""
    world.manager()
    world.manager("manager2")
    world.person("trustee", roles=[Role.TRUSTEE])
    world.caseworker()
    for number in range(15):
        world.case(
            f"OKF-{number}",
            area="North" if number < 12 else "South",
            opened_on=date(2026, 7, 1 + number),
            kind_of_support=SupportKind.MEDIATION if number < 7 else SupportKind.PARENTING,
            parties=[f"a{number}", f"b{number}"],
            children=[f"c{number}"],
        )
    world.case("OKF-LATER", area="North", opened_on=date(2026, 10, 1), parties=["late"])
    world.case("OKF-ENQUIRY", area="North", opened_on=date(2026, 8, 1), parties=["asks"], status=CaseStatus.ENQUIRY)
    world.close("OKF-1", "2026-09-30T23:30")
    world.close("OKF-2", "2026-10-01T00:30")
    return world


def prepared(world: World, by: str = "manager", period: Period = QUARTER) -> str:
    return prepare_figures(world.desk(by), period, words=WORDS)


def approved(world: World, ref: str, by: str = "manager2") -> str:
    approve_figures(world.desk(by), ref, seen=figures(world.desk(by), ref).mark)
    return ref


def part(world: World, ref: str, key: str) -> dict[str, Any]:
    return next(one for one in world.one(FigureSet, ref=ref).body["parts"] if one["key"] == key)


def test_C2_a_small_area_has_no_row_and_what_would_give_it_away_is_hidden(charity: World):
    ref = prepared(charity)

    by_area, by_kind = part(charity, ref, "opened_area"), part(charity, ref, "opened_kind_of_support")
    assert by_area["rows"] == ["North", "Other areas, or not known"]
    assert (by_area["cells"], by_area["total"]) == ([None, None], 15)
    assert "South" not in str(charity.one(FigureSet, ref=ref).body)
    assert by_kind["cells"].count(None) == 6  # the five that nobody asked for, and one that would tell it
    assert [cell for cell in by_kind["cells"] if cell] in ([7], [8])
    assert part(charity, ref, "closed_outcome")["total"] is None


def test_C2_a_row_does_not_come_and_go_with_its_number(charity: World):
    """An area with many cases in all has its row also in a quarter in which it had few."""
    for number in range(20):
        charity.case(f"OKF-W{number}", area="Wales", opened_on=date(2026, 1, 9), parties=[f"w{number}"])
    charity.case("OKF-W", area="Wales", opened_on=date(2026, 7, 9), parties=["w"])

    opened = part(charity, prepared(charity), "opened_area")

    assert opened["rows"] == ["North", "Wales", "Other areas, or not known"]
    assert dict(zip(opened["rows"], opened["cells"], strict=True))["Wales"] is None


def test_both_ways_across_where_a_cell_can_be_shown(charity: World):
    for number in range(60):
        kind, area = (SupportKind.MEDIATION, SupportKind.PARENTING)[number % 2], ("North", "Wales")[number // 30]
        charity.case(
            f"OKF-T{number}", area=area, kind_of_support=kind, opened_on=date(2026, 9, 9), parties=[f"t{number}"]
        )

    opened = part(charity, prepared(charity), "opened")

    assert opened["total"] == 75
    assert any(cell is not None for row in opened["cells"] for cell in row)


def test_the_figures_are_those_that_sql_counts(charity: World):
    """With the smallest small cell there is, what is counted can be seen."""
    charity.setting("small_cell", 2)
    ref = prepared(charity)

    with charity.store.reading() as session:

        def count(sql: str) -> int:
            return session.execute(text(sql)).scalar_one()

        within = "opened_on >= '2026-07-01' AND opened_on < '2026-10-01' AND status <> 'enquiry'"
        opened = part(charity, ref, "opened_area")
        north = opened["rows"].index("North")
        assert opened["total"] == count(f'SELECT count(*) FROM "case" WHERE {within}')
        assert opened["cells"][north] == count(f"SELECT count(*) FROM \"case\" WHERE {within} AND area = 'North'")
        adults = count(
            'SELECT count(DISTINCT service_user) FROM case_party JOIN "case" ON ref = case_ref'
            " WHERE status <> 'enquiry' AND opened_on < '2026-10-01'"
        )
    assert part(charity, ref, "people")["cells"] == [adults, 15]
    assert part(charity, ref, "open")["cells"] == [10]


def test_a_quarter_ends_with_its_last_day_in_london(charity: World):
    """One closed at half past eleven on 30 September by London's clock is in, one an hour later is not."""
    charity.setting("small_cell", 2)
    for number in range(3, 5):
        charity.close(f"OKF-{number}", "2026-09-30T23:59")

    assert part(charity, prepared(charity), "closed_outcome")["total"] == 3


def test_C2_the_cells_kept_in_the_store_are_the_hidden_ones_already(charity: World):
    appoint(charity, 4, AppointmentKind.VISIT)
    appoint(charity, 9, AppointmentKind.CALL)
    appoint(charity, 20, AppointmentKind.MEETING)

    met = part(charity, prepared(charity), "met")

    shown = dict(zip(met["rows"], met["cells"], strict=True))
    assert shown["Visit"] is None
    assert (shown["Call"], shown["Meeting"]) == (9, 20)  # any of the kinds that nobody came for could be the four
    assert met["total"] == 33


def test_C2_what_stands_in_for_a_small_number_is_settled_before_anything_is_counted(charity: World):
    """Of visits, calls and meetings, with no other appointment, the first in the order is hidden, however many."""
    kinds = [AppointmentKind.VISIT, AppointmentKind.CALL, AppointmentKind.MEETING]
    names = [kind.value.capitalize() for kind in kinds]
    with charity.store.reading() as session:
        numbers = hiding_order(session)("met", names)
    first = names[numbers.index(min(numbers))]
    for many, kind in zip((9, 30, 12), kinds, strict=True):
        appoint(charity, many, kind)

    met = part(charity, prepared(charity), "met")

    shown = dict(zip(met["rows"], met["cells"], strict=True))
    assert [name for name in names if shown[name] is None] == [first]


def test_C2_small_neighbours_are_merged_where_the_reader_prefers_it(charity: World):
    appoint(charity, 4, AppointmentKind.VISIT)
    appoint(charity, 9, AppointmentKind.CALL)
    appoint(charity, 20, AppointmentKind.MEETING)

    ref = prepare_figures(charity.desk("manager"), QUARTER, words=WORDS, merging=True)

    body = charity.one(FigureSet, ref=ref).body
    lists = [one for one in body["parts"] if "total" in one]
    assert body["merging"] is True
    assert all(None not in one["cells"] and sum(one["cells"]) == (one["total"] or 0) for one in lists)
    assert {one["key"] for one in lists} >= {"opened_area", "opened_kind_of_support", "closed_outcome", "met"}
    assert part(charity, ref, "opened_area")["rows"] == ["North; Other areas, or not known"]
    assert part(charity, ref, "closed_outcome")["rows"] == []  # fewer than nine in all


def appoint(world: World, times: int, kind: AppointmentKind) -> None:
    with unrecorded(world.store) as session:
        session.add_all(
            Appointment(
                ref=f"{kind}-{n}",
                case_ref="OKF-1",
                kind=kind,
                compartment="joint",
                worker="caseworker",
                starts_at=at("2026-08-03T10:00"),
                ends_at=at("2026-08-03T11:00"),
                about="x",
                made_by="caseworker",
                made_at=at("2026-08-01T10:00"),
            )
            for n in range(times)
        )


def at(when: str) -> datetime:
    return datetime.fromisoformat(f"{when}+01:00")


@pytest.mark.one_database
def test_waiting_times_are_told_only_where_they_are_nobodys_own(charity: World):
    ref = prepared(charity)

    assert part(charity, ref, "waited")["cells"] == [None, None]


def test_what_was_shown_stays_as_it_was_when_the_facts_change(charity: World):
    ref = prepared(charity)
    before = figures(charity.desk("manager"), ref)

    for number in range(30):
        charity.case(f"OKF-N{number}", area="North", opened_on=date(2026, 8, 3), parties=[f"n{number}"])

    after = figures(charity.desk("manager"), ref)
    assert (after.body, after.mark) == (before.body, before.mark)


def test_sql_itself_refuses_to_change_what_was_kept(charity: World):
    prepared(charity)

    for statement in (
        "UPDATE figure_set SET body = '{}'",
        "UPDATE figure_set SET from_on = '2026-01-01'",
        "DELETE FROM figure_set",
        "UPDATE figure_words SET text = 'x'",
        "DELETE FROM figure_words",
    ):
        with pytest.raises(DBAPIError, match="sealed"), behind_casebook(charity.store) as connection:
            connection.execute(text(statement))


@pytest.mark.one_database
def test_assure_finds_figures_that_are_not_what_was_approved(charity: World):
    ref = approved(charity, prepared(charity))
    assert figures_found(charity).state is State.KEPT

    with behind_casebook(charity.store) as connection:
        connection.execute(text("UPDATE figure_set SET approved_sha256 = 'another'"))

    assert [one.ref for one in figures_found(charity).behind] == [ref]
    assert not figures(charity.desk("manager"), ref).intact
    with pytest.raises(Conflict):
        release_figures(charity.desk("manager"), ref, form="csv")


def figures_found(world: World) -> Finding:
    return next(one for one in assure(world.host()).findings if one.check.key == "figures_changed")


def test_nobody_approves_what_they_had_a_hand_in(charity: World):
    ref = prepared(charity)
    rewrite_words(charity.desk("manager2"), ref, words="Other words.")

    for author in ("manager", "manager2"):
        with pytest.raises(Refused):
            approved(charity, ref, by=author)
    approved(charity, ref, by="trustee")

    assert charity.one(FigureSet, ref=ref).approved_by == "trustee"
    assert len(charity.all(FigureWords)) == 2


@pytest.mark.one_database
def test_words_changed_behind_the_approver_are_not_approved(charity: World):
    ref = prepared(charity)
    read = figures(charity.desk("trustee"), ref).mark
    rewrite_words(charity.desk("manager"), ref, words="Now with something else in it.")

    with pytest.raises(Conflict):
        approve_figures(charity.desk("trustee"), ref, seen=read)


@pytest.mark.one_database
def test_nothing_leaves_before_it_is_approved_nor_after_it_is_withdrawn(charity: World):
    ref = prepared(charity)
    with pytest.raises(Conflict):
        release_figures(charity.desk("manager"), ref, form="csv")
    approved(charity, ref)
    file_figures(charity.desk("manager"), ref)

    left = release_figures(charity.desk("manager"), ref, form="csv")

    assert left["sha256"] == fingerprint(charity.one(FigureSet, ref=ref).body, WORDS)
    withdraw_figures(charity.desk("manager"), ref, because="A wrong area was on file.")
    with pytest.raises(Conflict):
        release_figures(charity.desk("manager"), ref, form="csv")
    assert figures(charity.desk("trustee"), ref).words == WORDS
    assert figure_sets(charity.desk("trustee"))[0].status is FigureStatus.WITHDRAWN


def test_C2_figures_over_days_that_were_told_already_are_refused(charity: World):
    desk = charity.desk("manager")
    approved(charity, prepare_figures(desk, QUARTER, words=WORDS))

    for overlapping in (QUARTER, Period(date(2026, 4, 1), date(2026, 10, 1)), Period(date(2025, 10, 1), QUARTER.until)):
        with pytest.raises(Conflict):
            prepare_figures(desk, overlapping, words=WORDS)
    assert prepare_figures(desk, Period(date(2026, 4, 1), date(2026, 7, 1)), words=WORDS)


def test_C2_withdrawing_approved_figures_does_not_free_their_days(charity: World):
    ref = approved(charity, prepared(charity))
    withdraw_figures(charity.desk("manager"), ref, because="Wrong.")

    with pytest.raises(Conflict):
        prepared(charity)


@pytest.mark.one_database
def test_C2_no_two_drafts_stand_over_the_same_days(charity: World):
    desk = charity.desk("manager")
    hidden = prepare_figures(desk, QUARTER, words=WORDS)

    for overlapping in (QUARTER, Period(date(2026, 4, 1), date(2026, 10, 1))):
        with pytest.raises(Conflict, match="Withdraw the draft"):
            prepare_figures(desk, overlapping, words=WORDS, merging=True)
    withdraw_figures(desk, hidden, because="Merged ones are wanted.")
    approved(charity, prepare_figures(desk, QUARTER, words=WORDS, merging=True))


@pytest.mark.one_database
def test_figures_are_over_whole_quarters_that_are_past(charity: World):
    for span in ((date(2026, 10, 1), date(2027, 1, 1)), (date(2026, 8, 1), date(2026, 11, 1))):
        with pytest.raises(Invalid):
            prepared(charity, period=Period(*span))
    assert periods_over(date(2026, 11, 22), 3)[0] == QUARTER
    assert periods_over(date(2027, 1, 1), 12)[0] == Period(date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.one_database
@pytest.mark.parametrize("who", ["caseworker", "dsl", "administrator"])
def test_only_managers_make_figures_and_only_trustees_besides_read_them(charity: World, who: str):
    if who != "caseworker":
        charity.person(who, roles=[Role(who)])

    with pytest.raises(Refused):
        prepared(charity, by=who)
    with pytest.raises(Refused):
        figure_sets(charity.desk(who))
    with pytest.raises(Refused):
        prepared(charity, by="trustee")


@pytest.mark.one_database
def test_every_step_is_on_the_record_with_its_clause_and_without_a_number(charity: World):
    ref = approved(charity, prepared(charity))
    file_figures(charity.desk("manager"), ref)
    release_figures(charity.desk("trustee"), ref, form="pdf")

    events = [one for one in charity.events() if one.subject == ref]
    asked = [one.action for one in events]
    assert asked == [Action.PREPARE_FIGURES, Action.APPROVE_FIGURES, Action.PREPARE_FIGURES, Action.READ_FIGURES]
    assert all("C2" in one.clauses for one in events)
    assert WORDS not in str([one.facts for one in events])


@pytest.mark.one_database
def test_a_draft_waits_for_somebody_who_had_no_hand_in_it(charity: World):
    prepared(charity)

    assert "1 set of figures for funders to approve" in str(pending_items(charity.desk("trustee")))
    assert "figures for funders" not in str(pending_items(charity.desk("manager")))


@pytest.mark.parametrize(
    "words",
    [
        "We thank Maria Lopez for her work.",
        "Maria Lopez came back.",
        "In Maria Lopez we found a friend.",
        "In case OKF-1043 it took longer.",
        "A girl aged 7 went back to school.",
        "Only three families came from the South.",
        "Two very young children were heard.",
    ],
)
def test_C2_words_that_could_give_somebody_away_are_pointed_out(words: str):
    assert may_give_away(f"The quarter went well. {words}")


def test_plain_words_are_not_pointed_out():
    assert (
        may_give_away("Our Kids First helped 43 families. Waiting times fell. North London grew. In July more came.")
        == []
    )


def test_a_sentence_tells_no_more_than_the_cells():
    hidden = {"key": "x", "title": "x", "of": "Cases", "across": "Kind", "rows": ["A", "B"], "cells": [None, None]}

    assert (
        says({**hidden, "total": 9})
        == "Cases: 9 in all. Each group is too small to be told, or would give another away."
    )
    assert says({**hidden, "total": None}) == "Cases: too few to be told. Some numbers are hidden."
    assert table_of({**hidden, "total": 9})[1] == [["A", "hidden"], ["B", "hidden"], ["All", 9]]


@pytest.mark.one_database
def test_the_paper_says_what_is_hidden_and_whose_words_they_are(charity: World):
    ref = approved(charity, prepared(charity))

    paper = figures_paper(release_figures(charity.desk("manager"), ref, form="pdf"))

    assert "hidden" in read(paper)
    assert WORDS in read(paper)
    assert ref in read(paper)


def read(pdf: bytes) -> str:
    import io

    from pypdf import PdfReader

    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
