"""Gates of what is kept about the people who work here: whom it is about never has it, a lead's own goes elsewhere."""

from __future__ import annotations

from okf.policy.decision import Reason
from okf.policy.facts import Question
from okf.policy.gates import with_a_leads_word
from okf.policy.sealed import open_and_counted
from okf.terms import SAFEGUARDING_LEADS, Role


def not_about_them(q: Question) -> tuple[Reason, ...]:
    """The person it is about, who stands as the grantee of the question, is somebody else."""
    about_them = q.grantee is not None and q.grantee.username == q.person.username
    return (Reason.SUBJECT_OF_CONCERN,) if about_them else ()


def lead_of_worker(q: Question) -> tuple[Reason, ...]:
    """They are a safeguarding lead or a deputy; or the trustee, of somebody who is or ever was one."""
    return with_a_leads_word(q, q.grantee is not None and q.grantee.ever_led)


def reopener(q: Question) -> tuple[Reason, ...]:
    """They are a manager; or a lead, of a case with an open concern that counts for them."""
    roles = q.person.roles(q.at)
    allowed = Role.MANAGER in roles or (roles & SAFEGUARDING_LEADS and open_and_counted(q))
    return () if allowed else (Reason.NOT_PERMITTED,)
