"""References in ascending order, and instants, as a bulk load writes them."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Final

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS: Final = tuple(a + b for a in LETTERS for b in LETTERS)
_SPAN: Final = len(LETTERS) ** 8


def instant(at: datetime) -> str:
    """An instant as both databases take it in text: UTC, to the microsecond."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def sorted_refs(prefix: str, count: int, chance: random.Random, taken: Collection[str] = ()) -> Iterator[str]:
    """Random unused references in ascending order, so that indexes on them are written from end to end."""
    step = _SPAN // max(count, 1)
    for n in range(count):
        ref = None
        while ref is None or ref in taken:
            high, low = divmod(n * step + int(chance.random() * step), 810_000)
            a, b = divmod(high, 900)
            c, d = divmod(low, 900)
            ref = f"{prefix}-{_PAIRS[a]}{_PAIRS[b]}{_PAIRS[c]}{_PAIRS[d]}"
        yield ref
