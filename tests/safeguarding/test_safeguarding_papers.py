"""A concern's line put right, its paper, its incident report and a quarter's figures, on the screen (C9)."""

from __future__ import annotations

import pytest

from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.commands.serious_incidents import hand_over_report, keep_report
from okf.store.models import ChronologyPaper, ConcernEntry, ConcernPaper, IncidentReport
from okf.terms import Role, Severity
from tests.safeguarding.test_concern_pages import field, open_page, shown
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", roles=[Role.TRUSTEE])
    world.volunteer()
    return world


@pytest.fixture
def ref(charity: World) -> str:
    made = raise_concern(charity.desk("volunteer"), severity=Severity.LOW, account="Aunt Heron locked the door.")
    add_to_concern(charity.desk("dsl"), made, what="Note", text="Rang the father.")
    return made


def press(page, label: str):  # type: ignore[no-untyped-def]
    [button] = [one for one in page.button if one.label == label]
    return button.click().run()


def test_a_line_is_corrected_and_the_old_words_stay_struck_through(charity: World, ref: str) -> None:
    page = open_page(charity, "deputy", "concern", ref=ref)
    line = charity.all(ConcernEntry)[-1].id
    [which] = [one for one in page.selectbox if one.label == "Line"]
    which.set_value(line)
    field(page, "What is right").set_value("Rang the mother.")
    field(page, "Reason for the correction").set_value("Mixed up.")
    press(page, "Save the correction")

    told = shown(page)
    assert "<s>Rang the father.</s>" in told
    assert "Corrected by no. 3" in told
    assert "Rang the mother." in told


def test_a_paper_is_prepared_by_one_and_read_again_by_another(charity: World, ref: str) -> None:
    page = open_page(charity, "dsl", "concern", ref=ref, part="Paper")
    for label, words in (
        ("For whom", "The school"),
        ("What for", "A talk"),
        ("Words to black out", "Aunt Heron"),
        ("Why this is left out", "A third person."),
    ):
        field(page, label).set_value(words)
    press(page.run(), "Send it to a second reader")

    assert "It waits for a second reader" in shown(page)
    assert "You are the second reader" not in shown(page)
    assert "Download a copy" not in shown(page)

    other = open_page(charity, "deputy", "concern", ref=ref, part="Paper")
    assert "You are the second reader" in shown(other)
    other.radio[0].set_value(True)
    press(other, "Save your answer")

    assert charity.one(ConcernPaper).read_by == "deputy"
    assert "Download a copy" in shown(other)


def test_an_incident_report_is_kept_and_not_offered_to_the_trustees_before_it_is_checked(
    charity: World, ref: str
) -> None:
    page = open_page(charity, "dsl", "concern", ref=ref, part="Incident")
    press(page, "Save this version")

    assert "still to be checked" in shown(page)
    assert "Hand it over to the trustees" not in [one.label for one in page.button]

    field(page, "The report").set_value("What happened\nA child was locked in.")
    press(page.run(), "Save this version")
    press(page, "Hand it over to the trustees")

    assert [bool(one.handed_over_at) for one in charity.all(IncidentReport)].count(True) == 1
    assert "A child was locked in." in shown(open_page(charity, "trustee", "serious_incidents"))


def test_C9_a_report_about_the_trustee_is_not_on_their_page(charity: World) -> None:
    made = raise_concern(charity.desk("volunteer"), severity=Severity.LOW, account="Heron.", about=["trustee"])
    hand_over_report(charity.desk("dsl"), keep_report(charity.desk("dsl"), made, words="A child was hurt.", after=0))

    assert "No report was handed over yet" in shown(open_page(charity, "trustee", "serious_incidents"))


def test_the_figures_are_chosen_by_the_quarter_in_the_address(charity: World) -> None:
    told = shown(open_page(charity, "trustee", "safeguarding_figures", quarter="2026-04-01"))

    assert "1 April to 30 June 2026" in told
    assert "for trustees alone" in told.lower()
    assert "trustees alone" not in shown(open_page(charity, "dsl", "safeguarding_figures")).lower()


def test_a_familys_chronology_is_prepared_by_one_read_whole_by_another_and_fetched(charity: World, ref: str) -> None:
    add_to_concern(charity.desk("dsl"), ref, what="Action taken", text="Rang the school.")
    page = open_page(charity, "dsl", "concern", ref=ref, part="Paper")
    [purpose] = [one for one in page.radio if one.label == "For"]
    purpose.set_value("meeting")
    page.run()
    assert "What would go: 2 lines" in shown(page)
    for label, value in (("With whom", "la_children"), ("Was their consent sought?", "not sought")):
        next(one for one in page.selectbox if one.label == label).set_value(value)
    next(one for one in page.multiselect if one.label == "Legal basis").set_value(["dpa18_s1_p18"])
    field(page, "Which meeting, and who holds it").set_value("Strategy meeting")
    field(page, "What for, and why they need it").set_value("They decide on enquiries.")
    [give] = [one for one in page.button if one.key == f"chronology_prepare_{ref}"]
    give.click()
    page.run()
    assert "It waits for a second reader, who reads all of it" in shown(page)

    other = open_page(charity, "deputy", "concern", ref=ref, part="Paper")
    assert "What is left out, and why: 1 line." in shown(other)
    other.radio[0].set_value(True)
    press(other, "Save your answer")
    assert "you have not read" in shown(other)
    next(one for one in other.checkbox if one.label == "I have read lines 1 to 2").check()
    other.run()
    press(other, "Save your answer")
    for tick in (one for one in other.checkbox if str(one.key).startswith("chronology_")):
        tick.check()
    press(other.run(), "Let it go")

    assert "Both files are kept as they went" in shown(other)
    assert charity.one(ChronologyPaper).read_by == "deputy"
