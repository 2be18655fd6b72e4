"""dev.py speaks plainly, keeps real settings from tests, and its lists are pinned."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).resolve().parent.parent


def told(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What dev.py answers to these arguments, started from another folder."""
    command = [sys.executable, ROOT / "dev.py", *arguments]
    return subprocess.run(command, cwd=ROOT.parent, capture_output=True, encoding="utf-8", check=False, timeout=60)


def test_a_port_in_use_gets_a_sentence_that_names_the_way_out():
    with socket.create_server(("127.0.0.1", 0)) as other:
        answer = told("demo", "--port", str(other.getsockname()[1]))

    assert answer.returncode == 1
    assert "can't be used" in answer.stderr
    assert "--port" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_what_a_verb_does_not_know_is_refused_and_not_dropped():
    answer = told("demo", "--case", "5")

    assert answer.returncode == 2
    assert "--case" in answer.stderr


def test_pytest_gets_the_arguments_of_test_in_their_order():
    asked, rest = dev.arguments(["test", "-k", "C7", "--fast", "tests/policy", "-x"])

    assert asked.fast
    assert not asked.all
    assert rest == ["-k", "C7", "tests/policy", "-x"]


@pytest.mark.parametrize("broken", [[], ["mypy"], ["pytest"], ["ruff check", "pytest"]])
def test_the_checks_are_told_in_order_whatever_fails_and_the_closing_line_comes_last(broken, monkeypatch, capfd):
    closing = "=== 7 passed in 0.50s ==="
    said = f"import sys; name = sys.argv[1]; print('this is', name); name == 'pytest' and print({closing!r})"
    monkeypatch.setattr(dev, "find_browser", lambda: ("/usr/bin/chromium", ""))
    popen = subprocess.Popen

    def stand_in(command, **how):
        words = " ".join(map(str, command))
        name = next(name for name in ("ruff format", "ruff check", "lint_imports", "mypy", "pytest") if name in words)
        return popen([sys.executable, "-c", f"{said}; sys.exit({name in broken})", name], **how)

    monkeypatch.setattr(subprocess, "Popen", stand_in)

    code = dev.test(False, True, [])

    told = capfd.readouterr().out.rstrip().splitlines()
    assert code == bool(broken)
    steps = ["ruff format", "ruff check", "lint-imports", "mypy", "pytest"]
    assert [line.removeprefix("--- ") for line in told if line.startswith("--- ")] == steps
    assert told[-1] == closing
    assert (f"Failed: {', '.join(broken)}." in told) == bool(broken)


def test_no_test_or_demo_meets_the_settings_of_the_real_casebook(monkeypatch):
    monkeypatch.setenv("OKF_DATABASE_URL", "postgresql://the-real-one")

    assert "OKF_DATABASE_URL" not in dev.surroundings(ours=False)
    assert dev.surroundings()["OKF_DATABASE_URL"] == "postgresql://the-real-one"


def test_a_browser_named_and_missing_is_said_and_not_replaced(monkeypatch):
    monkeypatch.setenv("OKF_BROWSER", "/nowhere/chrome")

    found, why = dev.find_browser()

    assert found == ""
    assert "OKF_BROWSER" in why


@pytest.mark.parametrize(
    "line",
    [
        "================= 12 passed in 3.21s =================",
        "\x1b[31m= \x1b[1m1 failed\x1b[0m, \x1b[32m240 passed\x1b[0m\x1b[31m in 61.20s (0:01:01)\x1b[0m =",
        "2 passed, 1 error in 0.10s",
        "no tests ran in 0.01s",
    ],
)
def test_the_closing_line_of_pytest_is_known(line):
    assert dev.CLOSING_LINE.search(line)


WRITTEN = ("requirements-uv.in", "requirements.in", "requirements-test.in")
INSTALLED = ("requirements-uv.txt", "requirements.txt", "requirements-test.txt")
# One a line, as ruff has them: taking every file's syntax apart is twenty times as slow.
IMPORT = re.compile(r"^\s*(?:from (\w+)[\w.]* import |import (\w+)[\w.]*(?: as \w+)?(?: +#.*)?$)", re.MULTILINE)
PIN = r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)"


def entries(name: str) -> list[str]:
    """The lines of a list without its comments, each with what it is continued by."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in (re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()) if line]


def pins(name: str) -> set[tuple[str, ...]]:
    """Each package of a list with its version; names are compared as the registries do."""
    found = [re.match(PIN, line) for line in entries(name)]
    return {(re.sub(r"[-_.]+", "-", one[1]).lower(), one[2]) for one in found if one}


@pytest.mark.parametrize("name", WRITTEN)
def test_everything_that_is_asked_for_is_pinned(name):
    loose = [line for line in entries(name) if not re.fullmatch(rf"-r requirements\.in|{PIN}", line)]

    assert loose == []


@pytest.mark.parametrize("name", INSTALLED)
def test_everything_that_is_installed_is_pinned_with_its_hashes_and_names_no_other_source(name):
    whole = rf"{PIN}(?: ; [^@:]+?)?(?:\s+--hash=sha256:[0-9a-f]{{64}})+"
    loose = [line[:100] for line in entries(name) if not re.fullmatch(whole, line)]

    assert entries(name)
    assert loose == []
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("written, installed", list(zip(WRITTEN, INSTALLED, strict=True)))
def test_what_is_installed_is_what_was_asked_for(written, installed):
    """After a change of a list, `python3 dev.py lock` makes the installed one anew."""
    assert pins(written) - pins(installed) == set()


def test_the_tests_run_with_the_packages_that_casebook_runs_with():
    assert pins("requirements.txt") - pins("requirements-test.txt") == set()


def test_casebook_imports_nothing_that_only_the_tests_install():
    """Nor a package that somebody's machine happens to have: statsmodels and scipy were 175 MB for one page."""
    come = {name for name, _ in pins("requirements.txt")}
    bring = {
        top: {re.sub(r"[-_.]+", "-", name).lower() for name in names} for top, names in packages_distributions().items()
    }
    ours = sys.stdlib_module_names | {"okf", "pages", "app", "_typeshed"}  # the last for mypy alone
    code = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "okf").rglob("*.py")]
    asked = {top for file in code for pair in IMPORT.findall(file.read_text(encoding="utf-8")) for top in pair}
    asked -= ours | {""}

    assert {"sqlalchemy", "streamlit"} <= asked
    assert {top for top in asked if not bring.get(top, set()) & come} == set()


def test_every_named_exception_of_lint_and_types_has_its_reason():
    tables = ("tool.ruff.lint.per-file-ignores", "ignore = [")
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tomllib.loads(text)

    for table in tables:
        block = text.split(table, 1)[1].split("\n]\n", 1)[0]
        bare = [line for line in block.splitlines() if re.match(r'\s*"[A-Z]+\d', line) and "#" not in line]
        assert bare == []


def test_ci_asks_dev_py_and_nothing_else():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")

    assert "python3 dev.py test" in script
    assert os.name == "nt" or shutil.which(str(ROOT / ".ci/run"))
