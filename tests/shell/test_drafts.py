"""Drafts: their writer's alone, as long as they may still open the case, and never on the audit record."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from okf.cases.commands.cases import close_case
from okf.cases.queries.closing import closing_checklist
from okf.shell.drafts.commands import forget_draft, forget_old_drafts, keep_draft
from okf.shell.drafts.queries import own_draft
from okf.store.guards import UnguardedWrite, own
from okf.store.models import Draft, Task
from okf.store.narrative import PREFIX
from okf.terms import Action
from tests.world import World

pytestmark = pytest.mark.both_databases

WORDS = "Heron at the blue gate"


@pytest.fixture
def charity(world: World) -> World:
    """A manager, two caseworkers on one case, and a draft of one of them on it."""
    world.manager()
    for name in ("anna", "bert"):
        world.caseworker(name)
    world.case("OKF-1", granted_to=["anna", "bert"])
    keep_draft(world.desk("anna"), "record", "OKF-1", values={"text": WORDS})
    return world


def test_a_draft_is_resumed_field_by_field_by_its_writer_alone(charity: World):
    keep_draft(charity.desk("anna"), "record", "OKF-1", values={"title": "Gate"})

    assert own_draft(charity.desk("anna"), "record", "OKF-1").values == {"text": WORDS, "title": "Gate"}
    assert own_draft(charity.desk("bert"), "record", "OKF-1").values == {}
    assert own_draft(charity.desk("manager"), "record", "OKF-1").values == {}
    assert own_draft(charity.desk("anna"), "record", None).values == {}


def test_C5_whoever_lost_the_case_lost_their_draft_on_it_too(charity: World):
    charity.end_grant("G-1")

    assert own_draft(charity.desk("anna"), "record", "OKF-1").values == {}
    assert keep_draft(charity.desk("anna"), "record", "OKF-1", values={"text": "more"}) is None
    assert charity.one(Draft, person="anna").words == f'{{"text": "{WORDS}"}}'


def test_C6_a_case_takes_the_drafts_on_it_along_a_day_after_it_closes(charity: World):
    keep_draft(charity.desk("bert"), "enquiry", values={"text": "of no case"})
    assert closing_checklist(charity.desk("manager"), "OKF-1").drafts == 1

    close_case(charity.desk("manager"), "OKF-1", reason="done")

    assert charity.events(action=Action.CLOSE_CASE)[0].facts["drafts_left"] == 1
    assert keep_draft(charity.desk("anna"), "record", "OKF-1", values={"text": WORDS}) is None
    assert own_draft(charity.desk("anna"), "record", "OKF-1").values == {}
    charity.later(hours=23)
    forget_old_drafts(charity.host())
    assert charity.count(Draft) == 2
    charity.later(hours=1)
    forget_old_drafts(charity.host())
    assert [draft.form for draft in charity.all(Draft)] == ["enquiry"]
    assert charity.events(action=Action.FORGET_OLD_DRAFTS)[0].facts == {"drafts_gone": 1}


def test_a_draft_is_no_deed_and_no_word_of_it_lies_readable(charity: World):
    forget_draft(charity.desk("bert"), "record", "OKF-1")

    assert charity.events() == []
    with charity.store.reading() as session:
        (kept,) = session.execute(text("SELECT words FROM draft")).scalars()
    assert kept.startswith(PREFIX)
    assert "Heron" not in kept
    forget_draft(charity.desk("anna"), "record", "OKF-1")
    assert charity.count(Draft) == 0


def test_what_another_window_handed_in_is_begun_anew_with_all_that_this_one_shows(charity: World):
    forget_draft(charity.desk("anna"), "record", "OKF-1")

    keep_draft(charity.desk("anna"), "record", "OKF-1", values={"title": "T"}, others={"text": WORDS, "title": "t"})

    assert own_draft(charity.desk("anna"), "record", "OKF-1").values == {"text": WORDS, "title": "T"}


def test_a_draft_that_nobody_went_on_with_for_thirty_days_ends(charity: World):
    charity.later(days=30)
    keep_draft(charity.desk("bert"), "record", "OKF-1", values={"text": "young"})
    assert own_draft(charity.desk("anna"), "record", "OKF-1").values == {}

    forget_old_drafts(charity.host())
    forget_old_drafts(charity.host())

    assert [draft.person for draft in charity.all(Draft)] == ["bert"]
    assert [event.facts for event in charity.events()] == [{"drafts_gone": 1}]


def test_the_door_for_ones_own_opens_nobody_elses_and_nothing_else(charity: World):
    def change(row, **columns):
        with charity.store.writing() as session, own(session, "bert"):
            found = session.get_one(*row)
            for name, value in columns.items():
                setattr(found, name, value)

    charity.task("OKF-1", "bert", ref="T-1")
    with pytest.raises(UnguardedWrite, match="Draft changed outside"):
        change((Draft, ("anna", "record", "OKF-1")), words="stolen")
    with pytest.raises(UnguardedWrite, match="Task changed outside"):
        change((Task, "T-1"), text="other")
