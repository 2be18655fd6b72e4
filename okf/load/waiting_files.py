"""Files that wait for the night, and what came of them: encrypted, in a folder beside the database and in no backup."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any, ClassVar, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.dates import Order
from okf.desk import Desk
from okf.errors import Unsealed
from okf.load.answers import Answers
from okf.load.faults import Fault
from okf.load.outcome import ImportOutcome, Waited
from okf.load.plan import Count
from okf.pending import PendingItem
from okf.policy.facts import PersonFacts
from okf.policy.words import day, moment
from okf.settings import settings
from okf.store.models import DataKey
from okf.store.sealed_files import SealedFiles, make_folder, names_in
from okf.store.sealing import KEYRING
from okf.terms import Action

SCOPE: Final = "night"  # of the data key
KEPT: Final = timedelta(days=30)  # for which what came of a file is told, our default
_KEY: Final = select(DataKey.id).where(DataKey.scope == SCOPE)
_ASKED, _CONTENT, _BEGUN, _TOLD = ".asked", ".content", ".begun", ".told"


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """What somebody handed in for a night: `by` a person, or the host; `files` are the uploads, with their lengths."""

    ref: str
    by: str
    is_hosts: bool
    at: datetime
    night: date
    rows: int
    files: tuple[tuple[str, int], ...]
    answers: Answers
    action: Action
    stood: frozenset[str] = field(repr=False)

    def in_words(self) -> str:
        """What waits, in one line."""
        return f"{self.ref}, handed in by {self.by} on {moment(self.at)}, waits for the night of {day(self.night)}."

    @property
    def waited(self) -> Waited:
        """What its import is told of it."""
        return Waited(self.ref, self.action, self.stood)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a file at its night: the outcome of its import, or why there was none."""

    ref: str
    by: str
    handed_in: datetime
    at: datetime
    why: str | None = None
    outcome: ImportOutcome | None = None

    def in_words(self) -> list[str]:
        """What came of it, in lines for a terminal."""
        head = f"{self.ref}, handed in by {self.by} on {moment(self.handed_in)}: what came of it on {moment(self.at)}."
        return [head, *(self.outcome.in_words() if self.outcome else [f"It was not imported. {self.why}"])]

    @property
    def is_done(self) -> bool:
        """Whether all of it is on file."""
        return self.outcome is not None and not self.outcome.faults


class NightFiles(SealedFiles):
    """The folder: of each file what was asked, its content, that its import began, and at last what came of it."""

    KIND: ClassVar[str] = ".import"

    def keep(self, asked: WaitingFile, content: list[bytes]) -> None:
        """Keep a file.

        Raises:
            OSError: it can't be kept.
        """
        self.put(asked.ref + _ASKED, [json.dumps(asdict(asked), default=_plain).encode()])
        self.put(asked.ref + _CONTENT, content)

    def waiting(self, session: Session) -> list[WaitingFile]:
        """The files that wait, in the order in which they were handed in."""
        return sorted((_asked(told) for told in self._each(session, _ASKED)), key=lambda asked: (asked.at, asked.ref))

    def told(self, session: Session) -> list[Told]:
        """What came of the files, the newest first."""
        return sorted((_told(told) for told in self._each(session, _TOLD)), key=lambda told: told.at, reverse=True)

    def content(self, session: Session, asked: WaitingFile) -> Mapping[str, bytes]:
        """The uploads of a file, by name.

        Raises:
            Unsealed: it was changed from outside, or is another's.
        """
        whole = self.read(session, asked.ref + _CONTENT)
        ends = accumulate(size for _, size in asked.files)
        return {name: whole[end - size : end] for (name, size), end in zip(asked.files, ends, strict=True)}

    def begin(self, asked: WaitingFile) -> None:
        """Put down that its import begins."""
        self.put(asked.ref + _BEGUN, [b""])

    def wait_on(self, asked: WaitingFile) -> None:
        """Put down that nothing of its import came about, so that it may begin again."""
        self.remove(asked.ref + _BEGUN)

    def has_begun(self, ref: str) -> bool:
        """Whether its import began."""
        return ref + _BEGUN in self.names()

    def settle(self, told: Told) -> None:
        """Keep what came of a file, and let go of the file."""
        self.put(told.ref + _TOLD, [json.dumps(asdict(told), default=_plain).encode()])
        self.let_go(told.ref)

    def let_go(self, ref: str) -> None:
        """Let go of a file that waits; of what came of it not."""
        for part in (_ASKED, _CONTENT, _BEGUN):
            self.remove(ref + part)

    def forget(self, ref: str) -> None:
        """Let go of what came of a file."""
        self.remove(ref + _TOLD)

    def _each(self, session: Session, part: str) -> Iterator[dict[str, Any]]:
        for name in self.names():
            if name.endswith(part):
                try:
                    yield json.loads(self.read(session, name))
                except (Unsealed, FileNotFoundError):  # none of ours; or let go of by another process just now
                    continue


def night_files(session: Session, *, make: bool = False) -> NightFiles | None:
    """The folder, if anything was ever kept; `make` makes it and its key, in a writing session.

    Raises:
        Misconfigured: the folder can't be made.
    """
    folder = settings().night
    if make:
        make_folder(folder, "OKF_NIGHT")
    elif not names_in(folder, NightFiles.KIND) or session.scalar(_KEY) is None:
        return None
    return NightFiles(folder, session.info[KEYRING].cipher(session, SCOPE))


def waiting_files(desk: Desk) -> list[WaitingFile]:
    """Their files that wait, or are imported at this moment; on the host everybody's."""
    with desk.reading() as session:
        folder = night_files(session)
        return _theirs(desk, folder.waiting(session)) if folder else []


def what_came(desk: Desk) -> list[Told]:
    """What came of their files; on the host of everybody's."""
    with desk.reading() as session:
        folder = night_files(session)
        return _theirs(desk, folder.told(session)) if folder else []


def told_pending(_: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For whoever handed a file in: what came of it at its night."""
    folder = night_files(session)
    told = [one for one in folder.told(session) if one.by == person.username] if folder else []
    if not told:
        return None
    failed = next((one for one in told if not one.is_done), None)
    if failed:
        why = failed.why or "There are faults in it: each is listed, with its line and column."
        return PendingItem(
            f"Your file of {day(london_date(failed.handed_in))} was not imported. {why}",
            "imports",
            overdue=True,
            act="See why",
        )
    return PendingItem(
        f"Your file of {day(london_date(told[0].handed_in))} was imported at night", "imports", act="See it"
    )


def _theirs(desk: Desk, found: list[Any]) -> list[Any]:
    return [one for one in found if desk.is_host or one.by == desk.actor]


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value.isoformat()


def _asked(told: dict[str, Any]) -> WaitingFile:
    order = told["answers"]["order"]
    return WaitingFile(
        **told
        | {
            "at": datetime.fromisoformat(told["at"]),
            "night": date.fromisoformat(told["night"]),
            "files": tuple((name, size) for name, size in told["files"]),
            "answers": Answers(Order(order) if order else None, told["answers"]["leave_out"]),
            "action": Action(told["action"]),
            "stood": frozenset(told["stood"]),
        }
    )


def _told(told: dict[str, Any]) -> Told:
    outcome = told["outcome"]
    if outcome:
        outcome = ImportOutcome(
            tuple(Fault(**fault) for fault in outcome["faults"]),
            tuple(outcome["remarks"]),
            tuple(Count(**count) for count in outcome["counts"]),
            outcome["is_written"],
        )
    instants = {name: datetime.fromisoformat(told[name]) for name in ("at", "handed_in")}
    return Told(**told | instants | {"outcome": outcome})
