"""The second factor as the store keeps it: time-based codes (TOTP) and ten one-use recovery codes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

import pyotp
import segno
from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.orm import Session

from okf.people.commands.tickets import sha256
from okf.store.models import Credential, RecoveryCode

CODES: Final = 10
LETTERS: Final = 24  # 120 bits: from 112 on a code may be kept as a plain hash, which nobody guesses back
ISSUER: Final = "OKF Casebook"
STEP_SECONDS: Final = 30
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 letters, none that is read as another: five bits each


class CodeKind(Enum):
    """What a right code was."""

    TOTP = "totp"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app needs: the secret to type, or the picture to scan, drawn here and nowhere else."""

    secret: str
    picture: str


def begin(session: Session, person: str) -> Enrolment:
    """A new secret, not in use until a code confirms it; the same one if it is asked for again."""
    credential = session.get_one(Credential, person)
    secret = credential.totp_secret
    if secret is None or credential.totp_confirmed_at is not None:
        secret = credential.totp_secret = pyotp.random_base32()
        credential.totp_confirmed_at = credential.totp_last_step = None
        session.flush()
    address = pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=ISSUER)
    return Enrolment(secret, segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff"))


def confirm(session: Session, person: str, code: str, at: datetime) -> list[str] | None:
    """Switch the second factor on by its first right code; the recovery codes, or None if the code is wrong.

    `at` is the machine's own time here, and in `use_code`: authenticator apps know no other.
    """
    secret = session.execute(
        select(Credential.totp_secret).where(Credential.person == person, Credential.totp_confirmed_at.is_(None))
    ).scalar_one_or_none()
    if secret is None or not _use_totp(session, person, secret, code, at):
        return None
    session.execute(update(Credential).where(Credential.person == person).values(totp_confirmed_at=at))
    return new_codes(session, person)


def use_code(session: Session, person: str, code: str, at: datetime) -> CodeKind | None:
    """What a right code was, or None if it is wrong; either way it works once."""
    secret = session.execute(
        select(Credential.totp_secret).where(Credential.person == person, Credential.totp_confirmed_at.is_not(None))
    ).scalar_one_or_none()
    if secret and _use_totp(session, person, secret, code, at):
        return CodeKind.TOTP
    return CodeKind.RECOVERY if _use_recovery(session, person, code, at) else None


def _use_totp(session: Session, person: str, secret: str, code: str, at: datetime) -> bool:
    """Take a code of now, or of 30 seconds before or after, if no later one was taken.

    The last step moves by a conditional UPDATE, so that a code works once under two requests at the same time. A step
    still to come was taken while the clock ran ahead, and shuts nobody out until then.
    """
    typed = "".join(code.split())
    if not (len(typed) == 6 and typed.isascii() and typed.isdigit()):
        return False
    now = int(at.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    right = [step for step in (now - 1, now, now + 1) if secrets.compare_digest(totp.generate_otp(step), typed)]
    if not right:
        return False
    last = Credential.totp_last_step
    unused = or_(last.is_(None), last < right[-1], last > now + 1)
    moved = session.execute(
        update(Credential).where(Credential.person == person, unused).values(totp_last_step=right[-1])
    )
    return _rows(moved) == 1


def _use_recovery(session: Session, person: str, code: str, at: datetime) -> bool:
    typed = "".join(letter for letter in code.upper() if letter.isalnum())
    unused = (RecoveryCode.person == person, RecoveryCode.code_sha256 == sha256(typed), RecoveryCode.used_at.is_(None))
    return _rows(session.execute(update(RecoveryCode).where(*unused).values(used_at=at))) == 1


def codes_left(session: Session, person: str) -> int:
    """How many recovery codes are unused."""
    unused = select(func.count()).where(RecoveryCode.person == person, RecoveryCode.used_at.is_(None))
    return session.execute(unused).scalar_one()


def new_codes(session: Session, person: str) -> list[str]:
    """Ten recovery codes in place of any before; kept as hashes, so they are seen this once."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person == person))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(LETTERS)) for _ in range(CODES)]
    session.add_all(RecoveryCode(person=person, code_sha256=sha256(code), used_at=None) for code in codes)
    session.flush()
    return ["-".join(code[at : at + 4] for at in range(0, LETTERS, 4)) for code in codes]


def clear(session: Session, person: str) -> None:
    """Take a second factor off, its recovery codes too."""
    session.execute(
        update(Credential)
        .where(Credential.person == person)
        .values(totp_secret=None, totp_confirmed_at=None, totp_last_step=None)
    )
    session.execute(delete(RecoveryCode).where(RecoveryCode.person == person))


def _rows(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
