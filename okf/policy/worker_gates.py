"""Gates of what is kept about the people who work here: whom it is about never has it, a lead's own goes elsewhere."""

from __future__ import annotations

from okf.policy.decision import Reason
from okf.policy.facts import Question
from okf.terms import SAFEGUARDING_LEADS, Role


def not_about_them(q: Question) -> tuple[Reason, ...]:
    """The person it is about, who stands as the grantee of the question, is somebody else."""
    about_them = q.grantee is not None and q.grantee.username == q.person.username
    return (Reason.SUBJECT_OF_CONCERN,) if about_them else ()


def lead_of_worker(q: Question) -> tuple[Reason, ...]:
    """They are a safeguarding lead or a deputy; or the trustee, of somebody who is or ever was one."""
    roles = q.person.roles(q.at)
    about_lead = q.grantee is not None and any(held.role in SAFEGUARDING_LEADS for held in q.grantee.held_roles)
    allowed = roles & SAFEGUARDING_LEADS or (about_lead and Role.SAFEGUARDING_TRUSTEE in roles)
    return () if allowed else (Reason.NOT_SAFEGUARDING_LEAD,)


def reopener(q: Question) -> tuple[Reason, ...]:
    """They are a manager; or a lead, of a case with an open concern that is not about them."""
    roles = q.person.roles(q.at)
    theirs = any(c.open(q.at) and q.person.username not in c.about_people for c in q.concerns)
    allowed = Role.MANAGER in roles or (roles & SAFEGUARDING_LEADS and theirs)
    return () if allowed else (Reason.NOT_PERMITTED,)
