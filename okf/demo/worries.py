"""What lies by the story's concerns: marks on a body, a child's voice, files, and what is told late."""

from __future__ import annotations

from datetime import date

from okf.demo.story import Told, day
from okf.file_check import Upload
from okf.safeguarding.commands.chronology import Happened, NewMark, NewVoice, Parts
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.concerns import VoiceHow


def parts_of(told: Told) -> Parts:
    """What a step puts to a concern besides words."""
    voice = told.get("voice")
    return Parts(
        marks=[_mark(mark) for mark in told.get("marks", [])],
        voice=NewVoice(VoiceHow(voice["how"]), voice["words"]) if voice else None,
        files=[Upload(name, text.encode()) for name, text in told.get("files", {}).items()],
    )


def happened(today: date, told: Told) -> Happened:
    """When that was of which a step tells, where it says so."""
    return Happened(day(today, told["happened"]), None, told.get("late")) if "happened" in told else Happened()


def _mark(told: Told) -> NewMark:
    x, y = told["at"]
    return NewMark(
        BodySide(told["side"]),
        BodyRegion(told["region"]),
        x,
        y,
        MarkKind(told["kind"]),
        told.get("size"),
        told.get("colour"),
        told.get("words"),
    )
