"""The stage: the story's clock and desks, and what the charity itself does on it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any, Final

from okf.agreements.commands import signatures, texts
from okf.cases.commands import handovers
from okf.clock import london_date
from okf.demo.ordinary import Told
from okf.demo.story import PASSWORD, Step, day
from okf.desk import Desk
from okf.errors import Refused
from okf.load import importing as imports
from okf.load.tables import Tables
from okf.people.commands import accounts, leaving
from okf.safeguarding.commands import absences, rota
from okf.settings import ROOT
from okf.store.engine import Store
from okf.terms import Capacity, Change
from okf.terms.rota import RotaPlace

TEXTS: Final = ROOT / "data" / "agreements"


class Charity:
    """Where the story stands: its clock, what was made so far, and what each kind of step does."""

    def __init__(self, store: Store, families: list[Told], now: datetime, chance: random.Random) -> None:
        self.store = store
        self.families: Mapping[str, Told] = {family["key"]: family for family in families}
        self.today = london_date(now)
        self.at = now
        self.chance = chance
        self.made: dict[tuple[str | None, str], str] = {}
        self.people: dict[str, tuple[list[str], list[str]]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.names: dict[str, str] = {}

    def take(self, step: Step) -> None:
        """Do one step at its time; a step that the story says is refused must be refused."""
        self.at = step.at
        desk = self.host() if step.by == "host" else self.desk(step.by)
        act: Callable[[Desk, Step], None] = getattr(self, f"do_{step.do}")
        if not step.told.get("refused"):
            act(desk, step)
            return
        try:
            act(desk, step)
        except Refused:
            return
        raise AssertionError(f"the story says that this is refused: {step}")

    def host(self) -> Desk:
        """The desk of the host's command line, at the story's time."""
        return Desk.host(self.store, now=lambda: self.at, chance=self.chance)

    def desk(self, username: str) -> Desk:
        """Somebody's desk, at the story's time, in a session of that day."""
        session_id = f"demo-{london_date(self.at)}-{username}"
        return Desk(self.store, username, now=lambda: self.at, session_id=session_id, chance=self.chance)

    # The charity itself

    def do_publish(self, desk: Desk, step: Step) -> None:
        told = step.told
        text = (TEXTS / f"{told['text']}.md").read_text("utf-8").strip()
        self.texts[told["kind"], told["version"]] = signatures.text_sha256(text)
        texts.publish_agreement(
            desk,
            kind=Capacity(told["kind"]),
            version=told["version"],
            text=text,
            title=f"Confidentiality Agreement, {told['kind'].replace('_', ' ')} (sample)",
            effective_on=day(self.today, told["day"]),
            change=Change(told["change"]),
            resign_by=day(self.today, told["resign_by"]) if "resign_by" in told else None,
        )

    def do_organisation(self, desk: Desk, step: Step) -> None:
        until = day(self.today, step.told["until"]) if "until" in step.told else None
        row = {
            "name": step.told["name"],
            "agreement_from": day(self.today, step.told["from"]),
            "agreement_until": until,
        }
        self._import(desk, "partner_organisations", row)

    def do_join(self, desk: Desk, step: Step) -> None:
        told = step.told
        row = {name: told.get(name) for name in ("username", "name", "team", "organisation")}
        row |= {"email": f"{told['username']}@casebook.example", "capacity": told.get("capacity", "staff")}
        row |= {"roles": told.get("roles", []), "joined_on": day(self.today, told["joined"])}
        self._import(desk, "people", row)
        self.names[told["username"]] = told["name"]
        accounts.set_password(desk, told["username"], PASSWORD)

    def do_check(self, desk: Desk, step: Step) -> None:
        self._import(desk, "checks", {**step.told, "expires_on": day(self.today, step.told["expires_on"])})

    def do_sign(self, desk: Desk, step: Step) -> None:
        kind, version = step.told["kind"], step.told["version"]
        shown = self.texts[kind, version]
        # The password is asked again by the page; here nobody else could be at the desk.
        signatures.record_signature(
            desk, kind=Capacity(kind), version=version, typed_name=self.names[step.by], shown_sha256=shown
        )

    def do_leave(self, desk: Desk, step: Step) -> None:
        leaving.record_leaver(desk, step.told["username"])

    def do_away(self, desk: Desk, step: Step) -> None:
        told = step.told
        first, last = (day(self.today, told[name]) for name in ("first", "last"))
        absences.enter_absence(desk, person=told["who"], starts_on=first, ends_on=last, covered_by=told.get("cover"))

    def do_rota(self, desk: Desk, step: Step) -> None:
        told = step.told
        starts, ends = (time.fromisoformat(told[name]) for name in ("from", "to"))
        days = frozenset(told["weekdays"])
        hours = rota.Hours(told["who"], RotaPlace(told["place"]), told["phone"], self.today, starts, ends, days)
        rota.enter_hours(desk, [hours])

    def do_tidy(self, desk: Desk, _: Step) -> None:
        handovers.end_lapsed_grants(desk)

    def _import(self, desk: Desk, table: str, row: Told) -> None:
        cells = {name: value for name, value in row.items() if value not in (None, [])}
        outcome = imports.import_caseload(desk, Tables.from_plain({table: [cells]}))
        if outcome.faults:
            raise AssertionError("\n".join(outcome.in_words()))

    # Who and what a step means

    def case_of(self, step: Step) -> str:
        """The case that a step is done on."""
        return self.made[step.family, "case"]

    def keep(self, step: Step, ref: str) -> None:
        """Remember what a step made, if later steps speak of it."""
        if "as" in step.told:
            self.made[step.family, step.told["as"]] = ref

    def named(self, step: Step, what: str) -> str:
        """The reference of what an earlier step made, by the name that this step calls it."""
        return self.made[step.family, step.told[what]]

    def user(self, step: Step, meant: Any) -> str:
        """A party by number, a child as c1, and J for both."""
        parties, children = self.people[str(step.family)]
        if isinstance(meant, int):
            return parties[meant - 1]
        return "joint" if meant == "J" else children[int(meant[1:]) - 1]

    def meant(self, step: Step, meant: Any) -> str:
        """The name of somebody whom a concern is about, as one would type it."""
        if step.family is None or meant in self.names:
            return self.names.get(meant, str(meant))
        family = self.families[step.family]
        found = family["parties"][meant - 1] if isinstance(meant, int) else family["children"][int(meant[1:]) - 1]
        return str(found["name"])
