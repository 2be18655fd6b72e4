"""Access receipts: prepare the letter that tells a service user who opened their case, approve it, hand it over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.match.names import Likeness, likeness
from okf.match.normal import words_of
from okf.policy.share_deciders import SAFETY_ROUTES
from okf.store import facts
from okf.store.former import names
from okf.store.models import AccessGrant, AccessReceipt, AuditEvent, InformationShare, ServiceUser
from okf.terms import Action, Outcome, ShareStatus

# What OKF did for safety is told only where the decision on record says that the person was told.
TOLD = "informed"


def prepare_receipt(desk: Desk, case_ref: str, *, service_user: str) -> str:
    """Prepare one service user's letter about one case, from the audit record and the shares; its reference.

    They are found among the people of the case by their name or reference,
    and no name is told that was not typed.
    It holds who opened the case by a grant that covers this person's own
    part or what is joint, and what left OKF of theirs. Left out without trace
    are openings that rest on no grant (a concern, an emergency, custody),
    whoever saw only another source's part, and what was shared for safety
    where informing them was decided against or is still to come (C2, C9).

    Raises:
        Refused: their role does not include it.
        Invalid: nobody of the case is meant, or several of them.
    """
    with desk.permitted(Action.PREPARE_RECEIPT, case_ref) as deed:
        service_user = _meant(deed, service_user.strip())
        theirs = {f"sole:{service_user}", f"child:{service_user}", "joint"}
        body = {
            "case": case_ref,
            "service_user": service_user,
            "as_at": deed.at.isoformat(),
            "opened": _openings(deed.session, case_ref, theirs),
            "shared": _shares(deed.session, case_ref, service_user),
        }
        receipt = AccessReceipt(
            ref=desk.new_ref("R"),
            case_ref=case_ref,
            service_user=service_user,
            body=body,
            body_sha256=_hash(body),
            prepared_by=desk.actor,
            prepared_at=deed.at,
        )
        deed.add(receipt)
        deed.about(receipt.ref)
        deed.note(sha256=receipt.body_sha256)
    return receipt.ref


def _meant(deed: Deed, typed: str) -> str:
    case = deed.question.case
    family = (*case.parties, *case.children) if case else ()
    if typed in family:
        return typed
    rows = deed.session.execute(select(ServiceUser.ref, ServiceUser.name).where(ServiceUser.ref.in_(family)))
    alike = {row.ref: likeness(words_of(row.name), words_of(typed)) for row in rows if row.name and typed}
    found = [ref for ref, one in alike.items() if one >= Likeness.SPELT and one == max(alike.values())]
    if len(found) > 1:
        raise Invalid("Service user", "more than one of this case is called so: write their reference.")
    if not found:
        raise Invalid("Service user", "nobody of this case is called so: write their whole name.")
    return found[0]


def approve_receipt(desk: Desk, ref: str) -> None:
    """Approve a letter for release, as the data protection lead, and never one's own.

    Raises:
        Refused: their role does not include it, or they prepared it.
        NotFound: there is no such letter.
        Conflict: it is approved already, or is not what was prepared.
    """
    with desk.reading() as session:
        prepared = _find(session, ref)
    with desk.permitted(Action.APPROVE_RECEIPT, prepared.case_ref, about=prepared.prepared_by) as deed:
        receipt = _find(deed.session, ref)
        if receipt.approved_at is not None:
            raise Conflict("This letter is approved already.")
        if _hash(receipt.body) != receipt.body_sha256:
            raise Conflict("This letter is not what was prepared. Prepare it again, and tell the administrator.")
        receipt.approved_by, receipt.approved_at = desk.actor, deed.at
        deed.about(ref)
        deed.note(sha256=receipt.body_sha256)


def release_receipt(desk: Desk, ref: str) -> Mapping[str, Any]:
    """The content of an approved letter, to be handed over; its release goes on the record.

    Raises:
        Refused: their role does not include it.
        NotFound: there is no such letter.
        Conflict: it is not approved yet.
    """
    with desk.reading() as session:
        case_ref = _find(session, ref).case_ref
    with desk.permitted(Action.PREPARE_RECEIPT, case_ref) as deed:
        receipt = _find(deed.session, ref)
        if receipt.approved_at is None:
            raise Conflict("This letter waits for the data protection lead's approval.")
        deed.about(ref)
        deed.note(released=receipt.body_sha256)
        return {**receipt.body, "ref": receipt.ref, "sha256": receipt.body_sha256, "approved_by": receipt.approved_by}


def _find(session: Session, ref: str) -> AccessReceipt:
    found = session.get(AccessReceipt, ref)
    if found is None:
        raise NotFound(f"There is no letter {ref!r} that you may open.")
    return found


def _hash(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _openings(session: Session, case_ref: str, theirs: set[str]) -> list[dict[str, Any]]:
    """A line for each person and grant: who, in which capacity, why, until when, first and last opened, how often."""
    events = session.execute(
        select(AuditEvent.at, AuditEvent.facts)
        .where(
            AuditEvent.case_ref == case_ref,
            AuditEvent.action == Action.OPEN_CASE,
            AuditEvent.outcome.in_([Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS]),
        )
        .order_by(AuditEvent.seq)
    ).all()
    grants = {grant.id: grant for grant in session.scalars(select(AccessGrant).where(AccessGrant.case_ref == case_ref))}
    called = names(session, {grant.person for grant in grants.values()})
    lines: dict[str, dict[str, Any]] = {}
    for event in events:
        for name in event.facts.get("grants", ()):
            grant = grants.get(name)
            if grant is None or not theirs.intersection(grant.compartments):
                continue
            ends = [end for end in (grant.until, grant.ended_at) if end is not None]
            line = lines.setdefault(
                name,
                {
                    "who": called[grant.person].in_words(event.at),
                    "capacity": grant.capacity.value,
                    "why": grant.purpose or "their work on your case",
                    "from": grant.from_.isoformat(),
                    "until": min(ends).isoformat() if ends else None,
                    "first": event.at.isoformat(),
                    "times": 0,
                },
            )
            line["last"] = event.at.isoformat()
            line["times"] += 1
    return list(lines.values())


def _shares(session: Session, case_ref: str, service_user: str) -> list[dict[str, Any]]:
    """A line for each share of what this person, or all together, told us."""
    shares = session.scalars(
        select(InformationShare)
        .where(InformationShare.case_ref == case_ref, InformationShare.status == ShareStatus.SENT)
        .order_by(InformationShare.sent_at)
    ).all()
    told = _sources(session, [record for share in shares for record in share.records])
    lines = []
    for share in shares:
        theirs = [record for record in share.records if record in told]
        from_them = bool(theirs or not share.records) and {told[one] for one in theirs} <= {service_user, "joint"}
        untold = share.route in SAFETY_ROUTES and share.particulars.get("inform", {}).get(service_user) != TOLD
        if not from_them or untold or share.sent_at is None:
            continue
        lines.append(
            {
                "when": share.sent_at.isoformat(),
                "to": str(share.recipient.get("type", "")),
                "what": len(theirs),
                "purpose": share.purpose,
                "authority": share.route,
                "clauses": list(share.clauses),
            }
        )
    return lines


def _sources(session: Session, records: Iterable[str]) -> dict[str, str]:
    """Who told each of these records; those that lay in the wrong place were nobody's of this case."""
    found = facts.records(session, records)
    return {ref: one.source for ref, one in found.items() if one.away is None}
