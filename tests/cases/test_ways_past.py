"""Ways past the policy that somebody looked for: each was tried as a person would, and must stay shut."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from okf.cases.commands.appointments import cancel_appointment, make_appointment, move_appointment
from okf.cases.commands.tasks import add_task, complete_task
from okf.clock import london_date
from okf.errors import CasebookError, Invalid, NotFound, Refused
from okf.file_check import Upload
from okf.mediation.queries.mediation import mediation_in_view
from okf.proof.queries.record import RecordFilter, case_log, record_page
from okf.records.commands.records import add_files
from okf.sharing.commands.decisions import decide_as_lead, review_share
from okf.sharing.commands.express_agreements import agree_to_share, withdraw_agreement
from okf.sharing.commands.redactions import black_out, read_again
from okf.sharing.commands.shares import approve_share, ask_to_share, open_package, send_share
from okf.sharing.queries.second_readings import readings_waiting
from okf.sharing.queries.view import share_in_view
from okf.store.models import InformationShare, StoredFile
from okf.terms import Action, RecordClass, RecordStatus, Role
from okf.terms.records import AppointmentKind
from tests.world import World

pytestmark = pytest.mark.one_database

CASE = "OKF-1"
LADO = {"type": "lado"}
COURT = {"type": "court"}


@pytest.fixture
def family(world: World) -> World:
    """Two sides with a worker each, and whoever decides shares."""
    world.manager()
    for who, role in (
        ("dsl", Role.DSL),
        ("deputy", Role.DEPUTY_DSL),
        ("datalead", Role.DATA_PROTECTION_LEAD),
        ("trustee", Role.TRUSTEE),
    ):
        world.person(who, roles=[role])
    for who in ("worker_a", "second_a", "worker_b", "stranger"):
        world.caseworker(who)
    world.case(CASE)
    for who in ("worker_a", "second_a"):
        world.grant(who, CASE, compartments=["sole:party_a", "joint"])
    world.grant("worker_b", CASE, compartments=["sole:party_b", "joint"])
    world.record(CASE, "N-A", source="party_a", text="What party_a told us")
    return world


def compelled(world: World, by: str = "worker_a") -> str:
    """A share that a court ordered."""
    return ask_to_share(
        world.desk(by), records=["N-A"], recipient=COURT, compulsion={"type": "order", "sealed": True}
    ).ref


def said(call: Callable[[], object], *hidden: str) -> str:
    """What somebody is told, without the reference that they asked for themselves."""
    with pytest.raises(CasebookError) as refused:
        call()
    words = f"{type(refused.value).__name__}: {refused.value}"
    for one in hidden:
        words = words.replace(one, "REF")
    return words


# Whoever has a tie, or decided it themselves


@pytest.mark.parametrize("who", ["datalead", "trustee"])
def test_C5_nobody_with_a_tie_to_the_family_approves_a_compelled_share(family: World, who: str) -> None:
    ref = compelled(family)
    family.conflict(who, "party_a")

    with pytest.raises(Refused) as refused:
        approve_share(family.desk(who), ref)
    assert refused.value.decision.primary == "conflict_of_interest"


def test_C5_nobody_with_a_tie_to_the_family_opens_what_went_out(family: World) -> None:
    ref = compelled(family)
    for who in ("datalead", "trustee"):
        approve_share(family.desk(who), ref)
    send_share(family.desk("worker_a"), ref, ticked=_ticks(family, ref), make=lambda _: b"THE PAPER")
    assert open_package(family.desk("trustee"), ref).content == b"THE PAPER"

    family.conflict("trustee", "party_a")
    with pytest.raises(NotFound):
        open_package(family.desk("trustee"), ref)


def test_C5_what_somebody_approved_closes_to_them_with_their_role(family: World) -> None:
    family.person("gone", roles=[])
    family.role("gone", Role.TRUSTEE, since=date(2026, 1, 1), until=family.now + timedelta(days=1))
    ref = compelled(family)
    for who in ("datalead", "gone"):
        approve_share(family.desk(who), ref)
    send_share(family.desk("worker_a"), ref, ticked=_ticks(family, ref), make=lambda _: b"THE PAPER")

    family.later(days=2)
    with pytest.raises(NotFound):
        open_package(family.desk("gone"), ref)


def test_C9_the_lead_who_decided_does_not_look_at_it_again(family: World) -> None:
    ref = for_safety(family, "worker_a")
    decide_as_lead(family.desk("dsl"), ref, rationale="Why it must go", legal_basis=["child_protection"])
    send_share(family.desk("worker_a"), ref, ticked=_ticks(family, ref))

    with pytest.raises(Refused) as refused:
        review_share(family.desk("dsl"), ref, finding="I was right")
    assert refused.value.decision.primary == "own_review"
    assert "review" not in share_in_view(family.desk("dsl"), ref).may
    review_share(family.desk("deputy"), ref, finding="It was needed")


# A worry about a worker


def test_C9_a_worker_does_not_hear_of_a_share_about_them_as_its_second_reader(family: World) -> None:
    ref = for_safety(family, "worker_a", about=["second_a"])
    version = black_out(family.desk("worker_a"), ref, "N-A", passages=[(0, 4)], reason="Not needed")

    assert readings_waiting(family.desk("second_a")) == ()
    nothing = said(lambda: read_again(family.desk("second_a"), "B-NONE", approved=True), "B-NONE")
    assert said(lambda: read_again(family.desk("second_a"), version, approved=True), version) == nothing


def test_C9_nobody_opens_what_went_out_for_safety_but_who_asked_and_the_leads(family: World) -> None:
    ref = for_safety(family, "worker_a")
    decide_as_lead(family.desk("dsl"), ref, rationale="Why it must go", legal_basis=["child_protection"])
    send_share(family.desk("worker_a"), ref, ticked=_ticks(family, ref), make=lambda _: b"THE WORRY")

    with pytest.raises(NotFound):
        share_in_view(family.desk("second_a"), ref)
    with pytest.raises(NotFound):
        open_package(family.desk("second_a"), ref)
    assert open_package(family.desk("worker_a"), ref).content == b"THE WORRY"


def test_C9_the_log_of_a_case_is_silent_about_shares_for_safety(family: World) -> None:
    ref = for_safety(family, "worker_a", about=["manager"])
    version = black_out(family.desk("worker_a"), ref, "N-A", passages=[(0, 4)], reason="Not needed")
    read_again(family.desk("dsl"), version, approved=True)
    decide_as_lead(family.desk("dsl"), ref, rationale="Why it must go", legal_basis=["child_protection"])
    send_share(family.desk("worker_a"), ref, ticked=_ticks(family, ref), make=lambda _: b"THE WORRY")
    open_package(family.desk("worker_a"), ref)
    review_share(family.desk("deputy"), ref, finding="It was needed")

    assert case_log(family.desk("manager"), CASE).rows == ()


def test_C9_the_record_tells_a_lead_nothing_of_a_share_about_them(family: World) -> None:
    ref = for_safety(family, "worker_a", about=["deputy"])
    version = black_out(family.desk("worker_a"), ref, "N-A", passages=[(0, 4)], reason="Not needed")
    read_again(family.desk("dsl"), version, approved=True)
    decide_as_lead(family.desk("dsl"), ref, rationale="Why it must go", legal_basis=["child_protection"])

    seen = record_page(family.desk("deputy"), RecordFilter(case_ref=CASE)).rows
    assert [row.action for row in seen] == []
    assert len(record_page(family.desk("dsl"), RecordFilter(case_ref=CASE)).rows) == 4


# Whether something is there


def test_C2_danger_does_not_tell_whether_a_case_is_there(family: World) -> None:
    kept = []
    for number, named in enumerate((CASE, "OKF-0")):
        asked = ask_to_share(
            family.desk("stranger", chance=random.Random(number)),
            recipient={"type": "police_999"},
            danger="immediate",
            case_ref=named,
            sent_already_at=family.now,
            told="He has a knife",
        )
        view = share_in_view(family.desk("stranger"), asked.ref)
        words = open_package(family.desk("stranger"), asked.ref).content.decode()
        kept.append((words.replace(named, "REF"), view.case_ref))
    assert kept[0] == kept[1]
    tied = [share.case_ref for share in family.all(InformationShare)]
    assert sorted(tied, key=str) == sorted([CASE, None], key=str)


@pytest.mark.parametrize("who", ["stranger", "worker_b"])
def test_C2_an_appointment_of_another_part_reads_as_one_that_is_not_there(family: World, who: str) -> None:
    tomorrow = london_date(family.now) + timedelta(days=1)
    ref = make_appointment(
        family.desk("worker_a"),
        CASE,
        kind=next(iter(AppointmentKind)),
        compartment="sole:party_a",
        day=tomorrow,
        start=time(10),
        minutes=30,
        about="Talk",
    )
    desk = family.desk(who)
    nothing = said(lambda: cancel_appointment(desk, "A-NONE"), "A-NONE")

    assert said(lambda: cancel_appointment(desk, ref), ref) == nothing
    assert said(lambda: move_appointment(desk, ref, day=tomorrow, start=time(11), minutes=30), ref) == nothing


@pytest.mark.parametrize("who", ["stranger", "worker_b"])
def test_C2_an_express_agreement_of_another_part_reads_as_one_that_is_not_there(family: World, who: str) -> None:
    ref = agree_to_share(
        family.desk("worker_a"), CASE, source="party_a", records=["N-A"], recipient={"type": "gp", "who": "Dr Hart"}
    )
    desk = family.desk(who)
    nothing = said(lambda: withdraw_agreement(desk, "E-NONE", told_by="By phone"), "E-NONE")

    assert said(lambda: withdraw_agreement(desk, ref, told_by="By phone"), ref) == nothing


def test_C5_a_task_of_a_case_that_is_no_longer_open_to_them_does_not_name_it(family: World) -> None:
    grant = family.grant("stranger", CASE, compartments=["joint"])
    task = add_task(family.desk("stranger"), CASE, text="Ring", due_on=london_date(family.now))
    family.end_grant(grant)

    nothing = said(lambda: complete_task(family.desk("stranger"), "T-NONE"), "T-NONE")
    assert said(lambda: complete_task(family.desk("stranger"), task), task) == nothing


# What is one for all


def test_C12_nobody_puts_a_file_to_an_issued_outcome_summary(family: World) -> None:
    family.mediation(CASE, "MED-1")
    family.record(
        CASE,
        "N-OUT",
        record_class=RecordClass.OUTCOME_SUMMARY,
        source="joint",
        status=RecordStatus.ISSUED,
        mediation_ref="MED-1",
    )

    with pytest.raises(Invalid):
        add_files(family.desk("worker_b"), "N-OUT", [Upload("more.txt", b"And one thing more")])
    assert family.count(StoredFile) == 0


@pytest.mark.parametrize("of_case", ["sole:party_a", "joint"])
def test_C10_a_mediator_does_not_read_what_was_told_to_another_one_alone(family: World, of_case: str) -> None:
    for who in ("mediator", "next_one"):
        family.person(who, roles=[Role.MEDIATOR])
        family.grant(who, CASE, compartments=["joint", "sole:party_a", "sole:party_b"])
    family.mediation(CASE, "MED-1", mediator="mediator")
    family.record(
        CASE,
        "N-ALONE",
        record_class=RecordClass.MEDIATION_PRIVATE_NOTE,
        source="party_a",
        compartment=of_case,
        mediation_ref="MED-1",
    )

    assert family.may("mediator", Action.READ_RECORD, CASE, record="N-ALONE")
    assert not family.may("next_one", Action.READ_RECORD, CASE, record="N-ALONE")
    family.caseworker("worker_across")
    family.grant("worker_across", CASE, compartments=["joint", "sole:party_a", "sole:party_b"])
    assert not family.may("worker_across", Action.READ_RECORD, CASE, record="N-ALONE")
    assert [one.readable for one in mediation_in_view(family.desk("mediator"), "MED-1").participants] == [True, True]
    assert [one.readable for one in mediation_in_view(family.desk("next_one"), "MED-1").participants] == [False, False]


def for_safety(world: World, by: str, **more: object) -> str:
    """A share with the local authority's officer that waits for a lead."""
    world.concern(CASE)
    return ask_to_share(world.desk(by), records=["N-A"], recipient=LADO, severity="high", **more).ref


def _ticks(world: World, ref: str) -> list[str]:
    with world.store.reading() as session:
        share = session.get_one(InformationShare, ref)
        by = share.decided_by or share.asked_by
    return list(share_in_view(world.desk(by if by in ("dsl", "worker_a") else "worker_a"), ref).conditions)
