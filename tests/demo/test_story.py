"""The demo tells its story through the commands, once, and shows something of everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import distinct, func, select

from okf.caseload.queries.figures import figure_sets
from okf.clock import london_date, working_day_after
from okf.demo import seed, seed_demo, sign_ins, story
from okf.demo.play import Stage
from okf.desk import Desk
from okf.errors import Misconfigured
from okf.people.commands.passwords import matches
from okf.policy.standing import standing
from okf.proof.queries.assurance import assure
from okf.settings import Settings
from okf.store import audit, facts
from okf.store.engine import Store, open_store
from okf.store.models import (
    AccessGrant,
    Case,
    CaseClosure,
    Concern,
    ConcernAbout,
    ConflictOfInterest,
    Credential,
    DigestChoice,
    EmergencyAccess,
    ExpressAgreement,
    Person,
    Record,
    ServiceUser,
    Task,
)
from okf.terms import Action, CaseStatus, ConcernStatus, RecordClass, Severity, Standing
from okf.terms.caseload import FigureStatus
from tests.demo.conftest import AT, settings_at

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Demo:
    settings: Settings
    store: Store


@pytest.fixture(scope="module")
def demo(seeded: Callable[[], Settings]) -> Iterator[Demo]:
    settings = seeded()
    store = open_store(settings)
    yield Demo(settings, store)
    store.close()


def test_120_families_stand_in_every_status_and_one_case_was_reopened(demo: Demo) -> None:
    with demo.store.reading() as session:
        statuses = Counter(session.scalars(select(Case.status)))
        reopened = session.scalars(select(CaseClosure).where(CaseClosure.reopened_at.is_not(None))).all()

    assert sum(statuses.values()) == 120
    assert set(statuses) == set(CaseStatus)
    assert len(reopened) == 1


def test_the_audit_record_is_whole_and_tells_of_every_case_in_the_order_of_time(demo: Demo) -> None:
    with demo.store.reading() as session:
        events = session.execute(
            select(audit.AuditEvent.at, audit.AuditEvent.action).order_by(audit.AuditEvent.seq)
        ).all()
        verdict = audit.verify(session)

    assert verdict.whole
    assert sum(event.action is Action.OPEN_NEW_CASE for event in events) == 120
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_concerns_of_every_severity_and_state_are_there_one_about_a_worker_and_one_about_the_lead(demo: Demo) -> None:
    with demo.store.reading() as session:
        concerns = session.execute(select(Concern.severity, Concern.status, Concern.due_at, Concern.ended_at)).all()
        workers = set(session.scalars(select(ConcernAbout.person).where(ConcernAbout.person.is_not(None))))

    assert {concern.severity for concern in concerns} == set(Severity)
    assert {concern.status for concern in concerns} == set(ConcernStatus)
    assert any(concern.due_at < AT and concern.ended_at is None for concern in concerns)
    assert workers == {"volunteer2", "dsl"}


def test_people_of_every_capacity_stand_in_every_way_to_their_agreement(demo: Demo) -> None:
    with demo.store.reading() as session:
        people = facts.people(session, session.scalars(select(Person.username)))
        versions, settings = facts.agreements(session), facts.policy_settings(session, AT)

    stands = {
        username: standing(person.capacity, person.signatures, versions[person.capacity], settings, AT).at(AT)
        for username, person in people.items()
    }
    assert 24 <= len(people) <= 30
    assert stands["volunteer.unsigned"] is Standing.NEVER_SIGNED
    assert stands["caseworker.overdue"] is stands["therapist2"] is Standing.OVERDUE
    assert stands["volunteer.due"] is Standing.RESIGN_DUE
    assert Counter(stands.values())[Standing.CURRENT] > 15
    assert sum(len(held) > 1 for held in versions.values()) == 3


def test_those_who_should_see_no_case_see_none(demo: Demo) -> None:
    for username in ("volunteer.unsigned", "caseworker.overdue", "caseworker.left", "therapist2", "partner.ended"):
        with demo.store.reading() as session:
            granted = session.scalars(
                select(AccessGrant.case_ref).where(AccessGrant.person == username).distinct()
            ).all()
        desk = Desk(demo.store, username, now=lambda: AT)
        assert granted
        assert not any(desk.decide(Action.LIST_CASE, ref).allowed for ref in granted), username


def test_something_is_due_today_overdue_and_this_week_whatever_day_it_is(demo: Demo) -> None:
    today = london_date(AT)
    with demo.store.reading() as session:
        due = session.scalars(select(Task.due_on).where(Task.done_at.is_(None))).all()
        ends = session.scalars(select(AccessGrant.until).where(AccessGrant.ended_at.is_(None))).all()
        since = session.scalars(select(Case.unallocated_since).where(Case.unallocated_since.is_not(None))).all()
        waiting = session.scalars(select(EmergencyAccess.opened_at).where(EmergencyAccess.reviewed_at.is_(None))).all()

    assert today in due
    assert min(due) < today < max(due)
    assert any(end and AT < end < AT + timedelta(days=7) for end in ends)
    assert any(working_day_after(day, 2) < today for day in since)
    assert len(waiting) == 1


def test_two_parties_of_one_mediation_have_different_caseworkers(demo: Demo) -> None:
    with demo.store.reading() as session:
        leads = session.execute(
            select(func.count(distinct(AccessGrant.person)))
            .join(Record, Record.case_ref == AccessGrant.case_ref)
            .where(Record.record_class == RecordClass.MEDIATION_PRIVATE_NOTE, AccessGrant.lead_for.is_not(None))
        ).scalar_one()
        classes = set(session.scalars(select(Record.record_class)))
        conflicts = session.scalars(select(ConflictOfInterest.person)).all()
        agreements = session.scalars(select(ExpressAgreement.id)).all()
        safe = session.scalars(select(ServiceUser.code_word).where(ServiceUser.code_word.is_not(None))).all()

    assert leads == 2
    assert classes == set(RecordClass)
    assert conflicts == ["volunteer.conflict"]
    assert len(agreements) == 2
    assert len(safe) >= 3


def test_figures_are_filed_and_others_wait_and_a_manager_has_the_digest(demo: Demo) -> None:
    sets = figure_sets(Desk(demo.store, "trustee", now=lambda: AT))
    with demo.store.reading() as session:
        digests = session.scalars(select(DigestChoice.person)).all()

    assert [one.status for one in sets] == [FigureStatus.DRAFT, FigureStatus.FILED]
    assert digests == ["manager2"]


def test_every_sign_in_that_is_printed_works(demo: Demo) -> None:
    printed = sign_ins()
    with demo.store.reading() as session:
        hashes = dict(session.execute(select(Credential.person, Credential.password_hash)).all())
        people = set(session.scalars(select(Person.username)))

    assert set(hashes) == people
    assert all(f"{username} " in printed for username in people)
    assert story.PASSWORD in printed
    assert matches(hashes["caseworker"], story.PASSWORD)


def test_a_second_start_keeps_what_was_entered(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    Desk(demo.store, "manager").note_event(Action.ASK_WHY, did="entered")

    seed_demo(demo.settings)

    with demo.store.reading() as session:
        assert session.scalars(select(audit.AuditEvent.facts)).all()[-1] == {"did": "entered"}
    assert "2026-11-20" in capsys.readouterr().err
    assert not list(Path(demo.settings.database_url.removeprefix("sqlcipher:///")).parent.glob("*.unfinished*"))


def test_a_start_that_is_killed_leaves_no_demo_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Stage, "do_join", killed)

    with pytest.raises(KeyboardInterrupt):
        seed_demo(settings_at(tmp_path), at=AT)

    assert not (tmp_path / "data" / "demo.db").exists()


def test_a_database_that_is_not_the_demo_is_left_alone(tmp_path: Path) -> None:
    from okf.store.schema import migrate

    settings = settings_at(tmp_path)
    store = open_store(settings)
    migrate(store)
    store.close()

    with pytest.raises(Misconfigured, match="not the demo"):
        seed_demo(settings)


def test_the_story_is_the_same_at_every_making() -> None:
    def drawn() -> list[str]:
        return [repr(step) for step in story.steps(story.told(), story.drawn(seed.random.Random(seed.SEED)), AT)]

    assert drawn() == drawn()


def test_the_promise_is_broken_nowhere_in_the_demo(demo: Demo) -> None:
    assurance = assure(Desk.host(demo.store, now=lambda: AT))

    assert not assurance.broken, "\n".join(assurance.in_words())
