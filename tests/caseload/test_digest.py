"""The weekly digest: once a week to whoever asked, figures alone, and nothing from which a concern could be told."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest

from okf.caseload.commands.digest import ask_for_digest, queue_digests, send_mails, stop_digest
from okf.caseload.queries.digest import own_digest
from okf.desk import Desk
from okf.errors import Refused
from okf.policy.chasing import MailState
from okf.policy.digest import DigestLine, digest_begins, digest_is_due
from okf.safeguarding.commands.concerns import raise_concern
from okf.store import audit
from okf.store.models import DigestWeek, Mail
from okf.terms import CaseStatus, Role, Severity
from okf.terms.caseload import ClosureOutcome
from tests.post_office import PostOffice
from tests.world import World, instant

FRIDAY, MONDAY, TUESDAY = "2026-11-20T12:00", "2026-11-23T09:00", "2026-11-24T09:00"


@pytest.fixture
def charity(world: World) -> World:
    """A manager and a lead who asked for it last Friday, a second manager who did not, and twelve families."""
    world.manager(email="mona@okf.example")
    world.manager("manager2", email="max@okf.example")
    world.dsl(email="dora@okf.example")
    world.caseworker(email="cora@okf.example")
    for number in range(12):
        world.case(f"OKF-{number}", parties=[f"Ann Confidential {number}"], opened_on=date(2026, 11, 18))
    world.at(FRIDAY)
    ask_for_digest(world.desk("manager"))
    ask_for_digest(world.desk("dsl"))
    return world


def play(world: World, when: str) -> None:
    """What the host does at a time: queue what is due, send what waits."""
    world.at(when)
    host = Desk.host(world.store, now=world.clock)
    queue_digests(host)
    send_mails(host)


def said(office: PostOffice, to: str = "mona@okf.example") -> str:
    [mail] = [mail for whom, mail in office.taken if whom == to]
    return str(mail.get_payload(decode=True).decode())  # type: ignore[union-attr]


def test_it_comes_on_monday_morning_to_those_who_asked(charity: World, office: PostOffice) -> None:
    play(charity, "2026-11-22T12:00")
    play(charity, "2026-11-23T07:59")
    assert office.to == []

    play(charity, "2026-11-23T08:00")

    assert sorted(office.to) == ["dora@okf.example", "mona@okf.example"]


@pytest.mark.both_databases
def test_it_comes_once_a_week_however_often_it_is_asked_for(charity: World, office: PostOffice) -> None:
    for when in (MONDAY, MONDAY, TUESDAY, "2026-11-27T18:00"):
        play(charity, when)
    ask_for_digest(charity.desk("manager"))
    play(charity, "2026-11-27T19:00")
    assert len(office.to) == 2

    play(charity, "2026-11-30T09:00")

    assert len(office.to) == 4
    assert {one.monday for one in charity.all(DigestWeek)} == {date(2026, 11, 23), date(2026, 11, 30)}


def test_a_monday_that_was_missed_is_made_up_for(charity: World, office: PostOffice) -> None:
    play(charity, TUESDAY)

    assert len(office.to) == 2


@pytest.mark.one_database
def test_without_a_mail_server_the_week_stays_open(charity: World, office: PostOffice, monkeypatch) -> None:
    with monkeypatch.context() as gone:
        gone.delenv("OKF_SMTP_HOST")
        play(charity, MONDAY)
    assert charity.all(DigestWeek) == []

    play(charity, TUESDAY)

    assert len(office.to) == 2


def test_it_is_on_record_as_sent_only_when_the_server_took_it_and_is_tried_again(charity: World, office: PostOffice):
    office.data_is_told = "451 try again"
    play(charity, MONDAY)
    assert {mail.state for mail in charity.all(Mail)} == {MailState.WAITING}
    office.data_is_told = None

    play(charity, "2026-11-23T10:00")

    assert {mail.state for mail in charity.all(Mail)} == {MailState.SENT}
    assert len(office.to) == 2


def test_stopping_works_at_once_for_a_mail_that_waits(charity: World, office: PostOffice) -> None:
    charity.at(MONDAY)
    queue_digests(charity.host())
    stop_digest(charity.desk("manager"))

    send_mails(charity.host())

    assert office.to == ["dora@okf.example"]
    assert charity.one(Mail, person="manager").state is MailState.WITHDRAWN
    play(charity, "2026-11-30T09:00")
    assert office.to.count("mona@okf.example") == 0


@pytest.mark.one_database
@pytest.mark.parametrize("why", ["left", "unsigned"])
def test_whoever_may_no_longer_have_it_gets_none(charity: World, office: PostOffice, why: str) -> None:
    charity.at(MONDAY)
    queue_digests(charity.host())
    if why == "left":
        charity.leave("manager")
    else:
        charity.agreement("staff", "2", date(2026, 11, 1), resign_by=date(2026, 11, 2))
        charity.sign("dsl")

    send_mails(charity.host())

    assert office.to == ["dora@okf.example"]


@pytest.mark.one_database
def test_a_mail_waits_for_the_next_monday_after_it_was_asked_for(charity: World, office: PostOffice) -> None:
    charity.at(TUESDAY)
    ask_for_digest(charity.desk("manager2"))
    play(charity, TUESDAY)
    assert "max@okf.example" not in office.to

    play(charity, "2026-11-30T09:00")

    assert office.to.count("max@okf.example") == 1


@pytest.mark.one_database
def test_it_tells_figures_and_nobody(charity: World, office: PostOffice) -> None:
    charity.close("OKF-3", "2026-11-22T10:00")
    play(charity, MONDAY)

    text = said(office)

    assert "Open cases: about 10" in text
    assert "Cases begun in the last seven days: 12" in text
    assert "Cases closed in the last seven days: fewer than 5" in text
    assert "https://casebook.okf.example" in text
    assert not [word for word in ("OKF-", "Ann", "Confidential", "Dsl", "North") if word in text]


@pytest.mark.one_database
def test_a_closed_case_is_not_told_as_open_whatever_it_came_to(charity: World, office: PostOffice) -> None:
    for number in range(20):
        charity.case(
            f"OKF-C{number}",
            opened_on=date(2026, 3, 2),
            status=CaseStatus.CLOSED,
            closed_at=instant("2026-10-01T10:00"),
            outcome=ClosureOutcome.SUPPORT_COMPLETED,
        )
    play(charity, MONDAY)

    assert "Open cases: about 10" in said(office)


@pytest.mark.one_database
def test_a_lead_gets_the_figures_that_are_a_leads(charity: World, office: PostOffice) -> None:
    play(charity, MONDAY)

    assert "Open cases" not in said(office, "dora@okf.example")
    assert "signature is overdue" in said(office, "dora@okf.example")


@pytest.mark.one_database
@pytest.mark.parametrize("about", ["dsl", "manager", "caseworker", None])
def test_C9_no_concern_changes_a_word_of_it(charity: World, about: str | None) -> None:
    """Not one about the reader, and not one about anybody else: the mail leaves the building."""
    charity.at(MONDAY)
    before = {who: own_digest(charity.desk(who), email="x").preview for who in ("manager", "dsl")}

    for severity in Severity:
        raise_concern(
            charity.desk("caseworker", chance=None),
            case_ref="OKF-1",
            severity=severity,
            account="He said so.",
            about=[about or "Ann Confidential 1"],
        )

    assert {who: own_digest(charity.desk(who), email="x").preview for who in ("manager", "dsl")} == before
    assert "concern" not in before["manager"].replace("person or concern is sent by mail", "")


@pytest.mark.one_database
def test_the_preview_is_the_mail(charity: World, office: PostOffice) -> None:
    play(charity, MONDAY)

    preview = own_digest(charity.desk("manager"), email="mona@okf.example").preview

    assert preview.split() == said(office).split()


@pytest.mark.one_database
def test_only_managers_and_leads_have_it_and_anybody_may_stop_it(charity: World) -> None:
    with pytest.raises(Refused):
        ask_for_digest(charity.desk("caseworker"))
    charity.person("trustee", roles=[Role.TRUSTEE])
    with pytest.raises(Refused):
        ask_for_digest(charity.desk("trustee"))

    stop_digest(charity.desk("caseworker"))

    assert not own_digest(charity.desk("caseworker"), email=None).offered
    assert own_digest(charity.desk("manager"), email=None).wanted
    assert not own_digest(charity.desk("manager2"), email=None).wanted


@pytest.mark.parametrize("monday, hour", [("2026-03-30", 7), ("2026-03-23", 8), ("2026-10-26", 8), ("2026-10-19", 7)])
def test_monday_morning_is_londons_in_summer_and_winter(monday: str, hour: int) -> None:
    begins = digest_begins(instant(f"{monday}T15:00"))

    assert begins == datetime.combine(date.fromisoformat(monday), datetime.min.time(), UTC).replace(hour=hour)
    assert digest_is_due(begins)


@pytest.mark.parametrize(
    "line, told",
    [
        (DigestLine("Tasks", 0), "- Tasks: fewer than 5"),
        (DigestLine("Tasks", 4), "- Tasks: fewer than 5"),
        (DigestLine("Tasks", 1234), "- Tasks: 1,234"),
        (DigestLine("Open", 1234, nearest_ten=True), "- Open: about 1,230"),
        (DigestLine("Open", 3, nearest_ten=True), "- Open: fewer than 10"),
    ],
)
def test_C2_a_small_number_is_not_told_by_mail(line: DigestLine, told: str) -> None:
    assert line.in_words() == told


def test_C4_the_head_of_the_record_leaves_the_host_with_trustees_and_the_data_protection_lead(
    charity: World, office: PostOffice
) -> None:
    charity.person("trustee", roles=[Role.TRUSTEE], email="tess@okf.example", signed=None)
    charity.person("both", roles=[Role.MANAGER, Role.DATA_PROTECTION_LEAD], email="both@okf.example")
    charity.at(FRIDAY)
    ask_for_digest(charity.desk("both"))
    with charity.store.reading() as session:
        head = audit.head(session)
    play(charity, MONDAY)

    for whom in ("tess@okf.example", "both@okf.example"):
        [number, sha256] = re.search(r"^(\d+) ([0-9a-f]{64})\r?$", said(office, whom), re.M).groups()
        assert int(number) > head.seq
        with charity.store.reading() as session:
            assert audit.verify(session, against=[audit.Head(int(number), sha256)]).whole
    assert "Open cases" not in said(office, "tess@okf.example")
    assert "Open cases" in said(office, "both@okf.example")
    assert "head" not in said(office, "mona@okf.example")
    play(charity, TUESDAY)
    assert len(office.to) == 4
