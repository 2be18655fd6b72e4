"""What lies by a report besides its words, adding to one's own, and what happens at once when it can't wait (C9)."""

from __future__ import annotations

import random
from datetime import date, time, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.clock import end_of
from okf.errors import Invalid, NotFound
from okf.file_check import Upload
from okf.people.commands.outbox import send_at_once
from okf.people.queries.mails import mails_in_view
from okf.policy.chasing import MailKind
from okf.policy.clocks import recorded_late
from okf.policy.concern_forms import Informed
from okf.proof.queries.record import RecordFilter, record_page
from okf.safeguarding.commands.chronology import (
    Happened,
    NewMark,
    NewVoice,
    Parts,
    add_to_concern,
    add_to_own_report,
    open_concern_file,
)
from okf.safeguarding.commands.concerns import end_concern, raise_concern, triage_concern
from okf.safeguarding.commands.handovers import take_up_concern
from okf.safeguarding.queries.alarm import waiting_at_once
from okf.safeguarding.queries.concern import ConcernInView, OwnReport, concern_in_view
from okf.store.models import Concern, ConcernEntry, ConcernFile, Mail
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.concerns import VoiceHow
from okf.today.queries.pending import pending_items
from tests.behind import behind_casebook
from tests.post_office import PostOffice, post_office
from tests.safeguarding.conftest import decide
from tests.world import World

PHOTO = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 60
ARM = NewMark(BodySide.FRONT, BodyRegion.LEFT_UPPER_ARM, 150, 138, MarkKind.BRUISE, "3 cm", "yellow", "As if gripped")
ALL = Parts((ARM,), NewVoice(VoiceHow.SAID, "It was the door, she said."), (Upload("arm.png", PHOTO),))


@pytest.fixture
def charity(world: World) -> World:
    world.manager(email="manager@okf.example")
    world.dsl(name="Dana Lead", email="dsl@okf.example")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL], email="deputy@okf.example")
    world.person("trustee", roles=[Role.SAFEGUARDING_TRUSTEE], email="trustee@okf.example")
    world.volunteer(signed=None)
    world.volunteer("other")
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"])
    return world


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch):
    with post_office(monkeypatch) as running:
        yield running


def raised(world: World, by: str = "volunteer", severity: Severity = Severity.HIGH, **other: object) -> str:
    desk = world.desk(by, chance=random.SystemRandom())
    return raise_concern(desk, severity=severity, account="He was quiet.", **other)  # type: ignore[arg-type]


def seen_by(world: World, who: str, ref: str) -> ConcernInView | OwnReport:
    return concern_in_view(world.desk(who, session_id=f"session of {who}"), ref)


def test_C9_somebody_unsigned_without_a_grant_puts_marks_voice_and_files_to_a_closed_case(charity):
    charity.close("OKF-1")

    ref = raised(charity, case_ref="OKF-1", parts=ALL)

    view = seen_by(charity, "dsl", ref)
    [mark], [voice], [file] = view.attachments.marks, view.attachments.voices, view.attachments.files
    assert (mark.region, mark.side, mark.kind, mark.size, mark.words) == (
        BodyRegion.LEFT_UPPER_ARM,
        BodySide.FRONT,
        MarkKind.BRUISE,
        "3 cm",
        "As if gripped",
    )
    assert (voice.how, voice.words) == (VoiceHow.SAID, "It was the door, she said.")
    assert open_concern_file(charity.desk("dsl"), file.ref).content == PHOTO


@pytest.mark.parametrize(
    "parts, field",
    [
        (Parts(marks=[NewMark(BodySide.BACK, BodyRegion.FACE, 100, 50, MarkKind.CUT)]), "Body map"),
        (Parts(marks=[NewMark(BodySide.BACK, BodyRegion.NECK, 100, 999, MarkKind.CUT)]), "Body map"),
        (Parts(voice=NewVoice(VoiceHow.NOT_YET_OBTAINED, " ")), "The child's voice"),
        (Parts(files=[Upload("run.exe", b"MZ")]), "File"),
    ],
)
def test_what_can_not_be_kept_is_told_by_its_field_and_nothing_is_kept(charity, parts, field):
    with pytest.raises(Invalid) as told:
        raised(charity, parts=parts)

    assert told.value.field == field
    assert charity.count(Concern) == 0


@pytest.mark.both_databases
@pytest.mark.parametrize("table", ["concern_mark", "concern_voice", "concern_file", "concern_entry"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET concern_ref = concern_ref", "DELETE FROM {}"])
def test_nothing_of_it_is_edited_or_deleted_not_by_sql_either(charity, table, statement):
    raised(charity, parts=ALL)

    with pytest.raises(DBAPIError, match="sealed"), behind_casebook(charity.store) as connection:
        connection.execute(text(statement.format(table)))


def test_C1_its_words_and_files_lie_encrypted_under_the_concerns_own_key(charity):
    ref = raised(charity, case_ref="OKF-1", parts=ALL)

    with charity.store.reading() as session:
        mark = session.execute(text("SELECT words, size FROM concern_mark")).one()
        file = session.execute(text("SELECT name, content FROM concern_file")).one()
        scopes = set(session.scalars(text("SELECT scope FROM data_key")))
    assert "gripped" not in mark[0]
    assert "arm" not in file[0]
    assert b"IHDR" not in bytes(file[1])
    assert f"concern:{ref}" in scopes
    assert "case:OKF-1" not in scopes


# Late entries


def test_an_entry_is_late_when_more_than_a_day_lies_between():
    at = end_of(date(2026, 11, 20))

    assert not recorded_late(at + timedelta(hours=24), None)
    assert not recorded_late(at + timedelta(hours=24), date(2026, 11, 20))
    assert recorded_late(at + timedelta(hours=24, seconds=1), date(2026, 11, 20))
    assert recorded_late(at + timedelta(hours=24), date(2026, 11, 20), at - timedelta(minutes=1))


def test_what_is_told_late_is_marked_with_its_reason_and_never_kept_out(charity):
    told = raised(charity, seen=Happened(date(2026, 11, 20), time(15, 30), "I was afraid to be wrong."))
    without = raised(charity, seen=Happened(date(2026, 11, 20)))
    in_time = raised(charity, seen=Happened(date(2026, 11, 23), time(9)))

    views = [seen_by(charity, "dsl", ref).report for ref in (told, without, in_time)]
    assert [(one.late, one.late_because) for one in views] == [
        (True, "I was afraid to be wrong."),
        (True, None),
        (False, None),
    ]
    with pytest.raises(Invalid):
        raised(charity, seen=Happened(date(2026, 11, 24)))


def test_a_line_of_the_chronology_says_when_it_was_and_that_it_is_late(charity):
    ref = raised(charity)
    add_to_concern(
        charity.desk("dsl"), ref, what="Person told", text="The school", happened=Happened(date(2026, 11, 20), time(9))
    )

    first, line = seen_by(charity, "dsl", ref).entries
    assert (first.late, line.late, line.happened_on) == (False, True, date(2026, 11, 20))


# One's own report


def test_who_raised_it_adds_what_they_forgot_and_sees_only_what_is_theirs(charity):
    ref = raised(charity, parts=Parts(marks=(ARM,)))
    add_to_concern(charity.desk("dsl"), ref, what="Note", text="Rang the school.", parts=ALL)

    add_to_own_report(charity.desk("volunteer"), ref, text="His sister was there too.", parts=Parts(voice=ALL.voice))

    own = seen_by(charity, "volunteer", ref)
    assert isinstance(own, OwnReport)
    assert [one.text for one in own.added] == ["His sister was there too."]
    assert (len(own.attachments.marks), len(own.attachments.voices), len(own.attachments.files)) == (1, 1, 0)
    assert "school" not in repr(own)
    whole = seen_by(charity, "dsl", ref)
    assert whole.added_to
    assert [one.what for one in whole.entries] == ["Raised", "Note", "Added by who raised it"]
    assert (len(whole.attachments.marks), len(whole.attachments.voices), len(whole.attachments.files)) == (2, 2, 1)


def test_a_lead_hears_of_what_was_added_until_somebody_answers_also_once_it_has_ended(charity):
    ref = raised(charity)
    end_concern(charity.desk("dsl"), ref, status=ConcernStatus.CLOSED, outcome="Nothing more.", lessons="None.")
    assert "something new" not in str(pending_items(charity.desk("dsl")))

    add_to_own_report(charity.desk("volunteer"), ref, text="It happened again.")

    assert "1 report has something new" in str(pending_items(charity.desk("deputy")))
    assert "something new" not in str(pending_items(charity.desk("manager")))
    add_to_concern(charity.desk("dsl"), ref, what="Note", text="Read. A new concern is raised.")
    assert "something new" not in str(pending_items(charity.desk("deputy")))


@pytest.mark.parametrize("who", ["other", "manager", "dsl"])
def test_C9_nobody_adds_to_somebody_elses_report_and_hears_the_same_as_of_none(charity, who):
    ref = raised(charity)

    with pytest.raises(NotFound) as refused:
        add_to_own_report(charity.desk(who), ref, text="Me too.")
    with pytest.raises(NotFound) as none:
        add_to_own_report(charity.desk(who), "K-NOTHERE", text="Me too.")

    assert str(refused.value).replace(ref, "K") == str(none.value).replace("K-NOTHERE", "K")
    assert charity.count(ConcernEntry) == 1


@pytest.mark.parametrize("who", ["volunteer", "manager", "other", "deputy"])
def test_C9_a_file_is_opened_by_whoever_works_the_concern_and_never_by_whom_it_is_about(charity, who):
    ref = raised(charity, about=["Dev Uty"], parts=ALL)
    file = charity.one(ConcernFile).ref

    with pytest.raises(NotFound):
        open_concern_file(charity.desk(who), file)

    assert open_concern_file(charity.desk("dsl"), file).name == "arm.png"
    event = charity.events(action=Action.TRIAGE_CONCERN, actor="dsl")[-1]
    assert (event.subject, event.case_ref, event.facts["file"]) == (ref, None, file)


# At once


def mailed(world: World) -> set[str]:
    return {mail.person for mail in world.all(Mail, kind=MailKind.CONCERN_AT_ONCE)}


def test_one_of_severity_immediate_is_mailed_to_all_leads_at_once(charity, office: PostOffice):
    raised(charity, severity=Severity.IMMEDIATE, about=["Robin Example"], case_ref="OKF-1")
    send_at_once(charity.host())

    assert sorted(office.to) == ["deputy@okf.example", "dsl@okf.example"]
    said = office.taken[0][1].as_string()
    assert "sign in" in said
    assert not [word for word in ("OKF-1", "Robin", "quiet", "volunteer", "K-") if word in said]


def test_C9_whom_it_is_about_gets_no_mail_and_finds_no_trace_of_one(charity, office: PostOffice):
    raised(charity, severity=Severity.IMMEDIATE, about=["Dev Uty"])
    send_at_once(charity.host())

    assert mailed(charity) == {"dsl", "trustee"}
    assert waiting_at_once(charity.desk("deputy")) == ()
    seen = record_page(charity.desk("deputy", session_id="s"), RecordFilter(action=Action.SEND_MAIL)).rows
    assert seen == ()
    assert len(record_page(charity.desk("dsl", session_id="s"), RecordFilter(action=Action.SEND_MAIL)).rows) == 2
    assert mails_in_view(charity.desk("manager")).page.rows == ()
    assert "mail" not in str(pending_items(charity.desk("manager")))


def test_one_that_turns_out_immediate_is_mailed_then(charity, office: PostOffice):
    ref = raised(charity, severity=Severity.LOW)
    assert mailed(charity) == set()

    triage_concern(
        charity.desk("dsl"), ref, severity=Severity.IMMEDIATE, status=ConcernStatus.TRIAGED, lead="dsl", note="Worse."
    )

    assert mailed(charity) == {"deputy"}


def test_without_a_mail_server_it_is_raised_all_the_same(charity):
    raised(charity, severity=Severity.IMMEDIATE)

    assert charity.count(Mail) == 0


def test_C9_the_banner_is_for_leads_until_one_of_them_has_decided_and_says_who_has_it(charity):
    ref, about_lead = (
        raised(charity, severity=Severity.IMMEDIATE),
        raised(charity, severity=Severity.IMMEDIATE, about=["dsl"]),
    )
    raised(charity, severity=Severity.HIGH)

    refs = {who: {one.ref for one in waiting_at_once(charity.desk(who))} for who in ("dsl", "deputy", "trustee")}
    assert refs == {"dsl": {ref}, "deputy": {ref, about_lead}, "trustee": {about_lead}}
    for who in ("manager", "volunteer", "other"):
        assert waiting_at_once(charity.desk(who)) == ()

    take_up_concern(charity.desk("deputy"), ref)
    triage_concern(
        charity.desk("deputy"),
        ref,
        severity=Severity.IMMEDIATE,
        status=ConcernStatus.TRIAGED,
        lead="deputy",
        note="Rang.",
    )

    assert [(one.ref, one.taken_by) for one in waiting_at_once(charity.desk("dsl"))] == [(ref, "Dev Uty")]

    decide(charity, "deputy", ref, informed=[Informed(False, named="Their mother", why="It would not be safe.")])

    assert waiting_at_once(charity.desk("dsl")) == ()
