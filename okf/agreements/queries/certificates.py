"""What a certificate says of a signature, and whether one that is shown is whole and still true."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.agreements import seal
from okf.desk import Desk
from okf.policy.words import moment
from okf.settings import settings
from okf.store.former import names
from okf.store.models import AgreementVersion, AuditEvent, Signature, SignatureCertificate
from okf.terms import Action

LARGEST: Final = 5 * 1024 * 1024
_SIGNED: Any = (
    select(Signature, AgreementVersion.title, AgreementVersion.text)
    .join(AgreementVersion, (AgreementVersion.kind == Signature.kind) & (AgreementVersion.version == Signature.version))
    .where(Signature.id == bindparam("id"))
)
_LINK: Any = (
    select(AuditEvent.seq, AuditEvent.hash)
    .where(AuditEvent.at <= bindparam("at", type_=AuditEvent.at.type))
    .order_by(AuditEvent.seq.desc())
    .limit(1)
)
_AT_SEQ = select(AuditEvent.hash).where(AuditEvent.seq == bindparam("seq"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a certificate is whole, issued here and still true; the sentences say why or why not."""

    good: bool
    sentences: tuple[str, ...]
    says: dict[str, Any] | None

    def in_words(self) -> list[str]:
        """The answer, what was found, and what the certificate says."""
        answer = "This certificate is good." if self.good else "DON'T RELY ON THIS FILE."
        return [answer, *(f"- {one}" for one in self.sentences), *(in_lines(self.says) if self.says else ())]


def said_of(session: Session, signature_id: int) -> dict[str, Any]:
    """What a certificate says of a signature, as plain values; with the name of then, the rest as the rows are now."""
    signature, title, text = session.execute(_SIGNED, {"id": signature_id}).one()
    counts_from = signature.verified_at or signature.signed_at
    link = session.execute(_LINK, {"at": counts_from}).one_or_none()
    name = names(session, [signature.person])[signature.person]
    then = name.at(signature.signed_at)
    return {
        "signature": signature.id,
        "name": then,
        "now_called": name.now if name.now != then else None,
        "username": signature.person,
        "kind": str(signature.kind.value),
        "version": signature.version,
        "title": title,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "signed_text_sha256": signature.text_sha256,
        "typed_name": signature.typed_name,
        "signed_at": signature.signed_at.isoformat(),
        "method": str(signature.method.value),
        "session": hashlib.sha256(signature.session_id.encode()).hexdigest()[:16] if signature.session_id else None,
        "verified_by": signature.verified_by,
        "verified_at": signature.verified_at.isoformat() if signature.verified_at else None,
        "audit_seq": link.seq if link else None,
        "audit_hash": link.hash if link else None,
    }


def in_lines(says: dict[str, Any]) -> list[str]:
    """What a certificate says, a line each."""
    seq = says["audit_seq"]
    now = f", now called {says['now_called']}" if says.get("now_called") else ""
    lines = [
        f"Who: {says['name']} ({says['username']}){now}",
        f"As: {says['kind'].replace('_', ' ')}",
        f"Agreement: {says['title']}, version {says['version']}",
        f"Exact text, SHA-256: {says['text_sha256']}",
        f"Signed: {moment(datetime.fromisoformat(says['signed_at']))} London time ({says['signed_at']})",
        f"How: {says['method'].replace('_', ' ')}",
    ]
    if says["typed_name"]:
        lines.append(f"Name typed: {says['typed_name']}")
    if says["session"]:
        lines.append(f"Session, its mark: {says['session']}")
    if says["verified_at"]:
        lines.append(f"Verified by {says['verified_by']}, {moment(datetime.fromisoformat(says['verified_at']))}")
    if seq is not None:
        lines.append(f"Audit record at that moment: event {seq}, {says['audit_hash']}")
    return lines


def check_certificate(desk: Desk, pdf: bytes) -> Verdict:
    """Whether a file is a certificate issued here, the same to the last byte, and whether what it says still holds.

    Raises:
        Refused: their role does not include it.
    """
    desk.require(Action.ASSURE)
    sealed = seal.check(pdf, settings().signing_key_file)
    with desk.reading() as session:
        issued = session.get(SignatureCertificate, hashlib.sha256(pdf).hexdigest())
        if issued is None:
            unknown = "Not one byte for byte like it was issued here: it was changed, or comes from elsewhere."
            return Verdict(False, (sealed.sentence, unknown), None)
        now, says = said_of(session, issued.signature), dict(issued.says)
        chained = says["audit_seq"] is None or session.scalar(_AT_SEQ, {"seq": says["audit_seq"]}) == says["audit_hash"]
    changed = [name for name in says if name not in ("name", "now_called", "title") and says[name] != now.get(name)]
    matches = says["signed_text_sha256"] in (None, says["text_sha256"])
    found = [
        sealed.sentence,
        f"It was issued here on {moment(issued.issued_at)}, byte for byte as it is.",
        "The signature is on file as it says." if not changed else f"On file it is otherwise: {', '.join(changed)}.",
        "The text that was signed is the text on file." if matches else "The text on file is not the one signed.",
        "The audit record still holds that moment." if chained else "The audit record no longer holds that moment.",
    ]
    return Verdict(sealed.whole and sealed.ours and not changed and matches and chained, tuple(found), says)
