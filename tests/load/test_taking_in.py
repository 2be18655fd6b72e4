"""A caseload goes in whole or not at all, and a second time changes nothing."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from okf.clock import start_of
from okf.load.columns import TABLES
from okf.load.faults import Unreadable
from okf.load.files import read_tables
from okf.proof.rehearse.play import load_world
from okf.store import audit
from okf.store.engine import Store
from okf.store.models import (
    AccessGrant,
    AgreementStanding,
    AgreementVersion,
    AuditEvent,
    Base,
    Case,
    CaseChild,
    CaseClosure,
    CaseParty,
    Concern,
    ConcernAbout,
    ExpressAgreement,
    Person,
    PersonRole,
    PolicySetting,
    Record,
    RecordSubject,
    ServiceUser,
    Signature,
    Task,
    WorkerCheck,
)
from okf.terms import Action, Outcome, Severity
from tests.load.conftest import AT, WORLD, Caseload, Import, row, said
from tests.world import World

WRITTEN: list[type[Base]] = [
    *(spec.model for spec in TABLES.values()),
    *(AgreementStanding, CaseChild, CaseClosure, CaseParty, ConcernAbout, PersonRole, RecordSubject),
]


def rows(store: Store) -> dict[str, list[str]]:
    """Everything on file that an import may write, but the audit record."""
    with store.reading() as session:
        tables = [model.__table__ for model in WRITTEN]
        return {table.name: sorted(map(str, session.execute(select(table)))) for table in tables}


@pytest.mark.both_databases
def test_the_rehearsals_world_goes_in_whole(caseload: Caseload, take_in: Import, store: Store) -> None:
    outcome = take_in(caseload)

    assert outcome.is_written, said(outcome)
    assert {count.table: count.new for count in outcome.counts} == {name: len(rows_) for name, rows_ in WORLD.items()}
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Record)) == len(WORLD["records"])


@pytest.mark.both_databases
def test_the_same_caseload_again_changes_nothing_and_says_so(caseload: Caseload, take_in: Import, store: Store) -> None:
    take_in(caseload)
    before = rows(store)

    outcome = take_in(caseload, at=datetime(2026, 11, 24, 9, tzinfo=UTC))

    assert outcome.changes_nothing
    assert not outcome.is_written
    assert said(outcome).endswith("Everything is on file already; nothing changed.")
    assert rows(store) == before


def test_a_fault_in_the_last_row_keeps_every_other_row_out(caseload: Caseload, take_in: Import, store: Store) -> None:
    before = rows(store)
    caseload["records"][-1]["case"] = "CASE-999"

    outcome = take_in(caseload)

    assert len(outcome.faults) == 2, said(outcome)  # nothing has this reference, and its mediation is on another case
    assert rows(store) == before


def test_a_break_at_the_last_write_undoes_the_others(
    caseload: Caseload, take_in: Import, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows(store)

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("okf.store.audit.append", broken)
    with pytest.raises(RuntimeError):
        take_in(caseload)

    assert rows(store) == before


def test_faults_of_every_table_are_told_in_one_run(caseload: Caseload, take_in: Import) -> None:
    caseload["people"][0]["capacity"] = "wizard"
    caseload["cases"][0]["opened_on"] = "1 June"
    caseload["grants"][0]["person"] = "nobody_here"
    caseload["records"] += [{**caseload["records"][0], "id": f"M-{n}", "occurred_at": "yesterday"} for n in range(1000)]

    outcome = take_in(caseload)

    assert len(outcome.faults) == 1003
    assert "... and 503 more faults." in said(outcome)


def test_a_row_that_is_on_file_changes_only_in_the_columns_that_are_given(
    caseload: Caseload, take_in: Import, on_file: World
) -> None:
    own = {"ref": "party_a", "contact_told_by": "party_a"}
    row(caseload, "service_users", ref="party_a").update(own, name="Alma Invented", phone="07700 900001")
    take_in(caseload)

    outcome = take_in({"service_users": [own | {"phone": "07700 900002"}]})

    assert [(c.new, c.changed, c.unchanged) for c in outcome.counts] == [(0, 1, 0)]
    kept = on_file.one(ServiceUser, ref="party_a")
    assert (kept.name, kept.phone) == ("Alma Invented", "07700 900002")


def test_an_empty_cell_says_nothing_and_the_word_for_it_erases(
    caseload: Caseload, take_in: Import, on_file: World
) -> None:
    row(caseload, "service_users", ref="party_a").update(do_not_contact_by="post", post_safe=False)
    take_in(caseload)

    take_in({"service_users": [{"ref": "party_a", "do_not_contact_by": "", "post_safe": None}]})
    take_in({"people": [{"username": "caseworker_a", "team": "North"}]})
    take_in({"cases": [{"ref": "CASE-101", "children": []}], "people": [{"username": "caseworker_a", "team": "CLEAR"}]})

    kept = on_file.one(ServiceUser, ref="party_a")
    assert (kept.do_not_contact_by, kept.post_safe) == ("post", False)
    assert [child.service_user for child in on_file.all(CaseChild, case_ref="CASE-101")] == ["child_c"]
    assert on_file.one(Person, username="caseworker_a").team is None


@pytest.mark.parametrize(
    "given, told",
    [
        ({"grants": [{"id": "G8", "ended_at": "CLEAR"}]}, "column ended_at: this can't be cleared: what has ended"),
        ({"grants": [{"id": "G1", "capacity": "CLEAR"}]}, "column capacity: this can't be cleared: every row has one"),
        ({"cases": [{"ref": "CASE-101", "status": "Clear"}]}, "column status: 'Clear' is not known"),
    ],
)
def test_what_has_ended_and_what_every_row_has_is_never_cleared(
    given: Caseload, told: str, caseload: Caseload, take_in: Import
) -> None:
    take_in(caseload)

    outcome = take_in(given)

    assert told in said(outcome)
    assert not outcome.is_written


def test_every_cell_that_changes_is_shown_old_and_new_before_it_does(caseload: Caseload, take_in: Import) -> None:
    row(caseload, "service_users", ref="party_a").update(name="Alma", do_not_contact_by="post", post_safe=False)
    take_in(caseload)
    changed = {
        "service_users": [
            {"ref": "party_a", "name": "Alma Bell", "do_not_contact_by": "CLEAR", "post_safe": "yes"},
            {"ref": "party_new", "name": "Somebody New"},
        ]
    }

    told = said(take_in(changed, dry_run=True))

    assert "service_users, row 1, column do_not_contact_by: post -> nothing" in told
    assert "service_users, row 1, column name: Alma -> Alma Bell" in told
    assert "service_users, row 1, column post_safe: no -> yes" in told
    assert "Somebody New" not in told
    assert "post" not in said(take_in(changed))


def test_a_preview_counts_and_writes_nothing_but_that_it_was_asked(
    caseload: Caseload, take_in: Import, store: Store
) -> None:
    before = rows(store)

    outcome = take_in(caseload, dry_run=True)

    assert "This is what would change; nothing was written." in said(outcome)
    assert rows(store) == before
    with store.reading() as session:
        event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.outcome) == (Action.LOAD_CASELOAD, Outcome.ALLOW)
    assert event.facts["did"] == "import previewed"


def test_an_import_is_on_the_record_with_counts_and_no_words(caseload: Caseload, take_in: Import, store: Store) -> None:
    row(caseload, "service_users", ref="party_a")["name"] = "Zebedee Quince"
    caseload["records"][0]["text"] = "She said the words in confidence"

    take_in(caseload)

    with store.reading() as session:
        events = session.scalars(select(AuditEvent)).all()
        assert audit.verify(session).whole
    (counted,) = [event for event in events if event.facts["did"] == "caseload imported"]
    assert counted.facts["new"]["records"] == 10
    assert not [event for event in events if "Zebedee" in str(event.facts) or "confidence" in str(event.facts)]


def test_progress_is_told_from_beginning_to_end(caseload: Caseload, take_in: Import) -> None:
    steps: list[tuple[int, int]] = []

    take_in(caseload, progress=lambda done, of: steps.append((done, of)))

    assert all(done <= of for done, of in steps)
    assert steps[-1][0] == steps[-1][1]


def test_dates_begin_and_times_stand_in_london(caseload: Caseload, take_in: Import, on_file: World) -> None:
    take_in(caseload)

    grant = on_file.one(AccessGrant, id="G4")
    assert grant.from_ == datetime(2026, 9, 13, 23, tzinfo=UTC)
    assert grant.until == datetime(2026, 12, 19, 0, tzinfo=UTC)
    assert on_file.one(Record, id="N-74").occurred_at == datetime(2026, 10, 1, 9, tzinfo=UTC)


def test_the_lead_of_a_side_is_the_caseworker_whose_grant_covers_it_alone(
    caseload: Caseload, take_in: Import, on_file: World
) -> None:
    take_in(caseload)

    leads = {grant.id: grant.lead_for for grant in on_file.all(AccessGrant)}
    assert {key: lead for key, lead in leads.items() if lead} == {"G1": "party_a", "G2": "party_b", "G7": "party_b"}
    assert on_file.one(Case, ref="CASE-101").unallocated_since is None
    assert on_file.one(Case, ref="CASE-103").unallocated_since == date(2026, 8, 10)


def test_what_a_file_leaves_unsaid_is_filled_in_and_marked(caseload: Caseload, take_in: Import, on_file: World) -> None:
    take_in(caseload)

    assert on_file.one(Person, username="manager").name == "manager"
    version = on_file.one(AgreementVersion, kind="staff", version="2")
    assert "SAMPLE" in version.text[:40]
    assert version.text_sha256 == hashlib.sha256(version.text.encode()).hexdigest()
    assert on_file.one(AgreementStanding, person="volunteer_unsigned").version is None


def test_a_roles_row_begins_always_for_a_new_person_and_now_for_one_on_file(
    caseload: Caseload, take_in: Import, on_file: World
) -> None:
    take_in(caseload)

    take_in({"people": [{"username": "caseworker_a", "roles": ["mediator"]}]})

    held = {(r.role, r.since, r.until) for r in on_file.all(PersonRole) if r.person == "caseworker_a"}
    assert held == {("caseworker", None, AT), ("mediator", AT, None)}


def test_settings_hold_always_at_first_and_from_the_import_later(
    caseload: Caseload, take_in: Import, on_file: World
) -> None:
    take_in(caseload)

    take_in({"settings": {"wind_down_days": 7, "small_cell": 5}})

    held = {(one.value["is"], one.holds_from) for one in on_file.all(PolicySetting) if one.name == "wind_down_days"}
    assert held == {(0, None), (7, AT)}
    assert len([one for one in on_file.all(PolicySetting) if one.name == "small_cell"]) == 1


def test_a_signature_of_another_day_is_one_more(caseload: Caseload, take_in: Import, on_file: World) -> None:
    caseload["signatures"].append({"person": "dsl", "kind": "staff", "version": 2, "signed_at": "2026-11-20T09:00"})

    take_in(caseload)

    assert len([one for one in on_file.all(Signature) if one.person == "dsl"]) == 2


def test_versions_are_text_whether_quoted_or_not(take_in: Import, tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    path.write_text(
        "people:\n  - {username: therapist, capacity: therapist}\n"
        "agreements:\n  - {kind: therapist, version: 1.10, effective_on: 2026-11-01, change: minor}\n"
        "signatures:\n  - {person: therapist, kind: therapist, version: 1.10, signed_at: 2026-11-02 09:00}\n"
    )

    assert take_in(read_tables(path)).is_written


def test_every_other_table_goes_in_and_stays_as_it_is(caseload: Caseload, take_in: Import, on_file: World) -> None:
    caseload |= {
        "concerns": [
            {
                "id": "K-1",
                "case": "CASE-101",
                "about": ["child_c", "volunteer"],
                "severity": "medium",
                "raised_by": "caseworker_b",
                "raised_at": "2026-11-20T10:00",
                "account": "What was said",
            },
            {
                "id": "K-2",
                "about": ["party_a"],
                "severity": "low",
                "status": "closed",
                "raised_by": "dsl",
                "raised_at": "2026-10-01T10:00",
            },
        ],
        "emergency_access": [
            {"id": "X-1", "person": "deputy_dsl", "case": "CASE-101", "opened_at": "2026-11-21T20:00", "reason": "call"}
        ],
        "express_agreements": [
            {
                "id": "E-1",
                "source": "party_a",
                "records": ["N-70"],
                "given_at": "2026-11-20",
                "recipient": {"type": "lawyer", "acts_for": "party_a", "verified": True},
            }
        ],
        "checks": [{"person": "volunteer", "kind": "vetting", "expires_on": "2027-01-01", "blocks_access": True}],
        "tasks": [{"ref": "T-1", "case": "CASE-101", "text": "Call", "assigned_to": "dsl", "due_on": "2026-12-01"}],
    }

    first, again = take_in(caseload), take_in(caseload)

    assert first.is_written, said(first)
    assert again.changes_nothing, said(again)
    concern = on_file.one(Concern, ref="K-1")
    assert (concern.severity, concern.due_at) == (Severity.MEDIUM, start_of(date(2026, 11, 24)))
    assert on_file.one(Concern, ref="K-2").ended_at == AT
    about = {(one.service_user, one.person) for one in on_file.all(ConcernAbout) if one.concern_ref == "K-1"}
    assert about == {("child_c", None), (None, "volunteer")}
    assert on_file.one(ExpressAgreement, id="E-1").recipient == {
        "type": "lawyer",
        "acts_for": "party_a",
        "verified": True,
    }
    assert on_file.one(WorkerCheck, person="volunteer").blocks_access
    assert on_file.one(Task, ref="T-1").done_at is None


@pytest.mark.one_database
def test_C9_whom_the_words_of_a_concern_may_mean_is_barred_from_it_but_not_who_worked_on_it(
    caseload: Caseload, take_in: Import, on_file: World
) -> None:
    row(caseload, "people", username="dsl")["name"] = "Dana Hale"
    row(caseload, "people", username="deputy_dsl")["name"] = "Dev Uty"
    told = {"severity": "medium", "raised_by": "caseworker_b", "raised_at": "2026-11-20T10:00"}
    named, theirs = told | {"account": "It was Dana."}, told | {"lead": "dsl", "account": "I told Dana."}
    role = {"account": "The DSL looked on.", "about": ["caseworker_a"]}
    caseload["concerns"] = [
        {"id": "K-1", **named},
        {"id": "K-2", **theirs},
        {"id": "K-3", **told, **role},
        {"id": "K-4", **told, "account": "The DSL came."},
    ]

    first, again = take_in(caseload), take_in(caseload)

    assert first.is_written, said(first)
    assert again.changes_nothing, said(again)
    assert not on_file.may("dsl", Action.READ_CONCERN, concern="K-1")
    assert on_file.may("deputy_dsl", Action.TRIAGE_CONCERN, concern="K-1")
    assert on_file.may("dsl", Action.READ_CONCERN, concern="K-2")
    assert not on_file.may("dsl", Action.READ_CONCERN, concern="K-3")
    assert on_file.may("dsl", Action.READ_CONCERN, concern="K-4")
    assert [on_file.one(Concern, ref=ref).sealed for ref in ("K-1", "K-2", "K-3")] == [True, None, True]  # type: ignore[union-attr]
    assert [one.concern_ref for one in on_file.all(ConcernAbout) if one.doubt] == ["K-1", "K-3"]


@pytest.mark.one_database
def test_a_faulty_world_is_told_of_and_not_played(store: Store, caseload: Caseload) -> None:
    caseload["grants"][0]["person"] = "nobody_here"

    with pytest.raises(Unreadable, match="grants, row 1, column person: nothing in people is called 'nobody_here'"):
        load_world(store, caseload, AT)
