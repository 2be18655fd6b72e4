"""What publishing would do, told before it is done, is what it then does (C7)."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from okf.agreements.commands.texts import publish_agreement
from okf.agreements.queries.agreements import Board, agreements_of
from okf.agreements.queries.board import BoardFilter
from okf.agreements.queries.impact import Counts, impact_of
from okf.agreements.queries.own_agreements import own_agreements, own_agreements_to_open
from okf.errors import Refused
from okf.paging import Page
from okf.store.models import AgreementStanding
from okf.terms import Action, Capacity, Change, Role, Standing
from okf.terms.agreements import AgreementKind
from tests.world import World

pytestmark = pytest.mark.both_databases

ASKED = {"kind": Capacity.VOLUNTEER, "change": Change.MATERIAL, "effective_on": date(2026, 12, 1)}


@pytest.fixture
def charity(world: World) -> World:
    """One who is current, one never signed, one overdue, one whose year is up before; it is 23 November 2026."""
    world.manager()
    world.volunteer("current", team="North")
    world.volunteer("never", signed=None)
    world.volunteer("overdue", signed="2025-10-01T09:00")
    world.volunteer("sooner", signed="2025-11-20T09:00")
    world.volunteer("left", left_at="2026-11-20T09:00")
    for case in ("OKF-1", "OKF-2"):
        world.case(case, granted_to=["current", "sooner"])
    world.grant("current", "OKF-1", ref="ends", until="2026-12-10T00:00")
    return world


def test_the_figures_tell_who_must_sign_whose_access_pauses_when_and_on_how_many_cases(charity):
    found = impact_of(charity.desk("manager"), **ASKED, resign_by_date=date(2026, 12, 14))

    assert found.counts == Counts(asked=4, never=1, stopped=2, earlier=1, pause=1)
    assert found.pauses_at == datetime(2026, 12, 15, tzinfo=UTC)
    assert (found.holders, found.cases) == (1, 2)
    assert [(one.username, one.by_this, one.cases) for one in found.people.rows] == [
        ("sooner", False, 2),
        ("current", True, 2),
    ]
    assert found.people.rows[0].pauses_at < found.pauses_at


def test_the_list_is_paged_and_the_days_of_grace_are_the_default(charity):
    first = impact_of(charity.desk("manager"), **ASKED, page=Page(size=1))
    second = impact_of(charity.desk("manager"), **ASKED, page=Page(after=first.people.next, size=1))

    assert first.resign_by == date(2026, 12, 15)
    assert [one.username for found in (first, second) for one in found.people.rows] == ["sooner", "current"]
    assert second.people.next is None


def test_a_minor_version_and_an_optional_text_pause_nobody(charity):
    minor = impact_of(charity.desk("manager"), **(ASKED | {"change": Change.MINOR}))
    optional = impact_of(charity.desk("manager"), **(ASKED | {"kind": AgreementKind.PRIVACY}))

    assert (minor.counts.asked, minor.pauses_at, minor.people.rows) == (0, None, ())
    assert (optional.counts.asked, optional.pauses_at, optional.people.rows) == (5, None, ())


def test_who_may_not_publish_is_told_nothing_of_it(charity):
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])
    for by in ("current", "viewer"):
        with pytest.raises(Refused):
            impact_of(charity.desk(by), **ASKED)


def test_C7_the_preview_is_what_the_publishing_then_does(charity):
    chance = random.Random(3)
    for number in range(40):
        signed = date(2025, 9, 1) + timedelta(days=chance.randrange(440))
        charity.volunteer(f"v{number}", signed=chance.choice([None, f"{signed}T09:00"]))
    charity.agreement("volunteer", "2", date(2026, 11, 10), resign_by=date(2026, 11, 28))
    told = impact_of(charity.desk("manager"), **ASKED, resign_by_date=date(2026, 12, 14), page=Page(size=100))
    before = {row.person: row.overdue_at for row in charity.all(AgreementStanding, kind=Capacity.VOLUNTEER)}

    publish_agreement(
        charity.desk("manager"),
        version="3",
        text="The third.",
        title="t",
        resign_by=date(2026, 12, 14),
        short_because="x",
        **ASKED,
    )

    after = {row.person: row.overdue_at for row in charity.all(AgreementStanding, kind=Capacity.VOLUNTEER)}
    moved = {who for who in after if after[who] != before[who]}
    assert {one.username for one in told.people.rows if one.by_this and before[one.username] > told.pauses_at} == moved
    assert {one.username: one.pauses_at for one in told.people.rows} == {
        who: at for who, at in after.items() if charity.now < at and who != "left"
    }


def test_C7_a_partner_whose_organisations_agreement_ended_is_not_current(world):
    world.manager()
    world.organisation("ended", until=date(2026, 11, 20))
    world.organisation("ends", until=date(2026, 11, 30))
    world.organisation("never", from_=None, until=None)
    for name in ("ended", "ends", "never"):
        world.person(f"of_{name}", capacity=Capacity.ALLIED_PARTNER, organisation=name)
    world.case("OKF-1", granted_to=["of_ended", "of_ends", "of_never"])

    def stands() -> dict[str, Standing]:
        board = Board.opened(world.desk("manager"))
        found = board.view(BoardFilter(capacity=Capacity.ALLIED_PARTNER), matrix=False).rows
        assert found is not None
        return {row.username: (row.standing, row.stopped_by_partner) for row in found.rows}

    stopped, current = (Standing.OVERDUE, True), (Standing.CURRENT, False)
    assert stands() == {"of_never": stopped, "of_ended": stopped, "of_ends": current}
    world.at("2026-11-29T23:59")
    assert stands()["of_ends"] == current
    world.at("2026-11-30T00:00")
    assert stands()["of_ends"] == stopped
    for who in ("of_ended", "of_ends", "of_never"):  # the board and the door agree
        assert world.reasons(who, Action.OPEN_CASE, "OKF-1") == ["partner_agreement_expired"]
        [mine] = own_agreements(world.desk(who))
        assert (mine.asks, mine.partner_alone) == (False, True)
        assert own_agreements_to_open(world.desk(who), "OKF-1") == []
    assert agreements_of(world.desk("manager"), "of_ended").standings[0].stopped_by_partner


@pytest.mark.parametrize(
    "effective_on, resign_by, pauses",
    [
        # The last Sundays of March and October: that London day has 23 or 25 hours, and the hour it ends moves.
        (date(2027, 3, 20), date(2027, 3, 27), "2027-03-28T00:00:00+00:00"),
        (date(2027, 3, 20), date(2027, 3, 28), "2027-03-28T23:00:00+00:00"),
        (date(2027, 10, 20), date(2027, 10, 30), "2027-10-30T23:00:00+00:00"),
        (date(2027, 10, 20), date(2027, 10, 31), "2027-11-01T00:00:00+00:00"),
    ],
)
def test_C7_the_window_to_sign_again_ends_with_the_london_day_across_summer_time(
    charity, effective_on, resign_by, pauses
):
    charity.volunteer("signer", signed="2026-12-20T09:00")
    charity.grant("signer", "OKF-1")
    dates = {"kind": Capacity.VOLUNTEER, "change": Change.MATERIAL, "effective_on": effective_on}
    charity.at("2027-03-01T09:00")
    charity.sign("manager")
    told = impact_of(charity.desk("manager"), **dates, resign_by_date=resign_by)

    publish_agreement(
        charity.desk("manager"), version="2", text="x", title="t", resign_by=resign_by, short_because="x", **dates
    )

    stops = datetime.fromisoformat(pauses)
    assert told.pauses_at == stops
    assert charity.one(AgreementStanding, person="signer").overdue_at == stops
    charity.at(stops - timedelta(seconds=1))
    assert charity.may("signer", Action.OPEN_CASE, "OKF-1")
    charity.at(stops)
    assert charity.reasons("signer", Action.OPEN_CASE, "OKF-1") == ["agreement_superseded"]


def test_C7_the_signing_is_offered_only_where_it_alone_is_missing(charity):
    charity.case("OKF-9")
    charity.grant("never", "OKF-1")
    charity.grant("never", "OKF-2", ref="revoked")
    charity.revoke("revoked")

    def offered(case: str) -> list[str]:
        return [one.kind.value for one in own_agreements_to_open(charity.desk("never"), case)]

    assert offered("OKF-1") == ["volunteer"]
    assert offered("OKF-2") == offered("OKF-9") == offered("OKF-none") == []
    charity.close("OKF-1")
    assert offered("OKF-1") == []
    charity.dsl("unsigned_dsl", signed=None)
    charity.concern("OKF-9")
    assert own_agreements_to_open(charity.desk("unsigned_dsl"), "OKF-9") == []  # it would tell of the concern
