"""The kind `clocks`: acts on a concern played by the policy's rules, and which clocks then run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from okf.errors import Invalid
from okf.policy.duties import Act, Clocks
from okf.policy.facts import ConcernFacts
from okf.proof.rehearse.scenarios import instant
from okf.safeguarding.queries.allegations import is_allegation
from okf.store import facts
from okf.terms import Severity
from okf.terms.duties import ActKind, Duty

_KEYS: Final = frozenset({"kind", "concern", "acts"})
# What an act must say, and what it may, beside `act` and `at`.
_MUST: Final[Mapping[ActKind, frozenset[str]]] = {
    ActKind.RAISED: frozenset({"severity"}),
    ActKind.SEVERITY: frozenset({"to"}),
    ActKind.DECIDED: frozenset({"shared"}),
    ActKind.REFERRED: frozenset({"recipient"}),
}
_MAY: Final[Mapping[ActKind, frozenset[str]]] = {
    ActKind.ANSWERED: frozenset({"recipient"}),
    ActKind.CONFIRMED: frozenset({"recipient"}),
    ActKind.ESCALATED: frozenset({"recipient"}),
    ActKind.READ_SECOND: frozenset({"agrees"}),
    ActKind.READ_THIRD: frozenset({"agrees"}),
    ActKind.REFERRED: frozenset({"by_mouth"}),
}


def clocks_running(session: Session, ask: Mapping[str, Any], at: datetime) -> Mapping[Duty, datetime]:
    """By when each duty is due whose clock runs at an instant, after the acts until then.

    Without an act `raised` the concern was raised when and as its row says.

    Raises:
        Invalid: a key is missing or not known, or says what can't be understood.
    """
    for key in ask:
        if key not in _KEYS:
            raise Invalid(str(key), f"is not known in a question of clocks: use {', '.join(sorted(_KEYS))}.")
    ref = str(ask.get("concern"))
    concern = facts.concerns(session, [ref]).get(ref)
    if concern is None:
        raise Invalid("concern", f"{ask.get('concern')!r} is no concern of the world.")
    about_worker = is_allegation(session, ref)
    told = ask.get("acts") or []
    if not isinstance(told, list):
        raise Invalid("acts", "must be a list of acts, such as {act: triaged, at: 2026-11-23T11:00}.")
    acts = sorted((_act(number, one) for number, one in enumerate(told, 1)), key=lambda act: act.at)
    clocks = Clocks(holidays=facts.policy_settings(session, at).bank_holidays)
    for act in _named(concern, about_worker, acts):
        if act.at <= at:
            clocks.play(act)
    return clocks.due()


def _named(concern: ConcernFacts, about_worker: bool, acts: list[Act]) -> Iterator[Act]:
    """The acts, beginning with the raising, each decision and referral under a name of its own.

    An answer names its recipient where it says whose it is; a decision comes
    in the place of those not to share that nobody has read yet.
    """
    if not any(act.kind is ActKind.RAISED for act in acts):
        yield Act(ActKind.RAISED, concern.raised_at, severity=concern.severity, about_worker=about_worker)
    unshared: list[str] = []
    for number, act in enumerate(acts):
        name = f"{act.kind} {number}"
        if act.kind is ActKind.RAISED:
            yield replace(act, about_worker=about_worker)
        elif act.kind is ActKind.DECIDED:
            yield replace(act, of=name, replaces=tuple(unshared))
            unshared = [] if act.shared else [name]
        elif act.recipient is not None:
            yield replace(act, of=act.recipient)
        else:
            yield act


def _act(number: int, told: Any) -> Act:
    place = f"acts[{number}]"
    if not isinstance(told, Mapping):
        raise Invalid(place, "must be a mapping such as {act: triaged, at: 2026-11-23T11:00}.")
    try:
        kind = ActKind(str(told.get("act")))
    except ValueError:
        raise Invalid(f"{place}.act", f"{told.get('act')!r} is none of {', '.join(ActKind)}.") from None
    must = _MUST.get(kind, frozenset())
    known = {"act", "at", *must, *_MAY.get(kind, ())}
    for key in told:
        if key not in known:
            raise Invalid(f"{place}.{key}", f"is not known of {kind}: use {', '.join(sorted(known))}.")
    for key in ("at", *sorted(must)):
        if key not in told:
            raise Invalid(f"{place}.{key}", "is missing.")
    try:
        at = instant(told["at"])
    except ValueError as error:
        raise Invalid(f"{place}.at", f"{error}.") from error
    word = next((key for key in ("severity", "to") if key in must), None)
    for key in ("shared", "agrees", "by_mouth"):
        if not isinstance(told.get(key, True), bool):
            raise Invalid(f"{place}.{key}", "must be true or false.")
    return Act(
        kind,
        at,
        severity=_severity(f"{place}.{word}", told[word]) if word else None,
        shared=told.get("shared", True),
        recipient=str(told["recipient"]) if "recipient" in told else None,
        by_mouth=told.get("by_mouth", True),
        agrees=told.get("agrees", True),
    )


def _severity(place: str, word: Any) -> Severity:
    try:
        return Severity(str(word))
    except ValueError:
        raise Invalid(place, f"{word!r} is none of {', '.join(Severity)}.") from None
