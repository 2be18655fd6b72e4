"""The demo, made once for all tests of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
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
    """Gives a copy of the demo as it is when it has just been made, at `AT`."""
    made = tmp_path_factory.mktemp("demo")
    (made / "data").mkdir()
    (made / "data" / "demo.db.unfinished").write_text("what a killed start left behind")
    seed_demo(settings_at(made), at=AT)

    def copied() -> Settings:
        folder = tmp_path_factory.mktemp("demo_copy")
        return settings_at(shutil.copytree(made, folder, dirs_exist_ok=True))

    return copied
