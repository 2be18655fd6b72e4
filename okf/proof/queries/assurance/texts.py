"""Whether texts are what was written: those published, and every one that is encrypted, where it lies."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.policy.clauses import commitment, fingerprint
from okf.policy.figures import fingerprint as mark_of
from okf.proof.queries.assurance import checks
from okf.proof.queries.assurance.accesses import ALLOWED
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store.models import (
    AgreementVersion,
    AuditEvent,
    Base,
    Concern,
    ContactMarkerStep,
    Draft,
    FigureSet,
    FigureWords,
    LowLevelConcern,
    LowLevelStep,
    Signature,
)
from okf.store.sealing import astray, sealed_models
from okf.store.visible import sealed_from
from okf.terms import Action

# Beside what hangs on a concern; a draft tells what somebody is about to raise.
_SAFEGUARDING: Final[frozenset[type[Base]]] = frozenset(
    {Concern, ContactMarkerStep, Draft, LowLevelConcern, LowLevelStep}
)

_VERSIONS: Final = select(
    AgreementVersion.kind, AgreementVersion.version, AgreementVersion.text, AgreementVersion.text_sha256
).order_by(AgreementVersion.kind, AgreementVersion.effective_on)
_PUBLISHED: Final = select(AuditEvent.subject, AuditEvent.facts).where(
    AuditEvent.action == Action.PUBLISH_AGREEMENT, AuditEvent.outcome.in_(ALLOWED), AuditEvent.subject.is_not(None)
)
_SIGNED: Final = (
    select(Signature.kind, Signature.version, Signature.text_sha256)
    .where(Signature.text_sha256.is_not(None))
    .distinct()
)

_FIGURES: Final = (
    select(FigureSet.ref, FigureSet.body, FigureSet.approved_sha256, FigureWords.text)
    .join(FigureWords, FigureWords.figure_set == FigureSet.ref)
    .order_by(FigureSet.ref, FigureWords.id)
)
_APPROVED: Final = select(AuditEvent.subject, AuditEvent.facts).where(
    AuditEvent.action == Action.APPROVE_FIGURES, AuditEvent.outcome.in_(ALLOWED), AuditEvent.subject.is_not(None)
)


def agreement_texts_changed(session: Session) -> Finding:
    """Versions whose text differs from its hash, from what was published, or from what somebody signed."""
    published = {subject: told.get("text_sha256") for subject, told in session.execute(_PUBLISHED)}
    signed: dict[str, set[str]] = defaultdict(set)
    for kind, version, sha256 in session.execute(_SIGNED):
        signed[f"{kind} {version}"].add(str(sha256))
    behind = []
    for row in session.execute(_VERSIONS):
        name = f"{row.kind} {row.version}"
        now = hashlib.sha256(row.text.encode()).hexdigest()
        held = {row.text_sha256, published.get(name), *signed[name]} - {None}
        if held != {now}:
            what = f"The {row.kind.value.replace('_', ' ')} agreement, version {row.version}, reads otherwise now."
            behind.append(Behind(what, ref=name))
    return found(checks.TEXTS_CHANGED, behind)


def words_astray(session: Session, at: datetime, viewer: str | None = None) -> list[Finding]:
    """Texts and files that do not open where they lie, those of safeguarding apart; costs by all of them.

    None is told of a concern that is sealed from the viewer.
    """
    hidden = set(session.scalars(sealed_from(), {"who": viewer, "at": at})) if viewer else set()
    plain: list[Behind] = []
    safeguarding: list[Behind] = []
    for model in sealed_models():
        table = model.__tablename__
        apart = model in _SAFEGUARDING or "concern_ref" in model.__table__.columns
        for row, name in astray(session, model):
            key = " ".join(str(getattr(row, one.name)) for one in model.__table__.primary_key)
            concern = row.ref if model is Concern else getattr(row, "concern_ref", None)
            told = f"{table.replace('_', ' ').capitalize()} {key}: its {name.replace('_', ' ')} does not open."
            if not apart:
                plain.append(Behind(told, case_ref=getattr(row, "case_ref", None), ref=key))
            elif concern is None or concern not in hidden:
                safeguarding.append(Behind(told, ref=concern))
    return [found(checks.WORDS_ASTRAY, plain), found(checks.SAFEGUARDING_ASTRAY, safeguarding)]


def commitment_changed() -> Finding:
    """Whether the clauses that are shown and cited are those that were captured."""
    same = fingerprint() == commitment()["fingerprint"]
    return found(checks.COMMITMENT_CHANGED, [] if same else [Behind("The fingerprint of the fifteen clauses differs.")])


def figures_changed(session: Session) -> Finding:
    """Approved figures that were changed since their approval, or are gone."""
    approved = {subject: told.get("sha256") for subject, told in session.execute(_APPROVED)}
    now: dict[str, tuple[str, str | None]] = {}
    for row in session.execute(_FIGURES):  # the last words count
        now[row.ref] = (mark_of(row.body, row.text), row.approved_sha256)
    held = {ref for ref, (_, mark) in now.items() if mark is not None} | set(approved)
    behind = [
        Behind(f"The figures {ref} are not what was approved.", ref=ref)
        for ref in sorted(held)
        if ref not in now or {*now[ref], approved.get(ref)} != {now[ref][0]}
    ]
    return found(checks.FIGURES_CHANGED, behind)


def changed_texts(desk: Desk) -> tuple[str, ...]:
    """The agreement versions whose text is not the published one, by kind and version, such as `staff 2`.

    Asked for the server itself and not for a person: it tells nothing that
    the texts don't tell everybody.
    """
    with desk.reading() as session:
        return tuple(str(one.ref) for one in agreement_texts_changed(session).behind)
