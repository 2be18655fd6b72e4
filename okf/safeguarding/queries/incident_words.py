"""The draft of a serious-incident report, made from the facts of a concern: roles in the place of names."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import bindparam, select, union
from sqlalchemy.orm import Session

from okf.policy.facts import Question
from okf.policy.nameless import without_names
from okf.policy.words import moment
from okf.safeguarding.queries.concern import ConcernInView, whole_concern
from okf.store import facts
from okf.store.models import (
    AccessGrant,
    CaseChild,
    CaseParty,
    Concern,
    ConcernAbout,
    ConcernEntry,
    Person,
    Referral,
    ServiceUser,
)
from okf.store.visible import of_worker
from okf.terms import Capacity, Role

TO_BE_WRITTEN: Final = "[check: to be written]"
# The first that somebody holds says what they were here.
_TITLES: Final = {
    Role.DSL: "Safeguarding lead",
    Role.DEPUTY_DSL: "Deputy safeguarding lead",
    Role.SAFEGUARDING_TRUSTEE: "Safeguarding trustee",
    Role.TRUSTEE: "Trustee",
    Role.MEDIATOR: "Mediator",
    Role.THERAPIST: "Therapist",
    Role.CASEWORKER: "Caseworker",
    Role.MANAGER: "Manager",
    Role.INTAKE_OFFICER: "Intake officer",
    Role.SECOND_READER: "Second reader",
}
_CAPACITIES: Final = {
    Capacity.VOLUNTEER: "Volunteer",
    Capacity.THERAPIST: "Therapist",
    Capacity.ALLIED_PARTNER: "Partner worker",
}
_LETTERS: Final = "ABCDEFGHJK"
_REF: Any = bindparam("ref")
_CASE: Any = bindparam("case")
_PARTIES = (
    select(ServiceUser.name)
    .join(CaseParty, CaseParty.service_user == ServiceUser.ref)
    .where(CaseParty.case_ref == _CASE)
    .order_by(CaseParty.position)
)
_CHILDREN = (
    select(ServiceUser.name)
    .join(CaseChild, CaseChild.service_user == ServiceUser.ref)
    .where(CaseChild.case_ref == _CASE)
    .order_by(CaseChild.position)
)
_OTHERS = (
    select(ServiceUser.name)
    .join(ConcernAbout, ConcernAbout.service_user == ServiceUser.ref)
    .where(
        ConcernAbout.concern_ref == _REF,
        ServiceUser.ref.not_in(select(CaseParty.service_user).where(CaseParty.case_ref == _CASE)),
        ServiceUser.ref.not_in(select(CaseChild.service_user).where(CaseChild.case_ref == _CASE)),
    )
    .order_by(ConcernAbout.id)
)
_INVOLVED: Any = union(
    select(Concern.raised_by).where(Concern.ref == _REF),
    select(Concern.lead).where(Concern.ref == _REF, Concern.lead.is_not(None)),
    select(ConcernEntry.entered_by).where(ConcernEntry.concern_ref == _REF),
    select(ConcernAbout.person).where(ConcernAbout.concern_ref == _REF, of_worker()),
    select(AccessGrant.person).where(AccessGrant.case_ref == _CASE),
)
_WORKERS = (
    select(Person.username, Person.name, Person.capacity)
    .where(Person.username.in_(_INVOLVED))
    .order_by(Person.username)
)
_REFERRED = select(Referral.recipient, Referral.sent_at, Referral.status).where(Referral.concern_ref == _REF)


def incident_draft(session: Session, question: Question) -> str:
    """A report to begin from, for the concern of a question that the policy has allowed."""
    view = whole_concern(session, question)
    roles = roles_on(session, question)
    referrals = session.execute(_REFERRED.order_by(Referral.sent_at), {"ref": view.ref}).all()
    return without_names(_facts(view, referrals), roles)


def roles_on(session: Session, question: Question) -> dict[str, str]:
    """Everybody of a concern and of its case by name, with the role that stands for them."""
    if question.concern is None:
        raise ValueError("there is no concern in this question")
    keys = {"ref": question.concern.ref, "case": question.concern.case_ref}
    roles: dict[str, str] = {}
    for number, name in enumerate(filter(None, session.scalars(_PARTIES, keys))):
        roles[name] = f"Parent {_LETTERS[number % len(_LETTERS)]}"
    for number, name in enumerate(filter(None, session.scalars(_CHILDREN, keys)), 1):
        roles[name] = f"Child {number}"
    for number, name in enumerate(filter(None, session.scalars(_OTHERS, keys)), 1):
        roles[name] = f"Person {number}"
    workers = session.execute(_WORKERS, keys).all()
    people = facts.people(session, [one.username for one in workers])
    titled: dict[str, list[str]] = {}
    for worker in workers:
        held = people[worker.username].roles(question.at)
        title = _CAPACITIES.get(worker.capacity) or next(
            (said for role, said in _TITLES.items() if role in held), "Worker"
        )
        titled.setdefault(title, []).append(worker.name)
    for title, names in titled.items():
        roles |= {name: f"{title} {number}" if len(names) > 1 else title for number, name in enumerate(names, 1)}
    return roles


def _facts(view: ConcernInView, referrals: Any) -> str:
    report = view.report
    about = ", ".join(view.about) or "nobody who is on file"
    kind = view.category.value.replace("_", " ") if view.category else "not said yet"
    where_when = "; ".join(filter(None, (report.seen_where, report.seen_when))) or "not said"
    done = [f"- {moment(one.entered_at)}: {one.by}: {_line(one.what, one.text)}" for one in view.entries]
    told = [
        f"- {_said(one.recipient)}, {moment(one.sent_at)}; it stands as {_said(one.status.value)}" for one in referrals
    ]
    sections = (
        ("What happened", f"{report.account or 'Not written down.'}\n\nKind of harm: {kind}. About: {about}."),
        ("When and where", f"Raised {moment(report.raised_at)} by {view.raised_by}. Seen or said: {where_when}."),
        ("What we did", "\n".join(done)),
        ("Whom we told", "\n".join(told) or "- Nobody outside the charity so far."),
        ("How it stands", f"Severity: {view.severity.value}. {_said(view.status.value)}."),
        ("What it means for the charity and the people it helps", TO_BE_WRITTEN),
        ("What we learnt, and what we change", TO_BE_WRITTEN),
    )
    return "\n\n".join(f"{title}\n{words}" for title, words in sections)


def _line(what: str, text: str | None) -> str:
    return f"{what}. {text}" if text else f"{what}."


def _said(value: str) -> str:
    return value.replace("_", " ")
