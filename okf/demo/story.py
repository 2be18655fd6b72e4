"""The demo's story as steps in time: what `data/story.yaml` tells, and the families drawn beside it."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

import yaml
from rich.console import Console
from rich.table import Table

from okf.clock import from_london, london_date
from okf.demo.ordinary import Told, ordinary_families, past_enquiries, past_worries
from okf.settings import ROOT

PASSWORD: Final = "nine-paper-boats-upstream"  # noqa: S105 -- the demo's, printed with its sign-ins
FILE: Final = ROOT / "data" / "story.yaml"

_ROLES: Final = {
    "dsl": "safeguarding lead",
    "deputy_dsl": "deputy safeguarding lead",
    "trustee": "trustee for safeguarding",
}
_MINUTES: Final = {"m": 1, "h": 60}
YEAR: Final = 365


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """Something that somebody does at an instant; `family` is the key of the case that it is done on."""

    at: datetime
    number: int
    by: str = field(compare=False)
    do: str = field(compare=False)
    told: Told = field(compare=False)
    family: str | None = field(compare=False, default=None)


@cache
def told() -> dict[str, Any]:
    """The story as it is written."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def steps(story: Told, families: list[Told], now: datetime) -> list[Step]:
    """Everything that happens up to now, in the order of time; families by their keys."""
    today = london_date(now)
    made: list[tuple[datetime, str, str, Told, str | None]] = []
    made += [(_on(today, *when), by, do, what, None) for when, by, do, what in _organisation(story)]
    worries = past_worries(now, story["ordinary"]["concerns"])
    beside = [*story["elsewhere"], *worries, *past_enquiries(random.Random(len(families)))]
    made += [(_moment(now, step), step["by"], step["do"], step, None) for step in beside]
    for nth, family in enumerate(families):
        made += _family(family, nth, now)
    made.sort(key=lambda step: step[0])
    return [Step(at, n, by, do, what, key) for n, (at, by, do, what, key) in enumerate(made) if at <= now]


def day(today: date, number: int) -> date:
    """The date of a day of the story."""
    return today + timedelta(days=number)


def _on(today: date, number: int, hour: int, minute: int = 0) -> datetime:
    return from_london(datetime.combine(day(today, number), time(hour, minute)))


def _moment(now: datetime, step: Told, minute: int = 0) -> datetime:
    """When a step is taken: so many minutes or hours ago, or on a day that offices are open."""
    if "ago" in step:
        count, unit = re.fullmatch(r"(\d+)([mh])", step["ago"]).groups()  # type: ignore[union-attr]
        return now - timedelta(minutes=int(count) * _MINUTES[unit])
    when = day(london_date(now), step["day"])
    when -= timedelta(days=max(0, when.weekday() - 4))
    return from_london(datetime.combine(when, time(9, 30))) + timedelta(minutes=minute)


def _family(family: Told, nth: int, now: datetime) -> Iterator[tuple[datetime, str, str, Told, str | None]]:
    last = None
    for step in family["steps"]:
        at = _moment(now, step, minute=nth * 7 % 300)
        if last is not None and at <= last:
            at = last + timedelta(minutes=7)
        last = at
        yield at, step["by"], step["do"], step, family["key"]


def _organisation(story: Told) -> Iterator[tuple[tuple[int, ...], str, str, Told]]:
    """What the charity itself does: its texts, its people, their signatures, the monthly tidying."""
    for version in story["agreements"]:
        ahead = 14 if "resign_by" in version else 0
        yield (version["day"] - ahead, 7), "host", "publish", version
    for partner in story["organisations"]:
        yield (partner["from"], 7, 10), "manager", "organisation", partner
    for person in story["people"]:
        yield (person["joined"], 7, 20), "host", "join", person
        for signed_on, version in _signings(person, story["agreements"]):
            yield (signed_on, 8, 15), person["username"], "sign", {"kind": _kind(person), "version": version}
        if "leaves" in person:
            yield (person["leaves"], 17), "administrator", "leave", person
    for check in story["checks"]:
        yield (-60, 7, 40), "manager", "check", check
    for number in range(-700, 0, 30):
        yield (number, 6), "host", "tidy", {}


def _kind(person: Told) -> str:
    return str(person.get("capacity", "staff"))


def _signings(person: Told, agreements: list[Told]) -> Iterator[tuple[int, str]]:
    """On which days a person signs which version: on joining, when asked, and when the year is up."""
    if person.get("never_sign"):
        return
    versions = sorted((v for v in agreements if v["kind"] == _kind(person)), key=lambda v: v["day"])
    material = [v["day"] for v in versions if v["change"] == "material"]
    after, until = person.get("signs_after", 4), person.get("since", 1)
    when = max(person["joined"], versions[0]["day"])
    while when < until:
        yield when, [v["version"] for v in versions if v["day"] <= when][-1]
        asked = [first for first in material if first > when]
        when = min([when + YEAR + 3, *(first + after for first in asked)])


def drawn(chance: random.Random) -> list[Told]:
    """All the families: those written down, and the ordinary ones."""
    story = told()
    return [*story["families"], *ordinary_families(story, chance)]


def sign_ins() -> str:
    """The demo's sign-ins as a table for a terminal, with the one password that they share."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Username", no_wrap=True)
    table.add_column("Who", no_wrap=True)
    table.add_column("What they see")
    for person in told()["people"]:
        held = [role for role in person.get("roles", []) if role != "safeguarding_trustee"]
        roles = [_ROLES.get(role, role.replace("_", " ")) for role in held]
        work = ", ".join(roles) or person["capacity"].replace("_", " ")
        table.add_row(
            person["username"], f"{person['name']}, {work}", f"{person['sees'][0].upper()}{person['sees'][1:]}"
        )
    out = io.StringIO()
    Console(file=out, width=132, color_system=None).print(table)
    lines = "\n".join(line.rstrip() for line in out.getvalue().strip().splitlines())
    return f"{lines}\n\nEverybody's password: {PASSWORD}"
