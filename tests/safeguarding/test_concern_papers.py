"""A concern on paper for a referral: two people's eyes, nothing left of what is black, and kept as it went (C9)."""

from __future__ import annotations

import hashlib
import io
import random
import re
import zlib

import pytest
from pypdf import PdfReader

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.redaction import where
from okf.safeguarding.commands.chronology import add_to_concern, correct_entry
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.commands.papers import open_paper_copy, prepare_paper, read_paper_again, take_out_paper
from okf.safeguarding.papers import concern_paper
from okf.safeguarding.queries.papers import papers_of
from okf.store.models import ConcernEntry, ConcernPaper, ConcernPaperCopy
from okf.terms import Action, Role, Severity
from okf.today.queries.pending import pending_items
from tests.world import World

ACCOUNT = "Robin said that Aunt Heron locked the door."
LEAD_ACTIONS = {Action.PREPARE_CONCERN_PAPER, Action.READ_CONCERN_PAPER_AGAIN, Action.TAKE_OUT_CONCERN_PAPER}


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tru Stee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.volunteer(name="Vol Unteer")
    return world


@pytest.fixture
def ref(charity: World) -> str:
    return concern(charity)


def concern(charity: World, **more: object) -> str:
    """A concern with a chronology: a line that was put right, and one that came late."""
    made = raise_concern(
        charity.desk("volunteer"), severity=Severity.HIGH, account=ACCOUNT, opinion="EGRET: I fear for him.", **more
    )  # type: ignore[arg-type]
    by = charity.desk("deputy")
    add_to_concern(by, made, what="Note", text="Rang the father.")
    line = charity.all(ConcernEntry, concern_ref=made)[-1].id
    correct_entry(by, made, line, text="Rang the mother.", reason="Mixed up.")
    add_to_concern(by, made, what="Late entry", text="Found on a slip of paper.")
    return made


def prepared(charity: World, ref: str, by: str = "dsl", black: str = "Aunt Heron", **more: object) -> str:
    desk = charity.desk(by, chance=random.SystemRandom())
    seen = papers_of(desk, ref)
    passages = {at: where(part, black) for at, part in enumerate(seen.parts)}
    given = {"recipient": "Children's services", "purpose": "A strategy meeting", "reason": "A third person."} | more
    return prepare_paper(desk, ref, passages=passages, seen=seen.mark, **given)  # type: ignore[arg-type]


def taken_out(charity: World, paper: str, by: str = "dsl") -> bytes:
    return take_out_paper(charity.desk(by), paper, make=concern_paper)


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def bytes_within(pdf: bytes) -> bytes:
    """All that the file holds, what is packed in it unpacked."""
    found = [pdf]
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_nothing_goes_out_before_a_second_person_has_approved_it(charity: World, ref: str) -> None:
    paper = prepared(charity, ref)

    with pytest.raises(Conflict, match="second person"):
        taken_out(charity, paper)
    with pytest.raises(Refused):
        read_paper_again(charity.desk("dsl"), paper, approved=True)
    read_paper_again(charity.desk("deputy"), paper, approved=False, remark="The aunt's street too.")
    with pytest.raises(Conflict):
        taken_out(charity, paper)

    assert charity.count(ConcernPaperCopy) == 0
    with pytest.raises(Conflict):
        read_paper_again(charity.desk("deputy"), paper, approved=True)


def test_what_is_black_is_in_no_byte_of_what_goes_out(charity: World, ref: str) -> None:
    paper = prepared(charity, ref)
    read_paper_again(charity.desk("deputy"), paper, approved=True)

    pdf = taken_out(charity, paper)

    said = " ".join(pages(pdf))
    assert "Robin said that [blacked out] locked the door." in said
    assert "Heron" not in said
    within = bytes_within(pdf)
    for form in ("Heron", "Aunt"):
        for encoded in (form.encode(), form.encode("utf-16-be"), form.encode().hex().encode()):
            assert encoded not in within


def test_every_page_says_who_took_it_out_and_the_whole_says_the_report_apart_from_opinion(
    charity: World, ref: str
) -> None:
    add_to_concern(charity.desk("dsl"), ref, what="Note", text="A long line. " * 700)
    paper = prepared(charity, ref)
    read_paper_again(charity.desk("deputy"), paper, approved=True)

    printed = pages(taken_out(charity, paper))

    copy = charity.all(ConcernPaperCopy)[0]
    assert len(printed) > 1
    for page in printed:
        assert f"{copy.ref}. Taken out by Dana Lead, 23 November 2026 at 10:00. In confidence." in page
    said = " ".join(printed)
    for words in (
        "For: Children's services",
        "What for: A strategy meeting",
        "What was seen or said, in the words in which it was told",
        "What the person who raised it thinks, apart from what was seen or said EGRET",
        "Note (corrected by no. 3) Rang the father.",
        "3. 23 November 2026 at 10:00, Dev Uty: Correction of no. 2 Rang the mother.",
        "4. Late entry, 23 November 2026 at 10:00",
    ):
        assert words in said


def test_what_went_out_is_kept_as_it_went_with_its_hash_and_is_on_record(charity: World, ref: str) -> None:
    paper = prepared(charity, ref)
    read_paper_again(charity.desk("deputy"), paper, approved=True)
    pdf = taken_out(charity, paper, by="deputy")

    [copy] = papers_of(charity.desk("dsl"), ref).papers[0].copies

    assert copy.sha256 == hashlib.sha256(pdf).hexdigest()
    assert open_paper_copy(charity.desk("dsl"), copy.ref) == pdf
    out, again = charity.events(action=Action.TAKE_OUT_CONCERN_PAPER, outcome="allow")
    assert (out.actor, out.subject, out.case_ref, out.facts["sha256"]) == ("deputy", ref, None, copy.sha256)
    assert again.facts["did"] == "opened a copy again"
    told = " ".join(str(event.facts) for event in charity.events(subject=ref))
    assert not {"Heron", "services", "strategy"} & {*re.split(r"\W", told)}


def test_what_is_written_later_is_not_in_a_version_that_was_read_before(charity: World, ref: str) -> None:
    paper = prepared(charity, ref)
    add_to_concern(charity.desk("dsl"), ref, what="Note", text="HERON-LATER")
    read_paper_again(charity.desk("deputy"), paper, approved=True)

    assert "HERON-LATER" not in " ".join(pages(taken_out(charity, paper)))


def test_a_version_is_not_prepared_from_words_that_have_changed_since(charity: World, ref: str) -> None:
    seen = papers_of(charity.desk("dsl"), ref).mark
    add_to_concern(charity.desk("deputy"), ref, what="Note", text="More.")

    with pytest.raises(Conflict, match="Somebody wrote"):
        prepare_paper(charity.desk("dsl"), ref, recipient="x", purpose="y", passages={}, reason="z", seen=seen)


@pytest.mark.parametrize("missing", ["recipient", "purpose", "reason"])
def test_for_whom_what_for_and_why_are_written_down(charity: World, ref: str, missing: str) -> None:
    with pytest.raises(Invalid):
        prepared(charity, ref, **{missing: " "})

    assert charity.count(ConcernPaper) == 0


def test_a_later_version_replaces_one_that_still_waits(charity: World, ref: str) -> None:
    first, second = prepared(charity, ref), prepared(charity, ref, black="door")

    with pytest.raises(Conflict):
        read_paper_again(charity.desk("deputy"), first, approved=True)
    read_paper_again(charity.desk("deputy"), second, approved=True)


def test_it_waits_for_the_second_reader_on_today_and_not_for_its_maker(charity: World, ref: str) -> None:
    prepared(charity, ref)

    told = {
        who: [one.text for one in pending_items(charity.desk(who)) if "referral" in one.text]
        for who in ("dsl", "deputy", "trustee", "manager")
    }

    assert told == {
        "dsl": [],
        "deputy": ["1 paper for a referral waits for a second reader"],
        "trustee": [],
        "manager": [],
    }


def test_C9_about_a_lead_the_trustee_reads_it_again_and_the_lead_hears_of_nothing(charity: World) -> None:
    ref = concern(charity, about=["dsl"])
    paper = prepared(charity, ref, by="deputy")

    for who in ("dsl", "manager", "volunteer"):
        with pytest.raises(NotFound):
            papers_of(charity.desk(who), ref)
        with pytest.raises(NotFound) as told:
            read_paper_again(charity.desk(who), paper, approved=True)
        with pytest.raises(NotFound) as none:
            read_paper_again(charity.desk(who), "CP-NONE", approved=True)
        assert str(told.value).replace(paper, "CP-NONE") == str(none.value)
        with pytest.raises(NotFound):
            taken_out(charity, paper, by=who)
        assert [one for one in pending_items(charity.desk(who)) if "referral" in one.text] == []
    read_paper_again(charity.desk("trustee"), paper, approved=True)
    pdf = taken_out(charity, paper, by="deputy")

    assert pdf.startswith(b"%PDF")
    copy = charity.all(ConcernPaperCopy)[0].ref
    with pytest.raises(NotFound):
        open_paper_copy(charity.desk("dsl"), copy)
    assert {event.action for event in charity.events(actor="dsl")} & LEAD_ACTIONS == set()
