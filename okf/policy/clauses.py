"""The Commitment's clauses, word for word, as the policy cites them."""

from __future__ import annotations

import hashlib
import tomllib
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any


class Clause(Enum):
    """One numbered clause of the Confidentiality Commitment."""

    C1 = 1
    C2 = 2
    C3 = 3
    C4 = 4
    C5 = 5
    C6 = 6
    C7 = 7
    C8 = 8
    C9 = 9
    C10 = 10
    C11 = 11
    C12 = 12
    C13 = 13
    C14 = 14
    C15 = 15

    @property
    def text(self) -> str:
        """The clause word for word."""
        return str(commitment()[self.name]["text"])

    @property
    def reading(self) -> str:
        """How Casebook reads it."""
        return str(commitment()[self.name]["read"])


@cache
def commitment() -> dict[str, Any]:
    """The Commitment as published: `version`, `captured_on`, `fingerprint`, and a table a clause."""
    return tomllib.loads(files("okf.policy").joinpath("commitment.toml").read_text("utf-8"))


def fingerprint() -> str:
    """SHA-256 of the clauses' texts as they stand now, to compare with the published one."""
    return hashlib.sha256("\n".join(clause.text for clause in Clause).encode()).hexdigest()
