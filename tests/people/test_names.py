"""People by their names, however they are typed: tied to a concern, found in every list, sorted, known again (C9)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select

from okf.agreements.commands.partners import add_partner
from okf.agreements.queries.agreements import Board, PersonRow
from okf.agreements.queries.board import BoardFilter
from okf.agreements.queries.bound import BoundFilter, people_bound
from okf.agreements.queries.partners import partners_in_view
from okf.cases.commands.cases import close_case
from okf.cases.queries.own_cases import search_own_cases
from okf.demo import bulk
from okf.desk import Desk
from okf.errors import Conflict
from okf.intake.commands.enquiries import TakenPerson, take_enquiry
from okf.intake.queries.alike import alike
from okf.intake.queries.enquiries import search_enquiries
from okf.load.importing import import_caseload
from okf.load.tables import Tables
from okf.match.fold import folded
from okf.match.normal import Applicant
from okf.paging import Page, Paged
from okf.people.queries.accounts import accounts_in_view
from okf.people.queries.leaving import people_here
from okf.people.queries.worker_checks import CheckState, checks_in_view, people_to_check
from okf.people.queries.workers import safeguarding_leads, workers_named
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.commands.low_level import note_low_level
from okf.safeguarding.queries.low_level import low_level_log
from okf.safeguarding.queries.search import search_concerns
from okf.store.engine import Store
from okf.store.models import ConcernAbout, EnquiryPerson, PartnerOrganisation, Person, ServiceUser
from okf.terms import Capacity, Role, Severity, SupportKind
from okf.terms.intake import EnquiryPart
from tests.behind import unrecorded
from tests.world import World

NAME = "Ángel Núñez-O’Shea"
TYPED = (NAME, "angel nunez o'shea", "ÁNGEL  NÚÑEZ OSHEA")
AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mona Ger")
    world.person("admin", name="Bo Dmin", roles=[Role.ADMINISTRATOR])
    world.dsl(name="Zelda Lead")
    world.caseworker("angel", name=NAME)
    world.check("angel", date(2027, 11, 20))
    world.volunteer("volunteer", name="Ånd Volunteer")
    world.case("OKF-1", granted_to=["volunteer"])
    return world


def matrix(desk: Desk, wanted: BoardFilter) -> Paged[PersonRow]:
    found = Board.opened(desk).view(wanted).people
    assert found is not None
    return found


LISTS: dict[str, Callable[[World, str], list[str]]] = {
    "accounts": lambda w, words: [row.username for row in accounts_in_view(w.desk("admin"), words=words).rows],
    "board": lambda w, words: [row.username for row in matrix(w.desk("manager"), BoardFilter(name=words)).rows],
    "bound": lambda w, words: [row.username for row in people_bound(w.desk("manager"), BoundFilter(words=words)).rows],
    "leaving": lambda w, words: [username for username, _ in people_here(w.desk("manager"), words)],
    "checks": lambda w, words: [
        row.username for row in checks_in_view(w.desk("manager"), name=words, state=CheckState.HOLDS).rows
    ],
    "to check": lambda w, words: [username for username, _ in people_to_check(w.desk("manager"), words)],
    "workers": lambda w, words: [one.username for one in workers_named(w.desk("manager"), words)],
}
SORTED = sorted(LISTS.keys() - {"board", "checks"})  # those two sort by what is due


@pytest.mark.parametrize("listed", LISTS)
def test_a_worker_is_found_in_each_list_however_their_name_is_typed(charity: World, listed: str):
    for words in (*TYPED, "núñ", "NUN", "ngel n"):
        assert LISTS[listed](charity, words) == ["angel"], words
    for nobody in ("angel\u0a3f", "???", "%", "_", "nu%ez"):
        assert LISTS[listed](charity, nobody) == [], nobody


@pytest.mark.parametrize("listed", SORTED)
def test_accented_names_stand_among_their_letter(charity: World, listed: str):
    charity.volunteer("emile", name="émile Roux")
    found = [one for one in LISTS[listed](charity, "") if one in ("angel", "volunteer", "admin", "emile", "dsl")]

    assert found == ["volunteer", "angel", "admin", "emile", "dsl"]


def test_pages_by_name_turn_where_accented_names_stand(charity: World):
    wanted, rows, after = BoundFilter(), [], None
    for _ in range(4):
        page = people_bound(charity.desk("manager"), wanted, Page(after=after, size=1))
        rows += [row.username for row in page.rows]
        after = page.next

    assert rows == ["volunteer", "angel", "admin", "manager"]


@pytest.mark.parametrize("typed", [*TYPED, "Angel Nunez O Shea"])
def test_C9_a_worker_typed_by_name_is_tied_to_the_concern_and_closes_their_case_as_one_without(
    charity: World, typed: str
):
    desk = charity.desk("volunteer", chance=random.Random(3))
    ref = raise_concern(desk, severity=Severity.HIGH, account="Seen", case_ref="OKF-1", about=[typed])
    charity.role("angel", Role.MANAGER)

    [tied] = charity.all(ConcernAbout, concern_ref=ref)
    assert tied.person == "angel"
    close_case(charity.desk("angel"), "OKF-1", reason="Settled")  # refused to whoever may hear of an open concern


@pytest.mark.parametrize("typed", ["Núñez", "about sigrun arnadottir, I think", "S.Árnadóttir"])
def test_C9_a_lead_is_tied_by_a_part_of_their_name(charity: World, typed: str):
    charity.person("deputy", name="Sigrún Árnadóttir", roles=[Role.DEPUTY_DSL])
    charity.person("trustee", name="Inés Núñez", roles=[Role.SAFEGUARDING_TRUSTEE])
    desk = charity.desk("volunteer", chance=random.Random(3))

    ref = raise_concern(desk, severity=Severity.HIGH, account="Seen", about=[typed], about_a_worker=True)

    assert {row.person for row in charity.all(ConcernAbout, concern_ref=ref)} == (
        {"trustee"} if typed == "Núñez" else {"deputy"}
    )


@pytest.mark.parametrize("name, typed", [("ਗੁਰਪ੍ਰੀਤ ਕੌਰ", "ਗੁਰਪ੍ਰੀਤ\u200d  ਕੌਰ"), ("Łukasz Żak", "LUKASZ ZAK")])
def test_a_service_user_is_tied_in_their_case_and_found_by_name(charity: World, name: str, typed: str):
    charity.service_user("su", name=name)
    charity.service_user("other", name="ਗੁਰਪ੍ਰੀਤ ਕਰ")
    charity.case("OKF-2", parties=["su", "other"], granted_to=["volunteer"])
    desk = charity.desk("volunteer", chance=random.Random(3))

    ref = raise_concern(desk, severity=Severity.HIGH, account="Seen", case_ref="OKF-2", about=[typed])

    assert [row.service_user for row in charity.all(ConcernAbout, concern_ref=ref)] == ["su"]
    assert [row.ref for row in search_own_cases(desk, typed)] == ["OKF-2"]
    assert [row.ref for row in search_concerns(charity.desk("dsl"), typed)] == [ref]


def test_low_level_concerns_about_one_typed_name_are_counted_together(charity: World):
    for name in ("Íñigo, a helper", "inigo  a HELPER"):
        note_low_level(
            charity.desk("dsl", chance=random.SystemRandom()),
            about=name,
            happened_on=date(2026, 11, 20),
            conduct="Texted after nine.",
            done="Spoke with them.",
        )

    assert [one.same_person for one in low_level_log(charity.desk("dsl"))] == [2, 2]


def test_leads_stand_by_name(charity: World):
    charity.person("deputy", name="Özlem Deputy", roles=[Role.DEPUTY_DSL])

    assert [username for username, _ in safeguarding_leads(charity.desk("volunteer"))] == ["deputy", "dsl"]


@pytest.mark.parametrize("typed", ["Şebnem Yıldız", "yildiz SEBNEM", "sebn"])
def test_an_enquiry_is_found_by_a_name_in_it(charity: World, typed: str):
    desk = charity.desk("manager", chance=random.Random(3))
    caller = TakenPerson(EnquiryPart.CALLER, "Şebnem Yıldız", safe_phone="07700 900001")
    ref = take_enquiry(desk, kind_of_support=SupportKind.PARENTING, area="Leeds", people=[caller], said="Help")

    assert [row.ref for row in search_enquiries(desk, typed)] == [ref]


def test_somebody_on_file_is_known_again_however_their_name_is_written(charity: World):
    charity.service_user("su", name="ਗੁਰਪ੍ਰੀਤ ਕੌਰ")

    with charity.store.reading() as session:
        assert [one.ref for one in alike(session, Applicant("ਗੁਰਪ੍ਰੀਤ-ਕੌਰ\u200d"))] == ["su"]
        assert alike(session, Applicant("ਗਰਪਰਤ ਕਰ")) == ()


def test_a_partner_organisation_is_on_file_once_and_stands_among_its_letter(charity: World):
    desk = charity.desk("manager")
    for name in ("Équipe Ensemble", "Field House", "Dock Street"):
        add_partner(desk, name, from_on=date(2026, 11, 1), until=date(2027, 11, 1))

    with pytest.raises(Conflict, match="Équipe Ensemble is on file already"):
        add_partner(desk, "EQUIPE ENSEMBLE", from_on=date(2026, 11, 1), until=date(2027, 11, 1))
    first = partners_in_view(desk, Page(size=2))
    assert [row.name for row in first.rows] == ["Dock Street", "Équipe Ensemble"]
    assert [row.name for row in partners_in_view(desk, Page(after=first.next)).rows] == ["Field House"]


# Whichever way a name comes in


def unfolded(store: Store) -> list[str]:
    with store.reading() as session:
        return [
            name
            for model in (Person, ServiceUser, EnquiryPerson, PartnerOrganisation)
            for name, kept in session.execute(select(model.name, model.name_folded))
            if kept != folded(name)
        ]


def test_the_folded_name_comes_and_goes_with_the_name(world: World):
    world.service_user("su", name="Ángel Núñez")
    assert world.one(ServiceUser, name_folded="angel nunez")
    world.service_user("su", name="Åsa Holm")
    assert world.one(ServiceUser, name_folded="asa holm")
    world.service_user("su", name=None)
    assert world.one(ServiceUser, name_folded="")


def test_a_bulk_insert_and_the_demo_keep_it(store: Store):
    with unrecorded(store) as session:
        rows = [{"username": f"u{n}", "name": f"Ángel {n}", "capacity": Capacity.STAFF} for n in range(3)]
        session.execute(insert(Person), rows)
    bulk.load(store, 20, at=AT, seed=3)

    assert unfolded(store) == []
    with store.reading() as session:
        assert len(session.scalars(select(Person.username).where(Person.name_folded.like("angel%"))).all()) >= 3


def test_an_import_keeps_it_for_new_and_for_changed_names(store: Store):
    def take_in(name: str) -> None:
        rows = {
            "people": [{"username": "u.one", "name": name, "capacity": "staff"}],
            "service_users": [{"ref": "SU-1", "name": name}],
        }
        import_caseload(Desk.host(store, now=lambda: AT), Tables.from_plain(rows))

    for name in ("Ángel Núñez", "Łucja Wójcik"):
        take_in(name)

        assert unfolded(store) == []
        with store.reading() as session:
            assert session.scalars(select(ServiceUser.name_folded)).all() == [folded(name)]
