"""Signatures: made by the person themselves in their own session, and certified (C7)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.agreements.queries.certificates import said_of
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.match.fold import folded
from okf.people.commands.proofs import require_own_password
from okf.policy.standing import may_sign_early, refresh_from
from okf.store import facts, kept
from okf.store.marks import signature_mark
from okf.store.models import AgreementVersion, AuditEvent, Person, Signature, SignatureCertificate
from okf.terms import Action, Outcome, SignatureMethod
from okf.terms.agreements import AgreementKind, AnyKind

_VERSIONS = select(AgreementVersion).order_by(AgreementVersion.effective_on.desc())
_PUBLISHED = select(AuditEvent.facts).where(
    AuditEvent.action == Action.PUBLISH_AGREEMENT,
    AuditEvent.outcome == Outcome.ALLOW,
    AuditEvent.subject == bindparam("subject"),
)
_LAST = select(func.max(Signature.signed_at)).where(
    Signature.person == bindparam("signer"),
    Signature.kind == bindparam("kind"),
    Signature.version == bindparam("version"),
    or_(Signature.method != SignatureMethod.ON_PAPER, Signature.verified_at.is_not(None)),
)
_OWNER = select(Signature.person).where(Signature.id == bindparam("id"))


def sign_agreement(
    desk: Desk, *, kind: AnyKind, version: str, typed_name: str, shown_sha256: str, password: str
) -> datetime:
    """Sign in one's own session, the password asked again; the instant. Access that waited for it resumes at once.

    Raises:
        Invalid: the name or the password is not theirs.
        Conflict: what was shown is neither the newest text in effect nor one to come, or nothing can be signed now.
        NotFound: nobody is signed in, or there is no such version.
    """
    if desk.session_id is None:
        raise NotFound("Nobody is signed in: an agreement is signed in one's own session.")
    with desk.reading() as session:  # a slip in the name should not cost a try of the password
        _refuse(session, desk, kind, version, typed_name, shown_sha256, desk.now())
    require_own_password(desk, password)
    return record_signature(desk, kind=kind, version=version, typed_name=typed_name, shown_sha256=shown_sha256)


def record_signature(desk: Desk, *, kind: AnyKind, version: str, typed_name: str, shown_sha256: str) -> datetime:
    """Put the signature of whoever is signed in on record, their identity proved before; the instant.

    `shown_sha256` is the hash of the text that was shown to them, so that
    what they signed is what they saw.

    Raises:
        Invalid, Conflict, NotFound: as `sign_agreement`.
    """
    with desk.permitted(Action.SIGN_AGREEMENT) as deed:
        signer = _refuse(deed.session, desk, kind, version, typed_name, shown_sha256, deed.at)
        signature = Signature(
            person=signer,
            kind=AgreementKind(kind),
            version=version,
            signed_at=deed.at,
            method=SignatureMethod.IN_SESSION,
            typed_name=" ".join(typed_name.split()),
            text_sha256=shown_sha256,
            session_id=desk.session_id,
        )
        deed.add(signature)
        deed.session.flush()
        kept.refresh_standings(deed.session, deed.at, [signer])
        deed.about(f"{kind} {version}")
        deed.note(method=SignatureMethod.IN_SESSION, text_sha256=shown_sha256, signatures=[signature_mark(signature)])
    return deed.at


def name_differs(typed: str, name: str) -> str | None:
    """How a typed name differs from the account's, as the end of a sentence; None if it is the same name.

    What `okf.match.fold` makes equal is nobody's difference.
    """
    has, wanted = _words(typed), _words(name)
    if list(has) == list(wanted):
        return None
    missing, extra = Counter(list(wanted)) - Counter(list(has)), Counter(list(has)) - Counter(list(wanted))
    said = [f"{_listed(wanted, missing)} is missing"] if missing else []
    said += [f"{_listed(has, extra)} is not in it"] if extra else []
    return "; ".join(said) or "the names stand in another order"


def issue_certificate(desk: Desk, signature_id: int, make: Callable[[dict[str, Any]], bytes]) -> bytes:
    """Issue a certificate of a signature; `make` turns its content into the sealed file, and the hash of that is kept.

    Raises:
        Refused: it is somebody else's signature, and they may not see who signed what.
        NotFound: there is no such signature.
    """
    with desk.reading() as session:
        owner = session.scalar(_OWNER, {"id": signature_id})
    action = Action.LIST_OWN_AGREEMENTS if owner == desk.actor else Action.LIST_AGREEMENTS
    with desk.permitted(action) as deed:
        if owner is None:
            raise NotFound("There is no such signature.")
        says = said_of(deed.session, signature_id)
        made = make({**says, "issued_at": deed.at.isoformat()})
        sha256 = hashlib.sha256(made).hexdigest()
        deed.add(
            SignatureCertificate(
                sha256=sha256, signature=signature_id, issued_at=deed.at, issued_by=str(desk.actor), says=says
            )
        )
        deed.about(owner)
        deed.note(did="certificate of a signature issued", sha256=sha256)
    return made


def text_sha256(text: str) -> str:
    """The SHA-256 of an agreement's exact text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse(
    session: Session, desk: Desk, kind: AnyKind, version: str, typed_name: str, shown_sha256: str, at: datetime
) -> str:
    """Refuse a signature that would not be valid; the signer's username."""
    if desk.is_host or desk.actor is None:
        raise NotFound("Nobody is signed in: an agreement is signed by the person themselves.")
    person = session.get(Person, desk.actor)
    today = london_date(at)
    in_effect = session.scalars(
        _VERSIONS.where(AgreementVersion.kind == kind, AgreementVersion.effective_on <= today).limit(1)
    ).one_or_none()
    if person is None or in_effect is None:
        raise NotFound("There is no such agreement in effect.")
    shown = in_effect
    coming = session.get(AgreementVersion, (AgreementKind(kind), version))
    if coming is not None and coming.effective_on > today:
        _refuse_too_early(session, coming, desk.actor, at)
        shown = coming
    if shown.version != version or shown.text_sha256 != shown_sha256:
        raise Conflict("The agreement has changed since you opened this page. Read the text as it is now, then sign.")
    published = session.execute(_PUBLISHED, {"subject": f"{kind} {version}"}).scalars().first()
    if {text_sha256(shown.text), (published or {}).get("text_sha256", shown_sha256)} != {shown_sha256}:
        raise Conflict("This agreement's text is not the one that was published. Tell a manager; do not sign it.")
    differs = name_differs(typed_name, person.name)
    if differs:
        raise Invalid("Your full name", f"type it as it stands on your account: {person.name}. In yours {differs}.")
    _refuse_again(session, desk.actor, AgreementKind(kind), version, at)
    return desk.actor


def _refuse_too_early(session: Session, coming: AgreementVersion, signer: str, at: datetime) -> None:
    kind = coming.kind.capacity
    if kind is None:
        raise Conflict("This text is not in effect yet: sign it from its first day.")
    [person] = facts.people(session, [signer]).values()
    versions, settings = facts.agreements(session).get(kind, ()), facts.policy_settings(session, at)
    early = may_sign_early(kind, person.signatures, versions, settings, at)
    if early is None or early.version != coming.version:
        raise Conflict("This version is not to be signed now: open the page again, and sign what it shows first.")


def _refuse_again(session: Session, signer: str, kind: AgreementKind, version: str, at: datetime) -> None:
    """Refuse a second signature long before the yearly one is due; an optional agreement is signed once."""
    last = session.scalar(_LAST, {"signer": signer, "kind": kind, "version": version})
    if last is None:
        return
    if kind.capacity is None or london_date(at) < refresh_from(last, facts.policy_settings(session, at)):
        raise Conflict("You have signed this version already: nothing more is asked of you now.")


def _words(name: str) -> dict[str, str]:
    """Each word as written, by the form that is compared; a repeated word gets a key of its own."""
    words: dict[str, str] = {}
    for written in name.split():
        for key in folded(written).split():
            while key in words:
                key += " "
            words[key] = written
    return words or {signs: signs for signs in [name.strip()] if signs}


def _listed(words: dict[str, str], keys: Counter[str]) -> str:
    return f"“{' '.join(dict.fromkeys(words[key] for key in words if key in keys))}”"
