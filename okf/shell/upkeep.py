"""What the server does by itself: at its start, every hour, and every few seconds where that is needed."""

from __future__ import annotations

import asyncio
from typing import Final

from okf.desk import Desk
from okf.errors import StoreUnavailable, log_bug
from okf.shell.app_context import Deeds, check_agreement_texts, parts

HOUR: Final = 3600
AT_ONCE: Final = 10


async def keep_up(desk: Desk) -> None:
    """Go on until cancelled, on the host's desk. The policy never waits for it: what has run out opens nothing."""
    urgent = asyncio.create_task(_each(desk, AT_ONCE, parts().at_once))
    try:
        await asyncio.to_thread(_once, desk, parts().at_start)
        await _each(desk, HOUR, (*parts().each_hour, check_agreement_texts))
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
        except StoreUnavailable:  # told in the log, once a minute
            continue
        except Exception as error:  # noqa: BLE001 - nobody waits for it: a bug is logged, and the next hour tries again
            log_bug(error)
