"""Paper signatures: filed by one person, verified by another, and counting from then on (C7)."""

from __future__ import annotations

from datetime import date
from random import SystemRandom

import pytest
from sqlalchemy import text

from okf.agreements.commands.paper_signatures import (
    file_paper_signature,
    reject_paper_signature,
    verify_paper_signature,
)
from okf.agreements.commands.reminders import climb_ladder, remind, remind_everybody
from okf.agreements.queries.board import BoardFilter
from okf.agreements.queries.chasing import Outstanding, outstanding
from okf.agreements.queries.paper_signatures import papers_decided, papers_waiting, scan_of
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.file_check import Upload
from okf.paging import Page
from okf.people.commands.leaving import record_leaver
from okf.proof.queries.assurance import assure
from okf.store.models import AgreementStanding, PaperSignature, Signature
from okf.terms import Action, Capacity, Change, Role
from okf.today.queries.pending import pending_items
from tests.world import World

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.manager("manager2")
    world.dsl()
    world.volunteer(signed=None, name="Vera Volunteer")
    world.case("OKF-1", granted_to=["volunteer"])
    return world


def filed(world: World, by: str = "manager", **other: object) -> str:
    wanted: dict[str, object] = {
        "person": "volunteer",
        "kind": Capacity.VOLUNTEER,
        "version": "1",
        "signed_on": date(2026, 11, 16),
        "scan": Upload("paper.pdf", PDF),
    }
    return file_paper_signature(world.desk(by, chance=SystemRandom()), **(wanted | other))  # type: ignore[arg-type]


@pytest.mark.both_databases
def test_C7_access_starts_when_somebody_else_has_verified_the_scan(charity):
    ref = filed(charity)
    assert charity.reasons("volunteer", Action.OPEN_CASE, "OKF-1") == ["no_agreement"]
    [waits] = papers_waiting(charity.desk("manager2"), Page()).rows
    assert (waits.name, waits.version, waits.yours_to_decide) == ("Vera Volunteer", "1", True)
    assert "paper_signatures" in [one.page for one in pending_items(charity.desk("manager2"))]
    assert "paper_signatures" not in [one.page for one in pending_items(charity.desk("manager"))]

    charity.at("2026-11-24T09:00")
    verify_paper_signature(charity.desk("manager2"), ref)

    assert charity.may("volunteer", Action.OPEN_CASE, "OKF-1")
    assert not charity.why("volunteer", Action.OPEN_CASE, "OKF-1", at="2026-11-24T08:59").allowed  # it heals nothing
    [signature] = charity.all(Signature, person="volunteer")
    assert (signature.verified_by, signature.session_id, signature.typed_name) == ("manager2", None, None)
    stands = charity.one(AgreementStanding, person="volunteer")
    assert stands.due_at.date() == date(2027, 11, 16)  # the year runs from the day on the paper
    assert papers_waiting(charity.desk("manager2"), Page()).rows == ()
    assert scan_of(charity.desk("dsl"), ref).content == PDF
    with pytest.raises(Conflict):
        verify_paper_signature(charity.desk("dsl"), ref)


def test_C7_neither_the_signer_nor_who_filed_it_verifies_it(charity):
    own = filed(charity, "dsl", person="manager2", kind=Capacity.STAFF)
    ref = filed(charity)

    for by, which, reason in (("manager2", own, "own_grant"), ("manager", ref, "own_review")):
        for decide in (verify_paper_signature, lambda desk, ref: reject_paper_signature(desk, ref, reason="No")):
            with pytest.raises(Refused) as refused:
                decide(charity.desk(by), which)
            assert refused.value.decision.reason_keys == [reason]
    assert charity.all(PaperSignature, decided_by=None)


@pytest.mark.parametrize("by", ["volunteer", "caseworker", "viewer"])
def test_who_runs_nothing_files_verifies_and_sees_no_scan(charity, by):
    charity.caseworker()
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])
    ref = filed(charity)

    for attempt in (filed, lambda world, by: verify_paper_signature(world.desk(by), ref)):
        with pytest.raises(Refused):
            attempt(charity, by)
    for read in (lambda desk: papers_waiting(desk, Page()), papers_decided, lambda desk: scan_of(desk, ref)):
        with pytest.raises(Refused):
            read(charity.desk(by))


def test_a_rejected_scan_says_why_and_a_better_one_may_be_filed(charity):
    ref = filed(charity)
    with pytest.raises(Conflict):
        filed(charity)
    with pytest.raises(Invalid):
        reject_paper_signature(charity.desk("manager2"), ref, reason=" ")

    reject_paper_signature(charity.desk("manager2"), ref, reason="The page with the name is missing.")

    assert charity.reasons("volunteer", Action.OPEN_CASE, "OKF-1") == ["no_agreement"]
    assert charity.all(Signature, person="volunteer") == []
    [told] = papers_decided(charity.desk("manager"))
    assert told.rejected_because == "The page with the name is missing."
    verify_paper_signature(charity.desk("manager2"), filed(charity))
    assert charity.may("volunteer", Action.OPEN_CASE, "OKF-1")


def test_C7_a_paper_of_a_version_that_another_had_replaced_on_its_day_renews_nothing(charity):
    waits = filed(charity)
    charity.agreement("volunteer", "1.1", date(2026, 11, 16), change=Change.MINOR)

    with pytest.raises(Conflict, match=r"1\.1 was in effect"):
        verify_paper_signature(charity.desk("manager2"), waits)
    reject_paper_signature(charity.desk("manager2"), waits, reason="An old version")
    with pytest.raises(Invalid, match=r"1\.1 was in effect"):
        filed(charity)

    verify_paper_signature(charity.desk("manager2"), filed(charity, signed_on=date(2026, 11, 15)))
    assert charity.may("volunteer", Action.OPEN_CASE, "OKF-1")


@pytest.mark.parametrize("again", [{}, {"signed_on": date(2026, 11, 17)}, {"scan": Upload("other.pdf", PDF + b" ")}])
def test_the_same_paper_twice_says_so(charity, again):
    verify_paper_signature(charity.desk("manager2"), filed(charity))

    with pytest.raises(Conflict, match="on file already"):
        filed(charity, **again)


def test_who_signed_on_paper_is_reminded_no_more_unless_it_is_rejected(charity):
    assert [one.to_sign[0].paper_waits for one in chased(charity)] == [False]
    ref = filed(charity)

    assert [one.to_sign[0].paper_waits for one in chased(charity)] == [True]
    assert climb_ladder(charity.host()).people == remind_everybody(charity.desk("manager")).people == 0
    with pytest.raises(Conflict):
        remind(charity.desk("manager"), ["volunteer"])

    reject_paper_signature(charity.desk("manager2"), ref, reason="It is of somebody else.")
    assert climb_ladder(charity.host()).people == 1


def test_C15_what_a_leaver_signed_before_can_still_be_filed(charity):
    record_leaver(charity.desk("manager"), "volunteer")

    verify_paper_signature(charity.desk("manager2"), filed(charity))

    assert charity.all(Signature, person="volunteer")
    assert not charity.may("volunteer", Action.OPEN_CASE, "OKF-1")


def chased(world: World) -> tuple[Outstanding, ...]:
    return outstanding(world.desk("manager"), BoardFilter(name="vera")).page.rows


@pytest.mark.parametrize(
    "wrong, error",
    [
        ({"scan": Upload("paper.pdf", b"MZ\x90\x00 a program")}, Invalid),
        ({"scan": Upload("paper.pdf", b"")}, Invalid),
        ({"scan": Upload("paper.docx", PDF)}, Invalid),
        ({"scan": Upload("paper.txt", b"I signed it.")}, Invalid),
        ({"signed_on": date(2026, 11, 24)}, Invalid),
        ({"signed_on": date(2025, 1, 5)}, Invalid),
        ({"version": "9"}, NotFound),
        ({"person": "nobody"}, NotFound),
    ],
)
def test_what_does_not_fit_is_not_filed(charity, wrong, error):
    with pytest.raises(error):
        filed(charity, **wrong)

    assert charity.all(PaperSignature) == []


def test_C7_a_paper_older_than_a_year_does_not_open_anything(charity):
    verify_paper_signature(charity.desk("manager2"), filed(charity, signed_on=date(2025, 9, 1)))

    assert charity.reasons("volunteer", Action.OPEN_CASE, "OKF-1") == ["annual_refresh_overdue"]


def test_scans_lie_encrypted_and_the_record_accounts_for_the_signature(charity):
    ref = filed(charity)
    verify_paper_signature(charity.desk("manager2"), ref)

    with charity.store.reading() as session:
        kept = session.execute(text("SELECT scan FROM paper_signature")).scalar_one()
        assert b"%PDF" not in bytes(kept)
    found = {one.check.key: one for one in assure(charity.host()).findings}
    off_record = [one.who for one in found["signatures_off_record"].behind]
    assert "volunteer" not in off_record  # the world's own signatures are behind the record
    assert "manager" in off_record
    assert found["signatures_removed"].count == 0
