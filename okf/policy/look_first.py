"""Looking first: what a case's steps say of its allocation and mediation; why it was set is nobody's to read off it."""

from __future__ import annotations

from collections.abc import Iterable

from okf.policy.facts import CaseFacts, LookStepFacts
from okf.terms.look_first import LookStep


def stands(steps: Iterable[LookStepFacts]) -> bool:
    """Whether it was set, and two have not taken it off since. Steps come in their order."""
    return bool(_since_set(steps))


def stops_allocation(case: CaseFacts) -> bool:
    """Whether nobody becomes a lead caseworker yet: here or on a linked case nobody has decided since it was set."""
    every = map(_since_set, (case.looks, *case.linked_looks))
    return any(since and all(one.kind is not LookStep.MAY_ALLOCATE for one in since) for since in every)


def stops_mediation(case: CaseFacts) -> bool:
    """Whether no mediation begins: here or on a linked case the last decision since it was set is not to allow it."""
    return any(map(_forbid_mediation, (case.looks, *case.linked_looks)))


def asked_off_by(steps: Iterable[LookStepFacts]) -> str | None:
    """Who asked for it to be taken off, and waits for a second person's answer."""
    waits = [one for one in _since_set(steps) if one.kind in (LookStep.OFF_ASKED, LookStep.STAYS)]
    return waits[-1].by if waits and waits[-1].kind is LookStep.OFF_ASKED else None


def _forbid_mediation(steps: Iterable[LookStepFacts]) -> bool:
    since = _since_set(steps)
    decided = [one.kind for one in since if one.kind in (LookStep.MAY_MEDIATE, LookStep.NO_MEDIATION)]
    return bool(since) and decided[-1:] != [LookStep.MAY_MEDIATE]


def _since_set(steps: Iterable[LookStepFacts]) -> list[LookStepFacts]:
    """The steps since it was last set, that one included; none where it does not stand."""
    since: list[LookStepFacts] = []
    for one in steps:
        if one.kind is LookStep.SET:
            since = [one]
        elif one.kind is LookStep.OFF:
            since = []
        elif since:
            since.append(one)
    return since
