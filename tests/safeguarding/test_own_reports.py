"""What whoever raised a concern has of it: when it was first read, where else to go, their own words on paper (C9)."""

from __future__ import annotations

import io
import random
import re
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from okf.errors import NotFound
from okf.file_check import PLACE_REMOVED, Upload
from okf.safeguarding.commands.chronology import NewVoice, Parts, add_to_own_report
from okf.safeguarding.commands.concerns import raise_concern, triage_concern
from okf.safeguarding.commands.handovers import take_up_concern
from okf.safeguarding.commands.own_reports import take_out_own_report
from okf.safeguarding.commands.subjects import add_subject
from okf.safeguarding.papers import own_report_paper
from okf.safeguarding.queries.concern import concern_in_view
from okf.safeguarding.queries.own_reports import received_reports
from okf.store.models import Concern
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.concerns import VoiceHow
from tests.safeguarding.test_concern_pages import field, open_page, press, shown
from tests.test_file_metadata import PICTURES
from tests.world import World

WHISTLE = ("0800 028 0285", "Charity Commission", "Nobody may treat you worse", "services or the police themselves")
PHOTOS = tuple(Upload(f"arm.{kind}", PICTURES[f"a.{kind}"]) for kind in ("heic", "jpg"))


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tru Stee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.volunteer(name="Vol Unteer", signed=None)
    world.volunteer("other")
    return world


def raised(world: World, severity: Severity = Severity.HIGH, **more: object) -> str:
    desk = world.desk("volunteer", chance=random.SystemRandom())
    return raise_concern(desk, severity=severity, account="Kestrel said it hurts.", **more)  # type: ignore[arg-type]


def read_by(world: World, who: str, ref: str) -> None:
    concern_in_view(world.desk(who, session_id=f"session of {who}"), ref)


def paper_of(world: World, who: str, ref: str) -> str:
    content = take_out_own_report(world.desk(who), ref, make=own_report_paper)
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def pages_of_own(world: World, ref: str) -> str:
    at = {"page": "concern", "ref": ref}
    return shown(open_page(world, "volunteer", **at)) + shown(open_page(world, "volunteer", "concerns"))


@pytest.mark.parametrize("more", [{}, {"about_a_worker": True}, {"about": ["Dana Lead"], "about_a_worker": True}])
def test_C9_a_reporter_is_told_when_it_was_first_read_and_never_by_whom(
    charity: World, more: dict[str, object]
) -> None:
    ref = raised(charity, **more)
    charity.later(minutes=1)
    read_by(charity, "volunteer", ref)
    assert received_reports(charity.desk("volunteer"), [ref])[ref].read_at is None

    before = pages_of_own(charity, ref)
    charity.later(minutes=4)
    read_by(charity, "trustee" if "about" in more else "deputy", ref)
    charity.later(minutes=5)
    after = pages_of_own(charity, ref)

    assert "No lead has read it yet." in before
    assert "Received, not read yet" in before
    assert "Read by a lead, deputy or trustee for safeguarding, first on 23 Nov 2026, 10:05." in after
    assert "Read by a lead 23 Nov 2026, 10:05" in after
    # Whoever answers for safeguarding is named to everybody, in the same line, whoever has read it.
    assert after.count("Tru Stee") == before.count("Tru Stee")


def _same(pages: str) -> str:
    """Without the names of files to be served, which are new with every run."""
    return re.sub(r"[0-9a-f]{16,}", "", pages)


@pytest.mark.parametrize("more", [{}, {"about_a_worker": True}, {"about": ["Dana Lead"], "about_a_worker": True}])
def test_C9_a_reporter_reads_that_it_was_taken_up_and_when_but_not_by_whom(
    charity: World, more: dict[str, object]
) -> None:
    ref, by = raised(charity, **more), "trustee" if "about" in more else "deputy"
    charity.later(minutes=5)
    read_by(charity, by, ref)
    read = pages_of_own(charity, ref)
    charity.later(minutes=4)
    take_up_concern(charity.desk("deputy"), ref)
    taken = pages_of_own(charity, ref)

    add_subject(charity.desk("deputy"), ref, who="volunteer", reason="He was there.")
    handed = pages_of_own(charity, ref)

    assert "aken up" not in read
    assert "first on 23 Nov 2026, 10:05. Taken up on 23 Nov 2026, 10:09." in taken
    assert "Read by a lead 23 Nov 2026, 10:05; taken up 23 Nov 2026, 10:09" in taken
    assert _same(handed) == _same(taken)
    assert taken.count("Dev Uty") == read.count("Dev Uty")


def test_C9_nobody_is_told_of_the_reading_of_what_another_person_raised(charity: World) -> None:
    ref = raised(charity)
    read_by(charity, "dsl", ref)

    assert received_reports(charity.desk("other"), [ref]) == {}


@pytest.mark.parametrize(
    "severity, by",
    [
        (Severity.IMMEDIATE, datetime(2026, 11, 23, 11, tzinfo=UTC)),
        (Severity.HIGH, datetime(2026, 11, 24, tzinfo=UTC)),
        (Severity.MEDIUM, datetime(2026, 11, 25, tzinfo=UTC)),
        (Severity.LOW, datetime(2026, 11, 26, tzinfo=UTC)),
    ],
)
def test_C9_when_to_hear_something_follows_from_how_urgent_it_was_said_to_be_alone(
    charity: World, severity: Severity, by: datetime
) -> None:
    ref = raised(charity, severity)
    other = Severity.LOW if severity is not Severity.LOW else Severity.HIGH
    triage_concern(
        charity.desk("dsl"),
        ref,
        severity=other,
        status=ConcernStatus.TRIAGED,
        lead="dsl",
        note="Not so.",
        entries_seen=1,
    )

    assert received_reports(charity.desk("volunteer"), [ref])[ref].hear_by == by


def test_where_else_to_go_stands_on_the_form_after_raising_and_on_ones_own_report(charity: World) -> None:
    page = open_page(charity, "volunteer", "raise_concern")
    form = shown(page)
    page.radio[0].set_value(Severity.HIGH)
    field(page, "What was seen or said, in the words that were used").set_value("Kestrel said it hurts.")
    press(page, "Raise concern")
    [concern] = charity.all(Concern)
    after, own = shown(page), shown(open_page(charity, "volunteer", "concern", ref=concern.ref))

    for words in WHISTLE:
        assert words in form, words
        assert words in after, words
        assert words in own, words
    for told in (after, own):
        assert "If you hear nothing by the end of Mon 23 Nov 2026" in told
        assert "Download your own words (PDF)" in told


def test_C9_ones_own_words_on_paper_with_their_time_and_nothing_of_what_came_of_them(charity: World) -> None:
    ref = raised(charity, opinion="I fear for him.", parts=Parts(files=PHOTOS))
    charity.later(hours=1)
    triage_concern(
        charity.desk("dsl"),
        ref,
        severity=Severity.LOW,
        status=ConcernStatus.TRIAGED,
        lead="deputy",
        note="Rang the school.",
        entries_seen=1,
    )
    charity.later(hours=1)
    added = Parts(voice=NewVoice(VoiceHow.SAID, "It was the door."))
    add_to_own_report(charity.desk("volunteer"), ref, text="His sister was there too.", parts=added)
    charity.later(hours=1)

    told = paper_of(charity, "volunteer", ref)

    for words in (
        f"What you reported: {ref}",
        "Raised by Vol Unteer on 23 November 2026 at 10:00",
        "Kestrel said it hurts.",
        "I fear for him.",
        "arm.heic, put there by Vol Unteer, 23 November 2026 at 10:00",
        "Added on 23 November 2026 at 12:00",
        "His sister was there too.",
        "It was the door.",
    ):
        assert words in told
    for words in ("school", "Dana Lead", "Dev Uty", "riaged", "Low", "High", "Read by"):
        assert words not in told, words
    [event] = charity.events(action=Action.TAKE_OUT_OWN_REPORT)
    assert (event.actor, event.subject, event.case_ref, event.facts) == ("volunteer", ref, None, {"form": "pdf"})


@pytest.mark.parametrize("who", ["dsl", "trustee", "manager", "other"])
def test_C9_nobody_else_takes_it_out(charity: World, who: str) -> None:
    ref = raised(charity)

    with pytest.raises(NotFound):
        take_out_own_report(charity.desk(who), ref, make=own_report_paper)


def test_photographs_from_a_telephone_are_kept_without_their_place_and_the_card_says_so(charity: World) -> None:
    ref = raised(charity, parts=Parts(files=PHOTOS))

    told = shown(open_page(charity, "volunteer", "concern", ref=ref)).replace("\\", "")

    assert "arm.heic" in told
    assert "arm.jpg" in told
    assert told.count(PLACE_REMOVED) == 2
