"""The ledger of endings held against the database, at the start and every hour."""

from __future__ import annotations

import logging

from okf.desk import Desk
from okf.errors import Misconfigured
from okf.proof.commands.restoring import (
    Settled,
    compared_in,
    compared_now,
    end_again,
    named,
    put_back,
    told_in_words,
    told_of,
)
from okf.store import audit, endings, ledger_owed
from okf.store.audit import Head
from okf.store.ledger_file import Entry
from okf.terms import Action
from okf.terms.endings import LineKind, PutBack


def settle_ledger(desk: Desk) -> Settled | None:
    """Hold the ledger against the database, end again what only the ledger knows, and add the record's head to it.

    What a stopped process wrote down and never committed is ended again.
    Where the database lacks more, an earlier copy is in its place: everybody
    is signed out, and two have to sign for it before anyone else gets in.

    While the ledger can't be written nothing is settled: what it is owed would look like what it lacks.

    Raises:
        Misconfigured: the ledger is another database's, or can't be read.
    """
    ledger = desk.store.ledger
    if ledger is None or _still_owed(desk):
        return None
    compared = compared_now(desk, ledger)
    if compared.foreign:
        raise Misconfigured(
            f"The ledger of endings {ledger.file} is another database's. Put the right database back with"
            " “python -m okf restore”, or, if this one is to begin anew, move that file elsewhere and keep it."
        )
    if compared.late:  # or somebody's deed was on its way just now: nobody's is while this one has the lock
        with desk.store.writing() as session:
            compared = compared_in(session, desk, ledger)
    settled = None
    if compared.late and compared.only_a_crash:
        with desk.permitted(Action.KEEP_LEDGER) as deed:
            done = end_again(deed, compared_in(deed.session, desk, ledger))
            deed.note(did="ended again what a stopped process had written down", **told_of(done), named=named(done))
        settled = Settled({kind.value: count for kind, count in done.ended.items()}, lacking=told_in_words(done))
    elif compared.late:
        settled = put_back(desk, PutBack.FOUND, ledger)
    _write_head(desk, compared.newest)
    return settled


def settle_what_is_in_doubt(desk: Desk) -> None:
    """Settle the ledger where a deed may have failed after its lines were written: nobody should wait an hour for that.

    Raises:
        Misconfigured: as `settle_ledger`.
    """
    ledger = desk.store.ledger
    if ledger is None or not ledger.in_doubt:
        return
    ledger.in_doubt = False
    try:
        settled = settle_ledger(desk)
    except BaseException:
        ledger.in_doubt = True
        raise
    if settled is not None:
        logging.getLogger("casebook").warning(settled.in_words())


def _still_owed(desk: Desk) -> bool:
    """Whether the ledger lacks lines that it can't take now either."""
    with desk.reading() as session:
        if not ledger_owed.owed(session):
            return False
    with desk.store.writing() as session:
        endings.also(session, Entry(LineKind.HEAD, {}, {}))  # what is owed goes before it
    with desk.reading() as session:
        return bool(ledger_owed.owed(session))


def _write_head(desk: Desk, newest: Head | None) -> None:
    """Add the record's head to the ledger where it has moved on."""
    with desk.store.writing() as session:
        endings.make_secret(session, desk.store.keyring)
    with desk.store.writing() as session:
        head = audit.head(session)
        if head.seq and head != newest:
            endings.also(session, Entry(LineKind.HEAD, {}, {}))
