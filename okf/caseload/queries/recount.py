"""Whether the caseload's figures are those of the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from okf.desk import Desk
from okf.store import contact, kept, own_logic, tallies

TOLD_MOST = 20


@dataclass(frozen=True, slots=True)
class FiguresCheck:
    """What a full recount found, of all that is kept for speed, and of the database's own logic.

    Figures that differ, cases on which a day that is kept is wrong, people
    whose standing is, service users who are reached otherwise than was told,
    and what of seals and the like is missing or changed.
    """

    figures: Sequence[dict[str, Any]]
    cases: Sequence[str]
    people: Sequence[str]
    contacts: Sequence[str]
    logic: Sequence[str]

    @property
    def good(self) -> bool:
        """Whether nothing differs."""
        return not (self.figures or self.cases or self.people or self.contacts or self.logic)

    def in_words(self) -> list[str]:
        """What was found, a sentence a line; of many the first few."""
        if self.good:
            return ["Every figure is that of the facts, and the database is as Casebook made it."]
        told = []
        for one in self.figures[:TOLD_MOST]:
            where = ", ".join(str(one[name]) for name in ("what", "kind", "area", "month", "detail") if one[name])
            (kept, weighed), (counted, weighs) = one["kept"], one["counted"]
            told.append(f"{where}: kept {kept} cases, weight {weighed}; counted {counted}, weight {weighs}.")
        told += [
            f"Case {ref}: a day kept on it is not that of its grants and contacts." for ref in self.cases[:TOLD_MOST]
        ]
        told += [f"The standing of {who} is not that of the facts." for who in self.people[:TOLD_MOST]]
        told += [f"How {who} is reached is not what was told of it." for who in self.contacts[:TOLD_MOST]]
        told += self.logic[:TOLD_MOST]
        if self.figures or self.cases or self.people:
            told.append(
                f"{len(self.figures):,} figures, {len(self.cases):,} cases and {len(self.people):,} standings differ"
                " from the facts. python -m okf check --mend counts them anew."
            )
        if self.contacts:
            told.append(
                f"{len(self.contacts):,} people would be reached otherwise than was told. Nobody should be rung by it:"
                " look at who told what on their card, and find out who can write to the database."
            )
        if self.logic:
            told.append(
                f"{len(self.logic):,} seals, watchers, constraints or indexes are not as Casebook made them. Find out"
                " who can write to the database; then python -m okf migrate puts seals and watchers back."
            )
        return told


def check_figures(desk: Desk) -> FiguresCheck:
    """Count everything anew and compare; reads every case once."""
    with desk.reading() as session:
        figures, cases = tallies.differences(session.connection())
        return FiguresCheck(
            figures,
            sorted({*cases, *kept.allocation_astray(session, desk.now())}),
            list(kept.standings_astray(session, desk.now())),
            list(contact.astray(session)),
            own_logic.altered(session.connection()),
        )
