"""Nothing in clear on the disk: what Casebook writes is encrypted, its owner's alone, and gone when it stops."""

from __future__ import annotations

import io
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates

from okf.errors import Misconfigured
from okf.hygiene import private_temporary_folder
from okf.settings import ROOT, Settings
from okf.shell.exports import xlsx_of
from okf.store.engine import open_store
from okf.store.models import Draft
from okf.store.schema import migrate
from tests.browser import Served, copy_of, serving
from tests.conftest import settings_for
from tests.wire import Wire, ask, cookie_of

resource = pytest.importorskip("resource", reason="on Windows files have no modes, and there are no cores")
MARK = "Heronmarkedword"


def words_in(*folders: Path) -> list[Path]:
    """The files below these folders that hold the marked word, plain or as UTF-16."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    return [file for file in files if re.search(rb"H\0?e\0?r\0?o\0?n\0?m\0?a\0?r\0?k", file.read_bytes())]


# What is on the disk


@pytest.fixture
def any_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("any_umask")
@pytest.mark.parametrize("kind", ["sqlcipher", "sqlite"])
def test_the_database_and_what_is_beside_it_are_its_owners_alone(kind: str, tmp_path: Path) -> None:
    settings = settings_for(f"{kind}:///{tmp_path / 'data' / 'casebook.db'}", tmp_path / "keys" / "casebook.key")

    def modes() -> dict[str, int]:
        files = [*(tmp_path / "data").iterdir(), *(tmp_path / "keys").iterdir()]
        return {file.name: stat.S_IMODE(file.stat().st_mode) for file in files}

    store = open_store(settings)
    migrate(store)
    assert {"casebook.db", "casebook.db-wal", "casebook.db-shm", "casebook.texts.key"} <= modes().keys()
    assert set(modes().values()) == {0o600}
    for name in modes():
        file = next(tmp_path.rglob(name))
        file.chmod(0o644)  # as an older Casebook left it
    store.close()

    again = open_store(settings)
    with again.reading():
        assert set(modes().values()) == {0o600}
    again.close()


def test_the_temporary_folder_is_private_and_empty_at_start_and_stop(tmp_path: Path) -> None:
    folder = tmp_path / "own" / "casebook-temp"
    (folder / "left").mkdir(parents=True)
    (folder / "left" / "over").write_text(MARK)
    folder.chmod(0o755)
    before = tempfile.gettempdir()

    with private_temporary_folder(folder):
        assert not list(folder.iterdir())
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with tempfile.NamedTemporaryFile(delete=False) as file:
            file.write(MARK.encode())
        assert list(folder.iterdir()) == [Path(file.name)]

    assert not list(folder.iterdir())
    assert tempfile.gettempdir() == before


def test_the_temporary_folder_is_never_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "file").write_text("kept")
    (tmp_path / "casebook-temp").symlink_to(tmp_path / "theirs")
    (tmp_path / "file").write_text("no folder")
    for place in (tmp_path / "casebook-temp", tmp_path / "file"):
        with pytest.raises(Misconfigured, match="OKF_TEMP"), private_temporary_folder(place):
            pass
    assert (tmp_path / "theirs" / "file").exists()


def test_the_command_line_leaves_no_core_and_writes_for_its_owner_alone() -> None:
    asked = (
        "import os, resource, runpy, sys; sys.argv = ['okf', '--help']\n"
        "try: runpy.run_module('okf', run_name='__main__')\n"
        "except SystemExit: print(resource.getrlimit(resource.RLIMIT_CORE), os.umask(0))"
    )
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"(0, 0) {0o077}"


# What goes out


class _Breaks:
    def __str__(self) -> str:
        raise RuntimeError("no word of it")


def test_an_excel_export_is_never_on_the_disk_not_even_when_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_file(*args: Any, **named: Any) -> None:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("tempfile.NamedTemporaryFile", no_file)
    monkeypatch.setattr("tempfile.mkstemp", no_file)
    monkeypatch.setattr("tempfile.mkdtemp", no_file)

    book = load_workbook(io.BytesIO(xlsx_of(["Name"], [[f"{MARK}\x0b"], ["=1+1"], ["http://example.org"], [7]])))
    assert [cell.value for (cell,) in book.active][1:] == [f"{MARK}\ufffd", "'=1+1", "http://example.org", 7]
    assert book.active.freeze_panes == "A2"
    with pytest.raises(RuntimeError):
        xlsx_of(["Name"], [[MARK], [_Breaks()]])
    assert not list(tmp_path.iterdir())


# What a server leaves


@pytest.fixture
def watched(template_file: tuple[Path, Path], tmp_path: Path) -> Iterator[tuple[Served, Path]]:
    settings = copy_of(template_file, tmp_path)
    key_file = tmp_path / "key" / "casebook.key"
    key_file.parent.mkdir()
    shutil.copyfile(settings.key_file, key_file)
    settings = Settings(**{**{n: getattr(settings, n) for n in settings.__slots__}, "key_file": key_file})
    (tmp_path / "home").mkdir()
    (tmp_path / "witness").touch()
    env = {
        "HOME": str(tmp_path / "home"),
        "OKF_TEMP": str(tmp_path / "temp"),
        "OKF_TEST_WITNESS": str(tmp_path / "witness"),
    }
    with serving(settings, tmp_path, app="tests.watched:app", env=env) as served:
        yield served, tmp_path


@pytest.mark.slow
@pytest.mark.one_database
def test_C1_no_word_that_is_typed_or_handed_in_is_in_clear_on_the_disk(watched: tuple[Served, Path]) -> None:
    served, folder = watched
    cookie = cookie_of(served, served.person())
    _, headers, _ = ask(f"{served.base_url}/_stcore/health", headers={"cookie": cookie})
    (xsrf,) = re.findall(r"_streamlit_xsrf=([^;]+)", headers["set-cookie"])
    with Wire(served, cookie) as wire:
        wire.run(page_name="raise_concern", query_string="")
        form = next(one for one in _elements(wire) if one.WhichOneof("type") == "text_area").text_area.id
        typed = WidgetStates(widgets=[WidgetState(id=form, string_value=f"{MARK} at the door")])
        wire.run(page_name="raise_concern", widget_states=typed)
        with served.store.reading() as session:
            assert MARK in str([one.words for one in session.scalars(select(Draft))])
        content, kind = _multipart(f"{MARK} ".encode() * 150_000)
        status, _, said = ask(
            f"{served.base_url}/_stcore/upload_file/{wire.streamlit_id}/a-file",
            body=content,
            headers={
                "cookie": f"{cookie}; _streamlit_xsrf={xsrf}",
                "x-xsrftoken": xsrf,
                "content-type": kind,
                "origin": served.base_url,
            },
            method="PUT",
        )
        assert status == 204, said

    assert not words_in(folder)
    told = (folder / "witness").read_text().splitlines()
    assert f"limit ({resource.RLIMIT_CORE}, (0, 0))" in told
    opened = {Path(line) for line in told if not line.startswith("limit")}
    known = (folder / "database", folder / "key", *folder.glob("*.ledger*"))  # looked through for words above
    elsewhere = [
        file
        for file in opened
        if not any(file.is_relative_to(place) for place in known) and file.suffix != ".pyc" and str(file) != os.devnull
    ]
    assert not elsewhere
    assert stat.S_IMODE((folder / "temp" / "casebook-temp").stat().st_mode) == 0o700
    assert not list((folder / "temp" / "casebook-temp").iterdir())
    assert not list((folder / "home").rglob("*"))


def _elements(wire: Wire) -> Iterator[Any]:
    return (message.delta.new_element for message in wire.sent if message.HasField("delta"))


def _multipart(content: bytes) -> tuple[bytes, str]:
    head = b'--mark\r\nContent-Disposition: form-data; name="a-file"; filename="a.txt"\r\n\r\n'
    return head + content + b"\r\n--mark--\r\n", "multipart/form-data; boundary=mark"
