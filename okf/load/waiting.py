"""A large import waits for the night: the file is kept, called off, or imported then by Casebook's own clockwork."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from okf import beside
from okf.clock import is_past
from okf.desk import Desk
from okf.durable import held
from okf.errors import CasebookError, Conflict, Misconfigured, NotFound, StoreUnavailable, Unsealed, log_bug
from okf.load.answers import Answers
from okf.load.apart import read_apart
from okf.load.importing import Progress, import_caseload
from okf.load.night import is_night, is_over, night_of
from okf.load.on_record import CALLED_OFF, FAULTY, NOT_IMPORTED, WAITS, import_of, is_called_off, is_wanted
from okf.load.outcome import ImportOutcome
from okf.load.plan import Count
from okf.load.waiting_files import KEPT, NightFiles, Told, WaitingFile, night_files, waiting_files, what_came
from okf.pending import counted
from okf.people.queries.doors import doors_closed
from okf.settings import settings

MOST: Final = 20  # that wait at once, our default
VERB: Final = ("night", "import")  # of the command line
_HANDING_IN: Final = timedelta(hours=1)
_BEGUN: Final = "It has begun, and can't be called off any more."
_STOPPED: Final = "Casebook was stopped while it imported this file. Nothing of it was imported; hand it in again."
_UNKNOWN: Final = (
    "Casebook's database was put back to an earlier one after this file was handed in, or doesn't know of it. Nothing"
    " was imported; hand it in again, and look at what would change."
)
_OVER: Final = (
    "Casebook did not run that night, or other files took all of it. Nothing was imported; hand it in again for another"
    " night."
)


def import_tonight(desk: Desk, files: Mapping[str, bytes], answers: Answers, preview: ImportOutcome) -> WaitingFile:
    """Keep a file, whose preview they have seen, until Casebook imports it in the coming night; on the audit record.

    Raises:
        Refused: their role does not include the import.
        Conflict: too many files wait already.
        Misconfigured: it can't be kept: the disk is full, or the folder can't be written.
    """
    with desk.permitted(preview.action) as deed:
        folder = night_files(deed.session, make=True)
        if folder is None or len(folder.waiting(deed.session)) >= MOST:
            raise Conflict(f"{MOST} files wait for the night already. Nothing was kept: hand it in tomorrow.")
        asked = WaitingFile(
            ref=desk.new_ref("I"),
            by=str(desk.actor),
            is_hosts=desk.is_host,
            at=deed.at,
            night=night_of(deed.at),
            rows=preview.rows,
            files=tuple((name, len(content)) for name, content in files.items()),
            answers=answers,
            action=preview.action,
            stood=preview.stood,
        )
        try:
            folder.keep(asked, list(files.values()))
        except OSError as error:
            folder.let_go(asked.ref)
            raise Misconfigured(
                "The file can't be kept for the night: the disk is full, or Casebook may not write there. Nothing was"
                " imported; tell whoever runs Casebook, or import it now."
            ) from error
        deed.about(asked.ref)
        deed.note(did=WAITS, night=asked.night.isoformat(), rows=asked.rows)
    return asked


def call_off(desk: Desk, ref: str) -> None:
    """Let go of a file of theirs that waits; of anybody's, on the host.

    Raises:
        Refused: their role does not include the import any more.
        NotFound: no such file of theirs waits.
        Conflict: its import has begun.
    """
    asked = next((one for one in waiting_files(desk) if one.ref == ref), None)
    if asked is None:
        raise NotFound(f"No file of the reference {ref!r} waits for the night.")
    with desk.permitted(asked.action) as deed:
        folder = night_files(deed.session)
        if folder is None or folder.has_begun(ref) or import_of(deed.session, ref) is not None:
            raise Conflict(_BEGUN)
        deed.about(ref)
        deed.note(did=CALLED_OFF)
    folder.let_go(ref)


def forget_told(desk: Desk, ref: str) -> None:
    """Let go of what came of a file of theirs, once they have read it; the audit record keeps that it was done."""
    theirs = {told.ref for told in what_came(desk)}
    with desk.reading() as session:
        folder = night_files(session)
    if folder and ref in theirs:
        folder.forget(ref)


def begin_night_imports(desk: Desk) -> None:
    """Where a file waits for this night, or for one that is over, begin a process that sees to it."""
    with desk.reading() as session:
        folder = night_files(session)
        if folder is None or beside.is_running(*VERB):
            return
        at = desk.now()
        due = any(
            is_night(at) or one.night != night_of(at) or folder.has_begun(one.ref) for one in folder.waiting(session)
        )
        old = any(is_past(told.at + KEPT, at) for told in folder.told(session))
    if due or old:
        beside.begin(*VERB, clock=at)


def import_waiting(host: Desk, progress: Progress | None = None) -> list[Told]:
    """On the host's desk: import the files of this night one after the other, each as whoever handed it in.

    Rights, and what is on file, are asked as of then. A file is imported once
    or not at all: what the audit record says of it decides. Files whose night
    is over are told to be so.
    """
    if doors_closed(host):
        return []
    done = []
    with held(settings().night / "night"):
        with host.reading() as session:
            folder = night_files(session)
            if folder is None:
                return []
            files, told = folder.waiting(session), folder.told(session)
        for one in told:
            if is_past(one.at + KEPT, host.now()):
                folder.forget(one.ref)
        for asked in files:
            came = _see_to(host, folder, asked, progress)
            if came is not None:
                folder.settle(came)
                done.append(came)
    return done


def _see_to(host: Desk, folder: NightFiles, asked: WaitingFile, progress: Progress | None) -> Told | None:
    """What came of a file by now; None where it waits on, or was called off."""
    now = host.now()
    with host.reading() as session:
        if is_called_off(session, asked.ref):
            folder.let_go(asked.ref)
            return None
        done = import_of(session, asked.ref)
        wanted = is_wanted(session, asked.ref, asked.by)
    if done is not None:
        return _told(host, asked, **_came_on_record(done))
    if not wanted:  # while somebody hands a file in, it is in the folder before it is on record
        return _not_imported(host, asked, _UNKNOWN) if is_past(asked.at + _HANDING_IN, now) else None
    if folder.has_begun(asked.ref):
        return _not_imported(host, asked, _STOPPED)
    if is_over(asked.night, now):
        return _not_imported(host, asked, _OVER)
    if not is_night(now):
        return None
    folder.begin(asked)
    try:
        return _told(host, asked, outcome=_import(host, folder, asked, progress))
    except StoreUnavailable:  # told in the log; the next round sees whether it was done
        folder.wait_on(asked)
        return None
    except CasebookError as error:
        return _not_imported(host, asked, str(error))
    except Unsealed:
        return _not_imported(host, asked, "The file was changed from outside while it waited. Nothing was imported.")
    except Exception as bug:  # noqa: BLE001 - one that breaks us must not keep the others waiting
        why = f"Something went wrong, and it is our fault. Nothing was imported. Reference: {log_bug(bug)}"
        return _not_imported(host, asked, why)


def _import(host: Desk, folder: NightFiles, asked: WaitingFile, progress: Progress | None) -> ImportOutcome:
    with host.reading() as session:
        files = folder.content(session, asked)
    desk = host if asked.is_hosts else Desk(host.store, asked.by, now=host.machine)
    desk.require(asked.action)  # before the file is read
    return import_caseload(desk, read_apart(files), asked.answers, waited=asked.waited, progress=progress)


def _not_imported(host: Desk, asked: WaitingFile, why: str) -> Told:
    with suppress(StoreUnavailable):  # it is told all the same
        host.note_event(asked.action, subject=asked.ref, did=NOT_IMPORTED, handed_in_by=asked.by, why=why)
    return _told(host, asked, why=why)


def _told(host: Desk, asked: WaitingFile, **came: Any) -> Told:
    return Told(asked.ref, asked.by, asked.at, host.now(), **came)


def _came_on_record(facts: Mapping[str, Any]) -> dict[str, Any]:
    """What can be said of an import after which Casebook was stopped before it could tell."""
    if facts["did"] == FAULTY:
        return {"why": f"{counted(facts['faults'], 'fault was', 'faults were')} found. Hand it in again to see which."}
    new, changed = facts.get("new", {}), facts.get("changed", {})
    counts = tuple(Count(name, new.get(name, 0), changed.get(name, 0), 0) for name in dict.fromkeys((*new, *changed)))
    return {"outcome": ImportOutcome((), (), counts, is_written=bool(counts))}
