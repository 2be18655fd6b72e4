"""A record in the wrong place: sealed at a press for all but whoever decides, then moved whole, or found right."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from okf.cases.commands.cases import open_case_file
from okf.desk import Desk
from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.file_check import Upload
from okf.policy.redaction import Shown
from okf.proof.queries.assurance.proof import assure
from okf.records.commands.breaches import breach_letter, decide_on_breach
from okf.records.commands.misfilings import (
    leave_in_place,
    move_record,
    open_misfiled_file,
    open_misfiling,
    report_misfiling,
    take_away,
)
from okf.records.commands.records import add_files, correct_record, open_file, record_to_print
from okf.records.commands.relabels import approve_relabel, propose_relabel
from okf.records.queries.breaches import breach_register
from okf.records.queries.case_records import records_in_view, timeline_of
from okf.records.queries.misfilings import misfiling_in_view, misfilings_to_decide, place_of, stubs_of
from okf.records.queries.readers import readers_in_words
from okf.records.queries.search import RecordSearch, records_found
from okf.sharing.commands.express_agreements import agree_to_share
from okf.sharing.commands.redactions import add_file_to_share, black_out, read_again
from okf.sharing.commands.shares import ask_to_share, open_package, send_share
from okf.sharing.queries.choices import answer_to, choices_of
from okf.sharing.queries.express_agreements import agreements_of_case
from okf.sharing.queries.lists import shares_of_case
from okf.sharing.queries.second_readings import readings_waiting
from okf.sharing.queries.view import share_in_view
from okf.shell.drafts.commands import keep_draft
from okf.shell.drafts.queries import own_draft
from okf.store.models import Breach, Case, Draft, InformationShare, Misfiling, Record, Redaction, StoredFile
from okf.store.sealing import seal_bytes
from okf.terms import Action, RecordClass, Role, ShareStatus
from okf.terms.breaches import BreachOutcome
from okf.terms.records import MisfilingOutcome
from okf.today.queries.pending import pending_items
from tests.behind import unrecorded
from tests.proof.charity import Charity
from tests.world import World

PDF = b"%PDF-1.7\nheron on paper\n%%EOF"
MARKED = "heron"
SCHOOL = {"type": "school", "name": "Hilltop School"}


@pytest.fixture
def charity(world: World) -> World:
    """Two families; a note on the first one's case, with a correction and a file, that belongs to the second's."""
    world.manager()
    world.manager("other_manager")
    world.person("protector", roles=[Role.DATA_PROTECTION_LEAD])
    world.dsl()
    for name in ("anna", "second", "bert", "carol"):
        world.caseworker(name)
    world.volunteer()
    world.case("OKF-1")
    world.case("OKF-2", parties=("party_c", "party_d"), children=["child_e"])
    for who in ("anna", "second", "volunteer"):
        world.grant(who, "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a" if who == "anna" else None)
    world.grant("bert", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")
    world.grant("carol", "OKF-2", compartments=["sole:party_c", "joint"], lead_for="party_c")
    world.at("2026-11-23T10:00")
    world.record(
        "OKF-1",
        "N-1",
        source="party_a",
        subjects=["party_a"],
        title="The heron",
        text="At 4 Heron Lane.",
        written_by="anna",
        written_at=world.now,
    )
    correct_record(desk(world, "anna"), "N-1", title="Heron", text="5 Heron Lane.", reason="A heron said so", after=0)
    add_files(desk(world, "anna"), "N-1", [Upload("heron.pdf", PDF)])
    world.later(minutes=5)
    return world


def desk(world: World, by: str) -> Desk:
    """Somebody at the desk, whose new references are nobody else's."""
    return world.desk(by, chance=random.SystemRandom())


def pressed(world: World, by: str = "volunteer") -> str:
    """Somebody says that N-1 lies in the wrong place; the reference under which it waits."""
    report_misfiling(desk(world, by), "N-1", note="Another family, I think")
    return world.all(Misfiling)[-1].ref


def moved(world: World, by: str = "manager") -> str:
    """It is moved to whom it belongs."""
    world.later(minutes=5)
    ref = world.all(Misfiling)[-1].ref
    where = {"to_case": "OKF-2", "source": "party_c", "subjects": ["party_c"]}
    return move_record(desk(world, by), ref, **where, reason="It is her street")


def readers(file: str, share: str) -> dict[str, Callable[[Desk], Any]]:
    """Every way by which words of a record, or that it is there, come before somebody; they change nothing."""
    return {
        "list": lambda d: records_in_view(d, "OKF-1"),
        "search": lambda d: records_found(d, "OKF-1", RecordSearch(words=MARKED)),
        "search by kind": lambda d: records_found(d, "OKF-1", RecordSearch(classes=(RecordClass.NOTE,))),
        "timeline": lambda d: timeline_of(d, "OKF-1"),
        "file": lambda d: open_file(d, file),
        "print": lambda d: record_to_print(d, "N-1"),
        "draft": lambda d: own_draft(d, "correction", "N-1", case_ref="OKF-1"),
        "records to share": lambda d: choices_of(d, "OKF-1"),
        "express agreements": lambda d: agreements_of_case(d, "OKF-1"),
        "share": lambda d: share_in_view(d, share).texts,
        "what went out": lambda d: open_package(d, share).content,
        "second readings": readings_waiting,
        "shares of the case": lambda d: [row.to for row in shares_of_case(d, "OKF-1") if row.records],
    }


def changers(share: str, proposal: str) -> dict[str, Callable[[Desk], Any]]:
    """Every deed on a record or with it."""
    asked = {"recipient": SCHOOL, "records": ["N-1"]}
    return {
        "correct": lambda d: correct_record(d, "N-1", title="x", text="x", reason="x", after=1),
        "add a file": lambda d: add_files(d, "N-1", [Upload("b.pdf", PDF)]),
        "label": lambda d: propose_relabel(
            d, "N-1", source="joint", subjects=["party_a"], present=["party_a", "party_b"], reason="x"
        ),
        "answer the label": lambda d: approve_relabel(d, proposal),
        "ask what a share needs": lambda d: answer_to(d, "OKF-1", asked),
        "ask to share": lambda d: ask_to_share(d, **asked),
        "agree to share": lambda d: agree_to_share(d, "OKF-1", source="party_a", **asked),
        "black out": lambda d: black_out(d, share, "N-1", passages=[(0, 1)], reason="x"),
        "send": lambda d: send_share(d, share, ticked=[]),
        "say so again": lambda d: report_misfiling(d, "N-1"),
    }


def finds(world: World, read: Callable[[Desk], Any], by: str) -> bool:
    """Whether somebody comes upon the record, or a word of it."""
    try:
        told = repr(read(desk(world, by)))
    except CasebookError as error:
        told = str(error).replace("'N-1'", "")  # what was asked for is said back
    return any(word in told for word in ("heron", "Heron", "'N-1'", "Hilltop"))


EVERYBODY = ("anna", "second", "volunteer", "bert", "carol", "manager", "other_manager", "protector", "dsl")


@pytest.fixture
def shared(charity: World) -> tuple[dict[str, Callable[[Desk], Any]], dict[str, Callable[[Desk], Any]]]:
    """All that can hang on a record: an agreement, a share, a text to be read again, a draft and a proposal."""
    anna = desk(charity, "anna")
    agree_to_share(anna, "OKF-1", source="party_a", records=["N-1"], recipient=SCHOOL)
    sent = ask_to_share(anna, records=["N-1"], recipient=SCHOOL).ref
    send_share(anna, sent, ticked=share_in_view(anna, sent).conditions, make=lambda content: repr(content).encode())
    waiting = ask_to_share(anna, records=["N-1"], recipient=SCHOOL).ref
    black_out(anna, waiting, "N-1", passages=[(0, 1)], reason="not wanted")
    keep_draft(anna, "correction", "N-1", values={"text": "a heron again"}, case_ref="OKF-1")
    proposal = propose_relabel(
        anna, "N-1", source="joint", subjects=["party_a"], present=["party_a", "party_b"], reason="x"
    )
    [file] = charity.all(StoredFile)
    return readers(file.ref, sent), changers(waiting, proposal)


@pytest.mark.both_databases
def test_C2_from_the_press_on_nobody_reads_it_by_any_way(charity: World, shared: Any):
    reading, changing = shared
    side = {by: {name for name, read in reading.items() if finds(charity, read, by)} for by in EVERYBODY}
    assert side["anna"] == reading.keys() - {"second readings"}
    assert side["second"] == reading.keys() - {"draft"}
    assert not (side["bert"] | side["carol"])

    pressed(charity)

    left = {by: {name for name, read in reading.items() if finds(charity, read, by)} for by in EVERYBODY}
    # That a share went out stays on record for those who decide shares; not to whom, nor what was in it.
    assert {by: names for by, names in left.items() if names} == {}
    for by in EVERYBODY:
        for name, change in changing.items():
            with pytest.raises((NotFound, Refused, Conflict, Invalid)):
                pytest.fail(f"{name} by {by}: {change(desk(charity, by))}")
    assert charity.all(Draft) == []
    assert charity.count(Record) == 1


def test_C2_who_approved_a_compelled_share_opens_nothing_of_it_either(charity: World, shared: Any):
    reading, _ = shared
    [sent] = charity.all(InformationShare, status=ShareStatus.SENT)
    with unrecorded(charity.store) as session:
        session.get_one(InformationShare, sent.ref).approvals = {Role.DATA_PROTECTION_LEAD.value: "protector"}
    assert finds(charity, reading["what went out"], "protector")

    pressed(charity)

    assert not finds(charity, reading["what went out"], "protector")


def test_C2_no_emergency_concern_or_custody_opens_it(charity: World):
    charity.concern("OKF-1", "K-1", about=["party_a"])
    charity.emergency("manager", "OKF-1")
    assert charity.may("dsl", Action.READ_RECORD, record="N-1")
    assert charity.may("manager", Action.READ_RECORD, record="N-1")

    pressed(charity)

    for who in ("dsl", "manager"):
        assert charity.reasons(who, Action.READ_RECORD, record="N-1") == ["in_wrong_place"]
    charity.close("OKF-1")
    assert not charity.may("protector", Action.READ_RECORD, record="N-1", purpose="a request")


def test_C2_who_opened_a_file_of_it_is_told_apart_from_who_opened_its_case(charity: World):
    open_case_file(desk(charity, "second"), "OKF-1")
    [row] = records_in_view(desk(charity, "volunteer"), "OKF-1").rows
    open_file(desk(charity, "volunteer"), row.files[0].ref)
    charity.later(minutes=5)
    ref = pressed(charity)
    charity.later(minutes=5)

    [waiting] = misfilings_to_decide(desk(charity, "manager"))
    assert (waiting.read_by, waiting.opened) == (("Second", "Volunteer"), ("Volunteer",))
    [breach] = breach_register(desk(charity, "manager"))
    assert (breach.read_by, breach.opened) == (waiting.read_by, waiting.opened)
    said = readers_in_words(waiting.read_by, waiting.opened)
    assert "a file of it: Volunteer. Opened its case while they could read it there: Second;" in said
    open_misfiled_file(desk(charity, "manager"), ref, row.files[0].ref)
    moved(charity)
    [row] = records_in_view(desk(charity, "carol"), "OKF-2").rows
    assert row.moved
    assert row.moved.opened == ("Volunteer",)  # who opened it since, to decide on it, is not among them


def test_C2_a_note_on_the_wrong_family_found_by_a_volunteer(charity: World):
    open_case_file(desk(charity, "second"), "OKF-1")
    open_case_file(desk(charity, "bert"), "OKF-1")  # who can't read it there
    charity.later(minutes=5)
    ref = pressed(charity)
    trace = stubs_of(desk(charity, "volunteer"), "OKF-1")
    assert [(one.record_id, one.gone_at) for one in trace] == [("N-1", None)]
    assert stubs_of(desk(charity, "bert"), "OKF-1") == ()

    charity.later(minutes=5)
    [waiting] = misfilings_to_decide(desk(charity, "manager"))
    assert (waiting.ref, waiting.read_by, waiting.note) == (ref, ("Second", "Volunteer"), "Another family, I think")
    open_misfiling(desk(charity, "manager"), ref)
    opened = misfiling_in_view(desk(charity, "manager"), ref)
    assert (opened.row.text, opened.row.earlier[0].text) == ("5 Heron Lane.", "At 4 Heron Lane.")
    assert open_misfiled_file(desk(charity, "manager"), ref, opened.row.files[0].ref).content == PDF
    assert place_of(desk(charity, "manager"), "OKF-2").people.keys() == {"party_c", "party_d", "child_e"}
    new = moved(charity)

    [row] = records_in_view(desk(charity, "carol"), "OKF-2").rows
    assert (row.id, row.text, row.source, row.subjects) == (new, "5 Heron Lane.", "party_c", ("party_c",))
    assert [(one.text, one.written_by) for one in row.earlier] == [("At 4 Heron Lane.", "Anna")]
    assert open_file(desk(charity, "carol"), row.files[0].ref).content == PDF
    assert row.moved
    assert row.moved.read_by == ("Second", "Volunteer")
    assert [one.gone_at for one in stubs_of(desk(charity, "anna"), "OKF-1")] == [charity.now]
    assert records_in_view(desk(charity, "anna"), "OKF-1").rows == ()
    did = [event.facts.get("did") for event in charity.events(actor="manager", action=Action.DECIDE_MISFILING)]
    assert did == ["misfiled record opened", "misfiled record opened", None]
    assert not any(MARKED in str(event.facts).casefold() for event in charity.events())


@pytest.mark.both_databases
def test_what_was_done_holds_before_whoever_checks_the_record(charity: World):
    Charity(charity).account_for_everything()
    charity.later(minutes=1)
    open_case_file(desk(charity, "second"), "OKF-1")
    pressed(charity)
    moved(charity)
    found = {one.check.key: one.count for one in assure(charity.host()).findings}
    assert (found["accesses_without_right"], found["rows_past_casebook"]) == (0, 0)


def test_C2_found_right_it_opens_again_to_those_who_had_it(charity: World):
    ref = pressed(charity)
    leave_in_place(desk(charity, "protector"), ref, reason="It is her own street")
    assert [row.id for row in records_in_view(desk(charity, "anna"), "OKF-1").rows] == ["N-1"]
    assert records_in_view(desk(charity, "bert"), "OKF-1").rows == ()
    assert stubs_of(desk(charity, "anna"), "OKF-1") == ()
    assert charity.one(Breach).outcome is BreachOutcome.NO_BREACH
    pressed(charity, "anna")  # and may be said anew
    assert records_in_view(desk(charity, "second"), "OKF-1").rows == ()


def test_C2_the_wrong_side_of_one_case(charity: World):
    ref = pressed(charity)
    move = {"to_case": "OKF-1", "subjects": ["party_b"], "reason": "He said it"}
    with pytest.raises(Invalid):
        move_record(desk(charity, "manager"), ref, source="party_a", **move)
    move_record(desk(charity, "manager"), ref, source="party_b", **move)
    assert [row.text for row in records_in_view(desk(charity, "bert"), "OKF-1").rows] == ["5 Heron Lane."]
    assert records_in_view(desk(charity, "anna"), "OKF-1").rows == ()


@pytest.mark.parametrize("by", ["anna", "bert", "volunteer", "dsl", "tied", "elsewhere"])
def test_C5_a_second_person_without_a_tie_decides(charity: World, by: str):
    charity.manager("tied")
    charity.conflict("tied", "party_a")
    charity.manager("elsewhere")
    charity.conflict("elsewhere", "party_d")
    ref = pressed(charity)
    with pytest.raises((Refused, NotFound)):
        moved(charity, by)
    if by != "elsewhere":
        with pytest.raises((Refused, NotFound)):
            open_misfiling(desk(charity, by), ref)
    assert charity.one(Misfiling).outcome is None


def test_C5_neither_who_pressed_nor_who_wrote_it_decides(charity: World):
    charity.role("anna", Role.MANAGER)
    charity.role("volunteer", Role.MANAGER)
    ref = pressed(charity)
    for who in ("anna", "volunteer"):
        assert misfilings_to_decide(desk(charity, who)) == ()
        with pytest.raises(Refused):
            leave_in_place(desk(charity, who), ref, reason="It is right")


def test_C9_a_safeguarding_matter_is_its_leads_to_place(charity: World):
    charity.record("OKF-1", "N-S", source="safeguarding", text="S", written_by="anna", written_at=charity.now)
    charity.concern("OKF-1", "K-1", about=["party_a"])
    report_misfiling(desk(charity, "dsl"), "N-S")
    charity.person("deputy", roles=[Role.DEPUTY_DSL])
    assert misfilings_to_decide(desk(charity, "manager")) == ()
    assert [one.record_id for one in misfilings_to_decide(desk(charity, "deputy"))] == ["N-S"]


def test_C10_of_a_mediation_whoever_decides_reads_the_label_alone(charity: World):
    charity.person("mediator", roles=[Role.MEDIATOR])
    charity.mediation("OKF-1", mediator="mediator")
    charity.grant("mediator", "OKF-1")
    private = {"record_class": RecordClass.MEDIATION_PRIVATE_NOTE, "mediation_ref": "MED-1", "text": "heron"}
    charity.record("OKF-1", "N-M", source="party_a", written_by="mediator", written_at=charity.now, **private)
    report_misfiling(desk(charity, "mediator"), "N-M")
    ref = charity.one(Misfiling).ref
    assert misfiling_in_view(desk(charity, "manager"), ref).row.text is None
    with pytest.raises(Invalid):
        moved(charity)
    take_away(desk(charity, "manager"), ref, reason="It is of another mediation")
    assert charity.one(Misfiling).outcome is MisfilingOutcome.TAKEN_AWAY
    assert not charity.may("mediator", Action.READ_RECORD, record="N-M")


def test_a_call_on_the_wrong_case_counts_for_neither_its_contact_nor_after_it_is_moved(charity: World):
    call = {"record_class": RecordClass.COMMUNICATION, "text": "x", "occurred_at": "2026-11-20T10:00"}
    charity.record("OKF-1", "N-1C", source="party_a", written_by="anna", written_at=charity.now, **call)
    assert str(charity.one(Case, ref="OKF-1").quiet_since) == "2026-11-20"
    report_misfiling(desk(charity, "anna"), "N-1C")
    assert str(charity.one(Case, ref="OKF-1").quiet_since) == "2026-06-01"
    moved(charity)
    assert str(charity.one(Case, ref="OKF-1").quiet_since) == "2026-06-01"
    assert str(charity.one(Case, ref="OKF-2").quiet_since) == "2026-11-20"


# A file by itself

SECOND = b"%PDF-1.7\nan egret on paper\n%%EOF"


def strayed(world: World, by: str = "volunteer") -> str:
    """Somebody says that the heron's picture alone lies in the wrong place, another file of N-1 does not."""
    add_files(desk(world, "second"), "N-1", [Upload("egret.pdf", SECOND)])
    world.later(minutes=5)
    report_misfiling(desk(world, by), "N-1", file_ref=file_named(world, "heron.pdf"))
    return world.all(Misfiling)[-1].ref


def file_named(world: World, name: str) -> str:
    return next(one.ref for one in world.all(StoredFile) if one.name == name)


def names_read(world: World, by: str, case: str = "OKF-1") -> list[str]:
    """The files that somebody sees on the records of a case."""
    return [file.name for row in records_in_view(desk(world, by), case).rows for file in row.files]


@pytest.mark.both_databases
def test_C2_a_file_is_sealed_alone_and_nobody_opens_it_by_any_way(charity: World):
    anna = desk(charity, "anna")
    file = file_named(charity, "heron.pdf")
    for _ in range(2):
        agree_to_share(anna, "OKF-1", source="party_a", records=["N-1"], recipient=SCHOOL)
    sent, waiting = (ask_to_share(anna, records=["N-1"], recipient=SCHOOL).ref for _ in range(2))
    for share in (sent, waiting):
        add_file_to_share(anna, share, file, shown=Shown((0,), ()), reason="They ask for it")
    read_again(desk(charity, "second"), charity.all(Redaction, share_ref=sent)[0].ref, approved=True, seen=[0])
    send_share(anna, sent, ticked=share_in_view(anna, sent).conditions, make=lambda _: b"what went out")
    assert open_package(anna, sent).content == b"what went out"
    charity.later(minutes=1)

    strayed(charity)

    for by in ("anna", "second", "volunteer"):
        assert names_read(charity, by) == ["egret.pdf"]
        assert records_found(desk(charity, by), "OKF-1", RecordSearch(words="heron.pdf")).rows == ()
        with pytest.raises(NotFound):
            open_file(desk(charity, by), file)
        assert open_file(desk(charity, by), file_named(charity, "egret.pdf")).content == SECOND
        assert [row.name for row in record_to_print(desk(charity, by), "N-1").row.files] == ["egret.pdf"]
        with pytest.raises(NotFound):
            open_package(desk(charity, by), sent)
        [text] = share_in_view(desk(charity, by), waiting).texts
        assert [(one.name, one.version) for one in text.files] == [("egret.pdf", None)]
        assert readings_waiting(desk(charity, by)) == ()
    with pytest.raises(NotFound):
        add_file_to_share(anna, waiting, file, shown=Shown((0,), ()), reason="x")
    with pytest.raises(NotFound):
        report_misfiling(anna, "N-1", file_ref=file)
    [unsent] = charity.all(Redaction, share_ref=waiting)
    assert unsent.replaced_at == charity.now
    went: list[Any] = []
    send_share(
        anna, waiting, ticked=share_in_view(anna, waiting).conditions, make=lambda content: went.append(content) or b"x"
    )
    assert [one.files for one in went[0].records] == [()]


def test_C2_the_record_of_a_sealed_file_stays_as_it_is_for_those_who_read_it(charity: World):
    keep_draft(desk(charity, "anna"), "correction", "N-1", values={"text": "begun"}, case_ref="OKF-1")
    strayed(charity)
    assert [row.text for row in records_in_view(desk(charity, "anna"), "OKF-1").rows] == ["5 Heron Lane."]
    assert charity.count(Draft) == 1
    correct_record(desk(charity, "anna"), "N-1", title="A", text="B", reason="C", after=1)
    traces = [(one.record_id, one.of_file) for one in stubs_of(desk(charity, "second"), "OKF-1")]
    assert traces == [("N-1", True)]
    assert stubs_of(desk(charity, "bert"), "OKF-1") == ()


def test_C2_whoever_decides_on_a_file_opens_that_and_no_word_of_its_record(charity: World):
    ref = strayed(charity)
    [waiting] = misfilings_to_decide(desk(charity, "manager"))
    assert (waiting.ref, waiting.of_file) == (ref, True)
    opened = misfiling_in_view(desk(charity, "manager"), ref).row
    assert (opened.title, opened.text, opened.earlier) == (None, None, ())
    assert [one.name for one in opened.files] == ["heron.pdf"]
    heron, egret = file_named(charity, "heron.pdf"), file_named(charity, "egret.pdf")
    assert open_misfiled_file(desk(charity, "manager"), ref, heron).content == PDF
    with pytest.raises(NotFound):
        open_misfiled_file(desk(charity, "manager"), ref, egret)


@pytest.mark.both_databases
def test_C2_a_file_is_moved_alone_with_who_added_it_and_who_had_opened_it(charity: World):
    heron = file_named(charity, "heron.pdf")
    added = charity.one(StoredFile, ref=heron)
    open_file(desk(charity, "volunteer"), heron)
    charity.later(minutes=1)
    open_case_file(desk(charity, "second"), "OKF-1")
    strayed(charity)

    new = moved(charity)

    [row] = records_in_view(desk(charity, "carol"), "OKF-2").rows
    assert (row.id, row.record_class, row.title, row.text) == (new, RecordClass.DOCUMENT, "heron.pdf", None)
    [copy] = charity.all(StoredFile, record_id=new)
    assert (copy.added_by, copy.added_at, copy.sha256) == (added.added_by, added.added_at, added.sha256)
    assert open_file(desk(charity, "carol"), copy.ref).content == PDF
    assert row.moved
    assert (row.moved.read_by, row.moved.opened) == (("Second", "Volunteer"), ("Volunteer",))
    assert names_read(charity, "anna") == ["egret.pdf"]
    [trace] = stubs_of(desk(charity, "anna"), "OKF-1")
    assert (trace.of_file, trace.gone_at) == (True, charity.now)
    with pytest.raises(NotFound):
        open_file(desk(charity, "anna"), heron)


def test_C2_a_file_found_right_opens_again_and_nothing_was_breached(charity: World):
    ref = strayed(charity)
    leave_in_place(desk(charity, "manager"), ref, reason="It is her own heron")
    assert names_read(charity, "anna") == ["heron.pdf", "egret.pdf"]
    assert charity.one(Breach).outcome is BreachOutcome.NO_BREACH
    assert stubs_of(desk(charity, "anna"), "OKF-1") == ()


def test_C5_whoever_added_the_file_does_not_decide_on_it_and_whoever_wrote_its_record_may(charity: World):
    charity.record("OKF-1", "N-9", source="party_a", text="x", written_by="manager", written_at=charity.now)
    with unrecorded(charity.store) as session:
        content = seal_bytes(session, StoredFile.content, "F-9", "case:OKF-1", PDF)
        told = {"kind": "pdf", "size": len(PDF), "sha256": sha256(PDF).hexdigest(), "content": content}
        added = {"added_by": "other_manager", "added_at": charity.now}
        session.add(StoredFile(ref="F-9", record_id="N-9", case_ref="OKF-1", name="nine.pdf", **told, **added))
    charity.later(minutes=1)
    report_misfiling(desk(charity, "anna"), "N-9", file_ref="F-9")
    ref = charity.one(Misfiling).ref
    assert misfilings_to_decide(desk(charity, "other_manager")) == ()
    with pytest.raises(Refused):
        take_away(desk(charity, "other_manager"), ref, reason="x")
    take_away(desk(charity, "manager"), ref, reason="It is of nobody here")
    assert "nine.pdf" not in names_read(charity, "anna")


def test_C2_a_record_moves_without_a_file_that_waits_by_itself_and_that_can_not_come_back_to_it(charity: World):
    ref = strayed(charity)
    pressed(charity, "second")
    waiting = misfilings_to_decide(desk(charity, "manager"))
    assert sorted((one.record_id, one.of_file) for one in waiting) == [("N-1", False), ("N-1", True)]
    whole = next(one.ref for one in waiting if not one.of_file)
    heron = file_named(charity, "heron.pdf")
    assert [one.name for one in misfiling_in_view(desk(charity, "manager"), whole).row.files] == ["egret.pdf"]
    with pytest.raises(NotFound):
        open_misfiled_file(desk(charity, "manager"), whole, heron)

    where = {"to_case": "OKF-2", "source": "party_c", "subjects": ["party_c"]}
    move_record(desk(charity, "manager"), whole, **where, reason="It is hers")

    assert names_read(charity, "carol", "OKF-2") == ["egret.pdf"]
    with pytest.raises(Conflict):
        leave_in_place(desk(charity, "manager"), ref, reason="x")
    move_record(desk(charity, "manager"), ref, to_case="OKF-1", source="party_b", subjects=["party_b"], reason="His")
    assert names_read(charity, "bert") == ["heron.pdf"]


def test_C2_a_file_of_another_record_can_not_be_named(charity: World):
    charity.record("OKF-2", "N-2", source="party_c", text="x", written_by="carol", written_at=charity.now)
    add_files(desk(charity, "carol"), "N-2", [Upload("tern.pdf", SECOND)])
    with pytest.raises(NotFound):
        report_misfiling(desk(charity, "anna"), "N-1", file_ref=file_named(charity, "tern.pdf"))
    assert charity.count(Misfiling) == 0


def test_a_misfiled_file_takes_no_call_out_of_the_count(charity: World):
    call = {"record_class": RecordClass.COMMUNICATION, "text": "x", "occurred_at": "2026-11-20T10:00"}
    charity.record("OKF-1", "N-1C", source="party_a", written_by="anna", written_at=charity.now, **call)
    add_files(desk(charity, "anna"), "N-1C", [Upload("tern.pdf", SECOND)])
    report_misfiling(desk(charity, "anna"), "N-1C", file_ref=file_named(charity, "tern.pdf"))
    assert str(charity.one(Case, ref="OKF-1").quiet_since) == "2026-11-20"


@pytest.mark.both_databases
def test_what_was_done_with_a_file_holds_before_whoever_checks_the_record(charity: World):
    Charity(charity).account_for_everything()
    charity.later(minutes=1)
    strayed(charity)
    moved(charity)
    found = {one.check.key: one.count for one in assure(charity.host()).findings}
    assert (found["accesses_without_right"], found["rows_past_casebook"]) == (0, 0)


def test_C1_the_register_has_a_file_with_its_72_hours_and_its_letters(charity: World):
    strayed(charity)
    moved(charity)
    [row] = breach_register(desk(charity, "protector"))
    assert (row.record_id, row.of_file, row.ico_by - row.aware_at) == ("N-1", True, timedelta(hours=72))
    letter = breach_letter(desk(charity, "protector"), row.ref, "party_c")
    assert letter.written_at == charity.one(StoredFile, ref=file_named(charity, "heron.pdf")).added_at


# The register


def test_C1_the_register_opens_with_its_72_hours(charity: World):
    pressed(charity)
    [row] = breach_register(desk(charity, "protector"))
    assert row.ico_by - row.aware_at == timedelta(hours=72)
    assert row.concerned == ()
    said = [one.text for one in pending_items(desk(charity, "protector"))]
    assert said == ["1 record or file may be in the wrong place", "1 breach waits for a decision"]
    moved(charity)
    [row] = breach_register(desk(charity, "protector"))
    assert [who for who, _ in row.concerned] == ["party_c"]
    charity.later(hours=73)
    assert [one.overdue for one in pending_items(desk(charity, "protector"))] == [True]

    told = charity.now - timedelta(hours=2)
    with pytest.raises(Invalid):
        decide_on_breach(desk(charity, "protector"), row.ref, outcome=BreachOutcome.ICO_TOLD, reason="Her street")
    decide_on_breach(
        desk(charity, "protector"), row.ref, outcome=BreachOutcome.ICO_TOLD, reason="Her street", told_at=told
    )
    [row] = breach_register(desk(charity, "protector"))
    assert (row.outcome, row.reason, row.told_at) == (BreachOutcome.ICO_TOLD, "Her street", told)
    with pytest.raises(Conflict):
        decide_on_breach(desk(charity, "manager"), row.ref, outcome=BreachOutcome.ICO_NOT_TOLD, reason="x")
    assert pending_items(desk(charity, "protector")) == []


def test_C2_a_letter_to_each_who_is_concerned_names_neither_the_other_family_nor_a_word(charity: World):
    open_case_file(desk(charity, "second"), "OKF-1")
    pressed(charity)
    moved(charity)
    [row] = breach_register(desk(charity, "protector"))
    letter = breach_letter(desk(charity, "protector"), row.ref, "party_c")
    assert (letter.to, letter.readers) == ("party_c", 2)
    with pytest.raises(NotFound):
        breach_letter(desk(charity, "protector"), row.ref, "party_a")
    for who in ("anna", "carol", "volunteer", "dsl"):
        with pytest.raises(Refused):
            breach_letter(desk(charity, who), row.ref, "party_c")
        with pytest.raises(Refused):
            breach_register(desk(charity, who))


@pytest.mark.parametrize("party", ["party_a", "party_d"])
def test_C2_a_tie_to_either_family_keeps_the_breach_from_whoever_has_it(charity: World, party: str):
    """Also to the family that the record was moved to: it is they whose names stand there."""
    pressed(charity)
    moved(charity)
    [row] = breach_register(desk(charity, "protector"))
    charity.conflict("protector", party, declared_at=charity.now)
    charity.later(minutes=1)
    tied = desk(charity, "protector")
    assert breach_register(tied) == ()
    assert pending_items(tied) == []
    with pytest.raises(Refused):
        breach_letter(tied, row.ref, "party_c")
    with pytest.raises(Refused):
        decide_on_breach(tied, row.ref, outcome=BreachOutcome.ICO_NOT_TOLD, reason="x")
