"""Whether the caseload's figures are those of the facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from okf.desk import Desk
from okf.store import tallies

TOLD_MOST = 20


@dataclass(frozen=True, slots=True)
class FiguresCheck:
    """What a full recount found: figures that differ, and cases on which a day that the database keeps is wrong."""

    figures: Sequence[dict[str, Any]]
    cases: Sequence[str]

    @property
    def good(self) -> bool:
        """Whether nothing differs."""
        return not self.figures and not self.cases

    def in_words(self) -> list[str]:
        """What was found, a sentence a line; of many the first few."""
        if self.good:
            return ["Every figure is that of the facts."]
        told = []
        for one in self.figures[:TOLD_MOST]:
            where = ", ".join(str(one[name]) for name in ("what", "kind", "area", "month", "detail") if one[name])
            (kept, weighed), (counted, weighs) = one["kept"], one["counted"]
            told.append(f"{where}: kept {kept} cases, weight {weighed}; counted {counted}, weight {weighs}.")
        told += [
            f"Case {ref}: a day kept on it is not that of its grants and contacts." for ref in self.cases[:TOLD_MOST]
        ]
        told.append(
            f"{len(self.figures):,} figures and {len(self.cases):,} cases differ from the facts."
            " python -m okf check --mend counts them anew."
        )
        return told


def check_figures(desk: Desk) -> FiguresCheck:
    """Count everything anew and compare; reads every case once."""
    with desk.reading() as session:
        return FiguresCheck(*tallies.differences(session.connection()))
