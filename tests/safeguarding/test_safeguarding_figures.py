"""A quarter's figures for leads and trustees: right, small cells hidden, and never of one about the reader (C2, C9)."""

from __future__ import annotations

import io
import secrets
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from okf.errors import Invalid, Refused
from okf.safeguarding.papers import FOR_TRUSTEES, safeguarding_figures_paper
from okf.safeguarding.queries.safeguarding_figures import figures_to_export, quarter_figures, quarters_over
from okf.store.models import Concern, ConcernAbout, ConcernClock, ConcernDecision, DecisionReading, Referral
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory
from okf.terms.decisions import Consent, DecisionState, ReferralStatus
from okf.terms.duties import ClockEnd, Duty
from tests.behind import unrecorded
from tests.world import World, instant

pytestmark = pytest.mark.both_databases

JULY = date(2026, 7, 1)


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl()
    world.volunteer()
    world.person("deputy", roles=[Role.DEPUTY_DSL])
    world.person("trustee", roles=[Role.TRUSTEE])
    world.person("safety", roles=[Role.SAFEGUARDING_TRUSTEE])
    return world


def concerns(
    world: World,
    many: int,
    at: str = "2026-07-06T09:00",
    *,
    hours: float | None = 5,
    about: str = "",
    clocked: bool = True,
    **columns: Any,
) -> None:
    """So many concerns, raised at an instant and decided some hours later, by default within their time."""
    raised = instant(at)
    told = {"severity": "low", "status": "triaged", **columns}
    with unrecorded(world.store) as session:
        for _ in range(many):
            ref = f"K-{secrets.token_hex(6)}"
            session.add(
                Concern(
                    ref=ref,
                    raised_by="volunteer",
                    raised_at=raised,
                    due_at=raised,
                    sealed=bool(about) or told.get("category") is ConcernCategory.ABOUT_A_WORKER or None,
                    triaged_at=None if hours is None else raised + timedelta(hours=hours),
                    **told | {"severity": Severity(told["severity"]), "status": ConcernStatus(told["status"])},
                )
            )
            session.flush()
            if clocked:
                session.add(decided(ref, raised, hours, columns.get("ended_at")))
            if about:
                session.add(ConcernAbout(concern_ref=ref, person=about))


def decided(ref: str, raised: datetime, hours: float | None, ended_at: datetime | None) -> ConcernClock:
    """The clock of a decision: ended by it, or with the concern, or running."""
    clock = ConcernClock(concern_ref=ref, duty=Duty.DECIDE, started_at=raised, due_at=raised + timedelta(hours=8))
    if hours is not None or ended_at is not None:
        clock.ended_at = ended_at if hours is None else raised + timedelta(hours=hours)
        clock.ended_by, clock.ended_how = "dsl", ClockEnd.WITH_CONCERN if hours is None else ClockEnd.MET
    return clock


def part(world: World, key: str, by: str = "dsl", first: date = JULY) -> dict[str, int | None]:
    """One part of a quarter's figures as somebody sees it, its total under `All`."""
    [found] = [one for one in quarter_figures(world.desk(by), first).parts if one["key"] == key]
    cells = dict(zip(found["rows"], found["cells"], strict=True))
    return cells | ({"All": found["total"]} if "total" in found else {})


@pytest.mark.one_database
def test_concerns_are_counted_by_the_london_day_on_which_they_were_raised(charity: World) -> None:
    for severity, many in (("immediate", 5), ("high", 7), ("medium", 6)):
        concerns(charity, many, "2026-07-01T00:00", severity=severity)
    concerns(charity, 9, "2026-06-30T23:59", severity="high")
    concerns(charity, 8, "2026-09-30T23:59", severity="low")
    concerns(charity, 9, "2026-10-01T00:00", severity="low")

    assert part(charity, "severity") == {"Immediate": 5, "High": 7, "Medium": 6, "Low": 8, "All": 26}
    assert part(charity, "severity", first=date(2026, 4, 1))["All"] == 9


@pytest.mark.one_database
def test_C2_a_small_cell_is_hidden_and_with_it_the_one_that_would_give_it_away(charity: World) -> None:
    counts = {"Immediate": 3, "High": 6, "Medium": 7, "Low": 9}
    for severity, many in counts.items():
        concerns(charity, many, severity=severity.lower())

    shown = part(charity, "severity")

    hidden = [said for said, count in shown.items() if count is None]
    assert hidden[0] == "Immediate"
    assert len(hidden) == 2
    assert {said: count for said, count in shown.items() if count} == {
        said: count for said, count in {**counts, "All": 25}.items() if said not in hidden
    }


def test_the_time_to_a_decision_stands_in_bands_with_its_middle(charity: World) -> None:
    for many, hours in ((5, 0.5), (6, 20), (5, 50), (6, 100), (5, 200), (7, None)):
        concerns(charity, many, hours=hours)

    assert part(charity, "time") == {
        "Within an hour": 5,
        "Within a day": 6,
        "Within 3 days": 5,
        "Within a week": 6,
        "Later than a week": 5,
        "Not decided yet": 7,
        "All": 34,
    }
    assert part(charity, "median") == {
        "Half, in hours": 100
    }  # of all 34: that it is told says of none if it is decided


@pytest.mark.one_database
def test_C2_a_middle_of_few_is_somebodys_own_and_is_not_told(charity: World) -> None:
    concerns(charity, 9)

    assert part(charity, "median") == {"Half, in hours": None}


@pytest.mark.one_database
@pytest.mark.parametrize("undecided", range(5))
def test_C2_that_a_middle_is_told_says_not_how_many_are_undecided(charity: World, undecided: int) -> None:
    concerns(charity, 12 - undecided, hours=5)
    concerns(charity, undecided, hours=None)

    assert part(charity, "median") == {"Half, in hours": 5}
    assert part(charity, "time")["Not decided yet"] is None


def test_what_was_decided_late_and_what_waits_past_its_time(charity: World) -> None:
    for many, hours in ((5, 2), (6, 9), (7, None)):
        concerns(charity, many, hours=hours)

    # An end with its reason is one too; one that a file brought in tells of no clock.
    concerns(charity, 9, hours=None, ended_at=instant("2026-07-07T09:00"), ended_by="dsl", status="closed")
    concerns(charity, 8, hours=None, clocked=False, status="monitoring")

    assert part(charity, "in_time") == {
        "In time": 5,
        "Late": 15,
        "Not yet, and past its time": 7,
        "Not yet, or not known by when": 8,
        "All": 35,
    }


@pytest.mark.one_database
def test_C2_kinds_of_harm_are_told_where_there_are_many_concerns_and_else_by_who_is_harmed(charity: World) -> None:
    kinds = [one for one in ConcernCategory if one.value.startswith("child_")]
    for kind in (*kinds[:3], *kinds[:3]):
        concerns(charity, 2, category=kind)

    by_whom = {"A child": None, "An adult": None, "Suicide or self-harm": None, "Not said yet": None}
    assert part(charity, "kinds") == by_whom | {"All": 12}

    concerns(charity, 40, category=kinds[0])

    assert part(charity, "kinds") == {"Child physical abuse": 44, "Other kinds": None, "All": 52}


def test_referrals_by_what_came_of_them_and_second_readings_that_were_late(charity: World) -> None:
    concerns(charity, 35, status="referred")
    with unrecorded(charity.store) as session:
        for number, concern in enumerate(session.scalars(select(Concern)).all()):
            made, due = (
                instant("2026-07-07T10:00"),
                instant("2027-01-01T00:00" if number % 4 == 3 else "2026-07-09T00:00"),
            )
            session.add(
                ConcernDecision(
                    ref=f"D-{number}",
                    concern_ref=concern.ref,
                    number=1,
                    to_share=False,
                    decided_by="dsl",
                    decided_at=made,
                    entries_before=0,
                    legal_basis=[],
                    rationale="x",
                    alternatives="y",
                    consent=Consent.NOT_SOUGHT,
                    state=DecisionState.STANDS,
                    due_at=due,
                    settled_at=None if number % 4 > 1 else made,
                )
            )
            session.flush()
            if number % 4 < 2:
                session.add(
                    DecisionReading(
                        decision_ref=f"D-{number}",
                        concern_ref=concern.ref,
                        decided_by="dsl",
                        reader="deputy",
                        place=2,
                        due_at=due,
                        agrees=True,
                        reason="z",
                        read_at=due + timedelta(hours=1 if number % 4 else -1),
                    )
                )
            session.add(
                Referral(
                    ref=f"R-{number}",
                    concern_ref=concern.ref,
                    decision_ref=f"D-{number}",
                    recipient="la_children",
                    sent_at=made,
                    status=list(ReferralStatus)[number % 6],
                )
            )

    referrals, second = part(charity, "referrals"), part(charity, "second")

    of_each = dict.fromkeys(["Sent", "Acknowledged", "Accepted", "Not accepted", "Escalated"], 6)
    assert referrals == of_each | {"Given up": 5, "All": 35}
    assert second == {
        "Read again in time": 9,
        "Read again late": 9,
        "Not yet, and past its time": 9,
        "Not yet, in time": 8,
        "All": 35,
    }


@pytest.mark.one_database
def test_C9_the_figures_are_the_same_whether_there_is_a_concern_about_their_reader_or_not(charity: World) -> None:
    concerns(charity, 6, severity="high")
    before = [quarter_figures(charity.desk(who), JULY).parts for who in ("dsl", "deputy", "trustee", "safety")]

    concerns(charity, 1, severity="high", about="dsl")
    concerns(charity, 1, severity="high", about="trustee")
    concerns(charity, 1, severity="high", category=ConcernCategory.ABOUT_A_WORKER)

    assert [quarter_figures(charity.desk(who), JULY).parts for who in ("dsl", "deputy", "trustee", "safety")] == before


@pytest.mark.one_database
def test_C9_the_number_about_workers_is_for_trustees_who_work_no_concerns_and_without_their_own(charity: World) -> None:
    concerns(charity, 5, about="manager")
    concerns(charity, 1, about="trustee")
    charity.role("safety", Role.DEPUTY_DSL, since="2026-01-01T00:00")

    keys = {
        who: [one["key"] for one in quarter_figures(charity.desk(who), JULY).parts]
        for who in ("dsl", "deputy", "safety")
    }

    assert all("workers" not in one for one in keys.values())
    assert part(charity, "workers", by="trustee") == {"About somebody who works here": 5}


@pytest.mark.one_database
@pytest.mark.parametrize("who", ["manager", "volunteer"])
def test_they_are_for_leads_and_trustees_alone(charity: World, who: str) -> None:
    concerns(charity, 1)

    with pytest.raises(Refused):
        quarter_figures(charity.desk(who), JULY)
    with pytest.raises(Refused):
        figures_to_export(charity.desk(who), JULY, form="csv")


@pytest.mark.one_database
@pytest.mark.parametrize("first", [date(2026, 10, 1), date(2026, 8, 1), date(2020, 1, 1)])
def test_C2_only_quarters_that_are_over_are_counted(charity: World, first: date) -> None:
    with pytest.raises(Invalid):
        quarter_figures(charity.desk("dsl"), first)

    assert quarters_over(date(2026, 11, 23))[0].first == JULY


@pytest.mark.one_database
def test_a_file_of_them_is_on_record_and_the_paper_says_for_whom_it_is(charity: World) -> None:
    concerns(charity, 6, severity="high")

    found = figures_to_export(charity.desk("trustee"), JULY, form="pdf")
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(safeguarding_figures_paper(found))).pages)

    [event] = charity.events(action=Action.SEE_SAFEGUARDING_FIGURES)
    assert (event.facts["export"], event.facts["quarter"], event.subject) == ("pdf", "2026-07-01", None)
    assert "1 July to 30 September 2026" in said
    assert "hidden" in said
    assert " ".join(FOR_TRUSTEES.split()) in " ".join(said.split())
    other = safeguarding_figures_paper(figures_to_export(charity.desk("dsl"), JULY, form="pdf"))
    assert "trustees alone" not in " ".join(page.extract_text() for page in PdfReader(io.BytesIO(other)).pages)
