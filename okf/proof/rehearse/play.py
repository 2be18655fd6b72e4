"""Play rehearsals: each question answered, compared with its right answer, and told as one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import CasebookError, Invalid
from okf.load.world import load_world
from okf.policy.breach import decide_breach
from okf.policy.decision import Decision
from okf.policy.recording import decide_recording
from okf.policy.rights import decide_rights
from okf.policy.sharing import decide_not_to_share, decide_share
from okf.proof.rehearse.questions import ask_access
from okf.proof.rehearse.scenarios import Malformed, Scenario, Step, read_scenarios
from okf.store.engine import Store
from okf.store.share_facts import (
    breach_question,
    not_sharing_question,
    recording_question,
    rights_question,
    share_question,
)

Asked = Callable[[Session, Mapping[str, Any], datetime], Decision]
KINDS: Mapping[str, Asked] = {
    "share": lambda session, ask, at: decide_share(share_question(session, ask, at)),
    "not_to_share": lambda session, ask, at: decide_not_to_share(not_sharing_question(session, ask, at)),
    "recording": lambda session, ask, at: decide_recording(recording_question(session, ask, at)),
    "rights_request": lambda session, ask, at: decide_rights(rights_question(session, ask, at)),
    "data_breach": lambda session, ask, at: decide_breach(breach_question(session, ask, at)),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's answer as it is printed, and whether it was the right one."""

    ok: bool
    told: Mapping[str, Any]


def rehearse(paths: Sequence[Path]) -> list[Answer]:
    """Every question of these files, answered in order.

    Nothing outside a throwaway database is read or changed.

    Raises:
        Malformed: a file, a world or a question can't be understood; nothing after it was played.
    """
    scenarios = [scenario for path in paths for scenario in read_scenarios(path)]
    return [answer for scenario in scenarios for answer in _played(scenario)]


def _played(scenario: Scenario) -> list[Answer]:
    store = Store.in_memory()
    try:
        try:
            load_world(store, scenario.world, scenario.steps[0].at)
        except CasebookError as error:
            raise Malformed(scenario.file, scenario.id, "world", str(error)) from error
        with store.reading() as session:
            return [_answered(scenario, step, store, session) for step in scenario.steps]
    finally:
        store.close()


def _answered(scenario: Scenario, step: Step, store: Store, session: Session) -> Answer:
    kind = str(step.ask.get("kind"))
    place = f"steps[{step.number}].ask" if step.number else "ask"
    if kind != "access" and kind not in KINDS:
        raise Malformed(scenario.file, scenario.id, f"{place}.kind", f"{kind!r} is none of access, {', '.join(KINDS)}.")
    told: dict[str, Any] = {"id": scenario.id}
    if step.number:
        told["step"] = step.number
    visible = None
    try:
        if kind == "access":
            decision, visible = ask_access(Desk.host(store, now=lambda: step.at), session, step.ask, step.at)
        else:
            decision = KINDS[kind](session, step.ask, step.at)
    except Invalid as error:
        raise Malformed(scenario.file, scenario.id, f"{place}.{error.field}", error.why) from error
    answer = decision.as_json()
    if visible is not None:
        answer["visible"] = visible
    ok = matches(step.expect, answer)
    return Answer(ok, {**told, "ok": ok, **answer})


def matches(expect: Mapping[str, Any], answer: Mapping[str, Any]) -> bool:
    """Whether an answer is the expected one, by the rules of the rehearsal format."""
    equal = all(answer.get(key) == expect[key] for key in ("decision", "primary") if key in expect)
    contained = all(
        set(map(str, expect[key])) <= set(map(str, answer.get(key, ())))
        for key in ("reasons", "clauses", "conditions", "to")
        if key in expect
    )
    due = answer.get("due", {})
    on_time = all(due.get(name) == _written(when) for name, when in expect.get("due", {}).items())
    seen = answer.get("visible", [])
    shown = "visible" not in expect or seen == [str(one) for one in expect["visible"]]
    hidden = not {str(one) for one in expect.get("absent", ())} & set(seen)
    return equal and contained and on_time and shown and hidden


def _written(when: Any) -> str:
    """A due time as the answer prints it; YAML may have read it as a date or an instant."""
    if isinstance(when, datetime):
        return when.strftime("%Y-%m-%dT%H:%M")
    return when.isoformat() if isinstance(when, date) else str(when)


def printed(answers: Sequence[Answer]) -> list[str]:
    """The lines to print: one JSON object a question, then how many passed and failed."""
    passed = sum(answer.ok for answer in answers)
    lines = [json.dumps(answer.told, ensure_ascii=False) for answer in answers]
    return [*lines, f"{passed} passed, {len(answers) - passed} failed"]
