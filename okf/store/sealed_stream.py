"""A stream encrypted in parts, AES-256-GCM: what is changed, left out, exchanged or cut off does not open.

Each part's nonce is its number and whether it is the last, so a key seals one
stream alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PART: Final = 1 << 20
_TAG: Final = 16


class Cut(ValueError):
    """A stream is not what was sealed."""


def seal(source: BinaryIO, key: bytes) -> Iterator[bytes]:
    """What a stream holds, encrypted, a part at a time; each but the last is as long as the others."""
    cipher, number, part = AESGCM(key), 0, source.read(PART)
    while part:
        following = source.read(PART)
        yield cipher.encrypt(_nonce(number, last=not following), part, None)
        number, part = number + 1, following


def unseal(source: BinaryIO, length: int, key: bytes) -> Iterator[bytes]:
    """What was sealed, from so many bytes of a stream.

    Raises:
        Cut: it was changed or cut off, or the key is another.
    """
    cipher, number = AESGCM(key), 0
    while length:
        part = source.read(min(PART + _TAG, length))
        length -= len(part)
        try:
            yield cipher.decrypt(_nonce(number, last=not length), part, None)
        except InvalidTag as error:
            raise Cut from error
        number += 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
