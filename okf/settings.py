"""The only reader of the environment: where the database and its key are, and how this installation runs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from okf.errors import Misconfigured

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / "data" / "local"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Every field is one variable of the environment, listed in README."""

    database_url: str
    key_file: Path
    demo: bool
    second_factor: bool
    trial_clock: datetime | None

    @property
    def text_key_file(self) -> Path:
        """The key under which texts and files are encrypted, whichever the database: the key file's neighbour."""
        return self.key_file.with_name(f"{self.key_file.stem}.texts{self.key_file.suffix}")


def settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings as the environment gives them now.

    Raises:
        Misconfigured: a variable can't be read; the sentence names it.
    """
    env = os.environ if environ is None else environ
    demo = _switch(env, "OKF_DEMO", default=False)
    name = "demo" if demo else "casebook"
    key_file = env.get("OKF_KEY_FILE")
    return Settings(
        database_url=env.get("OKF_DATABASE_URL") or f"sqlcipher:///{LOCAL / f'{name}.db'}",
        key_file=Path(key_file) if key_file else platformdirs.user_config_path("casebook") / f"{name}.key",
        demo=demo,
        second_factor=_switch(env, "OKF_SECOND_FACTOR", default=not demo),
        trial_clock=_instant(env, "OKF_TRIAL_CLOCK"),
    )


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = env.get(name, "").strip().lower()
    if value in ("", "1", "on", "yes", "true", "0", "off", "no", "false"):
        return default if not value else value in ("1", "on", "yes", "true")
    raise Misconfigured(f"{name} is {value!r}: write 1 for on or 0 for off.")


def _instant(env: Mapping[str, str], name: str) -> datetime | None:
    value = env.get(name)
    if not value:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise Misconfigured(f"{name} is {value!r}: write an instant such as 2026-11-23T09:00+00:00.") from error
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
