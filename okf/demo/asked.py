"""Who asked OKF for help in the past year and went elsewhere: enough, week by week, to expect the next ones from."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any, Final

from okf.demo import invented

WEEKS: Final = range(51, 2, -1)
_ASKED: Final = (
    "Asked what mediation costs, and would speak with a sister first.",
    "Wants to know whether somebody could come along to the handovers.",
    "Asked for a therapist for a child near Sampleton; has a place elsewhere by now.",
    "Rang for a friend, who will ring herself if she wants to.",
)
_REASONS: Final = (
    "Found help nearer to them. We gave two other numbers.",
    "Rang again: they have settled it between themselves.",
    "Did not answer at the safe number on three days.",
)


def past_enquiries(chance: random.Random) -> Iterator[Mapping[str, Any]]:
    """The steps of the story by which each is taken, and declined some days later."""
    for week in WEEKS:
        for nth in range(chance.choices((0, 1, 2, 3, 4, 5), (1, 4, 6, 5, 3, 1))[0]):
            when = -7 * week + chance.randint(0, 4)
            named, phone = f"asked-{week}-{nth}", f"07700 900{chance.randint(0, 999):03}"
            name = f"{chance.choice(invented.GIVEN)} {chance.choice(invented.FAMILY)}"
            caller = {"part": "caller", "name": name, "safe_phone": phone, "voicemail_safe": chance.random() < 0.5}
            yield {
                "day": when,
                "by": "intake",
                "do": "enquiry",
                "as": named,
                "people": [caller],
                "area": chance.choice(invented.AREAS),
                "text": chance.choice(_ASKED),
            }
            yield {
                "day": when + 3,
                "by": "intake",
                "do": "decline",
                "enquiry": named,
                "reason": chance.choice(_REASONS),
            }
