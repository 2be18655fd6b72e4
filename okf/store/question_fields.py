"""Reading a question as it was put in words: every key is known, and every fault names its key."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from typing import Any

from okf.clock import ImpossibleTime, end_of, from_london, london_date, start_of, without_zone
from okf.errors import Invalid

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Ask:
    """One question as a mapping. What is asked of it is checked, and so is that nothing else is in it.

    Raises Invalid, naming the key, for whatever can't be taken.
    """

    def __init__(self, asked: object, known: Collection[str], within: str = "") -> None:
        self._within = within
        if not isinstance(asked, Mapping):
            raise Invalid(within.rstrip(".") or "ask", "write it as keys with values")
        self._asked: Mapping[str, Any] = asked
        for key in asked:
            if key not in known:
                raise Invalid(f"{within}{key}", f"this key is not known here; the known ones are {_listed(known)}")

    def invalid(self, key: str, why: str) -> Invalid:
        """The error to raise about one key."""
        return Invalid(f"{self._within}{key}", why)

    def has(self, key: str) -> bool:
        """Whether a key is there with a value."""
        return self._asked.get(key) is not None

    def word(self, key: str) -> str | None:
        """A word or a sentence, None if it was left out."""
        value = self._asked.get(key)
        if value is None:
            return None
        if isinstance(value, bool | Mapping | list) or not str(value).strip():
            raise self.invalid(key, "write one word or sentence")
        return str(value).strip()

    def needed_word(self, key: str) -> str:
        """A word that can't be left out."""
        value = self.word(key)
        if value is None:
            raise self.invalid(key, "this is needed")
        return value

    def text(self, key: str) -> str | None:
        """A text that may be blank, which the policy then judges."""
        value = self._asked.get(key)
        if isinstance(value, Mapping | list):
            raise self.invalid(key, "write a text")
        return None if value is None else str(value)

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words; a single one counts as a list of one."""
        value = self._asked.get(key)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list | tuple) or any(isinstance(one, Mapping | list | type(None)) for one in value):
            raise self.invalid(key, "write a list of words, such as [party_a]")
        return tuple(dict.fromkeys(str(one) for one in value))

    def flag(self, key: str) -> bool | None:
        """True or false, None if it was left out."""
        value = self._asked.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.invalid(key, "write true or false")
        return value

    def part(self, key: str) -> Mapping[str, Any]:
        """Keys with values, empty if it was left out."""
        value = self._asked.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise self.invalid(key, "write it as keys with values, such as {type: lawyer}")
        return value

    def parts(self, key: str, known: Collection[str]) -> tuple[Ask, ...]:
        """A list of such parts, each with these keys and no others."""
        value = self._asked.get(key)
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            raise self.invalid(key, "write a list, such as [{asked_on: 2026-11-25}]")
        return tuple(Ask(one, known, f"{self._within}{key}[{number}].") for number, one in enumerate(value))

    def day(self, key: str) -> date | None:
        """A London date; of an instant, the date it falls on."""
        value = self._asked.get(key)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        return london_date(instant(value, f"{self._within}{key}"))

    def needed_day(self, key: str) -> date:
        """A date that can't be left out."""
        value = self.day(key)
        if value is None:
            raise self.invalid(key, "this date is needed")
        return value

    def needed_instant(self, key: str) -> datetime:
        """An instant that can't be left out."""
        if self._asked.get(key) is None:
            raise self.invalid(key, "this time is needed")
        return instant(self._asked[key], f"{self._within}{key}")

    def when(self, key: str) -> date | datetime | None:
        """A date or an instant, as it was written."""
        value = self._asked.get(key)
        timed = isinstance(value, datetime) or (isinstance(value, str) and ":" in value)
        return self.needed_instant(key) if timed else self.day(key)

    def instants(self, key: str) -> dict[str, datetime | None]:
        """Who and when: an instant, or nothing, for each name. A mere date is over before it counts."""
        return {
            str(who): None if at is None else instant(at, f"{self._within}{key}.{who}", of_date=end_of)
            for who, at in self.part(key).items()
        }


def instant(value: object, key: str, of_date: Callable[[date], datetime] = start_of) -> datetime:
    """An instant as it was written; without a zone it is London's, and a date stands for its beginning.

    Raises:
        Invalid: it is no time, or one that London's clocks skipped or showed twice.
    """
    zone = None
    try:
        if isinstance(value, str):
            written, zone = without_zone(value.strip())
            value = date.fromisoformat(written) if _DATE.fullmatch(written) else datetime.fromisoformat(written)
        if isinstance(value, date) and not isinstance(value, datetime):
            return of_date(value)
        if not isinstance(value, datetime):
            raise Invalid(key, f"{value!r} is no time: write it as 2026-11-23T10:00")
        return from_london(value, zone) if value.tzinfo is None else value
    except ImpossibleTime as error:
        raise Invalid(key, str(error)) from error
    except ValueError as error:
        raise Invalid(key, f"{value!r} is no time: write it as 2026-11-23T10:00") from error


def _listed(words: Collection[str]) -> str:
    return ", ".join(sorted(words))
