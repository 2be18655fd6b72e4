"""What a picture or a recording tells of where and with what it was made, and how it is cut out; in the sandbox alone.

Points and sound stay as they are, byte for byte: whole parts are cut, or
blanked where others count on their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import pillow_heif
from PIL import Image

from okf.sandbox import Unreadable

_GPS: Final = 0x8825
_ORIENTATION: Final = 0x0112
_STUCK: Final = "what it tells of the place can't be taken out of it. Save it anew, as a JPEG."
_TOLD: Final = (b"Exif\0\0", b"http://ns.adobe.com/x")  # how such words begin, wherever they stand
_PLACES: Final = (b"GPSLatitude", b"\xa9xyz", b"location.ISO6709", b"loci")
_EMPTY_TIFF: Final = b"MM\0*\0\0\0\x08\0\0\0\0\0\0"
_JPEG_KEPT: Final[Mapping[int, tuple[bytes, ...]]] = MappingProxyType(
    {0xE0: (b"JFIF\0",), 0xE2: (b"ICC_PROFILE\0",), 0xEE: (b"Adobe",)}
)
_PNG_KEPT: Final = frozenset(b"tRNS gAMA cHRM sRGB iCCP sBIT bKGD hIST pHYs sPLT acTL fcTL fdAT cICP mDCV cLLI".split())
_WAV_KEPT: Final = frozenset((b"fmt ", b"data", b"fact"))
_HOLD_BOXES: Final = frozenset((b"moov", b"trak"))
_SEEN: Final = (b"vide", b"soun")  # how a track says that it is picture or sound
_TELL: Final = frozenset((b"udta", b"meta", b"uuid"))


@dataclass(slots=True)
class Cuts:
    """Which bytes of a file are left out or exchanged for others, and whether they told a place."""

    parts: list[tuple[int, int, bytes]] = field(default_factory=list)
    place: bool = False

    def cut(self, content: bytes, start: int, end: int, instead: bytes = b"") -> None:
        """Leave these bytes out, or put others in their place."""
        gone = content[start:end]
        if start < end and gone != instead:
            self.parts.append((start, end, instead))
            self.place |= any(word in gone for word in _PLACES)

    def blank(self, content: bytes, start: int, end: int, begin: bytes = b"") -> None:
        """Put nothing in the place of these bytes, which others count on, but what it begins with."""
        self.cut(content, start, end, begin[: end - start].ljust(end - start, b"\0"))


def cuts_of(content: bytes, kind: str) -> Cuts:
    """What is cut out of a file of this kind; nothing of a kind that tells nothing of the sort.

    Raises:
        Unreadable: it tells something that can't be cut out.
    """
    cuts = Cuts()
    if kind in _CUTS:
        _CUTS[kind](content, cuts)
    return cuts


def _exif(told: bytes) -> tuple[bool, int]:
    """Whether EXIF tells a place, and how the picture is to be turned."""
    exif = Image.Exif()
    with suppress(Exception):  # whatever Pillow raises of one that is damaged
        exif.load(told)
        turned = exif.get(_ORIENTATION, 1)
        return bool(exif.get_ifd(_GPS)), turned if turned in range(2, 9) else 1
    return False, 1


def _jpeg(content: bytes, cuts: Cuts) -> None:
    """All application segments but those that tell how to draw it, and what stands after its end."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        mark = content[at + 1]
        if mark == 0xFF:  # a fill byte
            at += 1
            continue
        if mark == 0xD9:
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        said = content[at + 4 : end]
        if (0xE0 <= mark <= 0xEF and not said.startswith(_JPEG_KEPT.get(mark, ()))) or mark == 0xFE:
            place, turned = _exif(said) if said.startswith(_TOLD[0]) else (False, 1)
            cuts.place |= place
            cuts.cut(content, at, end, _only_turned(turned) if turned > 1 else b"")
        at = end
        if mark == 0xDA:
            at = _after_scan(content, at)
    if content[at : at + 2] == b"\xff\xd9":
        cuts.cut(content, at + 2, len(content))
    elif any(word in content[at:] for word in _TOLD):  # a damaged one, whose rest nobody can tell apart
        raise Unreadable(_STUCK)


def _after_scan(content: bytes, at: int) -> int:
    """The next mark after a scan, in which 0xFF stands before a zero or a restart alone."""
    while (at := content.find(b"\xff", at)) >= 0:
        if at + 1 < len(content) and content[at + 1] not in (0, *range(0xD0, 0xD8)):
            return at
        at += 2
    return len(content)


def _only_turned(turned: int) -> bytes:
    """A segment that says how the picture is to be turned, and nothing else."""
    exif = Image.Exif()
    exif[_ORIENTATION] = turned
    said = exif.tobytes()
    return b"\xff\xe1" + (len(said) + 2).to_bytes(2, "big") + said


def _png(content: bytes, cuts: Cuts) -> None:
    """All chunks but those that tell how to draw it, and what stands after its end."""
    at = 8
    while at + 12 <= len(content):
        name = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if not name.isalpha() or end > len(content):
            break
        if name[:1].islower() and name not in _PNG_KEPT:
            cuts.place |= name == b"eXIf" and _exif(content[at + 8 : end - 4])[0]
            cuts.cut(content, at, end)
        at = end
        if name == b"IEND":
            cuts.cut(content, at, len(content))
            return
    if any(word in content[at:] for word in (b"eXIf", b"tEXt", b"iTXt", b"zTXt")):
        raise Unreadable(_STUCK)


def _heic(content: bytes, cuts: Cuts) -> None:
    """What is said of the picture, in the place of which nothing is said: other parts count on their places."""
    try:
        pictures = list(pillow_heif.open_heif(content))
    except Exception:  # noqa: BLE001 - whatever it raises of one that is damaged, and may be all there is
        if any(word in content for word in (b"Exif", *_TOLD)):
            raise Unreadable(_STUCK) from None
        return
    for picture in pictures:
        info: dict[str, Any] = picture.info
        said: list[bytes | None] = [
            info.get("exif"),
            info.get("xmp"),
            *(one["data"] for one in info.get("metadata", ())),
        ]
        for told in filter(None, said):
            is_exif = told.startswith(_TOLD[0])
            cuts.place |= is_exif and _exif(told)[0]
            told = told[len(_TOLD[0]) :] if is_exif else told
            at = content.find(told)
            if at < 0:
                raise Unreadable(_STUCK)
            while at >= 0:
                cuts.blank(content, at, at + len(told), _EMPTY_TIFF if is_exif else b"")
                at = content.find(told, at + len(told))


def _boxes(content: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, bytes]]:
    """Where each box of a film begins, where what is in it does, where it ends, and its name."""
    while at + 8 <= end:
        size, name, within = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], at + 8
        if size == 1:
            size, within = int.from_bytes(content[at + 8 : at + 16], "big"), at + 16
        over = end if size == 0 else at + size
        if over < within or over > end:
            raise Unreadable("it is damaged, or cut off. Save it anew.")
        yield at, within, over, name
        at = over


def _film(content: bytes, cuts: Cuts) -> None:
    """What is said of the film and its tracks, and each track that is neither picture nor sound."""

    def look(start: int, end: int) -> None:
        for at, within, over, name in _boxes(content, start, end):
            beside = name == b"trak" and not any(b"hdlr" + b"\0" * 8 + kind in content[at:over] for kind in _SEEN)
            if name in _TELL or beside:
                cuts.blank(content, at + 4, over, b"free" + content[at + 8 : within])
            elif name in _HOLD_BOXES:
                look(within, over)

    look(0, len(content))


def _mp3(content: bytes, cuts: Cuts) -> None:
    """The tags before and after the sound."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        size = sum((content[at + 9 - n] & 0x7F) << (7 * n) for n in range(4))
        over = min(len(content), at + 10 + size + (10 if content[at + 5] & 0x10 else 0))
        cuts.cut(content, at, over)
        at = over
    if content[-128:-125] == b"TAG":
        cuts.cut(content, max(at, len(content) - 128), len(content))


def _wav(content: bytes, cuts: Cuts) -> None:
    """What is said beside the sound."""
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        over = min(len(content), at + 8 + size + size % 2)
        if content[at : at + 4] not in _WAV_KEPT:
            cuts.blank(content, at, at + 4, b"JUNK")
            cuts.blank(content, at + 8, over)
        at = over


_CUTS: Final[Mapping[str, Callable[[bytes, Cuts], None]]] = MappingProxyType(
    {
        "jpg": _jpeg,
        "png": _png,
        "heic": _heic,
        "mp3": _mp3,
        "wav": _wav,
        **dict.fromkeys(("m4a", "mp4", "mov", "3gp"), _film),
    }
)
