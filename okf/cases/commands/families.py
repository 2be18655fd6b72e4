"""Cases of one family: linked, or a second one joined into the first, and taken back; each by two people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import bindparam, or_, select

from okf.asker import on_file
from okf.cases.commands import joining
from okf.cases.commands.on_case import on_case
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, Refused, unknown
from okf.policy.access import decide
from okf.policy.decision import Decision
from okf.policy.gates import is_closed
from okf.store import kept
from okf.store.case_links import joined_cases, new_parties
from okf.store.models import CaseLink
from okf.terms import Action
from okf.terms.caseload import CaseLinkKind
from okf.validation import words

REASON = 2_000

_OF_BOTH = select(CaseLink.kind, CaseLink.case_ref, CaseLink.other_case).where(
    CaseLink.ended_at.is_(None),
    or_(
        (CaseLink.case_ref == bindparam("one")) & (CaseLink.other_case == bindparam("other")),
        (CaseLink.case_ref == bindparam("other")) & (CaseLink.other_case == bindparam("one")),
    ),
)
_MADE_KNOWN = select(CaseLink.ref).where(
    CaseLink.kind == CaseLinkKind.NEW_PARTY,
    CaseLink.case_ref == bindparam("own"),
    CaseLink.other_case == bindparam("case"),
    CaseLink.ended_at == bindparam("at", type_=CaseLink.ended_at.type),
)
_WAITS = select(CaseLink).where(
    CaseLink.case_ref == bindparam("case"),
    CaseLink.other_case == bindparam("own"),
    CaseLink.agreed_at.is_(None),
    CaseLink.ended_at.is_(None),
)
_INTO = select(CaseLink.ref).where(
    CaseLink.case_ref == bindparam("one"), CaseLink.kind == CaseLinkKind.JOINED, CaseLink.ended_at.is_(None)
)


def ask_to_link(desk: Desk, case_ref: str, other_case: str, *, kind: CaseLinkKind, why: str) -> str:
    """Ask that two cases count as one family's, or that `other_case` is joined into this one; the link's reference.

    It stands once somebody else has agreed. No record, concern, task or share
    of either case moves. Who works on one is not let into the other but for the very
    person whom they lead for. A joined case is closed by it and no longer counts by itself (`joining.join`); whoever
    reads somebody's own part of this case reads theirs of the joined one. By joining a new party's own case they
    become a party of this one, which both sides then see (`registering.put_as_new_party`).

    Raises:
        NotFound, Refused: as `on_case`, of either case.
        Invalid: no reason, the same case twice, or a kind that an enquiry alone makes.
        Conflict: they are linked or asked for already, or one of them was joined into another.
    """
    other_case = other_case.strip()
    reason = words("Why", why, at_most=REASON)
    if kind is CaseLinkKind.NEW_PARTY:
        raise Invalid("What they are", "an enquiry is put on a case as a new party of it, on its page.")
    if other_case == case_ref:
        raise Invalid("The other case", "this is the same case.")
    with _on_both(desk, Action.LINK_CASES, case_ref, other_case) as deed:
        there = deed.session.execute(_OF_BOTH, {"one": case_ref, "other": other_case}).all()
        comes_in = kind is CaseLinkKind.JOINED and there == [(CaseLinkKind.NEW_PARTY, other_case, case_ref)]
        if there and not comes_in:
            raise Conflict("They are linked, or somebody asked for it already. Look again; nothing was changed.")
        if joined_cases(deed.session, [case_ref, other_case]):
            raise Conflict("One of them was joined into another case: link that one.")
        if kind is CaseLinkKind.JOINED and deed.session.scalar(_INTO, {"one": other_case}):
            raise Conflict("Another case was joined into that one: join this one into it instead.")
        link = CaseLink(
            ref=desk.new_ref("L"),
            case_ref=case_ref,
            other_case=other_case,
            kind=kind,
            why=reason,
            asked_at=deed.at,
            asked_by=str(desk.actor),
        )
        deed.add(link)
        _on_record(deed, link)
        deed.note(did="asked to link cases", kind=kind)
    return link.ref


def answer_link(desk: Desk, link_ref: str, *, agree: bool) -> None:
    """Agree to what somebody else asked for, so that the link stands; or not, and it never stands.

    Raises:
        NotFound, Refused: as `ask_to_link`; they asked for it themselves; the joined case may not be closed by them.
        Conflict: it was answered meanwhile, or as `joining.join`.
    """
    with _on_link(desk, Action.AGREE_TO_LINK, link_ref, "asked_by", closes=agree) as (deed, link):
        if link.agreed_at is not None:
            raise _answered()
        if agree and joined_cases(deed.session, [link.case_ref, link.other_case]):
            raise Conflict("One of them was joined into another case meanwhile. Nothing was changed.")
        if agree:
            if link.kind is CaseLinkKind.JOINED:
                joining.join(desk, deed, link, desk.question(deed.session, Action.CLOSE_CASE, link.other_case))
            link.agreed_at, link.agreed_by = deed.at, desk.actor
            _settle(deed, link)
        else:
            link.ended_at, link.ended_by = deed.at, desk.actor
        deed.note(did="agreed to link cases" if agree else "did not agree to link cases", kind=link.kind)


def ask_to_unlink(desk: Desk, link_ref: str, *, why: str) -> None:
    """Ask that a link which stands is taken back, with the reason; one that nobody agreed to yet is withdrawn at once.

    Raises:
        NotFound, Refused: as `ask_to_link`.
        Invalid: no reason.
        Conflict: somebody asked for it already, it was taken back, or both sides know of each other by it.
    """
    reason = words("Why", why, at_most=REASON)
    with _on_link(desk, Action.LINK_CASES, link_ref) as (deed, link):
        if link.end_asked_at is not None:
            raise Conflict("Somebody asked for that already: somebody else answers.")
        bound = {"own": link.other_case, "case": link.case_ref, "at": link.agreed_at}
        if link.kind is CaseLinkKind.JOINED and link.agreed_at and deed.session.scalar(_MADE_KNOWN, bound):
            raise Conflict("Both sides know of each other by it, so it can't be taken back. Nothing was changed.")
        link.end_why = reason
        if link.agreed_at is None:
            link.ended_at, link.ended_by = deed.at, desk.actor
        else:
            link.end_asked_at, link.end_asked_by = deed.at, desk.actor
        deed.note(did="asked to take back a link of cases" if link.agreed_at else "withdrew a link of cases")


def answer_unlink(desk: Desk, link_ref: str, *, agree: bool) -> None:
    """Agree that a link is taken back, as somebody else asked; or not, and it stands on.

    Raises:
        NotFound, Refused: as `ask_to_link`; they asked for it themselves.
        Conflict: it was answered meanwhile.
    """
    with _on_link(desk, Action.AGREE_TO_LINK, link_ref, "end_asked_by") as (deed, link):
        if link.end_asked_at is None:
            raise _answered()
        if agree:
            link.ended_at, link.ended_by = deed.at, desk.actor
            if link.kind is CaseLinkKind.NEW_PARTY:  # who is of another family is let into this one no more
                for waits in deed.session.scalars(_WAITS, {"own": link.case_ref, "case": link.other_case}):
                    waits.ended_at, waits.ended_by = deed.at, desk.actor
            deed.session.flush()
            joining.part(desk, deed, link)
            _settle(deed, link)
        else:
            link.end_why = link.end_asked_at = link.end_asked_by = None
        deed.note(did="took back a link of cases" if agree else "let a link of cases stand", kind=link.kind)


def _on_record(deed: Deed, link: CaseLink) -> None:
    """Say of which cases it is; while a new party is kept apart on theirs alone, since others read the other's."""
    own = next(iter(new_parties(deed.session, [link.case_ref, link.other_case])), None)
    deed.about(link.ref, own or link.case_ref)
    deed.note(**({} if own else {"other_case": link.other_case}))


def _answered() -> Conflict:
    return Conflict("Somebody answered this meanwhile. Look again; nothing was changed.")


def _settle(deed: Deed, link: CaseLink) -> None:
    deed.session.flush()
    kept.refresh_allocation(deed.session, deed.at, [link.case_ref, link.other_case])


@contextmanager
def _on_link(
    desk: Desk, action: Action, link_ref: str, theirs: str | None = None, *, closes: bool = False
) -> Iterator[tuple[Deed, CaseLink]]:
    """A permitted deed on a link that is not over; `theirs` names who may not do it: whoever asked.

    `closes`: of a joining it closes the other case.
    """
    there = on_file(desk, CaseLink, link_ref, "link")
    asked_by = getattr(there, theirs) if theirs else None
    closes = closes and there.kind is CaseLinkKind.JOINED
    with _on_both(desk, action, there.case_ref, there.other_case, about=asked_by, closes=closes) as deed:
        link = deed.session.get(CaseLink, link_ref)
        if link is None:
            raise unknown("link", link_ref)
        if link.ended_at is not None or (theirs and getattr(link, theirs) != asked_by):
            raise _answered()
        _on_record(deed, link)
        yield deed, link


@contextmanager
def _on_both(
    desk: Desk, action: Action, case_ref: str, other_case: str, about: str | None = None, *, closes: bool = False
) -> Iterator[Deed]:
    """A permitted deed on one case, for those whom the policy lets do it on the other too; where it `closes`, close."""
    barred: Decision | None = None
    try:
        with on_case(desk, action, case_ref, about=about) as deed:
            other = desk.question(deed.session, action, other_case, about=about)
            asked = [other, replace(other, action=Action.CLOSE_CASE)] if closes and not is_closed(other) else [other]
            barred = next((found for found in map(decide, asked) if not found.allowed), None)
            if barred is not None:
                raise Refused(barred)
            yield deed
    finally:
        if barred is not None:
            desk.note_event(action, subject=other_case, outcome=barred.decision)
