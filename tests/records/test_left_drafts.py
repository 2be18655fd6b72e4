"""What somebody had begun when a case closed: told to its writer, saved for a day by what they could do before (C6)."""

from __future__ import annotations

import pytest

from okf.cases.commands.cases import close_case, reopen_case
from okf.errors import NotFound, Refused
from okf.policy.chasing import MailKind
from okf.records.commands.left import save_left_draft
from okf.records.queries.left import left_drafts
from okf.shell.drafts.commands import keep_draft
from okf.store.models import Draft, Mail, Record
from okf.terms import MEDIATION_MATERIAL, Action, RecordClass, Role
from okf.today.queries.pending import pending_items
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

CASE = "OKF-1"
BEGUN = {"text": "She rang about the blue heron.", "title": "A call", "source": "party_a", "subjects": ["party_a"]}


@pytest.fixture
def charity(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A manager, a caseworker of each side, and a record that one of them had begun when the case closed."""
    monkeypatch.setenv("OKF_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("OKF_MAIL_FROM", "casebook@okf.example")
    world.manager()
    for name in ("worker_a", "worker_b"):
        world.caseworker(name, email=f"{name}@okf.example")
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell")
    world.case(CASE, children=["child_c"])
    world.grant("worker_a", CASE, ref="G-A", compartments=["sole:party_a", "joint"])
    world.grant("worker_b", CASE, compartments=["sole:party_b", "joint"])
    keep_draft(world.desk("worker_a"), "record", CASE, values=BEGUN)
    world.later(minutes=5)
    close_case(world.desk("manager"), CASE, reason="done")
    return world


def told(world: World, who: str) -> list[str]:
    return [one.text for one in pending_items(world.desk(who)) if "began" in one.text]


@pytest.mark.both_databases
def test_C6_a_record_begun_before_the_closing_is_saved_within_a_day_as_it_stands(charity: World) -> None:
    charity.later(hours=23)
    assert told(charity, "worker_a") == ["1 record that you began goes within a day: its case was closed"]
    assert told(charity, "worker_b") == told(charity, "manager") == []
    assert [(mail.kind, mail.person) for mail in charity.all(Mail)] == [(MailKind.DRAFT_GOES, "worker_a")]
    [draft] = left_drafts(charity.desk("worker_a"))
    assert (draft.text, draft.source, draft.subjects) == (BEGUN["text"], "party_a", ("party_a",))

    ref = save_left_draft(charity.desk("worker_a"), CASE, source="party_a", subjects=["party_a"])

    record = charity.one(Record, id=ref)
    assert record is not None
    assert (record.text, record.compartment, record.record_class) == (BEGUN["text"], "sole:party_a", RecordClass.NOTE)
    assert record.occurred_at == draft.kept_at
    assert charity.count(Draft) == 0
    [event] = charity.events(action=Action.KEEP_LEFT_DRAFT)
    assert (event.subject, event.case_ref) == (ref, CASE)
    assert "heron" not in str(event.facts)
    assert not charity.desk("worker_a").decide(Action.OPEN_CASE, CASE).allowed  # nothing else came back
    with pytest.raises(NotFound):
        save_left_draft(charity.desk("worker_a"), CASE, source="party_a", subjects=["party_a"])


@pytest.mark.one_database
def test_C6_after_a_day_it_is_not_saved(charity: World) -> None:
    charity.later(hours=24)
    assert left_drafts(charity.desk("worker_a")) == ()
    with pytest.raises(NotFound):
        save_left_draft(charity.desk("worker_a"), CASE, source="party_a", subjects=["party_a"])


@pytest.mark.one_database
def test_C2_it_is_saved_as_nobodys_words_that_its_writer_could_not_write(charity: World) -> None:
    with pytest.raises(Refused):
        save_left_draft(charity.desk("worker_a"), CASE, source="party_b", subjects=["party_a"])
    assert set(left_drafts(charity.desk("worker_a"))[0].sources) == {"party_a", "joint"}
    assert charity.count(Record) == 0


@pytest.mark.one_database
@pytest.mark.parametrize("ended", ["revoked", "tied", "left", "reopened"])
def test_C5_whoever_may_not_any_more_saves_nothing(charity: World, ended: str) -> None:
    if ended == "revoked":
        charity.revoke("G-A")
    elif ended == "tied":
        charity.conflict("worker_a", "party_a")
    elif ended == "left":
        charity.leave("worker_a")
    else:
        reopen_case(charity.desk("manager"), CASE)
    assert left_drafts(charity.desk("worker_a")) == ()
    with pytest.raises(NotFound):
        save_left_draft(charity.desk("worker_a"), CASE, source="party_a", subjects=["party_a"])


@pytest.mark.one_database
def test_its_writer_sees_it_on_a_page_and_nobody_else(charity: World) -> None:
    page = open_page(charity, "worker_a", "left_drafts")
    assert "blue heron" in sent(page)
    assert "heron" not in sent(open_page(charity, "worker_b", "left_drafts"))
    next(one for one in page.button if one.label == "Save it as a record").click().run()
    assert charity.count(Record) == 1
    assert "is on the case" in page.success[0].value


@pytest.mark.one_database
@pytest.mark.parametrize("whose, part", [("party_a", "sole:party_a"), ("joint", "joint")])
def test_C6_C11_a_mediators_note_is_saved_as_what_it_was_begun_as(world: World, whose: str, part: str) -> None:
    world.manager()
    world.person("mediator", roles=[Role.MEDIATOR], email="m@okf.example")
    world.person("beside", roles=[Role.MEDIATOR])
    world.case(CASE)
    for who in ("mediator", "beside"):
        world.grant(who, CASE, record_classes=MEDIATION_MATERIAL)
    world.mediation(CASE, "MED-1", mediator="mediator")
    for who in ("mediator", "beside"):
        begun = {"whose": whose, "title": "After", "text": f"Of the blue heron, by {who}."}
        keep_draft(world.desk(who), "mediation-note", "MED-1", case_ref=CASE, values=begun)
    close_case(world.desk("manager"), CASE, reason="done")
    world.later(hours=2)

    [draft] = left_drafts(world.desk("mediator"))
    page = open_page(world, "mediator", "left_drafts")
    next(one for one in page.button if one.label == "Save it as a record").click().run()

    record = world.one(Record)
    assert record is not None
    assert (draft.mediation, draft.text) == ("MED-1", "Of the blue heron, by mediator.")
    assert (record.text, record.compartment, record.mediation_ref) == (draft.text, part, "MED-1")
    assert record.record_class is draft.record_class
    if whose != "joint":  # a private note is that of the mediation's mediator alone
        assert left_drafts(world.desk("beside")) == ()
        with pytest.raises(NotFound):
            save_left_draft(world.desk("beside"), CASE, source=whose, subjects=[whose], mediation="MED-1")
