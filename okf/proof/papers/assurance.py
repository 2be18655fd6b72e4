"""How the promise stands, on paper for the trustees: plain words and figures, no case and no person."""

from __future__ import annotations

from typing import Final

from okf.policy.clauses import Clause, commitment
from okf.proof.queries.assurance import Assurance, Finding, State
from okf.shell.paper import Paper, moment

_MARKS: Final = {State.KEPT: "✓", State.ATTENTION: "!", State.BROKEN: "✗"}
_SAID: Final = {State.KEPT: "kept", State.ATTENTION: "needs attention", State.BROKEN: "broken"}


def assurance_report(assurance: Assurance) -> bytes:
    """The whole proof as a PDF: what is broken, what waits, each clause with its checks, and the record's head.

    Nothing in it names a service user, a case or a worker: who may see those
    finds them on the Commitment page.
    """
    paper = Paper("Is our promise of confidentiality kept?", assurance.at)
    paper.say(
        f"Our Confidentiality Commitment, {commitment()['version']}, has fifteen clauses. On {moment(assurance.as_at)}"
        f" (London time) Casebook proved each by its own records. As a whole it is: {_SAID[assurance.state]}.",
        bold=assurance.state is State.BROKEN,
    )
    paper.points(
        [
            f"Kept: {_clauses(assurance, State.KEPT)}.",
            f"Needs attention (somebody must act; the promise still holds): {_clauses(assurance, State.ATTENTION)}.",
            f"Broken: {_clauses(assurance, State.BROKEN)}.",
        ]
    )
    _section(paper, "What broke the promise", assurance.broken, "Nothing did.")
    _section(paper, "What somebody must act on", assurance.attention, "Nothing waits.")
    paper.heading("How this was proved")
    paper.say(
        f"Every one of the {assurance.head.seq:,} events on the audit record was read, and its chain checked."
        f" {assurance.accesses:,} openings and readings of cases were decided again, each with the grants and"
        " signatures of its own moment. Grants and signatures were compared with the events by which they were given."
    )
    paper.say("The head of the record stands for all of it. Keep this page: a later cut or change is found by it.")
    paper.say(f"{assurance.head.seq} {assurance.head.hash}", bold=True)
    paper.heading("Clause by clause")
    for clause in Clause:
        _clause(paper, assurance, clause)
    return paper.pdf()


def _clauses(assurance: Assurance, state: State) -> str:
    return ", ".join(clause.name for clause in Clause if assurance.state_of(clause) is state) or "none"


def _section(paper: Paper, title: str, findings: tuple[Finding, ...], nothing: str) -> None:
    paper.heading(title)
    if not findings:
        paper.say(nothing)
    for finding in findings:
        named = ", ".join(clause.name for clause in finding.check.clauses)
        paper.say(f"{finding.sentence} ({named})", bold=True)
        paper.say(finding.check.remedy)


def _clause(paper: Paper, assurance: Assurance, clause: Clause) -> None:
    state = assurance.state_of(clause)
    paper.heading(f"{clause.name} {_MARKS[state]} {_SAID[state]}", size=11)
    paper.say(f"“{clause.text}”", quiet=True)
    findings = assurance.of(clause)
    paper.points([f"{one.sentence}{_figures(one)}" for one in findings], [_MARKS[one.state] for one in findings])


def _figures(finding: Finding) -> str:
    told = ", ".join(f"{name.replace('_', ' ')} {figure:,}" for name, figure in finding.figures.items())
    return f" Of these: {told}." if told else ""
