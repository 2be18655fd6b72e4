"""The directory of local authorities from a file: checked whole, shown before, and written whole or not at all (C9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy.orm import Session

from okf.asker import asking
from okf.clock import london_date
from okf.desk import Desk
from okf.load.answers import NONE, Answers
from okf.load.changes import CellChange, in_one_line
from okf.load.faults import Fault
from okf.load.outcome import ImportOutcome
from okf.load.plan import Count
from okf.load.rows import Entry, Parsed, parse
from okf.load.specs import Column, Kind, TableSpec, day, email, key, line, phone, table, text, yes_no
from okf.load.tables import Tables
from okf.match.fold import folded
from okf.policy.directory import MOST_DAYS, MOST_STEPS, Authority, Step, refusals
from okf.safeguarding.commands.directory import put
from okf.safeguarding.queries.directory import authorities
from okf.store.models import AuthorityStep, LocalAuthority
from okf.terms import Action


def _up_to(name: str, most: int, words: str, **more: Any) -> Column:
    return Column(name, words, "1", Kind.ONE_OF, members=tuple(map(str, range(1, most + 1))), **more)


_AUTHORITIES: Final = table(
    "authorities",
    "the local authorities that concerns are referred to",
    "name",
    LocalAuthority,
    key("name", "the authority's name", "EXAMPLE-Northshire Council"),
    Column("areas", "the areas that it has, as cases name them", "North; North East", Kind.KEYS),
    yes_no("is_default", "whether it is the one for those whose area nobody knows; one at most", "yes"),
    line("hours", "when its offices answer", "Monday to Friday, 9:00 to 17:00"),
    phone("children_phone", "children's front door (MASH)", "01632 960101"),
    email("children_email", "children's front door (MASH)", "mash@northshire.example"),
    phone("out_of_hours_phone", "at evenings, nights, weekends and bank holidays", "01632 960102"),
    line("lado_name", "the designated officer for allegations", "Morwenna Sandpiper"),
    phone("lado_phone", "the designated officer", "01632 960103"),
    email("lado_email", "the designated officer", "lado@northshire.example"),
    phone("adults_phone", "adults' front door", "01632 960104"),
    email("adults_email", "adults' front door", "adults@northshire.example"),
    line("police_force", "the police force, which 101 reaches", "Northshire Police"),
    line("police_unit", "its unit for child protection", "Child Protection Unit"),
    phone("police_phone", "that unit's number", "01632 960105"),
    line("threshold_document", "its threshold document: name or address", "Right help, right time (2026)"),
    text("notes", "anything else that helps whoever rings", "Ask for option 2."),
    day("checked_on", "when somebody last looked whether all this is right", "2026-11-02"),
    line("checked_by", "who looked; left out, whoever imports", "Rosalind Kestrelby"),
)
_STEPS: Final = table(
    "escalation_steps",
    "whom to write to, one after the other, where an authority does not accept a referral",
    "authority step",
    AuthorityStep,
    key("authority", "the authority's name", "EXAMPLE-Northshire Council", is_derived=True),
    _up_to("step", MOST_STEPS, "which step it is", required=True, is_derived=True),
    line("who", "whom to write to: role or name", "Team manager, MASH", required=True),
    line("contact", "how to reach them", "01632 960106"),
    _up_to("working_days", MOST_DAYS, "within how many working days they answer", required=True, is_derived=True),
)
TABLES: Final[Mapping[str, TableSpec]] = MappingProxyType({one.name: one for one in (_AUTHORITIES, _STEPS)})
_NAMED: Final = "the name of an authority of this file or on file"


@dataclass(slots=True)
class _Plan:
    """The directory as it is and as it would be, by folded name, and what is wrong with the file."""

    on_file: Mapping[str, Authority]
    then: dict[str, Authority]
    faults: list[Fault]

    def touched(self) -> list[Authority]:
        """The entries that would be written."""
        return [one for name, one in self.then.items() if one != self.on_file.get(name)]


def import_directory(desk: Desk, tables: Tables, answers: Answers = NONE, *, dry_run: bool = False) -> ImportOutcome:
    """Take authorities and their steps in, all or nothing; with `dry_run`, only say what it would change.

    A row whose name is on file changes what the file gives, and nothing else.

    Raises:
        Refused: they are no safeguarding lead.
    """
    parsed = parse(tables, answers, known=TABLES)
    with asking(desk, Action.CHANGE_DIRECTORY) as asker:
        made = _planned(asker.session, parsed, asker.at, asker.who)
        entries = [entry for name in TABLES for entry in parsed.entries.get(name, ())]
        counts = tuple(_count(name, parsed.entries[name]) for name in TABLES if name in parsed.entries)
        changes = tuple(change for entry in entries if not entry.is_new for change in _changes(entry))
    writes = bool(not dry_run and not made.faults and made.touched())
    if writes:
        with desk.permitted(Action.CHANGE_DIRECTORY) as deed:
            made = _planned(deed.session, parsed, deed.at, str(desk.actor))
            for one in made.touched():
                put(deed, one)
            deed.about("directory")
            deed.note(did="imported", changed=[one.name for one in made.touched()])
    return ImportOutcome(
        tuple(made.faults),
        tuple(parsed.remarks),
        () if made.faults else counts,
        writes,
        changes=() if made.faults else changes,
        unknown=tuple(parsed.unknown),
        is_unclear=parsed.is_unclear,
        noun="directory",
    )


def _planned(session: Session, parsed: Parsed, at: datetime, me: str) -> _Plan:
    on_file = {folded(one.name): one for one in authorities(session)}
    made = _Plan(on_file, dict(on_file), list(parsed.faults))
    told: dict[str, Entry] = {}
    for entry in parsed.entries.get(_AUTHORITIES.name, ()):
        name = folded(entry.key[0])
        if name in told:
            made.faults.append(entry.fault("name", f"this is the authority of row {told[name].number}", "each once"))
            continue
        told[name] = entry
        made.then[name] = _authority(entry, on_file.get(name), me)
    _one_default(made, told)
    _take_steps(made, parsed.entries.get(_STEPS.name, ()))
    for name, entry in told.items():
        others = [one for other, one in made.then.items() if other != name]
        wrong = refusals(made.then[name], others, london_date(at))
        made.faults.extend(entry.fault(column, why, "another value") for column, why in wrong)
    return made


def _authority(entry: Entry, stood: Authority | None, me: str) -> Authority:
    entry.stored = asdict(stood) | {"areas": list(stood.areas)} if stood else None
    given = {name: value for name, value in entry.values.items() if name != "name"}
    if "areas" in given:
        given["areas"] = tuple(given["areas"] or ())
    if "is_default" in given:
        given["is_default"] = bool(given["is_default"])
    if entry.changes("checked_on"):
        given.setdefault("checked_by", me if given["checked_on"] else None)
    return replace(stood or Authority(name=entry.key[0]), **given)


def _one_default(made: _Plan, told: Mapping[str, Entry]) -> None:
    """Let a default of the file take the place of the one on file; two in the file are a fault."""
    wanted = [name for name, entry in told.items() if entry.values.get("is_default")]
    for name in wanted[1:]:
        made.faults.append(told[name].fault("is_default", "another authority of this file is the default", "one"))
    if wanted:
        for name, one in made.then.items():
            made.then[name] = replace(one, is_default=name == wanted[0])


def _take_steps(made: _Plan, entries: Sequence[Entry]) -> None:
    steps = {name: dict(enumerate(one.steps, start=1)) for name, one in made.then.items()}
    for entry in sorted(entries, key=lambda one: int(one.key[1])):
        name, place = folded(entry.key[0]), int(entry.key[1])
        if name not in made.then:
            made.faults.append(entry.fault("authority", "there is no authority of this name", _NAMED))
            continue
        stood = steps[name].get(place)
        entry.stored = asdict(stood) | {"working_days": str(stood.working_days)} if stood else None
        missing = [one for one in ("who", "working_days") if entry.now(one) is None and one not in entry.invalid]
        made.faults.extend(entry.fault(one, "this is missing", _STEPS.columns[one].expected()) for one in missing)
        if entry.now("who") and entry.now("working_days"):
            steps[name][place] = Step(entry.now("who"), entry.now("contact"), int(entry.now("working_days")))
        if place > 1 and place - 1 not in steps[name]:
            made.faults.append(entry.fault("step", "the step before it is missing", "every step from 1 on, in order"))
    for name, one in made.then.items():
        made.then[name] = replace(one, steps=tuple(steps[name][place] for place in sorted(steps[name])))


def _changes(entry: Entry) -> Iterator[CellChange]:
    for column in entry.values:
        if column not in entry.spec.key and entry.changes(column):
            old, new = in_one_line((entry.stored or {}).get(column)), in_one_line(entry.values[column])
            yield CellChange(entry.table.where, entry.table.told([entry.number]), column, old, new)


def _count(name: str, entries: Sequence[Entry]) -> Count:
    new = sum(entry.is_new for entry in entries)
    changed = sum(not entry.is_new and any(_changes(entry)) for entry in entries)
    return Count(name, new, changed, len(entries) - new - changed)
