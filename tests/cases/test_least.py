"""The least that each needs: what each kind of people is sent of one family, field by field (C2, C5, C11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from okf.cases.commands.access_routes import open_emergency_access
from okf.cases.commands.people import check_contact, note_undertaking
from okf.cases.queries.appointments import appointments_between, appointments_on
from okf.cases.queries.case import case_in_view
from okf.cases.queries.contact import people_reached
from okf.cases.queries.filters import CaseFilters
from okf.cases.queries.own_cases import cases_in_view, search_own_cases
from okf.cases.queries.tasks import team_tasks
from okf.desk import Desk
from okf.errors import NotFound, Refused
from okf.intake.queries.matches import Asked, Known, known_people
from okf.match.normal import Applicant
from okf.mediation.queries.mediation import mediation_in_view
from okf.mediation.queries.mediations import mediations_on
from okf.policy.least import EVERYTHING, LEAST, Work
from okf.records.commands.misfilings import leave_in_place, report_misfiling, take_away
from okf.records.queries.case_records import records_in_view
from okf.store.models import Misfiling, Record
from okf.terms import Capacity, FamilyField, RecordClass, Role, SupportKind
from okf.terms.intake import ContactCheck, UndertakingAnswer
from pages import case as page
from tests.cases.test_case_pages import open_page, sent
from tests.world import World, instant

pytestmark = pytest.mark.one_database
CASE = "OKF-1"
NAMES = {"party_a": "Ann Heron", "party_b": "Tom Egret", "child_c": "Ivy Wren"}
BORN = {"party_a": "7 Apr 1986", "party_b": "9 Jun 1984", "child_c": "3 Feb 2018"}
LEADS = {"party_a": "Wanda Own", "party_b": "Willem Other"}
COLLEAGUE = "Petra Elsewhere"
OF_CASE = {FamilyField.MEDIATION: "MED-HIDDEN", FamilyField.AREA: "AREA-NORTH", FamilyField.FIRST_CONTACT: "5 May 2026"}


@dataclass(frozen=True)
class Kind:
    """One kind of people: the work of their access, whose own part it covers, and whom their papers are about."""

    work: Work | None
    parts: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    kinds: tuple[RecordClass, ...] = ()

    @property
    def own(self) -> frozenset[str]:
        return frozenset(part.partition(":")[2] for part in self.parts if ":" in part)

    @property
    def mine(self) -> frozenset[str]:
        return self.own | set(self.named)


THERAPY = (RecordClass.THERAPY_NOTE, RecordClass.REFERRAL_PACK)
NOTES = (RecordClass.MEDIATION_JOINT_NOTE, RecordClass.MEDIATION_PRIVATE_NOTE, RecordClass.OUTCOME_SUMMARY)
TASKS, PACK = (RecordClass.TASK_NOTE,), (RecordClass.REFERRAL_PACK,)
KINDS = {
    "caseworker_a": Kind(Role.CASEWORKER, ("sole:party_a", "joint")),
    "caseworker_b": Kind(Role.CASEWORKER, ("sole:party_b", "joint")),
    "mediator": Kind(Role.MEDIATOR, ("joint", "sole:party_a", "sole:party_b"), kinds=NOTES),
    "childs_therapist": Kind(Capacity.THERAPIST, ("child:child_c",), kinds=THERAPY),
    "partys_therapist": Kind(Capacity.THERAPIST, ("sole:party_a",), kinds=THERAPY),
    "volunteer": Kind(Capacity.VOLUNTEER, ("joint",), ("party_a",), TASKS),
    "driver": Kind(Capacity.VOLUNTEER, ("sole:party_b",), (), TASKS),
    "partner": Kind(Capacity.ALLIED_PARTNER, ("joint",), ("party_b", "child_c"), PACK),
    "partys_partner": Kind(Capacity.ALLIED_PARTNER, ("sole:party_a",), (), PACK),
    "lead_with_a_concern": Kind(None, ("sole:party_a", "sole:party_b", "child:child_c", "joint")),
    "in_an_emergency": Kind(None, ("sole:party_a", "sole:party_b", "child:child_c", "joint")),
    "outsider": Kind(None),
}


def family(world: World) -> World:
    """One family with a fact in every field, two caseworkers, a mediation, and a colleague who has access too."""
    for ref, name in NAMES.items():
        up = ref.upper()
        world.service_user(
            ref,
            name=name,
            date_of_birth=date(*BORN_ON[ref]),
            safe_phone=f"PHONE-{up}",
            email=f"MAIL-{up}",
            address=f"STREET-{up}",
            code_word=f"WORD-{up}",
        )
    world.case(
        CASE,
        children=["child_c"],
        area=OF_CASE[FamilyField.AREA],
        kind_of_support=SupportKind.MEDIATION,
        first_contact_at=instant("2026-05-05T09:00"),
    )
    for party, name in LEADS.items():
        world.caseworker(f"lead_of_{party}", name=name)
        world.grant(f"lead_of_{party}", CASE, compartments=[f"sole:{party}", "joint"], lead_for=party)
    world.caseworker("colleague", name=COLLEAGUE)
    world.grant("colleague", CASE, compartments=["internal"])
    world.person("mediates", roles=[Role.MEDIATOR], name="Moira Between")
    world.mediation(CASE, OF_CASE[FamilyField.MEDIATION], mediator="mediates")
    record = {"title": "TITLE", "text": "TEXT"}
    world.record(CASE, source="joint", record_class=RecordClass.TASK_NOTE, subjects=["party_a"], **record)
    world.record(
        CASE, source="joint", record_class=RecordClass.REFERRAL_PACK, subjects=["party_b", "child_c"], **record
    )
    world.record(
        CASE,
        source="child_c",
        compartment="child:child_c",
        record_class=RecordClass.THERAPY_NOTE,
        subjects=["child_c", "party_b"],
        **record,
    )
    return world


BORN_ON = {"party_a": (1986, 4, 7), "party_b": (1984, 6, 9), "child_c": (2018, 2, 3)}


@pytest.fixture
def charity(world: World) -> World:
    return family(world)


def let_in(world: World, who: str) -> None:
    """Somebody of this kind, with their access."""
    kind = KINDS[who]
    if who == "lead_with_a_concern":
        world.dsl(who)
        world.concern(CASE)
    elif who == "in_an_emergency":
        world.manager(who)
        open_emergency_access(world.desk(who), CASE, reason="A child may be on the way to somebody violent")
    elif who == "outsider":
        world.caseworker(who)
    else:
        staff = isinstance(kind.work, Role)
        capacity = Capacity.STAFF if staff else kind.work
        world.person(who, capacity=capacity, roles=[kind.work] if staff else [])
        world.grant(who, CASE, capacity=capacity, compartments=kind.parts, record_classes=kind.kinds)


def words_of(kind: Kind) -> set[str]:
    """The words that the table lets this kind be sent: of each field those of whom it is about."""
    if not kind.parts:
        return set()
    shown = LEAST[kind.work] if kind.work else EVERYTHING
    told: set[str] = set()

    def add(one: FamilyField, words: Iterable[str]) -> None:
        if one in shown:
            told.update(words)

    add(FamilyField.OWN_NAME, (NAMES[ref] for ref in kind.mine))
    add(FamilyField.OTHER_PARTYS_NAME, (NAMES[ref] for ref in LEADS.keys() - kind.mine))
    add(FamilyField.CHILDS_NAME, (NAMES[ref] for ref in {"child_c"} - kind.mine))
    add(FamilyField.OWN_BIRTHDAY, (BORN[ref] for ref in kind.own))
    if "joint" in kind.parts:
        add(FamilyField.CHILDS_BIRTHDAY, (BORN[ref] for ref in {"child_c"} - kind.own))
    for one, word in (
        (FamilyField.PHONE, "PHONE"),
        (FamilyField.EMAIL, "MAIL"),
        (FamilyField.ADDRESS, "STREET"),
        (FamilyField.CODE_WORD, "WORD"),
    ):
        add(one, (f"{word}-{ref.upper()}" for ref in kind.own))
    add(FamilyField.OWN_CASEWORKER, (LEADS[ref] for ref in LEADS.keys() & kind.mine))
    add(FamilyField.OTHER_CASEWORKER, (LEADS[ref] for ref in LEADS.keys() - kind.mine))
    add(FamilyField.WHO_ELSE_WORKS_HERE, [COLLEAGUE])
    for one, word in OF_CASE.items():
        if one is FamilyField.MEDIATION or "sole:party_a" in kind.parts:  # what the caller told is for their side
            add(one, [word])
    return told


EVERY_WORD = words_of(Kind(None, ("sole:party_a", "sole:party_b", "child:child_c", "joint")))


def all_pages(world: World, who: str) -> AppTest:
    """Whatever shows a family to somebody, drawn in one run: the case with all its tabs, lists and the calendar."""

    def script(desk, case):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from importlib import import_module

        import streamlit as st

        from okf.cases.views import head, tasks
        from okf.shell import navigation
        from okf.shell.words import errors_shown
        from pages import case as page

        def nothing() -> None:
            """Stand for a page."""

        st.navigation(
            [
                st.Page(nothing, title=one.title, url_path=one.url_path, default=not one.url_path)
                for one in navigation.PAGES
            ]
        )
        view = head.look_into(desk, case)
        if view is not None:
            head.head(desk, view, to_the_form=nothing)
            for name in page._shown(desk, view):
                st.subheader(name)
                page._parts()[name](desk, view)
        for name in ("cases", "overview", "calendar"):
            with errors_shown():
                import_module(f"pages.{name}").render(desk)
        tasks.team(desk)

    desk = world.desk(who, session_id=f"session of {who}")
    return AppTest.from_function(script, kwargs={"desk": desk, "case": CASE}, default_timeout=30).run()


def shown(page: AppTest) -> str:
    """What is sent of the pages, and then behind each "Show"."""
    keys = [str(one.key) for one in page.button if str(one.key).startswith("show_contact_")]
    return " ".join([sent(page), *(sent(page.button(key=key).click().run()) for key in keys)])


@pytest.mark.parametrize("who", KINDS)
def test_C5_each_kind_of_people_is_sent_what_the_table_says_and_nothing_else(charity: World, who: str) -> None:
    let_in(charity, who)

    talks = OF_CASE[FamilyField.MEDIATION]
    told = shown(all_pages(charity, who)) + sent(open_page(charity, who, "mediation", ref=talks))
    typed = f"There is no mediation '{talks}' that you may open."

    assert {word for word in EVERY_WORD if word in told.replace("\\", "").replace(typed, "")} == words_of(KINDS[who])


@pytest.mark.parametrize("who", ["volunteer", "partner", "childs_therapist", "mediator", "caseworker_a"])
def test_C2_no_list_search_filter_or_look_tells_what_the_page_does_not(charity: World, who: str) -> None:
    let_in(charity, who)
    charity.task(CASE, "lead_of_party_a")
    desk, kind = charity.desk(who), KINDS[who]
    shown = LEAST[kind.work] if kind.work else EVERYTHING
    seen = words_of(kind)

    for name in NAMES.values():
        named = name in seen
        assert bool(search_own_cases(desk, name)) is named, name
        assert bool(known(desk, name).seen) is named, name
    [row] = cases_in_view(desk).rows
    assert all(row.parties)
    assert all(row.children)
    assert {*row.parties, *row.children} & set(NAMES.values()) == {name for name in NAMES.values() if name in seen}
    for field, filters in (
        (FamilyField.KIND_OF_SUPPORT, CaseFilters(kind_of_support=SupportKind.MEDIATION)),
        (FamilyField.AREA, CaseFilters(area=OF_CASE[FamilyField.AREA])),
        (FamilyField.OTHER_CASEWORKER, CaseFilters(caseworker="lead_of_party_b")),
    ):
        assert bool(cases_in_view(desk, filters=filters).rows) is (field in shown), field
    assert row.kind_of_support is (SupportKind.MEDIATION if FamilyField.KIND_OF_SUPPORT in shown else None)
    assert bool(mediations_on(desk, CASE).rows) is (FamilyField.MEDIATION in shown)
    assert bool(team_tasks(desk).rows) is (FamilyField.WHO_ELSE_WORKS_HERE in shown)


def known(desk: Desk, name: str) -> Known:
    """What a look whether somebody is known shows."""
    return known_people(desk, Asked("Somebody", Applicant(name=name)))


@pytest.mark.parametrize(
    "roles, work",
    [
        ([Role.CASEWORKER, Role.THERAPIST], Role.CASEWORKER),
        ([Role.MANAGER], Role.CASEWORKER),
        ([Role.THERAPIST], Capacity.THERAPIST),
        ([Role.INTAKE_OFFICER], Capacity.VOLUNTEER),
        ([], Capacity.VOLUNTEER),
    ],
)
def test_C5_in_the_capacity_of_staff_the_role_says_what_is_shown(charity: World, roles: list[Role], work: Work) -> None:
    charity.person("of_staff", roles=roles)
    charity.grant("of_staff", CASE, compartments=["sole:party_a"])

    view = case_in_view(charity.desk("of_staff"), CASE)

    assert view.least.work == work
    assert bool(view.mediations) is (FamilyField.MEDIATION in LEAST[work])
    assert {one.name for one in view.family} >= {NAMES["party_a"]}
    assert (NAMES["party_b"] in {one.name for one in view.family}) is (FamilyField.OTHER_PARTYS_NAME in LEAST[work])


@pytest.mark.parametrize("who", ["caseworker_a", "mediator", "partys_therapist", "partys_partner"])
def test_C5_a_look_confirms_no_fact_that_the_page_does_not_show(charity: World, who: str) -> None:
    let_in(charity, who)
    charity.told("party_a", "party_a", checked=ContactCheck.IN_PERSON, address="9 Heron Road, AB1 2CD")
    shown, name = LEAST[KINDS[who].work or Role.CASEWORKER], NAMES["party_a"]

    for field, told, reason in (
        (FamilyField.OWN_BIRTHDAY, Applicant(name, born=date(*BORN_ON["party_a"])), "same date of birth"),
        (FamilyField.OWN_BIRTHDAY, Applicant(name, born=date(1986, 4, 8)), "date of birth differs in one figure"),
        (FamilyField.ADDRESS, Applicant(name, address="9 Heron Road"), "same address"),
        (FamilyField.ADDRESS, Applicant(name, address="AB1 2CD"), "same postcode"),
    ):
        [found] = known_people(charity.desk(who), Asked("Somebody", told)).seen
        assert (reason in found.reasons) is (field in shown), (field, found.reasons)
        assert field in shown or found.reasons == ("same name",)


def test_C5_an_appointment_of_somebody_else_is_for_those_who_work_the_whole_case(charity: World) -> None:
    let_in(charity, "volunteer")
    charity.appointment(CASE, "lead_of_party_a", "2026-11-25T10:00")
    charity.appointment(CASE, "volunteer", "2026-11-26T10:00")

    for who, whose in (("volunteer", {"volunteer"}), ("lead_of_party_b", {"volunteer", "lead_of_party_a"})):
        desk, day = charity.desk(who), date(2026, 11, 1)
        found = appointments_between(desk, day, day + timedelta(days=90), others=True)
        assert {row.worker for row in found} == whose
        assert {row.worker for row in appointments_on(desk, CASE)} == whose


def test_C5_nobody_changes_safe_contact_of_which_they_are_shown_a_part(charity: World) -> None:
    let_in(charity, "partys_therapist")
    [person] = people_reached(charity.desk("partys_therapist"), CASE)
    told = {"safe_phone": "07700 900123"}

    assert not person.may_change
    with pytest.raises(Refused, match="does not cover"):
        check_contact(charity.desk("partys_therapist"), CASE, "party_a", told=told, how=ContactCheck.IN_PERSON, seen=1)
    check_contact(charity.desk("lead_of_party_a"), CASE, "party_a", told=told, how=ContactCheck.IN_PERSON, seen=1)
    [person] = people_reached(charity.desk("partys_therapist"), CASE)
    assert person.stands["safe_phone"] == told["safe_phone"]
    assert person.changes == ()


@pytest.mark.parametrize("who, names", [("volunteer", False), ("partner", False), ("caseworker_a", True)])
def test_C5_who_wrote_and_noted_is_for_those_who_see_who_works_there(charity: World, who: str, names: bool) -> None:
    let_in(charity, who)
    own = charity.desk(who)
    if who != "caseworker_a":
        charity.grant(
            who, CASE, compartments=["sole:party_a"], capacity=KINDS[who].work, record_classes=KINDS[who].kinds
        )
    note_undertaking(charity.desk("lead_of_party_a"), CASE, "party_a", answer=UndertakingAnswer.GIVEN)
    kind = KINDS[who].kinds[0] if KINDS[who].kinds else RecordClass.NOTE
    for by in ("lead_of_party_b", who):
        charity.record(CASE, f"N-{by}", source="joint", record_class=kind, text="x", written_by=by)
    charity.later(minutes=1)

    rows = {one.id: one.written_by for one in records_in_view(own, CASE).rows}
    [person] = people_reached(own, CASE)

    assert (rows["N-lead_of_party_b"], rows[f"N-{who}"]) == ("lead_of_party_b" if names else None, who)
    assert [one.by for one in person.undertakings] == [LEADS["party_a"] if names else None]


def test_C14_a_volunteer_notes_no_promises(charity: World) -> None:
    let_in(charity, "driver")
    [person] = people_reached(charity.desk("driver"), CASE)
    assert not person.may_note
    with pytest.raises(Refused):
        note_undertaking(charity.desk("driver"), CASE, "party_b", answer=UndertakingAnswer.GIVEN)


def test_C5_who_holds_two_works_sees_by_the_one_they_act_in(charity: World) -> None:
    """No union: as the child's therapist they see what a therapist does, and nothing that a volunteer's papers name."""
    charity.person("both", capacity=Capacity.THERAPIST)
    charity.sign("both", kind=Capacity.VOLUNTEER)
    for who in ("childs_therapist", "volunteer"):
        kind = KINDS[who]
        charity.grant("both", CASE, capacity=kind.work, compartments=kind.parts, record_classes=kind.kinds)

    view = case_in_view(charity.desk("both"), CASE)

    assert {one.name for one in view.family if one.known} == {NAMES["child_c"]}
    assert view.least.work is Capacity.THERAPIST


@pytest.mark.parametrize("who, kind", [("volunteer", RecordClass.TASK_NOTE), ("partner", RecordClass.REFERRAL_PACK)])
@pytest.mark.parametrize("decide", [None, take_away, leave_in_place])
def test_C5_a_sealed_paper_names_nobody(
    charity: World, who: str, kind: RecordClass, decide: Callable[..., None] | None
) -> None:
    let_in(charity, who)
    charity.manager("decides")
    [paper] = charity.all(Record, record_class=kind)
    report_misfiling(charity.desk("lead_of_party_a"), paper.id)
    charity.later(minutes=1)
    if decide:
        decide(charity.desk("decides"), charity.one(Misfiling).ref, reason="They asked")
        charity.later(minutes=1)

    named = {one.ref for one in case_in_view(charity.desk(who), CASE).family if one.known}

    assert named == (set(KINDS[who].named) if decide is leave_in_place else set())


def test_a_hidden_name_reads_as_a_neutral_word_wherever_it_stood(charity: World) -> None:
    let_in(charity, "childs_therapist")
    desk = charity.desk("childs_therapist")

    assert [one.name for one in case_in_view(desk, CASE).family] == [
        "a parent of the family (1)",
        "a parent of the family (2)",
        NAMES["child_c"],
    ]
    [note] = records_in_view(desk, CASE).rows
    assert note.about == (NAMES["child_c"], "a parent of the family (2)")
    let_in(charity, "partys_therapist")
    view = case_in_view(charity.desk("partys_therapist"), CASE)
    assert [one.name for one in view.family] == [NAMES["party_a"], "the other parent", "a child of the family"]
    with pytest.raises(NotFound):
        mediation_in_view(desk, OF_CASE[FamilyField.MEDIATION])


@pytest.mark.parametrize(
    "who, left_out",
    [
        ("caseworker_a", {"Manage"}),
        ("mediator", {"Manage", "Timeline"}),  # nothing is written in the mediation yet
        ("volunteer", {"Manage", "People", "Mediation"}),
        ("childs_therapist", {"Manage", "Mediation"}),
    ],
)
def test_tabs_with_nothing_in_them_are_left_out(charity: World, who: str, left_out: set[str]) -> None:
    let_in(charity, who)
    view = case_in_view(charity.desk(who), CASE)

    assert set(page._parts()) - set(page._shown(charity.desk(who), view)) == left_out
