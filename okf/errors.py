"""The errors that a person can act on; everything else is a bug."""

from __future__ import annotations

import logging
import secrets
from typing import TYPE_CHECKING

from okf.trace import trace

if TYPE_CHECKING:
    from okf.policy.decision import Decision


class CasebookError(Exception):
    """Something the person can act on, said in a full sentence without a service user's name."""


class Refused(CasebookError):
    """The policy said no, or said that somebody else must decide."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(decision.in_words())
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


def log_bug(error: BaseException) -> str:
    """Log where a bug happened under a new reference, and return that."""
    reference = f"E-{secrets.token_hex(4).upper()}"
    logging.getLogger("casebook").error("%s %s", reference, trace(error))
    return reference
