"""Drafts of agreements, their publishing with the password, and the kinds on which nothing hangs (C7)."""

from __future__ import annotations

import threading
from datetime import date

import pytest

from okf.agreements.commands.signatures import record_signature, text_sha256
from okf.agreements.commands.texts import discard_draft, publish_agreement, publish_draft, refuse_markup, save_draft
from okf.agreements.queries.own_agreements import own_agreements
from okf.agreements.queries.texts import agreement_texts, draft_of, version_text, versions_of
from okf.errors import CasebookError, Conflict, Invalid, Refused
from okf.paging import Page
from okf.people.commands.accounts import set_password
from okf.policy.standing import standing
from okf.samples import sample_agreement
from okf.store import facts
from okf.store.models import AgreementDraft, AgreementStanding, AgreementVersion, Person, Signature
from okf.terms import Action, Capacity, Change, Role, Standing
from okf.terms.agreements import AgreementKind
from tests.safeguarding.test_concern_pages import open_page
from tests.world import World

PASSWORD = "violet tractor ledger"
TEXT = "# What I promise\n\nI keep what I am told."


def save(world: World, by: str = "manager2", **other: object):  # type: ignore[no-untyped-def]
    wanted: dict[str, object] = {
        "kind": AgreementKind.VOLUNTEER,
        "version": "2",
        "title": "For volunteers",
        "text": TEXT,
        "change": Change.MATERIAL,
        "effective_on": date(2026, 11, 23),
        "resign_by": date(2026, 12, 7),
    }
    return save_draft(world.desk(by, session_id="s1"), **(wanted | other))  # type: ignore[arg-type]


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.manager("manager2")
    world.volunteer()
    world.case("OKF-1", granted_to=["volunteer"])
    set_password(world.host(), "manager", PASSWORD)
    return world


def test_a_draft_is_kept_whatever_is_missing_and_asks_nobody_anything(charity):
    save(charity, effective_on=None, resign_by=None)

    kept = draft_of(charity.desk("manager"), AgreementKind.VOLUNTEER)
    assert (kept.version, kept.text, kept.effective_on) == ("2", TEXT, None)
    assert charity.one(AgreementStanding, person="volunteer").version == "1"
    assert "2" not in str(agreement_texts(charity.desk("manager"))[1].coming)


def test_whoever_was_slower_does_not_write_over_the_others_draft(charity):
    first = save(charity)
    charity.later(minutes=1)
    save(charity, text="Newer words.", seen_at=first)

    with pytest.raises(Conflict):
        save(charity, text="Words of one who did not see them.", seen_at=first)
    with pytest.raises(Conflict):
        save(charity, text="A second first draft.")
    with pytest.raises(Conflict):
        discard_draft(charity.desk("manager"), AgreementKind.VOLUNTEER, seen_at=first)

    assert draft_of(charity.desk("manager"), AgreementKind.VOLUNTEER).text == "Newer words."


def test_publishing_takes_the_password_and_the_draft_that_was_seen(charity):
    seen = save(charity)
    desk = charity.desk("manager", session_id="s1")

    with pytest.raises(Invalid) as told:
        publish_draft(desk, AgreementKind.VOLUNTEER, seen_at=seen, password="not the right one")
    assert told.value.field == "Password"
    assert charity.one(AgreementVersion, kind="volunteer", version="2") is None

    assert publish_draft(desk, AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD) == "2"

    kept = charity.one(AgreementVersion, kind="volunteer", version="2")
    assert (kept.text, kept.text_sha256, kept.published_by) == (TEXT, text_sha256(TEXT), "manager")
    assert charity.all(AgreementDraft) == []
    assert charity.events(action=Action.PUBLISH_AGREEMENT)[-1].subject == "volunteer 2"
    with pytest.raises(Conflict):
        publish_draft(desk, AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD)


def test_C7_a_material_version_needs_a_second_person_and_a_minor_one_does_not(charity):
    seen = save(charity, "manager")
    mine = charity.desk("manager", session_id="s1")
    assert draft_of(mine, AgreementKind.VOLUNTEER).needs_another
    with pytest.raises(Conflict, match="second person"):
        publish_draft(mine, AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD)

    set_password(charity.host(), "manager2", PASSWORD)
    theirs = charity.desk("manager2", session_id="s2")
    assert not draft_of(theirs, AgreementKind.VOLUNTEER).needs_another
    publish_draft(theirs, AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD)

    event = charity.events(action=Action.PUBLISH_AGREEMENT)[-1]
    assert (event.actor, event.facts["kept_by"]) == ("manager2", "manager")
    minor = {"version": "2.1", "change": Change.MINOR, "effective_on": date(2026, 11, 24), "resign_by": None}
    seen = save(charity, "manager", **minor)
    assert publish_draft(mine, AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD) == "2.1"


def test_a_text_that_says_sample_asks_before_it_is_published(charity):
    seen = save(charity, text=sample_agreement("volunteer"))
    desk = charity.desk("manager", session_id="s1")

    with pytest.raises(Invalid, match="SAMPLE"):
        publish_draft(desk, AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD)

    published = publish_draft(desk, AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD, sample_meant=True)
    assert published == "2"


@pytest.mark.one_database
def test_the_first_draft_may_begin_with_the_sample(world):
    world._agreed = True  # nothing is published yet
    world.manager(signed=None)
    page = open_page(world, "manager", "agreement_texts", kind="volunteer")

    next(button for button in page.button if button.label == "Begin with the sample").click().run()

    assert page.text_area[0].value == sample_agreement("volunteer")


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"effective_on": None}, "Takes effect on"),
        ({"effective_on": date(2026, 11, 22), "resign_by": None}, "Takes effect on"),
        ({"text": "Fine.\n\nThen <b>bold</b>."}, "Text"),
        ({"text": "<script>alert(1)</script>"}, "Text"),
        ({"text": "![](https://example.org/pixel.png)"}, "Text"),
    ],
)
def test_a_draft_that_can_not_stand_is_not_published(charity, wrong, field):
    seen = save(charity, **wrong)

    with pytest.raises(Invalid) as told:
        publish_draft(
            charity.desk("manager", session_id="s1"), AgreementKind.VOLUNTEER, seen_at=seen, password=PASSWORD
        )

    assert told.value.field == field
    assert charity.one(AgreementVersion, kind="volunteer", version="2") is None


def test_words_between_angles_and_money_are_no_markup():
    refuse_markup("Under 18s (<18), 5 < 6, £5, a [link](https://example.org), `<b>` in code and 1 > 0.")


def test_only_who_publishes_drafts(charity):
    for by in ("volunteer", charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])):
        with pytest.raises(Refused):
            save(charity, by)
        with pytest.raises(Refused):
            versions_of(charity.desk(by), AgreementKind.VOLUNTEER, Page())


def test_versions_are_listed_with_who_signed_and_each_beside_the_one_before(charity):
    charity.agreement("volunteer", "2", date(2026, 11, 1), text="The second.")

    page = versions_of(charity.desk("manager"), AgreementKind.VOLUNTEER, Page(size=1))
    assert [(head.version, head.signed) for head in page.rows] == [("2", 0)]
    older = versions_of(charity.desk("manager"), AgreementKind.VOLUNTEER, Page(after=page.next, size=1))
    assert [(head.version, head.signed) for head in older.rows] == [("1", 1)]
    whole = version_text(charity.desk("manager"), AgreementKind.VOLUNTEER, "2")
    assert (whole.text, whole.before, whole.intact) == ("The second.", "1", True)


def optional(world: World, version: str = "1", **other: object) -> str:
    text = f"What OKF does with data about you, {version}."
    wanted: dict[str, object] = {"effective_on": date(2026, 11, 23), "change": Change.MATERIAL}
    publish_agreement(
        world.desk("manager"),
        kind=AgreementKind.PRIVACY,
        version=version,
        text=text,
        title="Privacy",
        **(wanted | other),  # type: ignore[arg-type]
    )
    return text


def test_an_optional_text_is_asked_for_and_opens_or_stops_nothing(charity):
    charity.volunteer("unsigned", signed=None)
    charity.grant("unsigned", "OKF-1")
    text = optional(charity)

    _, asked = own_agreements(charity.desk("volunteer"))
    assert (asked.kind, asked.optional, asked.asks, asked.standing) == ("privacy", True, True, Standing.NEVER_SIGNED)
    assert charity.may("volunteer", Action.OPEN_CASE, "OKF-1")
    for who in ("volunteer", "unsigned"):
        record_signature(
            charity.desk(who), kind=AgreementKind.PRIVACY, version="1", typed_name=who, shown_sha256=text_sha256(text)
        )

    assert charity.reasons("unsigned", Action.OPEN_CASE, "OKF-1") == ["no_agreement"]
    assert not own_agreements(charity.desk("volunteer"))[1].asks
    assert {row.kind for row in charity.all(AgreementStanding)} == {Capacity.STAFF, Capacity.VOLUNTEER}
    with pytest.raises(Conflict):
        record_signature(
            charity.desk("volunteer"),
            kind=AgreementKind.PRIVACY,
            version="1",
            typed_name="volunteer",
            shown_sha256=text_sha256(text),
        )

    charity.at("2026-12-01T09:00")
    optional(charity, "1.1", effective_on=date(2026, 12, 1), change=Change.MINOR)
    assert not own_agreements(charity.desk("volunteer"))[1].asks
    charity.at("2026-12-02T09:00")
    optional(charity, "2", effective_on=date(2026, 12, 2))
    asked = own_agreements(charity.desk("volunteer"))[1]
    assert (asked.asks, asked.before.version) == (True, "1")


def test_C7_publishing_while_somebody_signs_leaves_one_truth(charity, place):
    """Whichever comes first, a signature is under a text that was shown, and the standings are the policy's."""
    people = [charity.volunteer(f"v{n}", signed=None) for n in range(6)]
    text = charity.one(AgreementVersion, kind="volunteer", version="1").text
    start, outcomes = threading.Barrier(7), []

    def sign(who: str) -> None:
        start.wait()
        try:
            record_signature(
                charity.desk(who), kind=Capacity.VOLUNTEER, version="1", typed_name=who, shown_sha256=text_sha256(text)
            )
            outcomes.append("signed")
        except Conflict:
            outcomes.append("read the new one")
        except CasebookError as other:  # pragma: no cover - a surprise is shown
            outcomes.append(repr(other))

    threads = [threading.Thread(target=sign, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    start.wait()
    publish_agreement(
        charity.desk("manager"),
        kind=Capacity.VOLUNTEER,
        version="2",
        text=TEXT,
        title="t",
        effective_on=date(2026, 11, 23),
        change=Change.MATERIAL,
    )
    for thread in threads:
        thread.join()

    assert set(outcomes) <= {"signed", "read the new one"}
    assert outcomes.count("signed") == len([s for s in charity.all(Signature) if s.person in people])
    _standings_are_the_policys(charity)


def _standings_are_the_policys(world: World) -> None:
    with world.store.reading() as session:
        versions, settings = facts.agreements(session), facts.policy_settings(session, world.now)
        for person in facts.people(session, [p.username for p in world.all(Person)]).values():
            [kept] = world.all(AgreementStanding, person=person.username)
            now = standing(kept.kind, person.signatures, versions[kept.kind], settings, world.now)
            assert (kept.version, kept.due_at, kept.overdue_at) == (now.version, now.due_at, now.overdue_at)
