"""A pool of second readers, asked in turn where nobody else of that side may read the record (C2, C8)."""

from __future__ import annotations

from datetime import date

import pytest

from okf.errors import NotFound, Refused
from okf.policy.redaction import Shown, in_turn
from okf.records.commands.misfilings import report_misfiling
from okf.sharing.commands.redactions import add_file_to_share, black_out, open_prepared, read_again
from okf.sharing.queries.second_readers import reading_in_turn
from okf.sharing.queries.second_readings import readings_waiting
from okf.sharing.queries.view import share_in_view
from okf.store.models import AccessGrant, Redaction
from okf.terms import Action, CheckKind, Role
from okf.today.queries.pending import pending_items
from tests.cases.test_case_pages import open_page, sent
from tests.sharing.conftest import CASE
from tests.sharing.test_sending import a_file, a_pdf, agree, ask, desk
from tests.world import World, instant

pytestmark = pytest.mark.one_database
POOL = ("reader_1", "reader_2", "reader_3")


@pytest.fixture
def alone(family: World) -> World:
    """One caseworker alone on a side, three who may be asked, and four who hold the role and may not."""
    [second] = family.all(AccessGrant, person="second_a")
    family.revoke(second.id)
    for name in (*POOL, "tied", "untrained", "lapsed"):
        family.person(name, roles=[Role.SECOND_READER])
        if name != "untrained":
            family.check(name, date(2027, 6, 1), kind=CheckKind.TRAINING)
    family.check("lapsed", date(2026, 1, 1), kind=CheckKind.VETTING, blocks=True)
    family.conflict("tied", "party_b")
    family.role("worker_b", Role.SECOND_READER)
    family.check("worker_b", date(2027, 6, 1), kind=CheckKind.TRAINING)
    return family


def prepared(world: World) -> tuple[str, str]:
    agree(world)
    ref = ask(world).ref
    return ref, black_out(desk(world, "worker_a"), ref, "N-A", passages=[(16, 19)], reason="Her name")


def asked(world: World, version: str) -> str:
    """Whose turn it is: of all who are here one alone finds it."""
    everybody = (*POOL, "tied", "untrained", "lapsed", "worker_b", "second_a", "worker_a", "dsl")
    found = [who for who in everybody if _sees(world, who, version)]
    assert len(found) == 1
    return found[0]


def _sees(world: World, who: str, version: str) -> bool:
    try:
        return reading_in_turn(desk(world, who), version).ref == version
    except NotFound:
        return False


def test_C8_a_side_with_one_caseworker_has_its_second_reader_from_the_pool(alone: World) -> None:
    ref, version = prepared(alone)
    who = asked(alone, version)
    assert who in POOL
    assert [one.in_turn for one in readings_waiting(desk(alone, who))] == [version]
    assert any("waits for a second reader" in one.text for one in pending_items(desk(alone, who)))
    mine = share_in_view(desk(alone, "worker_a"), ref).texts[0].version
    assert mine is not None
    assert mine.awaited == (who.replace("_", " ").title(),)
    for other in {*POOL, "tied", "untrained", "lapsed", "worker_b"} - {who}:
        assert readings_waiting(desk(alone, other)) == ()
        with pytest.raises((NotFound, Refused)):
            read_again(desk(alone, other), version, approved=True)
    with pytest.raises(Refused):
        read_again(desk(alone, "worker_a"), version, approved=True)

    read_again(desk(alone, who), version, approved=True)

    assert alone.one(Redaction).read_by == who  # type: ignore[union-attr]
    assert alone.events(action=Action.SECOND_READ, actor=who)[-1].facts["in_turn"] is True


def test_C2_one_of_the_pool_sees_what_would_go_out_and_nothing_else(alone: World) -> None:
    ref, version = prepared(alone)
    who = asked(alone, version)
    page = sent(open_page(alone, who, "second_reading", ref=version))
    assert "told us that" in page
    for hidden in (">Ann", "Ann told", CASE, ref, "EVIDENCE", "OTHER-SIDE"):
        assert hidden not in page, hidden
    with pytest.raises(NotFound):
        share_in_view(desk(alone, who), ref)
    assert not desk(alone, who).decide(Action.READ_RECORD, CASE, record="N-A").allowed
    read_again(desk(alone, who), version, approved=False, remark="The flat stands there still")
    assert not _sees(alone, who, version)


def test_C8_after_two_working_days_the_next_is_asked_and_round_again(alone: World) -> None:
    _, version = prepared(alone)  # on a Monday
    first = asked(alone, version)
    alone.at("2026-11-25T23:59")
    assert asked(alone, version) == first
    alone.at("2026-11-26T00:00")
    second = asked(alone, version)
    alone.at("2026-11-30T10:00")
    third = asked(alone, version)
    assert {first, second, third} == set(POOL)
    alone.leave(second)
    assert asked(alone, version) in {first, third}


def test_C2_where_somebody_else_of_that_side_may_read_it_no_stranger_is_asked(family: World) -> None:
    family.person("reader_1", roles=[Role.SECOND_READER])
    family.check("reader_1", date(2027, 6, 1), kind=CheckKind.TRAINING)
    ref, version = prepared(family)
    assert not _sees(family, "reader_1", version)
    mine = share_in_view(desk(family, "worker_a"), ref).texts[0].version
    assert mine is not None
    assert mine.awaited == ("Second A",)
    page = open_page(family, "worker_a", "share", ref=ref)
    assert sum("Awaited: Second A." in one.value.replace("\\", "") for one in page.warning) == 2
    assert not [one for one in page.button if one.label == "Send it now"]


def test_C2_a_sealed_record_is_shown_to_nobody_of_the_pool(family: World) -> None:
    for name in POOL:
        family.person(name, roles=[Role.SECOND_READER])
        family.check(name, date(2027, 6, 1), kind=CheckKind.TRAINING)
    _, version = prepared(family)
    report_misfiling(desk(family, "second_a"), "N-A")
    family.later(minutes=1)
    for who in POOL:
        assert readings_waiting(desk(family, who)) == ()
        with pytest.raises(NotFound):
            reading_in_turn(desk(family, who), version)


def test_a_file_is_seen_page_by_page_as_it_would_go_out(alone: World) -> None:
    agree(alone)
    file = a_file(alone, a_pdf("Quillham", "The school report"))
    ref = ask(alone).ref
    version = add_file_to_share(desk(alone, "worker_a"), ref, file, shown=Shown((0, 1)), reason="Both")
    who = asked(alone, version)
    for other in {*POOL} - {who}:
        with pytest.raises(NotFound):
            open_prepared(desk(alone, other), version)
    page = open_page(alone, who, "second_reading", ref=version)
    for label in ("See its pages", "Next page"):
        next(one for one in page.button if one.label == label).click().run()
    assert not [one for one in page.info if "not opened" in one.value]
    next(one for one in page.radio if one.label == "Your answer").set_value(True)
    next(one for one in page.button if one.label == "Save your answer").click().run()
    assert alone.one(Redaction).read_by == who  # type: ignore[union-attr]
    assert alone.events(action=Action.SECOND_READ, actor=who)[0].facts["opened"] == file


def test_each_version_has_an_order_of_its_own() -> None:
    at = instant("2026-11-23T10:00")
    first = {in_turn(POOL, f"B-{n}", at, at, days=2) for n in range(20)}
    assert first == set(POOL)
    assert in_turn((), "B-1", at, at, days=2) is None
