"""A real SMTP server for the tests, which takes mails, refuses them, or breaks off, as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class PostOffice:
    """What came in, and how the next ones are met."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Message]] = []
        self.refused: dict[str, str] = {}  # an address and what is said to it
        self.sender_is_told: str | None = None
        self.data_is_told: str | None = None
        self.hangs_up_at: set[str] = set()  # "RCPT" or "DATA": once each
        self.waits: threading.Event | None = None

    @property
    def to(self) -> list[str]:
        """To whom mails were taken."""
        return [to for to, _ in self.taken]

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """Whom it takes mails from."""
        if self.sender_is_told:
            return self.sender_is_told
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        """To whom it takes mails."""
        if "RCPT" in self.hangs_up_at:
            self.hangs_up_at.discard("RCPT")
            server.transport.abort()  # type: ignore[union-attr]
            return "250 OK"
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The mail itself."""
        if "DATA" in self.hangs_up_at:
            self.hangs_up_at.discard("DATA")
            server.transport.abort()  # type: ignore[union-attr]
            return "250 OK"
        if self.data_is_told:
            return self.data_is_told
        content = envelope.content or b""
        self.taken += [(to, message_from_bytes(bytes(content))) for to in envelope.rcpt_tos]  # type: ignore[arg-type]
        return "250 taken"


@contextmanager
def post_office(monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    """The server running, and Casebook's settings leading to it."""
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=0)
    controller.port = _free()
    controller.start()
    monkeypatch.setenv("OKF_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("OKF_SMTP_PORT", str(controller.port))
    monkeypatch.setenv("OKF_SMTP_TLS", "none")
    monkeypatch.setenv("OKF_MAIL_FROM", "casebook@okf.example")
    monkeypatch.setenv("OKF_ADDRESS", "https://casebook.okf.example")
    try:
        yield office
    finally:
        controller.stop()


def _free() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
