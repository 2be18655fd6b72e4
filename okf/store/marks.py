"""Marks: what the audit record keeps of the rows that open a case, so that one inserted, changed or removed is found.

A mark is the row's own key and a hash of what must not change in it. Whoever
puts such rows in, by a command or in bulk, puts their marks on the record in
the same transaction; `assure` compares the two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.store import audit
from okf.store.models import AccessGrant, AuditEvent, EmergencyAccess, ExpressAgreement, Signature
from okf.terms import Action, Outcome

BATCH: Final = 500
Mark = list[str]

_GRANTS = select(AccessGrant).where(AccessGrant.id.in_(bindparam("keys", expanding=True))).order_by(AccessGrant.id)
_SIGNATURES = (
    select(Signature)
    .where(Signature.person.in_(bindparam("keys", expanding=True)))
    .order_by(Signature.person, Signature.kind, Signature.version, Signature.signed_at)
)
_AGREEMENTS = (
    select(ExpressAgreement)
    .where(ExpressAgreement.id.in_(bindparam("keys", expanding=True)))
    .order_by(ExpressAgreement.id)
)
_EMERGENCIES = (
    select(EmergencyAccess)
    .where(EmergencyAccess.id.in_(bindparam("keys", expanding=True)))
    .order_by(EmergencyAccess.id)
)


def grant_mark(grant: Any) -> Mark:
    """A grant's id, and a hash of whom it lets into what, from when until when, and who gave it."""
    kept = (
        grant.id,
        grant.person,
        grant.case_ref,
        str(grant.capacity),
        list(grant.compartments),
        list(grant.record_classes or ()),
        list(grant.actions or ()),
        _when(grant.from_),
        _when(grant.until),
        grant.granted_by,
        _when(grant.granted_at),
        *(("with address",) if grant.with_address else ()),
    )
    return [grant.id, _hash(kept)]


def signature_mark(signature: Any) -> Mark:
    """Who signed which version when, and a hash of how and over which text."""
    key = signature_key(signature.person, signature.kind, signature.version, signature.signed_at)
    return [*key, _hash((*key, str(signature.method), signature.typed_name, signature.text_sha256))]


def signature_key(person: str, kind: str, version: str, signed_at: datetime) -> tuple[str, str, str, str]:
    """What tells one signature from every other."""
    return person, str(kind), version, signed_at.astimezone(UTC).isoformat()


def emergency_mark(emergency: Any) -> Mark:
    """An emergency access's id, and a hash of whose it is, on which case, and when it was opened."""
    return [emergency.id, _hash((emergency.id, emergency.person, emergency.case_ref, _when(emergency.opened_at)))]


def agreement_mark(agreement: Any) -> Mark:
    """An express agreement's id, and a hash of whose it is, to what, to what kind of recipient, from when until when.

    The words in it are not: under the case's key nobody can change them unseen.
    """
    recipient = {key: str(value) for key, value in sorted(agreement.recipient.items())}
    kept = (
        agreement.id,
        agreement.source,
        list(agreement.records),
        recipient,
        agreement.channel,
        _when(agreement.given_at),
        agreement.expires_on.isoformat() if agreement.expires_on else None,
        bool(agreement.one_use),
    )
    return [agreement.id, _hash(kept)]


def custody_mark(custody: Any) -> Mark:
    """A custody access's id, and a hash of whose it is, to which case, from when until when."""
    kept = (custody.id, custody.person, custody.case_ref, _when(custody.opened_at), _when(custody.until))
    return [custody.id, _hash(kept)]


def put_on_record(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: Action,
    grants: Collection[str] = (),
    signatures: Collection[tuple[str, str, str]] = (),
    emergencies: Collection[str] = (),
    express_agreements: Collection[str] = (),
) -> None:
    """Put the marks of rows that came in bulk on the audit record, some hundreds an event.

    `signatures` are named by person, kind and version. The session must be a
    writing one.
    """
    wanted = {(person, str(kind), version) for person, kind, version in signatures}
    for name, statement, keys, mark in (
        ("grants", _GRANTS, grants, grant_mark),
        ("signatures", _SIGNATURES, {person for person, _, _ in wanted}, signature_mark),
        ("emergencies", _EMERGENCIES, emergencies, emergency_mark),
        ("express_agreements", _AGREEMENTS, express_agreements, agreement_mark),
    ):
        for batch in _batches(sorted(keys)):
            marks = [mark(row) for row in session.scalars(statement, {"keys": batch})]
            if name == "signatures":
                marks = [one for one in marks if (one[0], one[1], one[2]) in wanted]
            if marks:
                told = {"did": f"{name.replace('_', ' ')} brought in", name: marks}
                audit.append(session, at=at, actor=actor, action=action, outcome=Outcome.ALLOW, facts=told)


def put_unmarked_agreements_on_record(session: Session, at: datetime) -> None:
    """Put on record the express agreements that no event bears a mark of: files brought them before there were any.

    From then on they are bound as every other; what they were before nothing could tell. As `put_on_record`.
    """
    bearing = select(AuditEvent.facts).where(
        AuditEvent.action.in_((Action.AGREE_TO_SHARE, Action.LOAD_CASELOAD, Action.IMPORT_CASELOAD))
    )
    marked = {mark[0] for told in session.scalars(bearing) for mark in told.get("express_agreements") or ()}
    unmarked = set(session.scalars(select(ExpressAgreement.id))) - marked
    put_on_record(session, at=at, actor="host", action=Action.IMPORT_CASELOAD, express_agreements=unmarked)


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _hash(kept: Iterable[Any]) -> str:
    return hashlib.sha256(json.dumps(list(kept), separators=(",", ":")).encode()).hexdigest()[:32]


def _when(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat() if instant else None
