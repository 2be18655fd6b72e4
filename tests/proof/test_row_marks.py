"""Every row of every table carries a mark bound to the event of its deed; whatever goes past Casebook is named."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Column, select, text, update
from sqlalchemy.orm import Session

from okf.cases.commands.grants import end_grant
from okf.cases.commands.tasks import add_task, complete_task, move_task
from okf.policy.words import moment
from okf.proof.queries.assurance import State, assure
from okf.proof.queries.assurance.rows import compared
from okf.store import audit, guards, row_marks
from okf.store.models import Base, PersonRole, RowMark, Task
from okf.store.models.audit import MARKS as MARKS_FACT
from okf.terms import Action, Outcome, Role
from tests.behind import behind_casebook, unrecorded
from tests.conftest import Place
from tests.proof.charity import CASE, Charity
from tests.proof.loose import literal, loosened, put_in, sql
from tests.world import World

pytestmark = pytest.mark.both_databases

CHECK, MARKS = "rows_past_casebook", "marks_past_casebook"


# The house rule: a table that is there is marked, or says why not; and a marked column that changes is found.


def test_every_table_and_column_is_marked_or_says_why_not() -> None:
    tables = Base.metadata.tables

    assert set(row_marks.NOT_MARKED) | set(row_marks.forms()) == set(tables)
    assert not set(row_marks.NOT_MARKED) & set(row_marks.forms())
    assert set(row_marks.WITHOUT_EVENT) <= set(row_marks.forms())
    for table, column in row_marks.NOT_IN_MARK:
        assert not tables[table].columns[column].primary_key
    for why in (row_marks.NOT_MARKED, row_marks.WITHOUT_EVENT, row_marks.NOT_IN_MARK):
        assert all(len(reason) > 20 for reason in why.values())


def test_every_column_changed_every_row_put_in_and_every_row_taken_out_is_found(world: World) -> None:
    """A row for each column of each table, and two more; at once, and none is found that was left alone."""
    expected: dict[str, str] = {}
    with world.store.writing() as session, guards.unguarded(session.connection()):
        row_marks.secret_to_write(session)
        with loosened(session):
            for form in row_marks.forms().values():
                for number in range(len(form.columns) + 2):
                    put_in(session, form.table, number)
            audit.append(session, **_event(world), binds=row_marks.bind_all)
            assert _compared(session) == ([], [], {})

            for form in row_marks.forms().values():
                expected |= _tampered(session, form)

            events, strays, found = _compared(session)
        session.rollback()
    assert (events, strays) == ([], [])
    assert {row: found.get(row, "not found")[: len(what)] for row, what in expected.items()} == expected
    assert set(found) == set(expected)
    assert len(found) > 900


def _tampered(session: Session, form: Any) -> dict[str, str]:
    """Change each column of a row of its own, take a row out and put one in; what is to be said of each."""
    said = {}
    for number, name in enumerate(form.columns):
        column = form.table.columns[name]
        _change(session, form, number, column)
        said[_row(form, number)] = "is gone" if column.primary_key else "is not as"
        if column.primary_key:
            said[_row(form, number, **{name: _plain(column, number + 500)})] = "is in the database"
    gone, new = len(form.columns), 900
    sql(session, f'DELETE FROM "{form.name}" WHERE {_where(form, gone)}')
    put_in(session, form.table, new)
    return said | {_row(form, gone): "is gone", _row(form, new): "is in the database"}


def _compared(session: Session) -> tuple[list[Any], list[int], dict[str, str]]:
    events, strays, rows = compared(session, row_marks.secret_to_write(session))
    return events, strays, {one.row: one.what for one in rows}


def _change(session: Session, form: Any, number: int, column: Any) -> None:
    other = literal(column, number + 500)
    sql(session, f'UPDATE "{form.name}" SET "{column.name}" = {other} WHERE {_where(form, number)}')


def _where(form: Any, number: int) -> str:
    return " AND ".join(f'"{key.name}" = {literal(key, number)}' for key in form.table.primary_key)


def _row(form: Any, number: int, **other: str) -> str:
    return row_marks.row_of(form.name, [other.get(k.name, _plain(k, number)) for k in form.table.primary_key])


def _plain(column: Column[Any], number: int) -> str:
    return literal(column, number).strip("'")


def _event(world: World) -> dict[str, Any]:
    return {"at": world.now, "actor": "host", "action": Action.MARK_ROWS, "outcome": Outcome.ALLOW}


# What a deed does, and what heals nothing


@pytest.fixture
def task(okf: Charity) -> str:
    """Something to do, that was moved once: its reference."""
    okf.world.later(minutes=1)
    ref = add_task(okf.world.desk("caseworker"), CASE, text="Ring the school", due_on=date(2026, 12, 1))
    okf.world.later(minutes=1)
    move_task(okf.world.desk("caseworker"), ref, due_on=date(2026, 12, 2))
    return ref


def astray(okf: Charity) -> list[str]:
    """What the full proof says of rows and of marks."""
    return [one.what for key in (CHECK, MARKS) for one in okf.found(key).behind]


def test_every_deed_leaves_everything_as_it_is_marked(okf: Charity, task: str) -> None:
    complete_task(okf.world.desk("caseworker"), task)

    assert astray(okf) == []
    added, moved, done = okf.world.all(RowMark, row=f"task {task}")
    assert (added.was, moved.was, done.was) == (None, added.mark, moved.mark)
    assert [one.action for one in okf.world.events() if one.seq in (added.seq, moved.seq, done.seq)] == [
        Action.ADD_TASK,
        Action.COMPLETE_TASK,
        Action.COMPLETE_TASK,
    ]


def test_readers_of_the_record_see_no_hash_of_marks(okf: Charity, task: str) -> None:
    assert all(MARKS_FACT not in event.facts for event in okf.world.events())
    with okf.world.store.reading() as session:
        raw = session.scalars(text("SELECT facts FROM audit_event")).all()
    assert MARKS_FACT in str(raw)


def test_a_change_is_named_by_its_row_and_the_event_that_it_belies(okf: Charity, task: str) -> None:
    okf.sql("UPDATE task SET assigned_to = 'volunteer'")

    [event] = okf.world.events(action=Action.COMPLETE_TASK)
    left = f"Task {task} is not as event {event.seq} of 23 November 2026 at 10:06 left it."
    assert astray(okf) == [f"{left} It is of case {CASE}. No backup was made since that event."]
    assert okf.found(CHECK).state is State.BROKEN
    assert okf.found(CHECK).behind[0].case_ref == CASE


def test_it_is_said_until_when_a_row_was_right_and_which_backup_has_it_so(okf: Charity, task: str) -> None:
    backed_up(okf)
    assert astray(okf) == []
    proved = moment(okf.world.now)
    backup = okf.world.events(action=Action.BACK_UP)[-1]
    backed_up(okf)
    okf.sql("UPDATE task SET assigned_to = 'volunteer'")

    [told] = astray(okf)
    right = f"It was still right when all was proved on {proved}. The backup of {moment(backup.at)} has it right."
    assert told.endswith(right)

    [told] = astray(okf)
    assert told.endswith(right)  # a proof that found it says of no later time that it was right


def backed_up(okf: Charity) -> None:
    """A backup was made, a minute later."""
    okf.world.later(minutes=1)
    okf.world.host().note_event(Action.BACK_UP, subject="casebook.backup", did="backup made")
    okf.world.later(minutes=1)


@pytest.mark.parametrize(
    "change, mark, said",
    [
        ("UPDATE task SET due_on = '2026-12-01'", "min(id)", "is again as it was before event"),
        ("DELETE FROM task", "NULL", "is gone: event"),
    ],
)
def test_an_older_mark_copied_to_the_end_heals_nothing(
    okf: Charity, task: str, change: str, mark: str, said: str
) -> None:
    """Whoever has the database makes no mark, but may write an older one once more, bound to no event."""
    okf.sql(change)
    [older] = okf.world.all(RowMark, row=f"task {task}")[:1]
    with okf.past_the_desk() as connection:
        copied = {"row": older.row, "mark": None if mark == "NULL" else older.mark}
        connection.execute(text("INSERT INTO row_mark (id, row, mark) VALUES (99999, :row, :mark)"), copied)
        connection.commit()

    assert astray(okf)[0].startswith(f"Task {task} {said}")


def test_a_deed_launders_no_row_whose_older_mark_was_copied(okf: Charity, task: str) -> None:
    okf.sql("UPDATE task SET due_on = '2026-12-01'")
    [older] = okf.world.all(RowMark, row=f"task {task}")[:1]
    with okf.past_the_desk() as connection:
        copied = {"row": older.row, "mark": older.mark}
        connection.execute(text("INSERT INTO row_mark (id, row, mark) VALUES (99999, :row, :mark)"), copied)
        connection.commit()
    okf.world.later(minutes=1)

    complete_task(okf.world.desk("caseworker"), task)

    assert astray(okf)[0].startswith(f"Task {task} is not as event")


def test_an_earlier_state_put_back_is_told_from_any_other_change(okf: Charity, task: str) -> None:
    okf.sql("UPDATE task SET due_on = '2026-12-01'")

    [told] = astray(okf)
    assert told.startswith(f"Task {task} is again as it was before event ")


def test_a_deed_on_a_row_that_was_changed_heals_nothing(okf: Charity, task: str) -> None:
    okf.sql("UPDATE task SET text = (SELECT text FROM task)")  # itself: nothing changed
    assert astray(okf) == []
    okf.sql("UPDATE task SET due_on = '2027-01-01'")

    okf.world.later(minutes=1)
    complete_task(okf.world.desk("caseworker"), task)

    assert [f"Task {task} is not as" in one for one in astray(okf)] == [True]


def test_a_deed_on_a_row_that_was_put_in_heals_nothing(okf: Charity, task: str) -> None:
    okf.sql(
        "INSERT INTO task (ref, case_ref, text, assigned_to, due_on)"
        " SELECT 'T-FORGED', case_ref, text, assigned_to, due_on FROM task"
    )

    with behind_casebook(okf.world.store) as connection:
        connection.execute(text("UPDATE task SET due_on = '2027-01-01' WHERE ref = 'T-FORGED'"))
    end_grant(okf.world.desk("manager"), okf.grant)

    assert astray(okf) == ["Task T-FORGED is in the database, and no deed put it there."]


def test_a_row_taken_out_and_put_in_again_by_a_deed_is_still_named(okf: Charity) -> None:
    okf.world.role("manager", Role.TRUSTEE)
    kept = okf.world.one(PersonRole, role=Role.TRUSTEE, person="manager")
    assert kept is not None
    okf.sql("DELETE FROM person_role WHERE id = :id", id=kept.id)

    with unrecorded(okf.world.store) as session:
        session.add(PersonRole(id=kept.id, person="manager", role=Role.DSL))

    assert astray(okf) == [f"Person role {kept.id} is not as Casebook left it."]


def test_what_a_deed_takes_away_is_not_missed(okf: Charity) -> None:
    okf.world.role("manager", Role.TRUSTEE)
    with unrecorded(okf.world.store) as session:
        session.delete(session.scalars(select(PersonRole).where(PersonRole.person == "manager").limit(1)).one())

    assert astray(okf) == []


def test_marks_taken_out_are_named_by_their_event(okf: Charity, task: str) -> None:
    okf.sql("UPDATE task SET due_on = '2026-12-01'")
    okf.sql("DELETE FROM row_mark WHERE id = (SELECT max(id) FROM row_mark)")

    [event] = okf.world.events(action=Action.COMPLETE_TASK)
    assert okf.found(CHECK).count == 0
    [told] = okf.found(MARKS).behind
    assert told.what.startswith(f"Event {event.seq} of 23 November 2026 at 10:06, complete task {task}")
    assert (told.who, told.case_ref) == ("caseworker", CASE)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE row_mark SET mark = was WHERE was IS NOT NULL",
        "UPDATE row_mark SET row = 'task T-OTHER' WHERE row LIKE 'task %'",
        "UPDATE row_mark SET seq = seq - 1 WHERE row LIKE 'task %'",
        "UPDATE row_mark SET id = -id WHERE row LIKE 'task %'",
        "INSERT INTO row_mark (id, seq, row, was, mark) SELECT id + 90000, seq, row, was, mark FROM row_mark",
        "DELETE FROM row_mark",
    ],
)
def test_marks_changed_put_in_or_taken_out_are_found(okf: Charity, task: str, change: str) -> None:
    okf.sql(change)

    assert astray(okf)


def test_a_tail_cut_off_together_with_its_head_shows_by_the_marks_that_it_leaves(okf: Charity, task: str) -> None:
    last = okf.world.events()[-1]
    okf.sql("DELETE FROM audit_event WHERE seq = :seq", seq=last.seq)
    okf.sql("UPDATE audit_head SET seq = :seq, hash = :before", seq=last.seq - 1, before=last.before)

    assert okf.found("chain_whole").count == 0
    assert astray(okf)


def test_C9_of_rows_of_safeguarding_only_the_host_is_told_which(okf: Charity) -> None:
    ref = okf.world.concern(CASE, about=["party_a"])
    okf.sql("UPDATE concern SET severity = 'low'")

    told = assure(okf.world.desk("manager"))

    [finding] = [one for one in told.findings if one.check.key == CHECK]
    assert (finding.count, ref in str(finding)) == (1, False)
    assert [ref in one for one in astray(okf)] == [True]


def test_a_transaction_that_is_undone_leaves_no_mark_and_no_note(okf: Charity, task: str) -> None:
    marks = okf.world.count(RowMark)
    with okf.world.store.writing() as session, guards.unguarded(session.connection()):
        session.execute(update(Task).values(due_on=date(2027, 1, 1)))
        session.rollback()

    with okf.world.store.writing():
        pass

    assert okf.world.count(RowMark) == marks
    assert astray(okf) == []


def test_a_database_without_the_key_of_the_proof_says_so(place: Place, okf: Charity) -> None:
    okf.sql("DELETE FROM data_key WHERE scope = 'proof'")
    okf.world.store = place.open()  # of a process that did not open the key before

    assert astray(okf) == [
        "The key of the proof is not in the database or does not open, so that no row can be compared."
    ]
    assert "the key of the proof" in okf.found("chain_whole").behind[0].what
    okf.world.store.close()
