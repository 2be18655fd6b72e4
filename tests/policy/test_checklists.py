"""Checklists are data: what the answers come to is counted and told, and what is due follows from dates (C9)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from okf.clock import end_of
from okf.policy.checklists import (
    Answer,
    Checklist,
    Malformed,
    Result,
    checklist_of,
    dues_of,
    fault_of,
    result_of,
    samples,
)
from okf.policy.recipients import SAFEGUARDING_RECIPIENTS
from okf.terms.checklists import AnswerKind, YesNo

YES, NO, UNKNOWN = YesNo.YES, YesNo.NO, YesNo.NOT_KNOWN
DASH = samples()["dash"]
DATED = (samples()["fgm"].questions[3], samples()["child_protection"].questions[6])  # one starts a clock, one is due


def dash(yes: int, *, unknown: int = 0, judgement: YesNo = NO, escalation: YesNo = NO) -> list[Answer]:
    """DASH with so many counted questions answered yes, and so many not known."""
    counted = [YES] * yes + [UNKNOWN] * unknown + [NO] * (24 - yes - unknown)
    return [*counted, judgement, escalation, None]


def changed(**other: Any) -> Checklist:
    """A small checklist with something of it changed."""
    data = samples()["dbs"].as_data() | other
    return checklist_of("dbs", data)


@pytest.mark.parametrize("key", list(samples()))
def test_each_sample_holds_together_and_reads_back_from_its_own_data(key: str) -> None:
    sample = samples()[key]

    assert checklist_of(key, sample.as_data()) == sample
    assert set(sample.recipients) <= SAFEGUARDING_RECIPIENTS
    assert "gp" not in sample.recipients[:1]


def test_dash_asks_24_questions_and_marac_s_threshold_is_14() -> None:
    assert sum(one.kind is AnswerKind.COUNTED for one in DASH.questions) == 24
    assert DASH.threshold == 14


@pytest.mark.parametrize(
    "answers, result",
    [
        (dash(16), Result("16 of 24: at or over MARAC's threshold of 14.", True)),
        (dash(14), Result("14 of 24: at or over MARAC's threshold of 14.", True)),
        (dash(13, unknown=3), Result("13 of 24, 3 not known: below MARAC's threshold of 14.", False)),
        (
            dash(2, judgement=YES),
            Result(
                "2 of 24: below MARAC's threshold of 14. Reached whatever the count, by yes to “Your judgement: is the"
                " risk high, whatever the count?”",
                True,
            ),
        ),
    ],
)
def test_the_count_is_told_against_the_threshold_and_judgement_or_escalation_goes_before_it(answers, result) -> None:
    assert result_of(DASH, answers) == result


def test_escalation_reaches_the_threshold_by_itself() -> None:
    assert result_of(DASH, dash(1, escalation=YES)).reached


def test_the_dbs_s_test_asks_for_both_harm_and_being_taken_off() -> None:
    dbs = samples()["dbs"]

    assert result_of(dbs, [YES, YES, None, None, None, None]).reached
    assert not result_of(dbs, [YES, NO, None, None, None, None]).reached


def test_a_checklist_without_a_threshold_comes_to_nothing_but_its_answers() -> None:
    crime = samples()["crime"]

    assert result_of(crime, [None] * len(crime.questions)) == Result()


def test_fgm_is_reported_by_the_end_of_the_next_working_day_over_christmas() -> None:
    fgm = samples()["fgm"]
    answers: list[Answer] = [YES, YES, "Nurse", date(2026, 12, 24), None, None, NO]

    [due] = dues_of(fgm, answers)

    assert (due.question, due.what) == (4, "The registered professional rings 101 themselves")
    assert due.at == end_of(date(2026, 12, 29))


def test_dates_by_which_something_is_due_are_due_by_their_end() -> None:
    plan = samples()["child_protection"]
    answers: list[Answer] = [None] * len(plan.questions)
    answers[1] = YES
    answers[6], answers[7] = date(2027, 3, 1), date(2026, 12, 7)

    assert [(one.what, one.at) for one in dues_of(plan, answers)] == [
        ("The next review conference", end_of(date(2027, 3, 1))),
        ("The next core group", end_of(date(2026, 12, 7))),
    ]


def test_the_duty_to_report_child_sexual_abuse_is_off_until_it_is_switched_on() -> None:
    assert {key for key, one in samples().items() if not one.on} == {"report_child_sexual_abuse"}


@pytest.mark.parametrize(
    "asked, answer, fits",
    [
        (DASH.questions[0], None, False),
        (DASH.questions[0], "yes, I think", False),
        (DASH.questions[0], UNKNOWN, True),
        (DASH.questions[26], None, True),
        (samples()["crime"].questions[0], "Monday", False),
        *((asked, day, False) for asked in DATED for day in (date(1, 1, 1), date(1899, 12, 31), date(9999, 12, 31))),
        *((asked, day, True) for asked in DATED for day in (date(1900, 1, 1), date(2100, 12, 31))),
        (samples()["lado_outcome"].questions[5], "false", True),
        (samples()["lado_outcome"].questions[5], "true", False),
    ],
)
def test_an_answer_fits_its_question_and_nobody_is_made_to_guess(asked, answer, fits: bool) -> None:
    assert (fault_of(asked, answer) is None) is fits


@pytest.mark.parametrize(
    "other, field",
    [
        ({"title": " "}, "Title"),
        ({"questions": ""}, "Questions"),
        ({"questions": "counted is it so?"}, "Questions"),
        ({"questions": "maybe | Is it so?"}, "Questions"),
        ({"questions": "choice one | Which?"}, "Questions"),
        ({"questions": "text a; b | Which?"}, "Questions"),
        ({"threshold": 3}, "Threshold"),
        ({"to_do": ""}, "Clock"),
        ({"working_days": 400}, "Clock"),
        ({"recipients": ["press"]}, "Recipients"),
    ],
)
def test_what_does_not_hold_together_is_named(other: dict[str, Any], field: str) -> None:
    with pytest.raises(Malformed) as fault:
        changed(**other)

    assert fault.value.field == field
