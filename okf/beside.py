"""Another Casebook in a process of its own, which does a part of the server's work so that nobody waits for it."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime

from okf.settings import ROOT, own_environment

_running: dict[tuple[str, ...], subprocess.Popen[bytes]] = {}


def is_running(*verb: str) -> bool:
    """Whether such a one, begun by this process, has not ended."""
    begun = _running.get(verb)
    return begun is not None and begun.poll() is None


def begin(*verb: str, clock: datetime) -> None:
    """Begin a verb of the command line on the same settings; what goes wrong there is in this one's log."""
    _running[verb] = subprocess.Popen(  # noqa: S603 -- our own interpreter and words
        [sys.executable, "-m", "okf", *verb],
        cwd=ROOT,
        env=own_environment(clock),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
