"""A charity whose every row is accounted for on the record, and ways past the desk into its database."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from okf.agreements.commands.signatures import record_signature
from okf.cases.commands.cases import open_case_file
from okf.cases.commands.grants import NewGrant, grant_access
from okf.policy.clauses import Clause
from okf.proof.queries.assurance import Assurance, State, assure
from okf.store import guards, marks
from okf.store.models import AccessGrant, AgreementVersion, EmergencyAccess, ExpressAgreement, Signature
from okf.terms import Action, Capacity, Role
from tests.world import World

CASE, OTHER_CASE = "OKF-1", "OKF-2"
CHECKS = (
    "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname IN"
    " ('ck_access_grant_nobody_grants_to_themselves', 'ck_record_told_by_someone_and_kept_somewhere')"
)


@dataclass
class Charity:
    """A manager, a lead, a data protection lead, a trustee, a caseworker who works on one case, and a volunteer."""

    world: World
    grant: str = ""

    def found(self, key: str, **more: Any) -> Any:
        """What one check finds now."""
        return next(f for f in self.assured(**more).findings if f.check.key == key)

    def assured(self, as_at: datetime | None = None, **more: Any) -> Assurance:
        """The full proof, by the host."""
        return assure(self.world.host(), as_at, **more)

    def account_for_everything(self) -> None:
        """Put marks of all that the world wrote on the record, as an import does."""
        world = self.world
        with world.store.writing() as session:
            marks.put_on_record(
                session,
                at=world.now,
                actor="host",
                action=Action.IMPORT_CASELOAD,
                grants=[row.id for row in world.all(AccessGrant)],
                signatures=[(row.person, str(row.kind), row.version) for row in world.all(Signature)],
                emergencies=[row.id for row in world.all(EmergencyAccess)],
                express_agreements=[row.id for row in world.all(ExpressAgreement)],
            )

    def opens(self, person: str, case: str = CASE) -> None:
        """Somebody opens a case, through the command; each time is a sign-in of its own."""
        self.world.later(minutes=1)
        desk = self.world.desk(person, session_id=f"session-{self.world.now.isoformat()}")
        open_case_file(desk, case)

    @contextmanager
    def past_the_desk(self) -> Iterator[Connection]:
        """A connection of somebody who has the database itself, its triggers and checks out of the way."""
        engine = self.world.store.engine
        with engine.connect() as connection, guards.unguarded(connection):
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
                checks = connection.execute(text(CHECKS)).all()
                for table, name, _ in checks:
                    connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
                yield connection
                for table, name, what in checks:  # as they were, but for the rows that are there now
                    what = what.removesuffix(" NOT VALID")
                    connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {what} NOT VALID"))
                connection.execute(text("SET session_replication_role = DEFAULT"))
            else:
                kept = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                triggers = connection.execute(text(kept)).all()
                for trigger in triggers:
                    connection.execute(text(f'DROP TRIGGER "{trigger.name}"'))
                connection.execute(text("PRAGMA ignore_check_constraints = ON"))
                yield connection
                connection.execute(text("PRAGMA ignore_check_constraints = OFF"))
                for trigger in triggers:  # whoever knows what they do leaves nothing behind
                    connection.exec_driver_sql(trigger.sql)
            connection.commit()

    def sql(self, statement: str, **values: Any) -> int:
        """Run one statement past the desk; how many rows it changed."""
        with self.past_the_desk() as connection:
            return connection.execute(text(statement), values).rowcount

    def sign(self, person: str, version: str = "1", kind: Capacity = Capacity.STAFF) -> None:
        """Somebody signs in their own session, through the command."""
        self.world.later(minutes=1)
        held = self.world.one(AgreementVersion, kind=kind, version=version)
        assert held is not None
        record_signature(
            self.world.desk(person, session_id=f"{person}-session"),
            kind=kind,
            version=version,
            typed_name=person.replace("_", " ").title(),
            shown_sha256=hashlib.sha256(held.text.encode()).hexdigest(),
        )


def charity(world: World) -> Charity:
    """The charity, with everything on the record, and a case that was opened by right."""
    made = Charity(world)
    world.manager()
    world.dsl()
    world.person("deputy", roles=[Role.DEPUTY_DSL], signed=None)
    world.person("data_protection_lead", roles=[Role.DATA_PROTECTION_LEAD])
    world.person("trustee", roles=[Role.TRUSTEE])
    world.caseworker(signed=None)
    world.volunteer(signed=None)
    world.case(CASE, parties=["party_a", "party_b"], children=["child_c"])
    world.case(OTHER_CASE, parties=["party_d"])
    made.account_for_everything()
    world.later(minutes=1)
    manager = world.desk("manager")
    for case, party in ((CASE, "party_a"), (CASE, "party_b"), (OTHER_CASE, "party_d")):
        made.grant = grant_access(
            manager,
            case,
            NewGrant(
                to="caseworker",
                capacity=Capacity.STAFF,
                compartments=[f"sole:{party}", "joint"],
                purpose="casework",
                lead_for=party,
            ),
        )
    made.sign("caseworker")
    made.opens("caseworker")
    world.later(minutes=1)
    return made


def state_of(assured: Assurance, name: str) -> State:
    """How one clause stands."""
    return assured.state_of(Clause[name])
