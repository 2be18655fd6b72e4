"""Whom an intake officer asks about somebody protected: a lead caseworker or a manager who may speak of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select

from okf.asker import Asker, family
from okf.intake.queries.alike import NOBODY
from okf.policy.table import MANAGERS
from okf.store.models import AccessGrant, ConflictOfInterest, Person
from okf.store.visible import AT, account_on, begun, goes_on, holds_role, not_ended

_STILL = account_on()
_LEADS = (
    select(AccessGrant.lead_for, Person.username, Person.name)
    .join(Person, Person.username == AccessGrant.person)
    .where(
        AccessGrant.case_ref.in_(bindparam("cases", expanding=True)),
        AccessGrant.lead_for.in_(bindparam("refs", expanding=True)),
        begun(),
        not_ended(AT),
        goes_on(),
        _STILL,
    )
    .order_by(Person.name_folded, Person.username)
)
_MANAGERS = (
    select(Person.username, Person.name)
    .where(holds_role(MANAGERS), Person.username != bindparam("who"), _STILL)
    .order_by(Person.name_folded, Person.username)
    .limit(20)
)
_TIES = select(ConflictOfInterest.person, ConflictOfInterest.service_user).where(
    ConflictOfInterest.service_user.in_(bindparam("refs", expanding=True)), ConflictOfInterest.lifted_at.is_(None)
)


def whom_to_ask(asker: Asker, cases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each of these service users, by their cases, the name of whom to ask.

    Their own lead caseworker, if there is one; else a manager. Nobody who
    declared a conflict with anyone of the family is named.
    """
    session, at = asker.session, asker.at
    every_case = sorted({ref for refs in cases.values() for ref in refs})
    questions = asker.questions(every_case)
    families = {
        ref: {ref, *(who for case in refs if (of := questions[case].case) for who in family(of))}
        for ref, refs in cases.items()
    }
    everyone = sorted(set().union(*families.values())) or [NOBODY]
    ties = {(row.person, row.service_user) for row in session.execute(_TIES, {"refs": everyone})}
    leads = session.execute(
        _LEADS, {"refs": sorted(cases) or [NOBODY], "cases": every_case or [NOBODY], "at": at}
    ).all()
    managers = session.execute(_MANAGERS, {"at": at, "who": asker.who}).all()

    def free(username: str, ref: str) -> bool:
        return not any((username, who) in ties for who in families[ref])

    found = {}
    for ref in cases:
        own = [row.name for row in leads if row.lead_for == ref and free(row.username, ref)]
        run = [row.name for row in managers if free(row.username, ref)]
        found[ref] = next(iter([*own, *run]), "the safeguarding lead")
    return found
