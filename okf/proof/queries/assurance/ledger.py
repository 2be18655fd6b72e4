"""Two long lists compared without holding either: what the record accounts for, and what is in the database."""

from __future__ import annotations

import hashlib
from array import array
from typing import Final

_BUCKETS: Final = 1 << 16


class Ledger:
    """Counts keys on both sides in 65,536 buckets, with a checksum each: a bucket that differs holds a stray key.

    So three million keys compare in a megabyte. To name the strays, both
    sides are read once more and only the keys of odd buckets are kept. A key
    entered twice on one side makes its bucket odd, which costs that second
    reading and no more.
    """

    def __init__(self) -> None:
        self._counts = array("q", bytes(8 * _BUCKETS))
        self._sums = array("Q", bytes(8 * _BUCKETS))

    def recorded(self, key: str) -> None:
        """A key that the record accounts for."""
        bucket, value = _placed(key)
        self._counts[bucket] += 1
        self._sums[bucket] ^= value

    def stored(self, key: str) -> None:
        """A key that is in the database."""
        bucket, value = _placed(key)
        self._counts[bucket] -= 1
        self._sums[bucket] ^= value

    @property
    def agrees(self) -> bool:
        """Whether both sides hold the same keys."""
        return not any(self._counts) and not any(self._sums)

    def is_odd(self, key: str) -> bool:
        """Whether a key is in a bucket that differs."""
        bucket, _ = _placed(key)
        return bool(self._counts[bucket] or self._sums[bucket])


def _placed(key: str) -> tuple[int, int]:
    digest = hashlib.blake2b(key.encode(), digest_size=10).digest()
    return int.from_bytes(digest[:2]), int.from_bytes(digest[2:])
