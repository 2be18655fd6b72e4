"""What is asked at the first call, before anything else: whether it is safe, who may know, and what they need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Final

from okf.intake.contact_details import LENGTHS, NEEDS
from okf.terms.intake import AbuseTold

LINES: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "who_may_know": ("Who may know that they called", 500),
        **{name: (label, LENGTHS[name]) for name, label in NEEDS.items()},
    }
)
_YES_NO = {True: "yes", False: "no", None: "not asked"}
_ABUSE = {AbuseTold.SAID: "said", AbuseTold.NOT_SAID: "asked, and not said", None: "not asked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCall:
    """What was asked and told at the first call; None is what was not asked."""

    safe_now: bool | None = None
    abuse: AbuseTold | None = None
    children_present: bool | None = None
    who_may_know: str | None = None
    interpreter: bool | None = None
    language: str | None = None
    access_needs: str | None = None
    danger: bool = False

    @property
    def look_first(self) -> bool:
        """Whether somebody who may decide looks before a case of it is allocated or mediated."""
        return self.danger or self.safe_now is False or self.abuse is AbuseTold.SAID

    @property
    def needs(self) -> dict[str, str]:
        """What they need to be spoken to and to come, as it stands on their card."""
        language = ", ".join(filter(None, (self.language, "with an interpreter" if self.interpreter else None)))
        told = {"language": language, "access_needs": self.access_needs}
        return {name: value for name, value in told.items() if value}

    def in_words(self) -> Iterator[tuple[str, str]]:
        """Each answer in words, with its label."""
        yield "Safe to talk then", _YES_NO[self.safe_now]
        yield "Domestic abuse or coercion", _ABUSE[self.abuse]
        yield "Children present", _YES_NO[self.children_present]
        if self.interpreter is not None:
            yield "Interpreter", _YES_NO[self.interpreter]
        for name, (label, _) in LINES.items():
            if told := getattr(self, name):
                yield label, told


NOTHING_ASKED = FirstCall()


def first_call_of(row: Any) -> FirstCall:
    """What an enquiry's row holds; nothing asked where there is none."""
    return FirstCall(**{one.name: getattr(row, one.name) for one in fields(FirstCall)}) if row else NOTHING_ASKED
