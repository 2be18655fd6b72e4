"""From the asking to the sending: decided again each time, and what goes out is kept as it went."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from random import Random
from typing import Any

import pypdf
import pytest
from fpdf import FPDF
from sqlalchemy import text as sql

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.file_check import Upload
from okf.paging import Page, Sort
from okf.policy.mediation import NOT_BINDING
from okf.policy.redaction import Shown, where
from okf.policy.share_words import how_to_treat
from okf.records.commands.records import add_files, correct_record
from okf.search.queries.everything import find
from okf.sharing.commands.decisions import decide_as_lead, refuse_share, review_share
from okf.sharing.commands.express_agreements import agree_to_share, withdraw_agreement
from okf.sharing.commands.redactions import add_file_to_share, black_out, leave_file_out, read_again
from okf.sharing.commands.shares import approve_share, ask_to_share, open_package, send_share
from okf.sharing.papers import share_package
from okf.sharing.queries.choices import answer_to, choices_of
from okf.sharing.queries.express_agreements import AgreementState, agreements_of_case
from okf.sharing.queries.lists import ShareFilter, ShareList, shares_in_list, shares_of_case
from okf.sharing.queries.view import share_in_view
from okf.store.models import AccessGrant, InformationShare, Redaction, SharePackage, StoredFile
from okf.terms import HowGiven, Outcome, RecordClass, RecordStatus, ShareStatus
from tests.behind import behind_casebook
from tests.sharing.conftest import CASE, TEXT
from tests.world import World

SCHOOL = {"type": "school", "name": "Hilltop School"}
HIDDEN = ("Zebedee", "Quillham", "heron")


def desk(world: World, who: str, seed: int = 0) -> Any:
    return world.desk(who, chance=Random(f"{who} {seed} {world.now}"))


def agree(world: World, who: str = "worker_a", source: str = "party_a", records: Any = ("N-A",), **more: Any) -> str:
    return agree_to_share(
        desk(world, who, len(records)),
        CASE,
        source=source,
        records=list(records),
        **{"recipient": SCHOOL, "given_how": HowGiven.IN_PERSON, "evidence": "EVIDENCE-WORDS", **more},
    )


def ask(world: World, who: str = "worker_a", records: Any = ("N-A",), **more: Any) -> Any:
    return ask_to_share(desk(world, who), **{"recipient": SCHOOL, "records": list(records), **more})


def send(world: World, ref: str, who: str = "worker_a") -> None:
    ticked = share_in_view(desk(world, who), ref).conditions
    send_share(desk(world, who), ref, ticked=ticked, make=share_package)


def share(world: World, ref: str) -> InformationShare:
    found = world.one(InformationShare, ref=ref)
    assert found is not None
    return found


def everything_in(pdf: bytes) -> bytes:
    """The bytes as they are, every stream in them opened, and the text that a reader finds."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    parts = [pdf, "\n".join(page.extract_text() for page in reader.pages).encode()]
    for number in range(1, len(reader.xref[0]) + 1 if 0 in reader.xref else 200):
        try:
            found = reader.get_object(number)
        except (pypdf.errors.PyPdfError, KeyError, ValueError):
            continue
        if isinstance(found, pypdf.generic.StreamObject):
            parts.append(found.get_data())
        else:
            parts.append(str(found).encode())
    return b"\n".join(parts)


@pytest.mark.both_databases
def test_C8_what_went_out_is_kept_as_it_went_with_how_to_treat_it(family: World) -> None:
    agree(family, conditions="OWN-CONDITION")
    ref = ask(family).ref

    send(family, ref)

    opened = open_package(desk(family, "worker_a"), ref)
    said = " ".join("\n".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(opened.content)).pages).split())
    for line in how_to_treat("express_agreement", mediation=False, black_boxes=False):
        assert " ".join(line.split()) in said
    assert "Quillham" in said
    assert CASE not in said
    assert "OWN-CONDITION" not in said
    row = share(family, ref)
    assert (row.status, row.sent_sha256) == (ShareStatus.SENT, opened.sha256)
    assert any(one.startswith("condition_of:E-") for one in row.ticked or ())
    assert family.events(subject=ref)[-2].facts["sha256"] == opened.sha256
    package = family.one(SharePackage)
    assert package is not None
    assert b"Quillham" not in package.content
    assert not package.content.startswith(b"%PDF")
    with pytest.raises(Exception, match="sealed"), behind_casebook(family.store) as connection:
        connection.execute(sql("UPDATE share_package SET sha256 = 'x'"))


def test_each_condition_is_ticked_before_anything_goes(family: World) -> None:
    agree(family)
    ref = ask(family).ref
    for ticked in ([], ["minimum_necessary"]):
        with pytest.raises(Invalid):
            send_share(desk(family, "worker_a"), ref, ticked=ticked)

    assert share(family, ref).status is ShareStatus.DRAFT


def test_C8_an_agreement_withdrawn_after_the_asking_stops_the_sending_and_stays_withdrawn(family: World) -> None:
    agreement = agree(family)
    ref = ask(family).ref
    withdraw_agreement(desk(family, "second_a"), agreement, told_by="TOLD-BY-WORDS")
    with pytest.raises(Conflict):
        withdraw_agreement(desk(family, "worker_a"), agreement, told_by="again")
    family.later(minutes=1)

    with pytest.raises(Conflict, match="refused already"):
        send_share(desk(family, "worker_a"), ref, ticked=["minimum_necessary", "on_standing_agreement"])

    assert share(family, ref).status is ShareStatus.REFUSED
    answer = share_in_view(desk(family, "worker_a"), ref).answer
    assert answer is None or "agreement_withdrawn" in answer.reason_keys
    assert agreements_of_case(desk(family, "worker_a"), CASE)[0].state is AgreementState.WITHDRAWN
    assert family.events(action="withdraw_agreement", subject=agreement)[0].facts["withdrawn"] == agreement


def test_C2_the_sender_must_still_be_able_to_read_what_is_in_it(family: World) -> None:
    agree(family)
    ref = ask(family).ref
    family.revoke(family.one(AccessGrant, person="worker_a").id)  # type: ignore[union-attr]
    family.later(minutes=1)

    with pytest.raises(Refused) as refused:
        send_share(desk(family, "worker_a"), ref, ticked=["minimum_necessary", "on_standing_agreement"])

    assert refused.value.decision.primary == "grant_revoked"
    assert share(family, ref).status is ShareStatus.DRAFT
    assert family.events(action="send_share")[-1].outcome is Outcome.DENY
    with pytest.raises(NotFound):
        share_in_view(desk(family, "worker_a"), ref)


@pytest.mark.parametrize("who, told", [("worker_b", True), ("worker_a", False), ("volunteer", False)])
def test_C2_what_the_source_said_of_a_joint_record_is_for_their_caseworkers(
    family: World, who: str, told: bool
) -> None:
    """Whose word there is shows to everybody who reads it; not where it was said, on what condition, or to whom."""
    family.grant("volunteer", CASE, compartments=["sole:party_b", "joint"])
    family.record(CASE, "N-BOTH", source="joint", title="Both", text="Both were there.")
    ref = agree(family, "worker_b", "party_b", ["N-BOTH"], conditions="CONDITION")
    withdraw_agreement(desk(family, "worker_b"), ref, told_by="WITHDRAWN")
    family.later(minutes=1)

    [row] = agreements_of_case(desk(family, who), CASE)

    assert (row.source, row.state) == ("party_b", AgreementState.WITHDRAWN)
    words = (row.evidence, row.conditions, row.withdrawn_words)
    assert words == (("EVIDENCE-WORDS", "CONDITION", "WITHDRAWN") if told else (None, None, None))
    names = "Worker B" if who != "volunteer" else None
    assert (row.recorded_by, row.withdrawn_by) == (names, names)


def test_C2_the_other_side_neither_chooses_nor_hears_of_it(family: World) -> None:
    agreement = agree(family)
    ref = ask(family).ref
    other = desk(family, "worker_b")

    assert {one.id for one in choices_of(other, CASE)} == {"N-B", "N-JOINT"}
    assert shares_of_case(other, CASE) == ()
    assert agreements_of_case(other, CASE) == ()
    assert shares_in_list(other, ShareList.OWN).rows == ()
    for command in (
        lambda: share_in_view(other, ref),
        lambda: black_out(other, ref, "N-A", passages=[(0, 3)], reason="x"),
        lambda: send_share(other, ref, ticked=[]),
        lambda: refuse_share(other, ref, because="x"),
        lambda: ask_to_share(other, recipient=SCHOOL, records=["N-A"]),
        lambda: answer_to(other, CASE, {"recipient": SCHOOL, "records": ["N-A"]}),
    ):
        with pytest.raises(NotFound):
            command()
    with pytest.raises(Invalid):
        agree_to_share(other, CASE, source="party_b", records=["N-A"], recipient=SCHOOL)
    with pytest.raises((NotFound, Refused)):
        withdraw_agreement(other, agreement, told_by="x")


def test_C8_nobody_refuses_what_does_not_wait_for_them(family: World) -> None:
    """A data-protection right waits for the data protection lead alone: a trustee neither sees nor refuses it."""
    ref = ask(family, recipient={"type": "data_subject"}, requested_by=["party_a"]).ref
    assert share(family, ref).route == "data_subject_right"

    assert shares_in_list(desk(family, "trustee"), ShareList.WAITING).rows == ()
    with pytest.raises(NotFound):
        refuse_share(desk(family, "trustee"), ref, because="x")
    assert [one.ref for one in shares_in_list(desk(family, "data_protection_lead"), ShareList.WAITING).rows] == [ref]
    refuse_share(desk(family, "data_protection_lead"), ref, because="Answered as a right")
    assert share(family, ref).status is ShareStatus.REFUSED


def test_C2_a_page_of_shares_is_full_whatever_comes_first_that_somebody_may_no_longer_know_of(family: World) -> None:
    as_right = {"recipient": {"type": "data_subject"}, "requested_by": ["party_a"]}
    shown = [ask(family, **as_right).ref]
    for _ in range(3):
        family.later(minutes=1)
        ask(family, records=["N-JOINT"], **as_right)
    family.later(minutes=1)
    for grant in family.all(AccessGrant, person="worker_a"):
        family.end_grant(grant.id)
    family.grant("worker_a", CASE, compartments=["sole:party_a"])

    page = shares_in_list(desk(family, "worker_a"), ShareList.OWN, page=Page(size=2))

    assert [one.ref for one in page.rows] == shown
    assert (page.previous, page.next) == (None, None)


def test_C8_joint_material_needs_both_and_the_answer_says_whose_word_is_missing(family: World) -> None:
    asked = {"recipient": SCHOOL, "records": ["N-JOINT"]}
    agree(family, records=["N-JOINT"])
    family.later(minutes=1)

    answer = answer_to(desk(family, "worker_a"), CASE, asked)

    assert [(one.person, one.records) for one in answer.wanted] == [("party_b", ("N-JOINT",))]
    with pytest.raises(Refused):
        ask(family, records=["N-JOINT"])
    agree(family, "worker_b", "party_b", ["N-JOINT"])
    family.later(minutes=1)
    ref = ask(family, records=["N-JOINT"]).ref
    send(family, ref)
    pdf = open_package(desk(family, "worker_a"), ref).content
    assert all(NOT_BINDING in page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def test_C11_mediation_stays_out_of_court_whoever_agreed(family: World) -> None:
    for who, source in (("worker_a", "party_a"), ("worker_b", "party_b")):
        agree(family, who, source, ["N-JOINT"], recipient={"type": "court"})
        family.later(minutes=1)

    with pytest.raises(Refused) as refused:
        ask(family, records=["N-JOINT"], recipient={"type": "court"})

    assert refused.value.decision.primary == "court_barred"
    assert (
        answer_to(desk(family, "worker_a"), CASE, {"recipient": {"type": "court"}, "records": ["N-JOINT"]}).wanted == ()
    )


def test_blacked_out_words_are_gone_from_the_bytes_that_go_out(family: World) -> None:
    agree(family)
    ref = ask(family).ref
    whole = f"About the flat\n\n{TEXT}"
    passages = [place for words in HIDDEN for place in where(whole, words.upper())]
    redaction = black_out(desk(family, "worker_a"), ref, "N-A", passages=passages, reason="REASON-WORDS")
    ticked = share_in_view(desk(family, "worker_a"), ref).conditions
    with pytest.raises(Conflict, match="second reader"):
        send_share(desk(family, "worker_a"), ref, ticked=ticked, make=share_package)

    with pytest.raises(Refused):  # nobody reads their own
        read_again(desk(family, "worker_a"), redaction, approved=True)
    with pytest.raises(NotFound):  # nor who may not read the record
        read_again(desk(family, "worker_b"), redaction, approved=True)
    read_again(desk(family, "second_a"), redaction, approved=True)
    send(family, ref)

    found = everything_in(open_package(desk(family, "worker_a"), ref).content)
    assert b"keeps the blue" in found
    for words in HIDDEN:
        for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
            assert words.encode(encoding) not in found
            assert words.lower().encode(encoding) not in found
    read = family.one(Redaction)
    assert read is not None
    assert (read.made_by, read.read_by, read.approved) == ("worker_a", "second_a", True)


def test_what_the_second_reader_sends_back_does_not_go_out(family: World) -> None:
    agree(family)
    ref = ask(family).ref
    first = black_out(desk(family, "worker_a", 1), ref, "N-A", passages=[(0, 5)], reason="first")
    with pytest.raises(Invalid):
        read_again(desk(family, "second_a"), first, approved=False)
    read_again(desk(family, "second_a"), first, approved=False, remark="The flat stands there still")
    ticked = share_in_view(desk(family, "worker_a"), ref).conditions
    with pytest.raises(Conflict, match="sent the blacked-out text"):
        send_share(desk(family, "worker_a"), ref, ticked=ticked, make=share_package)

    again = black_out(desk(family, "worker_a", 2), ref, "N-A", passages=[(0, 9)], reason="second")

    with pytest.raises(Conflict):
        read_again(desk(family, "second_a"), first, approved=True)
    read_again(desk(family, "second_a"), again, approved=True)
    correct_record(
        desk(family, "worker_a", 3),
        "N-A",
        title="About the flat",
        text="Corrected words.",
        reason="It was another flat",
        after=0,
    )
    with pytest.raises(Conflict, match="changed after"):
        send_share(desk(family, "worker_a"), ref, ticked=ticked, make=share_package)
    last = black_out(desk(family, "worker_a", 4), ref, "N-A", passages=[], reason="Nothing needs to go")
    read_again(desk(family, "second_a"), last, approved=True)
    send(family, ref)
    assert b"Corrected words" in everything_in(open_package(desk(family, "worker_a"), ref).content)


@pytest.mark.both_databases
def test_two_who_approve_at_once_leave_one_approval_each(family: World) -> None:
    family.person("another_lead", roles=["data_protection_lead"])
    ref = ask(
        family, records=["N-JOINT"], recipient={"type": "court"}, compulsion={"type": "order", "sealed": True}
    ).ref
    told: list[str] = []

    def approve(who: str) -> None:
        try:
            approve_share(desk(family, who), ref)
            told.append("approved")
        except Conflict:
            told.append("conflict")

    threads = [threading.Thread(target=approve, args=(who,)) for who in ("data_protection_lead", "another_lead")]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert sorted(told) == ["approved", "conflict"]
    assert len(share(family, ref).approvals) == 1
    approve_share(desk(family, "trustee"), ref)
    send(family, ref, "trustee")
    assert share(family, ref).status is ShareStatus.SENT


def test_C9_a_worry_is_passed_on_by_the_lead_and_looked_at_again_by_another(family: World) -> None:
    family.person("deputy", roles=["deputy_dsl"])
    family.concern(CASE)
    ref = ask(family, recipient={"type": "la_children", "name": "COUNCIL-NAME"}, severity="high", about=["child_c"]).ref
    assert share(family, ref).status is ShareStatus.AWAITING_APPROVAL
    assert shares_of_case(desk(family, "second_a"), CASE) == ()  # nobody but the asker and the leads hears of it
    assert [row.ref for row in shares_in_list(desk(family, "dsl"), ShareList.WAITING).rows] == [ref]
    with pytest.raises(Refused):
        decide_as_lead(desk(family, "worker_a"), ref, rationale="x", legal_basis=["children_act"])
    with pytest.raises(Refused):
        decide_as_lead(desk(family, "dsl"), ref)

    decide_as_lead(desk(family, "dsl"), ref, rationale="RATIONALE-WORDS", legal_basis=["children_act"])
    family.later(minutes=5)
    send(family, ref, "dsl")

    row = share(family, ref)
    assert (row.status, row.decided_by, row.route) == (ShareStatus.SENT, "dsl", "safeguarding")
    with pytest.raises(Refused):
        review_share(desk(family, "dsl"), ref, finding="mine")
    review_share(desk(family, "deputy"), ref, finding="REVIEW-WORDS")
    assert share(family, ref).reviewed_by == "deputy"


def test_C9_a_worker_whom_a_share_is_about_hears_nothing_of_it(family: World) -> None:
    family.dsl("other_lead")
    ref = ask(family, "second_a", recipient={"type": "lado"}, severity="high", about=["dsl", "worker_a"]).ref

    for who in ("dsl", "worker_a"):
        assert shares_in_list(desk(family, who), ShareList.WAITING).rows == ()
        for command in (share_in_view, lambda d, r: refuse_share(d, r, because="x")):
            with pytest.raises(NotFound):
                command(desk(family, who), ref)
    with pytest.raises(NotFound):
        decide_as_lead(desk(family, "dsl"), ref, rationale="x", legal_basis=["children_act"])
    assert share_in_view(desk(family, "other_lead"), ref).ref == ref


def test_C9_in_danger_what_was_told_is_kept_and_no_case_is_given_away(family: World) -> None:
    for case_ref in (CASE, "OKF-NOWHERE"):
        family.later(minutes=1)
        ref = ask(
            family,
            "volunteer",
            records=[],
            recipient={"type": "police_999"},
            danger="immediate",
            case_ref=case_ref,
            sent_already_at=family.now - timedelta(minutes=5),
            told="DANGER-WORDS",
        ).ref
        view = share_in_view(desk(family, "volunteer"), ref)
        assert (view.status, view.case_ref) == (ShareStatus.SENT, None)
        assert b"DANGER-WORDS" in open_package(desk(family, "volunteer"), ref).content
    assert [row.case_ref for row in shares_in_list(desk(family, "dsl"), ShareList.ALL).rows] == [None, CASE]


def test_the_issued_summary_goes_to_the_own_lawyer_marked(family: World) -> None:
    family.record(
        CASE,
        "N-SUMMARY",
        record_class=RecordClass.OUTCOME_SUMMARY,
        source="joint",
        status=RecordStatus.ISSUED,
        mediation_ref="MED-1",
        text="Both propose alternate weeks.",
    )
    lawyer = {"type": "lawyer", "name": "LAWYER-NAME", "acts_for": "party_a", "verified": True}
    ref = ask(family, records=["N-SUMMARY"], recipient=lawyer, requested_by=["party_a"], purpose="legal_advice").ref

    send(family, ref)

    said = "".join(
        p.extract_text() for p in pypdf.PdfReader(io.BytesIO(open_package(desk(family, "worker_a"), ref).content)).pages
    )
    assert "for your advice to your client" in said.replace("\n", " ")
    assert NOT_BINDING in said


@pytest.mark.both_databases
def test_lists_are_narrowed_sorted_and_paged(family: World) -> None:
    agree(family)
    refs = []
    for _ in range(3):
        family.later(minutes=1)
        refs.append(ask(family).ref)
    refuse_share(desk(family, "worker_a"), refs[0], because="BECAUSE-WORDS")
    here = desk(family, "worker_a")
    first = shares_in_list(here, ShareList.OWN, page=Page(size=2))
    second = shares_in_list(here, ShareList.OWN, page=Page(after=first.next, size=2))

    assert [row.ref for row in (*first.rows, *second.rows)] == refs[::-1]
    oldest = shares_in_list(here, ShareList.OWN, ShareFilter(sort=Sort("asked")))
    assert [row.ref for row in oldest.rows] == refs
    for wanted, expected in (
        (ShareFilter(status=ShareStatus.REFUSED), refs[:1]),
        (ShareFilter(recipient="school"), refs[::-1]),
        (ShareFilter(recipient="gp"), []),
        (ShareFilter(reference=refs[1]), refs[1:2]),
        (ShareFilter(reference=CASE), refs[::-1]),
    ):
        assert [row.ref for row in shares_in_list(here, ShareList.OWN, wanted).rows] == expected
    with pytest.raises(Refused):
        shares_in_list(here, ShareList.ALL)


@pytest.mark.both_databases
def test_what_is_typed_about_a_share_lies_nowhere_readable(family: World) -> None:
    agree(family, recipient={"type": "gp", "name": "MARKED-NAME"}, purpose="MARKED-PURPOSE", conditions="MARKED-COND")
    family.later(minutes=1)
    agreement = agree(family, evidence="MARKED-EVIDENCE")
    ref = ask(
        family, recipient={"type": "gp", "name": "MARKED-NAME"}, purpose="MARKED-PURPOSE", rationale="MARKED-WHY"
    ).ref
    version = black_out(desk(family, "worker_a"), ref, "N-A", passages=[(0, 5)], reason="MARKED-REASON")
    read_again(desk(family, "second_a"), version, approved=False, remark="MARKED-REMARK")
    refuse_share(desk(family, "worker_a"), ref, because="MARKED-BECAUSE")
    withdraw_agreement(desk(family, "worker_a"), agreement, told_by="MARKED-TOLD")

    with family.store.engine.connect() as connection:
        for table in ("express_agreement", "information_share", "redaction", "audit_event"):
            assert "MARKED" not in str(connection.execute(sql(f"SELECT * FROM {table}")).all()), table


def a_pdf(*pages: str, format: Any = "A4") -> bytes:  # noqa: A002 -- fpdf's own word
    """A PDF with these words, a page each."""
    paper = FPDF(format=format)
    paper.set_font("helvetica", size=24)
    for words in pages:
        paper.add_page()
        paper.cell(0, 20, words)
    return bytes(paper.output())


def a_file(world: World, content: bytes, name: str = "Zebedee report.pdf") -> str:
    add_files(desk(world, "worker_a", 7), "N-A", [Upload(name, content)])
    found = world.one(StoredFile)
    assert found is not None
    return found.ref


def pictured(pdf: bytes) -> list[Any]:
    """The pictures in a PDF, page by page."""
    return [image.image for page in pypdf.PdfReader(io.BytesIO(pdf)).pages for image in page.images]


def test_a_file_stays_here_until_pages_of_it_are_chosen(family: World) -> None:
    agree(family)
    a_file(family, a_pdf("Zebedee"))
    ref = ask(family).ref

    send(family, ref)

    assert pictured(open_package(desk(family, "worker_a"), ref).content) == []


def test_what_is_left_out_of_a_file_is_gone_from_the_bytes_that_go_out(family: World) -> None:
    agree(family)
    file = a_file(family, a_pdf("Quillham is on this page", "The school report", "heron is on this page"))
    ref = ask(family).ref
    shown = Shown((1,), ((1, 0, 0, 1000, 500),))
    prepared = add_file_to_share(desk(family, "worker_a"), ref, file, shown=shown, reason="The report alone")
    ticked = share_in_view(desk(family, "worker_a"), ref).conditions
    with pytest.raises(Conflict, match="waits for its second reader"):
        send_share(desk(family, "worker_a"), ref, ticked=ticked, make=share_package)

    with pytest.raises(Refused):  # nobody looks at their own
        read_again(desk(family, "worker_a"), prepared, approved=True)
    with pytest.raises(NotFound):  # nor who may not read the record
        read_again(desk(family, "worker_b"), prepared, approved=True)
    with pytest.raises(NotFound):
        add_file_to_share(desk(family, "worker_b"), ref, file, shown=shown, reason="Not theirs")
    with pytest.raises(Invalid, match="Not opened yet: 2"):  # nor agrees to a page unseen
        read_again(desk(family, "second_a"), prepared, approved=True)
    read_again(desk(family, "second_a"), prepared, approved=True, seen=[1])
    send(family, ref)

    package = open_package(desk(family, "worker_a"), ref).content
    found = everything_in(package)
    for words in ("Quillham is on", "heron is on", "Zebedee report"):
        assert words.encode() not in found
    (page,) = pictured(package)
    upper = page.convert("L").crop((0, 0, page.width, page.height // 2 - 5))
    assert upper.getextrema()[1] < 40  # black from edge to edge, and nothing shines through
    assert page.convert("L").crop((0, page.height // 2 + 5, page.width, page.height)).getextrema()[1] > 200


def test_a_file_that_was_left_out_again_stays_here(family: World) -> None:
    agree(family)
    file = a_file(family, a_pdf("Zebedee"))
    ref = ask(family).ref
    add_file_to_share(desk(family, "worker_a"), ref, file, shown=Shown((0,)), reason="First thought")

    leave_file_out(desk(family, "worker_a", 2), ref, file)

    assert share_in_view(desk(family, "worker_a"), ref).texts[0].files[0].version is None
    send(family, ref)
    assert pictured(open_package(desk(family, "worker_a"), ref).content) == []


@pytest.mark.parametrize(
    "shown, says",
    [
        (Shown(()), "choose from 1 to 40"),
        (Shown((0,), ((1, 0, 0, 10, 10),)), "a page that goes out"),
        (Shown((0,), ((0, 10, 0, 10, 10),)), "a width and a height"),
    ],
)
def test_a_file_is_added_with_pages_and_areas_on_them(family: World, shown: Shown, says: str) -> None:
    agree(family)
    file = a_file(family, a_pdf("Zebedee"))
    ref = ask(family).ref
    with pytest.raises(Invalid, match=says):
        add_file_to_share(desk(family, "worker_a"), ref, file, shown=shown, reason="Needed")


def test_a_file_of_which_no_picture_can_be_made_does_not_go_out(family: World) -> None:
    agree(family)
    file = a_file(family, b"Zebedee keeps the heron", "notes.txt")
    ref = ask(family).ref
    with pytest.raises(Invalid, match="only PDF and pictures"):
        add_file_to_share(desk(family, "worker_a"), ref, file, shown=Shown((0,)), reason="Needed")


@pytest.mark.both_databases
def test_C8_what_was_allowed_on_an_agreement_is_refused_the_moment_it_is_withdrawn(family: World) -> None:
    agreement = agree(family)
    waits = ask(family).ref
    assert share(family, waits).status is ShareStatus.DRAFT
    family.later(minutes=1)

    withdraw_agreement(desk(family, "worker_a"), agreement, told_by="By telephone")

    assert share(family, waits).status is ShareStatus.REFUSED
    assert family.events(action="withdraw_agreement")[-1].facts["shares_refused"] == [waits]


def test_C8_one_that_another_agreement_carries_stays_allowed(family: World) -> None:
    agreement = agree(family)
    family.later(minutes=1)
    waits = ask(family).ref
    family.later(minutes=1)
    agree(family)
    family.later(minutes=1)

    withdraw_agreement(desk(family, "worker_a"), agreement, told_by="By telephone")

    assert share(family, waits).status is ShareStatus.DRAFT


def test_C2_a_share_is_found_by_its_reference_by_whoever_may_know_of_it(family: World) -> None:
    agree(family)
    ref = ask(family).ref

    found = {who: [one.page for one in find(desk(family, who), ref).references] for who in ("worker_a", "worker_b")}

    assert found == {"worker_a": ["share"], "worker_b": []}
