"""The weekly digest: when it is due, and what it may say outside the building.

A mail lies in inboxes and on locked telephones, where others read it. So it
holds figures alone; one under five is told as "fewer than 5", and the cases
that are open to the nearest ten, since from week to week they differ by what
began and ended. Concerns are not counted in it at all, whoever reads it: a
number that moves says that something was raised, and a reader whom it is about
could tell (C9).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from okf.clock import from_london, london, london_date
from okf.policy.suppression import SMALL, count_shown

SUBJECT: Final = "Casebook: your weekly figures"
SUBJECT_OF_HEAD: Final = "Casebook: the head of the record"
FROM_HOUR: Final = 8  # our default, as the days
WORKING_DAYS: Final = 5

_TEXT: Final = """\
Hello,

Casebook in figures, on {day}:

{lines}

Cases that are open are told to the nearest ten. Nothing about any family, person or concern is sent by mail.
What needs you stands here:

{address}

You asked for this mail. To stop it, untick it under "Your account"; the next one then doesn't come.
Nobody reads what is answered to it.
"""

_HEAD: Final = """\
The audit record has {seq:,} events on {day}. Its head:

{seq} {hash}

Please keep this mail. Whoever rewrote the record on our server could not rewrite it here. Whoever runs Casebook
compares the two with "python -m okf audit verify --head {seq} {hash}".
"""
_OF_HEAD: Final = """\
Hello,

{head}
You get this mail each week as a trustee or as the data protection lead. It tells nothing of any family, person or
concern. Nobody reads what is answered to it.
"""


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One figure of the digest, as it was counted: how it is told is decided here."""

    what: str
    count: int
    nearest_ten: bool = False

    def in_words(self, small: int = SMALL) -> str:
        """As the mail has it."""
        if self.nearest_ten:
            rounded = round(self.count / 10) * 10
            return f"- {self.what}: " + (f"about {rounded:,}" if rounded else f"fewer than {max(10, small)}")
        shown = count_shown(self.count, small=small)
        return f"- {self.what}: " + (f"fewer than {small}" if shown is None else f"{shown:,}")


def week_of(at: datetime) -> date:
    """The Monday of the week in London."""
    today = london_date(at)
    return today - timedelta(days=today.weekday())


def digest_begins(at: datetime) -> datetime:
    """The instant from which the digest of this week is due: Monday morning by London's clock, whatever the season."""
    return from_london(datetime.combine(week_of(at), datetime.min.time().replace(hour=FROM_HOUR)))


def digest_is_due(at: datetime) -> bool:
    """Whether a digest may be put in the outbox now: from Monday morning on, and by day on a later day of the week."""
    there = london(at)
    return there.weekday() < WORKING_DAYS and there.hour >= FROM_HOUR


def digest_text(lines: list[DigestLine], at: datetime, address: str, small: int = SMALL, head: str = "") -> str:
    """The whole mail; `head` is what is said of the record's head, to who keeps it."""
    told = "\n".join(line.in_words(small) for line in lines) + (f"\n\n{head}" if head else "")
    return _TEXT.format(day=_day(at), lines=told, address=address)


def head_text(seq: int, hash_: str, at: datetime) -> str:
    """What is said of the record's head."""
    return _HEAD.format(seq=seq, hash=hash_, day=_day(at))


def mail_of_head(head: str) -> str:
    """The mail to who keeps the head and takes no digest."""
    return _OF_HEAD.format(head=head)


def _day(at: datetime) -> str:
    on = london_date(at)
    return f"{on:%A} {on.day} {on:%B %Y}"
