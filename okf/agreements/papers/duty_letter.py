"""The letter to somebody who leaves: their duty of confidentiality goes on, and what they signed."""

from __future__ import annotations

from okf.agreements.queries.duty_letter import (
    DutyLetter,
)
from okf.policy.clauses import Clause
from okf.shell.paper import Paper, moment


def duty_letter(letter: DutyLetter) -> bytes:
    """The letter as a PDF; it names no case and no family."""
    paper = Paper("Your duty of confidentiality continues", letter.at)
    paper.say(f"Dear {letter.name},")
    if letter.left_at is not None and letter.left_at <= letter.at:
        paper.say(
            f"your work with Our Kids First ended on {_day(letter.left_at)}. Your account in Casebook is switched off,"
            " and you no longer have access to any case. Thank you for what you did."
        )
    else:
        paper.say("this is to remind you of what you signed.")
    paper.heading("What stays")
    paper.say("Your duty of confidentiality has not ended, and has no end. Our promise to the people we help says:")
    paper.say(f"“{Clause.C15.text}” ({Clause.C15.name})", bold=True)
    paper.say("What that means for you:")
    paper.points(
        [
            "Go on keeping to yourself whatever you learnt about the people we help, that they came to us, too.",
            "Give back or destroy what you still hold of it: papers, messages, files, photographs, notes.",
            "If somebody asks you about it, a court or the press too, say nothing and call us first: 020 3951 8496.",
            "If you are worried about somebody's safety, tell us. In an emergency call 999: that is never a breach.",
        ]
    )
    paper.heading("What you signed")
    if not letter.signed:
        paper.say("No agreement signed by you is on file. The duty that the law puts on you stays all the same.")
    paper.points([f"{one.title}, version {one.version}, signed {moment(one.signed_at)}." for one in letter.signed])
    return paper.pdf()


def _day(at: object) -> str:
    return moment(at).split(" at ")[0]  # type: ignore[arg-type]
