"""Papers of a mediation: each page says that it is without prejudice and not legally binding (C10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from okf.policy.mediation import NOT_BINDING
from okf.shell.paper import Paper, moment


def summary_paper(
    *,
    mediation: str,
    version: int,
    text: str,
    sha256: str,
    participants: Sequence[str],
    mediator: str,
    issued_at: datetime,
    withdrawn_at: datetime | None = None,
) -> bytes:
    """An issued outcome summary as a PDF, the same for every participant."""
    paper = Paper("Mediation outcome summary", issued_at, head=[NOT_BINDING], foot=NOT_BINDING)
    paper.say(f"Mediation {mediation}, version {version}, issued {moment(issued_at)}.")
    paper.say(f"Participants: {', '.join(participants)}. Mediator: {mediator}.")
    if withdrawn_at:
        paper.say(f"WITHDRAWN {moment(withdrawn_at)}. It does not stand any more.", bold=True)
    paper.heading("What the participants propose")
    for paragraph in text.split("\n"):
        paper.say(paragraph or " ")
    paper.heading("How to treat this paper", size=11)
    paper.say(
        "It writes down proposals and binds nobody. It is the same for every participant. It is kept from the court."
        " You may show your copy to your own solicitor, so that they can advise you.",
        quiet=True,
    )
    paper.say(f"The text above has the mark {sha256}.", quiet=True)
    return paper.pdf()
