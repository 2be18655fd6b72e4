"""Rotations of the master key that die on their way, as killed processes do: `python -m tests.store.killed`.

It reads numbers, a line each, and answers each with how a rotation ended that died before the step of that number:
each time that something is to go to the disk is a step. Before step 0 none dies.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine.default import DefaultDialect

import okf.people.commands.keys
import okf.store.revision  # noqa: F401 -- imported once, for all that are forked
from okf.cli.main import main

KILLED: Final = 99
STEPS: Final = ((os, "fsync"), (os, "replace"), (DefaultDialect, "do_commit"))


def die_before(step: int) -> None:
    """Let this process end before so manieth step, with nothing tidied up."""
    passed = count(1)

    def dying(does: Callable[..., Any]) -> Callable[..., Any]:
        def do(*told: Any) -> Any:
            if next(passed) == step:
                os._exit(KILLED)
            return does(*told)

        return do

    for where, name in STEPS:
        setattr(where, name, dying(getattr(where, name)))


if __name__ == "__main__":
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 -- it ends with the child
            die_before(int(line))
            os._exit(main(["keys", "rotate"]))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
