"""What reads a file from outside does it in a process of its own, and what goes wrong there is a sentence here."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
import zlib
from pathlib import Path
from struct import pack

import pytest
from PIL import Image

from okf.errors import Conflict, Invalid
from okf.file_check import Upload, checked_file
from okf.policy.redaction import Shown
from okf.sandbox import Unreadable, read_apart
from okf.sharing.papers import COARSE, page_count, pictures
from tests.sharing.test_sending import a_pdf

HERE = __name__


# What the child is asked to do


def surroundings(content: bytes) -> list[bytes]:
    return [name.encode() for name in os.environ] + [content]


def killed(content: bytes) -> list[bytes]:
    os.kill(os.getpid(), signal.SIGKILL)
    return []


def crashed(content: bytes) -> list[bytes]:
    raise RuntimeError(content)


def endless(content: bytes) -> list[bytes]:
    while True:
        pass


def asleep(content: bytes) -> list[bytes]:
    time.sleep(60)
    return []


def greedy(content: bytes) -> list[bytes]:
    return [bytes(2_000_000_000)]


def writes(content: bytes, *, where: str) -> list[bytes]:
    with Path(where).open("wb") as file:
        file.write(content)
    return []


def dumps(content: bytes) -> list[bytes]:
    import resource

    return [str(resource.getrlimit(resource.RLIMIT_CORE)).encode()]


def refuses(content: bytes) -> list[bytes]:
    raise Unreadable("it is blue.")


def test_the_child_has_the_file_and_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_KEY_FILE", "/somewhere/casebook.key")
    monkeypatch.setenv("PGPASSWORD", "heron")
    *names, content = read_apart(f"{HERE}.surroundings", b"a\nfile")
    assert content == b"a\nfile"
    assert not [name for name in names if name.startswith((b"OKF_", b"PG"))]


def test_what_a_reader_says_against_a_file_is_said_here() -> None:
    with pytest.raises(Unreadable, match=r"^it is blue\.$"):
        read_apart(f"{HERE}.refuses", b"")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits the time alone")
@pytest.mark.parametrize("reader", ["killed", "crashed", "endless", "asleep", "greedy"])
def test_a_child_that_fails_is_a_sentence_here_and_no_word_anywhere(
    reader: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(Unreadable, match="takes more memory or time than a file should") as told:
        read_apart(f"{HERE}.{reader}", b"heron", seconds=1)
    out, err = capfd.readouterr()
    assert "heron" not in f"{told.value!r}{told.value.__cause__!r}{caplog.text}{out}{err}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits the time alone")
def test_the_child_writes_nothing_and_leaves_no_core(tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        read_apart(f"{HERE}.writes", b"heron", where=str(tmp_path / "file"))
    assert not (tmp_path / "file").stat().st_size
    assert read_apart(f"{HERE}.dumps", b"") == [b"(0, 0)"]


# Pages and pictures


def test_two_who_render_at_once_get_their_own_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFium is not safe in threads: in one process this ends it, or gives one the other's pages."""
    monkeypatch.delitem(sys.modules, "pypdfium2", raising=False)  # tests read what was printed with it
    files = {size: a_pdf(*["heron"] * 3, format=(size, 100)) for size in (50, 100, 200, 400)}
    found: dict[int, set[tuple[int, int]]] = {}

    def render(size: int) -> None:
        made = pictures(files[size], "pdf", Shown((0, 1, 2)), COARSE)
        found[size] = {Image.open(io.BytesIO(one)).size for one in made}

    threads = [threading.Thread(target=render, args=(size,)) for size in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    shapes = {size: round(wide / high, 1) for size, pages in found.items() for wide, high in pages}
    assert shapes == {50: 0.5, 100: 1.0, 200: 2.0, 400: 4.0}
    assert all(len(pages) == 1 for pages in found.values())
    assert "pypdfium2" not in sys.modules


def png(wide: int, high: int) -> bytes:
    """A picture of one colour: vast, in few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return pack(">I", len(content)) + kind + content + pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    line = b"\0" + bytes(3 * wide)
    packed = b"".join(packer.compress(line) for _ in range(high)) + packer.flush()
    head = pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def test_a_picture_of_too_many_points_is_refused_by_its_head() -> None:
    bomb = png(9_000, 9_000)
    assert len(bomb) < 400_000
    with pytest.raises(Invalid, match="81 megapixels; at most 60"):
        checked_file(Upload("bomb.png", bomb), megabytes=20)
    for asked in (lambda: page_count(bomb, "png"), lambda: pictures(bomb, "png", Shown((0,)))):
        with pytest.raises(Conflict, match="can't go out: this picture has 81 megapixels"):
            asked()


def test_a_page_is_a_picture_no_larger_than_it_needs_to_be() -> None:
    (made,) = pictures(png(3_000, 1_500), "png", Shown((0,), ((0, 0, 0, 500, 1000),)))
    picture = Image.open(io.BytesIO(made))
    assert (picture.format, picture.size) == ("JPEG", (2_500, 1_250))


@pytest.mark.parametrize("content", [b"%PDF-1.7\nheron", b"", a_pdf("heron")[:-500]])
def test_a_damaged_file_does_not_go_out(content: bytes) -> None:
    with pytest.raises(Conflict, match=r"This file can't go out: it can't be opened: it is damaged or locked\."):
        page_count(content, "pdf")
    with pytest.raises(Conflict, match="This file can't go out"):
        pictures(content, "png", Shown((0,)))


def test_a_page_that_is_not_there_is_said() -> None:
    with pytest.raises(Conflict, match="no page 2: prepare it again"):
        pictures(a_pdf("heron"), "pdf", Shown((1,)))
