"""What the server does by itself: at its start, every hour, and every few seconds what can't wait for the hour."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from okf.agreements.commands.partners import resume_partners
from okf.agreements.commands.reminders import climb_ladder
from okf.caseload.commands.digest import queue_digests
from okf.cases.commands.grants import end_lapsed_grants
from okf.desk import Desk
from okf.errors import log_bug
from okf.intake.commands.matching import keep_match_keys
from okf.people.commands.outbox import send_at_once, send_waiting
from okf.shell.app_context import look_at_texts
from okf.shell.drafts_commands import forget_old_drafts

HOUR: Final = 3600
AT_ONCE: Final = 10
Deeds = tuple[Callable[[Desk], object], ...]
EACH_HOUR: Final[Deeds] = (
    end_lapsed_grants,
    resume_partners,
    forget_old_drafts,
    climb_ladder,
    queue_digests,
    send_waiting,
    look_at_texts,
)


async def keep_up(desk: Desk) -> None:
    """Go on until cancelled, on the host's desk. The policy never waits for it: what has run out opens nothing."""
    urgent = asyncio.create_task(_each(desk, AT_ONCE, (send_at_once,)))
    try:
        await asyncio.to_thread(_once, desk, (keep_match_keys,))  # all on file can be found, also those of long ago
        await _each(desk, HOUR, EACH_HOUR)
    finally:
        urgent.cancel()


async def _each(desk: Desk, seconds: int, deeds: Deeds) -> None:
    while True:
        await asyncio.to_thread(_once, desk, deeds)
        await asyncio.sleep(seconds)


def _once(desk: Desk, deeds: Deeds) -> None:
    for deed in deeds:
        try:
            deed(desk)
        except Exception as error:  # noqa: BLE001 - nobody waits for it: a bug is logged, and the next hour tries again
            log_bug(error)
