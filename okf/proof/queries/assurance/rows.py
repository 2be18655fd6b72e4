"""Who may see what is behind a figure."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from okf.asker import allowed_on
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.proof.queries.assurance.findings import Finding
from okf.terms import Action


def readable(session: Session, question: Question, finding: Finding) -> Finding:
    """Of concerns, only those that are in this person's list; other rows as they are."""
    if finding.check.rows_for is not Action.READ_CONCERN or not finding.behind:
        return finding
    if not decide(replace(question, action=Action.LIST_CONCERNS)).allowed:
        return replace(finding, behind=())
    may = allowed_on(session, question, [one.ref for one in finding.behind if one.ref], Action.LIST_CONCERNS)
    return replace(finding, behind=tuple(one for one in finding.behind if one.ref in may))
