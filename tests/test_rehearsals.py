"""The rehearsals: every clause's questions get their right answers, and a wrong file says what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from okf.proof.rehearse.play import matches, rehearse
from okf.proof.rehearse.scenarios import Malformed, instant
from okf.store import question_fields

FOLDER = Path(__file__).parent / "rehearsals"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "world.yaml")
ROOT = FOLDER.parent.parent


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_question_gets_its_right_answer(path: Path) -> None:
    answers = rehearse([path])

    assert answers
    assert [answer.told for answer in answers if not answer.ok] == []


@pytest.mark.parametrize("zone, hour", [("BST", 0), ("GMT", 1)])
def test_a_time_that_came_twice_is_asked_of_as_the_screen_writes_it(zone: str, hour: int) -> None:
    meant = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)

    assert instant(f"2026-10-25T01:30 {zone}") == meant
    assert question_fields.instant(f"2026-10-25 01:30 {zone}", "at") == meant
    with pytest.raises(ValueError, match="write 2026-10-25 01:30 BST for the first, or 2026-10-25 01:30 GMT for the"):
        instant("2026-10-25T01:30")


def ask(tmp_path: Path, scenario: str) -> str:
    (tmp_path / "world.yaml").write_text((FOLDER / "world.yaml").read_text("utf-8"), "utf-8")
    path = tmp_path / "asked.yaml"
    path.write_text(f"world: world.yaml\nscenarios:\n{scenario}", "utf-8")
    with pytest.raises(Malformed) as told:
        rehearse([path])
    return str(told.value)


def asked(ask: str, given: str = "") -> str:
    return f"  - {{id: A, at: 2026-11-23, {given}ask: {{kind: access, {ask}}}, expect: {{}}}}\n"


@pytest.mark.parametrize(
    "scenario, said",
    [
        ("  - {title: nameless}\n", "number 1: id"),
        ("  - {id: A, ask: {kind: access}}\n", "scenario A: expect"),
        ("  - {id: A, at: soon, ask: {kind: access}, expect: {}}\n", "scenario A: at: 'soon' is no instant"),
        ("  - {id: A, at: 2026-03-29T01:30, ask: {kind: access}, expect: {}}\n", "did not exist in London"),
        ("  - {id: A, at: 2026-11-23, ask: {kind: guess}, expect: {}}\n", "scenario A: ask.kind"),
        (asked("actor: nobody_here, action: read, record: N-70"), "nobody_here"),
        (asked("actor: dsl, action: dance, record: N-70"), "'dance'"),
        (asked("actor: dsl, action: read, record: N-1"), "N-1"),
        ("  - {id: A, at: 2026-11-23, ask: {kind: access}, expect: {answer: yes}}\n", "expect.answer"),
        (asked("actor: dsl, action: read, record: N-70", "given: {grants: [{id: G1, person: ghost}]}, "), "ghost"),
        ("  - {id: A, ask: {}, expect: {}, steps: []}\n", "either ask and expect, or steps"),
    ],
)
def test_a_malformed_question_says_which_file_scenario_and_key(tmp_path: Path, scenario: str, said: str) -> None:
    told = ask(tmp_path, scenario)

    assert "asked.yaml" in told
    assert said in told


def test_expected_lists_are_contained_and_what_is_visible_is_exact() -> None:
    answer = {"decision": "allow", "clauses": ["C5", "C7"], "visible": ["N-1"], "due": {"by": "2026-11-24T00:00"}}

    assert matches({"clauses": ["C7"], "visible": ["N-1"], "absent": ["N-2"]}, answer)
    assert not matches({"clauses": ["C8"]}, answer)
    assert not matches({"visible": []}, answer)
    assert not matches({"absent": ["N-1"]}, answer)
    assert not matches({"due": {"by": "2026-11-24T00:01"}}, answer)
    assert not matches({"primary": "no_grant"}, answer)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "okf", "rehearse", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_command_prints_one_object_a_question_and_a_closing_count() -> None:
    done = run(str(FOLDER / "C13_recording.yaml"))

    *lines, count = done.stdout.splitlines()
    assert all(json.loads(line)["ok"] for line in lines)
    assert count == f"{len(lines)} passed, 0 failed"
    assert done.returncode == 0


def test_the_command_exits_1_for_a_wrong_answer_and_2_for_a_wrong_file(tmp_path: Path) -> None:
    (tmp_path / "world.yaml").write_text((FOLDER / "world.yaml").read_text("utf-8"), "utf-8")
    (tmp_path / "wrong.yaml").write_text(
        "world: world.yaml\nscenarios: [{id: A, at: 2026-11-23, expect: {decision: allow},"
        " ask: {kind: access, actor: administrator, action: read, record: N-70}}]",
        "utf-8",
    )

    wrong, missing = run(str(tmp_path / "wrong.yaml")), run(str(tmp_path / "missing.yaml"))

    assert (wrong.returncode, wrong.stdout.splitlines()[-1]) == (1, "0 passed, 1 failed")
    assert missing.returncode == 2
    assert "missing.yaml" in missing.stderr
    assert "Traceback" not in missing.stderr
