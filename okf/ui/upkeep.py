"""What the server does by itself, at its start and every hour: end what has run out, remind, send the mails."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from okf.commands.drafts import forget_old_drafts
from okf.commands.grants import end_lapsed_grants
from okf.commands.matching import keep_match_keys
from okf.commands.outbox import send_waiting
from okf.commands.partners import resume_partners
from okf.commands.reminders import climb_ladder
from okf.desk import Desk
from okf.errors import log_bug
from okf.ui.house import look_at_texts

HOUR: Final = 3600
EACH_HOUR: Final[tuple[Callable[[Desk], object], ...]] = (
    end_lapsed_grants,
    resume_partners,
    forget_old_drafts,
    climb_ladder,
    send_waiting,
    look_at_texts,
)


async def keep_up(desk: Desk) -> None:
    """Go on until cancelled, on the host's desk. The policy never waits for it: what has run out opens nothing."""
    await asyncio.to_thread(_once, desk, (keep_match_keys,))  # everyone on file can be found, also those of long ago
    while True:
        await asyncio.to_thread(_once, desk)
        await asyncio.sleep(HOUR)


def _once(desk: Desk, deeds: tuple[Callable[[Desk], object], ...] = EACH_HOUR) -> None:
    for deed in deeds:
        try:
            deed(desk)
        except Exception as error:  # noqa: BLE001 - nobody waits for it: a bug is logged, and the next hour tries again
            log_bug(error)
