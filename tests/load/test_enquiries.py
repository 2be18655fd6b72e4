"""Submissions of the website's form come in as enquiries; what is wrong is told by row and column."""

from __future__ import annotations

from datetime import date

import pytest

from okf.errors import Refused
from okf.intake.queries.enquiry import enquiry_in_view
from okf.load.files import read_files
from okf.store.models import Enquiry, EnquiryPerson
from okf.terms import Action, Role, SupportKind
from okf.terms.intake import EnquiryChannel, EnquiryPart, EnquiryStatus, NoticeWay, UndertakingAnswer
from tests.load.conftest import Import
from tests.world import World

HEAD = (
    "submission_id,received_at,name,born,safe_phone,email,voicemail_safe,do_not_contact_by,other_adult,children,"
    "kind_of_support,area,words,privacy_notice,undertaking\n"
)
GOOD = (
    "W-1,2026-11-22 18:30,Ann Bell,31/12/1988,07700 900 001,ann@example.org,no,post,Tom Bell,"
    '"Ivy Bell (03/02/2018); Max Bell (7)",parenting,Leeds,"He took the passports, MARKED-WORDS",yes,yes\n'
)
MORE = "W-2,2026-11-22 19:00,Bea Hill,,,,,,,,,,,,\n"


def csv(*rows: str) -> object:
    return read_files({"enquiries.csv": (HEAD + "".join(rows)).encode()})


@pytest.mark.both_databases
def test_a_submission_becomes_an_enquiry_that_waits(take_in: Import, on_file: World) -> None:
    outcome = take_in(csv(GOOD, MORE))

    assert outcome.is_written, outcome.faults
    first = on_file.one(Enquiry, submission_id="W-1")
    assert first is not None
    assert (first.status, first.channel, first.kind_of_support, first.area, first.taken_by) == (
        EnquiryStatus.NEW,
        EnquiryChannel.WEBSITE,
        SupportKind.PARENTING,
        "Leeds",
        "host",
    )
    assert first.words == "He took the passports, MARKED-WORDS"
    ann, tom, ivy, max_ = on_file.all(EnquiryPerson, enquiry_ref=first.ref)
    assert (ann.name, ann.date_of_birth, ann.safe_phone, ann.voicemail_safe, ann.do_not_contact_by) == (
        "Ann Bell",
        date(1988, 12, 31),
        "07700 900001",
        False,
        "post",
    )
    assert (ann.notice_way, ann.notice_on, ann.undertaking) == (
        NoticeWay.ON_THE_WEBSITE,
        date(2026, 11, 22),
        UndertakingAnswer.GIVEN,
    )
    assert [(one.part, one.name) for one in (tom, ivy)] == [
        (EnquiryPart.OTHER_ADULT, "Tom Bell"),
        (EnquiryPart.CHILD, "Ivy Bell"),
    ]
    assert (ivy.date_of_birth, max_.age) == (date(2018, 2, 3), 7)
    assert "Bell" not in repr([e.facts for e in on_file.events()])


def test_what_came_before_is_skipped_and_said_so(take_in: Import, on_file: World) -> None:
    take_in(csv(GOOD))
    changed = GOOD.replace("Ann Bell", "Somebody Else")

    outcome = take_in(csv(changed, MORE))

    assert outcome.remarks == ("enquiries.csv, row 2: on file already, and skipped.",)
    assert [(count.new, count.changed, count.unchanged) for count in outcome.counts] == [(1, 0, 1)]
    assert on_file.count(Enquiry) == 2
    assert on_file.all(EnquiryPerson, name="Somebody Else") == []
    assert take_in(csv(GOOD, MORE)).changes_nothing


@pytest.mark.parametrize(
    "was, is_, column, told",
    [
        ("07700 900 001", "call me", "safe_phone", "this is no telephone number"),
        ("07700 900 001", "0113 496", "safe_phone", "no telephone has this number"),
        ("ann@example.org", "ann at home", "email", "this is no e-mail address"),
        ("31/12/1988", "31/13/1988", "born", "this is neither a date of birth nor an age"),
        ("31/12/1988", "31/12/2030", "born", "this date is still to come"),
        ("2026-11-22 18:30", "2027-01-01 10:00", "received_at", "this time is still to come"),
        ("2026-11-22 18:30", "", "received_at", "this is empty"),
        ("Ann Bell", "", "name", "this is empty"),
        ("Ann Bell", "x" * 201, "name", "this has 201 characters"),
        ("(03/02/2018)", "(soon)", "children", "child 1: write a date of birth"),
        ("(7)", "(7", "children", "child 2 can't be read"),
        ("parenting", "money", "kind_of_support", "'money' is not known"),
        (",no,post", ",perhaps,post", "voicemail_safe", "'perhaps' is neither yes nor no"),
    ],
)
@pytest.mark.one_database
def test_a_wrong_cell_is_told_by_row_and_column_and_nothing_comes_in(
    take_in: Import, on_file: World, was: str, is_: str, column: str, told: str
) -> None:
    outcome = take_in(csv(MORE, GOOD.replace(was, is_, 1)))

    (fault,) = outcome.faults
    assert (fault.where, fault.row, fault.column) == ("enquiries.csv", 3, column)
    assert fault.wrong.startswith(told)
    assert "Bell" not in fault.in_words()
    assert on_file.count(Enquiry) == 0


@pytest.mark.one_database
def test_two_rows_of_one_submission_are_a_fault(take_in: Import) -> None:
    (fault,) = take_in(csv(GOOD, GOOD)).faults

    assert (fault.row, fault.column) == (3, "submission_id")


@pytest.mark.one_database
def test_C5_intake_brings_in_enquiries_and_no_more(take_in_as: Import, on_file: World) -> None:
    on_file.person("intake", roles=[Role.INTAKE_OFFICER])
    on_file.caseworker()
    rows = [{"submission_id": "W-1", "received_at": "2026-11-22 18:30", "name": "Ann Bell"}]

    assert take_in_as("intake", {"enquiries": rows}).is_written
    for who, given in (
        ("caseworker", {"enquiries": rows}),
        ("intake", {"enquiries": rows, "service_users": [{"ref": "SU-1"}]}),
        ("intake", {"service_users": [{"ref": "SU-1"}]}),
    ):
        with pytest.raises(Refused):
            take_in_as(who, given)
    (enquiry,) = on_file.all(Enquiry)
    assert enquiry_in_view(on_file.desk("intake"), enquiry.ref).taken_by == "Intake"
    assert on_file.events(action=Action.IMPORT_ENQUIRIES)[0].facts["new"] == {"enquiries": 1}
