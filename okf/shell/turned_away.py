"""What the Gate turns away, in the log: why and from where, and nothing else of what was asked."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Final

from starlette.types import Scope

from okf.shell import cookies

_MOST_NAMED: Final = 5
_LONGEST: Final = 80
_log: Final = logging.getLogger("casebook")


class TurnedAway:
    """Tells of the first for each reason at once, and of the others a minute later in one line, however many came."""

    seconds: float = 60

    def __init__(self) -> None:
        self._others: dict[str, Counter[str]] = {}

    def note(self, why: str, scope: Scope) -> None:
        """Log it, or count it if its reason was logged within the minute."""
        source = cookies.source(scope).address[:_LONGEST]
        if why in self._others:
            self._others[why][source] += 1
            return
        self._others[why] = Counter()
        _log.warning("turned away, %s: from %s", why, source)
        asyncio.get_running_loop().call_later(self.seconds, self._tell, why)

    def _tell(self, why: str) -> None:
        others = self._others.pop(why)
        if others:
            named = ", ".join(f"{source} ({count})" for source, count in others.most_common(_MOST_NAMED))
            _log.warning("turned away, %s: %d more, from %s", why, others.total(), named)
