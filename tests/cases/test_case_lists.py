"""Lists and doors agree: what a list offers is what the policy opens, page by page."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from itertools import product

import hypothesis
import pytest
from hypothesis import given, strategies as st

from okf.asker import Asker
from okf.cases.queries import cases
from okf.cases.queries.cases import areas, caseload_count, caseload_page
from okf.cases.queries.exports import caseload_to_export, own_cases_to_export
from okf.cases.queries.filters import CaseFilters, CaseOrder
from okf.cases.queries.own_cases import NEWEST, cases_in_view, count_of, search_own_cases
from okf.errors import Invalid, Refused
from okf.paging import FIRST, Count, Page, Sort
from okf.records.queries.case_records import records_in_view
from okf.store.engine import Store
from okf.terms import Action, Capacity, CaseStatus, Outcome, Role, SupportKind
from okf.today.queries.work import CASES_MOST
from tests.world import World

pytestmark = pytest.mark.both_databases

NOW = datetime.fromisoformat("2026-11-23T10:00+00:00")
PARTS = ("sole:party_a", "sole:party_b", "child:child_c", "joint", "internal")


def refs(page):
    return [row.ref for row in page.rows]


def counted(desk):
    """How many cases Today says are one's own."""
    with desk.reading() as session:
        return str(count_of(Asker.of(desk, session), CASES_MOST))


def everything(fetch, size=2):
    """Every row of a list, page by page, forwards and then back again."""
    page, found = fetch(Page(size=size)), []
    while True:
        found += page.rows
        if page.next is None:
            break
        page = fetch(Page(after=page.next, size=size))
    back = list(page.rows)
    while page.previous is not None:
        page = fetch(Page(before=page.previous, size=size))
        back = list(page.rows) + back
    assert back == found, "the way back shows what the way there did"
    return found


def test_C5_a_list_holds_ones_own_live_grants_and_nothing_else(world):
    world.caseworker()
    world.case("OKF-1", granted_to=["caseworker"])
    world.case("OKF-2")
    ended = world.grant("caseworker", world.case("OKF-3"))
    world.end_grant(ended)
    world.grant("caseworker", world.case("OKF-4"), from_="2026-12-01")
    world.grant("caseworker", world.case("OKF-5"), until="2026-11-01")
    world.case("OKF-6", granted_to=["caseworker"])
    world.close("OKF-6")

    assert refs(cases_in_view(world.desk("caseworker"))) == ["OKF-1"]
    assert counted(world.desk("caseworker")) == "1"


def test_C7_an_unsigned_volunteer_does_not_see_even_the_case_they_were_granted(world):
    world.volunteer(signed=None)
    world.case("OKF-1", granted_to=["volunteer"])

    assert refs(cases_in_view(world.desk("volunteer"))) == []


def test_C5_a_conflict_takes_the_case_off_the_list(world):
    world.caseworker()
    world.case("OKF-1", granted_to=["caseworker"])
    world.conflict("caseworker", "party_b")

    assert refs(cases_in_view(world.desk("caseworker"))) == []


def test_C9_a_lead_sees_the_cases_with_an_open_concern_not_about_them(world):
    world.dsl()
    for ref in ("OKF-1", "OKF-2", "OKF-3"):
        world.case(ref)
    world.concern("OKF-1")
    world.concern("OKF-2", about_people=["dsl"])

    assert refs(cases_in_view(world.desk("dsl"))) == ["OKF-1"]


def test_an_emergency_access_puts_the_case_on_the_list_for_its_hours(world):
    world.dsl()
    world.case("OKF-1")
    world.emergency("dsl", "OKF-1")
    assert refs(cases_in_view(world.desk("dsl"))) == ["OKF-1"]

    world.later(hours=4)

    assert refs(cases_in_view(world.desk("dsl"))) == []


def test_a_case_that_winds_down_stays_on_the_list_as_long(world):
    from okf.cases.commands.cases import close_case

    world.manager()
    world.caseworker()
    world.setting("wind_down_days", 2)
    world.case("OKF-1", granted_to=["caseworker"])
    close_case(world.desk("manager"), "OKF-1", reason="Done")
    assert refs(cases_in_view(world.desk("caseworker"))) == ["OKF-1"]

    world.later(days=2)

    assert refs(cases_in_view(world.desk("caseworker"))) == []


def test_pages_join_without_a_gap_or_a_double_both_ways(world):
    world.caseworker()
    for n in range(7):
        status = CaseStatus.ON_HOLD if n % 2 else CaseStatus.OPEN
        world.case(f"OKF-{n}", opened_on=date(2026, 6, 1 + n // 3), status=status)
        for _ in range(1 + n % 2):  # two grants on one case are one line
            world.grant("caseworker", f"OKF-{n}")

    def walked(by: str, descending: bool = False) -> list[str]:
        sort = Sort(by, descending)
        return [row.ref for row in everything(lambda page: cases_in_view(world.desk("caseworker"), page, sort=sort))]

    assert [row.ref for row in everything(lambda page: cases_in_view(world.desk("caseworker"), page))] == [
        f"OKF-{n}" for n in reversed(range(7))
    ]
    assert walked(CaseOrder.OPENED) == [f"OKF-{n}" for n in range(7)]
    assert walked(CaseOrder.REFERENCE) == [f"OKF-{n}" for n in range(7)]
    statuses = sorted((CaseStatus.OPEN, CaseStatus.ON_HOLD), reverse=True)
    assert walked(CaseOrder.STATUS, descending=True) == [
        f"OKF-{n}" for status in statuses for n in reversed(range(7)) if (n % 2 == 0) is (status is CaseStatus.OPEN)
    ]


def test_a_mark_that_is_none_shows_the_first_page(world):
    world.caseworker()
    world.manager()
    world.case("OKF-1", granted_to=["caseworker"])

    for word in ("", "x", "W10", "eyJhIjoxfQ", "WyIyMDI2LTEzLTAxIiwieCJd", "é"):
        assert refs(cases_in_view(world.desk("caseworker"), Page(after=word))) == ["OKF-1"]
        assert refs(caseload_page(world.desk("manager"), Page(before=word))) == ["OKF-1"]


def test_names_are_found_by_any_word_without_accents_and_only_in_ones_own_cases(world):
    world.caseworker()
    world.service_user("su_1", name="Anaïs de la Mare")
    world.service_user("su_2", name="Anais Other")
    world.case("OKF-1", parties=["su_1"], granted_to=["caseworker"])
    world.case("OKF-2", parties=["su_2"])
    desk = world.desk("caseworker")

    assert [row.ref for row in search_own_cases(desk, "anais")] == ["OKF-1"]
    assert [row.ref for row in search_own_cases(desk, "mar ANA")] == ["OKF-1"]
    assert search_own_cases(desk, "other") == ()
    with pytest.raises(Invalid):
        search_own_cases(desk, " a ")
    facts = [event.facts for event in world.events(action=Action.LIST_OWN_CASES)]
    assert [(one["hits"], one["cases"]) for one in facts] == [(1, ["OKF-1"]), (1, ["OKF-1"]), (0, [])]
    assert "ana" not in repr(facts).lower()


def caseload(world: World) -> None:
    world.manager()
    world.caseworker("caseworker_a")
    for n in range(12):
        ref = f"OKF-{n:02}"
        world.case(
            ref,
            opened_on=date(2026, 1, 1) + timedelta(days=20 * (n // 2)),
            area=["North", "South", None][n % 3],
            kind_of_support=list(SupportKind)[n % 2],
            status=[CaseStatus.OPEN, CaseStatus.ON_HOLD][n % 2],
        )
        if n % 4 == 0:
            world.grant("caseworker_a", ref, lead_for="party_a")
            world.grant("caseworker_a", ref, lead_for="party_b")
        if n % 5 == 0:
            world.close(ref, f"2026-11-{10 + n}T12:00")


def test_every_order_of_the_caseload_joins_its_pages_and_what_lacks_a_value_stands_last(world, monkeypatch):
    caseload(world)
    desk = world.desk("manager")
    whole = caseload_page(desk, Page(size=100)).rows

    key = {
        CaseOrder.OPENED: lambda row: (row.opened_on, row.ref),
        CaseOrder.REFERENCE: lambda row: (row.ref,),
        CaseOrder.STATUS: lambda row: (row.status, row.opened_on, row.ref),
        CaseOrder.KIND: lambda row: (row.kind_of_support, row.opened_on, row.ref),
        CaseOrder.AREA: lambda row: (row.area, row.opened_on, row.ref),
        CaseOrder.ALLOCATION: lambda row: (row.unallocated_since, row.ref),
        CaseOrder.CLOSED: lambda row: (row.closed_at, row.ref),
    }
    assert any(None in key[by](row) for by in key for row in whole), "some orders have gaps"
    for few in (True, False):
        monkeypatch.setattr(cases, "count_of", lambda *_, few=few: Count(12 if few else 1000, not few))
        for by, descending in product(key, (False, True)):
            sort = Sort(by, descending)
            rows = everything(lambda page, sort=sort: caseload_page(desk, page, sort=sort), size=2)
            having = sorted((row for row in whole if key[by](row)[0] is not None), key=key[by], reverse=descending)
            lacking = [row for row in whole if key[by](row)[0] is None]
            lacking = sorted(lacking, key=lambda row, by=by: key[by](row)[1:], reverse=descending)
            assert [row.ref for row in rows] == [row.ref for row in (*having, *lacking)], (by, descending)


def test_what_a_filter_leaves_stands_by_any_column_while_it_is_few(world, monkeypatch):
    caseload(world)
    desk, narrow, by = world.desk("manager"), CaseFilters(unallocated=True), Sort(CaseOrder.AREA, descending=True)

    few = everything(lambda page: caseload_page(desk, page, narrow, by), size=2)
    monkeypatch.setattr(cases, "count_of", lambda *_: Count(1000, more=True))
    many = everything(lambda page: caseload_page(desk, page, narrow, by), size=2)

    assert [row.area or "" for row in few] == sorted((row.area or "" for row in few), reverse=True) != []
    assert [row.unallocated_since for row in many] == sorted(row.unallocated_since for row in few)


FILTERS = (
    CaseFilters(reference="OKF-0"),
    CaseFilters(reference="okf-1"),
    CaseFilters(status=CaseStatus.ON_HOLD),
    CaseFilters(kind_of_support=list(SupportKind)[1]),
    CaseFilters(area="South"),
    CaseFilters(caseworker="caseworker_a"),
    CaseFilters(opened_from=date(2026, 1, 21), opened_to=date(2026, 2, 10)),
    CaseFilters(closed_from=date(2026, 11, 15), closed_to=date(2026, 11, 15)),
    CaseFilters(overdue=True),
    CaseFilters(unallocated=True, area="South"),
    CaseFilters(
        status=CaseStatus.OPEN, area="South", kind_of_support=next(iter(SupportKind)), caseworker="caseworker_a"
    ),
)


def test_each_filter_leaves_what_it_says(world):
    caseload(world)
    desk = world.desk("manager")
    whole = caseload_page(desk, Page(size=100)).rows

    def fits(row, filters):
        closed = row.closed_at and row.closed_at.date()
        return (
            row.ref.startswith((filters.reference or "").upper())
            and filters.status in (None, row.status)
            and filters.kind_of_support in (None, row.kind_of_support)
            and filters.area in (None, row.area)
            and (filters.caseworker is None or bool(row.caseworkers))
            and (filters.opened_from is None or filters.opened_from <= row.opened_on)
            and (filters.opened_to is None or row.opened_on <= filters.opened_to)
            and (filters.closed_from is None or bool(closed and filters.closed_from <= closed))
            and (filters.closed_to is None or bool(closed and closed <= filters.closed_to))
            and (not filters.overdue or row.overdue)
            and (not filters.unallocated or row.unallocated_since is not None)
        )

    for filters in FILTERS:
        found = everything(lambda page, filters=filters: caseload_page(desk, page, filters), size=3)
        assert {row.ref for row in found} == {row.ref for row in whole if fits(row, filters)}, filters
        assert str(caseload_count(desk, filters)) == str(len(found)), filters


def test_C4_the_caseload_is_for_managers_and_a_refusal_is_on_record(world):
    for name, role in (("lead", Role.DSL), ("administrator", Role.ADMINISTRATOR), ("viewer", Role.COMPLIANCE_VIEWER)):
        world.person(name, roles=[role])
        with pytest.raises(Refused):
            caseload_page(world.desk(name))
    assert [event.outcome for event in world.events()] == [Outcome.DENY] * 3


def test_C9_a_managers_figures_leave_out_what_is_about_them(world):
    world.manager()
    world.case("OKF-1")
    world.concern("OKF-1")
    world.concern("OKF-1", about_people=["manager"])

    assert caseload_page(world.desk("manager")).rows[0].open_concerns == 1


def test_C3_a_case_is_overdue_after_two_working_days_without_a_lead(world):
    world.manager()
    world.case("OKF-1", opened_on=date(2026, 11, 19))  # a Thursday: Friday and Monday are its two days

    for day, overdue in (("2026-11-23T23:59", False), ("2026-11-24T00:01", True)):
        world.at(day)
        assert caseload_page(world.desk("manager")).rows[0].overdue is overdue


def test_areas_are_each_named_once(world):
    caseload(world)

    assert areas(world.desk("manager")) == ("North", "South")


def test_a_file_holds_what_is_shown_and_that_it_left_is_on_record(world):
    caseload(world)
    world.grant("caseworker_a", "OKF-01", actions=["list", "read"])
    world.grant("caseworker_a", "OKF-02")

    whole = caseload_to_export(world.desk("manager"), CaseFilters(area="South"), None, form="csv")
    own = own_cases_to_export(world.desk("caseworker_a"), CaseFilters(), NEWEST, form="xlsx")

    assert {row.area for row in whole.rows} == {"South"}
    assert {row.ref for row in own.rows} == {"OKF-02", "OKF-04", "OKF-08"}  # OKF-01 may be read and not exported
    told = [(event.action, event.facts["export"], event.facts["rows"]) for event in world.events()]
    assert told == [(Action.LIST_CASELOAD, "csv", 4), (Action.LIST_OWN_CASES, "xlsx", 3)]


# Narrowing may offer too much, never too little: whatever the policy opens is in the list.

grants = st.fixed_dictionaries(
    {
        "person": st.sampled_from(["staff", "volunteer", "lead"]),
        "capacity": st.sampled_from([None, Capacity.STAFF, Capacity.VOLUNTEER]),
        "compartments": st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True),
        "record_classes": st.lists(st.sampled_from(["note", "task_note"]), max_size=1),
        "actions": st.sampled_from([[], ["list", "read"], ["read"], ["list"]]),
        "from_": st.sampled_from(["2026-06-01", "2026-11-23", "2026-12-01"]),
        "until": st.sampled_from([None, "2026-12-24", "2027-02-01"]),
    }
)
HAPPENINGS = ("", "closed", "reopened", "concern", "about the lead", "emergency", "conflict", "revoked")
# Every happening in every world, each with other grants around it.
case_worlds = st.tuples(*(st.tuples(st.lists(grants, max_size=3), st.just(one)) for one in HAPPENINGS))


@pytest.mark.slow
@pytest.mark.one_database
@hypothesis.settings(max_examples=max(20, int(os.environ.get("OKF_TEST_EXAMPLES", "0"))))
@given(
    cases=case_worlds,
    signed=st.booleans(),
    left=st.sampled_from([False, False, True]),
    winding=st.sampled_from([0, 400]),
)
def test_list_and_door_agree(cases, signed, left, winding):
    world = a_world(cases, signed, left, winding)
    for person in ("staff", "volunteer", "lead"):
        desk = world.desk(person)
        everyone = [f"OKF-{n}" for n in range(len(cases))]

        listed = {row.ref for row in everything(lambda page, desk=desk: cases_in_view(desk, page))}

        assert listed == {ref for ref in everyone if desk.decide(Action.LIST_CASE, ref).allowed}
        assert counted(desk) == str(len(listed))
        for ref in everyone:
            if desk.decide(Action.OPEN_CASE, ref).allowed:
                records = [f"{ref}-{part}" for part in PARTS]
                open_ones = {one for one in records if desk.decide(Action.READ_RECORD, record=one).allowed}
                shown = everything(lambda page, desk=desk, ref=ref: records_in_view(desk, ref, page))
                assert {row.id for row in shown} == open_ones
    world.store.close()


def a_world(cases, signed: bool, left: bool, winding: int) -> World:
    """A generated charity in a throwaway store."""
    world = World(Store.in_memory())
    if winding:
        world.setting("wind_down_days", winding)
    world.person("staff", signed="2026-05-01T09:00")
    world.volunteer(signed="2026-05-01T09:00" if signed else None)
    world.dsl("lead", left_at="2026-11-01" if left else None)
    for n, (given_grants, happening) in enumerate(cases):
        ref = world.case(f"OKF-{n}", children=["child_c"], opened_on=date(2026, 6, 1 + n // 2))
        for part in PARTS:
            world.record(ref, ref=f"{ref}-{part}", compartment=part, source=part.split(":")[-1])
        made = [
            world.grant(one["person"], ref, **{k: v for k, v in one.items() if k != "person"}) for one in given_grants
        ]
        if happening in ("closed", "reopened"):
            world.close(ref, "2026-11-01")
        if happening == "reopened":
            world.reopen(ref, "2026-11-02")
        if happening == "concern":
            world.concern(ref)
        if happening == "about the lead":
            world.concern(ref, about_people=["lead"])
        if happening == "emergency":
            world.emergency("lead", ref)
        if happening == "conflict":
            world.conflict("staff", "party_a")
        if happening == "revoked" and made:
            world.revoke(made[0])
    return world


def test_the_first_page_is_the_first(world):
    world.caseworker()
    world.case("OKF-1", granted_to=["caseworker"])

    assert cases_in_view(world.desk("caseworker"), FIRST).next is None
