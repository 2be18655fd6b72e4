"""Raising a concern always works: locked, full, read-only or gone, the words are kept, and put on record once (C9)."""

from __future__ import annotations

import random
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from okf.desk import Desk
from okf.errors import Invalid, Misconfigured, NotFound, Refused
from okf.file_check import Upload
from okf.people.commands.keys import rotate_master_key
from okf.policy.clocks import decide_by
from okf.proof.queries.assurance import assure
from okf.safeguarding.commands import inbox as inbox_commands
from okf.safeguarding.commands.chronology import Happened, NewMark, NewVoice, Parts, open_concern_file
from okf.safeguarding.commands.inbox import NotKept, open_inbox, raise_or_keep, read_out, take_in, try_stuck_again
from okf.safeguarding.commands.reports import Report
from okf.safeguarding.queries.last_known import remember_leads
from okf.shell.drafts.commands import keep_draft
from okf.shell.drafts.queries import CONCERN
from okf.store.inbox import Inbox
from okf.store.models import Concern, ConcernAbout, ConcernFile, ConcernMark, ConcernVoice, Draft, Mail
from okf.terms import Action, Role, Severity
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.concerns import VoiceHow
from okf.today.queries.pending import pending_items
from tests.conftest import Place
from tests.post_office import PostOffice
from tests.world import World

WORDS = "Kestrel said it hurts."
REPORT = Report(Severity.HIGH, WORDS, case_ref="OKF-1", about=["Robin Example"], said_by="Pelican his sister")


@pytest.fixture
def charity(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A family, two leads, a volunteer who raises, and an inbox."""
    monkeypatch.setattr(inbox_commands, "SECONDS", 0.1)
    world.manager()
    world.dsl(name="Dana Lead", email="dana@okf.example")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], email="dev@okf.example")
    world.volunteer()
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"])
    open_inbox(world.host(), tmp_path / "inbox")
    return world


def raised(
    charity: World, report: Report = REPORT, by: str = "volunteer", turn: str | None = None
) -> inbox_commands.Raised:
    return raise_or_keep(charity.desk(by, chance=random.SystemRandom()), report, turn)


def inbox(charity: World) -> Inbox:
    assert charity.store.inbox is not None
    return charity.store.inbox


def files(charity: World) -> list[Path]:
    return sorted(inbox(charity).folder.iterdir())


def broken(charity: World) -> list[str]:
    return [finding.check.key for finding in assure(charity.host()).findings if finding.state == "broken"]


@contextmanager
def locked(place: Place) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    other = place.open()
    with other.writing():
        yield
    other.close()


@contextmanager
def gone(place: Place) -> Iterator[None]:
    file = Path(place.settings.database_url.removeprefix("sqlcipher:///"))
    away = file.parent.rename(file.parent.with_name("away"))
    yield
    away.rename(file.parent)


def by_pragma(pragma: str) -> Callable[[Place, World], AbstractContextManager[None]]:
    """A disk that is full, or a folder that is read-only, as the database finds it at each of its connections."""

    @contextmanager
    def broken(_: Place, charity: World) -> Iterator[None]:
        def breaking(connection: Any, *_: Any) -> None:
            connection.execute(pragma)

        charity.store.engine.dispose()
        event.listen(charity.store.engine, "connect", breaking)
        yield
        event.remove(charity.store.engine, "connect", breaking)
        charity.store.engine.dispose()

    return broken


@pytest.mark.both_databases
def test_C9_while_another_writes_it_is_kept_and_then_on_record_as_it_was_raised(charity: World, place: Place):
    whole = replace(
        REPORT,
        severity=Severity.IMMEDIATE,
        seen=Happened(date(2026, 11, 22), time(8, 30), "I was away"),
        parts=Parts(
            (NewMark(BodySide.FRONT, BodyRegion.LEFT_UPPER_ARM, 10, 20, MarkKind.BRUISE, words="Bittern"),),
            NewVoice(VoiceHow.SAID, "The Cobalt door did it"),
            (Upload("note.txt", b"a heron on paper\n"),),
        ),
    )
    at, broken_before = charity.now, broken(charity)
    with locked(place):
        safe = raised(charity, whole)
        assert take_in(charity.host()) == 0
    assert safe.waits is not None
    assert "is writing" in safe.waits
    assert charity.one(Concern) is None
    charity.later(minutes=7)

    assert take_in(charity.host()) == 1

    concern = charity.one(Concern, ref=safe.ref)
    assert concern is not None
    assert (concern.account, concern.raised_by, concern.raised_at) == (WORDS, "volunteer", at)
    assert concern.due_at == decide_by(Severity.IMMEDIATE, at)
    assert (concern.case_ref, concern.said_by, concern.late_because) == ("OKF-1", "Pelican his sister", "I was away")
    assert charity.one(ConcernAbout).service_user == "child_c"
    assert charity.one(ConcernMark).words == "Bittern"
    assert charity.one(ConcernVoice).words == "The Cobalt door did it"
    file = charity.one(ConcernFile)
    assert open_concern_file(charity.desk("dsl"), file.ref).content == b"a heron on paper\n"
    [told] = charity.events(action=Action.RAISE_CONCERN)
    assert (told.actor, told.at, told.subject) == ("volunteer", charity.now, safe.ref)
    assert (told.facts["came_by"], told.facts["raised_at"]) == ("the inbox", at.isoformat())
    assert files(charity) == []
    assert broken(charity) == broken_before


TROUBLES = {
    "gone": (lambda place, _: gone(place), "can't reach"),
    "full": (by_pragma("PRAGMA max_page_count = 1"), "is full"),
    "read-only": (by_pragma("PRAGMA query_only = ON"), "not write to it"),
}


@pytest.mark.one_database
@pytest.mark.parametrize("trouble", TROUBLES)
def test_C9_where_the_database_is_gone_full_or_read_only_its_reporter_hears_which_and_nothing_is_lost(
    charity: World, place: Place, trouble: str
):
    breaking, said = TROUBLES[trouble]
    with breaking(place, charity):
        for number in range(3):
            safe = raised(charity, replace(REPORT, account=f"{WORDS * 2_000} {number}"))
            assert safe.waits is not None
            assert said in safe.waits
        assert take_in(charity.host()) == 0

    assert take_in(charity.host()) == 3
    assert sorted(one.account[-1] for one in charity.all(Concern)) == ["0", "1", "2"]


def test_C9_a_report_pressed_twice_or_in_two_windows_of_one_form_is_one_concern_and_other_words_are_another(
    charity: World, place: Place
):
    at = charity.now
    first = raised(charity, turn="one form")
    charity.later(minutes=1)
    again = raised(charity, turn="one form")
    assert (again.ref, again.at, again.waits) == (first.ref, at, None)
    assert raised(charity, replace(REPORT, account="Heron"), turn="one form").ref != first.ref
    assert raised(charity, turn="the next form").ref != first.ref
    assert charity.count(Concern) == 3

    with locked(place):
        waiting = {raised(charity, replace(REPORT, account="Otter"), turn="one form").ref for _ in range(2)}
        assert len(files(charity)) == 1
    assert take_in(charity.host()) == 1
    assert {raised(charity, replace(REPORT, account="Otter"), turn="one form").ref} == waiting
    assert charity.count(Concern) == 4


@pytest.mark.one_database
def test_C9_what_waits_lies_encrypted_and_is_its_owners_alone(charity: World, place: Place):
    with locked(place):
        raised(charity, replace(REPORT, parts=Parts(files=(Upload("note.txt", b"a heron on paper\n"),))))

    [file] = files(charity)
    content = file.read_bytes()
    assert not [word for word in (b"Kestrel", b"Robin", b"volunteer", b"heron", b"OKF-1", b"note") if word in content]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.one_database
def test_C9_what_would_be_refused_is_refused_at_once_and_not_when_it_is_taken_in(charity: World, place: Place):
    with locked(place):
        for wrong in (
            replace(REPORT, account=" "),
            replace(REPORT, seen=Happened(date(2026, 12, 24))),
            replace(REPORT, parts=Parts(files=(Upload("note.exe", b"x"),))),
            replace(REPORT, parts=Parts(voice=NewVoice(VoiceHow.SAID, ""))),
        ):
            with pytest.raises(Invalid):
                raised(charity, wrong)

    assert files(charity) == []


@pytest.mark.one_database
def test_C9_a_fault_of_ours_loses_nothing_either(charity: World, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr("okf.safeguarding.commands.concerns.find_about", lambda *_, **__: 1 / 0)
        safe = raised(charity)
        assert "our fault" in str(safe.waits)
        assert take_in(charity.host()) == 0
    try_stuck_again(charity.host())

    assert take_in(charity.host()) == 1
    assert charity.one(Concern, ref=safe.ref).account == WORDS


class PowerCut(BaseException):
    pass


@pytest.mark.both_databases
@pytest.mark.parametrize("cut", ["before the commit", "after the commit"])
def test_C9_however_it_is_cut_off_it_comes_on_record_once(
    charity: World, place: Place, monkeypatch: pytest.MonkeyPatch, cut: str
):
    def cut_off(*_: Any) -> None:
        raise PowerCut

    with locked(place):
        safe = raised(charity)
    with monkeypatch.context() as patch:
        if cut == "before the commit":
            patch.setattr("okf.safeguarding.commands.concerns.keep_off_the_case", cut_off)
        else:
            patch.setattr(Inbox, "remove", cut_off)
        with pytest.raises(PowerCut):
            take_in(charity.host())

    take_in(charity.host())
    take_in(charity.host())

    assert [concern.ref for concern in charity.all(Concern)] == [safe.ref]
    assert files(charity) == []


@pytest.mark.one_database
def test_C9_one_that_was_committed_though_the_answer_was_lost_is_not_taken_in_again(
    charity: World, monkeypatch: pytest.MonkeyPatch
):
    def lost(*given: Any) -> str:
        put(*given)
        raise ConnectionResetError

    put = inbox_commands.put_report
    with monkeypatch.context() as patch:
        patch.setattr(inbox_commands, "put_report", lost)
        safe = raised(charity)

    take_in(charity.host())

    assert [concern.ref for concern in charity.all(Concern)] == [safe.ref]
    assert files(charity) == []


@pytest.mark.both_databases
def test_C9_two_who_raise_at_once_are_both_kept_and_two_servers_take_each_in_once(charity: World, place: Place):
    with locked(place):
        both = [threading.Thread(target=raised, args=(charity,)) for _ in range(2)]
        for one in both:
            one.start()
        for one in both:
            one.join()
    assert len(files(charity)) == 2
    other = place.open()
    open_inbox(Desk.host(other, now=charity.clock), inbox(charity).folder)
    hosts = [charity.host(), Desk.host(other, now=charity.clock)]

    both = [threading.Thread(target=take_in, args=(host,)) for host in hosts]
    for one in both:
        one.start()
    for one in both:
        one.join()
    for host in hosts:
        try_stuck_again(host)
        take_in(host)
    other.close()

    assert charity.count(Concern) == 2
    assert len(charity.events(action=Action.RAISE_CONCERN)) == 2
    assert files(charity) == []


@pytest.mark.one_database
def test_C9_where_the_inbox_is_full_too_nothing_is_said_to_be_kept(charity: World, place: Place):
    folder = inbox(charity).folder
    shutil.rmtree(folder)
    with locked(place), pytest.raises(NotKept, match=r"Nothing was kept.*still in this form.*ring a safeguarding lead"):
        raised(charity)

    folder.mkdir()
    assert take_in(charity.host()) == 0


@pytest.mark.one_database
@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limits")
def test_C9_a_disk_that_fills_up_half_way_leaves_nothing_half_in_the_inbox(charity: World, place: Place):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with locked(place):
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
        try:
            with pytest.raises(NotKept):
                raised(charity)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert files(charity) == []


def stuck(charity: World, place: Place, report: Report = REPORT) -> str:
    """One whose reporter's account is off by the time at which it could be taken in."""
    with locked(place):
        ref = raised(charity, report).ref
    charity.leave("volunteer")
    assert take_in(charity.host()) == 0
    return ref


def pending(charity: World, person: str) -> list[str]:
    return [item.text for item in pending_items(charity.desk(person)) if "inbox" in item.text]


@pytest.mark.one_database
def test_C9_what_can_not_be_taken_in_stays_and_is_told_and_read_out_on_the_host(charity: World, place: Place):
    ref = stuck(charity, place)
    events = len(charity.events())
    take_in(charity.host())
    try_stuck_again(charity.host())
    take_in(charity.host())

    assert len(charity.events()) == events  # asking again and again leaves no refusal on record
    for person in ("dsl", "deputy", "manager"):
        assert pending(charity, person) == [
            "1 concern could not be taken in from the inbox: tell whoever runs Casebook now"
        ]
    charity.caseworker()
    assert pending(charity, "caseworker") == []
    [finding] = [one for one in assure(charity.host()).findings if one.check.key == "concerns_in_inbox"]
    assert (finding.state, finding.count) == ("needs attention", 1)
    assert "raised by: volunteer\n" in read_out(charity.host(), ref)
    assert WORDS in read_out(charity.host(), ref)
    assert charity.events(action=Action.KEEP_INBOX)[-1].subject == ref
    with pytest.raises(Refused):
        read_out(charity.desk("dsl"), ref)
    with pytest.raises(NotFound):
        read_out(charity.host(), "K-NOTHERE")


@pytest.mark.one_database
def test_C9_a_lead_hears_nothing_of_one_that_may_be_about_them(charity: World, place: Place):
    stuck(charity, place, replace(REPORT, about=["Dana"], about_a_worker=True))

    assert pending(charity, "dsl") == []
    assert len(pending(charity, "deputy")) == 1
    [finding] = [one for one in assure(charity.desk("dsl")).findings if one.check.key == "concerns_in_inbox"]
    assert finding.count == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    "report, told",
    [
        (replace(REPORT, account="The DSL hit him.", about_a_worker=True), ["deputy"]),
        (replace(REPORT, about=["the deputy"]), ["dsl"]),
        (replace(REPORT, account="The DSL and the deputy saw."), ["dsl", "deputy", "manager"]),
        (replace(REPORT, about_a_lead=True), []),
    ],
)
def test_C9_a_lead_who_is_meant_by_their_role_hears_nothing_either(
    charity: World, place: Place, report: Report, told: list[str]
):
    stuck(charity, place, report)

    assert [who for who in ("dsl", "deputy", "manager") if pending(charity, who)] == told


@pytest.mark.one_database
@pytest.mark.parametrize("hand", ["changed", "cut off", "renamed", "foreign"])
def test_C9_a_file_that_was_changed_from_outside_keeps_no_other_waiting(charity: World, place: Place, hand: str):
    with locked(place):
        raised(charity)
        charity.later(minutes=1)
        good = raised(charity)
    first = next(file for file in files(charity) if good.ref not in file.name)
    content = first.read_bytes()
    if hand == "changed":
        first.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif hand == "cut off":
        first.write_bytes(content[: len(content) // 2])
    elif hand == "renamed":
        first.rename(first.with_name("K-22222222.concern"))
    else:
        first.write_bytes(b"Dear all")

    assert take_in(charity.host()) == 1

    assert [concern.ref for concern in charity.all(Concern)] == [good.ref]
    assert len(files(charity)) == 1
    assert len(pending(charity, "dsl")) == 1


@pytest.mark.one_database
def test_C9_the_leads_are_mailed_though_there_is_no_database_but_never_whom_it_may_be_about(
    charity: World, place: Place, office: PostOffice
):
    remember_leads(charity.host())
    about_dana = replace(REPORT, severity=Severity.IMMEDIATE, about=["Dana Lead"], about_a_worker=True)
    with gone(place):
        safe = raised(charity, about_dana)
        for _ in range(5):
            take_in(charity.host())

    [(to, mail)] = office.taken
    assert to == "dev@okf.example"
    assert not [word for word in ("Kestrel", "Robin", "OKF-1", "Dana", safe.ref) if word in mail.as_string()]
    assert take_in(charity.host()) == 1
    assert [one.person for one in charity.all(Mail)] == ["deputy"]  # as of any other, once it is on record
    assert charity.events(action=Action.RAISE_CONCERN)[0].facts["mailed"] == ["deputy"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "report, told",
    [
        (replace(REPORT, account="The DSL hit him.", about_a_worker=True), {"dev@okf.example"}),
        (replace(REPORT, about=["our deputy"]), {"dana@okf.example"}),
        (replace(REPORT, account="I told the DSL."), {"dana@okf.example", "dev@okf.example"}),
    ],
)
def test_C9_without_a_database_nobody_is_mailed_who_is_meant_by_their_role(
    charity: World, place: Place, office: PostOffice, report: Report, told: set[str]
):
    remember_leads(charity.host())
    with gone(place):
        raised(charity, report)
        for _ in range(5):
            take_in(charity.host())

    assert {to for to, _ in office.taken} == told


@pytest.mark.one_database
def test_C9_the_draft_of_what_was_raised_is_gone_and_one_begun_since_stays(charity: World, place: Place):
    keep_draft(charity.desk("volunteer"), CONCERN, values={"account": WORDS}, action=Action.RAISE_CONCERN)
    with locked(place):
        raised(charity)
    take_in(charity.host())
    assert charity.count(Draft) == 0

    with locked(place):
        raised(charity)
    charity.later(minutes=1)
    keep_draft(charity.desk("volunteer"), CONCERN, values={"account": "Another"}, action=Action.RAISE_CONCERN)
    take_in(charity.host())
    assert charity.count(Draft) == 1


@pytest.mark.both_databases
def test_the_inbox_has_one_key_and_a_new_master_key_leaves_what_waits_readable(charity: World, place: Place):
    with locked(place):
        safe = raised(charity)
    rotate_master_key(charity.host(), lambda *_: None)
    again = place.open()
    host = Desk.host(again, now=charity.clock)
    open_inbox(host, inbox(charity).folder)

    assert take_in(host) == 1
    again.close()
    assert charity.one(Concern, ref=safe.ref).account == WORDS
    assert len(charity.events(action=Action.KEEP_INBOX)) == 1


@pytest.mark.one_database
def test_a_folder_that_can_not_be_written_is_told_at_the_start(charity: World, tmp_path: Path):
    (tmp_path / "file").touch()

    with pytest.raises(Misconfigured, match="OKF_INBOX"):
        open_inbox(charity.host(), tmp_path / "file" / "inbox")
