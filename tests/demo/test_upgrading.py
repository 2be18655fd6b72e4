"""A Casebook of any earlier schema comes to today's with all that is in it, its promise kept as it was, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from okf.desk import Desk
from okf.proof.queries.assurance import assure
from okf.settings import Settings
from okf.store import backfill, clocks, contact_backfill, resealing, schema
from okf.store.clocks import KEPT
from okf.store.contact import AGE, COLUMNS, read
from okf.store.engine import Store, open_store
from okf.store.revision import MIGRATIONS
from okf.store.schema import migrate
from tests.conftest import Place
from tests.store.played import AT, REVISIONS, Keys, Played, Rows, counted, in_clear

ALL = sorted(file.name.split("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
# What is counted anew with every migration, and what the proofs here add to.
MOVES = frozenset({"audit_event", "audit_head", "case_tally"})
ANEW = frozenset({"match_key.id"})  # a person's keys are made again with them, and are the same ones
# Whose word these are was not kept before 0009: what may be used of them follows from the statements.
TOLD = frozenset(f"service_user.{one}" for one in (*COLUMNS, *AGE))
# Before 0016 a triage put off by when a concern is decided; its clocks say it anew.
CLOCKED = frozenset(f"concern.{one}" for one in KEPT)
LATER = frozenset({"concerns_past_their_clock", "concern_reviews_past"})
GROWS = frozenset({"data_key", "master_key"})  # a new secret has a key of its own


def put_in(played: Played, empty: Place) -> Store:
    """A store at the revision of an earlier Casebook, with all that was in it."""
    if played.texts_key:
        empty.settings.text_key_file.parent.mkdir(parents=True, exist_ok=True)
        empty.settings.text_key_file.write_text(f"{played.texts_key}\n")
    store = empty.open()
    migrate(store, played.revision)
    played.put_into(store)
    return store


def differences(before: dict[str, Rows], now: dict[str, Rows]) -> list[str]:
    """The tables and columns in which something is not as it was."""
    found = []
    for table, rows in before.items():
        if table not in now:
            found.append(table)
        for column in rows[0] if rows and table in now and table not in MOVES else ():
            was = Counter(str(row[column]) for row in rows)
            stands = Counter(str(row.get(column)) for row in now[table])
            found += [f"{table}.{column}"] if was - stands or (stands - was and table not in GROWS) else []
    return found


def not_told(users: Rows, statements: Rows) -> list[str]:
    """The columns of people in which something stood that no statement tells."""
    told = {(one["service_user"], name): str(value) for one in statements for name, value in read(one["told"]).items()}
    kept = {(one["ref"], name): one.get(name) for one in users for name in (*COLUMNS, *AGE)}
    return [name for (ref, name), value in kept.items() if value is not None and told.get((ref, name)) != str(value)]


def broken(store: Store) -> list[str]:
    """The checks that `assure` finds broken."""
    return [one.check.key for one in assure(Desk.host(store, now=lambda: AT)).broken]


def columns(held: dict[str, Rows]) -> dict[str, set[str]]:
    """The columns of each table that has rows."""
    return {table: set(rows[0]) for table, rows in held.items() if rows}


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let migrations put their events on record at the instant of the proofs: time never goes back behind an event."""
    for module in (backfill, clocks, contact_backfill, resealing, schema):
        monkeypatch.setattr(module, "utc_now", lambda: AT)


@pytest.mark.parametrize("revision", REVISIONS)
def test_whatever_an_earlier_casebook_held_is_there_and_its_promise_stands_as_it_did(
    revision: str, empty: Place
) -> None:
    played = Played(revision)
    store = put_in(played, empty)
    keys: Keys = {}
    before = in_clear(store, keys)
    steps = [one for one in ALL if one > revision][:-1] if revision == REVISIONS[-1] else []

    for step in (*steps, "head"):
        migrate(store, step)

    assert len(before["audit_event"]) > 1_000
    now = in_clear(store, keys)
    assert set(differences(before, now)) <= TOLD | ANEW | CLOCKED
    assert not_told(before["service_user"], now["contact_statement"]) == []
    assured = counted(store)
    assert {key: assured[key] for key in played.assured.keys() - LATER} == {
        key: count for key, count in played.assured.items() if key not in LATER
    }
    assert broken(store) == []

    for step in (*reversed(steps), revision):
        migrate(store, step)

    back = in_clear(store, keys)
    assert columns(back) == columns(before)
    assert set(differences(before, back)) <= ANEW | CLOCKED
    store.close()


@pytest.mark.one_database
def test_todays_demo_goes_down_to_each_migration_and_comes_back_with_what_that_one_holds(
    seeded: Callable[[], Settings],
) -> None:
    store = open_store(seeded())
    keys: Keys = {}
    before = in_clear(store, keys)
    down = [one for one in reversed(ALL) if REVISIONS[-1] <= one][1:]
    for step in down:
        migrate(store, step)
    lowest = in_clear(store, keys)

    for step in (*reversed(down[:-1]), "head"):
        migrate(store, step)

    now = in_clear(store, keys)
    both = {t: [{c: row[c] for c in lowest[t][0]} for row in rows] for t, rows in before.items() if lowest.get(t)}
    assert len(both) > 60
    assert set(differences(both, now)) <= TOLD | ANEW | CLOCKED
    assert broken(store) == []
    store.close()
