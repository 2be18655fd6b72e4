"""Who has signed what: the board, its figures, and a person's own agreements (C7)."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from okf.agreements.queries.agreements import Board, PersonRow, agreements_of
from okf.agreements.queries.board import BoardFilter, BoardRow
from okf.agreements.queries.own_agreements import own_agreements, own_signatures, signed_copy
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import NotFound, Refused
from okf.paging import Page, Paged
from okf.policy.standing import standing
from okf.store import facts
from okf.store.models import Person
from okf.terms import Action, Capacity, Role, Standing
from tests.world import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def charity(world: World) -> World:
    """One person a standing, told by their username; it is 23 November 2026."""
    world.manager(signed="2026-11-02T09:00", team="Office")
    world.volunteer("current", signed="2026-11-02T09:00", team="North", name="Cara Current")
    world.volunteer("never", signed=None, name="Nev_er O'Signed")
    world.volunteer("overdue", signed="2025-10-01T09:00")
    world.volunteer("resign_due", signed="2025-11-20T09:00")
    world.volunteer("ended", left_at="2026-11-20T09:00")
    world.case("OKF-1", granted_to=["never", "current"])
    return world


def board(world: World, by: str = "manager", page: Page = Page(), **wanted: object) -> list[str]:  # noqa: B008
    found = listed(world.desk(by), BoardFilter(**wanted), page)  # type: ignore[arg-type]
    return [row.username for row in found.rows]


def listed(desk: Desk, *asked: object) -> Paged[BoardRow]:
    found = Board.opened(desk).view(*asked, matrix=False).rows  # type: ignore[arg-type]
    assert found is not None
    return found


def matrix(desk: Desk, *asked: object) -> Paged[PersonRow]:
    found = Board.opened(desk).view(*asked).people  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_worst_stand_first_and_who_left_is_shown_when_asked_for(charity):
    assert board(charity) == ["never", "overdue", "resign_due", "current", "manager"]
    assert board(charity, standing=Standing.ENDED) == ["ended"]


@pytest.mark.parametrize("stands", ["never", "overdue", "resign_due", "current"])
def test_every_standing_is_a_filter_and_a_word(charity, stands):
    wanted = Standing.NEVER_SIGNED if stands == "never" else Standing(stands)

    rows = listed(charity.desk("manager"), BoardFilter(standing=wanted, capacity=Capacity.VOLUNTEER)).rows

    assert [(row.username, row.standing) for row in rows] == [(stands, wanted)]


def test_filters_narrow_by_team_by_name_as_typed_and_by_live_grants(charity):
    assert board(charity, team="North") == ["current"]
    assert board(charity, name=" cara ") == ["current"]
    assert board(charity, name="nev_er") == ["never"]
    assert board(charity, name="n%r") == board(charity, name="n_v") == []
    assert board(charity, holds_grants=True) == ["never", "current"]
    assert board(charity, holds_grants=False, capacity=Capacity.VOLUNTEER) == ["overdue", "resign_due"]
    assert Board.opened(charity.desk("manager")).teams() == ("North", "Office")


def test_beside_each_stands_whether_they_hold_live_grants_and_a_revoked_one_does_not_count(charity):
    grant = charity.grant("overdue", "OKF-1")
    charity.revoke(grant)

    rows = listed(charity.desk("manager")).rows

    assert {row.username for row in rows if row.holds_grants} == {"never", "current"}
    assert board(charity, holds_grants=True, standing=Standing.NEVER_SIGNED) == ["never"]
    assert board(charity, holds_grants=True, standing=Standing.OVERDUE) == []


def test_C5_a_compliance_viewer_sees_who_signed_and_nothing_of_cases(charity):
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])

    rows = listed(charity.desk("viewer"), BoardFilter(holds_grants=True)).rows

    assert {row.holds_grants for row in rows} == {None}
    assert "overdue" in {row.username for row in rows}  # what they may not know of does not filter either


def test_C7_who_may_not_see_the_board_is_refused_on_record(charity):
    with pytest.raises(Refused):
        Board.opened(charity.desk("current"))
    with pytest.raises(Refused):
        agreements_of(charity.desk("current"), "never")

    refused = charity.events(action=Action.LIST_AGREEMENTS)
    assert {(event.actor, event.outcome) for event in refused} == {("current", "deny")}


def test_a_capacity_no_longer_needed_is_shown_as_ended(charity):
    charity.person("changed", capacity=Capacity.THERAPIST)
    charity.sign("changed", "2026-01-10T09:00", kind=Capacity.VOLUNTEER)

    found = agreements_of(charity.desk("manager"), "changed")

    assert {row.kind: row.standing for row in found.standings} == {
        Capacity.THERAPIST: Standing.CURRENT,
        Capacity.VOLUNTEER: Standing.ENDED,
    }
    assert len(found.signatures) == 2
    with pytest.raises(NotFound):
        agreements_of(charity.desk("manager"), "nobody")


def test_the_matrix_has_each_person_once_at_the_place_of_the_worst(charity):
    charity.grant("current", "OKF-1", capacity=Capacity.THERAPIST)

    people = matrix(charity.desk("manager")).rows

    assert [row.username for row in people] == ["current", "never", "overdue", "resign_due", "manager"]
    assert {kind: cell.standing for kind, cell in people[0].cells.items()} == {
        Capacity.VOLUNTEER: Standing.CURRENT,
        Capacity.THERAPIST: Standing.NEVER_SIGNED,
    }
    by_kind = matrix(charity.desk("manager"), BoardFilter(capacity=Capacity.VOLUNTEER)).rows
    assert [row.username for row in by_kind] == ["never", "overdue", "resign_due", "current"]


@pytest.mark.parametrize("ask", [listed, matrix])
def test_pages_follow_each_other_forwards_and_back_without_gap_or_repeat(charity, ask):
    everyone = [row.username for row in ask(charity.desk("manager")).rows]
    seen, after = [], None

    for _ in range(3):
        page = ask(charity.desk("manager"), BoardFilter(), Page(after=after, size=2))
        seen += [row.username for row in page.rows]
        after = page.next

    assert (seen, after) == (everyone, None)
    last = ask(charity.desk("manager"), BoardFilter(), Page(after=None, before=page.previous, size=2))
    assert [row.username for row in last.rows] == everyone[2:4]


def test_the_figures_equal_a_count_by_the_policy_and_change_with_the_hour(charity):
    chance = random.Random(7)
    for number in range(40):
        signed = date(2025, 9, 1) + timedelta(days=chance.randrange(440))
        charity.volunteer(f"v{number}", signed=chance.choice([None, f"{signed}T09:00"]))
    charity.agreement("volunteer", "2", date(2026, 12, 1), resign_by=date(2026, 12, 14))

    for day in ("2026-11-23", "2026-12-01", "2026-12-15", "2027-03-01"):
        at = charity.at(f"{day}T00:00")
        found = Board.opened(charity.desk("manager")).view().figures.counts

        wanted: dict[Capacity, dict[Standing, int]] = {}
        with charity.store.reading() as session:
            versions, settings = facts.agreements(session), facts.policy_settings(session, at)
            for person in facts.people(session, [p.username for p in charity.all(Person)]).values():
                if person.active(at):
                    kind = person.capacity
                    stands = standing(kind, person.signatures, versions[kind], settings, at).at(at)
                    wanted.setdefault(kind, {}).setdefault(stands, 0)
                    wanted[kind][stands] += 1
        assert found == wanted


def test_the_share_signed_counts_who_is_only_due(charity):
    figures = Board.opened(charity.desk("manager")).view().figures

    assert (figures.signed, figures.asked) == (3, 5)


def test_C7_ones_own_page_shows_the_newest_text_in_effect_and_what_stops_without_it(charity):
    charity.agreement("volunteer", "2", date(2026, 11, 23), resign_by=date(2026, 12, 7), text="The second text.")
    charity.agreement("volunteer", "3", date(2027, 1, 1), text="Not yet.")

    [mine] = own_agreements(charity.desk("current"))

    assert mine.in_effect.text == "The second text."
    assert (mine.standing, mine.signed_version, str(mine.grants)) == (Standing.RESIGN_DUE, "1", "1")
    assert london_date(mine.stops_at) == date(2026, 12, 8)
    [never] = own_agreements(charity.desk("never"))
    assert (never.asks, never.signed_at, never.stops_at) == (True, None, None)


def test_the_agreement_of_a_grants_capacity_is_asked_for_too(charity):
    charity.grant("current", "OKF-1", capacity=Capacity.THERAPIST)

    assert [one.kind for one in own_agreements(charity.desk("current"))] == [Capacity.THERAPIST, Capacity.VOLUNTEER]


def test_a_copy_of_what_one_signed_is_ones_own(charity):
    [signed] = own_signatures(charity.desk("current"))

    copy = signed_copy(charity.desk("current"), signed.id)

    assert copy.text.startswith("Sample text")
    assert copy.name == "Cara Current"
    with pytest.raises(NotFound):
        signed_copy(charity.desk("never"), signed.id)
