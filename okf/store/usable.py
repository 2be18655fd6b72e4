"""No deed writes a sign that can't be kept: held by every flush, whatever command it comes from.

What a command checks by `okf.validation` is refused there by the name that the
screen has for it; what only steers a running text is left out of it, there and
here. An import writes in bulk, and checks its cells itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import JSON, String, event, inspect
from sqlalchemy.orm import Mapper, Session

from okf.errors import Invalid
from okf.signs import LINE, unusable, without_steering
from okf.store.guards import GuardedSession
from okf.store.models import AuditEvent
from okf.store.narrative import Narrative

_CHECKED = "signs are checked"


def check_signs(session: Session) -> None:
    """From here on this session refuses to write what can't be kept: for the desk's deeds.

    Raises:
        Invalid: at a flush, for the first such sign.
    """
    session.info[_CHECKED] = True


@event.listens_for(GuardedSession, "before_flush", insert=True)  # before the texts are sealed
def _refuse(session: Session, *_: Any) -> None:
    if not session.info.get(_CHECKED):
        return
    for row in (*session.new, *session.dirty):
        if isinstance(row, AuditEvent):  # says what was asked for, as it was asked
            continue
        state = inspect(row)
        for name, line in _texts(state.mapper):
            value = row.__dict__.get(name)
            if value and (state.pending or state.attrs[name].history.has_changes()):
                if isinstance(value, str) and isinstance(state.mapper.columns[name].type, Narrative):
                    value = without_steering(value)
                    if value != row.__dict__[name]:
                        setattr(row, name, value)
                for text in _strings(value):
                    wrong = unusable(text, line=line)
                    if wrong:
                        label = name.rstrip("_").replace("_", " ").capitalize()
                        raise Invalid(label, f"{wrong}. Delete it, and type what stands there again.")


@cache
def _texts(mapper: Mapper[Any]) -> tuple[tuple[str, bool], ...]:
    """The attributes that hold texts, and whether each is a line."""
    return tuple(
        (name, is_line(column.type))
        for name, column in mapper.columns.items()
        if isinstance(column.type, String | Narrative | JSON)
    )


def is_line(kind: Any) -> bool:
    """Whether a column of this kind holds lines: names, references and the like."""
    return isinstance(kind, String) and kind.length is not None and kind.length <= LINE


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
