"""The tables of a YAML file, read event by event, so that no object is built and no alias followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from okf.load.faults import Unreadable
from okf.load.tables import Row, Table, Tables, Unusable, normal

DEEPEST = 5  # the file, a table, a row, named values or a list, and one more to be told of
_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_TAGS = frozenset({None, "!"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Odd(Exception):
    """Something in a YAML file that no caseload needs."""

    def __init__(self, line: int, wrong: str, expected: str) -> None:
        super().__init__(wrong)
        self.line, self.wrong, self.expected = line, wrong, expected


def read_yaml(name: str, content: bytes) -> Tables:
    """The tables of a YAML file; rows are told by their lines.

    Raises:
        Unreadable: it is not YAML, or not a mapping of tables to rows.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(f"{name}, line {line}: a letter can't be read as UTF-8. Save the file as UTF-8.") from error
    tables = Tables()
    try:
        events = _Events(text)
        _document(events, tables, name)
    except _Odd as odd:
        raise Unreadable(f"{name}, line {odd.line}: {odd.wrong}. Expected: {odd.expected}.") from odd
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise Unreadable(f"{name}{place} can't be read as YAML: {problem}.") from error
    return tables


class _Events:
    """The events of a text, with a look at the next one."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self.depth = 0
        self.next: Any = next(self._events)

    def take(self) -> Any:
        """The next event; aliases, anchors, tags and deep nesting are refused."""
        event = self.next
        self.next = next(self._events, None)
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise _Odd(line, "anchors and aliases (& and *) are not read", "each value written out")
        if getattr(event, "tag", None) not in _PLAIN_TAGS:
            raise _Odd(line, f"the tag {str(event.tag)[:40]} is not read", "plain values")
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            self.depth += 1
            if self.depth > DEEPEST:
                raise _Odd(line, "lists and mappings are nested too deep", "tables of rows")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.depth -= 1
        return event

    def ends(self, kind: type[Any]) -> bool:
        """Whether the next event ends a mapping or list; it is taken then."""
        if isinstance(self.next, kind):
            self.take()
            return True
        return False


def _document(events: _Events, tables: Tables, name: str) -> None:
    while isinstance(events.next, StreamStartEvent) or type(events.next).__name__ == "DocumentStartEvent":
        events.take()
    first = events.next
    if type(first).__name__ == "StreamEndEvent":
        return
    if not isinstance(events.take(), MappingStartEvent):
        raise _Odd(first.start_mark.line + 1, "the file is no mapping", "tables, such as people: followed by rows")
    seen: dict[str, int] = {}
    while not events.ends(MappingEndEvent):
        line, given = _key(events, seen)
        where = f"{name}, {given[:40]}"
        table = Table(given, where, [], unit="line")
        if isinstance(events.next, SequenceStartEvent):
            _rows(events, tables, table)
        elif isinstance(events.next, MappingStartEvent) and normal(given) == "settings":
            table.rows = [Row(line, {"name": key, "value": value}) for line, key, value in _mapping(events)]
        elif isinstance(events.next, ScalarEvent) and events.next.value in _EMPTY:
            events.take()
        else:
            raise _Odd(line, f"{given[:40]} is no list of rows", "rows, each beginning with -")
        tables.add(table)
    while events.next is not None:
        event = events.take()
        if type(event).__name__ == "DocumentStartEvent":
            raise _Odd(event.start_mark.line + 1, "a second document begins", "one document in a file")


def _rows(events: _Events, tables: Tables, table: Table) -> None:
    events.take()
    while not events.ends(SequenceEndEvent):
        line = events.next.start_mark.line + 1
        if isinstance(events.next, MappingStartEvent):
            table.rows.append(Row(line, {key: value for _, key, value in _mapping(events)}))
        else:
            _skip(events)
            tables.fault(table.where, line, None, "this is not a row", "columns and values, such as {ref: A-1}", "line")


def _mapping(events: _Events) -> list[tuple[int, str, Any]]:
    events.take()
    seen: dict[str, int] = {}
    found = []
    while not events.ends(MappingEndEvent):
        line, key = _key(events, seen)
        found.append((line, key, _value(events)))
    return found


def _key(events: _Events, seen: dict[str, int]) -> tuple[int, str]:
    event = events.take()
    line = event.start_mark.line + 1
    if not isinstance(event, ScalarEvent):
        raise _Odd(line, "a name is a list or mapping", "a plain name")
    if event.value in seen:
        raise _Odd(line, f"{event.value[:40]!r} stands here again, first in line {seen[event.value]}", "each name once")
    seen[event.value] = line
    return line, event.value


def _value(events: _Events) -> Any:
    """A cell: its text as it was written, None, a list of them, or named values."""
    if isinstance(events.next, MappingStartEvent):
        return {key: value for _, key, value in _mapping(events)}
    event = events.take()
    if isinstance(event, SequenceStartEvent):
        listed: list[Any] = []
        while not events.ends(SequenceEndEvent):
            if isinstance(events.next, ScalarEvent):
                listed.append(_scalar(events.take()))
            else:
                _skip(events)
                listed.append(Unusable("a list holds another list", "plain values"))
        return listed
    return _scalar(event)


def _scalar(event: ScalarEvent) -> str | None:
    is_plain = event.implicit[0]
    return None if is_plain and event.value in _EMPTY else str(event.value)


def _skip(events: _Events) -> None:
    depth = 0
    while True:
        event = events.take()
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent)
        depth -= isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth == 0:
            return
