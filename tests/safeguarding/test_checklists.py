"""Checklists on a concern: filled in for ever, with clocks for what is due, and set by a lead (C9)."""

from __future__ import annotations

import json
import random
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.clock import end_of
from okf.errors import Conflict, Invalid, Misconfigured, NotFound, Refused
from okf.policy.checklists import Answer, samples
from okf.proof.queries.assurance import assure
from okf.safeguarding.commands.checklists import fill_checklist, set_checklist, settle_due
from okf.safeguarding.commands.concerns import end_concern
from okf.safeguarding.queries.checklists import checklist_versions, checklists_in_view
from okf.safeguarding.queries.papers import papers_of
from okf.store.models import Concern, ConcernClock, ConcernEntry, FilledChecklist
from okf.store.schema import migrate
from okf.terms import ConcernStatus
from okf.terms.checklists import AnswerKind, YesNo
from okf.terms.concerns import ConcernCategory
from okf.terms.duties import ClockEnd, Duty
from tests.behind import behind_casebook
from tests.fields import enter_when
from tests.safeguarding.conftest import decide
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.safeguarding.test_decision_pages import labelled, press
from tests.sheets import sheets
from tests.world import World

YES, NO = YesNo.YES, YesNo.NO
DASH: list[Answer] = [YES] * 16 + [NO] * 10 + ["She said so, alone."]
FGM: list[Answer] = [YES, YES, "A nurse", date(2026, 11, 23), None, None, NO]


def fill(world: World, by: str = "dsl", **other: Any) -> str:
    """A checklist filled in on the concern, by default DASH at 16 of 24."""
    wanted = {"key": "dash", "version": 0, "answers": DASH} | other
    return fill_checklist(world.desk(by, chance=random.SystemRandom()), "K-1", **wanted)


def clock(world: World) -> ConcernClock:
    """The one clock that a checklist started."""
    [found] = world.all(ConcernClock, duty=Duty.CHECKLIST)
    return found


@pytest.mark.both_databases
def test_C9_a_filled_checklist_tells_what_it_came_to_everywhere_it_is_read(charity: World) -> None:
    fill(charity)

    [filled] = checklists_in_view(charity.desk("deputy"), "K-1").filled
    assert (filled.result, filled.reached) == ("16 of 24: at or over MARAC's threshold of 14.", True)
    assert filled.lines[0] == ("Were they injured in what happened now?", "yes")
    assert filled.lines[-1][1] == "She said so, alone."
    assert filled.recipients[:2] == ("marac", "idva")
    [entry] = charity.all(ConcernEntry, concern_ref="K-1")
    assert entry.what == "Checklist: Domestic abuse: risk checklist (DASH)"
    assert entry.text == filled.result
    paper = "\n\n".join(papers_of(charity.desk("dsl"), "K-1").parts)
    for words in ("She said so, alone.", filled.result, "Sample until your Safeguarding Policy says otherwise."):
        assert words in paper
    broken = {one.check.key for one in assure(charity.host()).broken}
    assert broken.isdisjoint({"chronologies_altered", "rows_past_casebook"})


@pytest.mark.both_databases
def test_C9_what_was_filled_in_is_sealed_and_changed_by_nobody(charity: World) -> None:
    fill(charity)

    with behind_casebook(charity.store) as connection:
        assert "alone" not in str(connection.execute(text("SELECT told FROM filled_checklist")).all())
    for statement in ("UPDATE filled_checklist SET reached = NOT reached", "DELETE FROM filled_checklist"):
        with pytest.raises(DBAPIError), behind_casebook(charity.store) as connection:
            connection.execute(text(statement))


def test_C9_fgm_starts_a_clock_that_the_call_ends_and_nothing_else(charity: World) -> None:
    fill(charity, key="fgm", answers=FGM)
    assert clock(charity).due_at == end_of(date(2026, 11, 24))
    decide(charity)
    assert clock(charity).ended_at is None

    settle_due(charity.desk("dsl"), "K-1", str(clock(charity).of), done=True, text="The nurse rang 101 at noon.")

    ended = clock(charity)
    assert (ended.ended_at, ended.ended_by, ended.ended_how) == (charity.now, "dsl", ClockEnd.MET)
    [*_, entry] = charity.all(ConcernEntry, concern_ref="K-1")
    assert entry.what == "Done: The registered professional rings 101 themselves"
    with pytest.raises(Conflict, match="on record already"):
        settle_due(charity.desk("dsl"), "K-1", str(ended.of), done=True, text="Again.")


@pytest.mark.parametrize(
    "key, answers, last",
    [
        ("dbs", [YES, YES, "They were dismissed.", None, None, None], date(2026, 11, 30)),
        ("fgm", [YES, YES, "A nurse", None, None, None, NO], date(2026, 11, 24)),
    ],
)
def test_C9_a_duty_s_clock_without_its_day_runs_from_today_and_holds_the_concern_open(
    charity: World, key: str, answers: list[Answer], last: date
) -> None:
    fill(charity, key=key, answers=answers)

    assert clock(charity).due_at == end_of(last)
    [filled] = checklists_in_view(charity.desk("dsl"), "K-1").filled
    assert "No day was given from which the clock runs, so it runs from 23 November 2026." in str(filled.result)
    [entry] = charity.all(ConcernEntry, concern_ref="K-1")
    assert f"by the end of {last:%a} {last.day} Nov 2026." in str(entry.text)
    with pytest.raises(Conflict):
        end_concern(charity.desk("dsl"), "K-1", status=ConcernStatus.CLOSED, outcome="Safe.", lessons="None.")


def test_C9_no_clock_runs_where_the_test_is_not_met(charity: World) -> None:
    fill(charity, key="dbs", answers=[YES, NO, None, None, None, None])

    assert charity.all(ConcernClock, duty=Duty.CHECKLIST) == []


def test_C9_what_a_checklist_makes_due_is_the_concern_s_next_instant(charity: World) -> None:
    fill(charity, key="crime", answers=[None, "Met", None, None, None, date(2026, 11, 23)])

    concern = charity.one(Concern, ref="K-1")
    assert concern is not None
    assert concern.due_at == end_of(date(2026, 11, 23))


def test_C9_a_concern_does_not_end_while_a_checklist_waits_and_it_may_be_given_up_with_a_reason(charity: World) -> None:
    fill(charity, key="fgm", answers=FGM)
    ending = {"status": ConcernStatus.CLOSED, "outcome": "She is safe.", "lessons": "None."}
    with pytest.raises(Conflict, match="rings 101 themselves” of Female genital mutilation"):
        end_concern(charity.desk("dsl"), "K-1", **ending)
    of = str(clock(charity).of)
    with pytest.raises(Invalid):
        settle_due(charity.desk("dsl"), "K-1", of, done=False, text=" ")

    settle_due(charity.desk("dsl"), "K-1", of, done=False, text="She is 19: the duty is not owed.")

    end_concern(charity.desk("dsl"), "K-1", **ending)
    assert clock(charity).ended_how is ClockEnd.GIVEN_UP


@pytest.mark.parametrize(
    "other",
    [
        {"answers": [None, *DASH[1:]]},
        {"answers": ["yes it was", *DASH[1:]]},
        {"key": "crime", "answers": [None] * 6},
        {"key": "crime", "answers": [None, " ", None, None, None, None]},
        {"key": "lado_outcome", "answers": ["dismissed", *[None] * 7]},
        {"key": "lado_outcome", "answers": [*[None] * 6, date(2026, 11, 24), None]},
        {"key": "lado_outcome", "answers": [*[None] * 4, date(2026, 11, 22), *[None] * 3]},
    ],
)
def test_an_answer_that_is_missing_or_does_not_fit_is_named_and_nothing_is_kept(charity: World, other) -> None:
    with pytest.raises(Invalid):
        fill(charity, **other)

    assert charity.count(FilledChecklist) == charity.count(ConcernEntry) == 0


@pytest.mark.parametrize("who", ["manager", "caseworker", "trustee"])
def test_C9_nobody_but_who_works_the_concern_fills_one_in_or_reads_it(charity: World, who: str) -> None:
    with pytest.raises(NotFound):
        fill(charity, who)
    fill(charity)

    with pytest.raises(NotFound):
        checklists_in_view(charity.desk(who), "K-1")
    with pytest.raises(NotFound):
        settle_due(charity.desk(who), "K-1", "L-1#1", done=True, text="Done.")


def test_C9_whom_it_is_about_reads_no_checklist(charity: World) -> None:
    charity.concern("OKF-1", "K-2", about_people=["deputy"])

    with pytest.raises(NotFound):
        checklists_in_view(charity.desk("deputy"), "K-2")


@pytest.mark.both_databases
def test_C9_a_lead_sets_a_checklist_as_the_policy_has_it_and_earlier_ones_stay_as_they_were(charity: World) -> None:
    fill(charity)
    lower = samples()["dash"].as_data() | {"threshold": 10}

    assert set_checklist(charity.desk("dsl"), "dash", lower, version=0) == 1

    with pytest.raises(Conflict, match="changed this checklist"):
        fill(charity)
    charity.later(minutes=1)
    fill(charity, version=1, answers=[YES] * 10 + [NO] * 16 + [None])
    now, before = checklists_in_view(charity.desk("deputy"), "K-1").filled
    assert (now.result, now.sample) == ("10 of 24: at or over MARAC's threshold of 10.", False)
    assert (before.result, before.sample) == ("16 of 24: at or over MARAC's threshold of 14.", True)
    held, sample = checklist_versions(charity.desk("deputy"))["dash"]
    assert (held.set_by, held.version, sample.version) == ("Dana Lead", 1, 0)
    with pytest.raises(Conflict, match="Dana Lead set this checklist meanwhile"):
        set_checklist(charity.desk("deputy"), "dash", lower, version=0)


@pytest.mark.parametrize("who", ["manager", "caseworker", "trustee"])
def test_C9_nobody_but_a_lead_sets_a_checklist(charity: World, who: str) -> None:
    with pytest.raises(Refused):
        set_checklist(charity.desk(who), "dash", samples()["dash"].as_data(), version=0)
    with pytest.raises(Refused):
        checklist_versions(charity.desk(who))


def test_a_checklist_that_does_not_hold_together_is_not_set(charity: World) -> None:
    with pytest.raises(Invalid, match="Threshold"):
        set_checklist(charity.desk("dsl"), "dash", samples()["dash"].as_data() | {"threshold": 25}, version=0)


def test_C9_the_duty_to_report_child_sexual_abuse_is_offered_once_a_lead_switches_it_on(charity: World) -> None:
    key = "report_child_sexual_abuse"
    answers: list[Answer] = [YES, "The caseworker", date(2026, 11, 23), None, None, None]
    with pytest.raises(Conflict, match="not in use"):
        fill(charity, key=key, answers=answers)

    set_checklist(charity.desk("dsl"), key, samples()[key].as_data() | {"on": True}, version=0)

    fill(charity, key=key, version=1, answers=answers)
    assert clock(charity).due_at == end_of(date(2026, 11, 24))


def test_the_checklists_of_the_concern_s_kind_of_harm_are_offered_first(charity: World) -> None:
    offered = checklists_in_view(charity.desk("dsl"), "K-1", (ConcernCategory.RADICALISATION,)).offered

    assert offered[0].checklist.key == "prevent"
    assert "report_child_sexual_abuse" not in [one.checklist.key for one in offered]


def test_an_earlier_casebook_is_not_given_what_it_can_t_hold(charity: World) -> None:
    fill(charity)

    with pytest.raises(Misconfigured, match="checklist was filled in"):
        migrate(charity.store, "0016")


@pytest.mark.one_database
def test_C9_a_lead_fills_in_a_checklist_on_the_page_and_its_result_and_clock_stand_there(charity: World) -> None:
    page = open_page(charity, "dsl", "concern", ref="K-1", part="Checklists")
    page.selectbox(key="okf_checklist_K-1").set_value("fgm").run()
    assert "Sample until your Safeguarding Policy says otherwise." in shown(page)
    for radio in page.radio:
        radio.set_value(NO)
    [day] = [one for one in page.text_input if "was seen" in one.label]
    day.set_value("23/11/26").run()
    [press] = [one for one in page.button if one.label == "Save the checklist"]

    press.click().run()

    told = shown(open_page(charity, "deputy", "concern", ref="K-1", part="Checklists"))
    for words in ("Female genital mutilation: the duty to report", "rings 101 themselves", "Police, 101"):
        assert words in told


@pytest.mark.one_database
def test_a_day_out_of_range_reaches_the_command_and_is_refused(charity: World) -> None:
    page = open_page(charity, "dsl", "concern", ref="K-1", part="Checklists")
    page.selectbox(key="okf_checklist_K-1").set_value("fgm").run()
    for radio in page.radio:
        radio.set_value(YES)
    enter_when(page, "4. The day on which she said it or it was seen, if both are so", date(2150, 1, 1)).run()

    press(page, "Save the checklist")

    assert "choose a date between 1900 and 2100" in shown(page)
    assert charity.count(FilledChecklist) == 0


@pytest.mark.one_database
def test_C9_a_lead_changes_a_threshold_on_the_page_of_checklists(charity: World) -> None:
    page = open_page(charity, "dsl", "checklists")
    page.selectbox(key="okf_checklist_to_set").set_value("dash").run()
    [threshold] = [one for one in page.selectbox if one.label.startswith("Threshold")]
    threshold.set_value(12).run()
    [press] = [one for one in page.button if one.label == "Use this from now on"]

    press.click().run()

    held, sample = checklist_versions(charity.desk("dsl"))["dash"]
    assert (held.checklist.threshold, sample.checklist.threshold) == (12, 14)
    assert held.checklist.questions == sample.checklist.questions
    assert "Version 1, set by Dana Lead" in shown(open_page(charity, "deputy", "checklists"))


@pytest.mark.one_database
def test_two_who_set_one_checklist_at_once_overwrite_nothing_and_lose_nothing(charity: World) -> None:
    page = open_page(charity, "dsl", "checklists")
    page.selectbox(key="okf_checklist_to_set").set_value("dash").run()
    labelled(page.text_input, "Title").set_value("Domestic abuse").run()
    set_checklist(charity.desk("deputy"), "dash", samples()["dash"].as_data() | {"threshold": 12}, version=0)

    press(page, "Use this from now on")

    assert "Dev Uty set this checklist meanwhile" in shown(page)
    assert labelled(page.text_input, "Title").value == "Domestic abuse"
    differs = [(row["Field"], row["As it stands now"], row["In your form"]) for row in sheets(page)[1]]
    assert differs == [
        ("Title", samples()["dash"].title, "Domestic abuse"),
        ("Threshold: how many yes; 0 for none", "12", "14"),
    ]
    press(page, "I have read it: go on with mine")
    press(page, "Use this from now on")
    assert checklist_versions(charity.desk("dsl"))["dash"][0].checklist.title == "Domestic abuse"


@pytest.mark.one_database
def test_who_fills_in_a_checklist_that_is_set_anew_keeps_the_answers_to_what_is_still_asked(charity: World) -> None:
    key = "crime"
    page = open_page(charity, "dsl", "concern", ref="K-1", part="Checklists")
    page.selectbox(key="okf_checklist_K-1").set_value(key).run()
    questions = samples()[key].questions
    first, second = [one for one in questions if one.kind is AnswerKind.TEXT][:2]
    for asked in (first, second):
        labelled(page.text_area, f"{questions.index(asked) + 1}. {asked.words}").set_value(f"To {asked.words}").run()
    told = [one.as_line() for one in questions if one != second]
    data = samples()[key].as_data() | {"questions": "\n".join(["text | Asked first", *told])}
    set_checklist(charity.desk("deputy"), key, data, version=0)

    press(page, "Save the checklist")

    assert "A lead changed this checklist while you filled it in" in shown(page)
    assert charity.count(FilledChecklist) == 0
    assert [row["In your form"] for row in sheets(page)[-1]] == [f"To {second.words}"]
    press(page, "I have read it: go on with mine")
    press(page, "Save the checklist")
    [filled] = charity.all(FilledChecklist)
    answered = [line for line in json.loads(filled.told)["lines"] if line[1] != "—"]
    assert (filled.version, answered) == (1, [[first.words, f"To {first.words}"]])
