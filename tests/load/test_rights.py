"""C5: an import is many deeds, each decided as its page would decide it for the importer and done by them, now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event

from okf.desk import Desk
from okf.errors import Refused
from okf.load.importing import ImportOutcome
from okf.people.commands.accounts import set_password
from okf.people.commands.invitations import invite_again
from okf.people.commands.outbox import send_at_once
from okf.policy.chasing import MailKind
from okf.store.engine import Store
from okf.store.models import (
    AccessGrant,
    CaseClosure,
    ConflictOfInterest,
    ContactStatement,
    Mail,
    Person,
    PersonRole,
    Record,
    ServiceUser,
    Signature,
    Task,
    WorkerCheck,
)
from okf.terms import Action
from okf.terms.intake import ContactCheck
from tests.load.conftest import AT, Caseload, Import, row, said
from tests.post_office import PostOffice
from tests.world import World

LATER = datetime(2026, 11, 24, 9, tzinfo=UTC)
NEW = {"username": "new.one", "name": "New One", "email": "evil@example.org", "capacity": "staff"}
GRANT = {"id": "G-9", "case": "CASE-101", "capacity": "staff", "compartments": ["sole:party_a"], "from": "2026-11-01"}
RECORD = {
    "id": "N-1",
    "case": "CASE-101",
    "record_class": "note",
    "source": "party_a",
    "compartment": "sole:party_a",
    "subjects": ["party_a"],
    "occurred_at": "2026-11-20T10:00",
}
CONCERN = {"id": "K-9", "about": ["party_a"], "severity": "low", "raised_at": "2026-11-20"}
EMERGENCY = {"id": "X-9", "case": "CASE-101", "opened_at": "2026-11-20T10:00", "reason": "x"}
AGREED = {
    "id": "E-9",
    "source": "party_a",
    "records": ["N-70"],
    "given_at": "2026-11-20",
    "recipient": {"type": "lawyer"},
}
TASK = {"ref": "T-9", "case": "CASE-101", "text": "Call", "assigned_to": "dsl", "due_on": "2026-12-01"}

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def _filled(caseload: Caseload, take_in: Import) -> None:
    """The rehearsals' world is on file, with a second of each who manages; loaded once, by the host."""
    caseload["people"] += [
        {"username": "manager2", "roles": ["manager"], "capacity": "staff"},
        {"username": "administrator2", "roles": ["administrator"], "capacity": "staff"},
    ]
    caseload["signatures"] += [
        {"person": who, "kind": "staff", "version": "2", "signed_at": "2026-09-02T09:00"}
        for who in ("manager2", "administrator", "administrator2")
    ]
    caseload["tasks"] = [{**TASK, "ref": "T-1"}]
    caseload["concerns"] = [{**CONCERN, "id": "K-1", "about": ["deputy_dsl"], "raised_by": "dsl"}]
    row(caseload, "people", username="caseworker_a")["email"] = "owner@example.org"
    assert take_in(caseload).is_written


ADMINISTRATOR = {
    "somebody new with a grant of a manager's": {
        "people": [NEW],
        "grants": [{**GRANT, "person": "new.one", "granted_by": "manager"}],
    },
    "a grant of their own giving": {"grants": [{**GRANT, "person": "volunteer"}]},
    "a role that reads enquiries": {"people": [{**NEW, "roles": ["intake_officer"]}]},
    "a role for somebody on file": {"people": [{"username": "volunteer", "roles": ["intake_officer"]}]},
    "another's signature": {
        "signatures": [{"person": "volunteer_unsigned", "kind": "volunteer", "version": "2", "signed_at": "2026-11-20"}]
    },
    "the end of a tie": {
        "conflicts_of_interest": [
            {
                "person": "volunteer_related",
                "service_user": "party_b",
                "lifted_at": "2026-11-01",
                "lifted_by": "manager",
            }
        ]
    },
    "a tie that bars somebody": {"conflicts_of_interest": [{"person": "caseworker_a", "service_user": "party_a"}]},
    "the end of a grant": {"grants": [{"id": "G1", "revoked_at": "2026-11-01", "revoked_by": "manager"}]},
    "a longer grant": {"grants": [{"id": "G4", "until": "2030-01-01"}]},
    "a case closed": {"cases": [{"ref": "CASE-101", "status": "closed", "closed_at": "2026-11-22"}]},
    "a case opened again": {"cases": [{"ref": "CASE-102", "status": "open"}]},
    "a new case": {"cases": [{"ref": "CASE-9", "status": "open", "opened_on": "2026-11-01"}]},
    "a new service user": {"service_users": [{"ref": "party_z"}]},
    "safe contact": {"service_users": [{"ref": "party_a", "safe_phone": "07700 900001"}]},
    "a check": {"checks": [{"person": "caseworker_a", "kind": "vetting", "expires_on": "2030-01-01"}]},
    "a partner's agreement": {"partner_organisations": [{"name": "harbour_advice", "agreement_until": "2030-01-01"}]},
    "a record": {"records": [RECORD]},
    "a concern": {"concerns": [{**CONCERN, "raised_by": "dsl"}]},
    "an emergency access": {"emergency_access": [{**EMERGENCY, "person": "manager"}]},
    "an agreement to share": {"express_agreements": [AGREED]},
    "a mediation": {"mediations": [{"ref": "MED-9", "case": "CASE-101", "kind": "informal", "mediator": "mediator"}]},
    "a task": {"tasks": [TASK]},
    "a task done": {"tasks": [{"ref": "T-1", "done_at": "2026-11-20"}]},
}


@pytest.mark.parametrize("given", ADMINISTRATOR.values(), ids=ADMINISTRATOR)
def test_C4_an_administrator_brings_in_nothing_but_what_is_theirs(given: dict[str, Any], take_in_as: Import) -> None:
    outcome = take_in_as("administrator", given)

    assert outcome.faults
    assert not outcome.is_written


MANAGER = {
    "another's signature": ADMINISTRATOR["another's signature"],
    "a longer grant": ADMINISTRATOR["a longer grant"],
    "a wider grant": {"grants": [{"id": "G4", "record_classes": "CLEAR"}]},
    "more than a volunteer's access may cover": {
        "grants": [{**GRANT, "compartments": ["internal"], "capacity": "volunteer", "person": "volunteer"}]
    },
    "a mediator's access for a caseworker": {
        "grants": [{**GRANT, "record_classes": ["mediation_joint_note"], "person": "caseworker_b"}]
    },
    "another's grant moved to a friend": {"grants": [{"id": "G1", "person": "volunteer"}]},
    "a grant said to be of another manager": {"grants": [{**GRANT, "person": "volunteer", "granted_by": "manager2"}]},
    "a grant for one with a tie": {
        "grants": [{**GRANT, "compartments": ["joint"], "capacity": "volunteer", "person": "volunteer_related"}]
    },
    "a grant on a closed case": {
        "grants": [{**GRANT, "case": "CASE-102", "compartments": ["sole:party_b"], "person": "volunteer"}]
    },
    "a mediator who was caseworker": {
        "people": [{"username": "caseworker_a", "roles": ["caseworker", "mediator"]}],
        "mediations": [{"ref": "MED-9", "case": "CASE-101", "kind": "informal", "mediator": "caseworker_a"}],
    },
    "the end of a tie said to be of another": {
        "conflicts_of_interest": [
            {"person": "volunteer_related", "service_user": "party_b", "lifted_at": "2026-11-01", "lifted_by": "dsl"}
        ]
    },
    "a tie taken back": {
        "conflicts_of_interest": [
            {"person": "volunteer_related", "service_user": "party_b", "declared_at": "2026-11-22"}
        ]
    },
    "a record without a grant": {"records": [RECORD]},
    "a record on file guessed at": {"records": [{**RECORD, "id": "N-70", "occurred_at": "2026-11-10T10:00"}]},
    "a concern": {"concerns": [{**CONCERN, "raised_by": "manager"}]},
    "an emergency access": {"emergency_access": [{**EMERGENCY, "person": "deputy_dsl"}]},
    "safe contact without a grant": ADMINISTRATOR["safe contact"],
    "an agreement to share": ADMINISTRATOR["an agreement to share"],
    "a partner's agreement made longer": ADMINISTRATOR["a partner's agreement"],
    "a task done for somebody": ADMINISTRATOR["a task done"],
    "an account switched on": {"people": [{"username": "caseworker_b", "active": True}]},
}


@pytest.mark.parametrize("given", MANAGER.values(), ids=MANAGER)
def test_C5_a_manager_brings_in_nothing_that_no_page_would_let_them_do(
    given: dict[str, Any], take_in: Import, take_in_as: Import
) -> None:
    take_in({"people": [{"username": "caseworker_b", "active": False}]})

    outcome = take_in_as("manager", given)

    assert outcome.faults
    assert not outcome.is_written


def test_a_refused_row_is_told_by_its_number_in_the_policys_words(take_in_as: Import) -> None:
    outcome = take_in_as("administrator", {"people": [NEW], "grants": [{**GRANT, "person": "new.one"}]})

    assert said(outcome).splitlines()[1:] == [
        "grants, row 1: this is refused: their role does not include this (C5). Expected: ask a manager who may do it."
    ]


def test_C4_an_administrator_learns_of_no_case_by_a_file(take_in_as: Import) -> None:
    def answer(ref: str) -> list[str]:
        given = {"cases": [{"ref": ref, "status": "open", "opened_on": "2026-06-01"}], "tasks": [{**TASK, "case": ref}]}
        outcome = take_in_as("administrator", given, dry_run=True)
        assert not outcome.counts
        return said(outcome).splitlines()

    assert answer("CASE-101") == answer("CASE-999")


def test_what_a_manager_grants_by_a_file_is_theirs_and_of_now(take_in_as: Import, on_file: World, store: Store) -> None:
    outcome = take_in_as(
        "manager", {"grants": [{**GRANT, "person": "volunteer", "granted_at": "2026-06-01"}]}, at=LATER
    )

    assert outcome.is_written, said(outcome)
    grant = on_file.one(AccessGrant, id="G-9")
    assert (grant.granted_by, grant.granted_at) == ("manager", LATER)
    told = [one.facts["told"] for one in on_file.events(action=Action.IMPORT_CASELOAD) if "told" in one.facts]
    assert told == [{"grants": {"G-9": {"granted_at": "2026-05-31T23:00:00+00:00"}}}]
    assert not Desk.host(store, now=lambda: AT).decide(Action.READ_RECORD, record="N-70", actor="volunteer").allowed


def test_C6_what_a_file_ends_ends_now_by_its_importer_and_never_again(take_in_as: Import, on_file: World) -> None:
    given = {
        "grants": [{"id": "G1", "revoked_at": "2026-11-01"}],
        "conflicts_of_interest": [
            {"person": "volunteer_related", "service_user": "party_b", "lifted_at": "2026-11-01"}
        ],
        "cases": [{"ref": "CASE-103", "status": "closed", "closed_at": "2026-11-01"}],
    }
    outcome = take_in_as("manager", given, at=LATER)
    assert outcome.is_written, said(outcome)

    again = take_in_as("manager", given, at=datetime(2026, 11, 25, tzinfo=UTC))
    later = take_in_as("manager2", {"grants": [{"id": "G1", "revoked_at": "2030-01-01"}]})

    assert again.changes_nothing, said(again)
    assert later.changes_nothing, said(later)
    grant, tie = on_file.one(AccessGrant, id="G1"), on_file.one(ConflictOfInterest, person="volunteer_related")
    closing = on_file.one(CaseClosure, case_ref="CASE-103")
    assert (grant.revoked_at, grant.ended_at, grant.revoked_by) == (LATER, LATER, "manager")
    assert (tie.lifted_at, tie.lifted_by) == (LATER, "manager")
    assert (closing.closed_at, closing.closed_by) == (LATER, "manager")


def test_a_record_by_a_file_is_its_importers_written_now_of_the_day_it_tells(
    take_in_as: Import, on_file: World
) -> None:
    take_in_as("manager", {"grants": [{**GRANT, "person": "manager2"}]}, at=AT)

    outcome = take_in_as("manager2", {"records": [{**RECORD, "written_at": "2026-06-01"}]}, at=LATER)

    assert outcome.is_written, said(outcome)
    kept = on_file.one(Record, id="N-1")
    assert (kept.written_by, kept.written_at) == ("manager2", LATER)
    assert kept.occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    other = take_in_as("manager2", {"records": [{**RECORD, "id": "N-2", "written_by": "caseworker_a"}]}, at=LATER)
    assert "column written_by: it names somebody else" in said(other)


def test_contact_by_a_file_is_callable_only_as_somebodys_own_word(take_in_as: Import, on_file: World) -> None:
    take_in_as("manager", {"grants": [{**GRANT, "person": "manager2"}]})
    told = {"ref": "party_a", "safe_phone": "020 7946 0001", "post_safe": False}

    def kept() -> tuple[Any, ...]:
        party = on_file.one(ServiceUser, ref="party_a")
        return party.safe_phone, party.voicemail_safe, party.post_safe

    def take(**more: str) -> ImportOutcome:
        outcome = take_in_as("manager2", {"service_users": [told | more]}, at=LATER)
        assert outcome.is_written or outcome.changes_nothing, said(outcome)
        return outcome

    take(voicemail_safe="yes")
    assert kept() == (None, None, False)  # nobody knows whose word it is; what prohibits is in force
    assert take().changes_nothing
    take(contact_told_by="party_b", phone="020 7946 0009")
    assert kept() == (None, None, False)
    take(contact_told_by="party_a")
    assert kept() == ("020 7946 0001", None, False)

    rows = [
        (one.told_by, one.checked_how, one.noted_by, one.noted_at)
        for one in on_file.all(ContactStatement, service_user="party_a")
    ]
    assert rows == [
        (None, None, "manager2", LATER),
        ("party_b", None, "manager2", LATER),
        ("party_a", ContactCheck.OWN_WORD, "manager2", LATER),
    ]


def test_C5_a_check_renewed_by_a_file_is_one_more_and_heals_nothing_before(take_in_as: Import, on_file: World) -> None:
    given = {
        "checks": [{"person": "caseworker_a", "kind": "vetting", "expires_on": "2026-11-01", "blocks_access": True}]
    }
    take_in_as("manager", given)

    take_in_as("manager", {"checks": [{**given["checks"][0], "expires_on": "2030-01-01"}]}, at=LATER)

    held = {(str(c.expires_on), c.recorded_by, c.recorded_at) for c in on_file.all(WorkerCheck, person="caseworker_a")}
    assert held == {("2026-11-02", "manager", AT), ("2030-01-02", "manager", LATER)}  # each the day after its last


def test_roles_by_a_file_hold_from_now_and_never_before(take_in_as: Import, on_file: World) -> None:
    take_in_as("manager", {"people": [{**NEW, "roles": ["caseworker"]}]}, at=LATER)

    assert [(one.role, one.since) for one in on_file.all(PersonRole, person="new.one")] == [("caseworker", LATER)]


def test_a_lead_brings_in_concerns_that_are_theirs_to_lead(take_in_as: Import, take_in: Import) -> None:
    """The lead is no importer by role; whoever is both is."""
    take_in({"people": [{"username": "deputy_dsl", "roles": ["deputy_dsl", "manager"]}]})

    own = take_in_as("deputy_dsl", {"concerns": [{**CONCERN, "raised_by": "deputy_dsl"}]}, at=LATER)
    of_them = take_in_as(
        "deputy_dsl", {"concerns": [{**CONCERN, "id": "K-8", "about": ["deputy_dsl"], "raised_by": "deputy_dsl"}]}
    )

    on_file = [take_in_as("deputy_dsl", {"concerns": [{"id": "K-1", **more}]}) for more in ({}, {"severity": "low"})]

    assert own.is_written, said(own)
    assert of_them.faults == on_file[0].faults == on_file[1].faults != ()


def test_C2_a_username_tells_nobody_whether_a_reference_is_on_file(take_in: Import, take_in_as: Import) -> None:
    take_in({"service_users": [{"ref": "SU-7F3K2Q"}]})

    told = [
        take_in_as("administrator", {"people": [{**NEW, "username": ref}]}).faults for ref in ("SU-7F3K2Q", "SU-999999")
    ]

    assert told[0] == told[1] != ()


@pytest.fixture
def _with_password(store: Store) -> None:
    set_password(Desk.host(store), "caseworker_a", "violet tractor ledger")


@pytest.mark.usefixtures("_with_password")
def test_C5_a_changed_address_is_told_to_the_old_one_and_bars_its_changer_from_inviting(
    take_in_as: Import, store: Store, office: PostOffice
) -> None:
    """Change somebody's address, invite them anew, and be them: each of the two is stopped, or seen."""
    take_in_as("administrator", {"people": [{"username": "caseworker_a", "email": "evil@example.org"}]})
    send_at_once(Desk.host(store))

    assert office.to == ["owner@example.org"]
    with pytest.raises(Refused, match="by a file that this person imported"):
        invite_again(Desk(store, "administrator"), "caseworker_a")
    world = World(store)
    [told] = world.events(action=Action.IMPORT_CASELOAD, subject="caseworker_a")
    assert (told.actor, told.facts["columns"]) == ("administrator", ["email"])
    assert world.one(Mail).kind is MailKind.SIGN_IN_CHANGED


@pytest.mark.usefixtures("_with_password")
def test_C5_each_old_address_is_told_also_while_the_mail_to_another_waits(
    take_in_as: Import, store: Store, office: PostOffice
) -> None:
    for address in ("next@example.org", "evil@example.org"):
        take_in_as("administrator", {"people": [{"username": "caseworker_a", "email": address}]})
    send_at_once(Desk.host(store))

    assert sorted(office.to) == ["next@example.org", "owner@example.org"]


def test_C5_two_who_act_for_each_other_are_seen(take_in_as: Import, store: Store, office: PostOffice) -> None:
    take_in_as("administrator", {"people": [NEW]})

    invite_again(Desk(store, "administrator2"), "new.one")

    world = World(store)
    acts = [(one.actor, str(one.action)) for one in world.events(subject="new.one")]
    assert acts == [("administrator", "import_caseload"), ("administrator2", "invite")]
    assert world.all(AccessGrant, person="new.one") == []


def test_C5_two_who_act_for_each_other_become_nobody_by_a_changed_address(
    take_in_as: Import, store: Store, office: PostOffice
) -> None:
    """One gives a caseworker another address by a file, the other sends the invitation there."""
    take_in_as("administrator", {"people": [{"username": "caseworker_a", "email": "evil@example.org"}]})

    with pytest.raises(Refused, match="a file changed their address"):
        invite_again(Desk(store, "administrator2"), "caseworker_a")

    send_at_once(Desk.host(store))
    assert "evil@example.org" not in office.to
    assert invite_again(Desk.host(store), "caseworker_a")


def test_the_host_names_nobody_else_once_a_family_is_on_file(take_in: Import, on_file: World) -> None:
    for table, one in (
        ("grants", {**GRANT, "person": "volunteer", "granted_by": "manager"}),
        ("signatures", {"person": "dsl", "kind": "staff", "version": "2", "signed_at": "2026-11-20T09:00"}),
        ("records", {**RECORD, "written_by": "caseworker_a"}),
    ):
        assert take_in({table: [one]}).faults
    assert len(on_file.all(Signature, person="dsl")) == 1


def test_the_rows_are_decided_in_batches_however_many_they_are(take_in_as: Import, store: Store) -> None:
    def asked(count: int) -> int:
        given = {
            "cases": [
                {"ref": f"C-{n}", "status": "open", "opened_on": "2026-11-01", "parties": ["party_a"]}
                for n in range(count)
            ],
            "grants": [{**GRANT, "id": f"G-{n}", "case": f"C-{n}", "person": "volunteer"} for n in range(count)],
        }
        statements: list[str] = []
        listen = lambda *told: statements.append(told[2])  # noqa: E731
        event.listen(store.engine, "before_cursor_execute", listen)
        assert not take_in_as("manager", given, dry_run=True).faults
        event.remove(store.engine, "before_cursor_execute", listen)
        return len(statements)

    assert asked(300) == asked(3)


def test_what_is_left_of_a_person_who_came_back_is_for_an_administrator(
    take_in: Import, take_in_as: Import, on_file: World
) -> None:
    take_in({"people": [{"username": "caseworker_b", "active": False}]})

    assert take_in_as("administrator", {"people": [{"username": "caseworker_b", "active": True}]}).is_written
    assert on_file.one(Person, username="caseworker_b").left_at is None
    assert on_file.count(Task) == 1
