"""Casebook itself, with a tape taken of every run: `uvicorn tests.bench.recorded:app`, for the bench alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from streamlit.runtime.scriptrunner.script_runner import ScriptRunner

from tests.bench import tape

tape.listen()

from app import app  # noqa: E402 -- the calls are listened to before any page takes hold of them

__all__ = ["app"]

_run = ScriptRunner._run_script


def _taken(self: ScriptRunner, rerun_data: Any) -> None:
    with tape.RECORDER.recording() as ops:
        _run(self, rerun_data)
    file = Path(os.environ["OKF_BENCH_TAPE"])
    tape.keep(ops, file.with_suffix(".part"))
    file.with_suffix(".part").replace(file)


ScriptRunner._run_script = _taken  # type: ignore[method-assign]
