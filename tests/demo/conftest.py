"""The demo, made once for all tests of it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from okf.demo import seed_demo
from okf.settings import Settings

AT = datetime(2026, 11, 20, 15, tzinfo=UTC)


def settings_at(folder: Path) -> Settings:
    """Settings of a demo in this folder."""
    url = f"sqlcipher:///{folder / 'data' / 'demo.db'}"
    return Settings(url, folder / "key" / "demo.key", demo=True, second_factor=False, trial_clock=None)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Settings]:
    """Gives a copy of the demo as it is when it has just been made, at `AT`; it is made once a run."""
    ours = tmp_path_factory.getbasetemp()
    made = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "seeded"  # where all workers see it
    made.mkdir(exist_ok=True)
    with closing(sqlite3.connect(made / "lock", timeout=600, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")  # the other workers wait here
        if not (made / "done").exists():
            (made / "data").mkdir()
            (made / "data" / "demo.db.unfinished").write_text("what a killed start left behind")
            seed_demo(settings_at(made), at=AT)
            (made / "done").touch()

    def copied() -> Settings:
        folder = tmp_path_factory.mktemp("demo_copy")
        for part in ("data", "key"):
            shutil.copytree(made / part, folder / part)
        return settings_at(folder)

    return copied
