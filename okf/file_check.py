"""Check a file before it is kept: its content is of a known kind and holds no program."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from types import MappingProxyType
from typing import Final

import puremagic

from okf.errors import Invalid
from okf.signs import fits_a_line

FIELD: Final = "File"
LONGEST_STEM: Final = 100
_ENTRIES_MOST: Final = 5_000
_UNPACKED_MOST: Final = 500_000_000
_RUNS: Final = re.compile(
    r"\.(exe|dll|com|scr|msi|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|sh|app|docm|xlsm|pptm)$", re.I
)
_ON_WINDOWS: Final = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.I)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in: what its name said, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be kept, under a name that is safe everywhere."""

    name: str
    kind: str
    content: bytes


def checked_file(upload: Upload, *, megabytes: int) -> CheckedFile:
    """The file, if it is of a kind that is kept here.

    Raises:
        Invalid: it is empty, too large, of another kind, of another kind than its name says, or it holds a program.
    """
    name = clean_name(upload.name)
    kind = name.rpartition(".")[2].lower() if "." in name else ""
    kind = {"jpeg": "jpg", "heif": "heic"}.get(kind, kind)
    if kind not in KINDS:
        raise Invalid(FIELD, f"this kind of file isn't kept here. Hand in one of: {', '.join(KINDS)}.")
    if not upload.content:
        raise Invalid(FIELD, "it is empty.")
    if len(upload.content) > megabytes * 1_000_000:
        raise Invalid(FIELD, f"it has {len(upload.content) / 1_000_000:.1f} MB; at most {megabytes} MB can be kept.")
    if not KINDS[kind](upload.content):
        raise Invalid(FIELD, f"its content is not that of a {kind} file. Save it anew, as what it is.")
    return CheckedFile(f"{name.rpartition('.')[0]}.{kind}", kind, upload.content)


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


def _pdf(content: bytes) -> bool:
    """A PDF that starts no program and runs no script when it is opened."""
    if not content.startswith(b"%PDF-"):
        return False
    if re.search(rb"/(JavaScript|Launch)\b", content):
        raise Invalid(FIELD, "this PDF would run something when it is opened. Print it to a new PDF, and hand that in.")
    return True


def _zipped(content: bytes, *needed: str, mimetype: bytes | None = None) -> bool:
    """An office document with these parts, without macros; nothing is unpacked but the list of its parts."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
            names = {part.filename for part in parts}
            if len(parts) > _ENTRIES_MOST or sum(part.file_size for part in parts) > _UNPACKED_MOST:
                raise Invalid(FIELD, "unpacked it would be far too large.")
            if not names.issuperset(needed):
                return False
            if mimetype is not None:
                with packed.open("mimetype") as kind:
                    if kind.read(200).strip() != mimetype:
                        return False
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return False
    if any(re.search(r"vbaProject|^(Basic|Scripts)/|activeX|oleObject", name) or _RUNS.search(name) for name in names):
        raise Invalid(FIELD, "it holds macros or another file that could run. Save it without them, or as a PDF.")
    return True


def _docx(content: bytes) -> bool:
    return _zipped(content, "[Content_Types].xml", "word/document.xml")


def _xlsx(content: bytes) -> bool:
    return _zipped(content, "[Content_Types].xml", "xl/workbook.xml")


def _odt(content: bytes) -> bool:
    return _zipped(content, "mimetype", "content.xml", mimetype=b"application/vnd.oasis.opendocument.text")


def _txt(content: bytes) -> bool:
    """Letters alone, in UTF-8 or as Windows writes them."""
    for code in ("utf-8-sig", "cp1252"):
        try:
            words = content.decode(code)
        except UnicodeDecodeError:
            continue
        return not any(unicodedata.category(one) == "Cc" and one not in "\t\r\n\f" for one in words)
    return False


def _eml(content: bytes) -> bool:
    """A mail with its head, and nothing attached that runs."""
    mail = message_from_bytes(content)
    if not (mail.get("From") and (mail.get("Date") or mail.get("Subject") or mail.get("Received"))):
        return False
    if any(_RUNS.search((part.get_filename() or "").strip()) for part in mail.walk()):
        raise Invalid(FIELD, "something that could run is attached to this mail. Save it without, or as a PDF.")
    return True


def _msg(content: bytes) -> bool:
    """An Outlook message, which names its parts so; other files of its family may hold macros."""
    return content.startswith(bytes.fromhex("d0cf11e0a1b11ae1")) and "__substg1.0_".encode("utf-16-le") in content


KINDS: Final[Mapping[str, Callable[[bytes], bool]]] = MappingProxyType(
    {
        "pdf": _pdf,
        "docx": _docx,
        "xlsx": _xlsx,
        "odt": _odt,
        "txt": _txt,
        "png": _is("png"),
        "jpg": _is("jpg", "jpeg"),
        "heic": _is("heic", "heif"),
        "eml": _eml,
        "msg": _msg,
    }
)
