"""What a path or an upload holds, told by its content and not by its name alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Final
from zipfile import BadZipFile, ZipFile

from okf.load.csvs import read_csv
from okf.load.faults import Unreadable
from okf.load.tables import Tables
from okf.load.workbooks import check_size, read_workbook
from okf.load.yamls import read_yaml

LARGEST: Final = 200_000_000  # bytes in a file; our default
TAKEN: Final = "an Excel workbook (.xlsx), a folder or zip of CSV files, one CSV file, or YAML"
_WORKBOOKS: Final = (".xlsx", ".xlsm")
_YAML: Final = (".yaml", ".yml")
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_path(path: Path) -> Tables:
    """The tables of a file or a folder.

    Raises:
        Unreadable: it can't be read; the sentence says what it seems to be, and what to do.
    """
    try:
        if path.is_dir():
            return _folder(path)
        if not path.exists():
            raise Unreadable(f"There is no file {path}.")
        if not path.is_file():
            raise Unreadable(f"{path} is no file. Give {TAKEN}.")
        if path.stat().st_size > LARGEST:
            raise Unreadable(f"{path.name} has more than {LARGEST // 1_000_000} MB. Split it by tables.")
        return read_files({path.name: path.read_bytes()})
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror or 'the system refuses'}.") from error


def _folder(path: Path) -> Tables:
    files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith((".", "~$")))
    csvs = [file for file in files if file.suffix.lower() == ".csv"]
    if not csvs:
        raise Unreadable(
            f"The folder {path} holds no CSV file. Each table is a file of its own, such as people.csv;"
            " or name the workbook or YAML file itself."
        )
    if sum(file.stat().st_size for file in csvs) > LARGEST:
        raise Unreadable(
            f"The files in {path} have more than {LARGEST // 1_000_000} MB together. Split them by tables."
        )
    return read_files({file.name: file.read_bytes() for file in csvs})


def read_files(files: Mapping[str, bytes]) -> Tables:
    """The tables of files by name, as they were uploaded or found in a folder: CSV files, or one of another kind.

    Raises:
        Unreadable: one of them can't be read, or they can't be taken together.
    """
    if not files:
        raise Unreadable(f"No file was given. Give {TAKEN}.")
    if all(name.lower().endswith(".csv") for name in files):
        return _csvs(files.items())
    if len(files) > 1:
        raise Unreadable(
            "Several files are taken together only if all are CSV files. Give one workbook, zip or YAML file."
        )
    ((name, content),) = files.items()
    suffix = PurePosixPath(name).suffix.lower()
    if content.startswith(_OLD_OFFICE):
        raise Unreadable(_old_office(name, content))
    if content.startswith(b"PK"):
        return _zipped(name, content)
    if suffix in _WORKBOOKS:
        raise Unreadable(
            f"{name} is called a workbook and is none: it seems to be {_seems(content)}. Save it anew as .xlsx."
        )
    if suffix == ".zip":
        raise Unreadable(f"{name} is called a zip and is none: it seems to be {_seems(content)}.")
    if suffix in _YAML:
        return read_yaml(name, content)
    raise Unreadable(f"{name} is of no kind that is taken in. Give {TAKEN}.")


def _csvs(files: Iterable[tuple[str, bytes]]) -> Tables:
    tables = Tables()
    for name, content in files:
        if content.startswith((_OLD_OFFICE, b"PK\x03\x04")):
            raise Unreadable(
                f"{name} is called a CSV file and is a workbook or a zip. Give it its own name, such as .xlsx."
            )
        read_csv(tables, name, content)
    return tables


def _zipped(name: str, content: bytes) -> Tables:
    check_size(name, content)
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = [member for member in archive.namelist() if not member.endswith("/")]
            if "xl/workbook.xml" in members or "[Content_Types].xml" in members:
                if "xl/workbook.xml" not in members:
                    raise Unreadable(f"{name} is an Office file, but no Excel workbook. Save it as .xlsx.")
                return read_workbook(name, content)
            if "mimetype" in members:
                raise Unreadable(f"{name} is an OpenDocument file. Save it as an Excel workbook (.xlsx).")
            csvs = [m for m in members if m.lower().endswith(".csv") and not m.startswith("__MACOSX/")]
            if not csvs:
                raise Unreadable(f"{name} is a zip without a workbook or a CSV file in it. Give {TAKEN}.")
            return _csvs((PurePosixPath(member).name, archive.read(member)) for member in csvs)
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise Unreadable(
            f"{name} is a zip that is damaged, or locked with a password. Save it anew without one."
        ) from error


def _old_office(name: str, content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return f"{name} is locked with a password. Take the password off, and save it as .xlsx."
    return f"{name} is a workbook of the old kind (.xls). Open it and save it as .xlsx."


def _seems(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return "a PDF"
    if not content.strip():
        return "empty"
    if b"\0" in content[:1000]:
        return "something else than text"
    return "a text file, perhaps CSV" if b"," in content[:2000] else "a text file"
