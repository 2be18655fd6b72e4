"""Access asked for by somebody who knows a reference, and answered by somebody who may grant (C5).

Asking tells nothing: whether there is such a case, and whether they hold
something of it already, changes neither what is said nor what is kept.
"""

from __future__ import annotations

import re

from sqlalchemy import bindparam, select

from okf.asker import on_file
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.store.models import AccessGrant, AccessRequest
from okf.terms import Action
from okf.validation import words, words_or_none

OPEN_MOST = 10
SHORTEST = 15
_REFERENCE = re.compile(r"[\w.\-/]{2,80}")

_OPEN = select(AccessRequest.asked_for).where(
    AccessRequest.asked_by == bindparam("who"), AccessRequest.decided_at.is_(None)
)


def request_access(desk: Desk, case_ref: str, *, reason: str) -> str:
    """Ask for access to a case, with the reason; the request's reference. The answer is somebody else's.

    Raises:
        Invalid: what was typed is no reference, or the reason is shorter than a sentence.
        Conflict: they have asked for it already, or wait for many answers.
        Refused: the account is not active.
    """
    why = words("Reason", reason, at_least=SHORTEST, at_most=4000)
    asked_for = case_ref.strip()
    if not _REFERENCE.fullmatch(asked_for):
        raise Invalid("Reference of the case", "type it as it stands on the paper or in the message, without blanks.")
    with desk.permitted(Action.REQUEST_ACCESS) as deed:
        waiting = deed.session.scalars(_OPEN, {"who": desk.actor}).all()
        if asked_for in waiting:
            raise Conflict("You have asked for this already: the answer will stand here.")
        if len(waiting) >= OPEN_MOST:
            raise Conflict("Many requests of yours wait for their answer: speak to a manager.")
        asked = AccessRequest(
            ref=desk.new_ref("AR"), asked_for=asked_for, asked_by=str(desk.actor), asked_at=deed.at, reason=why
        )
        deed.add(asked)
        deed.about(asked.ref)
    return asked.ref


def refuse_access_request(desk: Desk, request: str, *, answer: str) -> None:
    """Answer a request with no, in words that the person who asked reads.

    Raises:
        NotFound: there is no such request.
        Refused: it is one's own, or their role does not include it.
        Conflict: it is answered already.
        Invalid: there are no words.
    """
    said = words("Your answer", answer, at_most=2000)
    asked_by = on_file(desk, AccessRequest, request, "request").asked_by
    with desk.permitted(Action.DECIDE_ACCESS_REQUEST, about=asked_by) as deed:
        asked = _waiting(deed, request)
        asked.decided_at, asked.decided_by, asked.granted, asked.answer = deed.at, desk.actor, False, said
        deed.about(request)
        deed.note(granted=False, asked_by=asked_by)


def answer_with(deed: Deed, request: str, grant: AccessGrant, actor: str | None, answer: str | None) -> None:
    """Answer a request with the grant that a deed has just given.

    Raises:
        Conflict: it is answered already, or it is not what was asked for.
    """
    asked = _waiting(deed, request)
    if (asked.asked_by, asked.asked_for) != (grant.person, grant.case_ref):
        raise Conflict("This access is not what was asked for.")
    asked.decided_at, asked.decided_by, asked.granted = deed.at, actor, True
    asked.grant_id, asked.answer = grant.id, words_or_none("Your answer", answer, at_most=2000)
    deed.note(request=request)


def _waiting(deed: Deed, request: str) -> AccessRequest:
    asked = deed.session.get(AccessRequest, request)
    if asked is None:
        raise unknown("request", request)
    if asked.decided_at is not None:
        raise Conflict("This request is answered already.")
    return asked
