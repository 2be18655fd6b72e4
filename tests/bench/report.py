"""What the bench found, as tables in Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from tests.bench.pages import Measured
from tests.bench.queries import Query

MOST_RATIO, MOST_GROWTH = 2.0, 1.3


def written(
    measured: Sequence[Measured],
    queries: Sequence[Query],
    memory: Mapping[str, float],
    loaded: Mapping[int, tuple[float, int]],
    rounds: int,
) -> str:
    """All tables."""
    sizes = sorted(loaded)
    parts = [
        f"# Bench of {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"Medians of {rounds} rounds, taken in turns; milliseconds. {platform.system()} {platform.machine()},"
        f" {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the end."
        if hasattr(os, "getloadavg")
        else f"Medians of {rounds} rounds, taken in turns; milliseconds.",
        "## Pages",
        "A full rerun over the websocket, beside the bare twin: the same elements from constants, with no sign-in,"
        f" policy or database. To reach: under {MOST_RATIO}x at the largest size, growth at most {MOST_GROWTH}x.",
        _pages(measured, sizes),
    ]
    if queries:
        parts += [
            "## Queries",
            "Beside hand-written SQL that reads the same rows on the same connection.",
            _queries(queries, sizes),
        ]
    parts += ["## Databases and memory", _databases(loaded), _memory(memory)]
    return "\n\n".join(parts)


def _pages(measured: Sequence[Measured], sizes: Sequence[int]) -> str:
    heads = ["page", "as", "elements", *(f"{size:,}: page / twin = ratio" for size in sizes), "growth", ""]
    rows = []
    for name, who in dict.fromkeys((one.asked.name, one.asked.who) for one in measured):
        found = {one.cases: one for one in measured if (one.asked.name, one.asked.who) == (name, who)}
        last, first = found.get(sizes[-1]), found.get(sizes[0])
        cells = [
            f"{one.page_ms:.1f} / {one.twin_ms:.1f} = **{one.ratio:.2f}**" if one else "-"
            for one in map(found.get, sizes)
        ]
        growth = last.page_ms / first.page_ms if last and first else float("nan")
        elements = "/".join(str(n) for n in last.elements) if last else "-"
        misses = [
            word
            for word, bad in (("ratio", last and last.ratio >= MOST_RATIO), ("growth", growth > MOST_GROWTH))
            if bad
        ]
        rows.append([name, who, elements, *cells, f"{growth:.2f}", "misses: " + ", ".join(misses) if misses else "ok"])
    return _table(heads, rows)


def _queries(queries: Sequence[Query], sizes: Sequence[int]) -> str:
    heads = ["query", "rows", *(f"{size:,}: query / SQL = ratio" for size in sizes), "growth"]
    rows = []
    for name in dict.fromkeys(query.name for query in queries):
        found = {query.cases: query for query in queries if query.name == name}
        cells = [
            f"{one.ms:.2f} / {one.sql_ms:.2f} = {one.ms / one.sql_ms:.1f}" if one else "-"
            for one in map(found.get, sizes)
        ]
        last, first = found.get(sizes[-1]), found.get(sizes[0])
        growth = f"{last.ms / first.ms:.2f}" if last and first else "-"
        rows.append([name, str(last.rows) if last else "-", *cells, growth])
    return _table(heads, rows)


def _databases(loaded: Mapping[int, tuple[float, int]]) -> str:
    return _table(
        ["cases", "seconds to make it, the story played and the indexes included", "cases a second", "MB"],
        [
            [f"{cases:,}", f"{seconds:,.0f}", f"{cases / seconds:,.0f}", f"{size / 1e6:,.0f}"]
            for cases, (seconds, size) in loaded.items()
        ],
    )


def _memory(memory: Mapping[str, float]) -> str:
    return _table(["server", "MiB"], [[name, f"{mib:,.0f}"] for name, mib in memory.items()])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
