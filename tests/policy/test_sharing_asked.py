"""Questions as they are put in words: what can't be understood is refused by its key, and nothing else is read in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy.orm import Session

from okf.errors import Invalid
from okf.policy.recording import agreed_in_time
from okf.proof.rehearse.play import load_world
from okf.store import share_facts
from okf.store.engine import Store
from okf.terms import Severity
from tests.world import instant

REHEARSALS = Path(__file__).parent.parent / "rehearsals"
NOW = instant("2026-11-23T12:00")
SHARE: dict[str, Any] = {
    "kind": "share",
    "actor": "caseworker_a",
    "records": ["N-70"],
    "recipient": {"type": "gp"},
    "purpose": "support",
}
RECORDING: dict[str, Any] = {
    "kind": "recording",
    "mediation": "MED-301",
    "session_starts": "2026-11-13T10:00",
    "agreed": {},
}
RIGHTS: dict[str, Any] = {
    "kind": "rights_request",
    "right": "erasure",
    "requested_by": "party_b",
    "case": "CASE-102",
    "received_on": "2026-11-23",
}
BREACH: dict[str, Any] = {"kind": "data_breach", "actor": "manager", "aware_at": "2026-11-23T11:00"}
READERS = {
    "share": share_facts.share_question,
    "recording": share_facts.recording_question,
    "rights_request": share_facts.rights_question,
    "data_breach": share_facts.breach_question,
}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """The rehearsals' world, read only."""
    store = Store.in_memory()
    load_world(store, yaml.safe_load((REHEARSALS / "world.yaml").read_text("utf-8")), NOW)
    with store.reading() as reading:
        yield reading
    store.close()


def asked(session: Session, ask: dict[str, Any], **change: Any) -> Any:
    """The question that these words put."""
    return READERS[ask["kind"]](session, {**ask, **change}, NOW)


@pytest.mark.parametrize(
    "ask, change, key",
    [
        (SHARE, {"actor": None}, "actor"),
        (SHARE, {"actor": "nobody_here"}, "actor"),
        (SHARE, {"records": ["N-70", "N-404"]}, "records"),
        (SHARE, {"records": {"id": "N-70"}}, "records"),
        (SHARE, {"recipient": None}, "recipient"),
        (SHARE, {"recipient": "gp"}, "recipient"),
        (SHARE, {"recipient": {}}, "recipient.type"),
        (SHARE, {"recipient": {"type": "lawyer", "verifed": True}}, "recipient.verifed"),
        (SHARE, {"recipient": {"type": "lawyer", "verified": "perhaps"}}, "recipient.verified"),
        (SHARE, {"severity": "severe"}, "severity"),
        (SHARE, {"danger": "imminent"}, "danger"),
        (SHARE, {"compulsion": "warrant"}, "compulsion"),
        (SHARE, {"compulsion": {"sealed": True}}, "compulsion.type"),
        (SHARE, {"compulsion": {"type": "order", "sealed": "yes"}}, "compulsion.sealed"),
        (SHARE, {"compulsion": {"type": "order", "due": "soon"}}, "compulsion.due"),
        (SHARE, {"approved_by": ["nobody_here"]}, "approved_by"),
        (SHARE, {"purpose": ["support"]}, "purpose"),
        (SHARE, {"severitty": "high"}, "severitty"),
        (RECORDING, {"mediation": None}, "mediation"),
        (RECORDING, {"mediation": "MED-404"}, "mediation"),
        (RECORDING, {"session_starts": None}, "session_starts"),
        (RECORDING, {"session_starts": "ten o'clock"}, "session_starts"),
        (RECORDING, {"session_starts": 10}, "session_starts"),
        (RECORDING, {"agreed": ["party_a"]}, "agreed"),
        (RECORDING, {"agreed": {"party_a": "yes"}}, "agreed.party_a"),
        (RECORDING, {"session_starts": "2026-10-25T01:30"}, "session_starts"),
        (RIGHTS, {"right": None}, "right"),
        (RIGHTS, {"requested_by": None}, "requested_by"),
        (RIGHTS, {"case": "CASE-404"}, "case"),
        (RIGHTS, {"received_on": None}, "received_on"),
        (RIGHTS, {"received_on": "2026-02-30"}, "received_on"),
        (RIGHTS, {"extended": "long"}, "extended"),
        (BREACH, {"aware_at": None}, "aware_at"),
        (BREACH, {"aware_at": "2027-03-28T01:30"}, "aware_at"),
        (BREACH, {"actor": "nobody_here"}, "actor"),
        (BREACH, {"risk_of_harm": "perhaps"}, "risk_of_harm"),
    ],
)
def test_what_cannot_be_understood_is_told_by_its_key(session, ask, change, key):
    with pytest.raises(Invalid) as raised:
        asked(session, ask, **change)

    assert raised.value.field == key
    assert raised.value.why


def test_C13_a_mere_date_counts_as_agreed_only_when_it_is_over(session):
    q = asked(session, RECORDING, agreed={"party_a": "2026-11-12", "party_b": "2026-11-13"})

    assert agreed_in_time(q, "party_a")
    assert not agreed_in_time(q, "party_b")


@pytest.mark.parametrize("danger", [None, False, "none", "no"])
def test_no_danger_is_no_danger_however_it_is_said(session, danger):
    assert not asked(session, SHARE, danger=danger).danger


def test_a_share_knows_the_children_the_workers_and_everyones_agreements(session):
    q = asked(session, SHARE, about=["child_c", "volunteer"], identifiable=["party_b"], severity="high")

    assert q.children == {"child_c"}
    assert [worker.username for worker in q.about_people] == ["volunteer"]
    assert q.severity is Severity.HIGH
    assert q.cases["CASE-101"].parties == ("party_a", "party_b")


def test_one_who_has_come_of_age_is_a_child_no_more(session):
    assert share_facts.children_among(session, ["child_c"], instant("2033-05-19T23:59")) == {"child_c"}
    assert share_facts.children_among(session, ["child_c"], instant("2033-05-20T00:00")) == frozenset()


def test_a_rights_request_without_a_case_is_of_the_only_one_there_is(session):
    alone = {key: value for key, value in RIGHTS.items() if key != "case"}

    assert asked(session, alone).case is None
    assert asked(session, alone, requested_by="nobody_known").case is None
