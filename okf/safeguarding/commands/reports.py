"""A worry about harm, as somebody writes it down (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from okf.safeguarding.commands.chronology import LINE, NARRATIVE, NOTHING, UNSAID, Happened, Parts
from okf.terms import Severity
from okf.terms.concerns import ConcernCategory
from okf.validation import words, words_or_none

A_LEAD: Final = "A safeguarding lead or deputy"


@dataclass(frozen=True, slots=True)
class Report:
    """A worry about harm, as somebody writes it down.

    `worker` is the username of one who works here, if one was chosen, and
    `worker_name` their name as it was chosen; `about_a_lead` says that a lead
    or deputy is meant, and not which.
    """

    severity: Severity
    account: str
    case_ref: str | None = None
    about: Sequence[str] = ()
    about_a_worker: bool = False
    said_by: str | None = None
    seen_where: str | None = None
    seen_when: str | None = None
    seen: Happened = UNSAID
    actions_taken: str | None = None
    opinion: str | None = None
    category: ConcernCategory | None = None
    parts: Parts = NOTHING
    worker: str | None = None
    worker_name: str | None = None
    about_a_lead: bool = False

    @property
    def worker_meant(self) -> bool:
        """Whether it is said to be about somebody who works here, whoever that is."""
        said = self.about_a_worker or self.worker is not None or self.about_a_lead
        return said or self.category is ConcernCategory.ABOUT_A_WORKER

    @property
    def written(self) -> tuple[str | None, ...]:
        """Every word of it, wherever it stands: each may mean somebody."""
        typed = (self.account, self.opinion, *self.about, self.case_ref, self.said_by, self.seen_where, self.seen_when)
        return (*typed, self.actions_taken, self.seen.late_because, *self.parts.written)

    def in_columns(self) -> dict[str, str | None]:
        """The words as a concern keeps them.

        Raises:
            Invalid: nothing was said of what was seen or said, or a line is too long.
        """
        about = [*self.about, *filter(None, [self.worker_name, A_LEAD if self.about_a_lead else None])]
        return {
            "account": words("What was seen or said", self.account, at_most=NARRATIVE),
            "opinion": words_or_none("What you think about it", self.opinion, at_most=NARRATIVE),
            "case_as_typed": words_or_none("Case", self.case_ref, at_most=LINE),
            "about_as_typed": words_or_none("Who is it about?", "\n".join(about), at_most=2_000),
            "said_by": words_or_none("Who saw or said it?", self.said_by, at_most=LINE),
            "seen_where": words_or_none("Where?", self.seen_where, at_most=LINE),
            "seen_when": words_or_none("When, in words", self.seen_when, at_most=LINE),
            "actions_taken": words_or_none("What has been done already?", self.actions_taken, at_most=NARRATIVE),
        }
