"""The papers of agreements: the sealed certificate of a signature, and the letter on the duty that stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from okf.agreements import seal
from okf.agreements.commands.signatures import issue_certificate
from okf.agreements.queries.certificates import in_lines
from okf.agreements.queries.duty_letter import DutyLetter
from okf.clock import london_date
from okf.desk import Desk
from okf.policy.clauses import Clause
from okf.policy.words import day
from okf.settings import settings
from okf.shell.paper import Paper, moment


def signature_certificate(desk: Desk, signature_id: int) -> bytes:
    """A sealed certificate of a signature as a PDF; that it was issued is on the audit record.

    Raises:
        Refused, NotFound: as `issue_certificate`.
    """
    return issue_certificate(desk, signature_id, _made)


def duty_letter(letter: DutyLetter) -> bytes:
    """The letter as a PDF; it names no case and no family."""
    paper = Paper("Your duty of confidentiality continues", letter.at)
    paper.say(f"Dear {letter.name},")
    if letter.left_at is not None and letter.left_at <= letter.at:
        paper.say(
            f"your work with Our Kids First ended on {day(london_date(letter.left_at))}. Your account in Casebook is"
            " switched off, and you no longer have access to any case. Thank you for what you did."
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


def _made(says: dict[str, Any]) -> bytes:
    paper = Paper("Certificate of a signature", datetime.fromisoformat(says["issued_at"]))
    paper.say(
        "Casebook of Our Kids First certifies that this agreement was signed as follows. The agreement's exact text is"
        " kept, and never changes: whoever holds a copy can compute its SHA-256 and compare."
    )
    for line in in_lines(says):
        name, _, value = line.partition(": ")
        paper.say(name, quiet=True)
        paper.say(value or name, bold=True)
    paper.say(
        "This file is sealed by the installation's own key: a PDF reader shows whether it was changed. That the seal is"
        " Casebook's own is checked on Casebook's page for certificates, or by `python -m okf signature verify`.",
        quiet=True,
    )
    return seal.seal(paper.pdf(), settings().signing_key_file, reason="Certificate of a signature")
