"""Look into a file for what would run or fetch something; in the sandbox alone, since its writer may mean harm."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from typing import Any, Final
from zlib import error as ZlibError

import pillow_heif
import pypdf
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from PIL import Image, UnidentifiedImageError
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from okf.file_metadata import cuts_of
from okf.sandbox import Unreadable

PIXELS_MOST: Final = 60_000_000  # our default: telephones take 12 to 50 million
PROGRAM: Final = re.compile(
    r"\.(exe|dll|com|scr|pif|cpl|msi|msc|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|chm|lnk|url|reg|iso|img|vhdx?|jar|jnlp|sh|app"
    r"|docm|dotm|xlsm|xlsb|xltm|xlam|xll|pptm)[. ]*$",  # Windows takes dots and blanks off the end
    re.I,
)
_ENTRIES_MOST: Final = 5_000
_UNPACKED_MOST: Final = 500_000_000

_RUNS: Final = "this PDF would run or send something. Print it to a new PDF, and hand that in."
_CARRIES: Final = "this PDF carries other files or a form of programs in it. Print it to a new PDF, and hand that in."
_LOCKED: Final = "it is locked with a password. Save it without one, and hand that in."
_NOT_SO: Final = "its content is not that of a {} file. Save it anew, as what it is."
_DAMAGED: Final = "this PDF is damaged. Print it to a new PDF, and hand that in."
_MACROS: Final = "it holds macros or another file that could run. Save it without them, or as a PDF."
_FETCHES: Final = "it would fetch something from elsewhere when it is opened, such as a template. Save it as a PDF."
_VAST: Final = "unpacked it would be far too large."

# What a PDF's action does, and what else it can hold, by the names of ISO 32000.
_ACTIONS: Final = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/RichMediaExecute"}
)
_ADDRESS: Final = "/URI"  # harmless where somebody clicks on it
_CLICKED: Final = "/A"
_OBJECTS: Final = "/ObjStm"
_PLAYERS: Final = frozenset({"/RichMedia", "/3D", "/Movie", "/Screen", "/FileAttachment"})
_SCRIPTS: Final = frozenset({"/JS", "/JavaScript", "/OnInstantiate"})
_FILES: Final = frozenset({"/EF", "/EmbeddedFiles", "/XFA", "/RichMediaContent"})
_ELSEWHERE: Final = frozenset({"/F", "/Ref"})  # of a stream: its content is in another file
_SPELT: Final = re.compile(rb"/(JavaScript|Launch|SubmitForm|ImportData|RichMedia|EmbeddedFiles?)\b")

# How the parts of an office file are related, by the end of the relationship's type.
_RUNNING_PART: Final = re.compile(r"vbaProject|^(Basic|Scripts)/|activeX|oleObject")
_RUNNING: Final = re.compile(
    r"/(vbaProject|wordVbaData|oleObject|control|activeXControlBinary|xl(Intl)?Macrosheet|dialogsheet|aFChunk"
    r"|attachedToolbars|extensibility|webextension(taskpanes)?)$",
    re.I,
)
_FETCHING: Final = re.compile(r"/(externalLink(Path)?|connections|queryTable|attachedTemplate)$", re.I)
_MACRO_CONTENT: Final = re.compile(r"macroEnabled|vbaProject|activeX|oleObject|macrosheet", re.I)
_BEFORE_XML: Final = b"\xef\xbb\xbf\xff\xfe \t\r\n"  # marks of an encoding, and blanks
_INNER: Final = "\0"  # stands for a field within a field
_QUOTED: Final = re.compile(r""" "[^"]*" | '[^']*' """, re.X)
# Outside quotes a formula's | asks another program, and these functions a program or a server.
_ASKS: Final = re.compile(r"\||\b(WEBSERVICE|IMAGE|RTD|CALL|REGISTER(\.ID)?)\s*\(", re.I)
_FORMULAS: Final = frozenset({"f", "definedName", "formula", "formula1", "formula2"})
_FIELDS: Final = frozenset({"DDE", "DDEAUTO", "LINK", "INCLUDETEXT", "INCLUDEPICTURE", "DATABASE", "IMPORT", "RD"})
_ODT_RUNS: Final = frozenset({"event-listener", "script", "applet", "plugin", "object-ole", "floating-frame"})
_ODT_FETCHES: Final = frozenset({"dde-connection-decl", "dde-connection", "dde-source", "section-source"})
_ODT_SHOWN: Final = frozenset({"image", "object", "fill-image", "background-image"})
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def look(content: bytes, *, kind: str) -> list[bytes]:
    """What is cut out of a file of this kind before it is kept: as JSON, the parts, and whether they told a place.

    Raises:
        Unreadable: it may not, and why.
    """
    try:
        if kind in _LOOKS:
            _LOOKS[kind](content)
        cuts = cuts_of(content, kind)
    except (zipfile.BadZipFile, ZlibError, ParseError, NotImplementedError, RuntimeError, OSError, EOFError):
        raise Unreadable(_NOT_SO.format(kind)) from None
    except DefusedXmlException:
        raise Unreadable("it holds XML that is made to do harm. Save it anew, or as a PDF.") from None
    parts = [(start, end, instead.hex()) for start, end, instead in cuts.parts]
    return [json.dumps({"parts": parts, "place": cuts.place}).encode()]


def opened_picture(content: bytes) -> Image.Image:
    """A PNG, JPEG or HEIC picture whose size is known, and whose points are not read yet.

    Raises:
        Unreadable: it is none, or has too many points.
    """
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # ours is asked below, before anything is read
    try:
        picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "HEIF"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Unreadable("it can't be opened: it is damaged or locked.") from None
    if picture.width * picture.height > PIXELS_MOST:
        millions = picture.width * picture.height // 1_000_000
        raise Unreadable(
            f"this picture has {millions} megapixels; at most {PIXELS_MOST // 1_000_000} can be looked at."
            " Save it smaller."
        )
    return picture


def _picture(content: bytes) -> None:
    """One that is damaged may be all that there is, and is kept; one that is too large to open is not."""
    try:
        opened_picture(content).close()
    except Unreadable as refused:
        if "megapixels" in str(refused):
            raise


def _pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-"):
        raise Unreadable(_NOT_SO.format("pdf"))
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(_LOCKED)
        for one in _objects(reader):
            _check(one)
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001 - whatever pypdf raises on a damaged file
        if b"stream" in content:  # something may be packed in it that another reader would find
            raise Unreadable(_DAMAGED) from None
    if _is_spelt(content):
        raise Unreadable(_RUNS)


def _is_spelt(content: bytes) -> bool:
    """Whether what runs is named in these bytes, with or without its letters in hexadecimal."""
    return bool(_SPELT.search(re.sub(rb"#([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), content)))


def _objects(reader: pypdf.PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary and stream of a PDF: what its trailer leads to, then what else its tables list."""
    listed = [IndirectObject(number, at, reader) for at, table in reader.xref.items() for number in table]
    listed += [IndirectObject(number, 0, reader) for number in reader.xref_objStm]
    seen: set[tuple[int, int]] = set()
    yield from _reached(reader.trailer, seen)
    for one in listed:  # what can't be read is passed over: nothing leads to it
        with suppress(PyPdfError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError):
            yield from _reached(one, seen)


def _reached(start: Any, seen: set[tuple[int, int]]) -> Iterator[DictionaryObject]:
    waiting = [start]
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, ArrayObject):
            waiting.extend(one)


def _check(one: DictionaryObject) -> None:
    """Refuse what one dictionary of a PDF does by itself, or carries."""
    if one.get("/S") in _ACTIONS or _SCRIPTS & one.keys() or _goes_by_itself(one):
        raise Unreadable(_RUNS)
    if _FILES & one.keys() or one.get("/Subtype") in _PLAYERS:
        raise Unreadable(_CARRIES)
    if isinstance(one, StreamObject):
        if _ELSEWHERE & one.keys():
            raise Unreadable(_CARRIES)
        if one.get("/Type") == _OBJECTS:
            _check_packed(one)


def _check_packed(one: StreamObject) -> None:
    """Refuse objects packed together where what runs is named, should no table lead to them, or that can't be read."""
    try:
        packed = one.get_data()
    except Exception:  # noqa: BLE001 - whatever pypdf and its filters raise
        raise Unreadable(_DAMAGED) from None
    if _is_spelt(packed):
        raise Unreadable(_RUNS)


def _goes_by_itself(one: DictionaryObject) -> bool:
    """Whether an address is opened otherwise than by a click on it."""
    for key in one:
        held = one[key]
        for action in held if isinstance(held, ArrayObject) else [held]:
            action = action.get_object()
            if isinstance(action, DictionaryObject) and action.get("/S") == _ADDRESS and key != _CLICKED:
                return True
    return False


def _packed(content: bytes, *needed: str, mimetype: bytes | None = None) -> zipfile.ZipFile:
    """An office document with these parts, none of which is unpacked yet."""
    if content.startswith(_OLD_OFFICE) and "EncryptedPackage".encode("utf-16-le") in content:
        raise Unreadable(_LOCKED)
    packed = zipfile.ZipFile(io.BytesIO(content))
    parts = packed.infolist()
    if len(parts) > _ENTRIES_MOST or sum(part.file_size for part in parts) > _UNPACKED_MOST:
        raise Unreadable(_VAST)
    names = {part.filename.lower() for part in parts}
    if len(names) < len(parts) or not {part.filename for part in parts}.issuperset(needed):
        raise zipfile.BadZipFile  # of two parts of one name, another program may open the other
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable(_LOCKED)
    if mimetype is not None and packed.read("mimetype")[:200].strip() != mimetype:
        raise zipfile.BadZipFile
    if any(_RUNNING_PART.search(part.filename) or PROGRAM.search(part.filename) for part in parts):
        raise Unreadable(_MACROS)
    return packed


def _elements(packed: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str, Any]]:
    """The begin and the end of each element of a part, with its name without the namespace."""
    with packed.open(part) as opened:
        for event, element in iterparse(opened, ("start", "end")):
            yield event, element.tag.rpartition("}")[2], element
            if event == "end":
                element.clear()


def _ooxml(content: bytes, main: str) -> None:
    with _packed(content, "[Content_Types].xml", main) as packed:
        for _, _, element in _elements(packed, "[Content_Types].xml"):
            if _MACRO_CONTENT.search(element.get("ContentType", "")):
                raise Unreadable(_MACROS)
        for part in packed.namelist():
            kind = part.lower().rpartition(".")[2]  # office programs read names in capitals too
            if kind == "rels":
                for _, _, relation in _elements(packed, part):
                    _check_relation(relation)
            elif kind == "xml":
                _check_fields(packed, part)
            elif packed.open(part).read(200).lstrip(_BEFORE_XML).startswith((b"<", b"\0<")):
                with suppress(ParseError):  # old drawings are not well-formed
                    _check_fields(packed, part)


def _check_relation(relation: Any) -> None:
    kind = relation.get("Type", "")
    if _RUNNING.search(kind):
        raise Unreadable(_MACROS)
    outside = relation.get("TargetMode", "").lower() == "external" and not kind.endswith("/hyperlink")
    if outside or _FETCHING.search(kind):
        raise Unreadable(_FETCHES)


def _check_fields(packed: zipfile.ZipFile, part: str) -> None:
    """Refuse a field that fetches from another program or file, and a formula that does; fields are in pieces."""
    open_fields: list[str] = []
    for event, name, element in _elements(packed, part):
        if event == "start":
            if name == "fldChar":
                kind = _attribute(element, "fldCharType")
                if kind == "begin":
                    open_fields.append("")
                elif open_fields and kind in ("separate", "end"):
                    _check_field(open_fields[-1])
                    if kind == "end":
                        open_fields.pop()
                        open_fields[-1:] = [one + _INNER for one in open_fields[-1:]]
            elif name == "fldSimple":
                _check_field(_attribute(element, "instr"))
        elif name == "instrText" and open_fields:
            open_fields[-1] += element.text or ""
        elif name in _FORMULAS and _ASKS.search(_QUOTED.sub("", element.text or "")):
            raise Unreadable(_FETCHES)


def _check_field(said: str) -> None:
    first = said.split(maxsplit=1)[0].upper() if said.strip() else ""
    if first in _FIELDS or _INNER in first:
        raise Unreadable(_FETCHES)


def _attribute(element: Any, name: str) -> str:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _docx(content: bytes) -> None:
    _ooxml(content, "word/document.xml")


def _xlsx(content: bytes) -> None:
    _ooxml(content, "xl/workbook.xml")


def _odt(content: bytes) -> None:
    with _packed(content, "mimetype", "content.xml", mimetype=b"application/vnd.oasis.opendocument.text") as packed:
        for part in packed.namelist():
            if not part.endswith(".xml"):
                continue
            for _, name, element in _elements(packed, part):
                if name == "encryption-data":
                    raise Unreadable(_LOCKED)
                if name in _ODT_RUNS:
                    raise Unreadable(_MACROS)
                if name in _ODT_FETCHES or (name in _ODT_SHOWN and "://" in _attribute(element, "href")):
                    raise Unreadable(_FETCHES)


def _eml(content: bytes) -> None:
    """A mail with its head, and nothing attached that runs."""
    mail = message_from_bytes(content)
    if not (mail.get("From") and (mail.get("Date") or mail.get("Subject") or mail.get("Received"))):
        raise Unreadable(_NOT_SO.format("eml"))
    for part in mail.walk():
        name = (part.get_filename() or "").strip()
        if PROGRAM.search(name):
            raise Unreadable("something that could run is attached to this mail. Save it without, or as a PDF.")


_LOOKS: Final = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "odt": _odt,
    "eml": _eml,
    **dict.fromkeys(("png", "jpg", "heic"), _picture),
}
