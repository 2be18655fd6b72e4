"""Concerns handed over, one or many at once, and taken up; and who else has one open (C9)."""

from __future__ import annotations

from datetime import date

import pytest

from okf.errors import Conflict, Invalid, NotFound
from okf.people.commands.outbox import send_at_once
from okf.people.queries.mails import mails_in_view
from okf.policy.chasing import MailKind
from okf.proof.queries.record import RecordFilter, record_page
from okf.safeguarding.commands.absences import enter_absence
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.commands.concerns import end_concern
from okf.safeguarding.commands.handovers import hand_over_concerns, take_up_concern
from okf.safeguarding.queries.concern import concern_in_view
from okf.safeguarding.queries.handovers import opened_lately
from okf.store.models import Concern, ConcernEntry, Mail
from okf.terms import Action, ConcernStatus, Role
from okf.today.queries.pending import pending_items
from tests.post_office import PostOffice
from tests.world import World

WHY = "Marked-Words-4402: I am on leave."


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead", email="dana@example.org")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], email="dev@example.org")
    world.person("eve", name="Eve Second", roles=[Role.DEPUTY_DSL])
    world.person("data_lead", roles=[Role.DATA_PROTECTION_LEAD])
    world.volunteer()
    world.case("OKF-1")
    return world


@pytest.fixture
def _a_mail_server(monkeypatch):
    monkeypatch.setenv("OKF_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("OKF_SMTP_TLS", "none")
    monkeypatch.setenv("OKF_MAIL_FROM", "casebook@example.org")


def waits(world: World, who: str) -> list[str]:
    return [one.text for one in pending_items(world.desk(who)) if "concern" in one.text]


def test_many_are_handed_over_at_once_with_the_reason_in_each_chronology(charity):
    refs = [charity.concern("OKF-1", f"K-{n}", lead="dsl") for n in range(3)]

    assert hand_over_concerns(charity.desk("dsl"), refs, to="deputy", reason=WHY) == 3

    assert [one.lead for one in charity.all(Concern)] == ["deputy"] * 3
    assert [(one.concern_ref, one.entered_by, one.what, one.text) for one in charity.all(ConcernEntry)] == [
        (ref, "dsl", "Handed to Dev Uty", WHY) for ref in refs
    ]
    events = charity.events(action=Action.HAND_OVER_CONCERN)
    assert [(event.subject, event.case_ref, event.facts["to"]) for event in events] == [
        (ref, None, "deputy") for ref in refs
    ]
    assert WHY not in repr([event.facts for event in events])


def test_it_waits_for_whom_it_was_handed_to_until_they_take_it_up_or_write_to_it(charity):
    for ref in ("K-1", "K-2"):
        charity.concern(None, ref, lead="dsl")
    charity.later(minutes=1)
    hand_over_concerns(charity.desk("dsl"), ["K-1", "K-2"], to="deputy", reason=WHY)
    assert waits(charity, "deputy") == ["2 concerns were handed over to you"]
    assert waits(charity, "dsl") == waits(charity, "eve") == []

    charity.later(minutes=1)
    take_up_concern(charity.desk("deputy"), "K-1")
    add_to_concern(charity.desk("eve"), "K-2", what="Note", text="Not by whom it waits for.")
    assert waits(charity, "deputy") == ["1 concern was handed over to you"]
    add_to_concern(charity.desk("deputy"), "K-2", what="Note", text="I rang the school.")

    assert waits(charity, "deputy") == []
    assert "Taken up" in [one.what for one in charity.all(ConcernEntry, concern_ref="K-1")]
    for who, ref in (("deputy", "K-1"), ("dsl", "K-2")):
        with pytest.raises(Conflict, match="already"):
            take_up_concern(charity.desk(who), ref)


def test_C9_one_that_they_may_not_work_stops_all_and_says_no_more_than_one_that_is_not_there(charity):
    charity.concern(None, "K-1", lead="deputy")
    charity.concern("OKF-1", "K-ABOUT", about_people=["deputy"])

    told = []
    for refs in (["K-1", "K-ABOUT"], ["K-1", "K-NOTHERE"], ["K-ABOUT"], ["K-NOTHERE"]):
        with pytest.raises(NotFound) as error:
            hand_over_concerns(charity.desk("deputy"), refs, to="dsl", reason=WHY)
        told.append(str(error.value).replace(refs[-1], ""))

    assert len(set(told)) == 1
    assert charity.one(Concern, ref="K-1").lead == "deputy"
    assert charity.count(ConcernEntry) == 0
    refused = [event for event in charity.events(action=Action.HAND_OVER_CONCERN) if event.subject == "K-ABOUT"]
    assert [event.outcome for event in refused] == ["deny", "deny"]


@pytest.mark.parametrize("to", ["deputy", "tied", "volunteer", "manager", "gone", "unsigned", "nobody"])
def test_C9_it_never_goes_to_whom_it_is_about_nor_to_anybody_who_may_not_work_it(charity, to):
    charity.person("tied", roles=[Role.DEPUTY_DSL])
    charity.conflict("tied", "party_a")
    charity.person("gone", roles=[Role.DEPUTY_DSL], left_at="2026-11-01T09:00")
    charity.person("unsigned", roles=[Role.DEPUTY_DSL], signed=None)
    charity.concern("OKF-1", "K-1", about_people=["deputy"], lead="dsl")
    charity.concern(None, "K-2", lead="dsl")

    with pytest.raises(Invalid, match="Hand to"):
        hand_over_concerns(charity.desk("dsl"), ["K-2", "K-1"], to=to, reason=WHY)

    assert {one.lead for one in charity.all(Concern)} == {"dsl"}
    assert waits(charity, "deputy") == []


def test_not_to_somebody_who_is_away_and_it_says_who_stands_in(charity):
    charity.concern(None, "K-1", lead="dsl")
    days = {"starts_on": date(2026, 11, 23), "ends_on": date(2026, 11, 27)}
    enter_absence(charity.desk("deputy"), person="deputy", covered_by="eve", **days)

    with pytest.raises(Invalid, match=r"Dev Uty is away to the end of 27 Nov 2026\. Eve Second stands in\."):
        hand_over_concerns(charity.desk("dsl"), ["K-1"], to="deputy", reason=WHY)


def test_whoever_stands_in_is_told_for_whom_and_how_many(charity):
    charity.concern(None, "K-1", lead="dsl")
    charity.concern(None, "K-2", lead="dsl", about_people=["deputy"])
    days = {"starts_on": date(2026, 11, 23), "ends_on": date(2026, 11, 27)}
    enter_absence(charity.desk("dsl"), person="dsl", covered_by="deputy", **days)

    assert waits(charity, "deputy") == [
        "You stand in for Dana Lead to the end of 27 Nov 2026: 1 concern of theirs open"
    ]
    assert waits(charity, "eve") == waits(charity, "manager") == []


def test_nothing_changes_when_one_has_ended_or_somebody_wrote_meanwhile_or_no_reason_is_given(charity):
    charity.concern(None, "K-1", lead="dsl")
    charity.concern(None, "K-ENDED", lead="dsl", status=ConcernStatus.CLOSED)
    desk = charity.desk("dsl")

    with pytest.raises(Conflict, match="has ended"):
        hand_over_concerns(desk, ["K-1", "K-ENDED"], to="deputy", reason=WHY)
    with pytest.raises(Invalid, match="Why: write it down first"):
        hand_over_concerns(desk, ["K-1"], to="deputy", reason=" ")
    with pytest.raises(Invalid, match="choose between 1 and 50"):
        hand_over_concerns(desk, [], to="deputy", reason=WHY)
    with pytest.raises(Conflict, match="leads it already"):
        hand_over_concerns(desk, ["K-1"], to="dsl", reason=WHY)
    add_to_concern(charity.desk("eve"), "K-1", what="Note", text="The school rang.")
    with pytest.raises(Conflict, match="Eve Second wrote to this concern"):
        hand_over_concerns(desk, ["K-1"], to="deputy", reason=WHY, entries_seen=0)

    assert charity.one(Concern, ref="K-1").lead == "dsl"
    assert charity.count(ConcernEntry) == 1


@pytest.mark.usefixtures("_a_mail_server")
def test_C9_one_mail_goes_to_them_that_says_nothing_and_nobody_else_finds_it(charity):
    charity.concern(None, "K-1", about_people=["manager", "data_lead"])
    charity.concern(None, "K-2")

    hand_over_concerns(charity.desk("dsl"), ["K-1", "K-2"], to="deputy", reason=WHY)

    [mail] = charity.all(Mail)
    assert (mail.person, mail.kind, mail.concern_ref) == ("deputy", MailKind.CONCERN_WAITS, "K-1")
    assert mails_in_view(charity.desk("manager")).page.rows == ()
    seen = repr(record_page(charity.desk("data_lead"), RecordFilter(person="dsl")))
    assert "K-2" in seen
    assert "K-1" not in seen
    hidden = charity.events(subject="K-1")[-1]
    assert hidden.facts["sealed"]["concern_entry"][0][1] not in seen  # nor that there is a row too many


@pytest.mark.both_databases
@pytest.mark.parametrize("taken", [["K-1"], ["K-1", "K-2"]], ids=len)
def test_one_mail_of_several_goes_while_one_of_them_waits_for_them(charity, office: PostOffice, taken):
    for ref in ("K-1", "K-2"):
        charity.concern(None, ref, lead="dsl")
    hand_over_concerns(charity.desk("dsl"), ["K-1", "K-2"], to="deputy", reason=WHY)
    for ref in taken:
        end_concern(charity.desk("eve"), ref, status=ConcernStatus.CLOSED, outcome="Done.", lessons="None.")
    send_at_once(charity.host())

    assert office.to == (["dev@example.org"] if taken == ["K-1"] else [])


def test_those_who_work_it_see_who_opened_it_lately(charity):
    charity.concern(None, "K-1", about_people=["eve"], raised_by="volunteer")
    concern_in_view(charity.desk("deputy", session_id="s1"), "K-1")
    charity.later(minutes=3)

    assert [name for name, _ in opened_lately(charity.desk("dsl"), "K-1")] == ["Dev Uty"]
    assert opened_lately(charity.desk("deputy"), "K-1") == ()
    for nobody in ("eve", "volunteer", "manager"):
        assert opened_lately(charity.desk(nobody), "K-1") == ()
    charity.later(minutes=30)
    assert opened_lately(charity.desk("dsl"), "K-1") == ()
