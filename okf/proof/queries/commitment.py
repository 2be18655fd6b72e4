"""The Commitment clause by clause, with the rules, routes and reasons of the code that rest on it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from okf.policy.allocation import allocate_by
from okf.policy.breach import decide_breach
from okf.policy.clauses import Clause, commitment
from okf.policy.clocks import decide_by, lado_by, second_review_by
from okf.policy.decision import Reason
from okf.policy.express import sources
from okf.policy.gates import GRANT_GATES, PERSON_GATES
from okf.policy.recording import decide_recording
from okf.policy.retention import keep_until, signature_kept_until
from okf.policy.rights import decide_rights
from okf.policy.routes import ROUTES
from okf.policy.scopes import compartment_of
from okf.policy.standing import agreement_reasons, standing
from okf.policy.table import ACCESS, Rule
from okf.policy.undertaking import asked_for, blocks_help, breached_by_telling
from okf.terms import Action, Role


@dataclass(frozen=True, slots=True)
class RuleTold:
    """Actions that rest on a clause and require the same, and what that is, in words."""

    actions: tuple[Action, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteTold:
    """One route of sharing that rests on a clause, by its place in their order, and when it is taken."""

    place: int
    key: str
    words: str
    taken: str


@dataclass(frozen=True, slots=True)
class ClauseTold:
    """One clause word for word, how it is read, and what decides by it."""

    clause: Clause
    text: str
    reading: str
    rules: tuple[RuleTold, ...]
    reasons: tuple[Reason, ...]
    routes: tuple[RouteTold, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Which Commitment this is."""

    version: str
    captured_on: str
    fingerprint: str


def published() -> Published:
    """The version of the Commitment that Casebook keeps."""
    held = commitment()
    return Published(held["version"], held["captured_on"].isoformat(), held["fingerprint"])


@cache
def clauses_told() -> tuple[ClauseTold, ...]:
    """Every clause with its rules, reasons and routes; they change only with the code, so it is made once."""
    return tuple(
        ClauseTold(
            clause,
            clause.text,
            clause.reading,
            _rules(clause),
            tuple(one for one in Reason if clause in one.clauses),
            tuple(
                RouteTold(place, route.key, route.told, _first_line(route.applies) or "Whatever reaches it.")
                for place, route in enumerate(ROUTES, 1)
                if clause in route.under
            ),
            tuple(map(_first_line, _ALSO.get(clause, ()))),
        )
        for clause in Clause
    )


def _rules(clause: Clause) -> tuple[RuleTold, ...]:
    """The actions that rest on a clause, those that require the same together, in the table's order."""
    alike: dict[tuple[str, ...], list[Action]] = {}
    for action, rule in ACCESS.items():
        if clause in rule.under:
            alike.setdefault(tuple(_required(rule)), []).append(action)
    return tuple(RuleTold(tuple(actions), requires) for requires, actions in alike.items())


# What decides by a clause beside the table of access and the routes of sharing.
_ALSO: Mapping[Clause, tuple[Callable[..., Any], ...]] = MappingProxyType(
    {
        Clause.C1: (decide_rights, decide_breach),
        Clause.C2: (compartment_of, sources),
        Clause.C3: (allocate_by,),
        Clause.C7: (agreement_reasons, standing),
        Clause.C9: (decide_by, lado_by, second_review_by),
        Clause.C13: (decide_recording,),
        Clause.C14: (asked_for, blocks_help, breached_by_telling),
        Clause.C15: (keep_until, signature_kept_until),
    }
)


def _required(rule: Rule) -> Iterator[str]:
    """What a rule requires, gate by gate, in the gates' own words."""
    opening: tuple[Callable[..., Any], ...] = (*PERSON_GATES, *GRANT_GATES) if rule.opens_case else ()
    yield from map(_first_line, opening)
    for gate in rule.gates:
        roles = gate.args[0] if isinstance(gate, partial) and gate.args else None
        told = _first_line(gate)
        yield f"{told.removesuffix('.')}: {_listed(roles)}." if roles else told
    if not rule.gates and not rule.opens_case:
        yield "Nothing: it is never gated."


def _first_line(gate: Callable[..., Any]) -> str:
    told = inspect.getdoc(gate.func if isinstance(gate, partial) else gate) or ""
    return told.split("\n", 1)[0]


def _listed(roles: frozenset[Role]) -> str:
    return ", ".join(sorted(role.value.replace("_", " ") for role in roles))
