"""The errors that a person can act on; everything else is a bug."""

from __future__ import annotations

import logging
import secrets
from enum import Enum
from typing import TYPE_CHECKING

from okf.trace import trace

if TYPE_CHECKING:
    from okf.policy.decision import Decision


class CasebookError(Exception):
    """Something the person can act on, said in a full sentence without a service user's name."""


class Refused(CasebookError):
    """The policy said no, or said that somebody else must decide; `what` says of which of several things."""

    def __init__(self, decision: Decision, what: str = "") -> None:
        super().__init__(": ".join(filter(None, (what, decision.in_words()))))
        self.decision = decision


class NotFound(CasebookError):
    """There is no such thing, or it may not be known to this person: both read the same."""


def unknown(noun: str, key: str) -> NotFound:
    """The one sentence for what does not exist and for what this person may not know of (C2, C4)."""
    return NotFound(f"There is no {noun} {key!r} that you may open.")


# Who is refused for one of these may not know that there is such a concern.
_NOT_TO_KNOW = frozenset({"subject_of_concern", "conflict_of_interest", "not_safeguarding_lead", "not_permitted"})


def hides(decision: Decision) -> bool:
    """Whether a refusal on a concern is told as what is said of one that is not there (C9)."""
    return not _NOT_TO_KNOW.isdisjoint(decision.reason_keys)


def refused(decision: Decision, concern: str | None) -> Refused | NotFound:
    """What a refusal is told as: on a concern, who may not know of it hears what is said of none (C9)."""
    return unknown("concern", concern) if concern is not None and hides(decision) else Refused(decision)


class Conflict(CasebookError):
    """Somebody else changed the same thing first, or it is already there."""


class Invalid(CasebookError):
    """A value can't be taken as it is.

    `field` names the value by its label on screen, `why` says what to do.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class Misconfigured(CasebookError):
    """The installation can't start as it is set up: a setting, a key or a database is wrong."""


class Unsealed(Exception):
    """A text or file is not what was written in its place: changed or moved in the database past Casebook, never shown.

    `place` is its table, its column and its row's key.
    """

    def __init__(self, why: str, place: str = "") -> None:
        super().__init__(why)
        self.place = place


def not_shown(error: Unsealed) -> str:
    """What a reader is told in place of such words; where they were asked for is logged."""
    return (
        "These words are not shown: they are not what was written here, and were changed or moved in the database past"
        f" Casebook. Tell the data protection lead this reference: {log_bug(error)}"
    )


class Trouble(Enum):
    """What keeps Casebook from its database, and what to do then."""

    BUSY = (
        "Somebody else, or a large import, is writing to Casebook's database for longer than this could wait.",
        "Nothing was changed. Try again in a minute; if it goes on, tell whoever runs Casebook.",
    )
    FULL = (
        "The disk with Casebook's database is full.",
        "Nothing was changed. Tell whoever runs Casebook now: once they make room on it, Casebook goes on by itself.",
    )
    READ_ONLY = (
        "Casebook may read its database, but not write to it: the file, or its folder, is read-only.",
        "Nothing was changed. Tell whoever runs Casebook now: Casebook's own user must be able to write there.",
    )
    GONE = (
        "Casebook can't reach its database.",
        "Tell whoever runs Casebook now; it goes on by itself once the database is back. If you were saving something,"
        " look whether it is there before you save it again.",
    )
    DAMAGED = (
        "Casebook's database can't be read: it is damaged, or its key is not the one it was made with.",
        "Nothing was changed. Tell whoever runs Casebook now.",
    )

    @property
    def why(self) -> str:
        """What is the matter, in a sentence."""
        return self.value[0]


class StoreUnavailable(CasebookError):
    """The database can't be read or written at this moment."""

    def __init__(self, trouble: Trouble, reference: str) -> None:
        super().__init__(f"{' '.join(trouble.value)} Reference: {reference}")
        self.trouble = trouble
        self.reference = reference


def log_bug(error: BaseException) -> str:
    """Log where a bug happened under a new reference, and return that."""
    reference = f"E-{secrets.token_hex(4).upper()}"
    logging.getLogger("casebook").error("%s %s", reference, trace(error))
    return reference
