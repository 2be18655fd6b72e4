"""Why somebody may or may not do something, now or at another instant, as far as whoever asks may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.asker import may_know_case
from okf.desk import Desk
from okf.errors import Invalid, NotFound
from okf.policy.access import decide
from okf.policy.asked import action_asked, words_for
from okf.policy.decision import Decision
from okf.policy.facts import ConcernFacts, Question
from okf.policy.sealed import counted
from okf.policy.table import ACCESS
from okf.policy.words import explain, moment
from okf.store import facts
from okf.store.former import names
from okf.store.models import AccessGrant
from okf.terms import SAFEGUARDING_LEADS, Action, ConcernStatus, Severity

LISTS: Final = ("caseload", "concerns")
NO_ANSWER: Final = "This can't be answered for you."
_KINDS: Final = {"N-": "record", "K-": "concern"}
_DONE: Final = {
    "list": "see in a list",
    "add": "add a record to",
    "export": "take a copy of",
    "grant": "grant access to",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision with the question it answers; `caveats` say what was left out of it for this reader.

    Without a decision it can't be answered for this reader, and the caveats say why.
    """

    question: str
    decision: Decision | None
    caveats: tuple[str, ...]

    def in_words(self) -> list[str]:
        """Line by line: the question, the answer, its reasons, and the clauses' texts."""
        if self.decision is None:
            return [self.question, NO_ANSWER, *self.caveats]
        return explain(self.decision, self.question, self.caveats)


def why(desk: Desk, *, username: str, action: str, subject: str, at: datetime | None = None) -> Explained:
    """What somebody may do, and why: anyone of themselves, those who oversee access of others too.

    `action` is a word such as `read`, `subject` a reference, `caseload` or
    `concerns`. What the reader may not know of is answered as if it did not
    exist, so the question finds out nothing; the host, who has the database,
    is told all.

    Raises:
        Refused: they may not ask this of others.
        NotFound: nobody has this username.
        Invalid: the word means nothing for such a subject.
    """
    username, action, subject = username.strip(), action.strip().lower(), subject.strip()
    if not subject:
        raise Invalid("Subject", "name a case, a record or a concern by its reference, or write caseload or concerns.")
    now, own = desk.now(), username == desk.actor
    with desk.reading() as session:
        called = names(session, [username]).get(username)
    about = username if called is not None else None  # what else was typed may be a family's name: it goes on no record
    if desk.is_host:
        desk.note_event(Action.ASK_WHY_OF_OTHERS, subject=about, asked=action)
    else:
        with desk.permitted(Action.ASK_WHY if own else Action.ASK_WHY_OF_OTHERS, about=about) as deed:
            deed.note(asked=action)
    if called is None:
        raise NotFound(f"Nobody here has the username {username!r}.")
    with desk.reading() as session:
        found = _found(desk, session, subject, own=own)
        if found is None and (found := _found(desk, session, subject.upper(), own=own)):
            subject = subject.upper()
        kind = found or _kind_by_its_looks(subject)
        meant = action_asked(action, kind)
        if meant is None:
            raise Invalid("Action", f"{action!r} means nothing for a {kind}: use one of {', '.join(words_for(kind))}.")
        question = desk.question(
            session,
            meant,
            subject if found == "case" else None,
            record=subject if found == "record" else None,
            concern=subject if found == "concern" else None,
            at=at,
            actor=username,
        )
        question, caveats = _as_known(desk, session, question)
    decision: Decision | None = decide(question)
    if found is None and own:
        # Of a record or a concern nothing more is said than of a case: not even that a case lies behind it.
        caveats.insert(0, f"No {kind} {subject} is known to you. This is the answer for any that is not open to you.")
    elif found is None:
        decision, caveats = None, [f"No {kind} {subject} is known to you, so neither is what anybody may do with it."]
    elif not own and not desk.is_host and _might_open(question):
        decision = None
    when = "" if at is None or at == now else f", on {moment(at)}"
    what = subject if kind in LISTS else f"{kind} {subject}"
    said = _DONE.get(action, action.replace("_", " "))
    return Explained(f"May {called.in_words(at or now)} {said} {what}{when}?", decision, tuple(caveats))


def _kind_by_its_looks(subject: str) -> str:
    return subject if subject in LISTS else _KINDS.get(subject[:2].upper(), "case")


def _found(desk: Desk, session: Session, subject: str, *, own: bool) -> str | None:
    """What kind of thing the subject is, if it is there and the reader may know of it."""
    if subject in LISTS:
        return subject
    for kind, known in (("case", _knows_case), ("record", _knows_record), ("concern", _knows_concern)):
        if known(desk, session, subject, own):
            return kind
    return None


def _knows_case(desk: Desk, session: Session, ref: str, _own: bool) -> bool:
    if ref not in facts.cases(session, [ref]):
        return False
    if desk.is_host or may_know_case(desk, session, ref):
        return True
    held = select(AccessGrant.id).where(AccessGrant.person == desk.actor, AccessGrant.case_ref == ref).limit(1)
    oversees = decide(desk.question(session, Action.SEE_CASE_ACCESS, ref)).allowed
    return oversees or session.execute(held).first() is not None


def _knows_record(desk: Desk, session: Session, ref: str, _own: bool) -> bool:
    if ref not in facts.records(session, [ref]):
        return False
    return desk.is_host or decide(desk.question(session, Action.READ_RECORD, record=ref)).allowed


def _knows_concern(desk: Desk, session: Session, ref: str, own: bool) -> bool:
    """Whether they work on it, or reported it and ask of themselves."""
    if ref not in facts.concerns(session, [ref]):
        return False
    action = Action.READ_CONCERN if own else Action.TRIAGE_CONCERN
    return desk.is_host or decide(desk.question(session, action, concern=ref)).allowed


def _might_open(question: Question) -> bool:
    """Whether a concern of which the reader may not know would turn a refusal into a yes, if there were one.

    Asked of an imagined concern, so that the answer is the same whether there is one or not.
    """
    if question.case is None or decide(question).allowed:
        return False
    imagined = ConcernFacts(
        "IMAGINED",
        question.case.ref,
        Severity.HIGH,
        ConcernStatus.TRIAGED,
        "somebody",
        question.at,
        question.case.parties,
    )
    return decide(replace(question, concerns=(*question.concerns, imagined))).allowed


def _as_known(desk: Desk, session: Session, question: Question) -> tuple[Question, list[str]]:
    """The question without concerns that the reader may not know of, and the caveats on its answer."""
    if desk.is_host:
        return question, []
    if decide(desk.question(session, Action.LIST_CONCERNS)).allowed:
        theirs = counted(question.concerns, desk.person(session), desk.now())
        return replace(question, concerns=theirs), []
    known = replace(question, concerns=())
    return known, list(_left_out(known))


def _left_out(question: Question) -> Iterable[str]:
    """The caveats, which are the same whether there is a concern or not."""
    leads = question.person.roles(question.at) & SAFEGUARDING_LEADS
    if leads and ACCESS[question.action].opens_case:
        yield "A safeguarding lead also opens a case as far as a concern on it needs; whether there is one is not said."
    if question.action is Action.CLOSE_CASE and not leads:
        yield "With an open concern on it a case closes only with the lead's word; whether there is one is not said."
