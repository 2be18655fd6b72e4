"""The queue as a picture: how many concerns of each severity are overdue, due today and due later."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.queries.figures import QueuePicture, queue_picture
from okf.shell.charts import Series, chart, columns
from okf.shell.sheets import Cell, address
from okf.shell.words import told
from okf.terms import Severity

_DUE: Final = ("Overdue", "Due today", "Due later")  # as the filter says them, and so its address


def picture(desk: Desk) -> None:
    """The picture with its table, once it is asked for: the queue itself need not wait for it."""
    if st.toggle("Show the queue as a picture", key="queue_as_picture"):
        drawn(queue_picture(desk))


def drawn(found: QueuePicture) -> None:
    """Bars by severity, the most urgent first, and the same as a table whose numbers open their lists."""
    labels = [told(row[0]) for row in found.rows]
    # The bars open nothing: the page's own filters are bound to the very names that their addresses would carry.
    series = [
        Series("Overdue", [late for _, late, _, _ in found.rows]),
        Series("Due today", [today for _, _, today, _ in found.rows]),
        Series("Due later", [later for _, _, _, later in found.rows]),
    ]
    cells = [
        (told(severity), *(_cell(severity, due, many) for due, many in zip(_DUE, counts, strict=True)))
        for severity, *counts in found.rows
    ]
    late, every = sum(row[1] for row in found.rows), sum(sum(row[1:]) for row in found.rows)
    chart(
        "The queue by severity and time left",
        says=f"{late} of {every} open concerns are overdue.",
        picture=columns(labels, series, stacked=True),
        titles=("Severity", *_DUE),
        rows=cells,
        key="queue_picture",
        section=True,
    )


def _cell(severity: Severity, due: str, many: int) -> Cell | str:
    return Cell(str(many), address("concerns", severity=told(severity), due=due)) if many else "0"
