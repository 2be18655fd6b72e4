"""A line of a chronology is put right by another line: what it said before stays to be read (C9)."""

from __future__ import annotations

import random

import pytest

from okf.errors import Conflict, Invalid, NotFound
from okf.safeguarding.commands.chronology import add_to_concern, correct_entry
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.queries.concern import ConcernInView, concern_in_view
from okf.store.models import ConcernEntry
from okf.terms import Role, Severity
from tests.world import World


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    return world


@pytest.fixture
def ref(charity: World) -> str:
    made = raise_concern(charity.desk("manager"), severity=Severity.HIGH, account="He ran away.")
    add_to_concern(charity.desk("dsl"), made, what="Note", text="Rang the father.")
    return made


def lines(charity: World) -> list[ConcernEntry]:
    return charity.all(ConcernEntry)


def test_the_old_words_stay_and_each_line_says_what_became_of_it(charity: World, ref: str) -> None:
    [_, wrong] = lines(charity)
    correct_entry(charity.desk("deputy"), ref, wrong.id, text="Rang the mother.", reason="I mixed them up.")

    seen = concern_in_view(charity.desk("dsl"), ref)

    assert isinstance(seen, ConcernInView)
    _, old, new = seen.entries
    assert (old.text, old.corrected_by, old.by) == ("Rang the father.", new.id, "Dana Lead")
    assert (new.what, new.corrects, new.by) == ("Correction", old.id, "Dev Uty")
    assert new.text == "Rang the mother.\n\nWhy it is corrected: I mixed them up."


def test_a_line_is_corrected_once_and_then_its_correction_is(charity: World, ref: str) -> None:
    wrong = lines(charity)[-1].id
    correct_entry(charity.desk("dsl"), ref, wrong, text="Rang the mother.", reason="Mixed up.")

    with pytest.raises(Conflict, match="corrected already"):
        correct_entry(charity.desk("deputy"), ref, wrong, text="Rang nobody.", reason="No.")
    correct_entry(charity.desk("deputy"), ref, lines(charity)[-1].id, text="Rang both.", reason="Both were there.")

    assert [line.corrects for line in lines(charity)[2:]] == [wrong, wrong + 1]


@pytest.mark.parametrize("text, reason", [(" ", "Mixed up."), ("Rang the mother.", "")])
def test_a_correction_says_what_is_right_and_why(charity: World, ref: str, text: str, reason: str) -> None:
    with pytest.raises(Invalid):
        correct_entry(charity.desk("dsl"), ref, lines(charity)[-1].id, text=text, reason=reason)

    assert len(lines(charity)) == 2


def test_what_casebook_noted_itself_holds_no_words_to_correct(charity: World, ref: str) -> None:
    with pytest.raises(Invalid, match="holds no words"):
        correct_entry(charity.desk("dsl"), ref, lines(charity)[0].id, text="Raised later.", reason="Wrong.")


def test_C9_nobody_but_who_works_it_corrects_it_and_no_line_of_another(charity: World, ref: str) -> None:
    desk = charity.desk("manager", chance=random.SystemRandom())
    other = raise_concern(desk, severity=Severity.LOW, account="Something else.", about=["dsl"])
    line = lines(charity)[1].id

    for who in ("manager", "dsl"):
        with pytest.raises(NotFound, match=other):
            correct_entry(charity.desk(who), other, line, text="x", reason="y")
    with pytest.raises(NotFound):
        correct_entry(charity.desk("deputy"), other, line, text="x", reason="y")
