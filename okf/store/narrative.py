"""Texts that are encrypted in the application: how a column holds one, and which rows have such columns.

The database, its backups and its administrators see ciphertext alone. What
opens it is the keyring of the store that is being read (`okf/store/keyring.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

PREFIX: Final = "okf1:"
OPENER: ContextVar[Callable[[str], str]] = ContextVar("opener")


class Unsealed(RuntimeError):
    """A text was about to be kept readable, or was found so: a bug or a hand in the database, never shown."""


class Ciphertext(str):
    """A text that is encrypted already."""

    __slots__ = ()


class Told(str):
    """A text together with what encrypts it; everywhere else it is the text."""

    seal: Callable[[str], Ciphertext]


class Narrative(TypeDecorator[str]):
    """Somebody's words: plain in Python, ciphertext in the database. SQL can't search, sort or compare it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """To ciphertext; a text that no row's key was found for is refused."""
        if value is None or isinstance(value, Ciphertext):
            return value
        if isinstance(value, Told):
            return value.seal(value)
        raise Unsealed("a text without its key")

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """From ciphertext, by the keyring of the store that is being read."""
        return None if value is None else OPENER.get()(value)


class Sealed:
    """A row with narratives, and the scope under whose data key they are: its case's, unless it says otherwise."""

    case_ref: Any

    def sealed_under(self) -> str:
        """The scope, such as `case:OKF-1001`, `concern:K-7KQ2M4XA` or `organisation`."""
        return f"case:{self.case_ref}" if self.case_ref else "organisation"


def narratives(model: type) -> tuple[str, ...]:
    """The attributes of a model that are narratives."""
    columns: Mapping[str, Any] = model.__mapper__.columns  # type: ignore[attr-defined]
    return tuple(name for name, column in columns.items() if isinstance(column.type, Narrative))
