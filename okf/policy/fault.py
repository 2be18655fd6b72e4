"""A fault while deciding is a refusal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from okf.policy.decision import Decision, Reason, refusal
from okf.trace import trace

_LOG = logging.getLogger(__name__)
Asked = TypeVar("Asked")


def refused_on_fault(decide: Callable[[Asked], Decision]) -> Callable[[Asked], Decision]:
    """The same decision, but refused, and the bug logged without its words, where deciding itself goes wrong."""

    @wraps(decide)
    def deciding(q: Asked) -> Decision:
        try:
            return decide(q)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, nothing leaves by it
            _LOG.error("%s went wrong, so the answer is a refusal: %s", decide.__name__, trace(error))
            return refusal([Reason.ERROR_WHILE_DECIDING])

    return deciding
