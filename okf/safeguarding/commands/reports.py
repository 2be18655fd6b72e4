"""One's own report: more is put to it, and nothing in it is ever changed; and a concern's files are opened (C9)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import undefer

from okf.desk import Desk
from okf.errors import NotFound, Refused, unknown
from okf.safeguarding.commands.on_concern import append_entry, keep_off_the_case
from okf.safeguarding.commands.parts import NARRATIVE, NOTHING, UNSAID, Happened, Parts, put_parts
from okf.store.models import ConcernFile
from okf.store.sealing import open_bytes
from okf.terms import Action
from okf.terms.concerns import ADDED_BY_RAISER
from okf.validation import words

_CONCERN_OF = select(ConcernFile.concern_ref).where(ConcernFile.ref == bindparam("ref"))


@dataclass(frozen=True, slots=True)
class OpenedConcernFile:
    """A file of a concern in hand, for whoever the policy let open it at this moment."""

    name: str
    kind: str
    content: bytes


def add_to_own_report(desk: Desk, ref: str, *, text: str, happened: Happened = UNSAID, parts: Parts = NOTHING) -> None:
    """Put what was forgotten to one's own report; the leads see it in its chronology, and that it is new.

    Raises:
        NotFound: there is no report of one's own of this reference.
        Invalid: it is empty or too long, or a file is not kept here.
    """
    text = words("What you forgot, or what is new", text, at_most=NARRATIVE)
    try:
        with desk.permitted(Action.ADD_TO_OWN_REPORT, concern=ref) as deed:
            append_entry(deed, ref, str(desk.actor), ADDED_BY_RAISER, text, happened)
            put_parts(desk, deed, ref, parts)
            keep_off_the_case(deed, ref)
    except (Refused, NotFound):
        raise unknown("concern", ref) from None


def open_concern_file(desk: Desk, file_ref: str) -> OpenedConcernFile:
    """Take a concern's file in hand; for whoever works the concern, and the opening goes on the audit record.

    Raises:
        NotFound: there is no such file, or none of a concern that this person works.
    """
    with desk.reading() as session:
        ref = session.scalar(_CONCERN_OF, {"ref": file_ref})
    if ref is None:
        raise unknown("file", file_ref)
    try:
        with desk.permitted(Action.TRIAGE_CONCERN, concern=ref) as deed:
            row = deed.session.get_one(ConcernFile, file_ref, options=[undefer(ConcernFile.content)])
            content = open_bytes(deed.session, row.content)
            if hashlib.sha256(content).hexdigest() != row.sha256:
                raise RuntimeError("a file is not what was kept")
            keep_off_the_case(deed, ref)
            deed.note(did="opened a file", file=file_ref)
            return OpenedConcernFile(row.name, row.kind, content)
    except (Refused, NotFound):
        raise unknown("file", file_ref) from None
