"""Ways to a concern that somebody looked for: each was tried as whom it is not for would, and must stay shut (C9)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from okf.caseload.commands.digest import send_mails
from okf.cases.commands.grants import end_unused_grant
from okf.desk import Desk
from okf.errors import CasebookError, Invalid
from okf.safeguarding.commands.absences import cancel_absence
from okf.safeguarding.commands.chronology import add_to_concern, correct_entry
from okf.safeguarding.commands.concerns import end_concern, raise_concern, review_concern, triage_concern
from okf.safeguarding.commands.contact_markers import lift_marker, renew_marker, set_marker
from okf.safeguarding.commands.decisions import decide_concern, review_decision
from okf.safeguarding.commands.low_level import add_to_low_level, note_low_level, raise_low_level
from okf.safeguarding.commands.referrals import note_lado, note_on_referral
from okf.safeguarding.commands.serious_incidents import keep_report
from okf.safeguarding.commands.subjects import add_subject, remove_subject
from okf.safeguarding.queries.contact_markers import markers
from okf.sharing.commands.shares import open_package
from okf.sharing.queries.view import share_in_view
from okf.store import tallies
from okf.store.models import Absence, AccessGrant, Case, Concern, ContactMarkerStep, LowLevelStep, Mail
from okf.terms import Action, ConcernStatus, RecordClass, Role, Severity
from okf.terms.concerns import MarkerKind
from okf.terms.decisions import ReferralStep
from okf.today.queries.pending import pending_items
from tests.post_office import PostOffice, post_office
from tests.safeguarding.conftest import decide, family, reasons, sharing
from tests.world import World

pytestmark = pytest.mark.one_database

NONE = "K-NONE"
LATER = date(2026, 12, 20)


@pytest.fixture
def charity(world: World) -> World:
    """A family, two leads of whom one declared a tie to it, and everybody who may have to do with one."""
    world.manager()
    world.dsl(name="Dana Lead", email="dana@example.org")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], email="dev@example.org")
    world.person("tied", name="Tia Tied", roles=[Role.DEPUTY_DSL], email="tia@example.org")
    world.person("trustee", roles=[Role.TRUSTEE, Role.SAFEGUARDING_TRUSTEE])
    world.caseworker()
    world.volunteer()
    world.person("administrator", roles=[Role.ADMINISTRATOR])
    world.case("OKF-1", parties=["party_a", "party_b"], children=["child_c"], granted_to=["caseworker"])
    world.conflict("tied", "party_a")
    return world


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    with post_office(monkeypatch) as running:
        yield running


def said(call: Callable[[], object], *hidden: str) -> str:
    """What somebody is told, without the reference that they asked for themselves."""
    with pytest.raises(CasebookError) as refused:
        call()
    words = f"{type(refused.value).__name__}: {refused.value}"
    for one in hidden:
        words = words.replace(one, "REF")
    return words


def marker(world: World, by: str = "dsl", **other: object) -> str:
    wanted = {"kind": MarkerKind.INTERNAL, "reason": "Why", "review_on": LATER, "case_ref": "OKF-1"} | other
    return set_marker(world.desk(by, chance=random.SystemRandom()), **wanted)  # type: ignore[arg-type]


def low(world: World, about: str = "caseworker") -> str:
    desk = world.desk("deputy", chance=random.SystemRandom())
    return note_low_level(desk, about=about, happened_on=date(2026, 11, 20), conduct="Late", done="Spoke with them")


def triage(desk: Desk, ref: str, lead: str = "dsl") -> None:
    triage_concern(
        desk, ref, severity=Severity.HIGH, status=ConcernStatus.TRIAGED, lead=lead, note="As it is", entries_seen=None
    )


DEEDS: dict[str, Callable[[Desk, str], object]] = {
    "triage": triage,
    "add": lambda desk, ref: add_to_concern(desk, ref, what="Note", text="Said"),
    "end": lambda desk, ref: end_concern(desk, ref, status=ConcernStatus.CLOSED, outcome="Done", lessons="None"),
    "correct": lambda desk, ref: correct_entry(desk, ref, 1, text="Other", reason="Wrong"),
    "add a subject": lambda desk, ref: add_subject(desk, ref, who="volunteer", reason="It is"),
    "take a subject off": lambda desk, ref: remove_subject(desk, ref, who="volunteer", reason="It is not"),
    "decide": lambda desk, ref: decide_concern(desk, ref, reasons=reasons(), informed=family()),
    "read again": lambda desk, ref: review_decision(desk, ref, "D-NONE", agrees=True, reason="Yes"),
    "tell the officer": lambda desk, ref: note_lado(desk, ref, told_at=None, words_of_it="No"),
    "review": lambda desk, ref: review_concern(desk, ref, severity=Severity.HIGH, found="As it was"),
    "chase": lambda desk, ref: note_on_referral(desk, ref, "R-NONE", step=ReferralStep.CHASED, text="Rang"),
    "draft a report": lambda desk, ref: keep_report(desk, ref, words="It was so", after=0),
    "set a marker": lambda desk, ref: set_marker(
        desk, kind=MarkerKind.CONTACT, reason="Why", review_on=LATER, service_user="party_b", concern=ref
    ),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_C9_a_guessed_reference_tells_nobody_that_there_is_a_concern(charity: World, deed: str) -> None:
    ref = charity.concern("OKF-1", about_people=["manager"], raised_by="volunteer")
    before = len(charity.events(subject=ref))

    everybody = ("caseworker", "manager", "volunteer", "trustee", "tied", "administrator")
    for who in everybody:
        nothing = said(lambda: DEEDS[deed](charity.desk(who), NONE), NONE)  # noqa: B023 -- called at once
        assert said(lambda: DEEDS[deed](charity.desk(who), ref), ref) == nothing  # noqa: B023 -- called at once
    assert len(charity.events(subject=ref)) == before + len(everybody)  # the record keeps the truth


@pytest.mark.parametrize("who", ["caseworker", "manager", "trustee", "tied", "about"])
def test_C9_a_marker_is_not_there_for_whom_it_is_not_for(charity: World, who: str) -> None:
    charity.person("about", roles=[Role.DEPUTY_DSL])
    of_concern = marker(charity, concern=charity.concern("OKF-1", about_people=["about"]))
    plain = marker(charity, case_ref=None, service_user="party_a")
    desk = charity.desk(who)
    for change in (
        lambda ref: renew_marker(desk, ref, reason="Still", review_on=LATER),
        lambda ref: lift_marker(desk, ref, reason="Over"),
    ):
        nothing = said(lambda: change("F-NONE"), "F-NONE")  # noqa: B023 -- called at once
        if who != "trustee":  # the concern is about a lead, so it is theirs too
            assert said(lambda: change(of_concern), of_concern) == nothing  # noqa: B023 -- called at once
        if who != "about":
            assert said(lambda: change(plain), plain) == nothing  # noqa: B023 -- called at once
    assert charity.count(ContactMarkerStep) == 2


def test_C5_a_lead_with_a_tie_neither_sees_nor_sets_a_marker_on_that_family(charity: World) -> None:
    marker(charity)
    marker(charity, case_ref=None, service_user="party_a")
    marker(charity, case_ref=None, service_user="party_b")

    assert [one.service_user for one in markers(charity.desk("tied"))] == ["party_b"]
    assert len(markers(charity.desk("deputy"))) == 3
    for on, none in (({}, {"case_ref": "OKF-0"}), ({"case_ref": None, "service_user": "party_a"},) * 2):
        with pytest.raises(Invalid) as told:
            marker(charity, by="tied", **on)
        with pytest.raises(Invalid) as other:
            marker(charity, by="tied", **none)
        assert str(told.value).replace("OKF-1", "OKF-0") == str(other.value)


@pytest.mark.parametrize("who", ["caseworker", "manager", "tied"])
def test_C9_a_low_level_concern_is_not_there_for_whom_it_is_not_for(charity: World, who: str) -> None:
    ref = low(charity, "tied")
    desk = charity.desk(who)
    for change in (
        lambda ref: add_to_low_level(desk, ref, text="More"),
        lambda ref: raise_low_level(desk, ref, severity=Severity.LOW, reason="So"),
    ):
        assert said(lambda: change(ref), ref) == said(lambda: change("L-NONE"), "L-NONE")  # noqa: B023
    assert charity.count(LowLevelStep) == 0
    assert {one.subject for one in charity.events(action=Action.NOTE_LOW_LEVEL, outcome="deny")} == {"tied"}


@pytest.mark.parametrize("who", ["trustee", "tied", "manager"])
def test_C9_what_went_out_with_a_decision_is_for_who_may_read_its_concern(charity: World, who: str) -> None:
    charity.concern("OKF-1", "K-1", about=["child_c"])
    ref = decide(charity, sharing=sharing()).share_ref or ""
    desk = charity.desk(who)

    for look in (share_in_view, open_package):
        assert said(lambda: look(desk, ref), ref) == said(lambda: look(desk, "S-NONE"), "S-NONE")  # noqa: B023
    assert open_package(charity.desk("deputy"), ref).content == b"Name, address, the bruise."


@pytest.mark.parametrize("who", ["caseworker", "volunteer", "trustee"])
def test_a_number_tried_by_chance_tells_neither_who_is_away_nor_who_has_access(charity: World, who: str) -> None:
    charity.absence("dsl", date(2026, 11, 20), LATER, covered_by="deputy")
    grant, desk = charity.all(AccessGrant)[0].id, charity.desk(who)

    away = charity.all(Absence)[0].id
    assert said(lambda: cancel_absence(desk, away)) == said(lambda: cancel_absence(desk, 999))
    assert said(lambda: end_unused_grant(desk, grant)) == said(lambda: end_unused_grant(desk, "G-NONE"))


def test_C9_nobody_with_a_tie_to_the_family_is_made_its_lead(charity: World) -> None:
    ref = charity.concern("OKF-1")

    with pytest.raises(Invalid, match="Lead"):
        triage(charity.desk("dsl"), ref, lead="tied")
    triage(charity.desk("dsl"), ref, lead="deputy")


def test_C5_who_stands_in_counts_no_concern_of_a_family_they_have_a_tie_to(charity: World) -> None:
    charity.case("OKF-2", parties=["party_x", "party_y"])
    for ref, case in (("K-1", "OKF-1"), ("K-2", "OKF-2")):
        charity.concern(case, ref, lead="dsl")
    charity.concern("OKF-1", "K-3", lead="tied", handed_at=charity.now)
    charity.absence("dsl", date(2026, 11, 1), LATER, covered_by="tied")

    lines = [one.text for one in pending_items(charity.desk("tied"))]
    assert [one for one in lines if "stand in" in one and "1 concern of theirs" in one]
    assert not [one for one in lines if "handed over" in one]


def test_an_allegation_from_the_log_that_can_not_wait_tells_every_other_lead(
    charity: World, office: PostOffice
) -> None:
    raise_low_level(charity.desk("deputy"), low(charity, "dsl"), severity=Severity.IMMEDIATE, reason="Again")
    send_mails(charity.host())

    assert office.to == ["tia@example.org"]
    assert charity.one(Concern).decide_by == charity.one(Concern).due_at


def test_C9_a_mail_on_its_way_does_not_go_to_whom_the_concern_is_about_by_then(
    charity: World, office: PostOffice
) -> None:
    desk = charity.desk("volunteer", chance=random.SystemRandom())
    ref = raise_concern(desk, severity=Severity.IMMEDIATE, account="What I saw")
    add_subject(charity.desk("deputy"), ref, who="dsl", reason="Meant")
    other = raise_concern(desk, severity=Severity.IMMEDIATE, account="Something else", case_ref="OKF-1")
    send_mails(charity.host())

    assert {mail.concern_ref: mail.state for mail in charity.all(Mail, person="dsl")} == {
        ref: "withdrawn",
        other: "sent",
    }


def test_each_of_two_concerns_has_its_mail_and_the_end_of_one_withdraws_its_own(
    charity: World, office: PostOffice
) -> None:
    desk = charity.desk("volunteer", chance=random.SystemRandom())
    ended, runs = (raise_concern(desk, severity=Severity.IMMEDIATE, account="What I saw") for _ in range(2))
    DEEDS["end"](charity.desk("tied"), ended)
    send_mails(charity.host())

    assert sorted((mail.person, mail.concern_ref == runs, mail.state.value) for mail in charity.all(Mail)) == [
        (who, mine, "sent" if mine else "withdrawn") for who in ("deputy", "dsl", "tied") for mine in (False, True)
    ]


def test_C9_whoever_ends_one_about_a_lead_keeps_it_from_nobody(charity: World, office: PostOffice) -> None:
    desk = charity.desk("volunteer", chance=random.SystemRandom())
    ref = raise_concern(desk, severity=Severity.IMMEDIATE, account="What I saw")
    add_subject(charity.desk("deputy"), ref, who="dsl", reason="Meant")
    note_lado(charity.desk("deputy"), ref, told_at=None, words_of_it="No")
    DEEDS["end"](charity.desk("deputy"), ref)
    send_mails(charity.host())

    assert "tia@example.org" in office.to


def test_C9_what_a_lead_said_to_the_police_moves_no_date_that_a_manager_sees(charity: World) -> None:
    before = charity.one(Case).quiet_since, charity.one(Case).contacted_on
    charity.record(
        "OKF-1",
        record_class=RecordClass.COMMUNICATION,
        source="external",
        compartment="safeguarding",
        occurred_at=charity.now,
    )

    assert (charity.one(Case).quiet_since, charity.one(Case).contacted_on) == before
    with charity.store.engine.connect() as connection:
        assert tallies.differences(connection) == ([], [])
