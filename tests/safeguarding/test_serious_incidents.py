"""A serious-incident report: roles and no names, what is doubtful checked by a person, sent by nobody (C9)."""

from __future__ import annotations

import io
import random

import pytest
from pypdf import PdfReader

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.nameless import left_to_check, without_names
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.commands.serious_incidents import hand_over_report, keep_report, take_out_report
from okf.safeguarding.papers import incident_paper, incident_text
from okf.safeguarding.queries.serious_incidents import reports_handed_over, reports_on
from okf.store.models import IncidentReport, Mail
from okf.terms import Action, Role, Severity
from tests.world import World

ROLES = {
    "Maren Goosander-Pike": "Parent A",
    "Ewan Limberlost": "Parent B",
    "Elizabeth Limberlost": "Child 1",
    "Dana Heronshaw": "Safeguarding lead",
    "Ángel Núñez": "Worker A",
    "ਗੁਰਪ੍ਰੀਤ ਕੌਰ": "Worker B",
}
NAMES = ("Maren", "Goosander", "Pike", "Ewan", "Limberlost", "Elizabeth", "Lizzie", "Heronshaw", "Worker", "Carol")


@pytest.mark.parametrize(
    "text, told",
    [
        ("Ewan Limberlost rang.", "[Parent B] rang."),
        ("EWAN  LIMBERLOST rang, and Ewan's mother.", "[Parent B] rang, and [Parent B] mother."),
        ("Maren told Dana of Goosander-Pike.", "[Parent A] told [Safeguarding lead] of [Parent A]."),
        ("Limberlost is the name.", "[family name] is the name."),
        ("Then Lizzie cried.", "Then [Child 1?] cried."),
        ("ewan cried.", "[Parent B?] cried."),
        ("She told Aunt Heron.", "She told [check: Aunt] [check: Heron]."),
        ("Siobhan saw it.", "[check: Siobhan] saw it."),
        ("Angel NUNEZ rang; Núñez’s car.", "[Worker A] [Worker A] rang; [Worker A] car."),
        ("She met ਗੁਰਪ੍ਰੀਤ\u200d and ਕੌਰ.", "She met [Worker B] and [Worker B]."),
        ("She met ਗੁਰਪਰਤ and ਹਰਜਿੰਦਰ.", "She met [Worker B?] and [check: ਹਰਜਿੰਦਰ]."),
        ("Yesterday she told us on Monday.", "Yesterday she told us on Monday."),
        (
            "Ring 07700 900301 or a.b@example.org about K-7KQ2M4XA at SW1A 1AA.",
            "Ring [telephone number] or [e-mail address] about [reference] at [postcode].",
        ),
    ],
)
def test_names_become_roles_and_what_may_be_a_name_is_marked(text: str, told: str) -> None:
    nameless = without_names(text, ROLES)

    assert nameless == told
    assert left_to_check(told) == told.count("?]") + told.count("[check:")
    assert without_names(told, ROLES) == told


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Heronshaw")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tru Stee", roles=[Role.TRUSTEE])
    world.caseworker(name="Carol Worker")
    for ref, name in (
        ("party_a", "Maren Goosander-Pike"),
        ("party_b", "Ewan Limberlost"),
        ("c", "Elizabeth Limberlost"),
    ):
        world.service_user(ref, name=name)
    world.case("OKF-1", children=["c"], granted_to=["caseworker"])
    return world


def concern(charity: World, **more: object) -> str:
    desk = charity.desk("caseworker", chance=random.SystemRandom())
    told = {
        "account": "Lizzie said that Ewan locked her in. Maren was out.",
        "case_ref": "OKF-1",
        "about": ["c"],
    } | more
    ref = raise_concern(desk, severity=Severity.HIGH, **told)  # type: ignore[arg-type]
    add_to_concern(charity.desk("deputy"), ref, what="Note", text="Carol Worker rang Maren.")
    return ref


def kept(charity: World, ref: str, words: str = "What happened\nChild 1 was locked in.", after: int = 0) -> str:
    return keep_report(charity.desk("dsl", chance=random.SystemRandom()), ref, words=words, after=after)


def test_the_draft_is_made_of_the_facts_and_holds_no_name(charity: World) -> None:
    begun = reports_on(charity.desk("dsl"), concern(charity)).begin_with

    assert not [name for name in NAMES if name in begun]
    for words in (
        "[Child 1?] said that [Parent B] locked her in. [Parent A] was out.",
        "by [Caseworker].",
        "[Deputy safeguarding lead]: Note. [Caseworker] rang [Parent A].",
        "Severity: high.",
    ):
        assert words in begun
    assert left_to_check(begun) >= 2


def test_a_name_that_is_typed_in_becomes_a_role_when_it_is_kept(charity: World) -> None:
    ref = concern(charity)
    kept(charity, ref, "Ewan locked the door.")

    assert charity.one(IncidentReport).words == "[Parent B] locked the door."


def test_it_is_handed_over_once_nothing_is_left_to_check_and_then_a_trustee_reads_it(charity: World) -> None:
    ref = concern(charity)
    doubtful = kept(charity, ref, "Then Aunt Heron came.")
    with pytest.raises(Invalid, match="2 places are"):
        hand_over_report(charity.desk("dsl"), doubtful)
    clear = kept(charity, ref, after=1)
    assert reports_handed_over(charity.desk("trustee")) == ()
    with pytest.raises(NotFound):
        take_out_report(charity.desk("trustee"), clear, form="txt", make=incident_text)

    hand_over_report(charity.desk("dsl"), clear)

    assert [one.ref for one in reports_handed_over(charity.desk("trustee"))] == [clear]
    told = take_out_report(charity.desk("trustee"), clear, form="txt", make=incident_text).decode()
    assert "Child 1 was locked in." in told
    paper = take_out_report(charity.desk("trustee"), clear, form="pdf", make=incident_paper)
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "Casebook has sent it to nobody" in " ".join(said.split())
    assert [event.facts["export"] for event in charity.events(action=Action.READ_INCIDENT_REPORT)] == ["txt", "pdf"]
    assert charity.count(Mail) == 0
    with pytest.raises(Conflict):
        hand_over_report(charity.desk("deputy"), clear)


@pytest.mark.both_databases
def test_two_leads_at_once_lose_neither_version(charity: World) -> None:
    ref = concern(charity)
    kept(charity, ref)

    with pytest.raises(Conflict, match="another version"):
        kept(charity, ref, "Something else.")
    kept(charity, ref, "Something else.", after=1)

    assert [one.number for one in reports_on(charity.desk("deputy"), ref).reports] == [2, 1]


def test_C9_nobody_about_whom_it_is_hears_of_it_not_a_trustee_either(charity: World) -> None:
    ref = concern(charity, about=["trustee"])
    report = kept(charity, ref)
    hand_over_report(charity.desk("dsl"), report)

    assert reports_handed_over(charity.desk("trustee")) == ()
    with pytest.raises(NotFound) as told:
        take_out_report(charity.desk("trustee"), report, form="txt", make=incident_text)
    with pytest.raises(NotFound) as none:
        take_out_report(charity.desk("trustee"), "SI-NONE", form="txt", make=incident_text)
    assert str(told.value).replace(report, "SI-NONE") == str(none.value)
    for who in ("manager", "caseworker"):
        with pytest.raises(Refused):
            reports_handed_over(charity.desk(who))
        with pytest.raises(NotFound):
            reports_on(charity.desk(who), ref)
