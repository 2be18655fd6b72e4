"""Records: corrected beside what they said, moved by two people, with files that are what they say."""

from __future__ import annotations

import io
import random
import zipfile
from threading import Barrier, Thread

import pytest
from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.desk import Desk
from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.file_check import Upload, checked_file, clean_name
from okf.records.commands.records import add_files, add_record, correct_record, open_file
from okf.records.commands.relabels import approve_relabel, decline_relabel, propose_relabel
from okf.records.queries.case_records import RecordRow, records_in_view
from okf.records.queries.search import RecordSearch, marked, records_found
from okf.store.models import Record, RecordCorrection, RecordRelabel, StoredFile
from okf.store.narrative import PREFIX
from okf.terms import Action, RecordClass
from okf.terms.records import Channel, Direction
from tests.behind import behind_casebook
from tests.world import World

PDF = b"%PDF-1.7\nheron on paper\n%%EOF"


@pytest.fixture
def charity(world: World) -> World:
    """Two sides with a worker each, a second one for the first side, and a record that she told us."""
    for name in ("anna", "bert", "second"):
        world.caseworker(name)
    world.case("OKF-1", children=["child_c"])
    world.grant("anna", "OKF-1", compartments=["sole:party_a", "joint"])
    world.grant("second", "OKF-1", compartments=["sole:party_a", "joint"])
    world.grant("bert", "OKF-1", compartments=["sole:party_b", "joint"])
    world.record("OKF-1", "N-1", source="party_a", subjects=["party_a"], title="Gate", text="The gate was blue.")
    return world


def desk(world: World, by: str) -> Desk:
    """Somebody at the desk, whose new references are nobody else's."""
    return world.desk(by, chance=random.SystemRandom())


def seen(world: World, by: str) -> dict[str, RecordRow]:
    """The records that somebody reads."""
    return {row.id: row for row in records_in_view(desk(world, by), "OKF-1").rows}


# Corrections


@pytest.mark.both_databases
def test_a_correction_stands_beside_what_was_said(charity: World):
    correct_record(desk(charity, "anna"), "N-1", title="Gate", text="It was green.", reason="She said so", after=0)
    correct_record(desk(charity, "second"), "N-1", title="", text="It was red.", reason="Again", after=1)

    row = seen(charity, "anna")["N-1"]
    assert (row.title, row.text, row.reason, row.written_by) == (None, "It was red.", "Again", "Second")
    assert [one.text for one in row.earlier] == ["The gate was blue.", "It was green."]
    events = charity.events(action=Action.CHANGE_RECORD)
    assert [(event.subject, event.facts) for event in events] == [
        ("N-1", {"did": "corrected", "number": 1}),
        ("N-1", {"did": "corrected", "number": 2}),
    ]


@pytest.mark.both_databases
def test_two_who_correct_the_same_words_at_once_do_not_lose_one_of_them(charity: World):
    start, outcome = Barrier(2), []

    def correct(by: str) -> None:
        start.wait()
        try:
            correct_record(desk(charity, by), "N-1", title="", text=f"by {by}", reason="why", after=0)
            outcome.append("kept")
        except Conflict:
            outcome.append("conflict")

    both = [Thread(target=correct, args=(by,)) for by in ("anna", "second")]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(outcome) == ["conflict", "kept"]
    assert charity.count(RecordCorrection) == 1


@pytest.mark.both_databases
def test_nothing_that_was_written_is_changed_or_taken_away_in_sql(charity: World):
    correct_record(desk(charity, "anna"), "N-1", title="", text="It was green.", reason="She said so", after=0)
    add_files(desk(charity, "anna"), "N-1", [Upload("a.pdf", PDF)])
    propose_relabel(
        desk(charity, "anna"),
        "N-1",
        source="joint",
        subjects=["party_a"],
        present=["party_a", "party_b"],
        reason="both",
    )

    def run(statement: str) -> None:
        with behind_casebook(charity.store) as connection:
            connection.execute(text(statement))

    for statement in (
        "UPDATE record SET text = 'x'",
        "UPDATE record SET title = NULL",
        "DELETE FROM record",
        "UPDATE record_correction SET text = 'x'",
        "DELETE FROM record_correction",
        "UPDATE stored_file SET name = 'x'",
        "DELETE FROM stored_file",
        "UPDATE record_relabel SET compartment = 'joint'",
        "DELETE FROM record_relabel",
    ):
        with pytest.raises(DBAPIError, match="sealed"):
            run(statement)


def test_C2_a_record_of_the_other_side_reads_as_none_whatever_one_tries_to_do_to_it(charity: World):
    add_files(desk(charity, "anna"), "N-1", [Upload("a.pdf", PDF)])
    file = charity.one(StoredFile).ref
    bert = desk(charity, "bert")

    def told(do) -> str:
        with pytest.raises(CasebookError) as refused:
            do()
        return str(refused.value)

    for one, other in (("N-1", "N-9"), (file, "F-9")):
        tries = [
            lambda ref: correct_record(bert, ref, title="", text="x", reason="y", after=0),
            lambda ref: propose_relabel(
                bert, ref, source="joint", subjects=["party_b"], present=["party_a", "party_b"], reason="z"
            ),
            lambda ref: add_files(bert, ref, [Upload("b.pdf", PDF)]),
            lambda ref: open_file(bert, ref),
        ]
        for attempt in tries:
            there, not_there = told(lambda a=attempt, r=one: a(r)), told(lambda a=attempt, r=other: a(r))
            assert there == not_there.replace(other, one)
    assert charity.count(RecordCorrection) == charity.count(RecordRelabel) == 0
    assert charity.count(StoredFile) == 1


# Re-labelling


def test_C2_a_label_is_moved_by_two_who_may_both_read_it(charity: World):
    ref = propose_relabel(
        desk(charity, "anna"),
        "N-1",
        source="joint",
        subjects=["child_c"],
        present=["party_a", "party_b"],
        reason="both were there",
    )
    assert "N-1" not in seen(charity, "bert")
    with pytest.raises(Refused):
        approve_relabel(desk(charity, "anna"), ref)
    with pytest.raises(NotFound):
        approve_relabel(desk(charity, "bert"), ref)
    assert charity.one(Record, id="N-1").compartment == "sole:party_a"

    approve_relabel(desk(charity, "second"), ref)

    row = seen(charity, "bert")["N-1"]
    assert (row.source, row.subjects, row.proposal) == ("joint", ("child_c",), None)
    (event,) = [one for one in charity.events(action=Action.APPROVE_RELABEL) if one.outcome == "allow"]
    assert {"was": "sole:party_a", "to": "joint", "proposed_by": "anna"}.items() <= event.facts.items()
    with pytest.raises(Conflict):
        approve_relabel(desk(charity, "second"), ref)


def test_one_proposal_waits_at_a_time_and_may_be_taken_back(charity: World):
    ref = propose_relabel(
        desk(charity, "anna"),
        "N-1",
        source="joint",
        subjects=["party_a"],
        present=["party_a", "party_b"],
        reason="both",
    )
    with pytest.raises(Conflict):
        propose_relabel(desk(charity, "second"), "N-1", source="internal", subjects=["party_a"], reason="ours")
    decline_relabel(desk(charity, "anna"), ref)
    again = propose_relabel(
        desk(charity, "second"),
        "N-1",
        source="joint",
        subjects=["party_a"],
        present=["party_a", "party_b"],
        reason="both",
    )
    decline_relabel(desk(charity, "anna"), again)

    assert [row.answer for row in charity.all(RecordRelabel, record_id="N-1")] != [None, None]
    assert charity.one(Record, id="N-1").compartment == "sole:party_a"
    with pytest.raises(Invalid):
        propose_relabel(desk(charity, "anna"), "N-1", source="party_a", subjects=["party_a"], reason="as it is")


def test_a_helper_for_a_day_approves_no_label(charity: World):
    charity.volunteer("helper")
    charity.grant("helper", "OKF-1", compartments=["sole:party_a"])
    ref = propose_relabel(
        desk(charity, "anna"),
        "N-1",
        source="joint",
        subjects=["party_a"],
        present=["party_a", "party_b"],
        reason="both",
    )

    assert "not_permitted" in charity.reasons("helper", Action.APPROVE_RELABEL, record="N-1", about="anna")
    with pytest.raises(Refused):
        approve_relabel(desk(charity, "helper"), ref)


# Files


def test_a_file_is_opened_through_the_desk_alone_and_each_opening_is_on_record(charity: World):
    add_files(desk(charity, "anna"), "N-1", [Upload("Her letter.pdf", PDF)])
    (file,) = seen(charity, "second")["N-1"].files

    opened = open_file(desk(charity, "second"), file.ref)

    assert (opened.name, opened.content, file.size) == ("Her letter.pdf", PDF, len(PDF))
    (event,) = charity.events(action=Action.READ_RECORD)
    assert (event.actor, event.subject, event.facts) == ("second", "N-1", {"file": file.ref})
    charity.end_grant("G-2")
    with pytest.raises(NotFound):
        open_file(desk(charity, "second"), file.ref)
    assert "letter" not in str([event.facts for event in charity.events()])


def test_no_word_of_a_file_lies_readable_in_the_database(charity: World):
    add_files(desk(charity, "anna"), "N-1", [Upload("heron.pdf", PDF)])

    with charity.store.reading() as session:
        row = session.execute(text("SELECT name, sha256, content FROM stored_file")).one()
    assert row.name.startswith(PREFIX)
    assert row.sha256.startswith(PREFIX)
    assert b"heron" not in bytes(row.content)


def test_a_communication_keeps_how_it_went_and_a_document_may_speak_for_itself(charity: World):
    told = {"source": "party_a", "subjects": ["party_a"], "title": "", "occurred_at": charity.now}
    anna = desk(charity, "anna")
    call = add_record(
        anna,
        "OKF-1",
        record_class=RecordClass.COMMUNICATION,
        text="She rang.",
        channel=Channel.CALL,
        direction=Direction.TO_US,
        with_whom="her sister",
        **told,
    )
    paper = add_record(anna, "OKF-1", record_class=RecordClass.DOCUMENT, text="", files=[Upload("a.pdf", PDF)], **told)

    row = seen(charity, "anna")[call]
    assert (row.channel, row.direction, row.with_whom) == ("call", "to_us", "her sister")
    assert [file.name for file in seen(charity, "anna")[paper].files] == ["a.pdf"]
    with pytest.raises(Invalid):
        add_record(anna, "OKF-1", record_class=RecordClass.DOCUMENT, text="", **told)
    with pytest.raises(Invalid):
        add_record(anna, "OKF-1", record_class=RecordClass.NOTE, text="x", files=[Upload("a.exe", PDF)], **told)
    assert charity.count(Record) == 3


# Searching


@pytest.mark.both_databases
def test_C2_a_search_finds_what_its_reader_may_read_and_nothing_else(charity: World):
    charity.record("OKF-1", "N-2", source="party_b", title="Café", text="The gate was black.")
    charity.record("OKF-1", "N-3", source="joint", record_class=RecordClass.DOCUMENT, text="A long day")
    add_files(desk(charity, "anna"), "N-3", [Upload("Gate plan.pdf", PDF)])
    correct_record(desk(charity, "anna"), "N-1", title="", text="The gate was green.", reason="so", after=0)

    def found(by: str, **wanted) -> list[str]:
        return sorted(row.id for row in records_found(desk(charity, by), "OKF-1", RecordSearch(**wanted)).rows)

    assert found("anna", words="GATE") == ["N-1", "N-3"]
    assert found("bert", words="gate") == ["N-2", "N-3"]
    assert found("bert", words="cafe black") == ["N-2"]
    assert found("anna", words="blue") == []  # what it said before is read beside it, not found
    assert found("anna", classes=(RecordClass.DOCUMENT,)) == ["N-3"]
    assert found("anna", sources=("party_a",)) == ["N-1"]
    assert found("anna", since=charity.now.date()) == []


@pytest.mark.parametrize(
    "words, pieces",
    [
        ("café", [("The ", False), ("Cafe", True), ("\u0301 and ", False), ("CAFÉ", True), (".", False)]),
        ("the", [("The", True), (" Cafe\u0301 and CAFÉ.", False)]),
        ("nothing", [("The Cafe\u0301 and CAFÉ.", False)]),
    ],
)
def test_what_was_looked_for_stands_out(words: str, pieces: list[tuple[str, bool]]):
    assert marked("The Cafe\u0301 and CAFÉ.", words) == pieces
    assert "".join(piece for piece, _ in marked("İx ßy " * 300, "y")).startswith("İx ßy")


# What a file must be


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return out.getvalue()


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


WORD = {"[Content_Types]_xml": b"<a/>", "word__document_xml": b"<a/>"}
ODT = {"mimetype": b"application/vnd.oasis.opendocument.text", "content_xml": b"<a/>"}
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 60
MAIL = b"From: a@example.org\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nSubject: x\n\nHello"
GOOD = {
    "a.pdf": PDF,
    "a.docx": packed(**WORD),
    "a.xlsx": workbook(),
    "a.odt": packed(**ODT),
    "a.txt": "Ärger, naïve".encode(),
    "b.txt": "caf\xe9".encode("cp1252"),
    "a.PNG": PNG,
    "a.jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 60,
    "a.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40,
    "a.eml": MAIL,
    "a.msg": OLE + "__substg1.0_".encode("utf-16-le"),
}
BAD = {
    "a.exe": b"MZ\x90\0",
    "a.pdf": b"MZ\x90\0" + b"\0" * 200,
    "b.pdf": PDF + b"/JavaScript (x)",
    "a.txt": b"\x00\x01ab",
    "a.docm": packed(**WORD),
    "a.docx": packed(**WORD, word__vbaProject_bin=b"x"),
    "b.docx": PDF,
    "c.docx": b"PK\x03\x04",
    "d.docx": workbook(),
    "a.odt": packed(**ODT, Basic__x_xml=b"x"),
    "a.png": b"<svg/>",
    "a.jpg": PNG,
    "a.svg": b"<svg/>",
    "a.html": b"<html>",
    "a.msg": OLE,
    "a.zip": packed(a=b"x"),
    "a": PDF,
    "b.txt": b"",
    "pdf": PDF,
    "a.eml": MAIL.replace(b"Subject: x\n", b'Content-Disposition: attachment; filename="x.exe"\n'),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_of_a_kind_that_is_kept_here_is_kept(name: str):
    assert checked_file(Upload(name, GOOD[name]), megabytes=20).content == GOOD[name]


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_not_what_it_says_or_could_run_is_refused(name: str):
    with pytest.raises(Invalid):
        checked_file(Upload(name, BAD[name]), megabytes=20)


def test_a_file_of_bomb_size_is_refused_packed_or_not():
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("[Content_Types].xml", "word/document.xml"):
            with file.open(name, "w") as part:
                for _ in range(300):
                    part.write(b"\0" * 1_000_000)

    with pytest.raises(Invalid, match="unpacked"):
        checked_file(Upload("a.docx", bomb.getvalue()), megabytes=20)
    with pytest.raises(Invalid, match="at most 1 MB"):
        checked_file(Upload("a.pdf", PDF + b"\0" * 1_000_000), megabytes=1)


@pytest.mark.parametrize(
    "name, kept",
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        (r"C:\secret\x.pdf", "x.pdf"),
        ("ev\u202efdp.pdf", "evfdp.pdf"),
        ("a\x00b\n\tc.pdf", "abc.pdf"),
        ("\u200b.pdf", "file.pdf"),
        ("con.pdf", "_con.pdf"),
        ("a" * 300 + ".pdf", "a" * 100 + ".pdf"),
        ('<img onerror="x">.pdf', "_img onerror=_x__.pdf"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_a_files_name_is_only_a_name(name: str, kept: str):
    assert clean_name(name) == kept
