"""The concern pages on the screen: nothing typed is lost, and nothing is shown to whom it is not for (C9)."""

from __future__ import annotations

import re
from datetime import date

import pytest
from google.protobuf.text_format import MessageToString
from streamlit.testing.v1 import AppTest

from okf.proof.commands.restoring import put_back
from okf.safeguarding.commands.chronology import add_to_concern
from okf.store.models import Concern, ConcernEntry, ConcernMark, Draft
from okf.terms import ConcernStatus, Role, Severity
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.endings import PutBack
from okf.today.queries.pending import pending_items
from tests.fields import enter_when
from tests.world import World

pytestmark = pytest.mark.one_database
WORDS = 'He said: <b>"I don\'t want to go home"</b> *twice*.'


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.volunteer(signed=None)
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"])
    return world


def open_page(world: World, by: str, page: str, **query: str) -> AppTest:
    def script(desk, page):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from importlib import import_module

        from okf.shell.words import errors_shown

        with errors_shown():
            import_module(f"pages.{page}").render(desk)

    desk = world.desk(by, session_id=f"session of {by}")
    test = AppTest.from_function(script, kwargs={"desk": desk, "page": page}, default_timeout=30)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def shown(page: AppTest) -> str:
    """Everything that the browser is sent of the page."""
    assert not page.exception, page.exception
    return " ".join(MessageToString(element.proto, as_utf8=True) for element in page.main if element.proto)


def unnamed(told: str) -> str:
    """The same without the reference that was asked for."""
    return re.sub(r"K\\*-[19]", "K", told)


def press(page: AppTest, label: str) -> None:
    [button] = [one for one in page.button if one.label == label]
    button.click().run()


def box(page: AppTest, label: str):  # type: ignore[no-untyped-def]
    [found] = [one for one in page.selectbox if one.label == label]
    return found


def field(page: AppTest, label: str):  # type: ignore[no-untyped-def]
    found = [one for one in (*page.text_area, *page.text_input) if one.label.startswith(label)]
    assert len(found) == 1, label
    return found[0]


def test_999_comes_first_and_the_form_is_sent_in_a_minute(charity: World) -> None:
    page = open_page(charity, "volunteer", "raise_concern")
    assert page.error[0].value.startswith("**In immediate danger call [999](tel:999) first**")

    page.radio[0].set_value(Severity.HIGH)
    field(page, "What was seen or said").set_value(WORDS)
    press(page, "Raise concern")

    [concern] = charity.all(Concern)
    assert (concern.account, concern.severity, concern.raised_by) == (WORDS, Severity.HIGH, "volunteer")
    assert concern.ref in page.success[0].value
    assert "e-mailed nobody" in shown(page)


def test_an_error_loses_nothing_that_was_typed(charity: World) -> None:
    page = open_page(charity, "volunteer", "raise_concern", case="OKF-1")
    field(page, "What was seen or said").set_value(WORDS)
    field(page, "Who is it about").set_value("Robin Example")
    press(page, "Raise concern")

    assert "Say how urgent it is" in page.error[1].value
    assert field(page, "What was seen or said").value == WORDS
    assert field(page, "Case reference").value == "OKF-1"

    page.radio[0].set_value(Severity.LOW)
    field(page, "What was seen or said").set_value("  ")
    press(page, "Raise concern")

    assert "What was seen or said" in page.error[1].value
    assert field(page, "Who is it about").value == "Robin Example"
    assert charity.count(Concern) == 0


@pytest.mark.parametrize("case, about", [("OKF-1", "child_c"), ("OKF-9", "child_x")])
def test_C2_the_page_says_the_same_whether_the_case_exists_or_not(charity: World, case: str, about: str) -> None:
    page = open_page(charity, "volunteer", "raise_concern", case=case)
    page.radio[0].set_value(Severity.LOW)
    field(page, "What was seen or said").set_value("Something.")
    field(page, "Who is it about").set_value(about)
    press(page, "Raise concern")

    ref = charity.all(Concern)[0].ref
    said = [element.value.replace(ref, "K") for element in (*page.success, *page.error, *page.markdown)]
    assert said == [
        "Concern K is on record since 23 Nov 2026, 10:00.",
        said[1],
        "It is not known who is on duty for safeguarding at this hour: no rota is entered, and nobody who is there has"
        " a number here. Ring one of these.",
        "A safeguarding lead finds it in their queue. Casebook has telephoned and e-mailed nobody:"
        " if it can't wait until they look, ring them.",
    ]


def test_the_queue_shows_severity_in_words_and_links_to_each(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about=["child_c"], severity="immediate", due_at="2026-11-23T09:00")

    told = shown(open_page(charity, "dsl", "concerns"))

    for words in ("K-1", "Immediate", "Overdue by 1 h 0 min", "Robin Example", "concern?ref=K-1"):
        assert words in told


def test_C9_who_works_no_concerns_sees_their_own_reports_alone(charity: World) -> None:
    charity.concern("OKF-1", "K-1", raised_by="volunteer", about=["child_c"], about_as_typed="Robin", account=WORDS)
    charity.concern("OKF-1", "K-2", about=["child_c"])

    told = shown(open_page(charity, "volunteer", "concerns"))

    assert "K-1" in told
    for hidden in ("K-2", "Robin Example", "OKF-1"):
        assert hidden not in told
    assert "You have not raised a concern" in shown(open_page(charity, "manager", "concerns"))


def test_C9_one_concern_for_its_raiser_for_a_lead_and_for_anybody_else(charity: World) -> None:
    charity.concern("OKF-1", "K-1", raised_by="volunteer", about=["child_c"], account=WORDS, lead="deputy")

    raiser = shown(open_page(charity, "volunteer", "concern", ref="K-1"))
    lead = shown(open_page(charity, "dsl", "concern", ref="K-1"))
    other = shown(open_page(charity, "manager", "concern", ref="K-1"))

    assert "It was received" in raiser
    assert "Dev Uty" not in raiser
    assert "&lt;b&gt;" in raiser
    assert "Dev Uty" in lead
    assert "Robin Example" in lead
    assert unnamed(other) == unnamed(shown(open_page(charity, "manager", "concern", ref="K-9")))


def test_C9_the_page_of_a_concern_about_the_reader_is_the_page_of_none(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["dsl"])

    about = shown(open_page(charity, "dsl", "concern", ref="K-1"))

    assert unnamed(about) == unnamed(shown(open_page(charity, "dsl", "concern", ref="K-9")))


def test_a_lead_triages_on_the_page_and_the_form_is_empty_again(charity: World) -> None:
    charity.concern("OKF-1", "K-1", severity="high")
    page = open_page(charity, "dsl", "concern", ref="K-1")

    page.selectbox[0].set_value(Severity.LOW)
    field(page, "Why").set_value("The school knows.")
    press(page, "Save the triage")

    concern = charity.one(Concern, ref="K-1")
    assert (concern.severity, concern.status, concern.lead) == (Severity.LOW, ConcernStatus.TRIAGED, "dsl")
    assert page.success[0].value == "It is on record."
    assert field(page, "Why").value == ""


def test_two_leads_at_once_lose_nothing_that_was_typed(charity: World) -> None:
    charity.concern("OKF-1", "K-1")
    page = open_page(charity, "deputy", "concern", ref="K-1")
    add_to_concern(charity.desk("dsl"), "K-1", what="Note", text="I rang the school.")

    field(page, "Why").set_value("I rang the mother.")
    press(page, "Save the triage")

    assert "Dana Lead wrote to this concern" in page.error[0].value
    assert field(page, "Why").value == "I rang the mother."
    assert "I rang the school." in shown(page)

    press(page, "Save the triage")

    assert [entry.text for entry in charity.all(ConcernEntry)][-1] == "I rang the mother."


def test_a_concern_ends_after_its_chronology_was_read(charity: World) -> None:
    charity.concern("OKF-1", "K-1")
    page = open_page(charity, "dsl", "concern", ref="K-1")
    field(page, "Outcome").set_value("A misunderstanding.")
    field(page, "Lessons").set_value("None.")
    press(page, "End it")
    assert "Tick that you have read" in page.error[0].value

    page.checkbox[0].check()
    press(page, "End it")

    assert charity.one(Concern, ref="K-1").ended_by == "dsl"
    assert "Triage" not in [head.value for head in page.header]


def test_a_draft_of_somebody_unsigned_is_found_again_and_ends_with_the_raising(charity: World) -> None:
    page = open_page(charity, "volunteer", "raise_concern")
    field(page, "What was seen or said").set_value(WORDS).run()

    again = open_page(charity, "volunteer", "raise_concern")
    assert field(again, "What was seen or said").value == WORDS
    assert "A concern that you began is not raised yet" in str(pending_items(charity.desk("volunteer")))
    assert WORDS not in shown(open_page(charity, "manager", "raise_concern"))

    again.radio[0].set_value(Severity.LOW)
    press(again, "Raise concern")

    assert charity.count(Draft) == 0
    assert "not raised yet" not in str(pending_items(charity.desk("volunteer")))


def test_a_mark_that_is_described_and_not_yet_put_on_the_map_is_not_lost(charity: World) -> None:
    page = open_page(charity, "volunteer", "raise_concern")
    page.radio[0].set_value(Severity.LOW)
    field(page, "What was seen or said").set_value(WORDS)
    box(page, "Part of the body").set_value(BodyRegion.LEFT_KNEE)
    field(page, "Size").set_value("2 cm")
    press(page, "Raise concern")

    [mark] = charity.all(ConcernMark)
    assert (mark.side, mark.region, mark.kind, mark.size) == (
        BodySide.FRONT,
        BodyRegion.LEFT_KNEE,
        MarkKind.OTHER,
        "2 cm",
    )


def test_marks_are_put_on_the_map_by_name_taken_off_and_read_as_words(charity: World) -> None:
    page = open_page(charity, "volunteer", "raise_concern")
    press(page, "Put this mark on the map")
    assert "Choose the part of the body first" in page.error[1].value

    for part in (BodyRegion.LEFT_KNEE, BodyRegion.RIGHT_EAR):
        box(page, "Part of the body").set_value(part)
        box(page, "What the mark is").set_value(MarkKind.CUT)
        press(page, "Put this mark on the map")
    assert "2. Right ear, front: cut" in shown(page)
    [first, _] = [one for one in page.button if one.label == "Remove"]
    first.click().run()

    assert "1. Right ear, front: cut" in shown(page)
    assert "Left knee, front" not in shown(page)


def test_late_is_told_at_raising_on_the_concern_and_in_the_queue_and_its_reason_is_free(charity: World) -> None:
    page = open_page(charity, "volunteer", "raise_concern")
    page.radio[0].set_value(Severity.LOW)
    field(page, "What was seen or said").set_value(WORDS)
    enter_when(page, "When was it seen or said?", date(2026, 11, 20)).run()
    assert "marked “Late entry”" in page.info[0].value
    press(page, "Raise concern")

    ref = charity.all(Concern)[0].ref
    assert "Late entry" in shown(open_page(charity, "dsl", "concerns"))
    assert "Late entry, no reason given" in shown(open_page(charity, "dsl", "concern", ref=ref))


def test_C9_who_raised_it_adds_to_their_report_and_the_queue_says_that_something_is_new(charity: World) -> None:
    charity.concern("OKF-1", "K-1", raised_by="volunteer", about=["child_c"], account="Before.", lead="deputy")
    page = open_page(charity, "volunteer", "concern", ref="K-1")
    field(page, "What you forgot").set_value(WORDS)
    press(page, "Add it to your report")

    assert "on record with your report" in page.success[0].value
    assert "You added this on 23 Nov 2026" in shown(page)
    assert "Something new from who raised it" in shown(open_page(charity, "dsl", "concerns"))
    told = shown(open_page(charity, "dsl", "concern", ref="K-1"))
    assert "Added by who raised it" in told
    assert "go home" not in shown(open_page(charity, "manager", "concern", ref="K-1"))


def with_banner(charity: World, who: str) -> AppTest:
    def script(desk):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from okf.safeguarding.views.alarm import banner

        banner(desk)

    return AppTest.from_function(script, kwargs={"desk": charity.desk(who)}, default_timeout=30).run()


def test_C9_the_banner_stands_over_every_page_of_a_lead_and_is_not_sent_to_anybody_else(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["deputy"], severity="immediate", due_at="2026-11-23T10:30")

    def above(who: str) -> str:
        return shown(with_banner(charity, who))

    assert "A concern of severity immediate waits" in above("dsl")
    for who in ("deputy", "manager", "volunteer"):
        assert "concern" not in above(who)
    assert "overdue" not in above("dsl")
    charity.at("2026-11-23T10:31")
    assert "overdue: it was to be decided by Mon 23 Nov 2026, 10:30" in above("dsl")


def test_C9_the_banner_offers_no_page_that_is_closed_until_two_have_signed_for_a_restore(charity: World) -> None:
    charity.concern("OKF-1", "K-1", severity="immediate", due_at="2026-11-23T10:30")
    assert [link.label for link in with_banner(charity, "dsl").get("page_link")] == ["Open it now"]

    put_back(charity.host(), PutBack.FOUND, charity.store.ledger)

    page = with_banner(charity, "dsl")
    assert "A concern of severity immediate waits" in shown(page)
    assert "as soon as two people have signed here" in shown(page)
    assert not page.get("page_link")
