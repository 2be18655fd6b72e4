"""Files that a crash leaves whole."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from okf.durable import held, write_first, write_whole
from okf.errors import Misconfigured


class Killed(BaseException):
    """The process ends here."""


def killed_before(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process end before it asks the system for this."""

    def end(*_: Any, **__: Any) -> None:
        raise Killed

    monkeypatch.setattr(os, name, end)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_is_the_old_one_until_the_new_one_is_whole_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
):
    file = tmp_path / "kept"
    write_whole(file, b"old")

    with monkeypatch.context() as here:
        killed_before(step, here)
        with pytest.raises(Killed):
            write_whole(file, b"new")
    assert file.read_bytes() == b"old"

    write_whole(file, b"newer")
    assert file.read_bytes() == b"newer"
    assert [one.name for one in tmp_path.iterdir()] == ["kept"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux tells which file a descriptor is of")
def test_the_file_is_on_the_disk_before_its_name_and_its_name_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    steps: list[str] = []

    def told(name: str, does: Callable[..., Any], what: Callable[[Any], str]) -> None:
        monkeypatch.setattr(os, name, lambda *args: (steps.append(f"{name} {what(args[0])}"), does(*args))[1])

    told("fsync", os.fsync, lambda opened: Path(f"/proc/self/fd/{opened}").readlink().name)
    told("replace", os.replace, lambda fresh: Path(fresh).name)

    write_first(tmp_path / "folder" / "kept", b"key")

    assert steps == [f"fsync {tmp_path.name}", "fsync kept.new", "replace kept.new", "fsync folder"]


def test_of_two_who_make_a_file_at_once_the_first_ones_stays(tmp_path: Path):
    file = tmp_path / "kept"
    making = [threading.Thread(target=write_first, args=(file, bytes([n]))) for n in range(8)]
    with held(file):
        for one in making:
            one.start()
        write_whole(file, b"the first")
    for one in making:
        one.join(60)

    assert file.read_bytes() == b"the first"


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps permissions otherwise")
def test_a_file_is_its_owners_alone_also_when_root_writes_it(tmp_path: Path):
    file = tmp_path / "kept"
    write_first(file, b"key")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    if os.geteuid() == 0:
        os.chown(file, 4711, 4712)
        write_whole(file, b"another")
        write_whole(tmp_path / "archive", b"the first", like=file)
        assert [(one.stat().st_uid, one.stat().st_gid) for one in (file, tmp_path / "archive")] == [(4711, 4712)] * 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit to a file's length")
def test_where_the_disk_is_full_nothing_half_written_is_left(tmp_path: Path):
    import resource

    write_whole(tmp_path / "kept", b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(Misconfigured, match="It is as it was"):
            write_whole(tmp_path / "kept", b"longer than there is room for")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert {one.name: one.read_bytes() for one in tmp_path.iterdir() if one.suffix != ".lock"} == {"kept": b"old"}


def test_what_the_system_refuses_is_a_sentence(tmp_path: Path):
    (tmp_path / "kept.new").mkdir()

    with pytest.raises(Misconfigured, match=r"kept can't be written: .+\. It is as it was\."):
        write_whole(tmp_path / "kept", b"key")
