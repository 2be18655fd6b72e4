"""The only reader of the environment: where the database and its key are, and how this installation runs."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import platformdirs

from okf.errors import Misconfigured
from okf.policy.backups import Keep

ADDRESS = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")  # as mail can carry it: no blank, no second sign, plain letters
KEPT = re.compile(r"([0-9]{1,4})[ ,]+([0-9]{1,4})[ ,]+([0-9]{1,4})")
ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / "data" / "local"


DOOR = "http://127.0.0.1:8501"
ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
SILENT_PORTS = {"http": ":80", "https": ":443"}  # which a browser leaves out of what it says


class MailTls(StrEnum):
    """How the connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


TLS_PORTS = {MailTls.STARTTLS: 587, MailTls.TLS: 465, MailTls.NONE: 25}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The SMTP server that takes Casebook's mails, and from whom they come."""

    host: str
    port: int
    sender: str
    tls: MailTls = MailTls.STARTTLS
    user: str | None = None
    password_file: Path | None = None

    def password(self) -> str | None:
        """The password, read from its file at each use.

        Raises:
            Misconfigured: the file can't be read.
        """
        if self.password_file is None:
            return None
        try:
            return self.password_file.read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise Misconfigured(f"OKF_SMTP_PASSWORD_FILE, {self.password_file}, can't be read.") from error


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Every field is one variable of the environment, listed in docs/operations.md."""

    database_url: str
    key_file: Path
    demo: bool
    second_factor: bool
    trial_clock: datetime | None
    mail: MailSettings | None = None
    origin: str | None = None
    proxies: tuple[str, ...] = ()
    temp: Path = LOCAL / "casebook-temp"
    backup_dir: Path | None = None
    backup_to: Path | None = None
    backup_keep: Keep = field(default_factory=Keep)
    ledger: Path | None = None
    head_file: Path | None = None
    inbox: Path = LOCAL / "casebook-inbox"
    night: Path = LOCAL / "casebook-night"

    @property
    def ledger_file(self) -> Path:
        """The ledger of endings: the key file's neighbour, unless it is named."""
        return self.ledger or self.key_file.with_name(f"{self.key_file.stem}.ledger")

    @property
    def address(self) -> str:
        """Where people open Casebook."""
        return self.origin or DOOR

    @property
    def signing_key_file(self) -> Path:
        """The key and certificate that seal PDFs: the key file's neighbour, made at first use."""
        return self.key_file.with_name(f"{self.key_file.stem}.signing.pem")

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
    # The demo's beside its database, which is invented: the demos of two copies of Casebook share no key and no ledger.
    keys = LOCAL / "demo-keys" if demo else platformdirs.user_config_path("casebook")
    key_file = env.get("OKF_KEY_FILE")
    return Settings(
        database_url=env.get("OKF_DATABASE_URL") or f"sqlcipher:///{LOCAL / f'{name}.db'}",
        key_file=Path(key_file) if key_file else keys / f"{name}.key",
        demo=demo,
        second_factor=_switch(env, "OKF_SECOND_FACTOR", default=not demo),
        trial_clock=_instant(env, "OKF_TRIAL_CLOCK"),
        mail=_mail(env),
        origin=_origin(env),
        proxies=_proxies(env),
        temp=Path(env.get("OKF_TEMP") or LOCAL) / f"{name}-temp",
        ledger=_path(env, "OKF_LEDGER_FILE"),
        head_file=_path(env, "OKF_HEAD_FILE"),
        backup_dir=_path(env, "OKF_BACKUP_DIR"),
        backup_to=_path(env, "OKF_BACKUP_TO"),
        backup_keep=_keep(env),
        inbox=Path(env.get("OKF_INBOX") or LOCAL / f"{name}-inbox"),
        night=Path(env.get("OKF_NIGHT") or LOCAL / f"{name}-night"),
    )


def childs_environment(*more: str) -> dict[str, str]:
    """All that a child of ours gets of the environment: where programs and libraries are, and no secret."""
    names = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", *more)
    return {name: os.environ[name] for name in names if name in os.environ}


def own_environment(clock: datetime) -> dict[str, str]:
    """What another Casebook gets that does a part of this one's work: the same settings, and a trial's clock."""
    trial = {"OKF_TRIAL_CLOCK": clock.isoformat()} if os.environ.get("OKF_TRIAL_CLOCK") else {}
    return os.environ | trial


def _mail(env: Mapping[str, str]) -> MailSettings | None:
    host = env.get("OKF_SMTP_HOST", "").strip()
    if not host:
        return None
    given = env.get("OKF_SMTP_TLS", "").strip().lower() or MailTls.STARTTLS.value
    if given not in set(MailTls):
        raise Misconfigured(f"OKF_SMTP_TLS is {given!r}: write starttls, tls or none.")
    tls = MailTls(given)
    port = env.get("OKF_SMTP_PORT", "").strip() or str(TLS_PORTS[tls])
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise Misconfigured(f"OKF_SMTP_PORT is {port!r}: write a number from 1 to 65535.")
    sender = env.get("OKF_MAIL_FROM", "").strip()
    if not ADDRESS.fullmatch(sender):
        raise Misconfigured("OKF_MAIL_FROM must be the address that mails come from, such as casebook@example.org.")
    user, password_file = env.get("OKF_SMTP_USER") or None, env.get("OKF_SMTP_PASSWORD_FILE") or None
    if bool(user) != bool(password_file):
        raise Misconfigured("OKF_SMTP_USER and OKF_SMTP_PASSWORD_FILE go together: set both or neither.")
    if user and tls is MailTls.NONE and host not in ("127.0.0.1", "localhost", "::1"):
        raise Misconfigured("OKF_SMTP_TLS is none: a password is never sent in the clear to another machine.")
    return MailSettings(host, int(port), sender, tls, user, Path(password_file) if password_file else None)


def _origin(env: Mapping[str, str]) -> str | None:
    value = env.get("OKF_ADDRESS", "").strip().rstrip("/").lower()
    if not value:
        return None
    found = ORIGIN.fullmatch(value)
    if found is None:
        raise Misconfigured(f"OKF_ADDRESS is {value!r}: write where people open Casebook, https://casebook.example.org")
    scheme, host, port = found.groups("")
    return f"{scheme}://{host}{'' if port == SILENT_PORTS[scheme] else port}"


def _path(env: Mapping[str, str], name: str) -> Path | None:
    value = env.get(name, "").strip()
    return Path(value) if value else None


def _keep(env: Mapping[str, str]) -> Keep:
    value = env.get("OKF_BACKUP_KEEP", "").strip()
    if not value:
        return Keep()
    found = KEPT.fullmatch(value)
    if found is None or not int(found[1]):
        raise Misconfigured(f"OKF_BACKUP_KEEP is {value!r}: write of how many days, weeks and months, such as 7 5 12.")
    return Keep(*map(int, found.groups()))


def _proxies(env: Mapping[str, str]) -> tuple[str, ...]:
    value = env.get("OKF_PROXY", "").replace(",", " ")
    try:
        return tuple(str(ipaddress.ip_network(one)) for one in value.split())
    except ValueError as error:
        told = "write the address or network from which the proxy asks, 127.0.0.1 or 10.0.0.0/24"
        raise Misconfigured(f"OKF_PROXY is {value!r}: {told}") from error


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
