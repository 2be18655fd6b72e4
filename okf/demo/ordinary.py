"""What is drawn from a seed beside the written story, in the same words: families, past enquiries, past concerns."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from okf.clock import london_date, start_of
from okf.demo import invented
from okf.policy.figures import periods_over
from okf.terms import SupportKind

Told = Mapping[str, Any]

# How many of each there are; with the fifteen written down that makes 120.
STATUSES: Final = {"closed": 50, "open": 36, "on_hold": 7, "closing": 6, "enquiry": 6}
LEADS: Final = ("caseworker",) * 5 + ("caseworker2",) * 4 + ("caseworker3",) * 4 + ("caseworker4",) * 2
LEFT, LATE, LATE_SINCE = "caseworker.left", "caseworker.overdue", -75
HOURS: Final = ("weekdays 09:00 to 17:00", "mornings", "after 18:00", "while the children are at school", "any time")
# Concerns of the last full quarter: how many of each urgency, and after how many hours the lead decided.
WORRIES: Final = (("high", 6), ("medium", 8), ("low", 10))
DECIDED_AFTER: Final = (0, 2, 4, 7, 20, 22, 30, 50)
RAISERS: Final = ("caseworker", "caseworker2", "caseworker3")
TITLES: Final = ("Call", "Follow-up call", "Meeting at the office", "E-mail", "Weekly call")


def ordinary_families(story: Told, chance: random.Random) -> list[Told]:
    """As many families as `STATUSES` says, each with the steps that brought it to where it stands."""
    wanted = [status for status, count in STATUSES.items() for _ in range(count)]
    names = chance.sample(invented.FAMILY, k=len(invented.FAMILY))
    concerns = iter(story["ordinary"]["concerns"])
    made = []
    for nth, status in enumerate(wanted):
        family = _Family(nth, status, (names[nth % len(names)], names[(nth * 7 + 3) % len(names)]), story, chance)
        concern = next(concerns, None) if nth % 8 == 5 else None
        made.append(family.told(concern))
    return made


class _Family:
    """One family as it is drawn: who they are, who works with them, and what happens day by day."""

    def __init__(self, nth: int, status: str, names: tuple[str, str], story: Told, chance: random.Random) -> None:
        self.nth, self.status, self.names, self.story, self.chance = nth, status, names, story, chance
        self.opened = {
            "closed": lambda: chance.randint(-700, -130),
            "open": lambda: -4 - int(chance.random() ** 1.6 * 330),
            "on_hold": lambda: chance.randint(-330, -70),
            "closing": lambda: chance.randint(-400, -100),
            "enquiry": lambda: chance.randint(-14, -3),
        }[status]()
        longest = min(400, -self.opened - 10)
        self.ends = self.opened + chance.randint(60, max(61, longest)) if status == "closed" else -2
        self.manager = "manager2" if nth % 3 == 0 and self.opened > -660 else "manager"
        self.kind = SupportKind.MEDIATION if nth % 9 == 4 else chance.choice(list(SupportKind)).value
        self.children = chance.choices((0, 1, 2, 3), (2, 5, 4, 1))[0]
        if self.kind == SupportKind.CHILD_THERAPY:
            self.children = max(1, self.children)
        self.parties = 1 if nth % 10 == 7 else 2
        joined = {person["username"]: person["joined"] for person in story["people"]}
        free = [who for who in LEADS if joined[who] + 10 < self.opened]
        self.leads = [chance.choice(free) for _ in range(self.parties)]
        if status == "closed" and self.ends < -40 and nth % 6 == 1 and self.opened > joined[LEFT] + 10:
            self.leads[0] = LEFT
        if status == "open" and self.opened < LATE_SINCE - 15 and nth % 4 == 2:
            self.leads[-1] = LATE
        self.steps: list[dict[str, Any]] = []

    def told(self, concern: Told | None) -> Told:
        """The family in the words of the story."""
        self._do(self.opened, self.manager, "open")
        for number, lead in enumerate(self.leads, 1):
            self._do(self.opened + 1, self.manager, "lead", party=number, to=lead)
        if self.status != "enquiry":
            self._do(self.opened + 2, self.manager, "status", status="open")
            if self.nth % 4 == 1:
                self._do(self.opened + 2, self.manager, "weigh", complexity=2 + self.nth % 3)
            self._first_call()
            self._work()
        if concern:
            self._worry(concern)
        if self.status in ("on_hold", "closing"):
            self._do(self.ends - 18, self.manager, "status", status=self.status)
        if self.status == "closed":
            self._do(self.ends, self.manager, "close", **self.chance.choice(self.story["ordinary"]["closings"]))
        else:
            self._tasks()
        self.steps.sort(key=lambda step: step["day"])
        return {
            "key": f"ordinary-{self.nth}",
            "kind_of_support": self.kind,
            "area": self.chance.choice(invented.AREAS),
            "parties": [self._adult(name) for name in self.names[: self.parties]],
            "children": [
                {
                    "name": f"{self.chance.choice(invented.GIVEN)} {self.names[0]}",
                    "born": -self.chance.randint(900, 5900),
                }
                for _ in range(self.children)
            ],
            "steps": self.steps,
        }

    def _do(self, when: int, by: str, do: str, **more: Any) -> None:
        self.steps.append(_step(when, by, do, **more))

    def _adult(self, family: str) -> Told:
        given, phone = self.chance.choice(invented.GIVEN), f"07700 900{self.chance.randint(0, 999):03}"
        return {
            "name": f"{given} {family}",
            "phone": phone,
            "email": f"{given.lower()}.{self.nth}@example.org",
            "checked": "they_rang_us",
            "safe_phone": phone,
            "safe_hours": self.chance.choice(HOURS),
            "voicemail_safe": self.chance.random() < 0.5,
            "post_safe": self.chance.random() < 0.5,
            "do_not_contact_by": self.chance.choice(("", "", "post", "text message", "e-mail")),
        }

    def _days(self, count: int, first: int | None = None) -> list[int]:
        """Days of work, spread from the beginning to the end."""
        begin = self.opened + 4 if first is None else first
        if self.ends - 1 <= begin:
            return []
        return sorted(self.chance.randint(begin, self.ends - 1) for _ in range(count))

    def _first_call(self) -> None:
        when, by = self.opened + 3 + self.nth * 7 % 11, self.leads[0]
        if self.nth % 8 and by not in (LATE, LEFT) and when < min(self.ends, 0):
            self._record(when, by, "communication", 1, [1], "First call", invented.SOLE_NOTES[0])

    def _work(self) -> None:
        chance = self.chance
        for number, when in enumerate(self._days(3 if self.status == "closed" else 4)):
            side = number % self.parties
            by = self.leads[side]
            if by == LATE and when > LATE_SINCE:
                continue
            kind = chance.choices(("note", "communication", "document", "legal_paper"), (6, 4, 1, 1))[0]
            text = self._one(invented.SOLE_NOTES if kind in ("note", "communication") else invented.PAPERS)
            self._record(
                when, by, kind, side + 1, [side + 1], chance.choice(TITLES) if kind != "legal_paper" else "Letter", text
            )
        if self.kind == SupportKind.MEDIATION and self.parties == 2:
            self._mediate()
        if self.kind == SupportKind.CHILD_THERAPY:
            self._treat()
        self._help()

    def _record(
        self, when: int, by: str, kind: str, source: Any, about: Sequence[Any], title: str, text: str, **more: Any
    ) -> None:
        told = {"class": kind, "from": source, "about": list(about), "title": title, "text": text}
        self._do(when, by, "record", **told, **more)

    def _one(self, among: Sequence[str]) -> str:
        return self.chance.choice(among)

    def _mediate(self) -> None:
        begun, who = self.opened + 6, "mediator2" if self.opened > -390 and self.nth % 2 else "mediator"
        if begun >= self.ends - 8:
            return
        self._do(
            begun, self.manager, "mediation", **{"as": "talks"}, kind=self._one(("formal", "informal")), mediator=who
        )
        self._do(begun, who, "ready")
        for when in self._days(2, begun + 1):
            self._record(
                when,
                who,
                "mediation_joint_note",
                "J",
                [1, 2],
                "Joint session",
                self._one(invented.JOINT_NOTES),
                mediation="talks",
            )
        if self.status == "closed":
            self._do(self.ends - 1, who, "summary", text=self._one(invented.OUTCOMES))
            self._do(self.ends - 1, who, "conclude")

    def _treat(self) -> None:
        begun = self.opened + 5
        if begun >= self.ends - 8 or self.opened < -700:
            return
        self._do(
            begun, self.manager, "grant", to="therapist", capacity="therapist", child=1, purpose="therapy for the child"
        )
        for when in self._days(2, begun + 1):
            self._record(when, "therapist", "therapy_note", "c1", ["c1"], "Session", self._one(invented.THERAPY_NOTES))

    def _help(self) -> None:
        """Volunteers and partners, on some cases."""
        begun, joined = max(self.opened + 7, -330), {p["username"]: p["joined"] for p in self.story["people"]}
        who = self._one(("volunteer", "volunteer2", "volunteer.due", "volunteer.conflict"))
        if self.nth % 4 == 0 and begun < self.ends - 12 and joined[who] + 5 < begun:
            ends = begun + 200 if self.status == "closed" else self.chance.randint(1, 90)
            self._do(begun, self.manager, "grant", to=who, capacity="volunteer", until=ends, purpose="practical help")
            self._record(begun + 5, who, "task_note", "J", [1], "Help given", self._one(invented.TASK_NOTES))
        if self.nth % 12 == 5 and begun < self.ends - 12:
            self._do(
                begun,
                self.manager,
                "grant",
                to="partner",
                capacity="allied_partner",
                until=self.chance.randint(3, 200),
                purpose="onward referral",
            )
            self._record(
                begun + 1, self.leads[0], "referral_pack", "J", [1], "Referral pack", self._one(invented.PACKS)
            )

    def _worry(self, concern: Told) -> None:
        raised = self._days(1, self.opened + 5)
        if not raised or self.leads[0] == LATE:
            return
        when, words = min(raised[0], self.ends - 14, -9), {"severity": concern["severity"]}
        if when <= self.opened + 2:
            return
        about = ["c1"] if self.children else [1]
        self._do(
            when,
            self.leads[0],
            "concern",
            **{"as": "worry"},
            **words,
            category=concern["category"],
            about=about,
            text=concern["text"],
        )
        self._do(
            when + 1,
            "dsl",
            "triage",
            concern="worry",
            **words,
            status="monitoring",
            note="Spoke with the caseworker; to be asked about again at every call.",
        )
        if self.status == "closed" or self.nth % 2:
            self._do(
                min(when + 12, -1),
                "dsl",
                "end",
                concern="worry",
                status="closed",
                outcome="Asked about three times since; it has not come back.",
                lessons="None that is new: asking early was right.",
            )

    def _tasks(self) -> None:
        first = max(self.opened + 3, -13)
        lead = self.leads[0]
        if lead == LATE or first >= -1:
            return
        if self.nth % 3 != 1:
            due = self.chance.randint(max(first, -4), 11)
            self._do(first, lead, "task", **{"as": "open"}, text=self._one(invented.TASKS), due=due)
        if self.nth % 3 == 2:
            self._do(first, lead, "task", **{"as": "done"}, text=self._one(invented.TASKS), due=first + 3)
            self._do(first + 1, lead, "done", task="done")


def past_enquiries(chance: random.Random) -> Iterator[Told]:
    """The steps of the past year's enquiries, each declined some days later: enough a week to expect the next from."""
    for week in range(51, 2, -1):
        for nth in range(chance.choices((0, 1, 2, 3, 4, 5), (1, 4, 6, 5, 3, 1))[0]):
            when = -7 * week + chance.randint(0, 4)
            named, phone = f"asked-{week}-{nth}", f"07700 900{chance.randint(0, 999):03}"
            name = f"{chance.choice(invented.GIVEN)} {chance.choice(invented.FAMILY)}"
            caller = {"part": "caller", "name": name, "safe_phone": phone, "voicemail_safe": chance.random() < 0.5}
            area, text = chance.choice(invented.AREAS), chance.choice(invented.ASKED)
            yield _step(when, "intake", "enquiry", **{"as": named}, people=[caller], area=area, text=text)
            yield _step(when + 3, "intake", "decline", enquiry=named, reason=chance.choice(invented.DECLINED))


def past_worries(now: datetime, words: list[Told]) -> Iterator[Told]:
    """The concerns of the last full quarter, raised, decided and ended, about families that nobody here knows."""
    quarter = periods_over(london_date(now), 3, 1)[0]
    since_start = int((now - start_of(quarter.first)).total_seconds() // 3600)
    for nth, severity in enumerate(severity for severity, many in WORRIES for _ in range(many)):
        said, key = words[nth % len(words)], f"quiet-{nth}"
        raised = since_start - 34 - nth * 24 * 3
        decided = raised - DECIDED_AFTER[nth % len(DECIDED_AFTER)]
        yield _step(
            f"{raised}h",
            RAISERS[nth % len(RAISERS)],
            "concern",
            **{"as": key},
            severity=severity,
            category=said["category"],
            about=["a family at a school where we spoke"],
            text=said["text"],
        )
        yield _step(
            f"{decided}h",
            "dsl",
            "triage",
            concern=key,
            severity=severity,
            status="triaged",
            note="Asked the school, which knows them and is with them.",
        )
        yield _step(
            f"{decided}h",
            "dsl",
            "end",
            concern=key,
            status="closed",
            outcome="The school and its nurse saw them since; nothing more came up.",
            lessons="The talk in schools is worth repeating each year.",
        )


def _step(when: int | str, by: str, do: str, **more: Any) -> dict[str, Any]:
    """A step on a day, or some hours ago such as `30h`."""
    return {"day" if isinstance(when, int) else "ago": when, "by": by, "do": do, **more}
