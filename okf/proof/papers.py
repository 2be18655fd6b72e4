"""The proof on paper: how the promise stands, for the trustees, and the access receipt, for a service user."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from okf.policy.clauses import Clause, commitment
from okf.policy.words import until_told
from okf.proof.queries.assurance import Assurance, Finding, State
from okf.shell.paper import Paper, moment
from okf.terms import ShareRoute

_MARKS: Final = {State.KEPT: "✓", State.ATTENTION: "!", State.BROKEN: "✗"}
_SAID: Final = {State.KEPT: "kept", State.ATTENTION: "needs attention", State.BROKEN: "broken"}
_AUTHORITY: Final[Mapping[str, str]] = {
    ShareRoute.LEGAL_COMPULSION: "because a court order or a warrant required it",
    ShareRoute.OWN_LAWYER_SUMMARY: "because you asked us to show your mediation summary to your own lawyer",
    ShareRoute.EXPRESS_AGREEMENT: "because you expressly agreed to it",
    ShareRoute.PUBLIC_AGREED: "because everyone who could be recognised expressly agreed to it",
    ShareRoute.SAFEGUARDING: "to protect somebody from harm, as we told you",
    ShareRoute.IMMEDIATE_DANGER: "because somebody was in immediate danger, as we told you",
}


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


def receipt_letter(letter: Mapping[str, Any]) -> bytes:
    """An approved letter's content, as `release_receipt` gives it, as a PDF."""
    as_at = datetime.fromisoformat(letter["as_at"])
    paper = Paper("Who opened your case", as_at)
    paper.say(f"Your case with us: {letter['case']}. You in our files: {letter['service_user']}.")
    paper.say(
        "You asked who at Our Kids First has looked at what you told us, why they could, and what left us. Each of the"
        " people below signed a confidentiality agreement before they could open your case, and their duty has no end."
    )
    paper.heading("Who opened it")
    if not letter["opened"]:
        paper.say("Nobody whose work this letter lists opened your case in this time.")
    for line in letter["opened"]:
        until = (
            f" {until_told(datetime.fromisoformat(line['until']))}"
            if line["until"]
            else ", for as long as your case is open"
        )
        times = "once" if line["times"] == 1 else f"{line['times']} times"
        paper.say(f"{line['who']}, as {line['capacity'].replace('_', ' ')}", bold=True)
        paper.points(
            [
                f"Why: {line['why']}.",
                f"They may open it from {_day(line['from'])}{until}.",
                f"They opened it {times}, first on {_moment(line['first'])}, last on {_moment(line['last'])}.",
            ]
        )
    paper.heading("What left us")
    if not letter["shared"]:
        paper.say("Nothing that this letter lists.")
    paper.points(
        [
            f"{_moment(line['when'])}: {_counted(line['what'])} to {line['to'].replace('_', ' ')},"
            f" {_AUTHORITY.get(line['authority'], 'as our Confidentiality Commitment allows')}"
            f" ({', '.join(line['clauses'])})."
            for line in letter["shared"]
        ]
    )
    paper.heading("What such a letter may leave out")
    paper.say(
        "The law lets us leave some things out of any letter of this kind, such as what somebody else told us in"
        " confidence, or what would put a person in danger. We say so in every letter, whether or not anything was"
        " left out of it. If you are not content with this letter, call us on 020 3951 8496, or complain to the"
        " Information Commissioner's Office, ico.org.uk."
    )
    paper.say(f"Letter {letter['ref']}. Its content has the mark {letter['sha256'][:16]}.", quiet=True)
    return paper.pdf()


def _counted(records: int) -> str:
    return "one record" if records == 1 else f"{records} records"


def _moment(written: str) -> str:
    return moment(datetime.fromisoformat(written))


def _day(written: str) -> str:
    return _moment(written).split(",")[0]
