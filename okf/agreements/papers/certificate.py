"""The certificate of a signature: a sheet that says who signed what and when, under the installation's seal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from okf.agreements import seal
from okf.agreements.commands.certificates import issue_certificate
from okf.agreements.queries.certificates import in_lines
from okf.desk import Desk
from okf.settings import settings
from okf.shell.paper import Paper


def signature_certificate(desk: Desk, signature_id: int) -> bytes:
    """A sealed certificate of a signature as a PDF; that it was issued is on the audit record.

    Raises:
        Refused, NotFound: as `issue_certificate`.
    """
    return issue_certificate(desk, signature_id, _made)


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
