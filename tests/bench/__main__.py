"""`python -m tests.bench`: measures pages and queries at several sizes, prints the tables and keeps them."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench import pages, report
from tests.bench.crowd import add_crowd, seconds_to_publish
from tests.bench.places import Place
from tests.bench.queries import measure_queries
from tests.bench.worries import add_concerns

SIZES = (1_000, 100_000, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the databases, measure in turns, print; the databases are deleted unless they are to be kept."""
    asked = _parser().parse_args(arguments)
    folder = asked.folder or Path(tempfile.gettempdir()) / "casebook-bench"
    folder.mkdir(parents=True, exist_ok=True)
    places = [Place(cases, folder / f"{cases}") for cases in sorted(asked.sizes)]
    try:
        loaded = {}
        for place in places:
            say(f"Making a database of {place.cases:,} cases")
            loaded[place.cases] = (place.make(), place.size())
            if asked.concerns:
                with place.store() as store:
                    add_concerns(store, asked.concerns)
            if asked.people:
                with place.store() as store:
                    add_crowd(store, asked.people)
                    seconds, signers = seconds_to_publish(store)
                say(f"A material version published to {signers:,} people: {seconds:.1f} s (to reach: under 10)")
        queries = [] if asked.no_queries else measure_queries(places, asked.rounds, say)
        wanted = set(asked.pages or ())
        measuring = pages.measure(
            places, asked.rounds, lambda one: not wanted or one.name in wanted, folder, say, warm_up=asked.warm_up
        )
        measured, memory = asyncio.run(measuring)
    finally:
        if not asked.keep:
            for place in places:
                place.remove()
    text = report.written(measured, queries, memory, loaded, asked.rounds)
    print(text)
    asked.report.parent.mkdir(parents=True, exist_ok=True)
    asked.report.write_text(text + "\n", encoding="utf-8")
    say(f"Written to {asked.report}")
    return 0


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Casebook's speed, measured.")
    parser.add_argument("--sizes", nargs="+", type=_count, default=SIZES, help="numbers of cases (1000 100000 1000000)")
    parser.add_argument("--rounds", type=int, default=60, help="how often each is measured (60)")
    parser.add_argument("--warm-up", type=int, default=8, help="rounds before those that count (8)")
    parser.add_argument("--pages", nargs="+", help="these pages alone, such as overview cases")
    parser.add_argument("--no-queries", action="store_true", help="pages alone")
    parser.add_argument("--people", type=_count, default=0, help="fill up to so many people and 200 agreement versions")
    parser.add_argument("--concerns", type=_count, default=0, help="fill up to so many open concerns")
    parser.add_argument("--keep", action="store_true", help="keep the databases for the next run")
    parser.add_argument("--folder", type=Path, help="where the databases are made (the temporary folder)")
    parser.add_argument(
        "--report", type=Path, default=Path("test-results") / "bench.md", help="where the tables are written"
    )
    return parser


def _count(text: str) -> int:
    return int(text.replace(",", "").replace("_", ""))


if __name__ == "__main__":
    sys.exit(main())
