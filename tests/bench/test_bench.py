"""The bench itself works: it measures, and a twin shows as many elements as its page. Nothing here is timed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from okf.settings import ROOT


@pytest.mark.slow
def test_every_page_is_measured_beside_a_twin_of_as_many_elements(tmp_path: Path) -> None:
    report = tmp_path / "bench.md"
    command = [sys.executable, "-m", "tests.bench", "--sizes", "150", "--rounds", "1", "--warm-up", "0"]
    command += ["--folder", str(tmp_path / "b")]

    done = subprocess.run([*command, "--report", str(report)], cwd=ROOT, capture_output=True, encoding="utf-8")

    assert done.returncode == 0, done.stderr[-3000:]
    pages = re.findall(r"^\| (\w+) \| [\w.]+ \| (\d+)/(\d+) \|", report.read_text("utf-8"), re.MULTILINE)
    assert {name for name, *_ in pages} >= {"overview", "cases", "case", "agreements", "concerns"}
    assert all(int(page) == int(twin) > 5 for _, page, twin in pages), pages
    assert not (tmp_path / "b" / "150").exists()  # a million cases' worth of disk is given back
