"""Whatever happens in whatever order: the promise's four invariants over sequences of real commands."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from okf.agreements.commands.signatures import record_signature
from okf.agreements.queries.own_agreements import own_agreements
from okf.cases.commands.access_routes import open_emergency_access
from okf.cases.commands.cases import close_case, reopen_case
from okf.cases.commands.conflicts import declare_conflict
from okf.cases.commands.grants import NewGrant, grant_access, revoke_grant
from okf.desk import Desk
from okf.errors import CasebookError
from okf.policy.sharing import decide_share
from okf.sharing.commands.express_agreements import agree_to_share
from okf.store.engine import Store
from okf.store.models import AccessGrant
from okf.store.share_facts import share_question
from okf.terms import SAFEGUARDING_LEADS, Action, Capacity, Outcome, RecordClass, Role
from tests.world import World

CASE, NOTE, SUMMARY = "OKF-1", "N-1", "N-2"
PEOPLE = ("manager", "manager_two", "dsl", "datalead", "caseworker", "unsigned", "administrator")
CUSTODIANS = SAFEGUARDING_LEADS | {Role.DATA_PROTECTION_LEAD}
WHO = st.sampled_from(PEOPLE)
COURT = st.sampled_from(["court", "judge", "cafcass", "court_expert", "guardian"])


class Charity(RuleBasedStateMachine):
    """A case, its people, and all that they may do to it, each by themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store.in_memory()
        self.world = world = World(self.store)
        world.manager()
        world.manager("manager_two")
        world.dsl()
        world.person("datalead", roles=[Role.DATA_PROTECTION_LEAD])
        world.caseworker()
        world.caseworker("unsigned", signed=None)
        world.person("administrator", roles=[Role.ADMINISTRATOR])
        world.case(CASE, parties=["party_a", "party_b"], granted_to=["caseworker"])
        mediation = world.mediation(CASE)
        world.record(CASE, NOTE, compartment="joint")
        world.record(
            CASE, SUMMARY, compartment="joint", record_class=RecordClass.OUTCOME_SUMMARY, mediation_ref=mediation
        )
        self.chance = Random(20261122)
        self.could = self._who_can()
        self.past: list[tuple[str, object, Outcome]] = []

    def desk(self, person: str) -> Desk:
        """Somebody's desk; all desks draw their references from one chance, as in life."""
        return self.world.desk(person, chance=self.chance)

    def teardown(self) -> None:
        self.store.close()

    def _who_can(self) -> set[str]:
        return {person for person in PEOPLE if self.world.may(person, Action.READ_RECORD, CASE, record=NOTE)}

    def _acted(self, actor: str) -> None:
        """Nobody ever gains access by anything they did alone, but for an emergency, which somebody else reviews."""
        now = self._who_can()
        gained = {who for who in now - self.could if "emergency_review" not in self._conditions(who)}
        assert actor not in gained or actor in self.signing
        self.could = now

    def _conditions(self, person: str) -> tuple[str, ...]:
        return self.desk(person).decide(Action.READ_RECORD, record=NOTE).conditions

    signing: frozenset[str] = frozenset()

    @rule(actor=WHO, to=WHO)
    def somebody_grants(self, actor: str, to: str) -> None:
        with suppress(CasebookError):
            grant_access(
                self.desk(actor),
                CASE,
                NewGrant(to=to, capacity=Capacity.STAFF, compartments=["joint"], purpose="support"),
            )
        self._acted(actor)

    @rule(actor=WHO)
    def somebody_signs(self, actor: str) -> None:
        desk = self.desk(actor)
        # A signature opens only what somebody else granted: signing is the second half of two people's deed.
        self.signing = frozenset({actor}) if self.world.all(AccessGrant, person=actor) else frozenset()
        name = actor.replace("_", " ").title()
        for text in (own.in_effect for own in own_agreements(desk) if own.in_effect):
            with suppress(CasebookError):
                record_signature(
                    desk, kind=text.kind, version=text.version, typed_name=name, shown_sha256=text.text_sha256
                )
        self._acted(actor)
        self.signing = frozenset()

    @rule(actor=WHO)
    def somebody_revokes(self, actor: str) -> None:
        for grant in self.world.all(AccessGrant, case_ref=CASE):
            with suppress(CasebookError):
                revoke_grant(self.desk(actor), grant.id)
        self._acted(actor)

    @rule(actor=WHO)
    def somebody_closes(self, actor: str) -> None:
        closed = True
        try:
            close_case(self.desk(actor), CASE, reason="the family is settled")
        except CasebookError:
            closed = False
        if closed:
            for person in PEOPLE:
                roles = self.desk(person).person().roles(self.world.clock())
                with_purpose = self.desk(person).decide(Action.READ_RECORD, record=NOTE, purpose="a request")
                assert not self.world.may(person, Action.READ_RECORD, CASE, record=NOTE)
                assert not with_purpose.allowed or roles & CUSTODIANS
        self._acted(actor)

    @rule(actor=WHO)
    def somebody_reopens(self, actor: str) -> None:
        with suppress(CasebookError):
            reopen_case(self.desk(actor), CASE)
        self._acted(actor)

    @rule(actor=WHO)
    def somebody_declares_a_tie(self, actor: str) -> None:
        with suppress(CasebookError):
            declare_conflict(self.desk(actor), "party_a", reason="a neighbour")
        self._acted(actor)

    @rule(actor=WHO)
    def somebody_calls_an_emergency(self, actor: str) -> None:
        with suppress(CasebookError):
            open_emergency_access(self.desk(actor), CASE, reason="a neighbour telephoned")
        self._acted(actor)

    @rule(minutes=st.integers(1, 3000))
    def time_passes(self, minutes: int) -> None:
        self.world.later(minutes=minutes)
        self.could = self._who_can()

    @rule(source=st.sampled_from(["party_a", "party_b"]), recipient=COURT)
    def a_party_agrees(self, source: str, recipient: str) -> None:
        with suppress(CasebookError):
            agree_to_share(
                self.desk("caseworker"), CASE, source=source, records=[SUMMARY], recipient={"type": recipient}
            )

    @rule(actor=WHO, recipient=COURT, purpose=st.sampled_from(["report", "support", "legal_advice", "proceedings"]))
    def somebody_asks_to_send_mediation_to_court(self, actor: str, recipient: str, purpose: str) -> None:
        ask = {"actor": actor, "records": [SUMMARY], "recipient": {"type": recipient}, "purpose": purpose}
        with self.store.reading() as session:
            decision = decide_share(share_question(session, ask, self.world.clock()))
        assert not decision.allowed

    @rule(person=WHO)
    def a_decision_is_remembered(self, person: str) -> None:
        at = self.world.clock() - timedelta(minutes=1)
        answer = self.desk(person).decide(Action.READ_RECORD, record=NOTE, at=at).decision
        self.past.append((person, at, answer))

    @invariant()
    def no_later_deed_changes_an_earlier_decision(self) -> None:
        for person, at, answer in self.past:
            assert self.desk(person).decide(Action.READ_RECORD, record=NOTE, at=at).decision == answer


TestCharity = Charity.TestCase
TestCharity.settings = settings(max_examples=12, stateful_step_count=15, deadline=None)
