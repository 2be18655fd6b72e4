"""Agreements: a version published, and signed by the person themselves (C7)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.agreements.commands.typed_names import name_differs
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.people.commands.proofs import require_own_password
from okf.policy.standing import refresh_due_on
from okf.store import facts, kept
from okf.store.marks import signature_mark
from okf.store.models import AgreementVersion, AuditEvent, Person, Signature
from okf.terms import Action, Change, Outcome, SignatureMethod
from okf.terms.agreements import AgreementKind, AnyKind
from okf.validation import words

LONGEST_TEXT: Final = 500_000
_VERSIONS = select(AgreementVersion).order_by(AgreementVersion.effective_on.desc())
_EARLIER = (
    select(AgreementVersion.version, AgreementVersion.effective_on)
    .where(AgreementVersion.kind == bindparam("kind"))
    .order_by(AgreementVersion.effective_on.desc())
)
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


def publish_agreement(
    desk: Desk,
    *,
    kind: AnyKind,
    version: str,
    text: str,
    title: str,
    effective_on: date,
    change: Change,
    resign_by: date | None = None,
) -> None:
    """Publish a version of an agreement: its text never changes again, and all standings follow.

    A material version asks everyone who needs it to sign by the end of
    `resign_by`, by default some days on; a minor one asks nothing.

    Raises:
        Invalid: it would take effect before today or before an earlier version, or its dates don't fit.
        Conflict: there is a version of this name already.
    """
    with desk.permitted(Action.PUBLISH_AGREEMENT) as deed:
        put_in_force(
            deed,
            desk.actor,
            kind=AgreementKind(kind),
            version=version,
            text=text,
            title=title,
            effective_on=effective_on,
            change=change,
            resign_by=resign_by,
        )


def put_in_force(
    deed: Deed,
    by: str | None,
    *,
    kind: AgreementKind,
    version: str,
    text: str,
    title: str,
    effective_on: date,
    change: Change,
    resign_by: date | None,
) -> None:
    """Put a version into a deed that publishes it, and the standings that follow from it.

    Raises:
        Invalid, Conflict: as `publish_agreement`.
    """
    version, title = words("Version", version, at_most=20), words("Title", title, at_most=200)
    text = words("Text", text, at_most=LONGEST_TEXT)
    earlier = deed.session.execute(_EARLIER, {"kind": kind}).all()
    if any(one.version == version for one in earlier):
        raise Conflict(f"There is a version {version} of this agreement already: give the new one another name.")
    _refuse_dates(effective_on, resign_by, change, london_date(deed.at), earlier[0].effective_on if earlier else None)
    sha256 = text_sha256(text)
    deed.add(
        AgreementVersion(
            kind=kind,
            version=version,
            title=title,
            text=text,
            text_sha256=sha256,
            effective_on=effective_on,
            change=change,
            resign_by=resign_by,
            published_at=deed.at,
            published_by=by,
        )
    )
    deed.session.flush()
    if kind.capacity is not None:
        kept.refresh_standings(deed.session, deed.at, kept.who_need(deed.session, kind.capacity))
    deed.about(f"{kind} {version}")
    deed.note(effective_on=effective_on.isoformat(), change=change, resign_by=resign_by, text_sha256=sha256)


def sign_agreement(
    desk: Desk, *, kind: AnyKind, version: str, typed_name: str, shown_sha256: str, password: str
) -> datetime:
    """Sign in one's own session, the password asked again; the instant. Access that waited for it resumes at once.

    Raises:
        Invalid: the name or the password is not theirs.
        Conflict: what was shown is not the newest text in effect, or nothing is due.
        NotFound: nobody is signed in, or there is no such version.
    """
    if desk.session_id is None:
        raise NotFound("Nobody is signed in: an agreement is signed in one's own session.")
    with desk.reading() as session:  # a slip in the name should not cost a try of the password
        _refuse(session, desk, kind, version, typed_name, shown_sha256, desk.now())
    require_own_password(desk, password)
    return record_signature(desk, kind=kind, version=version, typed_name=typed_name, shown_sha256=shown_sha256)


def record_signature(desk: Desk, *, kind: AnyKind, version: str, typed_name: str, shown_sha256: str) -> datetime:
    """Put the signature of whoever is here on record, once they have proved that it is they; the instant.

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


def text_sha256(text: str) -> str:
    """The SHA-256 of an agreement's exact text."""
    return hashlib.sha256(text.encode()).hexdigest()


def _refuse(
    session: Session,
    desk: Desk,
    kind: AnyKind,
    version: str,
    typed_name: str,
    shown_sha256: str,
    at: datetime,
) -> str:
    """Stop a signature that would not stand; the signer's username."""
    if desk.is_host or desk.actor is None:
        raise NotFound("Nobody is signed in: an agreement is signed by the person themselves.")
    person = session.get(Person, desk.actor)
    in_effect = session.scalars(
        _VERSIONS.where(AgreementVersion.kind == kind, AgreementVersion.effective_on <= london_date(at)).limit(1)
    ).one_or_none()
    if person is None or in_effect is None:
        raise NotFound("There is no such agreement in effect.")
    if in_effect.version != version or in_effect.text_sha256 != shown_sha256:
        raise Conflict("The agreement has changed since you opened this page. Read the text as it is now, then sign.")
    published = session.execute(_PUBLISHED, {"subject": f"{kind} {version}"}).scalars().first()
    if {text_sha256(in_effect.text), (published or {}).get("text_sha256", shown_sha256)} != {shown_sha256}:
        raise Conflict("This agreement's text is not the one that was published. Tell a manager; do not sign it.")
    differs = name_differs(typed_name, person.name)
    if differs:
        raise Invalid("Your full name", f"type it as it stands on your account: {person.name}. In yours {differs}.")
    _refuse_again(session, desk.actor, AgreementKind(kind), version, at)
    return desk.actor


def _refuse_again(session: Session, signer: str, kind: AgreementKind, version: str, at: datetime) -> None:
    """Stop a second click: a version is signed again only when the yearly signing is due; an optional one never."""
    last = session.scalar(_LAST, {"signer": signer, "kind": kind, "version": version})
    if last is None:
        return
    if kind.capacity is None or london_date(at) < refresh_due_on(last, facts.policy_settings(session, at)):
        raise Conflict("You have signed this version already: nothing more is asked of you now.")


def _refuse_dates(effective_on: date, resign_by: date | None, change: Change, today: date, last: date | None) -> None:
    if effective_on < today:
        raise Invalid("Takes effect on", "choose today or later: a new version never changes what was right before it.")
    if last is not None and effective_on <= last:
        raise Invalid("Takes effect on", f"choose a date after the last version's, {last.isoformat()}.")
    if resign_by is not None and change is Change.MINOR:
        raise Invalid("Sign by", "leave this empty: a minor version asks nobody to sign.")
    if resign_by is not None and resign_by < effective_on:
        raise Invalid("Sign by", "choose the day on which it takes effect, or later.")
