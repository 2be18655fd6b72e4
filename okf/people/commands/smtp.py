"""The way to the mail server: one mail handed over, or the plain reason why not, and whether trying again can help."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from enum import Enum
from typing import Final

from okf.settings import ADDRESS, MailSettings, MailTls

PATIENCE: Final = 30.0  # seconds for each answer of the server
_LONGEST: Final = 300
_DOTS: Final = re.compile(rb"(?m)^\.")


class Fate(Enum):
    """What became of one mail handed to the server."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good: this address, or this mail
    LATER = "later"  # not now: the same mail is tried again
    UNSURE = "unsure"  # it was handed over whole, and the server went away before it answered


class NoServer(Exception):
    """The server can't be reached, or lets nobody in: no mail can go now. Its words are for the page of mails."""


class Connection:
    """A connection to the server, over which mails go one by one."""

    def __init__(self, smtp: smtplib.SMTP, sender: str) -> None:
        self._smtp = smtp
        self._sender = sender

    def hand_over(self, to: str, message: EmailMessage) -> tuple[Fate, str]:
        """Hand one mail over; what became of it, and the server's words.

        Raises:
            NoServer: the connection broke before the mail was handed over.
        """
        if not ADDRESS.fullmatch(to):
            return Fate.REFUSED, "the address can't be written to: correct it under People and accounts"
        whole = False
        try:
            code, answer = self._smtp.mail(self._sender)
            if not 200 <= code < 300:  # the sender is refused, and not this mail
                raise NoServer(f"the mail server refuses {self._sender}: {_said(code, answer)}"[:_LONGEST])
            for step in (lambda: self._smtp.rcpt(to), lambda: self._smtp.docmd("DATA")):
                code, answer = step()
                if not 200 <= code < 400:
                    return self._refused(code, answer)
            self._smtp.send(_DOTS.sub(b"..", message.as_bytes(policy=SMTP)) + b"\r\n.\r\n")
            whole = True
            if self._smtp.sock is not None and self._smtp.timeout:
                self._smtp.sock.settimeout(10 * self._smtp.timeout)  # it may look the mail through before it answers
            code, answer = self._smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            if whole:
                return Fate.UNSURE, "the server went away before it said whether it took it"
            raise NoServer(_words(error)) from error
        return (Fate.ACCEPTED, _said(code, answer)) if 200 <= code < 300 else self._refused(code, answer)

    def _refused(self, code: int, answer: bytes) -> tuple[Fate, str]:
        with suppress(OSError, smtplib.SMTPException):
            self._smtp.rset()
        if code == 421:
            raise NoServer(_said(code, answer))
        return (Fate.REFUSED if code >= 500 else Fate.LATER), _said(code, answer)


@contextmanager
def connection_to(server: MailSettings, patience: float = PATIENCE) -> Iterator[Connection]:
    """A connection to the server, encrypted as the settings say, signed in if they say so.

    Raises:
        NoServer: there is none; the words say why.
        Misconfigured: the password's file can't be read.
    """
    password = server.password()
    smtp: smtplib.SMTP | None = None
    try:
        if server.tls is MailTls.TLS:
            smtp = smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=ssl.create_default_context())
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=patience)
        smtp.ehlo_or_helo_if_needed()
        if server.tls is MailTls.STARTTLS:
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        if server.user and password is not None:
            smtp.login(server.user, password)
    except (OSError, smtplib.SMTPException) as error:
        if smtp is not None:
            smtp.close()
        raise NoServer(_words(error)) from error
    try:
        yield Connection(smtp, server.sender)
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def message(*, sender: str, to: str, message_id: str, at: datetime, subject: str, text: str) -> EmailMessage:
    """A plain mail; its id stays the same at every try."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["Subject"], made["Message-ID"] = sender, subject, message_id
    made["To"] = to if ADDRESS.fullmatch(to) else "undisclosed-recipients:;"
    made["Date"] = at
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server did not let Casebook in: {_said(error.smtp_code, error.smtp_error)}"[:_LONGEST]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server said: {_said(error.smtp_code, error.smtp_error)}"[:_LONGEST]
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server does not offer what the settings ask for (encryption or signing in)"
    if isinstance(error, TimeoutError):
        return "the mail server did not answer in time"
    if isinstance(error, ssl.SSLError):
        return "the mail server's certificate could not be trusted"
    return "the mail server can't be reached, or broke off"


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())}"[:_LONGEST]
