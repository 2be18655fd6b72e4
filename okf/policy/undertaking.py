"""The service user's undertaking: the same care towards OKF and the other people they meet (C14)."""

from __future__ import annotations

from okf.policy.recipients import LAWYERS, SAFEGUARDING_RECIPIENTS, plain

NEVER_A_BREACH = (
    frozenset({"police", "regulator", "support_service", "close_family"})
    | LAWYERS
    | SAFEGUARDING_RECIPIENTS
    # Regulators and close family by the names that people use for them (our default).
    | {"ico", "ombudsman", "spouse", "partner", "parent", "child", "sibling", "grandparent"}
)


def breached_by_telling(recipient_type: str) -> bool:
    """Whether telling someone of this kind could be a breach of the undertaking at all.

    To seek help, to complain or to lean on close family is never one.
    """
    return plain(recipient_type) not in NEVER_A_BREACH


def asked_for(*, registered: bool, given: bool) -> bool:
    """Whether the undertaking is still to be asked for: explicitly, at registration."""
    return registered and not given


def blocks_help(*, given: bool) -> bool:  # noqa: ARG001 - the answer is the same either way, and that is the rule
    """Whether help waits for the undertaking: never."""
    return False
