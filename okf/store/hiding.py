"""The order in which the groups of a table are hidden for another's sake: no count has a say in it (C2).

It is keyed, so that it tells nothing of what is on file, and the same at
every count of the same table: an order that changed would show today what
yesterday hid. A new group takes its place among the others as they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from okf.store.match_keys import Hasher

Order = Callable[[str, Sequence[str]], list[int]]


def hiding_order(session: Session) -> Order:
    """For a table's name and its groups a number for each group, the lowest hidden first."""
    hasher = Hasher.of(session) or Hasher(b"")  # without a key nobody is on file whom figures could give away

    def order(table: str, groups: Sequence[str]) -> list[int]:
        return hasher.hashed(f"hidden first {table}\n{group}" for group in groups)

    return order
