"""The printed policy is the policy."""

from __future__ import annotations

from tests.policy import matrix


def test_the_printed_policy_is_current():
    kept = matrix.FILE.read_text(encoding="utf-8") if matrix.FILE.exists() else ""

    assert matrix.printed() == kept, "the policy changed: look at what `python3 dev.py matrix` changes in matrix.txt"


def test_the_printed_policy_names_every_action_once_and_keeps_its_columns():
    lines = matrix.printed().splitlines()

    for action in matrix.ACCESS:
        assert [line.startswith(f"{action}  (") for line in lines].count(True) == 1, action
    assert max(map(len, lines)) <= 160
    assert not [line for line in lines if line != line.rstrip()]
