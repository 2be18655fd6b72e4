"""Agreements: a version published, and signed by the person themselves (C7)."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.clock import london_date
from okf.commands.checked import words
from okf.commands.proofs import require_own_password
from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.policy.standing import refresh_due_on
from okf.store import facts, kept
from okf.store.marks import signature_mark
from okf.store.models import AgreementVersion, Person, Signature
from okf.terms import Action, Capacity, Change, SignatureMethod

_LONGEST_TEXT: Final = 500_000
_VERSIONS = select(AgreementVersion).order_by(AgreementVersion.effective_on.desc())
# What a phone's keyboard types for the same name.
_KEYS = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "‐": "-", "‑": "-", "–": "-"})


def publish_agreement(
    desk: Desk,
    *,
    kind: Capacity,
    version: str,
    text: str,
    title: str,
    effective_on: date,
    change: Change,
    resign_by: date | None = None,
) -> None:
    """Publish a version of the agreement of one capacity: its text never changes again, and all standings follow.

    A material version asks everyone who needs it to sign by the end of
    `resign_by`, by default some days on; a minor one asks nothing.

    Raises:
        Invalid: it would take effect before today or before an earlier version, or its dates don't fit.
        Conflict: there is a version of this name already.
    """
    version, title = words("Version", version, at_most=20), words("Title", title, at_most=200)
    text = words("Text", text, at_most=_LONGEST_TEXT)
    with desk.permitted(Action.PUBLISH_AGREEMENT) as deed:
        earlier = deed.session.scalars(_VERSIONS.where(AgreementVersion.kind == kind)).all()
        if any(one.version == version for one in earlier):
            raise Conflict(f"There is a version {version} of this agreement already: give the new one another name.")
        _refuse_dates(
            effective_on, resign_by, change, london_date(deed.at), earlier[0].effective_on if earlier else None
        )
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
                published_by=desk.actor,
            )
        )
        deed.session.flush()
        kept.refresh_standings(deed.session, deed.at)
        deed.about(f"{kind} {version}")
        deed.note(effective_on=effective_on.isoformat(), change=change, resign_by=resign_by, text_sha256=sha256)


def sign_agreement(
    desk: Desk, *, kind: Capacity, version: str, typed_name: str, shown_sha256: str, password: str
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


def record_signature(desk: Desk, *, kind: Capacity, version: str, typed_name: str, shown_sha256: str) -> datetime:
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
            kind=kind,
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
    session: Session, desk: Desk, kind: Capacity, version: str, typed_name: str, shown_sha256: str, at: datetime
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
    if text_sha256(in_effect.text) != in_effect.text_sha256:
        raise Conflict("This agreement's text is not the one that was published. Tell a manager; do not sign it.")
    if _as_read(typed_name) != _as_read(person.name):
        raise Invalid("Your full name", f"type it as it stands on your account: {person.name}.")
    _refuse_again(session, desk.actor, kind, version, at)
    return desk.actor


def _refuse_again(session: Session, signer: str, kind: Capacity, version: str, at: datetime) -> None:
    """Stop a second click: a version is signed again only when the yearly signing is due."""
    signed = facts.person(session, signer).signatures
    last = max((s.signed_at for s in signed if s.kind == kind and s.version == version), default=None)
    if last is not None and london_date(at) < refresh_due_on(last, facts.policy_settings(session, at)):
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


def _as_read(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).translate(_KEYS).casefold().split())
