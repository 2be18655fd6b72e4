"""Who may see what is behind a figure."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from okf.policy.access import decide
from okf.policy.facts import Question
from okf.proof.queries.assurance.findings import Finding
from okf.store import facts
from okf.terms import Action


def readable(session: Session, question: Question, finding: Finding) -> Finding:
    """Of concerns, only those that this person may read; other rows as they are."""
    if finding.check.rows_for is not Action.READ_CONCERN or not finding.behind:
        return finding
    if not decide(replace(question, action=Action.LIST_CONCERNS)).allowed:
        return replace(finding, behind=())
    concerns = facts.concerns(session, [one.ref for one in finding.behind if one.ref])
    cases = facts.cases(session, {c.case_ref for c in concerns.values() if c.case_ref})
    may = {
        ref
        for ref, concern in concerns.items()
        if decide(
            replace(question, action=Action.READ_CONCERN, concern=concern, case=cases.get(concern.case_ref or ""))
        ).allowed
    }
    return replace(finding, behind=tuple(one for one in finding.behind if one.ref in may))
