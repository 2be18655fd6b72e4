"""Deciding on a concern on the screen: the policy's answer before it is sent, and nothing typed is lost (C9)."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from okf.policy.share_words import RECIPIENTS
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.commands.decisions import review_decision
from okf.store.models import ConcernDecision, InformationShare
from okf.terms import Action, Role
from tests.safeguarding.conftest import decide, sharing
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tru Stee", roles=[Role.SAFEGUARDING_TRUSTEE])
    for ref, name in (("child_c", "Robin Example"), ("party_a", "Ann Example"), ("party_b", "Ben Example")):
        world.service_user(ref, name=name)
    world.case("OKF-1", children=["child_c"])
    world.concern("OKF-1", "K-1", about=["child_c"], account="He would not take off his coat.")
    return world


def at(world: World, by: str) -> AppTest:
    """The decisions of the concern, as somebody sees them."""
    return open_page(world, by, "concern", ref="K-1", part="Decisions")


def labelled(kind, label: str):  # type: ignore[no-untyped-def]
    [found] = [one for one in kind if one.label == label]
    return found


def begin_to_share(page: AppTest, recipient: str) -> AppTest:
    """Choose to share with a recipient, with all that the policy asks for."""
    labelled(page.radio, "Is it shared?").set_value("share").run()
    labelled(page.selectbox, "With whom").set_value(recipient)
    labelled(page.selectbox, "How it goes").set_value("telephone")
    labelled(page.multiselect, "Legal basis").set_value(["dpa18_s1_p18"])
    labelled(page.text_area, "Why it is shared").set_value("It is the third time.")
    return page.run()


def missing(page: AppTest) -> list[str]:
    """The lines of the one message that says what is missing."""
    [message] = [one.value.replace("\\", "") for one in page.error]
    return message.splitlines()


def press(page: AppTest, label: str) -> AppTest:
    """Press a button."""
    return labelled(page.button, label).click().run()


def test_C9_a_recipient_who_is_not_listed_is_refused_before_and_at_the_click_with_the_promise(charity: World) -> None:
    page = begin_to_share(at(charity, "dsl"), "other")

    told = shown(page)
    assert "This recipient is not on the list for safeguarding" in told
    assert "Who decides: designated safeguarding lead, deputy safeguarding lead, safeguarding trustee" in told
    assert "C9." in told
    assert charity.count(InformationShare) == 0


def test_C9_the_conditions_and_the_clocks_stand_there_before_anything_is_sent(charity: World) -> None:
    told = shown(begin_to_share(at(charity, "dsl"), "la_children"))

    for words in ("Yes, on the conditions below", "Chase the answer by Wed 25 Nov 2026, 09:00", "Tick each"):
        assert words in told


def test_C9_children_s_services_and_a_gp_are_asked_about_and_sent_to_in_one_decision(charity: World) -> None:
    page = at(charity, "dsl")
    labelled(page.radio, "Is it shared?").set_value("share").run()
    offered = labelled(page.selectbox, "With whom").options
    assert offered.index("GP") > offered.index("Designated officer for allegations (LADO)")
    begin_to_share(page, "la_children")
    labelled(page.selectbox, "And with whom else").set_value("gp").run()
    labelled(page.selectbox, "How it goes, GP").set_value("letter")
    labelled(page.text_area, "What goes out: the least that they need").set_value("The bruise, the address.")
    labelled(page.text_area, "What goes out: the least that they need, GP").set_value("The bruise.")
    labelled(page.text_area, "What else was considered").set_value("Waiting.")
    labelled(page.selectbox, "Was their consent sought?").set_value("sought and given")
    for name in ("Robin", "Ann", "Ben"):
        labelled(page.radio, f"{name} Example: told or not").set_value(True)
    page.run()
    for one in page.checkbox:
        if "danger" not in one.label:
            one.check()
    page.run()

    press(page, "Share it now, and put it on record")

    assert [share.recipient["type"] for share in charity.all(InformationShare)] == ["la_children", "gp"]
    told = shown(at(charity, "deputy"))
    for words in ("The bruise, the address.", "GP", "Your second reading"):
        assert words in told


def test_an_error_loses_nothing_and_says_of_whom_nothing_was_said(charity: World) -> None:
    page = begin_to_share(at(charity, "dsl"), "la_children")
    press(page, "Share it now, and put it on record")
    *fields, first, second = missing(page)[2:]
    assert fields == [
        "- What goes out, Local authority, children's services: write it down.",
        "- What else was considered: write it down.",
        "- Was their consent sought: choose one.",
        *(f"- {name} Example, told or not: choose one." for name in ("Robin", "Ann", "Ben")),
    ]
    assert all(tick.endswith(": tick it once it is so.") for tick in (first, second))

    labelled(page.selectbox, "Was their consent sought?").set_value("not sought").run()
    press(page, "Share it now, and put it on record")

    assert "- Why they were not asked: write it down." in missing(page)
    assert "- Was their consent sought: choose one." not in missing(page)
    assert labelled(page.text_area, "Why it is shared").value == "It is the third time."
    again = at(charity, "dsl")  # the browser was closed
    assert labelled(again.text_area, "Why it is shared").value == "It is the third time."
    assert charity.count(ConcernDecision) == 0


def test_C9_with_no_legal_basis_each_field_that_is_missing_is_named_and_nothing_goes_on_record(charity: World) -> None:
    page = at(charity, "dsl")
    labelled(page.radio, "Is it shared?").set_value("keep").run()
    labelled(page.text_area, "Why it is not shared").set_value("A bruise from football.")
    press(page, "Don't share it, and put that on record")

    assert "- Legal basis: choose at least one." in missing(page)
    assert "- Why it is not shared: write it down." not in missing(page)

    labelled(page.radio, "Is it shared?").set_value("share").run()
    labelled(page.selectbox, "With whom").set_value("police_101").run()
    press(page, "Share it now, and put it on record")

    assert f"- How it goes, {RECIPIENTS['police_101']}: choose one." in missing(page)
    assert charity.events(action=Action.DECIDE_CONCERN) == []


def test_what_another_lead_wrote_meanwhile_is_shown_within_the_form(charity: World) -> None:
    page = begin_to_share(at(charity, "dsl"), "la_children")

    add_to_concern(charity.desk("deputy"), "K-1", what="Person told", text="The school knows.")
    told = shown(page.run())

    assert "The chronology has grown since you began this form" in told
    assert "The school knows." in told


def test_C9_the_second_reader_has_the_form_and_the_decider_has_not(charity: World) -> None:
    decide(charity, sharing=sharing())

    own, other = shown(at(charity, "dsl")), shown(at(charity, "deputy"))

    assert "Waits for its second reading" in own
    assert "Your second reading" not in own
    assert "Your second reading" in other
    for words in ("Name, address, the bruise.", "Ben Example: He is who is feared.", "Chase it"):
        assert words in own
        assert words in other


def test_C9_the_trustee_reads_what_is_disputed_and_changes_nothing_else(charity: World) -> None:
    made = decide(charity)
    assert "that you may open" in shown(at(charity, "trustee"))
    review_decision(charity.desk("deputy"), "K-1", made.ref, agrees=False, reason="A week is long.")

    told = shown(at(charity, "trustee"))
    whole = shown(open_page(charity, "trustee", "concern", ref="K-1"))

    assert "Your word as the third reader" in told
    assert "Is it shared?" not in told
    assert "He would not take off his coat." in whole
    for hidden in ("Save the triage", "End this concern", "Hand over", "Family"):
        assert hidden not in whole


def test_C9_the_list_of_what_is_due_is_each_readers_own(charity: World) -> None:
    decide(charity, sharing=sharing())

    lead, deputy = (shown(open_page(charity, by, "decisions")) for by in ("dsl", "deputy"))

    assert "No decision waits for you to read it" in lead
    assert "Decision 1 of Dana Lead, to share" in deputy
    assert "Referral to Local authority" in lead
    assert "K-1" not in shown(open_page(charity, "manager", "decisions"))
    assert "Decisions to read: 1. To follow up: 3." in shown(open_page(charity, "deputy", "concerns"))


def test_C9_a_manager_sees_on_the_caseload_how_many_were_not_read_in_time_and_no_more(charity: World) -> None:
    decide(charity)
    charity.later(days=3)

    told = shown(open_page(charity, "manager", "caseload"))

    assert "nobody else has read again in time, in all cases: 1." in told
    assert "K-1" not in told
