"""Searching inside a case: over what the reader may read, and nothing else is decrypted."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select

from okf.cases.queries.case import opened_question
from okf.clock import london_date
from okf.desk import Desk
from okf.records.queries import parts as record_parts
from okf.records.queries.case_records import RecordRow, readable, rows_of
from okf.store.models import Record
from okf.store.sealing import astray_said
from okf.terms import RecordClass

MOST: Final = 2_000  # records of one case that a search looks through (our default)
PAGE: Final = 20
SHORT: Final = 600  # characters up to which a text is shown whole
_AROUND: Final = 120
_WORDS = select(Record.id, Record.occurred_at, Record.title, Record.text, Record.with_whom).where(
    Record.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class RecordSearch:
    """What is looked for: words that must all be there, kinds of record, who told us, and London dates."""

    words: str = ""
    classes: tuple[RecordClass, ...] = ()
    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        """Whether everything is looked for."""
        return self == RecordSearch()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found, and how much there is; `capped` where a case holds more than is looked through."""

    rows: tuple[RecordRow, ...]
    total: int
    capped: bool


def records_found(desk: Desk, case_ref: str, wanted: RecordSearch, number: int = 0) -> Found:
    """The records of a case that this person may read and that hold what is looked for, newest first, page by page.

    Raises:
        NotFound: there is no such case, or none that they may open.
    """
    with desk.reading() as session:
        question = opened_question(desk, session, case_ref)
        records = readable(session, question, MOST + 1)
        capped, records = len(records) > MOST, records[:MOST]
        records = [
            one
            for one in records
            if (not wanted.classes or one.record_class in wanted.classes)
            and (not wanted.sources or one.source in wanted.sources)
        ]
        terms = terms_of(wanted.words)
        if terms or wanted.since or wanted.until:
            ids = [one.id for one in records]
            with astray_said(session):
                rows = {row.id: row for row in session.execute(_WORDS, {"ids": ids})} if ids else {}
                said = _said(record_parts.corrections(session, ids) if ids else {}, rows)
                named = record_parts.files(session, ids) if ids and terms else {}
            records = [
                one
                for one in records
                if _between(rows[one.id].occurred_at, wanted)
                and holds(terms, [*said[one.id], *(file.name for file in named.get(one.id, ()))])
            ]
        page = records[number * PAGE : (number + 1) * PAGE]
        with astray_said(session):
            return Found(rows_of(session, question, page), len(records), capped)


def terms_of(words: str) -> tuple[str, ...]:
    """The words that are looked for, without regard to case and accents."""
    return tuple(dict.fromkeys(_folded(unicodedata.normalize("NFC", words)).split()))


def holds(terms: Sequence[str], texts: Sequence[str | None]) -> bool:
    """Whether all the terms are somewhere in these texts."""
    together = _folded("\n".join(text for text in texts if text))
    return all(term in together for term in terms)


def marked(text: str, words: str, *, short: int = SHORT) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is what was looked for; a long one only round its first finds."""
    terms = terms_of(words)
    spans = _spans(text, terms)
    if len(text) > short:
        text, spans = _round(text, spans)
    pieces, at = [], 0
    for start, end in spans:
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [piece for piece in pieces if piece[0]]


def _said(corrected: Mapping[str, Sequence[record_parts.Wording]], rows: Mapping[str, object]) -> dict[str, list[str]]:
    """What each record says now."""
    said = {}
    for id_, row in rows.items():
        newest = corrected[id_][-1] if corrected.get(id_) else row
        parts = (newest.title, newest.text, row.with_whom)  # type: ignore[attr-defined]
        said[id_] = [part for part in parts if part]
    return said


def _between(at: datetime, wanted: RecordSearch) -> bool:
    day = london_date(at)
    return (wanted.since is None or wanted.since <= day) and (wanted.until is None or day <= wanted.until)


def _folded(text: str) -> str:
    """Letter for letter, so that a place in it is the same place in the text."""
    return "".join(_letter(one) for one in text)


def _letter(one: str) -> str:
    first = unicodedata.normalize("NFD", one)[0]
    low = first.casefold()
    return low if len(low) == 1 else first.lower()[:1]


def _spans(text: str, terms: Sequence[str]) -> list[tuple[int, int]]:
    if not terms:
        return []
    either = re.compile("|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True)))
    return [match.span() for match in either.finditer(_folded(text))]


def _round(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    first = spans[0][0] if spans else 0
    start, end = max(0, first - _AROUND), min(len(text), first + 3 * _AROUND)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    kept = [(a - start + len(before), b - start + len(before)) for a, b in spans if a >= start and b <= end]
    return f"{before}{text[start:end]}{after}", kept
