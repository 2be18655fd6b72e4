"""Paper signatures: the scan filed by one person, verified or rejected by another, who is not the signer (C7)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.clock import london_date, start_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.file_check import FIELD, Upload, checked_file
from okf.store import kept
from okf.store.marks import signature_mark
from okf.store.models import AgreementVersion, PaperSignature, Person, Signature
from okf.store.sealing import seal_bytes
from okf.terms import Action, SignatureMethod
from okf.terms.agreements import AgreementKind, AnyKind
from okf.validation import past_day, words

MOST_MEGABYTES: Final = 10  # our default
MEDIA_TYPES: Final = {"pdf": "application/pdf", "jpg": "image/jpeg", "png": "image/png"}
_WAITING = select(PaperSignature.ref).where(
    PaperSignature.person == bindparam("person"),
    PaperSignature.kind == bindparam("kind"),
    PaperSignature.version == bindparam("version"),
    PaperSignature.decided_at.is_(None),
)
_SAME_SCAN = (
    select(PaperSignature.ref)
    .where(
        PaperSignature.person == bindparam("person"),
        PaperSignature.scan_sha256 == bindparam("scan_sha256"),
        PaperSignature.rejected_because.is_(None),
    )
    .limit(1)
)
_SAME_DAY = (
    select(Signature.id)
    .where(
        Signature.person == bindparam("person"),
        Signature.kind == bindparam("kind"),
        Signature.version == bindparam("version"),
        Signature.signed_at == bindparam("signed_at", type_=Signature.signed_at.type),
    )
    .limit(1)
)
_SUCCESSOR = (
    select(AgreementVersion.version)
    .where(
        AgreementVersion.kind == bindparam("kind"),
        AgreementVersion.effective_on > bindparam("first"),
        AgreementVersion.effective_on <= bindparam("on"),
    )
    .order_by(AgreementVersion.effective_on.desc())
    .limit(1)
)
_PEOPLE = select(PaperSignature.person, PaperSignature.filed_by).where(PaperSignature.ref == bindparam("ref"))


def file_paper_signature(desk: Desk, *, person: str, kind: AnyKind, version: str, signed_on: date, scan: Upload) -> str:
    """File the scan of an agreement that somebody signed on paper; its reference. It counts once it is verified.

    Somebody who has left may have signed before: theirs is filed like any other.

    Raises:
        Invalid: the file is not a PDF, JPEG or PNG, is too large, or the day does not fit the version: it was not
            published yet, or another was in effect in its place.
        NotFound: there is no such person, or no such version in effect.
        Conflict: a scan of the same signature waits or counts already.
    """
    kind, file = AgreementKind(kind), checked_file(scan, megabytes=MOST_MEGABYTES)
    if file.kind not in MEDIA_TYPES:
        raise Invalid(FIELD, "a scan is a PDF, a JPEG or a PNG.")
    with desk.permitted(Action.FILE_PAPER_SIGNATURE) as deed:
        signer = deed.session.get(Person, person)
        if signer is None:
            raise NotFound("There is nobody of this name on file.")
        published = deed.session.get(AgreementVersion, (kind, version))
        if published is None or published.effective_on > london_date(deed.at):
            raise NotFound("There is no such version of this agreement in effect.")
        first = published.effective_on
        if published.published_at is not None:
            first = min(first, london_date(published.published_at))
        if past_day("Signed on", signed_on, deed.at) < first:
            raise Invalid("Signed on", "this version was not published yet on that day: look at the paper again.")
        if newer := _successor(deed.session, published, signed_on):
            raise Invalid(
                "Signed on", f"version {newer} was in effect on that day: look again which version the paper is of."
            )
        digest = hashlib.sha256(file.content).hexdigest()
        same = {"person": person, "kind": kind, "version": version}
        if deed.session.scalars(_WAITING, same).first():
            raise Conflict("A scan of this signature waits for its verification already.")
        counts = deed.session.scalars(_SAME_DAY, same | {"signed_at": start_of(signed_on)}).first()
        if counts or deed.session.scalars(_SAME_SCAN, same | {"scan_sha256": digest}).first():
            raise Conflict("This paper is on file already: it needs no second filing.")
        ref = desk.new_ref("PS")
        deed.add(
            PaperSignature(
                ref=ref,
                person=person,
                kind=kind,
                version=version,
                signed_on=signed_on,
                scan=seal_bytes(deed.session, PaperSignature.scan, ref, f"person:{person}", file.content),
                scan_sha256=digest,
                media_type=MEDIA_TYPES[file.kind],
                filed_by=str(desk.actor),
                filed_at=deed.at,
            )
        )
        deed.about(ref)
        deed.note(did="filed", person=person, agreement=f"{kind} {version}", scan_sha256=digest)
    return ref


def verify_paper_signature(desk: Desk, ref: str) -> datetime:
    """Say that a scan shows what it was filed as; the instant. The signature counts from now, and access with it.

    Raises:
        Refused: whoever is here signed it, filed it, or has no role for it.
        NotFound: there is no such scan.
        Conflict: it was verified or rejected already, or another version was in effect on its day.
    """
    signer, filed_by = _people(desk, ref)
    with desk.permitted(Action.VERIFY_PAPER_SIGNATURE, grantee=signer, about=filed_by) as deed:
        paper = _undecided(deed, ref)
        version = deed.session.get_one(AgreementVersion, (paper.kind, paper.version))
        if newer := _successor(deed.session, version, paper.signed_on):
            raise Conflict(f"Version {newer} was in effect on the day of this paper: reject it, and say so.")
        signature = Signature(
            person=paper.person,
            kind=paper.kind,
            version=paper.version,
            signed_at=start_of(paper.signed_on),
            method=SignatureMethod.ON_PAPER,
            text_sha256=version.text_sha256,
            verified_by=desk.actor,
            verified_at=deed.at,
        )
        deed.add(signature)
        deed.session.flush()
        paper.decided_by, paper.decided_at, paper.signature_id = desk.actor, deed.at, signature.id
        deed.session.flush()
        kept.refresh_standings(deed.session, deed.at, [signer])
        deed.about(ref)
        deed.note(
            did="verified",
            person=signer,
            agreement=f"{paper.kind} {paper.version}",
            scan_sha256=paper.scan_sha256,
            method=SignatureMethod.ON_PAPER,
            signatures=[signature_mark(signature)],
        )
    return deed.at


def reject_paper_signature(desk: Desk, ref: str, *, reason: str) -> None:
    """Say that a scan does not show what it was filed as, and why; it never counts. A better one may be filed.

    Raises:
        Refused, NotFound, Conflict: as `verify_paper_signature`.
        Invalid: no reason is given.
    """
    why = words("Reason", reason, at_most=500)
    signer, filed_by = _people(desk, ref)
    with desk.permitted(Action.VERIFY_PAPER_SIGNATURE, grantee=signer, about=filed_by) as deed:
        paper = _undecided(deed, ref)
        paper.decided_by, paper.decided_at, paper.rejected_because = desk.actor, deed.at, why
        deed.about(ref)
        deed.note(did="rejected", person=signer, agreement=f"{paper.kind} {paper.version}")


def _successor(session: Session, version: AgreementVersion, on: date) -> str | None:
    """The version that was in effect on a day in place of this one, whose paper would renew the year with old words."""
    return session.scalar(_SUCCESSOR, {"kind": version.kind, "first": version.effective_on, "on": on})


def _people(desk: Desk, ref: str) -> tuple[str, str]:
    with desk.reading() as session:
        row = session.execute(_PEOPLE, {"ref": ref}).one_or_none()
    if row is None:
        raise NotFound("There is no such scan that you may decide on.")
    return row.person, row.filed_by


def _undecided(deed: Deed, ref: str) -> PaperSignature:
    paper = deed.session.get_one(PaperSignature, ref)
    if paper.decided_at is not None:
        raise Conflict("This scan was verified or rejected already.")
    return paper
