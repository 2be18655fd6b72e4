"""Make the demo's database once, in a file beside it that is renamed when it is complete."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from sqlalchemy import event, make_url, select

from okf.clock import london_date, utc_now
from okf.desk import Desk
from okf.errors import Misconfigured
from okf.proof.queries.assurance import assure
from okf.settings import Settings, settings
from okf.store.engine import Store, open_store
from okf.store.models import AuditEvent, Credential, Person
from okf.store.schema import migrate
from okf.terms import Action

SEED: Final = 20_261_122
_WHOLE: Final = "the demo"
_MADE: Final = (
    select(AuditEvent.at)
    .where(AuditEvent.action == Action.IMPORT_CASELOAD, AuditEvent.subject == _WHOLE)
    .order_by(AuditEvent.seq.desc())
    .limit(1)
)


def seed_demo(asked: Settings, *, cases: int | None = None, at: datetime | None = None) -> None:
    """Make the demo's database unless it is there; what was entered into it stays.

    With `cases`, a caseload of that many is loaded beside the story. Progress
    goes to the error stream. Interrupted, it leaves nothing that looks whole.

    Raises:
        Misconfigured: the database holds something that is not the demo.
    """
    demo = asked if asked.demo else settings({"OKF_DEMO": "1"})
    console = Console(stderr=True, highlight=False)
    url = make_url(demo.database_url)
    if not url.drivername.startswith("sql"):
        _seed_server(demo, cases, at or utc_now(), console)
        return
    path = Path(url.database or "")
    if path.exists():
        _say_kept(demo, console, f"To make it anew, stop Casebook and delete {path}.")
        return
    unfinished = path.with_name(f"{path.name}.unfinished")
    for leftover in path.parent.glob(f"{unfinished.name}*"):
        leftover.unlink()
    demo.ledger_file.unlink(missing_ok=True)  # of a demo that is no more
    beside = url.set(database=str(unfinished)).render_as_string(hide_password=False)
    store = open_store(replace(demo, database_url=beside))
    try:
        _without_disk_sync(store)
        _seed(store, cases, at or utc_now(), console)
    finally:
        store.close()
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(path)


def _seed_server(demo: Settings, cases: int | None, at: datetime, console: Console) -> None:
    """The same on a database server, where nothing can be renamed: an event on the record says that it is complete."""
    store = open_store(demo)
    try:
        migrate(store)
        with store.reading() as session:
            is_empty = session.scalar(select(Person.username).limit(1)) is None
            is_whole = session.scalar(_MADE) is not None
        if is_empty:
            demo.ledger_file.unlink(missing_ok=True)  # as above
            _seed(store, cases, at, console)
        elif not is_whole:
            raise Misconfigured("This database holds half a demo, or something else: give the demo an empty one.")
    finally:
        store.close()
    if is_whole:
        _say_kept(demo, console, "To make it anew, give it an empty database.")


def _say_kept(demo: Settings, console: Console, how: str) -> None:
    store = open_store(demo)
    try:
        migrate(store)
        with store.reading() as session:
            made = session.scalar(_MADE)
    finally:
        store.close()
    if made is None:
        raise Misconfigured(f"This database holds something that is not the demo. {how}")
    console.print(f"The demo of {london_date(made).isoformat()} is there, with what was entered. {how}", soft_wrap=True)


def _without_disk_sync(store: Store) -> None:
    """Don't wait for the disk: an interrupted demo is made again."""
    store.engine.dispose()
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))


def _seed(store: Store, cases: int | None, at: datetime, console: Console) -> None:
    from okf.demo import bulk, story
    from okf.demo.play import Stage

    migrate(store)
    store.ledger = None  # an interrupted demo is made again, and of a whole one nothing earlier is put back
    chance = random.Random(SEED)
    families = story.drawn(chance)
    stage = Stage(store, families, at, chance)
    with _bar(console) as progress:
        steps = story.steps(story.told(), families, at)
        for number, step in enumerate(steps, 1):
            stage.take(step)
            progress("Two years of an invented charity", number, len(steps))
        host = Desk.host(store, now=lambda: at)
        assure(host)  # before a bulk load: looking through a million cases is for whoever wants it looked through
        if cases is not None and cases > len(families):
            with store.reading() as session:
                password_hash = session.scalars(select(Credential.password_hash).limit(1)).one()
            more = cases - len(families)
            bulk.load(store, more, at=at, seed=SEED, password_hash=password_hash, progress=progress)
    host.note_event(Action.IMPORT_CASELOAD, subject=_WHOLE, cases=cases or len(families))


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[str, int, int], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done, total=of)

        yield progress
