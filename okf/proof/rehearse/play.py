"""Play rehearsals: each question answered, compared with its right answer, and told as one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.desk import Desk
from okf.errors import CasebookError, Invalid, NotFound
from okf.load.faults import Unreadable, told
from okf.load.importing import import_caseload
from okf.load.tables import Tables
from okf.policy.access import decide
from okf.policy.asked import action_asked, words_for
from okf.policy.breach import decide_breach
from okf.policy.decision import Decision, due_as_json
from okf.policy.recording import decide_recording
from okf.policy.rights import decide_rights
from okf.policy.sharing import decide_not_to_share, decide_share
from okf.proof.queries.why import LISTS
from okf.proof.rehearse.clocks import clocks_running
from okf.proof.rehearse.scenarios import Malformed, Scenario, Step, read_scenarios
from okf.store.engine import Store
from okf.store.models import Case, Concern, Record
from okf.store.share_facts import (
    breach_question,
    not_sharing_question,
    recording_question,
    rights_question,
    share_question,
)
from okf.terms import Action, RecordClass

Asked = Callable[[Desk, Session, Mapping[str, Any], datetime], dict[str, Any]]
_ABOUT: Final = ("record", "concern", "grantee", "compartment", "purpose")
_KEYS: Final = frozenset({*_ABOUT, "kind", "actor", "action", "case", "record_class", "of", "decided_by"})


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
    if kind not in KINDS:
        raise Malformed(scenario.file, scenario.id, f"{place}.kind", f"{kind!r} is none of {', '.join(KINDS)}.")
    told: dict[str, Any] = {"id": scenario.id}
    if step.number:
        told["step"] = step.number
    try:
        answer = KINDS[kind](Desk.host(store, now=lambda: step.at), session, step.ask, step.at)
    except Invalid as error:
        raise Malformed(scenario.file, scenario.id, f"{place}.{error.field}", error.why) from error
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
    wanted = {name: _written(when) for name, when in (expect.get("due") or {}).items()}
    on_time = due == wanted if expect.get("only") else wanted.items() <= due.items()
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


def load_world(store: Store, plain: Mapping[str, Any], at: datetime) -> None:
    """Fill a store with a world, given as `yaml.safe_load` gives it, by a clock that stands at `at`.

    Raises:
        Unreadable: the world has faults; its sentence lists them.
    """
    outcome = import_caseload(Desk.host(store, now=lambda: at), Tables.from_plain(plain))
    if outcome.faults:
        raise Unreadable(" ".join(told(outcome.faults)), outcome.faults)


def _answer_access(desk: Desk, session: Session, ask: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    decision, visible = _ask_access(desk, session, ask, at)
    return decision.as_json() | ({} if visible is None else {"visible": visible})


def _decided(decide_on: Callable[[Session, Mapping[str, Any], datetime], Decision]) -> Asked:
    return lambda _, session, ask, at: decide_on(session, ask, at).as_json()


def _answer_clocks(_: Desk, session: Session, ask: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {"due": due_as_json(clocks_running(session, ask, at))}


KINDS: Final[Mapping[str, Asked]] = {
    "access": _answer_access,
    "share": _decided(lambda session, ask, at: decide_share(share_question(session, ask, at))),
    "not_to_share": _decided(lambda session, ask, at: decide_not_to_share(not_sharing_question(session, ask, at))),
    "recording": _decided(lambda session, ask, at: decide_recording(recording_question(session, ask, at))),
    "rights_request": _decided(lambda session, ask, at: decide_rights(rights_question(session, ask, at))),
    "data_breach": _decided(lambda session, ask, at: decide_breach(breach_question(session, ask, at))),
    "clocks": _answer_clocks,
}


def _ask_access(
    desk: Desk, session: Session, ask: Mapping[str, Any], at: datetime
) -> tuple[Decision, list[str] | None]:
    """The decision on one question of access, and for a list what it shows, in order of id.

    Raises:
        Invalid: a key is missing, not known, or names nothing in the world.
    """
    for key in ask:
        if key not in _KEYS:
            raise Invalid(str(key), f"is not known in a question of access: use {', '.join(sorted(_KEYS))}.")
    of = next((key for key in ("record", "concern", "case") if ask.get(key) is not None), None)
    if ask.get("of") is not None:
        if of or ask["of"] not in LISTS:
            raise Invalid("of", f"must be one of {', '.join(LISTS)}, without record, concern or case.")
        of = str(ask["of"])
    action = action_asked(str(ask.get("action")), of or "case")
    if action is None:
        raise Invalid("action", f"{ask.get('action')!r} means nothing here: use {', '.join(words_for(of or 'case'))}.")

    def answer(what: Action, **subject: Any) -> Decision:
        try:
            return decide(desk.question(session, what, at=at, actor=str(ask.get("actor")), **subject))
        except NotFound as error:
            raise Invalid("ask", f"names somebody or something that is not in the world ({error})") from error

    if of in LISTS:
        return _listed(session, action, str(ask.get("actor")), at, answer)
    subject = {key: str(ask[key]) for key in _ABOUT if ask.get(key)}
    if ask.get("decided_by"):
        subject["about"] = str(ask["decided_by"])
    if ask.get("case") is not None:
        subject["case_ref"] = str(ask["case"])
    decision = answer(action, **subject, record_class=_record_class(ask.get("record_class")))
    if action is not Action.LIST_CASE:
        return decision, None
    ids = session.scalars(
        select(Record.id).where(Record.case_ref == ask["case"], Record.occurred_at <= at).order_by(Record.id)
    )
    return decision, _visible(decision, ids, lambda one: answer(Action.READ_RECORD, record=one))


def _listed(session: Session, action: Action, actor: str, at: datetime, answer: Any) -> tuple[Decision, list[str]]:
    decision = answer(action)
    if action is Action.LIST_CASELOAD:
        cases = session.scalars(select(Case.ref).where(Case.opened_on <= london_date(at)).order_by(Case.ref))
        return decision, list(cases) if decision.allowed else []
    refs = session.scalars(select(Concern.ref).where(Concern.raised_at <= at).order_by(Concern.ref)).all()
    if action is not Action.LIST_CONCERNS:
        return decision, []
    if not decision.allowed:
        # Whoever reported something may list what they themselves reported, and nothing else.
        own = session.scalars(
            select(Concern.ref).where(Concern.raised_at <= at, Concern.raised_by == actor).order_by(Concern.ref)
        ).all()
        if not own:
            return decision, []
        decision, refs = answer(Action.LIST_OWN_CONCERNS), own
    return decision, _visible(decision, refs, lambda one: answer(Action.READ_CONCERN, concern=one))


def _visible(decision: Decision, ids: Iterable[str], of_one: Any) -> list[str]:
    return [one for one in ids if of_one(one).allowed] if decision.allowed else []


def _record_class(value: Any) -> RecordClass | None:
    if value is None:
        return None
    try:
        return RecordClass(str(value))
    except ValueError:
        raise Invalid("record_class", f"{value!r} is not one of {', '.join(RecordClass)}.") from None
