"""The access receipt as a letter: who opened somebody's case, why, and what left OKF, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from okf.shell.paper import Paper, moment

AUTHORITY = {
    "legal_compulsion": "because a court order or a warrant required it",
    "own_lawyer_summary": "because you asked us to show your mediation summary to your own lawyer",
    "express_agreement": "because you expressly agreed to it",
    "public_agreed": "because everyone who could be recognised expressly agreed to it",
    "safeguarding": "to protect somebody from harm, as we told you",
    "immediate_danger": "because somebody was in immediate danger, as we told you",
}


def receipt_letter(letter: Mapping[str, Any]) -> bytes:
    """An approved letter's content, as `release_receipt` gives it, as a PDF."""
    as_at = datetime.fromisoformat(letter["as_at"])
    paper = Paper("Who opened your case", as_at)
    paper.say(f"Your case with us: {letter['case']}. You in our files: {letter['service_user']}.")
    paper.say(
        "You asked who at Our Kids First has looked at what you told us, why they could, and what left us. Each of the"
        " people below signed a confidentiality agreement before they could open your case, and their duty has no end."
    )
    paper.heading("Who opened it")
    if not letter["opened"]:
        paper.say("Nobody whose work this letter lists opened your case in this time.")
    for line in letter["opened"]:
        until = f" until {_day(line['until'])}" if line["until"] else ", for as long as your case is open"
        times = "once" if line["times"] == 1 else f"{line['times']} times"
        paper.say(f"{line['who']}, as {line['capacity'].replace('_', ' ')}", bold=True)
        paper.points(
            [
                f"Why: {line['why']}.",
                f"They may open it from {_day(line['from'])}{until}.",
                f"They opened it {times}, first on {_moment(line['first'])}, last on {_moment(line['last'])}.",
            ]
        )
    paper.heading("What left us")
    if not letter["shared"]:
        paper.say("Nothing that this letter lists.")
    paper.points(
        [
            f"{_moment(line['when'])}: {_counted(line['what'])} to {line['to'].replace('_', ' ')},"
            f" {AUTHORITY.get(line['authority'], 'as our Confidentiality Commitment allows')}"
            f" ({', '.join(line['clauses'])})."
            for line in letter["shared"]
        ]
    )
    paper.heading("What such a letter may leave out")
    paper.say(
        "The law lets us leave some things out of any letter of this kind, such as what somebody else told us in"
        " confidence, or what would put a person in danger. We say so in every letter, whether or not anything was"
        " left out of it. If you are not content with this letter, call us on 020 3951 8496, or complain to the"
        " Information Commissioner's Office, ico.org.uk."
    )
    paper.say(f"Letter {letter['ref']}. Its content has the mark {letter['sha256'][:16]}.", quiet=True)
    return paper.pdf()


def _counted(records: int) -> str:
    return "one record" if records == 1 else f"{records} records"


def _moment(written: str) -> str:
    return moment(datetime.fromisoformat(written))


def _day(written: str) -> str:
    return _moment(written).split(",")[0]
