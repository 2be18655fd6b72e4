"""Opening, closing and reopening cases, and looking into one."""

from __future__ import annotations

from datetime import date

import pytest

from okf.cases.commands.cases import (
    NewServiceUser,
    change_case_status,
    close_case,
    open_case,
    open_case_file,
    reopen_case,
)
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.mediation.commands.mediations import start_mediation
from okf.store.models import AccessGrant, Case, CaseChild, CaseClosure, CaseParty, Mediation, ServiceUser
from okf.terms import Action, CaseStatus, MediationKind, Outcome, Role, SupportKind
from tests.world import World


def _family(world: World, **more: object) -> str:
    world.manager()
    return open_case(
        world.desk("manager"),
        kind_of_support=SupportKind.PARENTING,
        area="Leeds",
        parties=[NewServiceUser("Ann Bell", safe_phone="07700 900001"), NewServiceUser("Tom Bell")],
        children=[NewServiceUser("Ivy Bell", date_of_birth=date(2018, 2, 3))],
        **more,
    )


@pytest.mark.both_databases
def test_a_manager_opens_a_case_with_the_family_and_their_safe_contact(world):
    ref = _family(world)

    case = world.one(Case, ref=ref)
    assert (case.status, case.area, case.unallocated_since) == (CaseStatus.ENQUIRY, "Leeds", date(2026, 11, 23))
    assert len(world.all(CaseParty, case_ref=ref)) == 2
    assert len(world.all(CaseChild, case_ref=ref)) == 1
    assert world.one(ServiceUser, name="Ann Bell").safe_phone == "07700 900001"
    event = world.events()[-1]
    assert (event.action, event.case_ref, event.facts["parties"]) == (Action.OPEN_NEW_CASE, ref, 2)


def test_the_audit_record_of_an_opening_holds_no_name(world):
    _family(world)

    assert "Bell" not in repr([(e.facts, e.subject, e.case_ref) for e in world.events()])


def test_somebody_on_file_joins_another_case_by_reference(world):
    world.manager()
    world.service_user("party_z")

    ref = open_case(world.desk("manager"), kind_of_support=SupportKind.MEDIATION, parties=["party_z"])

    assert world.one(CaseParty, case_ref=ref).service_user == "party_z"


@pytest.mark.parametrize(
    "wrong",
    [
        {"parties": []},
        {"parties": ["party_z", "party_z"]},
        {"parties": [NewServiceUser(" ")]},
        {"parties": ["party_z"], "opened_on": date(2027, 1, 1)},
        {"parties": ["party_z"], "status": CaseStatus.CLOSED},
        {"parties": ["party_z"], "area": "x" * 81},
    ],
)
@pytest.mark.one_database
def test_a_case_that_cannot_be_is_not_opened(world, wrong):
    world.manager()
    world.service_user("party_z")

    with pytest.raises(Invalid):
        open_case(world.desk("manager"), kind_of_support=SupportKind.MEDIATION, **wrong)

    assert world.count(Case) == 0


@pytest.mark.both_databases
def test_C6_closing_ends_every_grant_in_the_same_transaction(world):
    world.manager()
    for name in ("caseworker_a", "caseworker_b"):
        world.caseworker(name)
    world.case("OKF-1", granted_to=["caseworker_a", "caseworker_b"])

    close_case(world.desk("manager"), "OKF-1", reason="Arrangements are in place")

    assert world.one(Case, ref="OKF-1").closed_at == world.now
    assert {grant.ended_at for grant in world.all(AccessGrant)} == {world.now}
    assert world.one(CaseClosure, case_ref="OKF-1").closed_by == "manager"
    assert not world.may("caseworker_a", Action.OPEN_CASE, "OKF-1")


def test_C6_a_case_with_an_open_concern_closes_only_with_the_leads_word(world):
    world.manager()
    world.dsl()
    world.case("OKF-1")
    world.concern("OKF-1")

    with pytest.raises(Refused) as refused:
        close_case(world.desk("manager"), "OKF-1", reason="Done")
    assert refused.value.decision.decision is Outcome.ESCALATE

    close_case(world.desk("dsl"), "OKF-1", reason="Done")
    assert world.one(Case, ref="OKF-1").status is CaseStatus.CLOSED


def test_C6_winding_down_keeps_access_for_its_days_and_no_longer(world):
    world.manager()
    world.caseworker()
    world.case("OKF-1", granted_to=["caseworker"])
    world.setting("wind_down_days", 3)

    close_case(world.desk("manager"), "OKF-1", reason="Done")

    assert world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    world.later(days=3)
    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")


def test_C6_reopening_revives_no_access_and_counts_as_unallocated_from_today(world):
    world.manager()
    world.caseworker()
    world.case("OKF-1", parties=["party_a"])
    world.grant("caseworker", "OKF-1", lead_for="party_a")
    close_case(world.desk("manager"), "OKF-1", reason="Done")
    world.later(days=20)

    reopen_case(world.desk("manager"), "OKF-1")

    case = world.one(Case, ref="OKF-1")
    assert (case.status, case.closed_at, case.unallocated_since) == (CaseStatus.OPEN, None, date(2026, 12, 13))
    assert world.reasons("caseworker", Action.OPEN_CASE, "OKF-1") == ["grant_ended_by_closure"]


def test_a_case_that_is_open_is_not_reopened(world):
    world.manager()
    world.case("OKF-1")

    with pytest.raises(Conflict):
        reopen_case(world.desk("manager"), "OKF-1")


def test_closing_is_no_change_of_status(world):
    world.manager()
    world.case("OKF-1")
    with pytest.raises(Invalid):
        change_case_status(world.desk("manager"), "OKF-1", status=CaseStatus.CLOSED)

    change_case_status(world.desk("manager"), "OKF-1", status=CaseStatus.ON_HOLD)

    assert world.one(Case, ref="OKF-1").status is CaseStatus.ON_HOLD


def test_a_case_that_one_may_not_know_of_reads_as_one_that_is_not_there(world):
    world.caseworker()
    world.case("OKF-1")

    told = []
    for ref in ("OKF-1", "OKF-2"):
        with pytest.raises(NotFound) as missing:
            open_case_file(world.desk("caseworker", session_id="s"), ref)
        told.append(str(missing.value).replace(ref, "REF"))

    assert told[0] == told[1]
    assert [(e.outcome, e.case_ref) for e in world.events()] == [(Outcome.DENY, "OKF-1"), (Outcome.DENY, None)]


def test_what_no_role_of_theirs_includes_reads_the_same_for_any_case(world):
    world.caseworker()
    world.case("OKF-1")

    told = []
    for ref in ("OKF-1", "OKF-2"):
        with pytest.raises(Refused) as refused:
            close_case(world.desk("caseworker"), ref, reason="Done")
        told.append(str(refused.value))

    assert told[0] == told[1]


def test_a_manager_is_told_that_they_hold_no_grant(world):
    world.manager()
    world.case("OKF-1")

    with pytest.raises(Refused) as refused:
        open_case_file(world.desk("manager"), "OKF-1")

    assert refused.value.decision.primary == "no_grant"


def test_looking_into_a_case_is_on_record_once_a_sign_in_with_the_grant_it_rested_on(world):
    world.caseworker()
    world.case("OKF-1")
    grant = world.grant("caseworker", "OKF-1")
    desk = world.desk("caseworker", session_id="first")

    open_case_file(desk, "OKF-1")
    open_case_file(desk, "OKF-1")
    open_case_file(world.desk("caseworker", session_id="second"), "OKF-1")

    events = world.events(action=Action.OPEN_CASE)
    assert [(e.session_id, e.facts["grants"]) for e in events] == [("first", [grant]), ("second", [grant])]


def test_a_mediator_who_was_caseworker_of_a_party_does_not_mediate(world):
    world.manager()
    world.person("both", roles=[Role.CASEWORKER, Role.MEDIATOR])
    world.case("OKF-1")
    world.grant("both", "OKF-1", lead_for="party_a")

    with pytest.raises(Refused):
        start_mediation(world.desk("manager"), "OKF-1", kind=MediationKind.INFORMAL, mediator="both")
    assert world.all(Mediation) == []
