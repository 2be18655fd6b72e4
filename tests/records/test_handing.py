"""What the other side's source says, written where it belongs by whoever heard it, who then reads it no more (C2)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from okf.cases.commands.cases import close_case
from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.file_check import Upload
from okf.people.commands.outbox import send_waiting
from okf.proof.queries.assurance.proof import assure
from okf.records.commands.handing import hand_over_record, open_handed, take_handed
from okf.records.commands.left import save_left_draft
from okf.records.commands.misfilings import move_record, report_misfiling
from okf.records.commands.records import add_record, open_file, record_to_print
from okf.records.commands.relabels import propose_relabel
from okf.records.queries.case_records import records_in_view, timeline_of
from okf.records.queries.handed import handed_in_view, handed_lists, sources_of
from okf.records.queries.parts import HandedBy
from okf.records.queries.search import RecordSearch, records_found
from okf.shell.drafts.commands import keep_draft
from okf.store.models import HandedRecord, Misfiling, Record, StoredFile
from okf.terms import Action, Capacity, RecordClass, Role
from okf.today.queries.pending import pending_items
from tests.cases.test_case_pages import open_page, sent
from tests.post_office import post_office
from tests.proof.charity import Charity
from tests.world import World

PDF = b"%PDF-1.7\nheron on paper\n%%EOF"


@pytest.fixture
def charity(world: World) -> World:
    """A family with a lead on each side, a volunteer, managers, and a school that rings."""
    world.manager(email="manager@example.org")
    for name in ("anna", "bert", "second"):
        world.caseworker(name, email=f"{name}@example.org")
    world.volunteer()
    world.case("OKF-1", children=["child_c"])
    world.grant("anna", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.grant("bert", "OKF-1", ref="G-B", compartments=["sole:party_b", "joint"], lead_for="party_b")
    world.grant("volunteer", "OKF-1", compartments=["joint"], record_classes=[RecordClass.TASK_NOTE])
    return world


def desk(world: World, by: str) -> Desk:
    """Somebody at the desk, whose new references are nobody else's."""
    return world.desk(by, chance=random.SystemRandom())


def hand(world: World, by: str = "anna", source: str = "party_b", **more: Any) -> None:
    """Somebody hands over what a source said."""
    said = {"title": "A call", "text": "The heron is at 4 Heron Lane.", "record_class": RecordClass.NOTE}
    about = {"source": source, "subjects": ["party_b"], "occurred_at": world.now}
    hand_over_record(desk(world, by), "OKF-1", **{**said, **about, **more})


def waits(world: World, by: str) -> list[str]:
    """What somebody's Today says of it."""
    return [one.text for one in pending_items(desk(world, by)) if one.page == "handed_over"]


@pytest.mark.both_databases
def test_C2_a_call_to_the_wrong_caseworker_is_read_by_the_right_one_alone(charity: World):
    Charity(charity).account_for_everything()
    charity.later(minutes=1)
    hand(charity, files=[Upload("heron.pdf", PDF)])

    [record], [file] = charity.all(Record), charity.all(StoredFile)
    assert (record.compartment, record.source, record.written_by) == ("sole:party_b", "party_b", "anna")
    assert [row.text for row in records_in_view(desk(charity, "bert"), "OKF-1").rows] == [record.text]
    anna = desk(charity, "anna")
    assert records_in_view(anna, "OKF-1").rows == ()
    assert records_found(anna, "OKF-1", RecordSearch(words="heron")).total == 0
    assert timeline_of(anna, "OKF-1") == ()
    for read in (lambda: open_file(anna, file.ref), lambda: record_to_print(anna, record.id)):
        with pytest.raises(NotFound):
            read()
    for read in (handed_in_view, open_handed, take_handed):
        with pytest.raises(NotFound):
            read(anna, record.id)

    assert waits(charity, "bert") == ["1 record was handed over to you"]
    assert waits(charity, "manager") == []
    [own] = handed_lists(anna).own
    assert (own.case_ref, own.handed_at) == ("OKF-1", charity.now)
    open_handed(desk(charity, "bert"), record.id)
    assert handed_in_view(desk(charity, "bert"), record.id).text == record.text
    take_handed(desk(charity, "bert"), record.id)
    assert waits(charity, "bert") == []
    with pytest.raises(Conflict):
        take_handed(desk(charity, "bert"), record.id)
    assert len(handed_lists(anna).own) == 1
    assert not any("heron" in str(event.facts).casefold() for event in charity.events())
    found = {one.check.key: one.count for one in assure(charity.host()).findings}
    assert (found["accesses_without_right"], found["rows_past_casebook"]) == (0, 0)


@pytest.mark.parametrize("source, to", [("party_b", "bert"), ("external", "manager")])
def test_who_is_to_read_it_gets_a_mail_without_a_word_of_it(
    charity: World, monkeypatch: pytest.MonkeyPatch, source: str, to: str
):
    with post_office(monkeypatch) as office:
        hand(charity, source=source)
        send_waiting(charity.host(), {})
    [(address, mail)] = office.taken
    assert address == f"{to}@example.org"
    assert not any(word in str(mail).casefold() for word in ("heron", "okf-1", "anna", "handed"))


def test_C2_a_side_without_a_caseworker_has_the_manager_told_and_nobody_else(charity: World):
    charity.end_grant("G-B")
    charity.later(minutes=1)
    charity.grant("second", "OKF-1", compartments=["sole:party_b"])  # works there, and answers for nobody
    hand(charity)
    assert waits(charity, "manager") == ["1 record waits for a side without a caseworker"]
    assert waits(charity, "second") == waits(charity, "anna") == []
    [one] = handed_lists(desk(charity, "manager")).for_nobody
    assert one.case_ref == "OKF-1"
    with pytest.raises(NotFound):
        handed_in_view(desk(charity, "manager"), charity.one(Record).id)
    charity.later(minutes=1)
    charity.grant("second", "OKF-1", compartments=["sole:party_b"], lead_for="party_b", from_=charity.now)
    assert waits(charity, "second") == ["1 record was handed over to you"]
    assert waits(charity, "manager") == []


def test_C2_a_manager_who_works_for_a_side_keeps_nothing_that_is_on_none(charity: World):
    charity.person("torn", roles=[Role.MANAGER, Role.CASEWORKER])
    charity.grant("torn", "OKF-1", compartments=["sole:party_a", "joint"])
    hand(charity, by="bert", source="external")

    assert [waits(charity, who) for who in ("manager", "torn")] == [["1 record was handed over to you"], []]
    with pytest.raises(NotFound):
        handed_in_view(desk(charity, "torn"), charity.one(Record).id)
    assert records_in_view(desk(charity, "torn"), "OKF-1").rows == ()


@pytest.mark.parametrize("source, keepers", [("external", {"manager"}), ("internal", {"anna", "bert"})])
def test_C2_what_is_on_nobodys_side_has_a_keeper_whom_nobody_let_in(charity: World, source: str, keepers: set[str]):
    hand(charity, by="volunteer", source=source, record_class=RecordClass.TASK_NOTE)
    record = charity.one(Record)
    for who in keepers:
        assert handed_in_view(desk(charity, who), record.id).text == record.text
    readers = {who for who in ("anna", "bert", "second", "volunteer", "manager") if _reads(charity, who, record.id)}
    assert readers == keepers
    assert {who for who in ("anna", "bert", "manager") if waits(charity, who)} == readers
    assert not charity.may("manager", Action.OPEN_CASE, "OKF-1")
    assert not charity.may("manager", Action.READ_RECORD, "OKF-1", compartment="sole:party_a")
    charity.close("OKF-1")
    assert not _reads(charity, "manager", record.id)


def _reads(world: World, who: str, record: str) -> bool:
    return world.may(who, Action.READ_RECORD, record=record)


def test_C5_a_manager_with_a_tie_keeps_nothing_of_that_family(charity: World):
    charity.conflict("manager", "party_a")
    hand(charity, source="external")
    assert waits(charity, "manager") == []
    with pytest.raises(NotFound):
        handed_in_view(desk(charity, "manager"), charity.one(Record).id)


def partner(world: World) -> None:
    """An allied partner on one side, whose access names no kinds."""
    world.person("partner", capacity="allied_partner", name="Petra Ally")
    world.grant("partner", "OKF-1", compartments=["sole:party_a"])


def test_C2_who_reads_what_was_handed_over_reads_who_heard_it(charity: World):
    """Also where it was moved since; whose name it was is for those who see who works on the case."""
    partner(charity)
    charity.volunteer("driver")
    charity.grant("driver", "OKF-1", compartments=["sole:party_b"])
    hand(charity, "partner")
    charity.later(minutes=1)

    def read(who: str) -> list[HandedBy | None]:
        return [one.handed for one in records_in_view(desk(charity, who), "OKF-1").rows]

    ally = Capacity.ALLIED_PARTNER
    assert read("bert") == [HandedBy("Petra Ally", ally)]
    assert read("driver") == [HandedBy(None, ally)]
    page = sent(open_page(charity, "bert", "case", case="OKF-1"))
    assert "Handed over by Petra Ally" in page
    report_misfiling(desk(charity, "bert"), charity.one(Record).id)
    charity.later(minutes=1)
    where = {"to_case": "OKF-1", "source": "party_a", "subjects": ["party_a"]}
    move_record(desk(charity, "manager"), charity.one(Misfiling).ref, reason="His", **where)
    charity.later(minutes=1)
    assert read("anna") == [HandedBy("Petra Ally", ally)]


@pytest.mark.parametrize(
    "by, source, more",
    [
        ("anna", "party_a", {}),  # hers to read: it is kept, not handed over
        ("anna", "safeguarding", {}),
        ("anna", "party_z", {}),
        ("anna", "party_b", {"record_class": RecordClass.THERAPY_NOTE}),
        ("anna", "party_b", {"subjects": []}),
        ("anna", "party_b", {"text": " "}),
        ("volunteer", "party_b", {}),  # their work covers task notes
        ("partner", "party_b", {"record_class": RecordClass.LEGAL_PAPER}),  # no paper in somebody else's name
        ("second", "party_b", {}),
        ("manager", "party_b", {}),
    ],
)
def test_C2_what_is_not_handed_over(charity: World, by: str, source: str, more: dict[str, Any]):
    partner(charity)
    with pytest.raises((Invalid, Refused, NotFound)):
        hand(charity, by=by, source=source, **more)
    assert charity.count(Record) == charity.count(HandedRecord) == 0


def test_the_sources_offered_are_those_that_one_may_write_with_the_hand_over_for_the_rest(charity: World):
    kinds = (RecordClass.NOTE, RecordClass.TASK_NOTE)
    anna = sources_of(desk(charity, "anna"), "OKF-1", kinds)
    assert anna.own == {"party_a": kinds, "joint": kinds, "internal": kinds}
    assert anna.handed == {"party_b": kinds, "child_c": kinds, "external": kinds}
    volunteer = sources_of(desk(charity, "volunteer"), "OKF-1", kinds)
    assert volunteer.own == {"joint": (RecordClass.TASK_NOTE,)}
    assert volunteer.handed.keys() == {"party_a", "party_b", "child_c", "external", "internal"}


@pytest.mark.parametrize("present, kept", [([], False), (["party_a"], False), (["party_a", "party_b"], True)])
def test_C2_both_together_names_who_was_in_the_room(charity: World, present: list[str], kept: bool):
    told = {"record_class": RecordClass.NOTE, "title": "", "text": "Both said so.", "occurred_at": charity.now}
    add = {"source": "joint", "subjects": ["child_c"], "present": present, **told}
    if kept:
        add_record(desk(charity, "anna"), "OKF-1", **add)
        assert charity.events(action=Action.ADD_RECORD)[-1].facts["present"] == present
        return
    with pytest.raises(Invalid, match="Who was in the room"):
        add_record(desk(charity, "anna"), "OKF-1", **add)
    assert charity.count(Record) == 0


@pytest.mark.parametrize("present, kept", [([], False), (["party_a"], False), (["party_a", "party_b"], True)])
@pytest.mark.parametrize("way", ["left", "moved", "labelled"])
def test_C2_no_other_way_calls_joint_what_one_alone_said(charity: World, way: str, present: list[str], kept: bool):
    """Neither a draft saved after the closing, nor a record moved or labelled anew."""
    charity.grant("second", "OKF-1", compartments=["sole:party_a", "joint"])
    charity.record("OKF-1", "N-A", source="party_a", subjects=["party_a"], text="A alone", written_by="anna")
    label = {"source": "joint", "subjects": ["party_a"], "present": present}
    if way == "left":
        keep_draft(desk(charity, "anna"), "record", "OKF-1", values={"text": "A alone", "record_class": "note"})
        charity.later(minutes=1)
        close_case(desk(charity, "manager"), "OKF-1", reason="done")
    elif way == "moved":
        report_misfiling(desk(charity, "second"), "N-A")
    charity.later(minutes=1)

    def act() -> None:
        if way == "left":
            save_left_draft(desk(charity, "anna"), "OKF-1", **label)
        elif way == "moved":
            move_record(desk(charity, "manager"), charity.all(Misfiling)[0].ref, to_case="OKF-1", reason="x", **label)
        else:
            propose_relabel(desk(charity, "anna"), "N-A", reason="x", **label)

    if kept:
        act()
        assert charity.events()[-1].facts["present"] == present
        return
    with pytest.raises(Invalid, match="Who was in the room"):
        act()
