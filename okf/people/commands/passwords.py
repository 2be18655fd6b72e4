"""Passwords: which ones are accepted, and how they are kept."""

from __future__ import annotations

import gzip
import re
import threading
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn  # type: ignore[import-untyped]

from okf.errors import Invalid
from okf.match.fold import folded
from okf.settings import ROOT

LEAST_WITH_SECOND_FACTOR: Final = 12
LEAST_ALONE: Final = 15
MOST: Final = 1000
FIELD: Final = "New password"

HASHER = PasswordHasher(time_cost=2, memory_cost=47_104, parallelism=1)
# 46 MiB a hash: a flood of tries waits here and doesn't take the machine's memory.
_AT_ONCE = threading.BoundedSemaphore(2)
# Nobody's password: an unknown name costs the same time as a wrong password.
_NOBODY = HASHER.hash("nobody has this password")

_OF_OKF = ("ourkidsfirst", "ourkids", "kidsfirst", "casebook", "okf")
_SAFE_GUESSES = 10**10  # zxcvbn's highest grade
_ESTIMATED = 72  # zxcvbn reads no further, and what follows can only make a password stronger
_ESTIMATE = threading.Lock()  # it keeps the words of its last caller in a global
_LETTERS_FOR_DIGITS = str.maketrans("01345789@$!", "oieastbgasi")


def stable(password: str) -> str:
    """The password as it is kept: NFC, and every kind of space as the plain one; otherwise as it was typed.

    This is RFC 8265's OpaqueString: the same keys give the same bytes on
    every machine. NFKC would also fold different characters into one, and so
    make passwords weaker than they look. Nothing is cut or stripped.
    """
    spaced = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in password)
    return unicodedata.normalize("NFC", spaced)


def hashed(password: str) -> str:
    """The argon2id hash of a password, its parameters within; slow on purpose, so never inside a transaction."""
    with _AT_ONCE:
        return HASHER.hash(stable(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; takes the same time when there is no hash at all."""
    too_long = len(password) > MOST
    tried = "" if too_long else stable(password)
    try:
        with _AT_ONCE:
            HASHER.verify(password_hash or _NOBODY, tried)
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None and not too_long


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's, and is to be made again."""
    return HASHER.check_needs_rehash(password_hash)


def require_good(password: str, *, about: Sequence[str], second_factor: bool) -> None:
    """Refuse a new password that is short, common, breached, or made of the person's name or OKF's.

    `about` is what a stranger would try first: username, name, e-mail address.

    Raises:
        Invalid: the sentence says what to do instead.
    """
    password = stable(password)
    least = LEAST_WITH_SECOND_FACTOR if second_factor else LEAST_ALONE
    if len(password) < least:
        raise Invalid(
            FIELD,
            f"use at least {least} characters. Three or four words that have nothing to do with each other"
            " are easy to keep in mind.",
        )
    if len(password) > MOST:
        raise Invalid(FIELD, f"use at most {MOST:,} characters.")
    words = _words(about)
    if _made_of(password, words):
        raise Invalid(FIELD, "it is made of your name or OKF's. Choose words that have nothing to do with either.")
    if _common(password, words):
        raise Invalid(FIELD, "it is on the lists of common and breached passwords, or close to one. Choose another.")


def _words(about: Sequence[str]) -> frozenset[str]:
    parts = {_folded(part) for text in about for part in (*re.split(r"[^\w]+|_", text), text)}
    return frozenset(part for part in parts if len(part) >= 3) | frozenset(_OF_OKF)


def _folded(text: str) -> str:
    return folded(text).replace(" ", "")


def _made_of(password: str, words: frozenset[str]) -> bool:
    """Whether little is left once the names, and what people add to them, are taken away."""
    for text in {_folded(password), _folded(password.translate(_LETTERS_FOR_DIGITS))}:
        rest = text
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != text and len(rest.strip("0123456789")) < 8:
            return True
    return False


def _common(password: str, words: frozenset[str]) -> bool:
    folded = password.casefold()
    bare = folded.strip("0123456789 !\"£$%^&*()_-+=[]{};:'@#~,.<>/?\\|`¬")
    for text in (folded, bare, folded.translate(_LETTERS_FOR_DIGITS), _repeated(folded), _repeated(bare)):
        if text in _listed():
            return True
    if len(set(folded)) < 5:
        return True
    with _ESTIMATE:
        return bool(zxcvbn(password[:_ESTIMATED], user_inputs=sorted(words))["guesses"] < _SAFE_GUESSES)


def _repeated(text: str) -> str:
    """The shortest piece that a text repeats, or the text."""
    start = (text + text).find(text, 1)
    return text[:start] if 0 < start < len(text) else text


@cache
def _listed() -> frozenset[str]:
    """Some 19,000 of the passwords found most often in breaches; the source stands beside the file."""
    packed = (ROOT / "data" / "common_passwords" / "common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode("utf-8").split("\n"))
