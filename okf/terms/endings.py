"""What the ledger of endings tells of, and how an earlier copy came back, as enums."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class LineKind(StrEnum):
    """What a line tells of."""

    ACCESS_ENDED = "access ended"
    CASE_CLOSED = "case closed"
    ACCOUNT_OFF = "account switched off"
    ROLE_ENDED = "role ended"
    PASSWORD_CHANGED = "password changed"  # noqa: S105 -- the name of a deed
    CODE_USED = "recovery code used"
    SESSION_ENDED = "session ended"
    VERSION_PUBLISHED = "agreement published"
    AGREEMENT_WITHDRAWN = "express agreement withdrawn or used"
    EMERGENCY_ENDED = "emergency access ended"
    CUSTODY_ENDED = "custody ended"
    PARTNER_ENDED = "partner agreement ended"
    SUMMARY_WITHDRAWN = "outcome summary withdrawn"
    FIGURES_WITHDRAWN = "figures withdrawn"
    CONFLICT_DECLARED = "conflict declared"
    RECORD_SEALED = "record in the wrong place sealed"
    CONCERN_RAISED = "concern raised"
    RECORD_WRITTEN = "record written"
    SIGNED = "agreement signed"
    HEAD = "head"
    SETTLED = "settled"


NO_ENDING: Final = frozenset({LineKind.CONCERN_RAISED, LineKind.RECORD_WRITTEN, LineKind.SIGNED})
NO_ROW: Final = frozenset({LineKind.HEAD, LineKind.SETTLED})


class PutBack(StrEnum):
    """How an earlier copy of the database came to be the present one."""

    RESTORED = "restored"
    FOUND = "found"  # somebody put a file in its place by hand
