"""The documents say what is so: each link leads somewhere, and each command, setting and reason has its line."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

import dev
from okf.file_check import KINDS
from okf.policy.decision import Reason
from okf.policy.facts import PolicySettings
from okf.policy.routes import ROUTES

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
DECISIONS = sorted(file for file in (DOCS / "decisions").glob("*.md") if file.name != "README.md")
LINK = re.compile(r"\]\((?![a-z]+:)([^)#\s]+)(?:#[^)]*)?\)")


def text(file: Path) -> str:
    """A document as it stands."""
    return file.read_text(encoding="utf-8")


def test_the_readme_is_read_in_a_few_minutes():
    assert len((ROOT / "README.md").read_bytes()) <= 6_000
    assert len(re.findall(r"^!\[[^\]]+\]\(", text(ROOT / "README.md"), re.MULTILINE)) == 2


def test_every_relative_link_leads_to_a_file():
    documents = [ROOT / "README.md", *DOCS.rglob("*.md")]
    found = [(document, link) for document in documents for link in LINK.findall(text(document))]

    assert found
    assert [f"{one.name}: {link}" for one, link in found if not (one.parent / link).exists()] == []


def test_every_file_that_a_document_names_is_there():
    named = re.compile(
        r"`((?:okf|pages|tests|data|docs|\.ci)/(?!local)[\w./-]+)(?:::\w+)?`"
    )  # data/local is made in use
    documents = [ROOT / "README.md", *DOCS.glob("*.md")]
    found = [(document, path) for document in documents for path in named.findall(text(document))]

    assert found
    assert [f"{one.name}: {path}" for one, path in found if not (ROOT / path).exists()] == []


def test_every_test_that_a_document_names_is_there():
    documents = [ROOT / "README.md", *DOCS.rglob("*.md")]
    found = [one for document in documents for one in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text(document))]

    assert found
    assert [f"{path}::{name}" for path, name in found if f"def {name}(" not in text(ROOT / path)] == []


def test_each_requirement_of_the_asvs_is_answered_once_and_counted():
    """Those of levels 1 and 2 are 253. What is met, wholly or in part, names what holds it."""
    table = text(DOCS / "asvs.md")
    rows = re.findall(r"^\| (\d+)\.(\d+)\.(\d+) \| [12] \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    numbers = [tuple(map(int, row[:3])) for row in rows]
    tally = Counter(row[3] for row in rows)

    assert len(rows) == len(re.findall(r"^\| \d", table, re.MULTILINE)) == 253
    assert numbers == sorted(set(numbers))
    assert f"{tally['met']} are met, {tally['partly']} partly, {tally['not met']} not met" in table
    assert tally.keys() == {"met", "partly", "not met", "does not apply"}
    assert [row[:3] for row in rows if row[3] == "met" and "`" not in row[4]] == []


def test_every_kind_of_file_that_is_kept_is_told():
    assert [kind for kind in KINDS if f"`{kind}`" not in text(DOCS / "security.md")] == []


def test_every_verb_of_the_command_line_has_one_row():
    asked = [sys.executable, "-m", "okf", "--help"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, encoding="utf-8", check=True, timeout=60).stdout
    verbs = re.findall(r"^    ([a-z][a-z-]+)(?:\s|$)", told, re.MULTILINE)
    commands = text(DOCS / "operations.md").split("## Commands")[1].split("\n## ")[0]

    assert verbs
    assert sorted(re.findall(r"^\| `([a-z-]+)", commands, re.MULTILINE)) == sorted(verbs)


def test_every_verb_of_the_tool_has_its_row():
    tool = text(DOCS / "architecture.md").split("## The tool")[1].split("\n## ")[0]
    told = [name for row in re.findall(r"^\| (`.+?) \|", tool, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]

    assert sorted(told) == sorted(dev.VERBS)


def test_every_number_of_the_organisation_is_told():
    numbers = text(DOCS / "policy.md").split("## The organisation's own numbers")[1].split("\n## ")[0]

    assert sorted(re.findall(r"`(\w+)`", numbers)) == sorted(field.name for field in fields(PolicySettings))


def test_the_reasons_and_routes_stand_in_their_order():
    policy = text(DOCS / "policy.md")
    reasons = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`.+?) \| C", policy, re.MULTILINE)))
    of_sharing = list(Reason).index(Reason.LEGAL_COMPULSION)

    assert reasons == [reason.key for reason in Reason][:of_sharing]
    assert re.findall(r"^\| `(\w+)` \| [^C|]+ \| [^|]+ \|$", policy, re.MULTILINE)[: len(ROUTES)] == [
        route.key for route in ROUTES
    ]


def test_the_index_of_decisions_lists_every_one():
    listed = LINK.findall(text(DOCS / "decisions" / "README.md"))

    assert listed == [file.name for file in DECISIONS]


@pytest.mark.parametrize("said", ["**Context.**", "**Choice.**", "**Consequence.**"])
def test_every_decision_says_its(said: str):
    assert [file.name for file in DECISIONS if text(file).count(said) != 1] == []


def test_decisions_are_numbered_without_a_gap():
    numbers = [(file.name[:4], text(file).split(".")[0]) for file in DECISIONS]

    assert numbers == [(f"{number:04}", f"# {number}") for number in range(1, len(DECISIONS) + 1)]
