"""What somebody must act on: at nothing while all is well, and told once it is not."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from okf.cases.commands.access_routes import open_emergency_access, review_emergency_access
from okf.cases.commands.cases import close_case
from okf.cases.commands.grants import confirm_grant, confirm_grants
from okf.errors import Conflict, Refused
from okf.policy.clauses import Clause
from okf.proof.queries.assurance import Promise, State, promise_now
from okf.proof.queries.assurance.checks import CHECKS
from okf.proof.queries.assurance.findings import Kind
from okf.proof.queries.assurance.ledger import Ledger
from okf.safeguarding.commands.absences import enter_absence
from okf.safeguarding.commands.referrals import note_lado
from okf.store.models import AccessGrant, AuditEvent
from okf.terms import Capacity, CheckKind, ConcernStatus, Role
from tests.cases.test_confirming import shown
from tests.proof.charity import CASE, OTHER_CASE, Charity, state_of

pytestmark = pytest.mark.both_databases

WAITING = [check.key for check in CHECKS if check.kind is Kind.ATTENTION and check.key != "proof_due"]


def test_an_untouched_charity_waits_for_nobody_but_the_missing_lead_caseworkers(okf: Charity) -> None:
    assert {key: okf.found(key).count for key in WAITING} == dict.fromkeys(WAITING, 0)


def test_C7_a_live_access_without_a_signature_needs_attention_and_breaks_nothing(okf: Charity) -> None:
    grant = okf.world.grant("volunteer", CASE)
    okf.account_for_everything()

    assured = okf.assured()

    found = okf.found("grants_suspended")
    assert (found.count, found.behind[0].ref) == (1, grant)
    assert "suspended until volunteer signs the volunteer agreement" in found.behind[0].what
    assert (assured.broken, state_of(assured, "C7")) == ((), State.ATTENTION)


def test_C7_as_it_stood_before_the_signature(okf: Charity) -> None:
    okf.world.later(days=3)
    long_before = okf.world.now - timedelta(days=3, minutes=3)

    assert okf.found("grants_suspended").count == 0
    assert okf.found("grants_suspended", as_at=long_before).count == 3


def test_C3_a_case_without_a_lead_caseworker(okf: Charity) -> None:
    okf.world.end_grant(okf.grant)

    found = okf.found("cases_unallocated")

    assert (found.count, found.behind[0].case_ref) == (1, OTHER_CASE)


def test_C5_accesses_that_nobody_looked_at_again(okf: Charity) -> None:
    okf.world.later(days=91)
    assert okf.found("grants_unconfirmed").count == 3

    confirm_grants(okf.world.desk("manager"), [shown(okf.world, one.id) for one in okf.world.all(AccessGrant)])

    assert okf.found("grants_unconfirmed").count == 0
    okf.world.later(days=91)
    assert okf.found("grants_unconfirmed").count == 3


def test_C5_nobody_confirms_their_own_access_or_an_ended_one(okf: Charity) -> None:
    own, held = okf.world.grant("manager", CASE), shown(okf.world, okf.grant)

    with pytest.raises(Refused):
        confirm_grant(okf.world.desk("manager"), shown(okf.world, own))
    with pytest.raises(Refused):
        confirm_grant(okf.world.desk("trustee"), held)
    okf.world.end_grant(okf.grant)
    with pytest.raises(Conflict):
        confirm_grant(okf.world.desk("manager"), held)


def test_C9_an_emergency_access_waits_for_its_review(okf: Charity) -> None:
    opened = open_emergency_access(okf.world.desk("dsl"), CASE, reason="a neighbour rang and was frightened")
    found = okf.found("emergencies_unreviewed")
    assert (found.count, found.behind[0].ref) == (1, opened)
    assert "a review is due by" in found.behind[0].what
    okf.world.later(days=3)
    assert "a review was due by" in okf.found("emergencies_unreviewed").behind[0].what

    review_emergency_access(okf.world.desk("manager"), opened, justified=True, finding="It was needed.")

    assert okf.found("emergencies_unreviewed").count == 0
    assert okf.found("emergencies_unreviewed", as_at=okf.world.now - timedelta(hours=1)).count == 1


def test_C9_concerns_past_their_clock_and_past_their_review(okf: Charity) -> None:
    world = okf.world
    late = world.now - timedelta(hours=1)
    world.concern(CASE, "K-1", due_at=late)
    world.concern(CASE, "K-2", due_at=late, triaged_at=late, status=ConcernStatus.MONITORING)
    world.concern(CASE, "K-3", due_at=world.now + timedelta(hours=1))
    okf.account_for_everything()

    assert [one.ref for one in okf.found("concerns_past_their_clock").behind] == ["K-1"]
    assert [one.ref for one in okf.found("concern_reviews_past").behind] == ["K-2"]


def test_C7_a_partner_organisation_whose_agreement_runs_out(okf: Charity) -> None:
    world = okf.world
    world.person("partner", capacity=Capacity.ALLIED_PARTNER)
    world.organisation("harbour_advice", until=date(2026, 12, 23))

    assert okf.found("partner_agreements_lapsing").count == 1

    world.organisation("harbour_advice", until=date(2026, 12, 24))
    assert okf.found("partner_agreements_lapsing").count == 0


def test_C5_a_check_that_runs_out_unless_it_was_renewed(okf: Charity) -> None:
    world = okf.world
    world.check("caseworker", date(2026, 12, 1))
    assert "vetting holds to the end of 30 Nov 2026" in okf.found("worker_checks_lapsing").behind[0].what
    world.check("caseworker", date(2027, 12, 1), kind=CheckKind.TRAINING)
    assert okf.found("worker_checks_lapsing").count == 1

    world.check("caseworker", date(2027, 12, 1))

    assert okf.found("worker_checks_lapsing").count == 0


def test_C15_a_leaver_who_still_holds_an_access(okf: Charity) -> None:
    okf.world.leave("caseworker")

    found = okf.found("leavers_let_in")

    assert found.count == 3
    assert "caseworker left and still holds access" in found.behind[0].what
    bound = okf.found("people_bound")
    assert (bound.count, bound.figures) == (5, {"still working with OKF": 4, "left": 1})


def test_C15_a_case_kept_too_long(okf: Charity) -> None:
    okf.world.service_user("child_c", date_of_birth=date(2012, 5, 1))
    close_case(okf.world.desk("manager"), CASE, reason="Settled in.")
    close_case(okf.world.desk("manager"), OTHER_CASE, reason="Settled in.")
    okf.world.later(days=6 * 365)
    assert okf.found("kept_too_long").count == 0
    okf.world.later(days=4)

    found = okf.found("kept_too_long")

    assert [one.case_ref for one in found.behind] == [CASE, OTHER_CASE]


def test_C14_a_refusal_for_want_of_an_undertaking_breaks_the_promise(okf: Charity) -> None:
    from okf.store import audit
    from okf.terms import Action, Outcome

    assert okf.found("help_refused_for_undertaking").count == 0
    with okf.world.store.writing() as session:
        audit.append(
            session, at=okf.world.now, actor="caseworker", action=Action.ADD_TASK, outcome=Outcome.DENY, clauses=["C14"]
        )

    assert okf.found("help_refused_for_undertaking").state is State.BROKEN


def test_C1_the_commitment_itself_changed(okf: Charity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okf.proof.queries.assurance.texts.fingerprint", lambda: "another")

    assert okf.found("commitment_changed").state is State.BROKEN


def test_the_promise_is_shown_to_everyone_and_its_figures_to_those_who_may(okf: Charity) -> None:
    okf.world.grant("volunteer", CASE)
    okf.account_for_everything()

    to_manager = promise_now(okf.world.desk("manager"))
    to_volunteer = promise_now(okf.world.desk("volunteer"))

    assert lines(to_manager, "C7") == lines(to_manager, "C7")
    assert to_manager.clauses[Clause.C7][0] is to_volunteer.clauses[Clause.C7][0] is State.ATTENTION
    assert any("One live access is suspended" in line for line in lines(to_manager, "C7"))
    assert not any("One live access" in line for line in lines(to_volunteer, "C7"))
    assert "Somebody is to act on something here; managers and leads see what." in lines(to_volunteer, "C7")
    assert all(line.behind == () and line.figures is None for _, of in to_volunteer.clauses.values() for line in of)
    assert to_volunteer.head is None


def lines(promise: Promise, name: str) -> list[str]:
    """The sentences of one clause."""
    return [line.sentence for line in promise.clauses[Clause[name]][1]]


def test_C9_a_manager_sees_that_concerns_wait_and_not_which(okf: Charity) -> None:
    okf.world.concern(CASE, "K-1", due_at=okf.world.now - timedelta(hours=1))

    rows = {
        who: [one.ref for line in promise_now(okf.world.desk(who)).clauses[Clause.C9][1] for one in line.behind]
        for who in ("manager", "dsl")
    }

    assert rows == {"manager": [], "dsl": ["K-1"]}


def test_C9_a_concern_about_the_viewer_is_not_even_counted(okf: Charity) -> None:
    okf.world.concern(CASE, "K-1", due_at=okf.world.now - timedelta(hours=1), about_people=["manager"])

    assert promise_now(okf.world.desk("manager")).clauses[Clause.C9][0] is State.KEPT
    assert promise_now(okf.world.desk("dsl")).clauses[Clause.C9][0] is State.ATTENTION


@pytest.mark.parametrize(
    "at, state", [("2026-11-24T23:59", State.KEPT), ("2026-11-25T00:00", State.ATTENTION)], ids=["in time", "late"]
)
def test_C9_an_allegation_past_the_designated_officers_clock_needs_attention_but_not_for_whom_it_is_about(
    okf: Charity, at: str, state: State
) -> None:
    okf.world.at("2026-11-23T10:00")
    okf.world.concern(CASE, "K-1", raised_at="2026-11-23T09:00", due_at="2027-01-01", about_people=["manager"])
    okf.world.at(at)

    assert promise_now(okf.world.desk("dsl")).clauses[Clause.C9][0] is state
    assert promise_now(okf.world.desk("manager")).clauses[Clause.C9][0] is State.KEPT
    note_lado(okf.world.desk("dsl"), "K-1", told_at=okf.world.now, words_of_it="Meeting on Friday.")
    assert promise_now(okf.world.desk("dsl")).clauses[Clause.C9][0] is State.KEPT


def test_nobody_proves_the_whole_but_those_who_may(okf: Charity) -> None:
    from okf.proof.queries.assurance import assure

    assert assure(okf.world.desk("manager")).broken == ()
    with pytest.raises(Refused):
        assure(okf.world.desk("volunteer"))


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every store counts as a large one."""
    monkeypatch.setattr("okf.proof.queries.assurance.now.SMALL", 0)


def test_a_large_store_says_when_it_was_never_proved(okf: Charity, large: None) -> None:
    promise = promise_now(okf.world.desk("manager"))

    assert promise.proved_at is None
    assert promise.clauses[Clause.C11][0] is State.ATTENTION
    assert any("not proved lately" in line for line in lines(promise, "C11"))


def test_a_large_store_takes_its_figures_from_the_last_proof_and_says_so(okf: Charity, large: None) -> None:
    okf.sql("UPDATE access_grant SET until = '2030-01-01 00:00:00' WHERE id = :id", id=okf.grant)
    proved_at = okf.world.now
    okf.assured()
    okf.assured(as_at=proved_at - timedelta(days=30))
    okf.world.later(days=2)

    promise = promise_now(okf.world.desk("manager"))

    assert promise.proved_at == proved_at
    assert promise.clauses[Clause.C5][0] is State.BROKEN
    line = next(line for line in promise.clauses[Clause.C5][1] if line.state is State.BROKEN)
    assert (line.proved_at, line.behind[0].ref) == (proved_at, okf.grant)
    okf.world.later(days=7)
    assert any("not proved lately" in one for one in lines(promise_now(okf.world.desk("manager")), "C11"))


def test_a_large_store_decides_the_newest_accesses_again_at_every_look(okf: Charity, large: None) -> None:
    okf.assured()
    okf.opens("caseworker")
    okf.sql("UPDATE access_grant SET ended_at = '2026-06-02 00:00:00'")

    assert promise_now(okf.world.desk("manager")).clauses[Clause.C6][0] is State.BROKEN


def test_a_large_store_reads_the_end_of_the_record_at_every_look(okf: Charity, large: None) -> None:
    okf.assured()
    assert promise_now(okf.world.desk("manager")).clauses[Clause.C4][0] is State.KEPT
    events = okf.world.count(AuditEvent)

    okf.sql("DELETE FROM audit_event WHERE seq = :last", last=events)

    assert any("not whole" in line for line in lines(promise_now(okf.world.desk("manager")), "C4"))


@pytest.mark.one_database
def test_a_ledger_agrees_only_when_both_sides_hold_the_same() -> None:
    ledger = Ledger()
    for n in range(5_000):
        ledger.recorded(f"G-{n}")
        ledger.stored(f"G-{4_999 - n}")
    assert ledger.agrees

    ledger.stored("G-FORGED")
    ledger.recorded("G-GONE")

    assert not ledger.agrees
    assert ledger.is_odd("G-FORGED")
    assert ledger.is_odd("G-GONE")
    assert sum(ledger.is_odd(f"G-{n}") for n in range(5_000)) < 20


def test_the_figures_on_record_hold_no_words_of_a_case(okf: Charity) -> None:
    okf.world.record(CASE, "N-1", text="she said she is afraid", title="a call")

    okf.assured()

    assert "afraid" not in json.dumps(okf.world.events()[-1].facts)


def test_C9_a_missing_deputy_and_a_day_without_anybody_need_attention(okf: Charity) -> None:
    okf.world.leave("deputy")
    assert [one.what for one in okf.found("leads_and_deputies_there").behind] == ["Nobody is deputy safeguarding lead."]

    okf.world.person("eve", roles=[Role.DEPUTY_DSL])
    assert okf.found("leads_and_deputies_there").count == 0
    enter_absence(okf.world.desk("dsl"), person="dsl", starts_on=date(2026, 12, 24), ends_on=date(2027, 1, 3))
    enter_absence(okf.world.desk("eve"), person="eve", starts_on=date(2027, 1, 4), ends_on=date(2027, 1, 4))
    assert okf.found("leads_and_deputies_there").count == 0
    okf.world.absent("eve", date(2026, 12, 31))  # past the command, which would not let it

    assert [one.what for one in okf.found("leads_and_deputies_there").behind] == [
        "On 31 December 2026 every lead and deputy is away."
    ]
    assert promise_now(okf.world.desk("volunteer")).clauses[Clause.C9][0] is State.ATTENTION
