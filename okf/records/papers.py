"""A record on paper: the head of each page says who told it, and who must not read it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from okf.clock import london_date
from okf.policy.mediation import NOT_BINDING
from okf.policy.words import day
from okf.records.commands.breaches import BreachLetter
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


def letter_to_concerned(letter: BreachLetter, *, written_at: datetime) -> bytes:
    """The letter to somebody whose confidence lay in a file where it did not belong; of that file it says nothing."""
    paper = Paper("Something about you was in the wrong place", written_at, head=["Personal and confidential"])
    read = {0: "Nobody else opened it there.", 1: "One other person who works with us opened that file meanwhile."}
    opened = read.get(letter.readers, f"{letter.readers} other people who work with us opened that file meanwhile.")
    for paragraph in (
        f"Dear {letter.to},",
        f"Something that we hold about you was put in a file to which it does not belong, on"
        f" {day(london_date(letter.written_at))}. We noticed on {day(london_date(letter.aware_at))}, closed it to"
        f" everyone at once, and have moved it to where it belongs.",
        f"{opened} Everyone who works with us has signed to keep what they learn to themselves.",
        "We are sorry. If you are worried about what this means for you, or for your safety, please call us on"
        " 020 3951 8496. You may also ask us what we hold about you, and complain to the Information Commissioner"
        " (ico.org.uk, 0303 123 1113).",
        "Our Kids First",
    ):
        paper.say(paragraph)
    paper.say(f"Our reference: {letter.ref}", quiet=True)
    return paper.pdf()
