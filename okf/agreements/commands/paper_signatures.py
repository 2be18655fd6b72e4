"""Paper signatures: the scan filed by one person, verified or rejected by another, who is not the signer (C7)."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select

from okf.clock import is_past, london_date, start_of
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
_PEOPLE = select(PaperSignature.person, PaperSignature.filed_by).where(PaperSignature.ref == bindparam("ref"))


def file_paper_signature(desk: Desk, *, person: str, kind: AnyKind, version: str, signed_on: date, scan: Upload) -> str:
    """File the scan of an agreement that somebody signed on paper; its reference. It counts once it is verified.

    Raises:
        Invalid: the file is not a PDF, JPEG or PNG, is too large, or the day does not fit the version.
        NotFound: there is no such person here, or no such version in effect.
        Conflict: a scan of the same signature waits already.
    """
    kind, file = AgreementKind(kind), checked_file(scan, megabytes=MOST_MEGABYTES)
    if file.kind not in MEDIA_TYPES:
        raise Invalid(FIELD, "a scan is a PDF, a JPEG or a PNG.")
    with desk.permitted(Action.FILE_PAPER_SIGNATURE) as deed:
        signer = deed.session.get(Person, person)
        if signer is None or is_past(signer.left_at, deed.at):
            raise NotFound("There is nobody here of this name with an active account.")
        published = deed.session.get(AgreementVersion, (kind, version))
        if published is None or published.effective_on > london_date(deed.at):
            raise NotFound("There is no such version of this agreement in effect.")
        first = published.effective_on
        if published.published_at is not None:
            first = min(first, london_date(published.published_at))
        if past_day("Signed on", signed_on, deed.at) < first:
            raise Invalid("Signed on", "this version was not published yet on that day: look at the paper again.")
        if deed.session.scalars(_WAITING, {"person": person, "kind": kind, "version": version}).first():
            raise Conflict("A scan of this signature waits for its verification already.")
        ref = desk.new_ref("PS")
        digest = hashlib.sha256(file.content).hexdigest()
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
        Conflict: it was verified or rejected already.
    """
    signer, filed_by = _people(desk, ref)
    with desk.permitted(Action.VERIFY_PAPER_SIGNATURE, grantee=signer, about=filed_by) as deed:
        paper = _undecided(deed, ref)
        version = deed.session.get_one(AgreementVersion, (paper.kind, paper.version))
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
