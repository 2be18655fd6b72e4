"""What the verbs of the command line stand on: the store, the host's desk, a progress bar, the log of bugs."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from okf.errors import StoreUnavailable, log_bug
from okf.settings import LOCAL, settings
from okf.trace import keep_messages_out_of_the_log

if TYPE_CHECKING:
    from okf.desk import Desk
    from okf.store.engine import Store


FAILED = 1  # how a verb ends when the answer is no


def log(error: Exception) -> str:
    """Log a bug in the installation's own file; its reference."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    keep_messages_out_of_the_log()
    logging.basicConfig(filename=LOCAL / "casebook.log", format="%(asctime)s %(message)s")
    return log_bug(error)


@contextmanager
def opened(*, making: bool = False) -> Iterator[Store]:
    """The store that the settings name; `making` brings it up to date first."""
    from okf.store.engine import open_store
    from okf.store.revision import require_current

    store = open_store(settings())
    try:
        if making:
            from okf.store.schema import migrate

            with bar("Encrypting texts anew") as progress:
                migrate(store, progress=progress)
        else:
            require_current(store)
        yield store
    finally:
        store.close()


@contextmanager
def host(*, making: bool = False) -> Iterator[Desk]:
    """The host's desk on the database that the settings name."""
    from okf.clock import ticking_from, utc_now
    from okf.desk import Desk
    from okf.proof.commands.ledger import settle_ledger

    start = settings().trial_clock
    with opened(making=making) as store:
        desk = Desk.host(store, now=ticking_from(start) if start else utc_now)
        with store.engine.connect() as connection:
            store.see_newest(connection)
        behind = desk.clock_behind()
        if behind:
            sys.stderr.write(f"{behind}\n")
        try:
            settled = settle_ledger(desk)
        except StoreUnavailable as error:  # a full disk keeps nobody from a backup, nor from the proof
            settled = None
            sys.stderr.write(f"{error}\n")
        if settled:
            sys.stderr.write(f"{settled.in_words()}\n")
        yield desk


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on the error stream: call with how much is done, of how much."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total or None)


def how_many(text: str) -> int:
    """A number of cases, as it is given on the command line."""
    try:
        cases = int(text.replace(",", ""))
    except ValueError:
        cases = 0
    if not 1 <= cases <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of cases from 1 to 1,000,000")
    return cases
