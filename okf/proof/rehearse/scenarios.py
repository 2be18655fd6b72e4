"""Rehearsal files: a world, what is given besides, and questions with their right answers."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import yaml

from okf.clock import LONDON, from_london, without_zone
from okf.errors import CasebookError

SCENARIO_KEYS = {"id", "title", "at", "given", "ask", "expect", "steps", "note"}
STEP_KEYS = {"at", "ask", "expect", "title", "note"}
EXPECT_KEYS = {"decision", "primary", "reasons", "clauses", "conditions", "due", "to", "visible", "absent", "only"}
ROW_KEYS: Mapping[str, tuple[str, ...]] = {
    "partner_organisations": ("name",),
    "agreements": ("kind", "version"),
    "people": ("username",),
    "signatures": ("person", "kind", "version"),
    "conflicts_of_interest": ("person", "service_user"),
    "checks": ("person", "kind"),
    "service_users": ("ref",),
    "cases": ("ref",),
    "mediations": ("ref",),
    "tasks": ("ref",),
}


class Malformed(CasebookError):
    """A rehearsal that can't be played; the sentence names file, scenario and key."""

    def __init__(self, file: Path | str, scenario: str | None, key: str, why: str) -> None:
        where = f"{file}: scenario {scenario}: {key}" if scenario else f"{file}: {key}"
        super().__init__(f"{where}: {why}")


@dataclass(frozen=True, slots=True)
class Step:
    """One question: when, what, and the answer it should get. `number` is None where a scenario asks only one."""

    number: int | None
    at: datetime
    ask: Mapping[str, Any]
    expect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario: its world as plain tables, `given` laid over it, and its steps."""

    file: Path
    id: str
    title: str
    world: Mapping[str, Any]
    steps: tuple[Step, ...] = field(default=())


def read_scenarios(path: Path) -> list[Scenario]:
    """The scenarios of one file, each with its whole world.

    Raises:
        Malformed: the file, its world or a scenario can't be understood.
    """
    plain = _read(path)
    for key in plain:
        if key not in {"world", "scenarios"}:
            raise Malformed(path, None, str(key), "is not a key of a rehearsal file: they are world and scenarios.")
    if not isinstance(plain.get("scenarios"), list):
        raise Malformed(path, None, "scenarios", "is missing or no list: a rehearsal file lists its scenarios.")
    if not isinstance(plain.get("world"), str):
        raise Malformed(path, None, "world", "is missing: name the file of the world, beside this one.")
    world_file = path.parent / plain["world"]
    world = _read(world_file)
    seen: set[str] = set()
    return [_scenario(path, world, number, row, seen) for number, row in enumerate(plain["scenarios"], 1)]


def _read(path: Path) -> dict[str, Any]:
    try:
        plain = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise Malformed(path, None, "file", "can't be read: check the name and that it is there.") from error
    except UnicodeDecodeError as error:
        raise Malformed(path, None, "file", "is not UTF-8 text.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else "file"
        raise Malformed(path, None, place, "is not YAML that can be read.") from error
    except (RecursionError, ValueError) as error:
        raise Malformed(path, None, "file", f"holds a value that can't be read ({error}).") from error
    if not isinstance(plain, dict):
        raise Malformed(path, None, "file", "must be a mapping of keys.")
    return plain


def _scenario(path: Path, world: Mapping[str, Any], number: int, row: Any, seen: set[str]) -> Scenario:
    if not isinstance(row, dict):
        raise Malformed(path, f"number {number}", "scenario", "must be a mapping of keys.")
    name = str(row.get("id") or f"number {number}")
    if "id" not in row:
        raise Malformed(path, name, "id", "is missing.")
    if name in seen:
        raise Malformed(path, name, "id", "is used twice.")
    seen.add(name)
    _known(path, name, row, SCENARIO_KEYS, "")
    if ("steps" in row) == ("ask" in row):
        raise Malformed(path, name, "ask", "give either ask and expect, or steps.")
    steps = row.get("steps", [row])
    if not isinstance(steps, list) or not steps:
        raise Malformed(path, name, "steps", "must be a list of questions.")
    return Scenario(
        path,
        name,
        str(row.get("title", "")),
        _given(path, name, world, row.get("given") or {}),
        tuple(_step(path, name, row, step, n if "steps" in row else None) for n, step in enumerate(steps, 1)),
    )


def _step(path: Path, name: str, scenario: Mapping[str, Any], step: Any, number: int | None) -> Step:
    place = f"steps[{number}]." if number else ""
    if not isinstance(step, dict):
        raise Malformed(path, name, place.rstrip("."), "must be a mapping of at, ask and expect.")
    if number:
        _known(path, name, step, STEP_KEYS, place)
    for key in ("ask", "expect"):
        if not isinstance(step.get(key), dict):
            raise Malformed(path, name, place + key, "is missing or no mapping.")
    _known(path, name, step["expect"], EXPECT_KEYS, f"{place}expect.")
    at = step.get("at", scenario.get("at"))
    if at is None:
        raise Malformed(path, name, f"{place}at", "is missing: say when the question is put.")
    try:
        when = instant(at)
    except ValueError as error:
        raise Malformed(path, name, f"{place}at", f"{error}.") from error
    return Step(number, when, step["ask"], step["expect"])


def _known(path: Path, name: str, row: Mapping[str, Any], known: set[str], place: str) -> None:
    for key in row:
        if key not in known:
            raise Malformed(path, name, f"{place}{key}", f"is not known here: use {', '.join(sorted(known))}.")


def _given(path: Path, name: str, world: Mapping[str, Any], given: Any) -> dict[str, Any]:
    """The world with rows added, or the named columns changed of rows that have the same key."""
    if not isinstance(given, dict):
        raise Malformed(path, name, "given", "must be a mapping of tables.")
    merged = copy.deepcopy(dict(world))
    for table, rows in given.items():
        if table == "settings":
            if not isinstance(rows, dict):
                raise Malformed(path, name, "given.settings", "must be a mapping of settings.")
            merged["settings"] = {**(merged.get("settings") or {}), **rows}
            continue
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise Malformed(path, name, f"given.{table}", "must be a list of rows.")
        merged[table] = _laid_over(merged.get(table) or [], rows, ROW_KEYS.get(str(table), ("id",)))
    return merged


def _laid_over(rows: list[dict[str, Any]], given: list[dict[str, Any]], keys: tuple[str, ...]) -> list[dict[str, Any]]:
    laid = list(rows)
    for row in given:
        wanted = [str(row.get(key)) for key in keys]
        places = [n for n, old in enumerate(laid) if [str(old.get(key)) for key in keys] == wanted]
        if places:
            laid[places[0]] = {**laid[places[0]], **row}
        else:
            laid.append(row)
    return laid


def instant(value: Any) -> datetime:
    """An instant as rehearsals and the command line write it; without a zone it is London's, a date its 00:00.

    Raises:
        ValueError: it is no instant, or one that London's clocks skipped or showed twice.
    """
    zone = None
    if isinstance(value, str):
        told, zone = without_zone(value.strip())
        try:
            value = datetime.fromisoformat(told)
        except ValueError:
            raise ValueError(f"{value!r} is no instant: write 2026-11-23T10:00") from None
    if isinstance(value, datetime):
        return value.astimezone(LONDON) if value.tzinfo else from_london(value, zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), LONDON)
    raise ValueError(f"{value!r} is no instant: write 2026-11-23T10:00")
