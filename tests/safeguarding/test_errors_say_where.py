"""Each error of a safeguarding form names its field as the screen does."""

from __future__ import annotations

import ast
from pathlib import Path

import okf

HOUSE = Path(okf.__file__).parent
ROOMS = sorted((HOUSE / "safeguarding" / "commands").glob("*.py"))
SCREENS = [*sorted((HOUSE / "safeguarding" / "views").glob("*.py")), HOUSE / "sharing/views/redactions.py"]
CHECKS = {"Invalid", "words", "words_or_none", "checked_words", "past_day", "past_moment", "phone_or_none"}
# No field of a form: what a page can't send, or what stands in a file.
ELSEWHERE = {
    "Concerns": "the page holds fewer than may be handed over at once",
    "As, date, from, to": "the columns of a line of the file",
    "Line ": "the line of the file",
}


def begins(argument: ast.expr) -> str | None:
    """The words with which a field's name begins, if it is written there."""
    if isinstance(argument, ast.JoinedStr) and argument.values:
        argument = argument.values[0]
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


def test_every_error_names_a_label_that_stands_on_the_screen() -> None:
    labels = {
        one.value
        for screen in SCREENS
        for one in ast.walk(ast.parse(screen.read_text("utf-8")))
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }
    unknown = {
        (room.name, name)
        for room in ROOMS
        for call in ast.walk(ast.parse(room.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CHECKS and call.args
        for choice in (
            [call.args[0].body, call.args[0].orelse] if isinstance(call.args[0], ast.IfExp) else [call.args[0]]
        )
        if (name := begins(choice)) and name not in ELSEWHERE and not any(label.startswith(name) for label in labels)
    }

    assert unknown == set()
