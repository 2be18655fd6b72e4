"""Whether what is kept for speed is what the facts make, and the database as Casebook made it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from okf.desk import Desk
from okf.errors import CasebookError, log_bug
from okf.store import contact, kept, match_keys, own_logic, tallies
from okf.store.models.base import unknown_words_told

TOLD_MOST = 20


@dataclass(slots=True)
class FiguresCheck:
    """What a full recount found, of all that is kept for speed, and of the database's own logic.

    Figures that differ, cases on which a day that is kept is wrong, people
    whose standing is, accesses whose last opening is, people helped who are
    found by wrong keys or reached otherwise than was told, what of seals,
    tables and the like is missing or changed, and what could not be counted.
    """

    figures: Sequence[dict[str, Any]] = ()
    cases: Sequence[str] = ()
    people: Sequence[str] = ()
    openings: Sequence[str] = ()
    match_keys: Sequence[str] = ()
    contacts: Sequence[str] = ()
    logic: Sequence[str] = ()
    uncounted: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing differs."""
        return not (self._many() or self.contacts or self.logic or self.uncounted)

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
        told += [f"When access {one} was last used is not that of the record." for one in self.openings[:TOLD_MOST]]
        told += [f"The keys by which {ref} is found are not those of their row." for ref in self.match_keys[:TOLD_MOST]]
        told += [f"How {who} is reached is not what was told of it." for who in self.contacts[:TOLD_MOST]]
        told += [*self.logic[:TOLD_MOST], *self.uncounted]
        if many := self._many():
            told.append(f"Not as the facts make it: {many}. python -m okf check --mend makes it anew.")
        if self.contacts:
            told.append(
                f"{len(self.contacts):,} people would be reached otherwise than was told. Nobody should be rung by it:"
                " look at who told what on their card, and find out who can write to the database."
            )
        if self.logic:
            told.append(
                f"Not as Casebook made it: {len(self.logic):,} of the database's seals, watchers, tables and what they"
                " are made of. Find out who can write to the database; then python -m okf migrate puts seals and"
                " watchers back, and the rest comes from the last backup."
            )
        return told

    def _many(self) -> str:
        """How many of each kind differ, in words; nothing where none does."""
        kinds = {
            "figures": self.figures,
            "cases": self.cases,
            "standings": self.people,
            "last openings": self.openings,
            "people's match keys": self.match_keys,
        }
        return ", ".join(f"{len(found):,} {kind}" for kind, found in kinds.items() if found)


def check_figures(desk: Desk) -> FiguresCheck:
    """Count everything anew and compare; reads every case, access and person once, and goes on past what it can't read.

    A reading that fails is told with a reference: `assure` names the row.
    """
    found = FiguresCheck()

    def counted(what: str, count: Callable[[], Iterable[Any]]) -> list[Any]:
        try:
            return list(count())
        except CasebookError:
            raise
        except Exception as error:  # noqa: BLE001 - one row that can't be read hides no other
            found.uncounted.append(
                f"{what} could not be counted, since something in the database can't be read. Reference:"
                f" {log_bug(error)}. python -m okf assure names the row."
            )
            return []

    with desk.reading() as session, unknown_words_told():
        connection, at = session.connection(), desk.now()
        for figures, cases in counted("The figures", lambda: [tallies.differences(connection)]):
            found.figures, found.cases = figures, cases
        unled = counted("Who leads each case", lambda: kept.allocation_astray(session, at))
        found.cases = sorted({*found.cases, *unled})
        found.people = counted("The standings", lambda: kept.standings_astray(session, at))
        found.openings = counted("The last openings", lambda: (one for one, _ in kept.openings_astray(session)))
        found.match_keys = counted("The match keys", lambda: match_keys.match_keys_astray(session))
        found.contacts = counted("How people are reached", lambda: contact.astray(session))
        found.logic = counted("The seals", lambda: own_logic.altered(connection))
    return found
