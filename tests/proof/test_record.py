"""The record, the proof and the receipts: who did what, who could, and what a service user is told of it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from okf.cases.commands.cases import open_case_file
from okf.errors import Conflict, Invalid, Refused
from okf.proof.commands.receipts import approve_receipt, prepare_receipt, release_receipt
from okf.proof.papers import receipt_letter
from okf.proof.queries import record as the_record
from okf.proof.queries.proof import access_at
from okf.proof.queries.receipts import receipts
from okf.proof.queries.record import RecordFilter, case_log, record_page, record_to_export
from okf.terms import Action, Outcome, Role
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def case(world: World) -> str:
    """A case that its caseworker has opened, and a stranger has not."""
    world.caseworker("caseworker")
    world.caseworker("stranger")
    world.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
    world.manager()
    ref = world.case("OKF-1", parties=["party_a", "party_b"], granted_to=["caseworker"])
    open_case_file(world.desk("caseworker", session_id="s1"), ref)
    return ref


def test_C5_the_record_tells_who_opened_what_and_who_was_refused(world: World, case: str) -> None:
    with pytest.raises(Refused):
        record_page(world.desk("stranger"), RecordFilter())

    rows = record_page(world.desk("datalead"), RecordFilter()).rows

    assert [(row.actor, row.action, row.outcome) for row in rows[:3]] == [
        ("datalead", Action.READ_AUDIT, Outcome.ALLOW),
        ("stranger", Action.READ_AUDIT, Outcome.DENY),
        ("caseworker", Action.OPEN_CASE, Outcome.ALLOW),
    ]


def test_each_filter_narrows_the_record(world: World, case: str) -> None:
    desk = world.desk("datalead")

    def found(**wanted: object) -> list[Action]:
        return [row.action for row in record_page(desk, RecordFilter(**wanted)).rows]  # type: ignore[arg-type]

    assert found(person="caseworker") == [Action.OPEN_CASE]
    assert found(case_ref=case) == [Action.OPEN_CASE]
    assert found(action=Action.OPEN_CASE) == [Action.OPEN_CASE]
    assert found(outcome=Outcome.DENY) == []
    assert found(clause="C6") == [Action.OPEN_CASE]
    assert found(clause="C1") == []
    assert found(person="caseworker", until=world.clock()) == []


def test_pages_follow_one_another_without_gap_or_repeat(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(the_record, "LOOKED_AT", 3)
    desk = world.desk("datalead")
    for session in "abcdefg":
        open_case_file(world.desk("caseworker", session_id=session), case)

    seen, before = [], None
    for _ in range(20):
        page = record_page(desk, RecordFilter(person="caseworker", clause="C6"), before=before, size=2)
        seen += [row.seq for row in page.rows]
        before = page.older
        if before is None:
            break

    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 8


def test_C9_a_lead_finds_nothing_on_the_record_of_a_concern_about_them(world: World) -> None:
    world.dsl("dsl")
    world.dsl("other_lead")
    ref = world.concern(about_people=["dsl"])
    desk = world.desk("other_lead")
    with desk.permitted(Action.READ_CONCERN, concern=ref):
        pass

    own = record_page(world.desk("dsl"), RecordFilter()).rows
    others = record_page(world.desk("other_lead"), RecordFilter()).rows

    assert ref not in {row.subject for row in own}
    assert ref in {row.subject for row in others}
    assert ref not in {row.subject for row in record_to_export(world.desk("dsl"), RecordFilter(), form="csv")}


def test_C9_a_cases_own_log_tells_who_opened_it_and_nothing_of_its_concerns(world: World, case: str) -> None:
    world.dsl("dsl")
    ref = world.concern(case, about=["party_a"])
    with world.desk("dsl").permitted(Action.READ_CONCERN, concern=ref):
        pass

    log = case_log(world.desk("manager"), case)

    assert [(row.actor, row.action) for row in log.rows] == [("caseworker", Action.OPEN_CASE)]
    assert case_log(world.desk("stranger"), case).rows == ()


def test_C6_the_proof_of_a_past_instant_is_the_doors_own_answer_then(world: World, case: str) -> None:
    closed_at = world.close(case)
    world.at("2026-11-24T10:00")
    desk = world.desk("datalead")

    before = (
        {proof.person: proof for proof in access_at(desk, case, closed_at.replace(minute=closed_at.minute - 1))}
        if (closed_at.minute)
        else {proof.person: proof for proof in access_at(desk, case, closed_at.replace(hour=closed_at.hour - 1))}
    )
    after = {proof.person: proof for proof in access_at(desk, case, closed_at)}

    assert before["caseworker"].decision.allowed
    assert before["caseworker"].grant is not None
    assert before["caseworker"].signed_at is not None
    assert after["caseworker"].decision.reason_keys[0] == "case_closed"
    assert "stranger" not in before


def test_C5_the_proof_of_a_past_instant_knows_of_no_grant_that_was_recorded_later(world: World, case: str) -> None:
    """Backdated by who recorded it, it neither names somebody nor widens what another grant opened."""
    asked_of = world.now
    recorded = world.later(days=1)
    world.caseworker("came_later")
    world.grant("came_later", case, ref="G-LATER", granted_at=recorded)
    world.caseworker("had_a_part")
    world.grant("had_a_part", case, ref="G-A-WHOLE", granted_at=recorded)
    world.grant("had_a_part", case, ref="G-B-PART", compartments=["joint"])
    desk = world.desk("datalead")

    then = {proof.person: proof for proof in access_at(desk, case, asked_of)}
    now = {proof.person: proof for proof in access_at(desk, case, recorded)}

    assert "came_later" not in then
    assert (then["had_a_part"].grant, then["had_a_part"].compartments) == ("G-B-PART", ("joint",))
    assert now["came_later"].grant == "G-LATER"


def test_C1_a_receipt_tells_who_opened_and_waits_for_somebody_elses_approval(world: World, case: str) -> None:
    ref = prepare_receipt(world.desk("manager"), case, service_user="party_a")
    with pytest.raises(Conflict):
        release_receipt(world.desk("manager"), ref)
    with pytest.raises(Refused):
        approve_receipt(world.desk("manager"), ref)

    approve_receipt(world.desk("datalead"), ref)

    letter = release_receipt(world.desk("manager"), ref)
    assert [line["who"] for line in letter["opened"]] == ["Caseworker"]
    assert receipt_letter(letter).startswith(b"%PDF")
    assert [row.approved_by for row in receipts(world.desk("manager"))] == ["datalead"]


def test_C1_whom_a_receipt_is_for_is_found_by_name_and_no_name_is_told(world: World, case: str) -> None:
    world.service_user("party_a", name="Ann Mary Bell")
    world.service_user("party_b", name="Tom Bell")
    desk = world.desk("manager")

    for typed in ("Ann Mary Bell", "bell ann", "party_a"):
        prepare_receipt(desk, case, service_user=typed)
    assert [row.service_user for row in receipts(desk)] == ["party_a"] * 3

    for typed in ("Bell", "Ann", "Tim Ball", "", "party_c"):
        with pytest.raises(Invalid) as wrong:
            prepare_receipt(desk, case, service_user=typed)
        assert str(wrong.value) == "Service user: nobody of this case is called so: write their whole name."


def test_who_and_which_are_one_field_that_tells_nobody_of_this_name_from_nothing_found(world: World, case: str) -> None:
    world.caseworker("anna1", name="Anna Bell")
    world.caseworker("anna2", name="Anna Cole", left_at=world.now)

    def record(**asked: str) -> AppTest:
        return open_page(world, "datalead", "record", **asked)

    assert "caseworker" in sent(record(person="Caseworker"))  # by name
    assert record(person="ANNA1").info[0].value.startswith("Nothing on the record fits")
    assert "Nobody here is or was called" in record(person="Hanna").error[0].value
    assert "Anna Bell" in record(person="anna").warning[0].value
    assert "Anna Cole" in record(person="anna").warning[0].value
    assert record(case="OKF-9").error[0].value.startswith("There is no case “OKF-9”.")
    assert "Caseworker" in sent(record(case="okf-1"))

    page = open_page(world, "datalead", "proof")
    show = next(one for one in page.button if one.label == "Show")
    assert "Write the reference" in show.click().run().error[0].value
    page.text_input(key="case").set_value("bell")
    with_name = next(one for one in page.button if one.label == "Show").click().run()
    assert with_name.error[0].value.startswith("There is no case “bell”.")


def test_C1_nobody_approves_the_receipt_they_prepared(world: World, case: str) -> None:
    ref = prepare_receipt(world.desk("datalead"), case, service_user="party_a")

    with pytest.raises(Refused):
        approve_receipt(world.desk("datalead"), ref)


def test_C5_nobody_with_a_tie_to_the_family_approves_its_letter(world: World, case: str) -> None:
    ref = prepare_receipt(world.desk("manager"), case, service_user="party_a")
    world.conflict("datalead", "party_a")

    with pytest.raises(Refused) as refused:
        approve_receipt(world.desk("datalead"), ref)

    assert refused.value.decision.primary == "conflict_of_interest"


def test_C2_a_receipt_leaves_out_the_lead_of_a_concern_and_the_other_sides_worker(world: World, case: str) -> None:
    world.dsl("dsl")
    world.caseworker("other_side")
    world.grant("other_side", case, compartments=["sole:party_b"])
    world.concern(case, about=["party_a"])
    open_case_file(world.desk("dsl", session_id="s2"), case)
    open_case_file(world.desk("other_side", session_id="s3"), case)

    prepare_receipt(world.desk("manager"), case, service_user="party_a")

    told = receipts(world.desk("manager"))[0].body
    assert [line["who"] for line in told["opened"]] == ["Caseworker"]
