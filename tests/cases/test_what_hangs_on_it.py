"""What an ending leaves behind: it is ended too, put back, or somebody hears of it; nothing is left as it was."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest

from okf.cases.commands.access_routes import end_emergency_access, open_emergency_access, review_emergency_access
from okf.cases.commands.conflicts import declare_conflict, declare_tie, lift_conflict, lift_tie
from okf.cases.commands.grants import NewGrant, end_grant, grant_access
from okf.cases.commands.handovers import end_lapsed_grants, hand_over
from okf.cases.commands.tasks import add_task
from okf.cases.queries.case import case_in_view
from okf.cases.queries.conflicts import conflicts_lifted
from okf.cases.queries.emergencies import emergencies_reviewed, emergencies_to_review
from okf.errors import Conflict, Invalid, Refused
from okf.people.commands.leaving import record_leaver
from okf.policy.chasing import MailKind
from okf.proof.queries.assurance import assure
from okf.proof.queries.assurance.findings import State
from okf.store.kept import allocation_astray
from okf.store.models import AccessGrant, Case, ConflictOfInterest, DeclaredTie, EmergencyAccess, Mail, Task
from okf.terms import Action, Capacity
from tests.post_office import PostOffice
from tests.world import World, instant

NEW = {"capacity": Capacity.STAFF, "compartments": ["sole:party_a", "joint"], "purpose": "Casework"}
DUE = "The police are at the door now"


@pytest.fixture
def charity(world: World) -> World:
    """A case that one caseworker leads for one party, and another for the other."""
    world.manager(email="manager@okf.example")
    world.dsl()
    for name in ("worker_a", "worker_b", "worker_c"):
        world.caseworker(name)
    world.case("OKF-1", parties=["party_a", "party_b"])
    desk = world.desk("manager", chance=Random("before"))
    grant_access(desk, "OKF-1", NewGrant(to="worker_a", lead_for="party_a", until=instant("2027-03-01"), **NEW))
    grant_access(
        desk,
        "OKF-1",
        NewGrant(
            to="worker_b", capacity=Capacity.STAFF, compartments=["sole:party_b"], purpose="B", lead_for="party_b"
        ),
    )
    return world


def since(world: World) -> date | None:
    """Since when the case is unallocated; what is kept of it is what a recount makes."""
    case = world.one(Case, ref="OKF-1")
    assert case is not None
    with world.store.reading() as session:
        assert list(allocation_astray(session, world.now)) == []
    return case.unallocated_since


def broken(world: World) -> set[str]:
    """What `assure` finds broken."""
    return {one.check.key for one in assure(world.host()).findings if one.state is State.BROKEN}


# An emergency


@pytest.mark.both_databases
def test_C5_the_review_of_an_emergency_access_that_goes_on_ends_it(charity: World) -> None:
    opened = open_emergency_access(charity.desk("dsl"), "OKF-1", reason=DUE)
    assert [one.goes_on for one in emergencies_to_review(charity.desk("manager"))] == [True]
    charity.later(minutes=5)

    review_emergency_access(charity.desk("manager"), opened, justified=True, finding="It was needed")

    assert not charity.may("dsl", Action.OPEN_CASE, "OKF-1")
    [row] = charity.all(EmergencyAccess)
    assert row.ended_at == row.reviewed_at == charity.now
    assert charity.events(action=Action.REVIEW_EMERGENCY_ACCESS)[-1].facts["ended"] is True
    with pytest.raises(Conflict):
        end_emergency_access(charity.desk("dsl"), opened)
    [one] = emergencies_reviewed(charity.desk("manager"))
    assert one.until == charity.now


def test_C5_one_that_is_over_keeps_its_end(charity: World) -> None:
    opened = open_emergency_access(charity.desk("dsl"), "OKF-1", reason=DUE)
    charity.later(hours=5)

    review_emergency_access(charity.desk("manager"), opened, justified=True, finding="It was needed")

    [row] = charity.all(EmergencyAccess)
    assert row.ended_at is None


def test_C5_nobody_with_a_tie_to_the_family_reviews_one_or_hears_of_it(charity: World) -> None:
    opened = open_emergency_access(charity.desk("dsl"), "OKF-1", reason=DUE)
    charity.conflict("manager", "party_b")

    assert emergencies_to_review(charity.desk("manager")) == ()
    with pytest.raises(Refused) as refused:
        review_emergency_access(charity.desk("manager"), opened, justified=True, finding="All is well")

    assert refused.value.decision.primary == "conflict_of_interest"


# A handover that is called off


@pytest.mark.both_databases
@pytest.mark.parametrize("call_off", ["end the access", "the next one leaves"])
def test_C3_a_planned_handover_that_is_called_off_leaves_everything_as_it_was(charity: World, call_off: str) -> None:
    task = charity.task("OKF-1", "worker_a", due_on=date(2026, 12, 20))
    on = instant("2026-12-10")
    new = hand_over(
        charity.desk("manager"), "OKF-1", from_person="worker_a", to_person="worker_c", party="party_a", on=on
    )
    charity.later(minutes=1)
    before = broken(charity)

    if call_off == "end the access":
        end_grant(charity.desk("manager"), new)
    else:
        record_leaver(charity.desk("manager"), "worker_c")

    assert broken(charity) == before
    charity.at("2026-12-11")
    old = charity.one(AccessGrant, person="worker_a")
    assert old is not None
    assert (old.until, old.ended_at) == (instant("2027-03-01"), None)
    assert charity.may("worker_a", Action.OPEN_CASE, "OKF-1")
    assert since(charity) is None
    kept = charity.one(Task, ref=task)
    assert kept is not None
    assert kept.assigned_to == "worker_a"
    # What ends now of itself passes nothing on to whoever was to take over.
    charity.at("2027-03-02")
    end_lapsed_grants(charity.host())
    kept = charity.one(Task, ref=task)
    assert kept is not None
    assert kept.assigned_to == "worker_a"


@pytest.mark.both_databases
def test_C2_a_handover_called_off_takes_back_no_more_than_it_gave(charity: World) -> None:
    charity.grant("worker_c", "OKF-1", compartments=["joint"])
    due = date(2026, 12, 20)

    def task(who: str, part: str | None) -> str:
        chance = Random(f"{who} {part}")
        return add_task(charity.desk(who, chance=chance), "OKF-1", text="Call", due_on=due, compartment=part)

    theirs = [task("worker_c", part) for part in ("joint", None)]
    moved = task("worker_a", "sole:party_a")
    new = hand_over(
        charity.desk("manager"),
        "OKF-1",
        from_person="worker_a",
        to_person="worker_c",
        party="party_a",
        on=instant("2026-12-10"),
    )
    charity.later(minutes=1)

    end_grant(charity.desk("manager"), new)

    holders = {one.ref: one.assigned_to for one in charity.all(Task)}
    assert holders == {moved: "worker_a", **dict.fromkeys(theirs, "worker_c")}


def test_C3_and_can_be_planned_again(charity: World) -> None:
    def planned(to: str, seed: int) -> str:
        return hand_over(
            charity.desk("manager", chance=Random(seed)),
            "OKF-1",
            from_person="worker_a",
            to_person=to,
            party="party_a",
            on=on,
        )

    on = instant("2026-12-10")
    end_grant(charity.desk("manager", chance=Random(2)), planned("worker_c", 20))
    charity.later(minutes=1)

    again = planned("worker_c", 21)

    charity.at("2026-12-11")
    assert charity.may("worker_c", Action.OPEN_CASE, "OKF-1")
    assert not charity.may("worker_a", Action.OPEN_CASE, "OKF-1")
    charity.later(days=1)
    end_grant(charity.desk("manager", chance=Random(3)), again)  # one that had begun was no plan any more
    assert not charity.may("worker_a", Action.OPEN_CASE, "OKF-1")


def test_C3_whoever_leaves_after_a_plan_was_called_off_can_still_be_taken_over_from(charity: World) -> None:
    on = instant("2026-12-10")
    desk = charity.desk("manager", chance=Random(4))
    end_grant(desk, hand_over(desk, "OKF-1", from_person="worker_a", to_person="worker_c", party="party_a", on=on))
    charity.later(minutes=1)
    record_leaver(desk, "worker_a")
    charity.later(minutes=1)

    hand_over(
        charity.desk("manager", chance=Random(5)),
        "OKF-1",
        from_person="worker_a",
        to_person="worker_c",
        party="party_a",
    )

    assert charity.may("worker_c", Action.OPEN_CASE, "OKF-1")


# A tie


@pytest.mark.both_databases
def test_C3_C5_a_lead_who_declares_a_tie_leads_no_more_and_the_managers_hear(
    charity: World, office: PostOffice
) -> None:
    assert since(charity) is None
    charity.later(days=2)

    tie = declare_conflict(charity.desk("worker_a"), "party_b", reason="Her cousin")

    assert since(charity) == date(2026, 11, 25)
    assert {mail.person for mail in charity.all(Mail, kind=MailKind.CASE_WITHOUT_LEAD)} == {"manager"}
    family = {one.ref: one.caseworkers for one in case_in_view(charity.desk("worker_b"), "OKF-1").family}
    assert family["party_a"] == ()
    assert family["party_b"]
    assert "cousin" not in repr([event.facts for event in charity.events()])
    charity.later(days=1)
    with pytest.raises(Invalid):
        lift_conflict(charity.desk("manager"), tie, reason="  ")

    lift_conflict(charity.desk("manager"), tie, reason="It was another person of that name")

    assert since(charity) is None
    [row] = charity.all(ConflictOfInterest)
    assert [one.lifted_because for one in conflicts_lifted(charity.desk("dsl"))] == [row.lifted_because]
    assert row.lifted_because == "It was another person of that name"
    assert "another person" not in repr([event.facts for event in charity.events()])


def test_C3_whoever_takes_over_from_them_leads(charity: World) -> None:
    declare_conflict(charity.desk("worker_a"), "party_b", reason="Her cousin")

    hand_over(charity.desk("manager"), "OKF-1", from_person="worker_a", to_person="worker_c", party="party_a")

    assert since(charity) is None


def test_C3_a_tie_by_name_counts_as_one_to_somebody_here(charity: World, office: PostOffice) -> None:
    charity.service_user("party_x", name="Zebedee Quill", date_of_birth=date(1980, 3, 3))
    charity.case("OKF-2", parties=["party_x"])
    grant_access(
        charity.desk("manager"),
        "OKF-2",
        NewGrant(
            to="worker_c", capacity=Capacity.STAFF, compartments=["sole:party_x"], purpose="X", lead_for="party_x"
        ),
    )
    charity.later(days=1)

    tie = declare_tie(charity.desk("worker_c"), name="Zebedee Quill", born=date(1980, 3, 3), reason="My uncle")

    case = charity.one(Case, ref="OKF-2")
    assert case is not None
    barred = charity.all(ConflictOfInterest, person="worker_c")
    assert (case.unallocated_since is not None, bool(charity.all(Mail))) == (bool(barred), bool(barred))
    assert since(charity) is None
    charity.later(days=1)
    lift_tie(charity.desk("manager"), tie, reason="They never met")
    case = charity.one(Case, ref="OKF-2")
    assert case is not None
    assert case.unallocated_since is None
    told = {row.lifted_because for row in (*charity.all(DeclaredTie), *charity.all(ConflictOfInterest))}
    assert told == {"They never met"}


def test_a_tie_of_somebody_who_leads_nothing_is_no_news(charity: World, office: PostOffice) -> None:
    grant_access(charity.desk("manager"), "OKF-1", NewGrant(to="worker_c", **NEW))
    charity.later(minutes=1)

    declare_conflict(charity.desk("worker_c"), "party_b", reason="Her cousin")

    assert charity.all(Mail) == []
    assert since(charity) is None
