"""Allegations: gone for whom they are about at that instant, the designated officer's clock, the lead's own (C9)."""

from __future__ import annotations

import random
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta

import pytest

from okf.cases.commands.cases import close_case, reopen_case
from okf.clock import london, start_of
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.clocks import lado_by
from okf.safeguarding.commands.concerns import raise_concern, review_concern, triage_concern
from okf.safeguarding.commands.referrals import note_lado
from okf.safeguarding.commands.subjects import add_subject, remove_subject
from okf.safeguarding.queries.allegations import lado_clocks, lado_lines, lead_allegations
from okf.safeguarding.queries.concern import ClosedConcern, concern_in_view
from okf.safeguarding.queries.subjects import subjects_of
from okf.shell.drafts.commands import keep_draft
from okf.shell.drafts.queries import own_draft
from okf.store.models import Concern, ConcernAboutEnd, ConcernEntry, LadoNotice
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory
from okf.today.queries.pending import pending_items
from tests.safeguarding.told import all_that
from tests.world import World, instant

pytestmark = pytest.mark.one_database
MARK = "Xylophonquartz"


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mona Manager")
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tess Trust", roles=[Role.TRUSTEE, Role.SAFEGUARDING_TRUSTEE])
    world.person("datalead", name="Dot Record", roles=[Role.DATA_PROTECTION_LEAD])
    world.caseworker(name="Cas Worker")
    world.volunteer()
    world.case("OKF-1", children=["child_c"], granted_to=["caseworker"])
    return world


def raised(world: World, by: str = "volunteer", **other: object) -> str:
    wanted = {"severity": Severity.HIGH, "account": MARK, "case_ref": "OKF-1"} | other
    return raise_concern(world.desk(by, chance=random.SystemRandom()), **wanted)  # type: ignore[arg-type]


def triage(
    world: World, ref: str, by: str = "deputy", lead: str | None = None, also: Collection[ConcernCategory] | None = None
) -> None:
    triage_concern(
        world.desk(by),
        ref,
        severity=Severity.HIGH,
        status=ConcernStatus.TRIAGED,
        lead=lead or by,
        note=f"{MARK} again",
        also=also,
    )


EVERYBODY = ["caseworker", "dsl", "deputy", "manager", "datalead", "trustee"]


@pytest.mark.parametrize("who", EVERYBODY)
def test_C9_whom_it_is_about_finds_the_same_everywhere_as_before_it_was_raised(charity: World, who: str) -> None:
    before = all_that(charity, who)

    ref = raised(charity, about=[who, "child_c"], category=ConcernCategory.ABOUT_A_WORKER)
    by = "dsl" if who != "dsl" else "deputy"
    triage(charity, ref, by)
    note_lado(charity.desk(by), ref, told_at=charity.now, words_of_it=MARK, reference="LADO/1")
    assert MARK not in str(before)

    assert all_that(charity, who) == before
    assert charity.reasons(who, Action.READ_CONCERN, concern=ref)[0] == "subject_of_concern"


@pytest.mark.parametrize("who", EVERYBODY)
def test_C9_a_worker_added_later_reads_no_word_of_it_from_that_instant_on(charity: World, who: str) -> None:
    """What they counted stays: test_no_trace.py plays it."""
    ref = raised(charity, about=["child_c"])
    charity.later(minutes=1)

    add_subject(charity.desk("deputy" if who != "deputy" else "dsl"), ref, who=who, reason=MARK)

    assert MARK not in str(all_that(charity, who))
    assert charity.reasons(who, Action.READ_CONCERN, concern=ref)[0] == "subject_of_concern"


def test_C9_an_open_page_and_a_line_on_today_go_at_the_next_click(charity: World) -> None:
    ref = raised(charity, about=["child_c"], severity=Severity.LOW)
    triage(charity, ref, "dsl")
    review_concern(charity.desk("dsl"), ref, severity=Severity.LOW, found="Quiet.")
    dsl = charity.desk("dsl", session_id="s")
    assert concern_in_view(dsl, ref)
    charity.later(days=40)
    keep_draft(dsl, "concern_review", ref, values={"found": MARK})
    assert any("overdue" in one.text for one in pending_items(dsl))

    add_subject(charity.desk("deputy"), ref, who="Dana Lead", reason="She was there.")

    assert isinstance(concern_in_view(dsl, ref), ClosedConcern)
    assert own_draft(dsl, "concern_review", ref).values == {"found": MARK}, "what they wrote themselves"
    assert not any("overdue" in one.text for one in pending_items(dsl))
    for deed in (triage, lambda *_: add_subject(dsl, ref, who="child_c", reason="?")):
        with pytest.raises((Refused, NotFound)):
            deed(charity, ref, "dsl")
    assert charity.one(Concern, ref=ref).lead is None  # type: ignore[union-attr]


def test_C9_taking_somebody_off_needs_a_reason_and_shows_them_nothing(charity: World) -> None:
    ref = raised(charity, about=["dsl", "child_c"])
    before = all_that(charity, "dsl")
    with pytest.raises(Invalid):
        remove_subject(charity.desk("deputy"), ref, who="dsl", reason="  ")

    remove_subject(charity.desk("deputy"), ref, who="dsl", reason="Another Dana was meant.")
    remove_subject(charity.desk("deputy"), ref, who="child_c", reason="Her sister was meant.")

    assert all_that(charity, "dsl") == before
    assert charity.reasons("dsl", Action.READ_CONCERN, concern=ref)[0] == "subject_of_concern"
    assert charity.may("trustee", Action.READ_CONCERN, concern=ref)
    view = concern_in_view(charity.desk("deputy"), ref)
    assert view.about == ()  # type: ignore[union-attr]
    assert [(one.name, one.why) for one in subjects_of(charity.desk("deputy"), ref)] == [
        ("Dana Lead", "Another Dana was meant."),
        ("child_c", "Her sister was meant."),
    ]
    assert charity.count(ConcernAboutEnd) == 2
    charity.later(minutes=1)
    add_subject(charity.desk("deputy"), ref, who="child_c", reason="It was she after all.")
    assert concern_in_view(charity.desk("deputy"), ref).about == ("child_c",)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "who, wrong", [("nobody here", Invalid), ("", Invalid), ("child_c", Conflict)], ids=["unknown", "empty", "there"]
)
def test_who_is_added_is_somebody_on_file_and_not_there_yet(charity: World, who: str, wrong: type[Exception]) -> None:
    ref = raised(charity, about=["child_c"])

    with pytest.raises(wrong):
        add_subject(charity.desk("dsl"), ref, who=who, reason="Because.")
    with pytest.raises(Conflict):
        remove_subject(charity.desk("dsl"), ref, who="party_a", reason="Because.")


def test_what_was_added_and_taken_off_stands_in_the_chronology_with_who_and_why(charity: World) -> None:
    ref = raised(charity)
    add_subject(charity.desk("dsl"), ref, who="caseworker", reason="The child said so.")
    remove_subject(charity.desk("dsl"), ref, who="caseworker", reason="It was somebody else.")

    told = [(one.entered_by, one.what, one.text) for one in charity.all(ConcernEntry, concern_ref=ref)]

    assert told[1:] == [
        ("dsl", "Also about Cas Worker", "The child said so."),
        ("dsl", "No longer about Cas Worker", "It was somebody else."),
    ]


# The lead's own goes to the deputy and the trustee


def test_C9_a_concern_about_the_lead_is_on_the_trustees_list_to_triage_and_no_other_is(charity: World) -> None:
    other = raised(charity, about=["child_c"])
    about_worker = raised(charity, about=["caseworker"])
    ref = raised(charity, about=["dsl"])
    trustee = charity.desk("trustee")

    assert [one.ref for one in lead_allegations(trustee)] == [ref]
    assert [one.text for one in pending_items(trustee)] == [
        "1 concern about a safeguarding lead to be decided on",
        "1 allegation waits for the designated officer to be told",
    ]
    triage(charity, ref, "trustee")
    assert charity.one(Concern, ref=ref).lead == "trustee"  # type: ignore[union-attr]
    for not_theirs in (other, about_worker):
        assert not charity.may("trustee", Action.READ_CONCERN, concern=not_theirs)
    with pytest.raises(Refused):
        lead_allegations(charity.desk("deputy"))


def test_C9_if_it_is_about_the_deputy_too_the_trustee_has_it_alone(charity: World) -> None:
    ref = raised(charity, about=["dsl", "deputy"])

    assert [who for who in EVERYBODY if charity.may(who, Action.TRIAGE_CONCERN, concern=ref)] == ["trustee"]
    assert [one.ref for one in lead_allegations(charity.desk("trustee"))] == [ref]


def test_C9_a_trustee_whom_it_is_about_too_has_nothing_of_it(charity: World) -> None:
    raised(charity, about=["dsl", "trustee"])

    assert lead_allegations(charity.desk("trustee")) == ()
    assert pending_items(charity.desk("trustee")) == []


# The designated officer


@pytest.mark.parametrize(
    "raised_at, due",
    [
        ("2026-11-23T10:00", "2026-11-25T00:00"),
        ("2026-11-20T16:00", "2026-11-24T00:00"),
        ("2026-12-24T16:00", "2026-12-30T00:00"),
        ("2026-12-24T23:59", "2026-12-30T00:00"),
        ("2026-12-25T00:01", "2026-12-30T00:00"),
    ],
)
def test_C9_the_designated_officer_is_due_a_working_day_after_it_is_known(
    charity: World, raised_at: str, due: str
) -> None:
    charity.at(raised_at)
    ref = raised(charity, about=["caseworker"])

    clock, _ = lado_lines(charity.desk("deputy"), ref)

    assert clock is not None
    assert f"{london(clock.due_at):%Y-%m-%dT%H:%M}" == due
    assert not clock.overdue(clock.due_at - timedelta(minutes=1))
    assert clock.overdue(clock.due_at)


def test_C9_the_clock_starts_when_a_lead_finds_that_a_worker_is_meant(charity: World) -> None:
    ref = raised(charity, about=["child_c"])
    assert lado_lines(charity.desk("dsl"), ref)[0] is None
    charity.later(days=7)

    add_subject(charity.desk("dsl"), ref, who="caseworker", reason="The child said so today.")

    clock, _ = lado_lines(charity.desk("dsl"), ref)
    assert clock is not None
    assert (clock.known_at, f"{london(clock.due_at):%d %H:%M}") == (charity.now, "02 00:00")


def test_C9_a_worker_who_is_not_on_file_starts_the_clock_too(charity: World) -> None:
    ref = raised(charity, about=["the new helper"], about_a_worker=True)

    assert lado_lines(charity.desk("dsl"), ref)[0] is not None


def test_C9_a_worker_meant_only_in_a_further_category_starts_the_clock_too(charity: World) -> None:
    ref = raised(charity, about=["child_c"], category=ConcernCategory.CHILD_NEGLECT)
    assert lado_lines(charity.desk("dsl"), ref)[0] is None

    triage(charity, ref, also=[ConcernCategory.ABOUT_A_WORKER])

    clock, _ = lado_lines(charity.desk("dsl"), ref)
    assert clock is not None
    assert clock.due_at == lado_by(clock.known_at)
    assert [one for one in pending_items(charity.desk("deputy")) if "designated officer" in one.text]
    triage(charity, ref, also=[])  # no triage ends a clock: the officer is told, or it is said why not
    assert lado_lines(charity.desk("dsl"), ref)[0] == clock
    note_lado(charity.desk("dsl"), ref, told_at=None, words_of_it="The category was a slip.")
    assert not [one for one in pending_items(charity.desk("deputy")) if "designated officer" in one.text]


def test_C9_told_or_not_told_is_on_record_and_ends_the_waiting(charity: World) -> None:
    ref = raised(charity, about=["caseworker"])
    dsl = charity.desk("dsl")
    assert [one.overdue for one in pending_items(dsl) if "designated officer" in one.text] == [False]
    charity.later(days=3)
    assert [one.overdue for one in pending_items(dsl) if "designated officer" in one.text] == [True]

    note_lado(dsl, ref, told_at=None, words_of_it="Their line was engaged all morning.")
    note_lado(dsl, ref, told_at=charity.now, words_of_it="Meeting on Friday.", reference="LA/77")

    assert not [one for one in pending_items(dsl) if "designated officer" in one.text]
    clock, lines = lado_lines(dsl, ref)
    assert clock is not None
    assert clock.told_at == charity.now
    assert [(one.told_at is not None, one.reference, one.words) for one in lines] == [
        (False, None, "Their line was engaged all morning."),
        (True, "LA/77", "Meeting on Friday."),
    ]
    assert charity.count(LadoNotice) == 2
    assert "LA/77" not in str([event.facts for event in charity.events()])


def test_a_telling_is_not_in_the_future_and_a_concern_about_no_worker_has_none(charity: World) -> None:
    ref, about_child = raised(charity, about=["caseworker"]), raised(charity, about=["child_c"])
    dsl = charity.desk("dsl")

    with pytest.raises(Invalid):
        note_lado(dsl, ref, told_at=charity.now + timedelta(hours=1), words_of_it="Soon.")
    with pytest.raises(Invalid):
        note_lado(dsl, ref, told_at=None, words_of_it=" ")
    with pytest.raises(Conflict):
        note_lado(dsl, about_child, told_at=charity.now, words_of_it="No worker is meant.")


@pytest.mark.parametrize("told_at", [datetime(1, 1, 1, tzinfo=UTC), instant("2026-11-22T23:59")])
def test_C9_the_officer_was_not_told_before_it_was_raised_or_seen(charity: World, told_at: datetime) -> None:
    ref = raised(charity, about=["caseworker"])

    with pytest.raises(Invalid, match="On: this is before"):
        note_lado(charity.desk("dsl"), ref, told_at=told_at, words_of_it="They know.")
    assert charity.count(LadoNotice) == 0
    note_lado(charity.desk("dsl"), ref, told_at=start_of(date(2026, 11, 23)), words_of_it="They know.")


def test_the_clocks_of_a_page_of_concerns_cost_two_queries_however_many(charity: World) -> None:
    refs = [raised(charity, about=["caseworker"]) for _ in range(4)]

    with charity.store.reading() as session:
        found = lado_clocks(session, refs)

    assert set(found) == set(refs)


# Closing a case (C6, C9)


@pytest.mark.parametrize("who", ["manager", "dsl"])
def test_C9_whoever_the_concern_is_about_closes_the_case_as_one_without_and_its_leads_hear_of_it(
    charity: World, who: str
) -> None:
    charity.case("OKF-2", parties=["party_x"])
    ref = raised(charity, about=[who])
    charity.later(minutes=5)
    for case in ("OKF-1", "OKF-2"):
        close_case(charity.desk(who), case, reason="Settled")

    one, other = charity.events(action=Action.CLOSE_CASE)
    for name in ("outcome", "reasons", "clauses"):
        assert getattr(one, name) == getattr(other, name)
    assert set(one.facts) == set(other.facts)
    assert charity.one(Concern, ref=ref).ended_at is None  # type: ignore[union-attr]
    assert "1 case was closed by somebody who could not know of an open concern" in {
        one.text for one in pending_items(charity.desk("deputy"))
    }
    assert not [one for one in pending_items(charity.desk(who)) if "closed by" in one.text]

    reopen_case(charity.desk("deputy"), "OKF-1")

    assert not [one for one in pending_items(charity.desk("deputy")) if "closed by" in one.text]
