"""The whole access policy as one text: `python -m tests.policy.matrix` writes it, a test holds it.

A change of rule shows in review as the lines that it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from okf.policy.access import decide
from okf.policy.clauses import Clause
from okf.policy.facts import Question, RecordFacts
from okf.policy.least import LEAST, PAPERS
from okf.policy.table import ACCESS, Rule
from okf.terms import Action, FamilyField, RecordClass, Role
from tests.policy.plain import NOW, case, concern, emergency, grant, person, question, record
from tests.world import instant

FILE = Path(__file__).with_name("matrix.txt")
WORKERS: tuple[Role | None, ...] = (None, *Role)
CONCERNS = (
    Action.READ_CONCERN,
    Action.ADD_TO_OWN_REPORT,
    Action.TAKE_OUT_OWN_REPORT,
    Action.TRIAGE_CONCERN,
    Action.DECIDE_CONCERN,
    Action.REVIEW_DECISION,
    Action.PREPARE_CONCERN_PAPER,
    Action.READ_CONCERN_PAPER_AGAIN,
    Action.TAKE_OUT_CONCERN_PAPER,
    Action.DRAFT_INCIDENT_REPORT,
    Action.READ_INCIDENT_REPORT,
)
ABOUT_ONESELF = (
    Action.GRANT,
    Action.LIFT_CONFLICT,
    Action.REVIEW_EMERGENCY_ACCESS,
    Action.REVIEW_INCIDENT,
    Action.REVIEW_DECISION,
)
RECORDS = (Action.READ_RECORD, Action.CHANGE_RECORD, Action.EXPORT_RECORD)
THEIR_OWN = (Action.MEDIATE, Action.ISSUE_OUTCOME)
HEAD = """\
Who may do what, and if not, why not: every action by every role, signed or not, granted or not, on an open case and on
a closed one. Written by `python3 dev.py matrix`; change the policy, not this file. A line that says "-" is the same
either way. The grant, where there is one, covers the whole case and was made before it closed. "no role" is a person
with a capacity alone. Reasons stand most important first; after an arrow, who must decide.
"""


@dataclass(frozen=True)
class Circumstance:
    """One thing that may be so or not, its words, and what it does to a question."""

    yes: str
    no: str
    unless: Callable[[Question], Question]


def _unsigned(q: Question) -> Question:
    return replace(q, person=replace(q.person, signatures=()))


def _ungranted(q: Question) -> Question:
    return replace(q, grants=())


def _closed(q: Question) -> Question:
    return replace(q, case=case(("2026-11-20T17:00", None)))


CIRCUMSTANCES = (
    Circumstance("signed", "not signed", _unsigned),
    Circumstance("granted", "no grant", _ungranted),
    Circumstance("open", "closed", _closed),
)


def _asked(action: Action, role: Role | None) -> Question:
    who = person("worker", *([role] if role else []))
    facts = {"concern": concern()} if action in CONCERNS else {}
    own = action in THEIR_OWN  # a mediation is looked at as its mediator's: anybody else is refused
    return question(action, person=who, grantee=person("other"), grants=(grant(),), about_self=own, **facts)


def _answer(q: Question) -> str:
    decision = decide(q)
    told = [f"{decision.decision.value:<21}", ", ".join((*decision.conditions, *decision.reason_keys))]
    if decision.to:
        told.append("-> " + ", ".join(decision.to))
    return " ".join(filter(None, told)).rstrip()


def _under_all(q: Question) -> tuple[str, ...]:
    """The answers under every combination of circumstances, in a fixed order."""
    answers = []
    for combination in product((True, False), repeat=len(CIRCUMSTANCES)):
        asked = q
        for so, circumstance in zip(combination, CIRCUMSTANCES, strict=True):
            asked = asked if so else circumstance.unless(asked)
        answers.append(_answer(asked))
    return tuple(answers)


def _lines(answers: Sequence[str]) -> Iterable[str]:
    """One line a difference: what changes no answer is said as "-"."""
    combinations = list(product((True, False), repeat=len(CIRCUMSTANCES)))
    told = dict(zip(combinations, answers, strict=True))
    matters = [
        any(told[c] != told[(*c[:place], not c[place], *c[place + 1 :])] for c in combinations)
        for place in range(len(CIRCUMSTANCES))
    ]
    for combination in combinations:
        if any(not so and not counts for so, counts in zip(combination, matters, strict=True)):
            continue
        words = [
            (one.yes if so else one.no) if counts else "-"
            for so, counts, one in zip(combination, matters, CIRCUMSTANCES, strict=True)
        ]
        yield f"    {words[0]:<11}{words[1]:<9}{words[2]:<7} {told[combination]}"


def _grouped(answers: Mapping[Role | None, tuple[str, ...]]) -> Iterable[tuple[list[Role | None], tuple[str, ...]]]:
    """Roles with the same answers together, in the order of the roles."""
    groups: dict[tuple[str, ...], list[Role | None]] = {}
    for role, answer in answers.items():
        groups.setdefault(answer, []).append(role)
    return [(roles, answer) for answer, roles in groups.items()]


def _named(roles: Sequence[Role | None]) -> str:
    if len(roles) == len(WORKERS):
        return "everyone"
    if len(roles) > len(WORKERS) / 2:
        without = [role for role in WORKERS if role not in roles]
        return "everyone but " + ", ".join(role or "no role" for role in without)
    return ", ".join(role or "no role" for role in roles)


def _section(action: Action, rule: Rule) -> Iterable[str]:
    yield f"{action}  ({', '.join(clause.name for clause in rule.under)})"
    if rule.by_host:
        yield "  the command line on the host"
        yield f"    {'-':<11}{'-':<9}{'-':<7} allow"
    answers = {role: _under_all(_asked(action, role)) for role in WORKERS}
    for roles, told in sorted(_grouped(answers), key=lambda group: len(group[0])):
        yield f"  {_named(roles)}"
        yield from _lines(told)
    yield ""


def _besides() -> Iterable[str]:
    """What opens a case without a grant, and what nobody does on their own."""
    an_hour_ago = instant("2026-11-23T09:00")
    ways: Sequence[tuple[str, Sequence[Action], Callable[[Question], Question]]] = (
        ("with an open concern on it", _opening(), lambda q: replace(_ungranted(q), concerns=(concern(),))),
        (
            "with an open concern on it about themselves",
            (*_opening(), Action.CLOSE_CASE),
            lambda q: replace(_ungranted(q), concerns=(concern(about_people=["worker"]),)),
        ),
        ("with an open concern on it", (Action.CLOSE_CASE,), lambda q: replace(q, concerns=(concern(),))),
        (
            "an hour after they opened emergency access",
            _opening(),
            lambda q: replace(_ungranted(q), emergencies=(emergency(an_hour_ago),)),
        ),
        (
            "while a review of their emergency access is overdue",
            (Action.OPEN_EMERGENCY_ACCESS,),
            lambda q: replace(q, emergencies=(emergency("2026-11-16T09:00"),)),
        ),
        (
            "closed an hour ago, with a grant until then",
            (Action.KEEP_LEFT_DRAFT,),
            lambda q: replace(q, case=case(("2026-11-23T09:00", None))),
        ),
        ("closed, with a purpose", _opening(), lambda q: replace(_closed(_ungranted(q)), purpose="a purpose")),
        ("open, with a purpose", _opening(), lambda q: replace(_ungranted(q), purpose="a purpose")),
        ("a concern that they raised", CONCERNS, lambda q: replace(q, concern=concern(raised_by="worker"))),
        ("a concern about themselves", CONCERNS, lambda q: replace(q, concern=concern(about_people=["worker"]))),
        (
            "a concern about a safeguarding lead",
            CONCERNS,
            lambda q: replace(q, concern=concern(about_people=["dsl"], about_lead=True)),
        ),
        ("a private note of a mediation that is another's", RECORDS, lambda q: replace(q, record=_private("other"))),
        ("a private note of their own mediation", RECORDS, lambda q: replace(q, record=_private("worker"))),
        ("to themselves, or of their own", ABOUT_ONESELF, lambda q: replace(q, grantee=q.person, about_self=True)),
        ("who left", (Action.RAISE_CONCERN, Action.OPEN_CASE), lambda q: replace(q, person=_gone(q))),
    )
    for words, actions, change in ways:
        for action in actions:
            yield f"{action}: {words}"
            answers = {role: (_answer(change(_asked(action, role))),) for role in WORKERS}
            for roles, (told,) in sorted(_grouped(answers), key=lambda group: len(group[0])):
                yield f"    {told:<70} {_named(roles)}"
        yield ""


def _private(mediator: str) -> RecordFacts:
    return replace(record("sole:party_a", RecordClass.MEDIATION_PRIVATE_NOTE), mediator=mediator)


def _gone(q: Question) -> object:
    return replace(q.person, left_at=instant(NOW))


def _opening() -> list[Action]:
    return [action for action, rule in ACCESS.items() if rule.opens_case]


def _least() -> Iterable[str]:
    """What of a family is shown by the work that an access is for."""
    yield "What of a family an access shows, by the work that it is for (C2, C5, C11); own: whose part it covers"
    yield f"  {'':<21}" + "".join(f"{work:<16}" for work in LEAST).rstrip()
    for field in FamilyField:
        shown = "".join(f"{'shown' if field in fields else '-':<16}" for fields in LEAST.values())
        yield f"  {field:<21}{shown}".rstrip()
    for work, papers in PAPERS.items():
        yield f"  own, for {work}: also whom a {papers} that they read is about, and whose task they have"
    yield "  A way without a grant (a lead's concern, an emergency, custody) shows all of it."
    yield ""


def printed() -> str:
    """The policy as text, the same at every run."""
    lines = [HEAD]
    for action, rule in ACCESS.items():
        lines += _section(action, rule)
    lines += ["Besides: signed and without a grant, unless it says otherwise", ""]
    lines += _besides()
    lines += _least()
    cited = sorted({clause.value for rule in ACCESS.values() for clause in rule.under})
    lines.append(f"Cited: {', '.join(Clause(number).name for number in cited)}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(printed(), encoding="utf-8", newline="\n")
    print(f"Wrote {FILE}")
