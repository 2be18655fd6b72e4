"""Within a run of a page the facts of decisions are read once; whatever was changed since is seen all the same."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from okf.asker import Asker
from okf.cases.commands.grants import revoke_grant
from okf.desk import Desk
from okf.store import once
from okf.store.engine import Store
from okf.terms import Action
from tests.conftest import Place
from tests.world import World


@pytest.fixture
def statements(store: Store) -> Iterator[list[str]]:
    told: list[str] = []

    def tell(_: object, __: object, statement: str, *___: object) -> None:
        if not statement.startswith(("BEGIN", "SET")):
            told.append(statement)

    event.listen(store.engine, "before_cursor_execute", tell)
    yield told
    event.remove(store.engine, "before_cursor_execute", tell)


@pytest.fixture
def desk(world: World) -> Desk:
    world.manager()
    world.caseworker()
    world.case("OKF-1")
    world.grant("caseworker", "OKF-1", ref="G-1")
    return world.desk("caseworker")


def test_a_second_question_in_one_run_reads_nothing_again(desk: Desk, statements: list[str]) -> None:
    with desk.one_run():
        assert desk.decide(Action.OPEN_CASE, "OKF-1").allowed
        first = len(statements)
        assert desk.decide(Action.OPEN_CASE, "OKF-1").allowed

    assert first > 5
    assert len(statements) == first


def test_the_next_run_reads_anew(desk: Desk, statements: list[str]) -> None:
    with desk.one_run():
        desk.decide(Action.OPEN_CASE, "OKF-1")
    first = len(statements)

    desk.decide(Action.OPEN_CASE, "OKF-1")

    assert len(statements) == 2 * first


def test_C7_one_persons_questions_about_many_cases_ask_for_their_signing_once(desk: Desk, world: World) -> None:
    world.case("OKF-2")

    with desk.reading() as session:
        questions = Asker.of(desk, session).questions(["OKF-1", "OKF-2"], Action.OPEN_CASE)

    first, second = (questions[ref].signing for ref in ("OKF-1", "OKF-2"))
    assert first is not None
    assert first is second
    assert all(first.answers(question) for question in questions.values())


def test_a_revocation_is_seen_at_once_within_the_run_that_it_comes_in(desk: Desk, world: World) -> None:
    manager = world.desk("manager")

    with desk.one_run():
        assert desk.decide(Action.OPEN_CASE, "OKF-1").allowed
        revoke_grant(manager, "G-1")
        assert not desk.decide(Action.OPEN_CASE, "OKF-1").allowed


def test_a_revocation_by_another_process_is_seen_by_the_next_run_and_soon_by_this_one(
    desk: Desk, place: Place, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = place.open()
    with desk.one_run():
        assert desk.decide(Action.OPEN_CASE, "OKF-1").allowed
        with monkeypatch.context() as unheard:
            unheard.setattr(once, "_Commits", type("Theirs", (), {"last": object()}))
            revoke_grant(Desk(elsewhere, "manager", now=world.clock), "G-1")
        monkeypatch.setattr(once, "LASTS", 0.0)
        assert not desk.decide(Action.OPEN_CASE, "OKF-1").allowed
    elsewhere.close()

    with desk.one_run():
        assert not desk.decide(Action.OPEN_CASE, "OKF-1").allowed


def test_what_runs_beside_a_run_reads_for_itself(desk: Desk, statements: list[str]) -> None:
    with desk.one_run():
        desk.decide(Action.OPEN_CASE, "OKF-1")
        first = len(statements)
        beside = threading.Thread(target=desk.decide, args=(Action.OPEN_CASE, "OKF-1"))
        beside.start()
        beside.join()

    assert len(statements) == 2 * first


def test_a_deed_reads_for_itself_even_within_a_run(desk: Desk, statements: list[str]) -> None:
    with desk.one_run():
        desk.decide(Action.OPEN_CASE, "OKF-1")
        first = len(statements)
        with desk.permitted(Action.OPEN_CASE, "OKF-1"):
            pass

    assert len([one for one in statements[first:] if one.startswith("SELECT")]) >= first


def test_people_and_cases_that_are_not_there_are_asked_for_once_too(desk: Desk, statements: list[str]) -> None:
    from okf.store import facts

    with desk.one_run():
        for _ in range(2):
            with desk.reading() as session:
                assert facts.cases(session, ["OKF-1", "OKF-2"]).keys() == {"OKF-1"}
                assert facts.people(session, ["nobody"]) == {}
                asked = len(statements)

    assert asked < 12


def test_a_reading_that_failed_says_of_nobody_that_they_are_not_on_file(desk: Desk) -> None:
    with desk.one_run():
        with desk.reading() as session, pytest.raises(ConnectionError):
            once.each(session, "people", ["caseworker"], _gone)

        with desk.reading() as session:
            assert once.each(session, "people", ["caseworker"], lambda keys: dict.fromkeys(keys, 1)) == {
                "caseworker": 1
            }


def _gone(_: object) -> dict[str, int]:
    raise ConnectionError
