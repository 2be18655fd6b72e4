"""A record on paper: the head of each page says who told it, and who must not read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from okf.policy.mediation import NOT_BINDING
from okf.shell.paper import Paper, moment


def record_paper(
    *,
    record: str,
    marking: str,
    mediation: bool,
    title: str | None,
    text: str | None,
    label: Sequence[str],
    files: Sequence[str],
    corrected: int,
    printed_by: str,
    printed_at: datetime,
) -> bytes:
    """A record as it reads now, as a PDF; `label` says its kind, who told it, whom it is about."""
    binding = NOT_BINDING if mediation else ""
    paper = Paper(f"Record {record}", printed_at, head=[marking, binding] if binding else [marking], foot=binding)
    for line in label:
        paper.say(line, quiet=True)
    if title:
        paper.heading(title)
    for paragraph in (text or "").split("\n"):
        paper.say(paragraph or " ")
    if corrected:
        times = "once" if corrected == 1 else f"{corrected} times"
        paper.say(f"It was corrected {times}. This is how it read when it was printed.", quiet=True)
    if files:
        paper.heading("Files of this record, not printed here", size=11)
        paper.points(files)
    paper.heading("How to treat this paper", size=11)
    paper.say(
        "Show it to nobody whose access does not cover it, and shred it when you have used it. Passing it on to anyone"
        " outside Our Kids First is a share, and needs its own decision.",
        quiet=True,
    )
    paper.say(f"Printed by {printed_by}, {moment(printed_at)}. That it was printed is on the audit record.", quiet=True)
    return paper.pdf()
