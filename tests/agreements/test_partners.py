"""Partner organisations' agreements and workers' checks: when access pauses and resumes, and what they never heal."""

from __future__ import annotations

from datetime import date

import pytest

from okf.agreements.commands.partners import add_partner, end_partner, renew_partner, resume_partners, warn_of_lapses
from okf.agreements.queries.agreements import agreements_of
from okf.agreements.queries.partners import partner, partners_in_view
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.paging import Page
from okf.people.commands.worker_checks import record_check, set_check_rule
from okf.people.queries.worker_checks import CheckState, check_rules, checks_in_view, people_to_check
from okf.store.models import Mail, PartnerAgreement, PartnerOrganisation, Person, WorkerCheck
from okf.terms import Action, Capacity, CheckKind, Role, Standing
from okf.today.queries.pending import pending_items
from tests.post_office import PostOffice
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.world import World

OPEN = Action.OPEN_CASE


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mona Ger")
    world.organisation("Harbour", date(2026, 1, 1), date(2026, 12, 10))
    for name in ("paul", "petra"):
        world.person(name, capacity=Capacity.ALLIED_PARTNER, organisation="Harbour", name=f"{name.title()} Partner")
    world.caseworker()
    world.case("OKF-1", granted_to=["paul", "petra", "caseworker"])
    return world


def reasons(world: World, who: str, at: str | None = None) -> list[str]:
    return world.reasons(who, OPEN, "OKF-1", at=at) if at else world.reasons(who, OPEN, "OKF-1")


def test_C7_all_their_people_are_suspended_when_the_agreement_ends_and_resume_with_the_next(charity: World) -> None:
    assert charity.may("paul", OPEN, "OKF-1")
    charity.at("2026-12-09T23:59")
    assert charity.may("paul", OPEN, "OKF-1")
    charity.at("2026-12-10T00:00")
    assert reasons(charity, "paul") == reasons(charity, "petra") == ["partner_agreement_expired"]

    charity.at("2026-12-12T10:00")
    renew_partner(charity.desk("manager"), "Harbour", from_on=date(2026, 12, 1), until=date(2027, 11, 30))

    assert charity.may("paul", OPEN, "OKF-1")
    # it was put on record on the 12th: it heals nothing that lies before
    assert reasons(charity, "paul", "2026-12-11T10:00") == ["partner_agreement_expired"]
    assert "partner_agreement_expired" in reasons(charity, "paul", "2027-12-01T00:00")


def test_C7_ending_it_now_suspends_everyone_at_once_and_nobody_else(charity: World) -> None:
    charity.at("2026-11-23T10:00")
    assert end_partner(charity.desk("manager"), "Harbour") == 2

    assert reasons(charity, "paul") == ["partner_agreement_expired"]
    assert charity.may("caseworker", OPEN, "OKF-1")
    assert reasons(charity, "paul", "2026-11-23T09:59") == []
    [stands] = agreements_of(charity.desk("manager"), "paul").standings
    assert stands.standing is Standing.OVERDUE
    with pytest.raises(Conflict):
        end_partner(charity.desk("manager"), "Harbour")


def test_a_renewal_that_follows_on_leaves_no_gap(charity: World) -> None:
    renew_partner(charity.desk("manager"), "Harbour", from_on=date(2026, 12, 10))
    charity.at("2026-12-10T00:00")

    assert charity.may("paul", OPEN, "OKF-1")
    assert partner(charity.desk("manager"), "Harbour").row.stops_at is None
    [stands] = agreements_of(charity.desk("manager"), "paul").standings
    assert stands.standing is Standing.CURRENT


@pytest.mark.both_databases
def test_a_renewal_after_a_gap_resumes_on_its_day_on_the_board_too(charity: World) -> None:
    charity.at("2026-12-11T10:00")
    renew_partner(charity.desk("manager"), "Harbour", from_on=date(2026, 12, 20))
    assert not charity.may("paul", OPEN, "OKF-1")
    assert resume_partners(charity.host()) == 0
    charity.at("2026-12-20T00:00")

    assert charity.may("paul", OPEN, "OKF-1")
    assert resume_partners(charity.host()) == 2
    [stands] = agreements_of(charity.desk("manager"), "paul").standings
    assert stands.standing is Standing.CURRENT
    assert resume_partners(charity.host()) == 0


def test_an_organisation_is_added_with_dates_that_fit(charity: World) -> None:
    desk = charity.desk("manager")
    add_partner(desk, "Quay", from_on=date(2026, 11, 1), until=date(2027, 1, 1), signed_for_them_by="Pat Quay")

    assert charity.one(PartnerAgreement, organisation="Quay").recorded_by == "manager"
    assert charity.one(PartnerOrganisation, name="Quay").agreement_from is None
    assert [(row.name, row.in_force, row.people) for row in partners_in_view(desk).rows] == [
        ("Harbour", True, 2),
        ("Quay", True, 0),
    ]
    with pytest.raises(Conflict):
        add_partner(desk, "Quay", from_on=date(2026, 11, 1))
    with pytest.raises(Invalid):
        renew_partner(desk, "Quay", from_on=date(2027, 1, 1), until=date(2026, 12, 31))
    with pytest.raises(Invalid):
        renew_partner(desk, "Quay", from_on=date(2025, 1, 1), until=date(2026, 1, 1))
    with pytest.raises(NotFound):
        renew_partner(desk, "Nowhere", from_on=date(2026, 11, 1))
    with pytest.raises(NotFound):
        partner(desk, "Nowhere")


@pytest.mark.parametrize(
    "dates, field",
    [
        ({"from_on": date(2062, 12, 10)}, "First day"),
        ({"from_on": date(2025, 11, 1)}, "First day"),
        ({"from_on": date(2026, 12, 10), "until": date(2026, 12, 20)}, "Last day"),
        ({"from_on": date(2026, 12, 10), "until": date(2062, 12, 10)}, "Last day"),
        ({"from_on": date(2026, 12, 11)}, "First day"),  # a day of gap after the one in force
    ],
)
def test_dates_that_are_likely_wrong_are_asked_about(charity: World, dates: dict[str, date], field: str) -> None:
    with pytest.raises(Invalid) as asked:
        renew_partner(charity.desk("manager"), "Harbour", **dates)
    assert asked.value.field == field
    assert charity.all(PartnerAgreement) == []

    renew_partner(charity.desk("manager"), "Harbour", **dates, dates_meant=True)

    assert charity.all(PartnerAgreement)


def test_an_organisation_has_one_name_in_any_spelling(charity: World) -> None:
    with pytest.raises(Conflict, match="Harbour is on file"):
        add_partner(charity.desk("manager"), "  HÁRBOUR ", from_on=date(2026, 11, 1))
    assert add_partner(charity.desk("manager"), " The Quay ", from_on=date(2026, 11, 1)) == "The Quay"


@pytest.mark.both_databases
def test_its_people_and_the_managers_hear_once_before_an_agreement_ends(charity: World, office: PostOffice) -> None:
    charity.manager("mia", email="mia@okf.example")
    charity.person("pia", capacity=Capacity.ALLIED_PARTNER, organisation="Harbour", email="pia@harbour.example")
    charity.volunteer("vera", email="vera@okf.example")
    charity.at("2026-11-09T10:00")
    assert warn_of_lapses(charity.host()) == 0  # it ends in 31 days

    charity.at("2026-11-10T07:30")
    assert warn_of_lapses(charity.host()) == 0  # not at night
    charity.at("2026-11-10T09:00")
    assert warn_of_lapses(charity.host()) == 2
    assert {one.person for one in charity.all(Mail)} == {"mia", "pia"}
    charity.at("2026-11-20T09:00")
    assert warn_of_lapses(charity.host()) == 0

    renew_partner(charity.desk("manager"), "Harbour", from_on=date(2026, 12, 10), until=date(2027, 3, 9))
    charity.at("2027-02-20T09:00")
    assert warn_of_lapses(charity.host()) == 2  # of the next end they hear again


def test_partners_and_checks_are_for_those_whose_work_it_is(charity: World) -> None:
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])
    charity.person("lead", roles=[Role.DATA_PROTECTION_LEAD])
    for who in ("viewer", "caseworker", "paul"):
        with pytest.raises(Refused):
            end_partner(charity.desk(who), "Harbour")
    assert [one.grants for one in partner(charity.desk("viewer"), "Harbour").people] == [None, None]
    assert [one.grants for one in partner(charity.desk("lead"), "Harbour").people] == [1, 1]
    with pytest.raises(Refused):
        checks_in_view(charity.desk("viewer"))
    with pytest.raises(Refused):
        record_check(
            charity.desk("lead"),
            "paul",
            kind=CheckKind.VETTING,
            starts_on=date(2026, 1, 1),
            expires_on=date(2029, 1, 1),
        )


# Checks


def vet(world: World, who: str, starts: date, runs_out: date, kind: CheckKind = CheckKind.VETTING) -> None:
    record_check(world.desk("manager"), who, kind=kind, starts_on=starts, expires_on=runs_out)


def rule(world: World, kind: CheckKind, *, blocks: bool, days: int = 30, from_on: date | None = None) -> None:
    if world.one(Person, username="admin") is None:
        world.person("admin", roles=[Role.ADMINISTRATOR])
    day = from_on or date(2026, 11, 23)
    set_check_rule(world.desk("admin"), kind, blocks=blocks, warning_days=days, from_on=day)


def test_C5_a_check_that_ran_out_blocks_where_its_kind_is_set_to_from_that_day_on(charity: World) -> None:
    vet(charity, "caseworker", date(2025, 11, 1), date(2026, 11, 20))
    assert charity.may("caseworker", OPEN, "OKF-1")

    rule(charity, CheckKind.VETTING, blocks=True, from_on=date(2026, 11, 30))

    assert charity.may("caseworker", OPEN, "OKF-1")
    charity.at("2026-11-30T00:00")
    assert reasons(charity, "caseworker") == ["check_expired"]
    assert reasons(charity, "caseworker", "2026-11-29T23:59") == []
    assert charity.may("paul", OPEN, "OKF-1")  # who has none on file is not stopped by one that ran out


def test_C5_a_renewal_resumes_access_and_heals_nothing_before_it(charity: World) -> None:
    charity.check("caseworker", date(2026, 11, 20))
    assert reasons(charity, "caseworker") == ["check_expired"]

    vet(charity, "caseworker", date(2026, 11, 1), date(2029, 10, 31))

    assert charity.may("caseworker", OPEN, "OKF-1")
    assert reasons(charity, "caseworker", "2026-11-22T10:00") == ["check_expired"]
    newest = charity.all(WorkerCheck, person="caseworker")[-1]
    assert newest.blocks_access  # as the one that it renews
    charity.at("2029-11-01T00:00")
    assert "check_expired" in reasons(charity, "caseworker")


def test_a_check_is_never_ones_own_and_its_dates_fit(charity: World) -> None:
    with pytest.raises(Refused):
        vet(charity, "manager", date(2026, 1, 1), date(2029, 1, 1))
    with pytest.raises(Invalid):
        vet(charity, "caseworker", date(2026, 11, 24), date(2029, 1, 1))
    with pytest.raises(Invalid):
        vet(charity, "caseworker", date(2026, 11, 1), date(2026, 10, 31))
    with pytest.raises(NotFound):
        vet(charity, "nobody", date(2026, 1, 1), date(2029, 1, 1))


@pytest.mark.both_databases
def test_what_runs_out_comes_first_and_each_kind_warns_by_its_own_days(charity: World) -> None:
    vet(charity, "caseworker", date(2025, 1, 1), date(2026, 12, 20))
    vet(charity, "paul", date(2025, 1, 1), date(2026, 12, 20), CheckKind.TRAINING)
    vet(charity, "petra", date(2025, 1, 1), date(2026, 11, 22))
    rule(charity, CheckKind.TRAINING, blocks=False, days=10)
    desk = charity.desk("manager")

    def listed(**wanted: object) -> list[str]:
        return [row.username for row in checks_in_view(desk, **wanted).rows]  # type: ignore[arg-type]

    # each kind of which nothing is on file
    without = ["admin", "admin", "caseworker", "manager", "manager", "paul", "petra"]
    assert listed() == [*without, "petra", "caseworker", "paul"]
    assert listed(state=CheckState.NONE) == without
    assert listed(state=CheckState.NONE, kind=CheckKind.VETTING) == ["admin", "manager", "paul"]
    assert checks_in_view(desk, state=CheckState.NONE).rows[0].expires_on is None
    first = checks_in_view(desk, page=Page(size=4))
    assert [one.username for one in checks_in_view(desk, page=Page(after=first.next)).rows] == listed()[4:]
    assert listed(state=CheckState.RUN_OUT) == ["petra"]
    assert listed(state=CheckState.SOON) == ["caseworker"]
    assert listed(kind=CheckKind.TRAINING)[-1] == "paul"
    assert listed(name="paul") == ["paul", "paul"]
    assert {one.kind: one.warning_days for one in check_rules(desk)}[CheckKind.TRAINING] == 10
    assert "manager" not in dict(people_to_check(desk, ""))


def test_today_tells_of_both(charity: World) -> None:
    charity.at("2026-11-25T10:00")
    charity.check("caseworker", date(2026, 11, 20))
    told = {one.page: one for one in pending_items(charity.desk("manager"))}

    assert told["partners"].text == "1 partner organisation's agreement has run out or soon will"
    assert not told["partners"].overdue
    assert told["checks"].overdue
    assert not {"partners", "checks"} & {one.page for one in pending_items(charity.desk("paul"))}


def test_settings_are_the_administrators(charity: World) -> None:
    with pytest.raises(Refused):
        set_check_rule(
            charity.desk("manager"), CheckKind.VETTING, blocks=True, warning_days=1, from_on=date(2026, 11, 23)
        )
    with pytest.raises(Invalid):
        rule(charity, CheckKind.VETTING, blocks=True, from_on=date(2026, 11, 22))
    with pytest.raises(Invalid):
        rule(charity, CheckKind.VETTING, blocks=True, days=1000)


# The pages


@pytest.mark.one_database
def test_the_pages_show_and_do_it(charity: World) -> None:
    charity.person("admin", roles=[Role.ADMINISTRATOR], signed=None)
    page = open_page(charity, "manager", "partners", organisation="Harbour")
    assert "Paul Partner" in shown(page)
    next(one for one in page.button if one.label.startswith("End the agreement of")).click().run()
    assert "2 people" in page.success[0].value
    assert "Not in force" in shown(open_page(charity, "manager", "partners"))

    charity.check("caseworker", date(2026, 11, 20))
    assert "Run out" in shown(open_page(charity, "manager", "checks"))
    mine = open_page(charity, "admin", "checks")  # the rules alone: no worker's check
    assert "Caseworker" not in shown(mine)
    mine.checkbox[0].check()
    next(one for one in mine.button if one.label == "Set it").click().run()
    assert check_rules(charity.desk("admin"))[0].blocks
