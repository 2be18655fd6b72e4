"""What left OKF, and what was recorded: by right it shows nothing, past the desk it shows."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.mediation.commands.recordings import agree_to_record, ask_to_record, note_recording, review_incident
from okf.policy.clauses import Clause
from okf.policy.mediation import IncidentOutcome
from okf.proof.queries.assurance import State
from okf.sharing.commands.express_agreements import agree_to_share, withdraw_agreement
from okf.sharing.commands.shares import approve_share, ask_to_share, send_share
from okf.store.models import ExpressAgreement, InformationShare, RecordingAgreement, RecordingIncident
from okf.terms import Outcome, RecordClass, RecordingStatus, RecordStatus, Role, ShareStatus
from tests.proof.charity import CASE, Charity, state_of

pytestmark = pytest.mark.both_databases

SCHOOL = {"type": "school_dsl"}
MARKED = ["without_prejudice_marking"]
OWN_LAWYER = {"type": "lawyer", "acts_for": "party_a", "verified": True}


@pytest.fixture(autouse=True)
def _records(okf: Charity) -> None:
    """A note of party_a's, an issued summary and a mediator who may open what is joint."""
    world = okf.world
    world.record(CASE, "N-NOTE", source="party_a")
    world.person("mediator", roles=[Role.MEDIATOR])
    world.mediation(CASE, "MED-1", mediator="mediator")
    world.record(
        CASE,
        "N-SUMMARY",
        record_class=RecordClass.OUTCOME_SUMMARY,
        source="joint",
        status=RecordStatus.ISSUED,
        mediation_ref="MED-1",
    )
    world.grant("mediator", CASE, ref="G-MEDIATOR")
    okf.account_for_everything()
    world.later(minutes=1)


def agreed(okf: Charity, **columns: Any) -> None:
    """Party_a agrees that the school may have their note."""
    with okf.world._writing() as session:
        given = {"source": "party_a", "records": ["N-NOTE"], "recipient": SCHOOL, "given_at": okf.world.now}
        session.add(ExpressAgreement(**{"id": "E-1", "one_use": False, **given, **columns}))
    okf.account_for_everything()
    okf.world.later(minutes=1)


def sent(okf: Charity, person: str = "caseworker", **question: Any) -> str:
    """Somebody asks to share and sends it; its reference."""
    asked = ask_to_share(okf.world.desk(person), **{"recipient": SCHOOL, "records": ["N-NOTE"], **question})
    okf.world.later(minutes=1)
    send_share(okf.world.desk(person), asked.ref, ticked=asked.decision.conditions)
    okf.world.later(minutes=1)
    return asked.ref


def share(okf: Charity, ref: str) -> InformationShare:
    """A share as it is on file."""
    found = okf.world.one(InformationShare, ref=ref)
    assert found is not None
    return found


def test_C8_an_agreed_share_goes_out_and_says_on_what_authority(okf: Charity) -> None:
    agreed(okf)

    ref = sent(okf)

    row = share(okf, ref)
    assert (row.status, row.route, row.agreements) == (ShareStatus.SENT, "express_agreement", ["E-1"])
    event = okf.world.events(subject=ref)[-1]
    assert event.outcome is Outcome.ALLOW_WITH_CONDITIONS
    assert (event.facts["route"], event.clauses) == ("express_agreement", ["C2", "C8"])
    assured = okf.assured()
    assert assured.broken == ()
    evidence = okf.found("shares_by_authority")
    assert (evidence.count, evidence.figures) == (1, {"express_agreement": 1})


def test_C8_a_share_without_agreement_is_refused_and_the_refusal_is_on_record(okf: Charity) -> None:
    with pytest.raises(Refused):
        ask_to_share(okf.world.desk("caseworker"), recipient=SCHOOL, records=["N-NOTE"])

    refused = okf.world.one(InformationShare)
    assert refused is not None
    assert refused.status is ShareStatus.REFUSED
    event = okf.world.events(subject=refused.ref)[-1]
    assert (event.outcome, event.reasons) == (Outcome.DENY, ["no_express_agreement"])
    assert okf.found("refusals").figures["no_express_agreement"] == 1


def test_C8_a_one_use_agreement_is_used_up_and_still_carries_the_share_that_used_it(okf: Charity) -> None:
    agreed(okf, one_use=True)
    sent(okf)

    with pytest.raises(Refused):
        ask_to_share(okf.world.desk("caseworker", chance=Random(7)), recipient=SCHOOL, records=["N-NOTE"])

    assert okf.found("shares_without_authority").count == 0


def test_C8_an_agreement_withdrawn_before_sending_stops_the_share(okf: Charity) -> None:
    agreed(okf)
    asked = ask_to_share(okf.world.desk("caseworker"), recipient=SCHOOL, records=["N-NOTE"])
    okf.sql("UPDATE express_agreement SET withdrawn_at = '2026-11-23 10:00:00'")
    okf.world.later(minutes=1)

    with pytest.raises(Refused):
        send_share(okf.world.desk("caseworker"), asked.ref, ticked=asked.decision.conditions)

    assert share(okf, asked.ref).status is ShareStatus.REFUSED
    with pytest.raises(Conflict):
        send_share(okf.world.desk("caseworker"), asked.ref, ticked=asked.decision.conditions)


def test_C2_nobody_learns_by_asking_to_share_that_a_record_is_there(okf: Charity) -> None:
    for record in ("N-NOTE", "N-NOWHERE"):
        with pytest.raises(NotFound, match="There is no record"):
            ask_to_share(okf.world.desk("volunteer"), recipient=SCHOOL, records=[record])

    assert okf.world.all(InformationShare) == []
    assert [e.outcome for e in okf.world.events(actor="volunteer", action="share")] == [Outcome.DENY, Outcome.DENY]


def test_C9_in_danger_an_unsigned_volunteer_has_acted_and_puts_it_on_record_after(okf: Charity) -> None:
    happened = okf.world.now - timedelta(minutes=20)

    asked = ask_to_share(
        okf.world.desk("volunteer"),
        recipient={"type": "police_999"},
        about=["child_c"],
        danger="immediate",
        case_ref=CASE,
        sent_already_at=happened,
    )

    assert share(okf, asked.ref).sent_at == happened
    assert okf.found("shares_without_authority").count == 0


def test_only_danger_is_sent_before_it_is_asked(okf: Charity) -> None:
    agreed(okf)

    with pytest.raises(Invalid):
        ask_to_share(okf.world.desk("caseworker"), recipient=SCHOOL, records=["N-NOTE"], sent_already_at=okf.world.now)


def test_C8_a_share_put_in_by_sql_is_found(okf: Charity) -> None:
    okf.sql(
        "INSERT INTO information_share (ref, case_ref, status, records, recipient, requested_by, particulars, asked_by,"
        " asked_at, route, agreements, clauses, approvals, decided_by, decided_at, conditions, due, sent_by, sent_at)"
        " VALUES ('S-FORGED', 'OKF-1', 'sent', '[\"N-NOTE\"]', '{\"type\": \"parent\"}', '[]', '{}', 'caseworker', :at,"
        " 'express_agreement', '[]', '[]', '{}', 'caseworker', :at, '[]', '{}', 'caseworker', :at)",
        at="2026-11-23 10:00:00",
    )

    found = okf.found("shares_without_authority")

    assert (found.count, [one.ref for one in found.behind]) == (1, ["S-FORGED"])
    assert "no event on the record says that it was sent; not every source has expressly" in found.behind[0].what
    assert state_of(okf.assured(), "C8") is State.BROKEN


def test_C8_an_agreement_removed_past_the_desk_leaves_its_share_without_authority(okf: Charity) -> None:
    agreed(okf)
    ref = sent(okf)

    okf.sql("DELETE FROM express_agreement")

    assert [one.ref for one in okf.found("shares_without_authority").behind] == [ref]


def test_C12_the_summary_goes_to_the_own_lawyer_marked(okf: Charity) -> None:
    ref = sent(
        okf, "mediator", recipient=OWN_LAWYER, records=["N-SUMMARY"], requested_by=["party_a"], purpose="legal_advice"
    )

    assert "without_prejudice_marking" in share(okf, ref).conditions
    assert okf.assured().broken == ()


@pytest.mark.parametrize(
    "change, broken",
    [
        ('recipient = \'{"type": "cafcass"}\'', {"mediation_sent_court_side", "shares_without_authority"}),
        ("purpose = 'proceedings'", {"shares_without_authority", "words_astray"}),
        ("conditions = '[]'", {"mediation_unmarked"}),
        (
            'recipient = \'{"type": "lawyer", "acts_for": "party_b", "verified": true}\'',
            {"summaries_astray", "shares_without_authority"},
        ),
    ],
)
def test_C11_C12_mediation_material_that_went_astray_is_found(okf: Charity, change: str, broken: set[str]) -> None:
    sent(okf, "mediator", recipient=OWN_LAWYER, records=["N-SUMMARY"], requested_by=["party_a"], purpose="legal_advice")

    okf.sql(f"UPDATE information_share SET {change}")

    assert {finding.check.key for finding in okf.assured().broken} == broken | {"rows_past_casebook"}


def test_C11_C12_a_purpose_changed_by_somebody_who_has_the_key_is_found(okf: Charity) -> None:
    ref = sent(
        okf, "mediator", recipient=OWN_LAWYER, records=["N-SUMMARY"], requested_by=["party_a"], purpose="legal_advice"
    )

    with okf.world._writing() as session:
        session.get_one(InformationShare, ref).purpose = "proceedings"

    broken = {finding.check.key for finding in okf.assured().broken}
    astray = {"mediation_sent_court_side", "shares_without_authority", "summaries_astray"}
    assert broken == astray | {"rows_past_casebook"}  # its mark is by the key, and by no event


def test_C8_an_express_agreement_put_in_changed_or_revived_by_sql_is_found_by_itself(okf: Charity) -> None:
    world = okf.world
    ref = agree_to_share(world.desk("caseworker"), CASE, source="party_a", records=["N-NOTE"], recipient=SCHOOL)
    assert okf.found("express_agreements_off_record").count == 0
    okf.sql('UPDATE express_agreement SET recipient = \'{"type": "press"}\'')
    assert okf.found("express_agreements_off_record").count == 1
    okf.sql('UPDATE express_agreement SET recipient = \'{"type": "school_dsl"}\'')
    assert okf.found("express_agreements_off_record").count == 0

    withdraw_agreement(world.desk("caseworker"), ref, told_by="She rang")
    okf.sql("UPDATE express_agreement SET withdrawn_at = NULL, withdrawn_by = NULL")
    okf.sql(
        "INSERT INTO express_agreement (id, source, records, recipient, given_at, one_use)"
        " VALUES ('E-FORGED', 'party_a', '[\"N-NOTE\"]', '{\"type\": \"press\"}', :at, false)",
        at="2026-11-23 09:00:00",
    )

    found = okf.found("express_agreements_off_record")
    assert {one.ref for one in found.behind} == {ref, "E-FORGED"}
    assert found.state is State.BROKEN


def test_C11_what_a_sealed_order_compels_goes_once_both_have_approved_it(okf: Charity) -> None:
    world = okf.world
    asked = ask_to_share(
        world.desk("mediator"),
        recipient={"type": "court"},
        records=["N-SUMMARY"],
        purpose="proceedings",
        compulsion={"type": "order", "sealed": True},
    )
    assert share(okf, asked.ref).status is ShareStatus.AWAITING_APPROVAL
    for person in ("data_protection_lead", "mediator"):
        if person != "mediator":
            approve_share(world.desk(person), asked.ref)
        with pytest.raises(Conflict):
            send_share(world.desk("mediator"), asked.ref, ticked=MARKED)
    with pytest.raises(Conflict):
        approve_share(world.desk("data_protection_lead"), asked.ref)
    with pytest.raises(Refused):
        approve_share(world.desk("manager"), asked.ref)
    approve_share(world.desk("trustee"), asked.ref)
    world.later(minutes=1)

    send_share(world.desk("mediator"), asked.ref, ticked=MARKED)

    assert okf.assured().broken == ()
    okf.sql('UPDATE information_share SET approvals = \'{"trustee": "trustee"}\'')
    assert {f.check.key for f in okf.assured().broken} == {
        "mediation_sent_court_side",
        "shares_without_authority",
        "rows_past_casebook",
    }


def test_a_share_is_of_one_case(okf: Charity) -> None:
    agreed(okf)

    with pytest.raises(Invalid):
        ask_to_share(okf.world.desk("caseworker"), recipient=SCHOOL, records=["N-NOTE"], case_ref="OKF-2")


def test_C13_a_recording_that_everyone_agreed_to_is_in_order(okf: Charity) -> None:
    world = okf.world
    starts = world.now + timedelta(days=1)
    ref = ask_to_record(
        world.desk("mediator"),
        "MED-1",
        session_starts=starts,
        purpose="notes for a participant",
        delete_by=date(2026, 12, 24),
        agreed={"party_a": world.now},
    )
    assert world.one(RecordingAgreement, id=ref).status is RecordingStatus.REQUESTED  # type: ignore[union-attr]
    for who in ("party_b", "mediator"):
        agree_to_record(world.desk("mediator"), ref, participant=who)

    assert world.one(RecordingAgreement, id=ref).status is RecordingStatus.AGREED  # type: ignore[union-attr]
    world.later(days=1, hours=1)
    note_recording(world.desk("mediator"), "MED-1", session_starts=starts, recorded_at=world.now, recording_id=ref)
    assert okf.found("recordings_without_agreement").count == 0
    okf.sql('UPDATE recording_agreement SET agreed = \'{"party_a": "2026-11-23T10:00:00+00:00"}\'')
    assert okf.found("recordings_without_agreement").count == 1


def test_C13_a_recording_without_agreement_that_was_reported_waits_for_its_review_and_then_is_kept(
    okf: Charity,
) -> None:
    world = okf.world

    ref = note_recording(world.desk("mediator"), "MED-1", session_starts=world.now, recorded_at=world.now)

    assert world.one(RecordingAgreement, id=ref).status is RecordingStatus.UNAUTHORISED  # type: ignore[union-attr]
    assert okf.found("recordings_without_agreement").state is State.KEPT
    found = okf.found("recordings_unreviewed")
    assert (found.count, found.state) == (1, State.ATTENTION)
    assert "was recorded, and not everyone had agreed; a review is due by" in found.behind[0].what
    incident = world.one(RecordingIncident, recording_id=ref)
    review_incident(
        world.desk("manager"),
        incident.ref,
        outcome=IncidentOutcome.GOES_ON,
        finding="A phone in a pocket.",  # type: ignore[union-attr]
    )
    assert okf.found("recordings_unreviewed").count == 0
    assert okf.assured().state_of(Clause.C13) is State.KEPT


def test_C13_a_recording_that_nobody_reported_breaks_the_promise(okf: Charity) -> None:
    world = okf.world
    note_recording(world.desk("mediator"), "MED-1", session_starts=world.now, recorded_at=world.now)

    okf.sql("DELETE FROM recording_incident")

    found = okf.found("recordings_without_agreement")
    assert (found.count, found.state) == (1, State.BROKEN)
    assert "was recorded, and not everyone had agreed" in found.behind[0].what


def test_C13_one_who_refuses_ends_the_asking(okf: Charity) -> None:
    world = okf.world
    starts = world.now + timedelta(days=1)
    ref = ask_to_record(world.desk("mediator"), "MED-1", session_starts=starts, purpose="notes")

    agree_to_record(world.desk("mediator"), ref, participant="party_b", agrees=False)

    with pytest.raises(Conflict):
        agree_to_record(world.desk("mediator"), ref, participant="party_a")
    with pytest.raises(NotFound):
        ask_to_record(world.desk("volunteer"), "MED-1", session_starts=starts, purpose="notes")
