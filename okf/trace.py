"""Where an error happened, without its message: that may hold somebody's words."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from typing import Any


def trace(error: BaseException) -> str:
    """The kinds of an error and of those that led to it, and the lines of code where they happened."""
    kinds, stack = [], ""
    seen: BaseException | None = error
    while seen is not None:
        kinds.append(type(seen).__name__)
        stack = "".join(traceback.format_tb(seen.__traceback__)) + stack
        seen = seen.__cause__ or seen.__context__
    return f"{' from '.join(kinds)}\n{stack}"


def keep_messages_out_of_the_log() -> None:
    """Have every logger of this process, a library's too, write the trace of an error and never its message."""
    logging.setLogRecordFactory(_record)


def _record(*values: Any, **named: Any) -> logging.LogRecord:
    record = logging.LogRecord(*values, **named)
    record.msg = _kind(record.msg)
    if isinstance(record.args, Mapping):
        record.args = {name: _kind(value) for name, value in record.args.items()}
    elif record.args:
        record.args = tuple(_kind(value) for value in record.args)
    if record.exc_info and record.exc_info[1] is not None:
        record.exc_text, record.exc_info = trace(record.exc_info[1]), None
        if not record.args:
            record.msg = str(record.msg).partition("\n")[0]  # asyncio writes the failed task below, error and all
    return record


def _kind(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else value
