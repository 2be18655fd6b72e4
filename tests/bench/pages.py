"""Every page's full rerun beside its bare twin, at every size, in turns."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.client import Shown, Tab
from tests.bench.places import Cast, Place, Server, serving, sign_in


@dataclass(frozen=True)
class Asked:
    """One page as one person opens it."""

    name: str
    who: str
    path: str
    query: str = ""


def asked_of(cast: Cast) -> list[Asked]:
    """What is measured: each page as those whose work it is."""
    return [
        Asked("overview", "manager", ""),
        Asked("overview", "caseworker", ""),
        Asked("overview", "dsl", ""),
        Asked("cases", "manager", "cases"),
        Asked("cases", "caseworker", "cases"),
        Asked("cases", "head.of.service", "cases", "view=Your+cases"),
        Asked("case", "caseworker", "case", f"case={cast.case}"),
        Asked("case", "manager", "case", f"case={cast.case}"),
        Asked("case", "dsl", "case", f"case={cast.lead_case}"),
        Asked("caseload", "manager", "caseload"),
        Asked("caseload, team", "manager", "caseload", "part=Team"),
        Asked("caseload, trends", "manager", "caseload", "part=Trends"),
        Asked("agreements", "manager", "agreements"),
        Asked("forecast", "manager", "forecast"),
        Asked("access map", "manager", "access_map"),
        Asked("access map, unused", "manager", "access_map", "view=Unused"),
        Asked("team", "manager", "team", "person=caseworker"),
        Asked("concerns", "dsl", "concerns"),
        Asked("concerns_narrowed", "dsl", "concerns", "severity=High&status=Monitoring"),
        Asked("concerns_found", "dsl", "concerns", "find=K-BENCH01&mine=true"),
        Asked("concerns", "caseworker", "concerns"),
        Asked("commitment", "manager", "commitment"),
        Asked("commitment", "caseworker", "commitment"),
    ]


@dataclass
class Measured:
    """A page's times at one size, and its twin's, in seconds."""

    asked: Asked
    cases: int
    elements: tuple[int, int] = (0, 0)
    page: list[float] = field(default_factory=list)
    twin: list[float] = field(default_factory=list)

    @property
    def page_ms(self) -> float:
        return median(self.page) * 1000

    @property
    def twin_ms(self) -> float:
        return median(self.twin) * 1000

    @property
    def ratio(self) -> float:
        return self.page_ms / self.twin_ms


async def measure(
    places: list[Place],
    rounds: int,
    only: Callable[[Asked], bool],
    folder: Path,
    say: Callable[[str], None],
    *,
    warm_up: int,
) -> tuple[list[Measured], dict[str, float]]:
    """Every page at every size, its twin after it, round by round; and the servers' memory in MiB."""
    log, tapes = folder / "servers.log", folder / "tapes"
    tapes.mkdir(exist_ok=True)
    async with AsyncExitStack() as stack:
        plan: list[tuple[Measured, Asked, str]] = []
        for place in places:
            with place.store() as store:
                cast = Cast.of(store)
                for asked in filter(only, asked_of(cast)):
                    who = cast.caseworker if asked.who == "caseworker" else asked.who
                    plan.append((Measured(asked, place.cases), asked, sign_in(store, who)))
        for place in places:
            say(f"Taking down the pages at {place.cases:,} cases")
            await _record(place, [one for one in plan if one[0].cases == place.cases], tapes, log, say)
        plan = [one for one in plan if _tape(tapes, one[0]).exists()]
        surroundings = {**places[0].surroundings, "OKF_BENCH_TAPES": str(tapes)}
        twins = stack.enter_context(serving("tests.bench.twins:app", surroundings, log))
        servers: dict[int, Server] = {
            place.cases: stack.enter_context(serving("app:app", place.surroundings, log)) for place in places
        }
        tabs = []
        for measured, asked, cookie in plan:
            real = await stack.enter_async_context(
                Tab(servers[measured.cases].base_url, asked.path, query=asked.query, cookie=cookie)
            )
            twin = await stack.enter_async_context(
                Tab(twins.base_url, asked.path, query=f"tape={_tape(tapes, measured).stem}")
            )
            tabs.append((measured, real, twin))
        gc.disable()  # the client's own pauses are nobody's
        for number in range(rounds + warm_up):
            for measured, real, twin in tabs:
                page, bare = await real.rerun(), await twin.rerun()
                if number >= warm_up:
                    measured.page.append(page.seconds)
                    measured.twin.append(bare.seconds)
                measured.elements = (page.elements, bare.elements)
            if number % 10 == 0:
                say(f"Round {number} of {rounds + warm_up}")
        gc.enable()
        memory = {f"Casebook, {cases:,} cases": server.memory() for cases, server in servers.items()}
        memory["the twins"] = twins.memory()
    return [measured for measured, *_ in tabs], memory


async def _record(
    place: Place, plan: list[tuple[Measured, Asked, str]], tapes: Path, log: Path, say: Callable[[str], None]
) -> None:
    last = tapes / "last.tape"
    with serving("tests.bench.recorded:app", {**place.surroundings, "OKF_BENCH_TAPE": str(last)}, log) as server:
        for measured, asked, cookie in plan:
            try:
                async with Tab(server.base_url, asked.path, query=asked.query, cookie=cookie) as tab:
                    await asyncio.sleep(0.2)
                    last.unlink(missing_ok=True)
                    shown: Shown = await tab.rerun()
            except LookupError as missing:
                say(f"{asked.name} as {asked.who}: {missing}")
                continue
            if shown.failed:
                say(f"{asked.name} as {asked.who}: the page shows an error and is left out")
                continue
            for _ in range(100):  # the run tells its end before the tape is written
                if last.exists():
                    break
                await asyncio.sleep(0.05)
            last.replace(_tape(tapes, measured))


def _tape(tapes: Path, measured: Measured) -> Path:
    return tapes / f"{measured.asked.name}-{measured.asked.who}-{measured.cases}.tape"
