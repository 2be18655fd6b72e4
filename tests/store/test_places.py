"""A text or file opens where it was written and nowhere else: one that was moved is shown to nobody, and is found."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Text, func, select, text, type_coerce, union_all
from sqlalchemy.orm import Session, aliased, defer

from okf.errors import Unsealed
from okf.file_check import Upload
from okf.people.commands import codes
from okf.proof.queries.assurance import assure
from okf.records.commands.records import add_files, open_file
from okf.records.queries.case_records import records_in_view
from okf.records.queries.search import RecordSearch, records_found
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.queries.concern import ConcernInView, concern_in_view
from okf.store import guards
from okf.store.engine import Store
from okf.store.models import Base, Concern, ConcernEntry, Credential, Draft, Record, RecordCorrection, StoredFile, Task
from okf.store.narrative import PREFIX, Unbound, place_of
from okf.store.schema import migrate
from okf.store.sealing import seal_rows
from tests.behind import behind_casebook, unrecorded
from tests.conftest import Place
from tests.people.steps import account_with_second_factor, code
from tests.world import World

HERS, HIS = "He followed me to the school.", "I want to see the children."
PDF = b"%PDF-1.7\n%%s on paper\n%%EOF"


@pytest.fixture
def told(world: World) -> World:
    """What each side told us in confidence, on one case and so under one key."""
    for name, side in (("anna", "party_a"), ("bert", "party_b")):
        world.caseworker(name)
        if name == "anna":
            world.case("OKF-1")
        world.grant(name, "OKF-1", compartments=[f"sole:{side}", "joint"])
    world.record("OKF-1", "N-A", source="party_a", title="Hers", text=HERS)
    world.record("OKF-1", "N-B", source="party_b", title="His", text=HIS)
    return world


@contextmanager
def past_the_seals(store: Store, *tables: str) -> Iterator[Connection]:
    """A connection of somebody who has the database itself, who breaks the seals first and puts them back after."""
    broken = {table: what for table, what in guards.sealed_tables().items() if table in tables}
    with behind_casebook(store) as connection:
        for statement in guards.unseals(connection.dialect.name, broken):
            connection.execute(text(statement))
        yield connection
        for statement in guards.seals(connection.dialect.name, broken):
            connection.execute(text(statement))


def lies(store: Store, column: Any, **key: Any) -> Any:
    """What lies in a column of one row."""
    with store.engine.connect() as connection:
        raw = column if column.type.python_type is bytes else type_coerce(column, Text)
        return connection.execute(select(raw).filter_by(**key)).scalar_one()


def put(store: Store, column: Any, lying: Any, **key: Any) -> None:
    """Put something else there."""
    table, where = column.class_.__tablename__, " AND ".join(f"{name} = :{name}" for name in key)
    with past_the_seals(store, table) as connection:
        connection.execute(text(f"UPDATE {table} SET {column.key} = :lying WHERE {where}"), {"lying": lying, **key})


def exchange(store: Store, column: Any, one: str | int, other: str | int, *, key: str = "id") -> None:
    """Exchange what lies in a column of two rows."""
    first, second = lies(store, column, **{key: one}), lies(store, column, **{key: other})
    put(store, column, second, **{key: one})
    put(store, column, first, **{key: other})


_ALSO, _WITHIN = aliased(Record), select(Record.id, Record.text).subquery()
READINGS: dict[str, Callable[[Session], Any]] = {
    "the row": lambda s: s.get_one(Record, "N-B").text,
    "a column": lambda s: s.scalars(select(Record.text).where(Record.id == "N-B")).all(),
    "a column under another name": lambda s: s.execute(select(Record.text.label("w"))).all(),
    "an alias": lambda s: s.scalars(select(_ALSO.text).where(_ALSO.id == "N-B")).all(),
    "a join": lambda s: s.execute(select(Record.id, _ALSO.text).join(_ALSO, _ALSO.case_ref == Record.case_ref)).all(),
    "a subquery": lambda s: s.execute(select(_WITHIN.c.text)).all(),
    "a union": lambda s: s.execute(union_all(select(Record.text), select(RecordCorrection.text))).all(),
    "a table": lambda s: s.execute(select(Record.__table__)).all(),
    "a column read later": lambda s: s.get_one(Record, "N-B", options=[defer(Record.text)]).text,
    "a refresh": lambda s: s.refresh(s.get_one(Record, "N-B", options=[defer(Record.text)]), ["text"]),
}


@pytest.mark.parametrize("read", READINGS.values(), ids=READINGS)
def test_C2_words_exchanged_between_two_rows_are_shown_by_no_way_of_reading(
    store: Store, told: World, read: Callable[[Session], Any]
) -> None:
    with store.reading() as session:
        read(session)

    exchange(store, Record.text, "N-A", "N-B")

    with store.reading() as session, pytest.raises(Unsealed):
        read(session)


def test_a_text_without_the_key_of_its_row_can_not_be_asked_for(store: Store, told: World) -> None:
    within = select(Record.text).subquery()
    for asked in (within.c.text, func.coalesce(Record.title, Record.text)):
        with store.reading() as session, pytest.raises(Unbound):
            session.execute(select(asked)).all()


def test_C2_a_page_says_that_such_words_are_not_shown_and_shows_the_others(store: Store, told: World) -> None:
    told.record("OKF-1", "N-C", source="joint", title="Both", text="Both were there.")
    exchange(store, Record.text, "N-A", "N-B")

    for rows in (
        records_in_view(told.desk("bert"), "OKF-1").rows,
        records_found(told.desk("bert"), "OKF-1", RecordSearch(words="both")).rows,
    ):
        assert {row.id: row.text for row in rows}["N-C"] == "Both were there."
    shown = {row.id: row.text for row in records_in_view(told.desk("bert"), "OKF-1").rows}
    assert HERS not in str(shown)
    assert re.search(r"not shown: they are not what was written here.*reference: E-[0-9A-F]{8}", str(shown["N-B"]))


def test_C9_a_line_moved_into_another_concern_is_not_shown_there(store: Store, world: World) -> None:
    world.dsl()
    for ref, words in (("K-1", "HERON"), ("K-2", "PLOVER")):
        world.concern(ref=ref, account=words)
        add_to_concern(world.desk("dsl"), ref, what="Note", text=f"{words} again")
    [first, second] = [row.id for row in world.all(ConcernEntry, what="Note")]
    exchange(store, ConcernEntry.text, first, second)
    exchange(store, Concern.account, "K-1", "K-2", key="ref")

    view = concern_in_view(world.desk("dsl"), "K-1")

    assert isinstance(view, ConcernInView)
    assert "PLOVER" not in f"{view.report}{view.entries}"
    assert "not shown" in str(view.report.account)


@pytest.mark.parametrize(
    "move",
    [
        lambda store: put(store, Record.text, lies(store, Record.title, id="N-B"), id="N-B"),
        lambda store: put(store, Record.text, lies(store, Task.text, ref="N-B"), id="N-B"),
        lambda store: put(store, Record.text, lies(store, Record.text, id="N-B").replace(PREFIX, "okf1:"), id="N-B"),
        lambda store: put(store, Record.text, "She never said that", id="N-B"),
        lambda store: put(store, Record.text, "okf2:", id="N-B"),
        lambda store: put(store, Record.text, f"\x1f{lies(store, Record.text, id='N-A')}", id="N-B"),
        lambda store: put(
            store, Record.text, place_of("record", "text", "N-A", lies(store, Record.text, id="N-A")), id="N-B"
        ),
    ],
    ids=["column", "table", "older form", "readable", "nothing", "apart", "with a place"],
)
def test_a_text_from_anywhere_else_does_not_open_and_is_found(
    store: Store, told: World, move: Callable[[Store], None]
) -> None:
    told.task("OKF-1", "anna", ref="N-B")
    assert _astray(told) == []

    move(store)

    with store.reading() as session, pytest.raises(Unsealed):
        session.scalars(select(Record.text).where(Record.id == "N-B")).all()
    assert _astray(told) == ["Record N-B: its text does not open."]


def test_files_exchanged_are_handed_to_nobody_and_found(store: Store, told: World) -> None:
    for name, record in (("anna", "N-A"), ("bert", "N-B")):
        desk = told.desk(name, chance=random.SystemRandom())
        add_files(desk, record, [Upload("letter.pdf", PDF.replace(b"%%s", name.encode()))])
    [hers, his] = [told.one(StoredFile, record_id=record).ref for record in ("N-A", "N-B")]  # type: ignore[union-attr]

    exchange(store, StoredFile.content, hers, his, key="ref")

    with pytest.raises(Unsealed):
        open_file(told.desk("bert"), his)
    assert sorted(_astray(told)) == sorted(f"Stored file {ref}: its content does not open." for ref in (hers, his))


def test_C9_what_is_astray_in_safeguarding_is_told_apart_and_never_to_whom_it_is_about(
    store: Store, world: World
) -> None:
    world.manager()
    world.dsl()
    world.concern(ref="K-1", account="HERON", about_people=["manager"])
    put(store, Concern.account, f"{PREFIX}gone:", ref="K-1")

    def told_to(person: str | None) -> dict[str, int]:
        asked = assure(world.desk(person) if person else world.host())
        return {one.check.key: one.count for one in asked.findings if "words_astray" in one.check.key}

    assert told_to(None) == {"words_astray": 0, "safeguarding_words_astray": 1}
    assert told_to("manager") == {"words_astray": 0, "safeguarding_words_astray": 0}


def _astray(world: World) -> list[str]:
    """What the proof says of texts and files that do not open."""
    asked = assure(world.host()).findings
    return [one.what for finding in asked if finding.check.key == "words_astray" for one in finding.behind]


# Keys


def test_data_keys_exchanged_between_two_cases_open_nothing(place: Place, store: Store, told: World) -> None:
    told.case("OKF-2")
    told.record("OKF-2", "N-2", text="Others.")
    with behind_casebook(store) as connection:
        for was, now in (("OKF-1", "x"), ("OKF-2", "OKF-1"), ("x", "OKF-2")):
            moved = {"was": f"case:{was}", "now": f"case:{now}"}
            connection.execute(text("UPDATE data_key SET scope = :now WHERE scope = :was"), moved)
    told.store = place.open()  # of a process that opened neither key before

    with told.store.reading() as session, pytest.raises(Unsealed):
        session.get_one(Record, "N-2")
    with pytest.raises(Unsealed):
        told.record("OKF-1", "N-9", text="Written under the other case's key?")
    told.store.close()


# Writing


def test_a_text_written_again_into_another_row_is_bound_to_that_one(store: Store, told: World) -> None:
    with store.writing() as session, guards.lifted(session):
        first = Draft(person="anna", form="note", subject="1", kept_at=told.now, words="Kept.")
        session.add(first)
        session.flush()
        session.add(Draft(person="anna", form="note", subject="2", kept_at=told.now, words=first.words))

    assert [row.words for row in told.all(Draft)] == ["Kept.", "Kept."]


def test_a_row_with_texts_keeps_its_key(store: Store, told: World) -> None:
    with store.writing() as session, guards.lifted(session):
        draft = Draft(person="anna", form="note", subject="1", kept_at=told.now, words="Kept.")
        session.add(draft)
        session.flush()
        draft.subject = "2"
        with pytest.raises(Unbound):
            session.flush()
        session.expunge(draft)


def test_numbered_rows_are_numbered_one_after_the_other_whichever_way_they_come(store: Store, world: World) -> None:
    world.dsl()
    world.concern(ref="K-1")

    def entry(nth: int, **more: Any) -> dict[str, Any]:
        return {"concern_ref": "K-1", "entered_at": world.now, "entered_by": "dsl", "what": f"{nth}", **more}

    with unrecorded(store) as session:
        session.add_all([ConcernEntry(**entry(1, text="one")), ConcernEntry(**entry(2)), ConcernEntry(**entry(3))])
        session.flush()
        rows = [entry(4, text="four"), entry(5, text=None)]
        session.execute(ConcernEntry.__table__.insert(), seal_rows(session, ConcernEntry, rows))
        session.execute(ConcernEntry.__table__.insert(), [entry(6)])
        session.add(ConcernEntry(**entry(7, text="seven")))

    rows_kept = world.all(ConcernEntry)
    assert [row.what for row in rows_kept] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [row.text for row in rows_kept] == ["one", None, None, "four", None, None, "seven"]
    assert len({row.id for row in rows_kept}) == 7


# The second factor


def test_the_secret_of_a_second_factor_is_readable_to_nobody_who_has_the_database(store: Store, world: World) -> None:
    amelia, _ = account_with_second_factor(world)
    with store.engine.connect() as connection:
        everything = "".join(
            str(connection.execute(select(*_as_they_lie(table))).all()) for table in Base.metadata.sorted_tables
        )

    assert lies(store, Credential.totp_secret, person="amelia.h").startswith(PREFIX)
    assert "amelia.h" in everything
    assert amelia.secret not in everything
    world.later(minutes=1)
    with store.writing() as session:
        assert codes.use_code(session, "amelia.h", code(world, amelia.secret), world.now) is codes.CodeKind.TOTP


def test_a_second_factor_moved_to_somebody_else_lets_nobody_in(store: Store, world: World) -> None:
    account_with_second_factor(world)
    world.manager()
    with behind_casebook(store) as connection:
        connection.execute(
            text(
                "INSERT INTO credential (person, password_hash, changed_at, totp_secret, totp_confirmed_at)"
                " SELECT 'manager', password_hash, changed_at, totp_secret, totp_confirmed_at FROM credential"
            )
        )

    with pytest.raises(Unsealed), store.writing() as session:
        codes.use_code(session, "manager", "123456", world.now)
    assert _astray(world) == ["Credential manager: its totp secret does not open."]


def _as_they_lie(table: Any) -> list[Any]:
    return [type_coerce(column, Text) for column in table.columns]


# A database from before


def test_a_played_world_is_bound_and_loosened_again_without_a_word_lost(store: Store, told: World) -> None:
    amelia, _ = account_with_second_factor(told)
    told.dsl()
    told.concern("OKF-1", "K-1", account="HERON")
    add_to_concern(told.desk("dsl"), "K-1", what="Note", text="HERON again")
    add_files(told.desk("anna", chance=random.SystemRandom()), "N-A", [Upload("letter.pdf", PDF)])
    before = _all_words(told)
    file = told.all(StoredFile)[0].ref
    done: list[tuple[int, int]] = []

    migrate(store, "0004")

    with store.engine.connect() as connection:
        told_then = connection.execute(text("SELECT text FROM record UNION ALL SELECT account FROM concern")).scalars()
        assert all(one.startswith("okf1:") for one in told_then)
        assert connection.execute(text("SELECT totp_secret FROM credential")).scalars().all() == [amelia.secret]
        raw: bytes = connection.execute(text("SELECT content FROM stored_file")).scalar_one()
        assert raw.startswith(b"okf1:")

    migrate(store, progress=lambda *counts: done.append(counts))

    assert done[-1][0] == done[-1][1] > 0
    assert _all_words(told) == before
    assert open_file(told.desk("anna"), file).content == PDF
    assert lies(store, Credential.totp_secret, person="amelia.h").startswith(PREFIX)
    told.later(minutes=1)
    with store.writing() as session:
        assert codes.use_code(session, "amelia.h", code(told, amelia.secret), told.now) is codes.CodeKind.TOTP
    found = {one.check.key: one.count for one in assure(told.host()).findings}
    assert (found["chronologies_altered"], found["chain_whole"], found["words_astray"]) == (0, 0, 0)
    with behind_casebook(store) as connection, pytest.raises(Exception, match="sealed"):
        connection.execute(text("UPDATE concern_entry SET text = NULL"))


def test_what_lay_readable_in_a_database_of_sealed_texts_is_not_taken_for_ours(store: Store, told: World) -> None:
    migrate(store, "0004")
    put(store, Record.text, "She never said that", id="N-B")

    migrate(store)

    assert _astray(told) == ["Record N-B: its text does not open."]
    assert {row.id: row.text for row in records_in_view(told.desk("anna"), "OKF-1").rows}["N-A"] == HERS


def _all_words(world: World) -> dict[str, Any]:
    return {
        "records": [(row.id, row.title, row.text) for row in world.all(Record)],
        "concerns": [(row.ref, row.account) for row in world.all(Concern)],
        "entries": [(row.id, row.text) for row in world.all(ConcernEntry)],
        "files": [(row.ref, row.name, row.sha256) for row in world.all(StoredFile)],
    }
