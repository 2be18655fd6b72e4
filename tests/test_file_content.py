"""What would run, send or fetch something when a file is opened is found by what the file holds, however spelt."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

import pytest
from openpyxl import Workbook
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
    create_string_object,
)

from okf.errors import Invalid
from okf.file_check import Upload, checked_file
from okf.file_content import look
from okf.sandbox import Unreadable
from tests.sharing.test_sending import a_pdf

RUNS, CARRIES, FETCHES, MACROS = "run or send", "carries other files", "fetch something", "holds macros"


def refused(content: bytes, kind: str) -> str:
    with pytest.raises(Unreadable) as told:
        look(content, kind=kind)
    return str(told.value)


# PDFs


def raw(catalog: bytes, *objects: bytes) -> bytes:
    """A PDF of one page with these objects from number 4 on; `catalog` is put into its catalog as it is."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R " + catalog + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        *objects,
    ]
    made, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    return made + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(made))


def packed(catalog: bytes, *objects: bytes) -> bytes:
    """The same with the objects in a compressed object stream: no word of them is in the file's bytes."""
    numbers = range(5, 5 + len(objects))
    places = [sum(len(one) + 1 for one in objects[:at]) for at in range(len(objects))]
    head = b" ".join(b"%d %d" % pair for pair in zip(numbers, places, strict=True)) + b" "
    stream = zlib.compress(head + b" ".join(objects))
    plain = raw(
        catalog,
        b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream"
        % (len(objects), len(head), len(stream), stream),
    )
    body = plain[: plain.index(b"xref\n")]
    rows = bytes(7)
    for number in range(1, 5):
        rows += b"\1" + body.index(b"\n%d 0 obj" % number).__add__(1).to_bytes(4, "big") + bytes(2)
    for at in range(len(objects)):
        rows += b"\2" + (4).to_bytes(4, "big") + at.to_bytes(2, "big")
    size = 5 + len(objects)
    rows += b"\1" + len(body).to_bytes(4, "big") + bytes(2)
    table = b"<</Type/XRef/Size %d/W[1 4 2]/Root 1 0 R/Length %d>>\nstream\n%b\nendstream" % (size + 1, len(rows), rows)
    return body + b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (size, table, len(body))


SCRIPT = b"<</S/JavaScript/JS(app.alert(1))>>"
ACTIVE = {
    "script at opening": (b"/OpenAction" + SCRIPT, RUNS),
    "name in hexadecimal": (b"/OpenAction<</S/J#61vaScript/#4a#53(app.alert(1))>>", RUNS),
    "script by a name": (b"/Names<</JavaScript<</Names[(a)" + SCRIPT + b"]>>>>", RUNS),
    "on closing": (b"/AA<</WC" + SCRIPT + b">>", RUNS),
    "form that is sent": (b"/AcroForm<</Fields[<</FT/Btn/A<</S/SubmitForm/F(http://x.example)>>>>]>>", RUNS),
    "data read in": (b"/OpenAction<</S/ImportData/F(x)>>", RUNS),
    "program": (b"/OpenAction<</S/Launch/F(cmd.exe)>>", RUNS),
    "another file": (b"/OpenAction<</S/GoToR/F(\\\\\\\\x.example\\\\a)/D[0/Fit]>>", RUNS),
    "address at opening": (b"/OpenAction<</S/URI/URI(http://x.example)>>", RUNS),
    "address after a harmless step": (b"/OpenAction<</S/GoTo/D[3 0 R/Fit]/Next[<</S/URI/URI(http://x)>>]>>", RUNS),
    "embedded file": (b"/Names<</EmbeddedFiles<</Names[(a)<</Type/Filespec/F(a)/EF<</F 3 0 R>>>>]>>>>", CARRIES),
    "form of programs": (b"/AcroForm<</Fields[]/XFA[(a) 3 0 R]>>", CARRIES),
    "film": (b"/X<</Type/Annot/Subtype/RichMedia>>", CARRIES),
}


@pytest.mark.parametrize("what", ACTIVE)
def test_a_pdf_that_does_something_is_refused(what: str) -> None:
    catalog, why = ACTIVE[what]
    assert why in refused(raw(catalog), "pdf")


@pytest.mark.parametrize("what", ACTIVE)
def test_and_so_it_is_where_no_word_of_it_is_in_the_bytes(what: str) -> None:
    catalog, why = ACTIVE[what]
    hidden = packed(b"/Y 5 0 R", b"<<" + catalog + b">>")
    assert b"avaScript" not in hidden
    assert len(PdfReader(io.BytesIO(hidden)).pages) == 1
    assert why in refused(hidden, "pdf")


def test_nor_does_it_help_that_nothing_leads_to_it() -> None:
    assert RUNS in refused(raw(b"", SCRIPT), "pdf")
    assert RUNS in refused(packed(b"", SCRIPT), "pdf")


def harmless() -> PdfWriter:
    """A PDF with what honest ones have: a link, an outline, a page to open at, a form that is filled in by hand."""
    writer = PdfWriter(clone_from=io.BytesIO(a_pdf("heron", "SubmitForm and Launch in the text")))
    writer.add_annotation(0, Link(rect=(0, 0, 9, 9), url="https://example.org"))
    writer.add_outline_item(title="Second", page_number=1)
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): ArrayObject([NumberObject(0), NameObject("/Fit")])}
    )
    field = DictionaryObject({NameObject("/FT"): NameObject("/Tx"), NameObject("/T"): create_string_object("JS")})
    writer.root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): ArrayObject([field])})
    writer.add_metadata({"/Title": TextStringObject("About /JS and /AA")})
    return writer


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_honest_pdf_is_kept() -> None:
    look(written(harmless()), kind="pdf")
    look(a_pdf(*["heron"] * 20), kind="pdf")


def test_a_pdf_that_is_locked_with_a_password_is_refused_in_words() -> None:
    locked, printable = harmless(), harmless()
    locked.encrypt("violet", algorithm="AES-256")
    printable.encrypt("", "owner", algorithm="AES-128")  # opens for everyone, and only may not be changed
    assert refused(written(locked), "pdf") == "it is locked with a password. Save it without one, and hand that in."
    look(written(printable), kind="pdf")
    printable = harmless()
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    printable.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    printable.encrypt("", "owner", algorithm="AES-128")
    assert RUNS in refused(written(printable), "pdf")


@pytest.mark.parametrize("broken", [("/XRef", "/Xxxx"), ("startxref", "starting"), ("/Root 1", "/Roof 1")])
def test_what_is_packed_in_a_pdf_is_refused_without_its_table_too(broken: tuple[str, str]) -> None:
    hidden = packed(b"/Y 5 0 R", SCRIPT)
    why = refused(hidden.replace(*(one.encode() for one in broken)), "pdf")
    assert RUNS in why or "damaged" in why


def test_a_pdf_in_which_something_is_packed_that_cannot_be_read_is_refused() -> None:
    assert "damaged" in refused(packed(b"/Y 5 0 R", SCRIPT).replace(b"/FlateDecode", b"/XlateDecode"), "pdf")


def test_a_pdf_that_leads_nowhere_ends() -> None:
    loops = raw(b"/OpenAction<</S/GoTo/Next 4 0 R>>", b"<</S/GoTo/Next 4 0 R/Kids[4 0 R 1 0 R]>>")
    look(loops, kind="pdf")
    at = loops.index(b"xref\n")
    look(loops.replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev %d" % at), kind="pdf")


# Office files

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def docx(body: str = "", *, types: str = "", rels: str = "", **parts: str) -> bytes:
    types = f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>'
    rels = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rels}</Relationships>'
    named = {"[Content_Types]_dot_xml": types, "word___rels__settings_dot_xml_dot_rels": rels}
    return zipped(**named, word__document_dot_xml=f"<w:document {W}><w:body>{body}</w:body></w:document>", **parts)


def relation(kind: str, target: str = "http://x.example/a.dotm", mode: str = "External") -> str:
    return f'<Relationship Id="r1" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="{mode}"/>'


def field(*pieces: str) -> str:
    said = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return begin + said + end


NESTED = field("QUOTE 68 68 69")
DANGEROUS = {
    "remote template": (docx(rels=relation("attachedTemplate")), FETCHES),
    "remote picture": (docx(rels=relation("image")), FETCHES),
    "remote object": (docx(rels=relation("oleObject")), MACROS),
    "mode in capitals": (docx(rels=relation("frame", mode="EXTERNAL")), FETCHES),
    "macros by another name": (docx(rels=relation("vbaProject", "harmless.bin", "Internal")), MACROS),
    "macros by their kind": (
        docx(types='<Override PartName="/a" ContentType="application/vnd.ms-office.vbaProject"/>'),
        MACROS,
    ),
    "control": (docx(rels=relation("control", "a.xml", "Internal")), MACROS),
    "web page in it": (docx(rels=relation("aFChunk", "a.html", "Internal")), MACROS),
    "DDE": (docx(field("DDEAUTO c:\\\\cmd.exe")), FETCHES),
    "DDE in pieces": (docx(field(" DD", "E", " c:\\\\cmd.exe")), FETCHES),
    "DDE in a simple field": (docx('<w:fldSimple w:instr=" dde a b"/>'), FETCHES),
    "field named by a field": (
        docx(field("").replace("<w:r><w:instrText></w:instrText></w:r>", NESTED + field("x"))),
        FETCHES,
    ),
    "picture by a field": (docx(field(' INCLUDEPICTURE "http://x.example/a.png" \\d')), FETCHES),
    "relations named in capitals": (
        docx(word___rels__document_dot_xml_dot_RELS=f"<Relationships>{relation('attachedTemplate')}</Relationships>"),
        FETCHES,
    ),
    "field in a part of another name": (
        docx(word__body_dot_dat=f"\ufeff<w:document {W}>{field('DDEAUTO c:')}</w:document>"),
        FETCHES,
    ),
    "expanding XML": (docx(word__a_dot_xml='<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "do harm"),
}


@pytest.mark.parametrize("what", DANGEROUS)
def test_a_document_that_runs_or_fetches_something_is_refused(what: str) -> None:
    content, why = DANGEROUS[what]
    assert why in refused(content, "docx")


def test_a_document_with_two_parts_of_one_name_is_refused() -> None:
    """Which of them is opened is every program's own choice."""
    assert "not that of a docx" in refused(docx(Word__Document_dot_XML="<a/>"), "docx")


def test_an_honest_document_is_kept() -> None:
    link = relation("hyperlink", "https://example.org")
    look(docx(field("PAGE") + field(' HYPERLINK "https://example.org/DDE LINK"'), rels=link), kind="docx")
    nested = field("IF ", "1").replace("</w:r><w:r><w:instrText>1", f"</w:r>{field('DATE')}<w:r><w:instrText>1")
    look(docx(nested), kind="docx")


def workbook(change: Callable[[Workbook], object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    change(book)
    book.save(out)
    return out.getvalue()


def test_a_formula_that_asks_another_program_is_refused() -> None:
    assert FETCHES in refused(workbook(lambda book: book.active.append(["=cmd|'/c calc'!A0"])), "xlsx")
    for asking in ('=_xlfn.WEBSERVICE("http://x.example")', '=IMAGE ("http://x.example")', '=RTD("x",,"a")'):
        assert FETCHES in refused(workbook(lambda book, said=asking: book.active.append([said])), "xlsx"), asking
    look(workbook(lambda book: book.active.append(["=\"a|b\"&'C|D'!A1", "=SUM(A1:A2)", "a|b"])), kind="xlsx")


@pytest.mark.parametrize(
    "body, why",
    [
        ("<script:event-listener xmlns:script='s'/>", MACROS),
        ("<text:dde-connection-decl xmlns:text='t'/>", FETCHES),
        ("<draw:image xmlns:draw='d' xmlns:xlink='x' xlink:href='http://x.example/a.png'/>", FETCHES),
        ("<draw:image xmlns:draw='d' xmlns:xlink='x' xlink:href='Pictures/a.png'/>", None),
    ],
)
def test_an_odt_is_looked_into_as_well(body: str, why: str | None) -> None:
    mimetype = "application/vnd.oasis.opendocument.text"
    content = zipped(mimetype=mimetype, content_dot_xml=f"<office:document xmlns:office='o'>{body}</office:document>")
    if why is None:
        look(content, kind="odt")
    else:
        assert why in refused(content, "odt")


def test_an_office_file_that_is_locked_is_refused_in_words() -> None:
    locked = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert "locked with a password" in refused(locked, "docx")


def test_it_is_looked_into_apart_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = Upload("plan.pdf", raw(ACTIVE["name in hexadecimal"][0], b"<</Once true>>"))
    with pytest.raises(Invalid, match="File: this PDF would run or send something"):
        checked_file(upload, megabytes=20)

    monkeypatch.setattr("sys.executable", "/nowhere")  # no child can be started any more
    with pytest.raises(Invalid, match="would run"):
        checked_file(upload, megabytes=20)
