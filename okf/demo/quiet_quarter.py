"""The worries of the last quarter that is over: raised, decided and ended, so that its figures show something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from okf.clock import london_date, start_of
from okf.policy.figures import periods_over

# How many of each urgency, and after how many hours the lead decided on one after the other.
MANY: Final = (("high", 6), ("medium", 8), ("low", 10))
DECIDED: Final = (0, 2, 4, 7, 20, 22, 30, 50)
RAISERS: Final = ("caseworker", "caseworker2", "caseworker3")


def past_worries(now: datetime, words: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps of these worries; each was about a family that nobody here knows."""
    quarter = periods_over(london_date(now), 3, 1)[0]
    since_start = int((now - start_of(quarter.first)).total_seconds() // 3600)
    severities = [severity for severity, many in MANY for _ in range(many)]
    steps: list[dict[str, Any]] = []
    for nth, severity in enumerate(severities):
        said, key = words[nth % len(words)], f"quiet-{nth}"
        raised = since_start - 34 - nth * 24 * 3
        decided = raised - DECIDED[nth % len(DECIDED)]
        steps += [
            {
                "ago": f"{raised}h",
                "by": RAISERS[nth % len(RAISERS)],
                "do": "concern",
                "as": key,
                "severity": severity,
                "category": said["category"],
                "about": ["a family at a school where we spoke"],
                "text": said["text"],
            },
            {
                "ago": f"{decided}h",
                "by": "dsl",
                "do": "triage",
                "concern": key,
                "severity": severity,
                "status": "triaged",
                "note": "Asked the school, which knows them and is with them.",
            },
            {
                "ago": f"{decided - 200}h",
                "by": "dsl",
                "do": "end",
                "concern": key,
                "status": "closed",
                "outcome": "The school and its nurse saw them since; nothing more came up.",
                "lessons": "The talk in schools is worth repeating each year.",
            },
        ]
    return steps
