"""Check a file before it is kept: its content is of a known kind and holds nothing that runs or fetches."""

from __future__ import annotations

import json
import re
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Final

import puremagic

from okf.desk import Desk
from okf.errors import Invalid, StoreUnavailable
from okf.policy.facts import PolicySettings
from okf.sandbox import Unreadable, read_apart
from okf.signs import fits_a_line
from okf.store import facts

FIELD: Final = "File"
PLACE_REMOVED: Final = "The place where it was taken was removed."
PLACE_NOT_SOUGHT: Final = "Pictures in it may tell where they were taken: that was not looked for."
LONGEST_STEM: Final = 100
_REMEMBERED: Final = 500
_MINUTES: Final = 10  # then the same file is looked into again, if it comes again
_ON_WINDOWS: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.I)
RECORDINGS: Final = ("mp3", "m4a", "wav", "ogg", "opus", "mp4", "mov", "3gp")  # sound and film
_MAY_HOLD_PICTURES: Final = frozenset({"pdf", "docx", "xlsx", "odt", "eml", "msg"})
_NOT_LOOKED_INTO: Final = frozenset({"txt", "msg", "ogg", "opus"})


def place_in_words(kind: str, *, removed: bool | None) -> str:
    """What a file's card says of the place where it was made; nothing where there is nothing to say."""
    if kind in _MAY_HOLD_PICTURES:
        return PLACE_NOT_SOUGHT
    return PLACE_REMOVED if removed else ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in: what its name said, and its bytes; or why they never came."""

    name: str
    content: bytes
    never_came: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept, under a name that is safe everywhere; `place_removed` where it told where it was made.

    Of a picture and a recording it is what is left once that is cut out.
    """

    name: str
    kind: str
    content: bytes
    place_removed: bool = False


@dataclass(frozen=True, slots=True)
class _Found:
    """What was said against a content, and which parts of it are cut out or exchanged; no byte of it."""

    against: str = ""
    parts: tuple[tuple[int, int, str], ...] = ()
    place: bool = False

    def left_of(self, content: bytes) -> bytes:
        """The content once these parts are cut out."""
        kept, at = [], 0
        for start, end, instead in sorted(self.parts):
            kept += [content[at:start], bytes.fromhex(instead)]
            at = end
        return b"".join([*kept, content[at:]])


_remembered: dict[tuple[str, bytes], tuple[float, _Found]] = {}


def checked_file(upload: Upload, *, megabytes: int) -> CheckedFile:
    """The file, if it is of a kind that is kept here.

    Raises:
        Invalid: it never came, is empty, too large, of another kind, not what its name says, or would do something.
    """
    if upload.never_came:
        raise Invalid(FIELD, upload.never_came)
    name = clean_name(upload.name)
    kind = name.rpartition(".")[2].lower() if "." in name else ""
    kind = {"jpeg": "jpg", "heif": "heic"}.get(kind, kind)
    if kind not in KINDS:
        raise Invalid(FIELD, f"this kind of file isn't kept here. Hand in one of: {', '.join(KINDS)}.")
    if not upload.content:
        raise Invalid(FIELD, "it is empty.")
    if len(upload.content) > megabytes * 1_000_000:
        raise Invalid(FIELD, f"it has {len(upload.content) / 1_000_000:.1f} MB; at most {megabytes} MB can be kept.")
    tells = KINDS[kind]
    if tells is not None and not tells(upload.content):
        raise Invalid(FIELD, f"its content is not that of a {kind} file. Save it anew, as what it is.")
    found = _Found() if kind in _NOT_LOOKED_INTO else _looked_into(kind, upload.content)
    if found.against:
        raise Invalid(FIELD, found.against)
    stem = name.rpartition(".")[0]
    return CheckedFile(f"{stem}.{kind}", kind, found.left_of(upload.content), found.place)


def refusal(desk: Desk, upload: Upload) -> str | None:
    """Why this file would not be kept, as the organisation's settings are now; nothing if it would."""
    try:
        with desk.reading() as session:
            megabytes = facts.policy_settings(session, desk.now()).file_megabytes
    except StoreUnavailable:
        megabytes = PolicySettings().file_megabytes
    try:
        checked_file(upload, megabytes=megabytes)
    except Invalid as refused:
        return refused.why
    return None


def _looked_into(kind: str, content: bytes) -> _Found:
    """What whoever looked into this content found, remembered for some minutes.

    The form asks at each of its runs, and the deed asks again while others
    wait for it to write: it should not wait for a child.
    """
    key, now = (kind, sha256(content).digest()), time.monotonic()
    found = _remembered.get(key)
    if found is not None and now - found[0] < 60 * _MINUTES:
        return found[1]
    try:
        told = json.loads(read_apart("okf.file_content.look", content, kind=kind)[0])
        made = _Found("", tuple((start, end, instead) for start, end, instead in told["parts"]), told["place"])
    except Unreadable as refused:
        made = _Found(str(refused))
    if len(_remembered) >= _REMEMBERED:
        _remembered.clear()
    _remembered[key] = (now, made)
    return made


def clean_name(name: str) -> str:
    """A file's name without folders, signs that can't be seen, and what a system reads as more than a name."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(one for place, one in enumerate(last) if fits_a_line(last, place))
    flat = re.sub(r'[<>:"|?*]', "_", re.sub(r"\s+", " ", seen)).strip().rstrip(" .")
    stem, dot, kind = flat.rpartition(".")
    if not dot:
        stem, kind = flat, ""
    stem = stem.strip(" .")[:LONGEST_STEM].strip(" .") or "file"
    stem = f"_{stem}" if _ON_WINDOWS.match(stem.split(".")[0]) else stem
    return f"{stem}.{kind[:10]}" if kind else stem


def _found(content: bytes) -> frozenset[str]:
    """The extensions of the kinds that this content may be."""
    try:
        return frozenset(one.extension.lstrip(".") for one in puremagic.magic_string(content))
    except (puremagic.PureError, ValueError):
        return frozenset()


def _is(*extensions: str) -> Callable[[bytes], bool]:
    return lambda content: bool(_found(content) & {*extensions})


def _begins(*signs: bytes, at: int = 0) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signs, at)


def _txt(content: bytes) -> bool:
    """Letters alone, in UTF-8 or as Windows writes them."""
    for code in ("utf-8-sig", "cp1252"):
        try:
            words = content.decode(code)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(one) == "Cc" and one not in "\t\r\n\f" for one in words)
    return False


def _msg(content: bytes) -> bool:
    """An Outlook message, which names its parts so; other files of its family may hold macros."""
    return content.startswith(bytes.fromhex("d0cf11e0a1b11ae1")) and "__substg1.0_".encode("utf-16-le") in content


# What tells a kind; the others are told by whoever looks into the file.
KINDS: Final[Mapping[str, Callable[[bytes], bool] | None]] = MappingProxyType(
    {
        "pdf": None,
        "docx": None,
        "xlsx": None,
        "odt": None,
        "txt": _txt,
        "png": _is("png"),
        "jpg": _is("jpg", "jpeg"),
        "heic": _is("heic", "heif"),
        "eml": None,
        "msg": _msg,
        "mp3": _begins(b"ID3", *(bytes((0xFF, sync)) for sync in (0xE2, 0xE3, 0xF2, 0xF3, 0xFA, 0xFB))),
        "wav": _begins(b"WAVE", at=8),
        **dict.fromkeys(("ogg", "opus"), _begins(b"OggS")),
        **dict.fromkeys(("m4a", "mp4", "mov", "3gp"), _begins(b"ftyp", b"moov", b"wide", b"mdat", at=4)),
    }
)
