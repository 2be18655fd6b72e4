"""Sound, film and photographs on a record: a session's recording only as C13 has it, and no place in any."""

from __future__ import annotations

from datetime import timedelta
from random import SystemRandom

import pytest

from okf.errors import Conflict, Invalid
from okf.file_check import Upload
from okf.mediation.commands.recordings import agree_to_record, ask_to_record
from okf.records.commands.records import add_files, open_file
from okf.store.models import StoredFile
from okf.terms import RecordClass, Role
from tests.cases.test_case_pages import open_page, sent
from tests.intake.test_enquiry_pages import button
from tests.test_file_metadata import PICTURES, film
from tests.world import World

pytestmark = pytest.mark.one_database
CASE, MED = "OKF-1", "MED-1"
SOUND = Upload("session.mp3", b"\xff\xfb\x90\x64" + b"\1" * 400)


@pytest.fixture
def charity(world: World) -> World:
    """A mediation with one joint note, and a note of one side."""
    world.person("mediator", roles=[Role.MEDIATOR])
    world.caseworker("worker_a")
    world.case(CASE)
    world.grant("worker_a", CASE, compartments=["sole:party_a", "joint"])
    world.grant("mediator", CASE)
    world.mediation(CASE, MED, mediator="mediator")
    world.record(
        CASE,
        "N-JOINT",
        source="joint",
        record_class=RecordClass.MEDIATION_JOINT_NOTE,
        mediation_ref=MED,
        text="Both spoke.",
    )
    world.record(CASE, "N-A", source="party_a", text="She left a message.")
    return world


def agreed(world: World, *whose: str) -> None:
    """A session's recording, agreed to by these, and the session begun."""
    desk = world.desk("mediator", chance=SystemRandom())
    by = (world.now + timedelta(days=30)).date()
    ref = ask_to_record(desk, MED, session_starts=world.now + timedelta(hours=2), purpose="For both", delete_by=by)
    for one in whose:
        agree_to_record(desk, ref, participant=one)
    world.later(hours=3)


def test_C13_a_sessions_recording_is_kept_only_where_everyone_agreed_before(charity: World) -> None:
    desk = charity.desk("mediator", chance=SystemRandom())
    with pytest.raises(Invalid, match="C13"):
        add_files(desk, "N-JOINT", [SOUND])
    agreed(charity, "party_a", "mediator")
    with pytest.raises(Invalid, match="C13"):
        add_files(desk, "N-JOINT", [SOUND])
    agreed(charity, "party_a", "party_b", "mediator")
    add_files(desk, "N-JOINT", [SOUND])
    assert [file.name for file in charity.all(StoredFile)] == ["session.mp3"]

    charity.later(days=40)  # it was to be deleted
    with pytest.raises(Invalid, match="C13"):
        add_files(desk, "N-JOINT", [SOUND])
    add_files(desk, "N-JOINT", [Upload("plan.txt", b"No recording")])


def test_C13_nobody_opens_a_sessions_recording_after_its_day_of_deletion(charity: World) -> None:
    agreed(charity, "party_a", "party_b", "mediator")
    desk = charity.desk("mediator", chance=SystemRandom())
    add_files(desk, "N-JOINT", [SOUND, Upload("plan.txt", b"No recording")])
    sound, plan = sorted(charity.all(StoredFile), key=lambda file: file.kind)
    charity.later(days=29)
    assert open_file(desk, sound.ref).content == SOUND.content

    charity.later(days=2)
    agreed(charity, "party_a", "party_b", "mediator")  # to that of another session
    with pytest.raises(Conflict, match="until a day that is over"):
        open_file(desk, sound.ref)
    assert open_file(desk, plan.ref).content == b"No recording"


def test_a_message_by_voice_is_played_in_the_page_and_that_is_on_record(charity: World) -> None:
    add_files(charity.desk("worker_a"), "N-A", [SOUND])
    page = open_page(charity, "worker_a", "case", case=CASE)
    assert page.get("audio") == []

    button(page, "Play").click().run()

    [played] = page.get("audio")
    assert played.proto.url.startswith("data:audio/mpeg;base64,")
    assert charity.events()[-1].facts["file"] == charity.all(StoredFile)[0].ref


def test_a_message_by_voice_and_a_film_are_kept_and_opened_as_they_are_played(charity: World) -> None:
    desk = charity.desk("worker_a")
    add_files(desk, "N-A", [SOUND, Upload("Ann.MOV", film())])

    opened = [open_file(desk, file.ref) for file in charity.all(StoredFile)]
    assert {(one.name, one.kind) for one in opened} == {("session.mp3", "mp3"), ("Ann.mov", "mov")}
    assert SOUND.content in [one.content for one in opened]


def test_the_card_says_that_the_place_where_a_photograph_was_taken_was_removed(charity: World) -> None:
    mail = Upload("mail.eml", b"From: a@example.org\r\nSubject: A door\r\n\r\nSee below.\r\n")
    add_files(
        charity.desk("worker_a"), "N-A", [Upload("door.heic", PICTURES["a.heic"]), Upload("a.txt", b"none"), mail]
    )

    page = sent(open_page(charity, "worker_a", "case", case=CASE))
    assert page.count("The place where it was taken was removed.") == 1
    assert page.count("Pictures in it may tell where they were taken: that was not looked for.") == 1
    places = {file.name: file.place_removed for file in charity.all(StoredFile)}
    assert places == {"door.heic": True, "a.txt": None, "mail.eml": None}
