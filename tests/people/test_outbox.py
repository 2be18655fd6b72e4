"""Mails: sent once, on record as sent only when a server took them, tried again, and without a confidential word."""

from __future__ import annotations

from datetime import date

import pytest

from okf.agreements.commands.reminders import climb_ladder, remind, remind_everybody
from okf.caseload.commands.digest import send_mails
from okf.errors import Conflict, Invalid, Misconfigured, NotFound, Refused
from okf.people.commands.outbox import TRIES_MOST, send_again
from okf.policy.chasing import MailState
from okf.settings import settings
from okf.store.models import Mail, Reminder
from okf.terms import Action, Role
from tests.post_office import PostOffice
from tests.world import World


@pytest.fixture
def charity(world: World) -> World:
    world.manager(email="mona@okf.example")
    for name in ("vera", "victor"):
        world.volunteer(name, signed=None, email=f"{name}@okf.example", name=f"{name.title()} Bell")
    world.service_user("party_a", name="Ann Confidential")
    world.case("OKF-1", granted_to=["vera"])
    return world


def states(world: World) -> dict[str, str]:
    return {mail.person: mail.state.value for mail in world.all(Mail)}


def test_a_reminder_is_one_digest_a_person_and_names_no_case(charity: World, office: PostOffice) -> None:
    charity.grant("vera", "OKF-1", capacity="staff")  # so she has two agreements to sign

    told = remind(charity.desk("manager"), ["vera"])
    posted = send_mails(charity.host())

    assert (told.people, told.mails, posted.sent) == (1, 1, 1)
    assert office.to == ["vera@okf.example"]
    [(_, mail)] = office.taken
    said = mail.as_string()
    assert "https://casebook.okf.example/my_agreements" in said
    assert not [word for word in ("OKF-1", "Confidential", "Ann", "Bell", "volunteer", "case ") if word in said]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert len(charity.all(Reminder, person="vera")) == 2
    assert {one.mail for one in charity.all(Reminder)} == {charity.one(Mail).id}


@pytest.mark.both_databases
def test_a_mail_is_sent_once_whoever_asks(charity: World, office: PostOffice) -> None:
    remind_everybody(charity.desk("manager"))
    for _ in range(3):
        send_mails(charity.host())

    assert sorted(office.to) == ["vera@okf.example", "victor@okf.example"]
    assert states(charity) == {"vera": "sent", "victor": "sent"}
    assert len(charity.events(action=Action.SEND_MAIL)) == 2


def test_one_refused_recipient_holds_nobody_up_and_is_shown(charity: World, office: PostOffice) -> None:
    office.refused["vera@okf.example"] = "550 no such mailbox"
    remind_everybody(charity.desk("manager"))

    posted = send_mails(charity.host())

    assert (posted.sent, posted.failed) == (1, 1)
    assert states(charity) == {"vera": "failed", "victor": "sent"}
    failed = charity.one(Mail, person="vera")
    assert failed.answer == "550 no such mailbox"
    office.refused.clear()
    charity.later(hours=1)
    send_again(charity.desk("manager"), failed.id)
    send_mails(charity.host())
    assert charity.one(Mail, person="vera").state is MailState.SENT
    assert charity.one(Mail, person="vera").message_id == failed.message_id


def test_what_is_refused_for_now_is_tried_again_later_and_not_for_ever(charity: World, office: PostOffice) -> None:
    office.data_is_told = "451 try again"
    remind(charity.desk("manager"), ["vera"])

    waits = []
    for _ in range(TRIES_MOST):
        send_mails(charity.host())
        assert send_mails(charity.host()).later == 0  # not before its time
        mail = charity.one(Mail)
        waits.append(mail.next_try_at - charity.now)
        charity.at(max(mail.next_try_at, charity.now))
    assert waits[0] < waits[1] < waits[2]

    assert charity.one(Mail).state is MailState.FAILED
    assert charity.one(Mail).tries == TRIES_MOST


def test_a_server_that_refuses_us_costs_no_mail_a_try(charity: World, office: PostOffice) -> None:
    office.sender_is_told = "550 we do not know you"
    remind_everybody(charity.desk("manager"))

    posted = send_mails(charity.host())

    assert posted.sent == 0
    assert "we do not know you" in str(posted.stopped)
    assert set(states(charity).values()) == {"waiting"}
    office.sender_is_told = None
    charity.later(hours=1)
    assert send_mails(charity.host()).sent == 2


@pytest.mark.parametrize("step, state, arrives", [("RCPT", "waiting", 2), ("DATA", "unsure", 1)])
def test_a_broken_line_sends_nothing_twice(
    charity: World, office: PostOffice, step: str, state: str, arrives: int
) -> None:
    """Before it was handed over it is tried again; after that nobody knows, and a person decides."""
    office.hangs_up_at.add(step)
    remind_everybody(charity.desk("manager"))

    send_mails(charity.host())
    assert state in states(charity).values()
    for _ in range(3):
        charity.later(hours=1)
        send_mails(charity.host())

    assert len(office.to) == len(set(office.to)) == arrives


def test_no_server_at_all_is_told_and_the_mail_waits(charity: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("OKF_SMTP_PORT", "1")
    monkeypatch.setenv("OKF_SMTP_TLS", "none")
    monkeypatch.setenv("OKF_MAIL_FROM", "casebook@okf.example")
    remind(charity.desk("manager"), ["vera"])

    posted = send_mails(charity.host())

    assert "can't be reached" in str(posted.stopped)
    mail = charity.one(Mail)
    assert (mail.state, mail.tries) == (MailState.WAITING, 0)
    assert "can't be reached" in mail.answer


def test_what_was_on_its_way_when_casebook_stopped_is_never_sent_again_by_itself(
    charity: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    remind(charity.desk("manager"), ["vera"])

    def stops(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("okf.people.commands.smtp.Connection.hand_over", stops)
        with pytest.raises(KeyboardInterrupt):
            send_mails(charity.host())
    assert send_mails(charity.host()).sent == 0  # somebody else holds it
    charity.later(hours=1)
    assert send_mails(charity.host()).unsure == 1

    assert office.to == []
    assert states(charity) == {"vera": "unsure"}
    send_again(charity.desk("manager"), charity.one(Mail).id)
    send_mails(charity.host())
    assert office.to == ["vera@okf.example"]


@pytest.mark.both_databases
def test_two_processes_never_send_the_same_mail(charity: World, office: PostOffice, monkeypatch) -> None:
    remind_everybody(charity.desk("manager"))
    from okf.people.commands.smtp import Connection

    plain, other = Connection.hand_over, []

    def meanwhile(self: Connection, to: str, message: object) -> object:
        if not other:
            other.append(to)
            other.append(send_mails(charity.host()).sent)  # the other process, while this mail is on its way
        return plain(self, to, message)  # type: ignore[arg-type]

    monkeypatch.setattr(Connection, "hand_over", meanwhile)
    first = send_mails(charity.host()).sent

    assert (first, other[1]) == (1, 1)
    assert sorted(office.to) == ["vera@okf.example", "victor@okf.example"]


def test_who_signed_meanwhile_gets_no_mail(charity: World, office: PostOffice) -> None:
    remind(charity.desk("manager"), ["vera"])
    charity.sign("vera")

    posted = send_mails(charity.host())

    assert (posted.sent, posted.withdrawn) == (0, 1)
    assert office.to == []


def test_without_mail_a_reminder_stands_on_today_alone(charity: World) -> None:
    told = remind(charity.desk("manager"), ["vera"])

    assert (told.people, told.mails) == (1, 0)
    assert charity.all(Mail) == []
    assert charity.one(Reminder).asked_by == "manager"
    assert not send_mails(charity.host()).set_up


def test_nobody_is_reminded_twice_a_day_or_without_need(charity: World) -> None:
    remind(charity.desk("manager"), ["vera"])

    with pytest.raises(Conflict):
        remind(charity.desk("manager"), ["vera"])
    with pytest.raises(Conflict):
        remind(charity.desk("manager"), ["manager"])
    with pytest.raises(Invalid):
        remind(charity.desk("manager"), [])
    assert remind_everybody(charity.desk("manager")).people == 1  # Victor: Vera had hers
    charity.later(days=7)
    assert remind_everybody(charity.desk("manager")).people == 2


def test_a_mail_that_still_waits_carries_the_next_reminder_too(charity: World, office: PostOffice) -> None:
    remind(charity.desk("manager"), ["vera"])
    charity.later(days=1)
    remind(charity.desk("manager"), ["vera"])
    send_mails(charity.host())

    assert office.to == ["vera@okf.example"]
    assert {one.mail for one in charity.all(Reminder)} == {charity.one(Mail).id}


def test_only_who_may_reminds_and_sends(charity: World) -> None:
    charity.caseworker()
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])
    with pytest.raises(Refused):
        remind(charity.desk("caseworker"), ["vera"])
    for who in ("caseworker", "viewer"):  # a viewer reminds, and sees no mail
        with pytest.raises(Refused):
            send_again(charity.desk(who), "M-1")
    with pytest.raises(NotFound):
        send_again(charity.desk("manager"), "M-1")


def test_a_deed_that_fails_leaves_no_mail(charity: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okf.store.audit.append", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        remind(charity.desk("manager"), ["vera"])

    assert charity.all(Mail) == []
    assert charity.all(Reminder) == []


def test_an_address_that_no_mail_can_go_to_fails_plainly(charity: World, office: PostOffice) -> None:
    charity.volunteer("odd", signed=None, email="odd@okf.example\r\nBcc: all@okf.example")
    remind(charity.desk("manager"), ["odd"])

    assert send_mails(charity.host()).failed == 1
    assert office.to == []


@pytest.mark.one_database
@pytest.mark.parametrize(
    "change, told",
    [
        ({"OKF_MAIL_FROM": "nobody"}, "OKF_MAIL_FROM"),
        ({"OKF_SMTP_TLS": "maybe"}, "OKF_SMTP_TLS"),
        ({"OKF_SMTP_PORT": "x"}, "OKF_SMTP_PORT"),
        ({"OKF_SMTP_USER": "me"}, "OKF_SMTP_PASSWORD_FILE"),
        ({"OKF_SMTP_USER": "me", "OKF_SMTP_PASSWORD_FILE": "/x", "OKF_SMTP_TLS": "none"}, "in the clear"),
        ({"OKF_ADDRESS": "casebook.example"}, "OKF_ADDRESS"),
    ],
)
def test_settings_that_would_lose_mails_are_refused(change: dict[str, str], told: str) -> None:
    with pytest.raises(Misconfigured, match=told):
        settings({"OKF_SMTP_HOST": "mail.example", "OKF_MAIL_FROM": "a@b.example"} | change)


# The ladder


def days_reminded(world: World, who: str) -> list[str]:
    return [one.reminded_on.isoformat() for one in sorted(world.all(Reminder, person=who), key=lambda r: r.reminded_on)]


def climb(world: World, first: date, days: int, *hours: int) -> None:
    for number in range(days):
        for hour in hours or (9,):
            world.at(f"{date.fromordinal(first.toordinal() + number)}T{hour:02}:00")
            climb_ladder(world.host())


@pytest.mark.parametrize(
    "effective, by, expected",
    [
        (
            date(2027, 3, 14),  # the clocks go forward on the 28th
            date(2027, 3, 28),
            ["2027-03-14", "2027-03-21", "2027-03-27", "2027-03-28", "2027-04-04", "2027-04-11"],
        ),
        (
            date(2026, 12, 20),  # over the year's end
            date(2027, 1, 5),
            ["2026-12-22", "2026-12-29", "2027-01-04", "2027-01-05", "2027-01-12", "2027-01-19"],
        ),
        (
            date(2027, 10, 20),  # the clocks go back on the 31st
            date(2027, 10, 31),
            ["2027-10-20", "2027-10-24", "2027-10-30", "2027-10-31", "2027-11-07", "2027-11-14"],
        ),
    ],
)
def test_C7_the_ladder_is_14_7_1_days_before_on_the_day_and_weekly_after(
    world: World, effective: date, by: date, expected: list[str]
) -> None:
    world.volunteer("vera", signed=f"{effective.year - 1}-11-01T10:00" if effective.month < 11 else "2026-05-01T10:00")
    world.sign("vera", effective.replace(day=1))
    world.agreement("volunteer", "2", effective, resign_by=by)

    climb(world, effective.replace(day=1), 65, 9, 23)

    assert days_reminded(world, "vera")[:6] == expected


def test_a_rung_that_was_missed_is_made_up_for_once(world: World) -> None:
    world.volunteer("vera", signed="2026-11-01T10:00")
    world.agreement("volunteer", "2", date(2026, 11, 20), resign_by=date(2026, 12, 20))
    climb(world, date(2026, 12, 10), 3)

    assert days_reminded(world, "vera") == ["2026-12-10"]


def test_who_never_signed_is_reminded_at_once_and_every_week(world: World) -> None:
    world.volunteer("vera", signed=None)
    climb(world, date(2026, 11, 23), 16)
    world.sign("vera")
    climb(world, date(2026, 12, 9), 10)

    assert days_reminded(world, "vera") == ["2026-11-23", "2026-11-30", "2026-12-07"]


def test_nobody_is_written_to_at_night_nor_after_they_left(world: World) -> None:
    world.volunteer("vera", signed=None)
    world.volunteer("gone", signed=None, left_at="2026-11-01")
    world.at("2026-11-23T07:59")
    assert climb_ladder(world.host()).people == 0
    world.at("2026-11-23T08:00")

    assert climb_ladder(world.host()).people == 1
    assert climb_ladder(world.host()).people == 0
