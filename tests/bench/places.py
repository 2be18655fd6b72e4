"""The databases that the bench asks, who signs in to them, and the servers over them."""

from __future__ import annotations

import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import func, select

from okf.clock import utc_now
from okf.demo import seed_demo
from okf.desk import Desk
from okf.people.commands import sessions, tickets
from okf.settings import ROOT, Settings
from okf.shell.live_session import Source
from okf.store.engine import Store, open_store
from okf.store.models import AccessGrant, AgreementStanding, Case, Concern, Record
from okf.store.schema import migrate

USUAL = 240  # visible cases of the caseworker who is measured: as near to it as there is one


@dataclass(frozen=True)
class Place:
    """One database of one size, and where its things are."""

    cases: int
    folder: Path

    @property
    def settings(self) -> Settings:
        url = os.environ.get("OKF_BENCH_DATABASE_URL") or f"sqlcipher:///{self.folder / 'data' / 'demo.db'}"
        return Settings(url.format(cases=self.cases), self.folder / "key" / "demo.key", True, False, None)

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of a server over it."""
        here = {name: value for name, value in os.environ.items() if not name.startswith("OKF_")}
        return here | {
            "OKF_DEMO": "1",
            "OKF_DATABASE_URL": self.settings.database_url,
            "OKF_KEY_FILE": str(self.settings.key_file),
            "PYTHONPATH": str(ROOT),
        }

    def make(self) -> float:
        """Make its database unless it is there; the seconds that it took, the story's 120 cases included."""
        self.folder.mkdir(parents=True, exist_ok=True)
        note = self.folder / "seconds.txt"
        if not note.exists():
            begun = time.perf_counter()
            seed_demo(self.settings, cases=self.cases)
            note.write_text(f"{time.perf_counter() - begun:.1f}")
        return float(note.read_text())

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = open_store(self.settings)
        migrate(store)
        try:
            yield store
        finally:
            store.close()

    def size(self) -> int:
        """Bytes on the disk."""
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Cast:
    """Who is measured, and the case that is opened."""

    caseworker: str
    case: str
    lead_case: str

    @classmethod
    def of(cls, store: Store) -> Cast:
        """The caseworker with the usual number of cases, one of theirs with the usual number of records."""
        live = AccessGrant.ended_at.is_(None)
        with store.reading() as session:
            counts = session.execute(
                select(AccessGrant.person, func.count())
                .join(AgreementStanding, AgreementStanding.person == AccessGrant.person)
                .where(live, AccessGrant.person.like("caseworker%"), AgreementStanding.overdue_at > utc_now())
                .group_by(AccessGrant.person)
            ).all()
            caseworker = min(counts, key=lambda row: (abs(row[1] - USUAL), row[0]))[0]
            theirs = session.execute(
                select(AccessGrant.case_ref, func.count(Record.id))
                .join(Record, Record.case_ref == AccessGrant.case_ref)
                .join(Case, Case.ref == AccessGrant.case_ref)
                .where(live, AccessGrant.person == caseworker, Case.closed_at.is_(None))
                .group_by(AccessGrant.case_ref)
                .order_by(func.count(Record.id).desc(), AccessGrant.case_ref)
            ).all()
            worried = session.scalars(
                select(Concern.case_ref).where(Concern.ended_at.is_(None), Concern.case_ref.is_not(None)).limit(1)
            ).one()
        return cls(caseworker, theirs[0][0], worried)


def sign_in(store: Store, username: str) -> str:
    """The cookie of a new session of somebody."""
    door = Desk(store, None, chance=random.Random(username))
    with store.writing() as session:
        ticket = tickets.issue_ticket(session, username, tickets.Step.COOKIE, at=door.now())
    begun = sessions.begin_session(door, ticket.token, Source("127.0.0.1"), told="bench", replaces=None)
    assert begun is not None, f"{username} can't sign in"
    return begun.cookie


@dataclass(frozen=True)
class Server:
    """One uvicorn, and how much memory it takes."""

    base_url: str
    process: psutil.Process

    def memory(self) -> float:
        """MiB of it that are its own."""
        return float(self.process.memory_info().rss) / 2**20


@contextmanager
def serving(app: str, surroundings: Mapping[str, str], log: Path) -> Iterator[Server]:
    """An app served by uvicorn, as `dev.py` serves it; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-c",
        "import sys; from okf.shell.serving import serve; serve(sys.argv[1], int(sys.argv[2]))",
    ]
    command += [app, str(port)]
    with log.open("ab") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=dict(surroundings), stdout=out, stderr=subprocess.STDOUT)
    base_url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base_url, server, log)
        yield Server(base_url, psutil.Process(server.pid))
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def _wait_for(base_url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{base_url}/_stcore/health", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8')}")
