"""Pages that are filled after deciding: every row that may be shown, once, in order, whichever way one walks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import Enum

import pytest
from hypothesis import given, strategies as st

from okf import paging
from okf.agreements.queries.bound import SORTS as bound
from okf.agreements.queries.partners import SORTS as partners
from okf.cases.queries.cases import SORTS as cases
from okf.cases.queries.own_cases import SORTS as own
from okf.intake.queries.enquiries import SORTS as enquiries
from okf.paging import Order, Page, Paged, batches, filled, mark, values_of
from okf.people.queries.accounts import SORTS as accounts
from okf.people.queries.mails import SORTS as mails
from okf.people.queries.worker_checks import SORTS as checks
from okf.sharing.queries.lists import SORTS as shares

ROWS = 40


def page_of(visible: set[int], page: Page, looked_at: list[int]) -> Paged[str]:
    """One page of a list of numbers of which these may be shown, by words of their own."""
    backwards = page.before is not None
    start = values_of(page.before or page.after, int)

    def fetch(start: tuple[int, ...] | None, size: int) -> list[int]:
        if backwards:
            return list(range(start[0] - 1 if start else ROWS - 1, -1, -1))[:size]
        return list(range(start[0] + 1 if start else 0, ROWS))[:size]

    def shown(rows: Sequence[int]) -> list[tuple[int, str]]:
        looked_at.extend(rows)
        return [(row, f"row {row}") for row in rows if row in visible]

    found = batches(fetch, start, lambda row: (row,), first=page.size + 1)
    return filled(found, shown, page, lambda row: mark((row,)), backwards=backwards, started=start is not None)


@pytest.fixture(scope="module", autouse=True)
def small_steps() -> None:
    """So few rows at a time, and so few times, that a walk comes to every kind of page."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(paging, "BATCH", 2)
        patched.setattr(paging, "ROUNDS", 3)
        yield


@given(st.sets(st.integers(0, ROWS - 1)), st.integers(1, 4))
def test_a_walk_to_the_end_and_back_shows_every_row_that_may_be_shown(visible: set[int], size: int) -> None:
    there, back, looked_at = [], [], []
    page = page_of(visible, Page(size=size), looked_at)
    there.append(page.rows)
    assert page.previous is None
    while page.next:
        looked_at.clear()
        page = page_of(visible, Page(after=page.next, size=size), looked_at)
        there.append(page.rows)
        assert len(looked_at) <= (size + 1) + 2 * 2, "a page costs a few rows, however many are hidden"
        assert page.previous, "there is a way back from every page but the first"
    while page.previous:
        page = page_of(visible, Page(before=page.previous, size=size), looked_at)
        back.append(page.rows)
        assert page.next, "and a way on from every page on the way back"

    all_of_them = [f"row {number}" for number in sorted(visible)]
    assert [row for rows in there for row in rows] == all_of_them
    assert [row for rows in (*reversed(back), there[-1]) for row in rows] == all_of_them


@given(st.sets(st.integers(0, ROWS - 1), min_size=ROWS - 3), st.integers(1, 4))
def test_a_page_is_short_only_at_the_end_or_after_many_hidden_rows(visible: set[int], size: int) -> None:
    page = page_of(visible, Page(size=size), [])
    assert len(page.rows) == size


@pytest.mark.parametrize(
    "order",
    [
        order
        for orders in (bound, accounts, cases, checks, enquiries, mails, own, partners, shares)
        for order in orders.values()
    ],
)
def test_a_mark_of_every_order_is_read_back(order: Order) -> None:
    """A mark that is not read back would show the first page for ever."""
    samples = {datetime: datetime(2026, 11, 23, 10, tzinfo=UTC), date: date(2026, 11, 23), str: "A word"}
    kinds = [getattr(one.type, "impl_instance", one.type).python_type for one in order.columns]
    values = tuple(next(iter(kind)) if issubclass(kind, Enum) else samples[kind] for kind in kinds)

    assert order.start(Page(after=mark(values))) == (values, False)
    if order.gaps:
        assert order.start(Page(before=mark((None, *values[1:])))) == ((None, *values[1:]), True)
