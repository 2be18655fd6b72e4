"""Publishing an agreement and signing it (C7)."""

from __future__ import annotations

from datetime import date

import pytest

from okf.agreements.commands.signatures import record_signature, sign_agreement, text_sha256
from okf.agreements.commands.texts import publish_agreement
from okf.agreements.queries.own_agreements import own_agreements
from okf.desk import Desk
from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.store.models import AgreementStanding, AgreementVersion, Signature
from okf.terms import Action, Capacity, Change
from tests.world import World

TEXT = "Sample text: I keep what I am told.\n\nNo exceptions – none."


def publish(world: World, **other: object) -> None:
    wanted: dict[str, object] = {
        "kind": Capacity.VOLUNTEER,
        "version": "2",
        "text": TEXT,
        "title": "Confidentiality Agreement for volunteers",
        "effective_on": date(2026, 11, 23),
        "change": Change.MATERIAL,
        "resign_by": date(2026, 12, 7),
    }
    publish_agreement(world.desk("manager"), **(wanted | other))  # type: ignore[arg-type]


def sign(desk: Desk, **other: str) -> None:
    wanted = {"version": "2", "typed_name": "Volunteer", "shown_sha256": text_sha256(TEXT)}
    record_signature(desk, kind=Capacity.VOLUNTEER, **(wanted | other))


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.volunteer()
    world.case("OKF-1", granted_to=["volunteer"])
    return world


def test_a_version_is_kept_with_its_exact_text_and_hash_and_goes_on_record(charity):
    publish(charity)

    kept = charity.one(AgreementVersion, kind=Capacity.VOLUNTEER, version="2")
    assert (kept.text, kept.text_sha256, kept.published_by) == (TEXT, text_sha256(TEXT), "manager")
    [event] = charity.events(action=Action.PUBLISH_AGREEMENT)
    assert event.subject == "volunteer 2"


def test_C7_a_material_version_makes_every_standing_anew(charity):
    publish(charity)

    stands = charity.one(AgreementStanding, person="volunteer", kind=Capacity.VOLUNTEER)
    assert stands.due_at.isoformat() == "2026-11-23T00:00:00+00:00"
    assert stands.overdue_at.isoformat() == "2026-12-08T00:00:00+00:00"


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"effective_on": date(2026, 11, 22)}, "Takes effect on"),
        ({"resign_by": date(2026, 11, 22)}, "Sign by"),
        ({"change": Change.MINOR}, "Sign by"),
        ({"text": "  \n"}, "Text"),
        ({"version": "2" * 21}, "Version"),
    ],
)
def test_a_version_whose_dates_or_words_do_not_fit_is_told_by_its_field(charity, wrong, field):
    with pytest.raises(Invalid) as told:
        publish(charity, **wrong)

    assert told.value.field == field
    assert charity.one(AgreementVersion, kind=Capacity.VOLUNTEER, version="2") is None


def test_a_version_name_is_used_once(charity):
    with pytest.raises(Conflict):
        publish(charity, version="1")


def test_only_a_manager_or_the_data_protection_lead_publishes(charity):
    with pytest.raises(Refused):
        publish_agreement(
            charity.desk("volunteer"),
            kind=Capacity.VOLUNTEER,
            version="2",
            text=TEXT,
            title="t",
            effective_on=date(2026, 11, 23),
            change=Change.MINOR,
        )


@pytest.mark.both_databases
def test_C7_signing_opens_the_case_that_waited_for_it_at_once(charity):
    publish(charity)
    charity.at("2026-12-08T00:00")
    assert charity.reasons("volunteer", Action.OPEN_CASE, "OKF-1") == ["agreement_superseded"]

    sign(charity.desk("volunteer", session_id="s1"), typed_name="  vOLUNTEER ")

    assert charity.may("volunteer", Action.OPEN_CASE, "OKF-1")
    signature = charity.all(Signature, person="volunteer")[-1]
    assert (signature.version, signature.text_sha256, signature.session_id) == ("2", text_sha256(TEXT), "s1")
    assert signature.typed_name == "vOLUNTEER"
    stands = charity.one(AgreementStanding, person="volunteer", kind=Capacity.VOLUNTEER)
    assert stands.version == "2"
    assert stands.overdue_at > charity.now


@pytest.mark.parametrize(
    "wrong, error",
    [
        ({"typed_name": "Somebody Else"}, Invalid),
        ({"version": "1", "shown_sha256": "0" * 64}, Conflict),
        ({"shown_sha256": text_sha256(TEXT + " ")}, Conflict),
        ({"version": "9"}, Conflict),
    ],
)
def test_C7_nothing_is_signed_but_the_text_shown_by_the_person_named(charity, wrong, error):
    publish(charity)
    before = charity.count(Signature)

    with pytest.raises(error):
        sign(charity.desk("volunteer"), **wrong)

    assert charity.count(Signature) == before


def test_a_name_is_the_same_name_with_a_phones_apostrophe(charity):
    charity.volunteer("aoife", name="Aoife O'Brien-Nolan", signed=None)
    publish(charity)

    sign(charity.desk("aoife"), typed_name="aoife o’brien‑nolan")

    assert charity.all(Signature, person="aoife")


def test_a_version_is_signed_before_its_day_once_the_one_in_effect_asks_nothing(charity):
    charity.volunteer("newcomer", signed=None)
    publish(charity, effective_on=date(2026, 12, 1), resign_by=None)
    publish(charity, version="3", text=TEXT + " More.", effective_on=date(2027, 1, 1), resign_by=None)

    with pytest.raises(Conflict):  # a text that is not in force opens nothing in place of one that is
        sign(charity.desk("newcomer"), typed_name="Newcomer")
    with pytest.raises(Conflict):
        sign(charity.desk("volunteer"), version="3", shown_sha256=text_sha256(TEXT + " More."))
    [own, *_] = own_agreements(charity.desk("volunteer"))
    assert own.asks is False
    assert own.to_sign.version == "2"
    sign(charity.desk("volunteer"))

    assert charity.may("volunteer", Action.OPEN_CASE, "OKF-1", at="2026-12-20T09:00")
    [own, *_] = own_agreements(charity.desk("volunteer"))
    assert (own.signed_version, own.in_effect.version, own.to_sign.version) == ("2", "1", "3")
    with pytest.raises(Conflict):
        sign(charity.desk("volunteer"))


def test_a_material_version_that_leaves_few_days_to_sign_says_why(charity):
    with pytest.raises(Invalid, match="fewer than 14 days"):
        publish(charity, resign_by=date(2026, 12, 6))

    publish(charity, resign_by=date(2026, 12, 6), short_because="  The court asks for it. ")

    assert charity.events(action=Action.PUBLISH_AGREEMENT)[-1].facts["short_because"] == "The court asks for it."


@pytest.mark.parametrize("days, on, too_soon", [(28, "2027-10-26", "2027-10-25"), (0, "2027-11-23", "2027-11-22")])
def test_a_second_click_signs_nothing_and_some_weeks_before_the_year_is_due_it_is_signed_again(
    charity, days, on, too_soon
):
    publish(charity)
    sign(charity.desk("volunteer"))
    charity.setting("sign_early_days", days)
    for early in ("2026-11-23", too_soon):
        charity.at(f"{early}T09:00")
        assert own_agreements(charity.desk("volunteer"))[0].to_sign is None
        with pytest.raises(Conflict):
            sign(charity.desk("volunteer"))

    charity.at(f"{on}T09:00")
    assert own_agreements(charity.desk("volunteer"))[0].to_sign.version == "2"
    sign(charity.desk("volunteer"))

    assert len(charity.all(Signature, person="volunteer", version="2")) == 2


def test_nobody_signs_for_somebody_else_nor_from_the_host(charity):
    publish(charity)

    for desk in (charity.host(), charity.desk(None)):
        with pytest.raises(CasebookError):
            sign(desk)


def test_C7_a_signature_on_the_page_takes_a_session_and_the_password(charity):
    publish(charity)
    asked = {"kind": Capacity.VOLUNTEER, "version": "2", "typed_name": "Volunteer", "shown_sha256": text_sha256(TEXT)}

    with pytest.raises(NotFound):
        sign_agreement(charity.desk("volunteer"), password="whatever it is", **asked)
    with pytest.raises(Invalid) as told:
        sign_agreement(charity.desk("volunteer", session_id="s1"), password="not the right one", **asked)

    assert told.value.field == "Password"
    assert not charity.all(Signature, person="volunteer", version="2")
