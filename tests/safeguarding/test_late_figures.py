"""True numbers of what was late: recounted from the chronologies, the same for all, and in no file for others (C9)."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from okf.errors import Refused
from okf.policy.clocks import decide_by, lado_by, second_review_by, written_confirmation_by
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.commands.decisions import review_decision
from okf.safeguarding.commands.referrals import note_lado, note_on_referral
from okf.safeguarding.papers import NOT_PUBLISHED, late_figures_paper, safeguarding_figures_paper
from okf.safeguarding.queries.late_figures import DUTIES, late_figures, late_to_export
from okf.safeguarding.queries.safeguarding_figures import figures_to_export
from okf.safeguarding.views.figures import late_sheet, sheet_of
from okf.shell.exports import xlsx_of
from okf.store.models import Concern, ConcernAbout, ConcernEntry, Referral
from okf.terms import Action, Role, Severity
from okf.terms.decisions import ReferralStep
from okf.terms.duties import Duty
from tests.safeguarding.conftest import decide, family, reasons, sharing
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.world import World

pytestmark = pytest.mark.both_databases

OCTOBER = date(2026, 10, 1)
AFTER = "2027-01-15T10:00"
Counts = dict[str, list[int]]


@pytest.fixture
def charity(charity: World) -> World:
    charity.volunteer()
    charity.person("member", roles=[Role.TRUSTEE])
    return charity


def told(world: World, by: str = "member", key: str = "late_due") -> Counts:
    """What stands in one part, a list for each duty, as somebody reads it."""
    [part] = [one for one in late_figures(world.desk(by), OCTOBER).parts if one["key"] == key]
    return {
        row: cell if isinstance(cell, list) else [cell] for row, cell in zip(part["rows"], part["cells"], strict=True)
    }


def lived(world: World, chance: random.Random) -> None:
    """Some weeks of concerns, each duty done within a day, within a week, or not at all, by chance."""
    acts: list[tuple[datetime, Callable[[], Any]]] = []
    refs: list[str] = []

    def after(hours: float, act: Callable[[], Any]) -> None:
        at = world.now + timedelta(hours=hours)
        acts.append((at, act))

    def now_and_then(act: Callable[[], Any]) -> None:
        if chance.random() < 0.8:
            after(chance.choice((0.5, 5, 30, 150)), act)

    def read(ref: str, decision: str) -> None:
        agrees = chance.random() < 0.5
        review_decision(world.desk("deputy"), ref, decision, agrees=agrees, reason="I read it.")
        if not agrees:
            now_and_then(
                lambda: review_decision(world.desk("trustee"), ref, decision, agrees=True, reason="It stands.")
            )

    def decided(ref: str, to_share: bool) -> None:
        made = decide(
            world,
            ref=ref,
            reasons=reasons(),
            informed=family(party_b="He is who is feared."),
            **({"sharing": sharing()} if to_share else {}),
        )
        now_and_then(lambda: read(ref, made.ref))
        for referral in world.all(Referral, concern_ref=ref):
            for step in (ReferralStep.CONFIRMED, ReferralStep.ACCEPTED):
                now_and_then(
                    lambda step=step, key=referral.ref: note_on_referral(  # type: ignore[misc]
                        world.desk("dsl"), ref, key, step=step, text="They said so."
                    )
                )

    def raised(severity: Severity, about: str) -> None:
        desk = world.desk("volunteer", chance=random.SystemRandom())
        ref = raise_concern(desk, severity=severity, account="Seen.", about=[about], case_ref="OKF-1")
        refs.append(ref)
        if about == "volunteer_b":
            now_and_then(lambda: note_lado(world.desk("dsl"), ref, told_at=world.now, words_of_it="They know."))
        else:
            to_share = chance.random() < 0.7
            now_and_then(lambda: decided(ref, to_share))

    world.volunteer("volunteer_b")
    for n in range(20):
        severity = chance.choice(list(Severity))
        after(n * 7, lambda severity=severity, n=n: raised(severity, "volunteer_b" if n % 4 == 0 else "child_c"))  # type: ignore[misc]
    while acts:
        acts.sort(key=lambda one: one[0])
        at, act = acts.pop(0)
        world.at(at)
        act()


def recounted(world: World) -> Counts:
    """The same from nothing but the entries of the chronologies and the policy's days."""
    counts = {said: [0, 0, 0] for said in DUTIES.values()}

    def put(duty: Duty, due: datetime, done: datetime | None) -> None:
        counts[DUTIES[duty]][2 if done is None else 0 if done <= due else 1] += 1

    allegations = {one.concern_ref for one in world.all(ConcernAbout) if one.person}
    for concern in world.all(Concern):
        if concern.ref == "K-1":
            continue  # it was there before, without a chronology
        lines = [(one.what, one.entered_at) for one in world.all(ConcernEntry, concern_ref=concern.ref)]

        def first(*words: str, lines: list[tuple[str, datetime]] = lines) -> datetime | None:
            return next((at for what, at in lines if any(word in what for word in words)), None)

        raised = first("Raised")
        assert raised is not None
        if concern.ref in allegations:
            put(Duty.LADO, lado_by(raised), first("Designated officer told"))
            continue
        decided, second = first("Decision 1:"), first("second reading")
        put(Duty.DECIDE, decide_by(concern.severity, raised), decided)
        if decided is None:
            continue
        put(Duty.SECOND, second_review_by(decided), second)
        if second is not None and first("disagrees"):
            put(Duty.THIRD, second_review_by(second), first("third reading"))
        if first("shared with"):
            put(Duty.ANSWER, second_review_by(decided), first(": accepted"))
            if concern.severity in (Severity.IMMEDIATE, Severity.HIGH):
                put(Duty.CONFIRM, written_confirmation_by(decided), first("confirmed in writing"))
    return counts


@pytest.mark.parametrize("seed", [1, 3])
def test_C9_they_are_what_the_chronologies_say(charity: World, seed: int) -> None:
    lived(charity, random.Random(seed))
    charity.at(AFTER)

    found = told(charity)

    again = recounted(charity)
    assert all(sum(again[said][n] for said in again) > 3 for n in range(3))  # of each there is something to count
    kept = [DUTIES[duty] for duty in DUTIES if duty not in (Duty.REVIEW, Duty.CHASE)]
    again[DUTIES[Duty.DECIDE]][2] += 1  # the concern that was there before, and that nobody decided on
    assert {said: found[said] for said in kept} == {said: again[said] for said in kept}
    late, now = told(charity, key="late"), told(charity, key="late_now")
    assert {said: [sum(found[said][1:])] for said in found} == late
    assert {said: [found[said][2]] for said in kept} == {said: now[said] for said in kept}


@pytest.mark.parametrize("subject", ["member", "trustee", "dsl", "deputy"])
def test_C9_one_about_somebody_who_reads_them_moves_no_number_for_anybody(charity: World, subject: str) -> None:
    readers = ("member", "trustee", "dsl", "deputy")
    charity.concern("OKF-1", "K-2", about_people=["caseworker"])
    charity.at(AFTER)

    def numbers() -> list[list[Counts]]:
        return [[told(charity, who, key) for key in ("late_due", "late_now")] for who in readers]

    before = numbers()
    for ref, raised_at in (("K-3", "2026-12-01T10:00"), ("K-4", "2027-01-14T10:00")):
        charity.concern("OKF-1", ref, about=["child_c"], about_people=[subject], raised_at=raised_at)

    assert numbers() == before
    assert all(one == before[0] for one in before)
    assert before[0][0][DUTIES[Duty.LADO]] == [0, 0, 1]
    assert sum(map(sum, before[0][0].values())) == 2  # to decide on K-1, and to tell the officer of K-2


@pytest.mark.one_database
@pytest.mark.parametrize("who", ["manager", "caseworker", "volunteer"])
def test_C9_they_are_for_trustees_and_leads_alone(charity: World, who: str) -> None:
    for ask in (late_figures, lambda desk: late_to_export(desk, OCTOBER, form="pdf")):
        with pytest.raises(Refused):
            ask(charity.desk(who))


@pytest.mark.one_database
def test_C2_their_files_are_marked_and_on_record_and_the_figures_for_others_hold_none_of_them(charity: World) -> None:
    charity.at(AFTER)
    found = late_to_export(charity.desk("member"), OCTOBER, form="pdf")

    printed = [page.extract_text() for page in PdfReader(io.BytesIO(late_figures_paper(found))).pages]
    assert all(NOT_PUBLISHED in " ".join(page.split()) for page in printed)
    rows = [str(cell.value) for row in load_workbook(io.BytesIO(xlsx_of(*late_sheet(found)))).active for cell in row]
    assert NOT_PUBLISHED in rows
    [event] = charity.events(action=Action.SEE_SAFEGUARDING_FIGURES)
    assert (event.actor, event.facts["part"], event.facts["export"]) == ("member", "late", "pdf")
    others = figures_to_export(charity.desk("member"), OCTOBER, form="pdf")
    said = str(sheet_of(others)) + PdfReader(io.BytesIO(safeguarding_figures_paper(others))).pages[0].extract_text()
    assert not [duty for duty in DUTIES.values() if duty in said]


@pytest.mark.one_database
def test_C9_a_trustee_reads_them_apart_from_the_figures_for_others(charity: World) -> None:
    charity.at(AFTER)

    page = open_page(charity, "member", "safeguarding_figures")

    assert "What was late" in shown(page)
    assert NOT_PUBLISHED in shown(page)
    assert "Late: 1 in all" in shown(page)


def test_C9_an_officer_who_was_never_told_was_not_told_in_time(charity: World) -> None:
    ref = raise_concern(
        charity.desk("volunteer", chance=random.SystemRandom()),
        severity=Severity.HIGH,
        account="Seen.",
        about=["caseworker"],
        case_ref="OKF-1",
    )
    note_lado(charity.desk("dsl"), ref, told_at=None, words_of_it="It is not theirs.")
    charity.at(AFTER)

    assert told(charity)[DUTIES[Duty.LADO]] == [0, 0, 0]
