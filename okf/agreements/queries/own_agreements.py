"""A person's agreements: what they are asked to sign, what they signed, and what stops without it (C7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import london_date, start_of
from okf.desk import Desk
from okf.errors import NotFound
from okf.paging import COUNT_MOST, Count
from okf.policy.facts import Question
from okf.policy.signing import signing_would_open
from okf.policy.standing import NEVER, may_sign_early, refresh_from, standing
from okf.store.models import AccessGrant, AgreementVersion, Person, Signature
from okf.store.rows import from_row
from okf.store.visible import live_grants, not_ended
from okf.terms import Action, Capacity, Change, SignatureMethod, Standing
from okf.terms.agreements import OPTIONAL_KINDS, AgreementKind

_MOST_SIGNED: Final = 100


@dataclass(frozen=True, slots=True)
class VersionInEffect:
    """The newest version of an agreement that is in effect, with its exact text and that text's hash."""

    kind: AgreementKind
    version: str
    title: str
    text: str
    text_sha256: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class OwnAgreement:
    """One agreement that somebody needs, or is asked for, as they stand to it.

    `stops_at` is the instant from which access is suspended without a new
    signature, None for who never signed and so has none; `grants` counts the
    live grants that hang on it. `before` is the text that they signed last,
    where the one in effect is another. `partner_stops_at` is set where their
    organisation's agreement stops them first; `partner_alone` says that it
    has, and that a signature of theirs would change nothing. `coming` is the
    version to come that may be signed before its day; `renewable` says that
    the yearly signing may be made before it is due.
    """

    kind: AgreementKind
    standing: Standing
    in_effect: VersionInEffect | None
    signed_version: str | None
    signed_at: datetime | None
    due_at: datetime | None
    stops_at: datetime | None
    grants: Count
    before: VersionInEffect | None = None
    partner_stops_at: datetime | None = None
    partner_alone: bool = False
    coming: VersionInEffect | None = None
    renewable: bool = False

    @property
    def optional(self) -> bool:
        """Whether nothing hangs on it."""
        return self.kind.capacity is None

    @property
    def asks(self) -> bool:
        """Whether a signature is asked for now."""
        if self.partner_alone:
            return False
        return self.standing in (Standing.NEVER_SIGNED, Standing.OVERDUE, Standing.RESIGN_DUE)

    @property
    def to_sign(self) -> VersionInEffect | None:
        """The text that may be signed now, asked for or of their own accord; None if there is none."""
        if self.coming and not self.asks:
            return self.coming
        return self.in_effect if self.asks or self.renewable or self.before else None


@dataclass(frozen=True, slots=True)
class SignedVersion:
    """One signature of somebody's. A paper one counts once somebody else has verified it."""

    id: int
    kind: AgreementKind
    version: str
    title: str
    signed_at: datetime
    method: SignatureMethod
    verified_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedCopy:
    """What somebody signed, whole, to keep."""

    title: str
    version: str
    text: str
    text_sha256: str
    name: str
    typed_name: str | None
    signed_at: datetime
    method: SignatureMethod


_KINDS = select(AccessGrant.capacity).where(AccessGrant.person == bindparam("me"), not_ended()).distinct()
_IN_EFFECT = (
    select(
        AgreementVersion.kind,
        AgreementVersion.version,
        AgreementVersion.title,
        AgreementVersion.text,
        AgreementVersion.text_sha256,
        AgreementVersion.effective_on,
    )
    .where(AgreementVersion.kind == bindparam("kind"), AgreementVersion.effective_on <= bindparam("today"))
    .order_by(AgreementVersion.effective_on.desc())
    .limit(1)
)
_VERSION = select(
    AgreementVersion.kind,
    AgreementVersion.version,
    AgreementVersion.title,
    AgreementVersion.text,
    AgreementVersion.text_sha256,
    AgreementVersion.effective_on,
).where(AgreementVersion.kind == bindparam("kind"), AgreementVersion.version == bindparam("version"))
_LIVE = select(func.count()).select_from(
    select(AccessGrant.id)
    .where(AccessGrant.person == bindparam("me"), AccessGrant.capacity == bindparam("kind"), live_grants())
    .limit(COUNT_MOST + 1)
    .subquery()
)
_WITH_VERSION = (AgreementVersion.kind == Signature.kind) & (AgreementVersion.version == Signature.version)
# Of the optional texts the policy hears nothing: how somebody stands to them is asked of the rows themselves.
_OPTIONAL_SIGNED = (
    select(Signature.version, Signature.signed_at, AgreementVersion.effective_on)
    .join(AgreementVersion, _WITH_VERSION)
    .where(
        Signature.person == bindparam("me"),
        Signature.kind == bindparam("kind"),
        or_(Signature.method != SignatureMethod.ON_PAPER, Signature.verified_at.is_not(None)),
    )
    .order_by(AgreementVersion.effective_on.desc(), Signature.signed_at.desc())
    .limit(1)
)
_ASKED_SINCE = select(func.min(AgreementVersion.effective_on)).where(
    AgreementVersion.kind == bindparam("kind"),
    AgreementVersion.change == Change.MATERIAL,
    AgreementVersion.effective_on <= bindparam("today"),
    AgreementVersion.effective_on > bindparam("since"),
)
_SIGNED = (
    select(
        Signature.id,
        Signature.kind,
        Signature.version,
        AgreementVersion.title,
        Signature.signed_at,
        Signature.method,
        Signature.verified_at,
    )
    .join(AgreementVersion, _WITH_VERSION)
    .where(Signature.person == bindparam("who"))
    .order_by(Signature.signed_at.desc(), Signature.id.desc())
    .limit(_MOST_SIGNED)
)
_COPY = (
    select(
        AgreementVersion.title,
        AgreementVersion.version,
        AgreementVersion.text,
        AgreementVersion.text_sha256,
        Person.name,
        Signature.typed_name,
        Signature.signed_at,
        Signature.method,
    )
    .join(AgreementVersion, _WITH_VERSION)
    .join(Person, Person.username == Signature.person)
    .where(Signature.id == bindparam("id"), Signature.person == bindparam("me"))
)


def own_agreements(desk: Desk) -> list[OwnAgreement]:
    """What this person needs to have signed, what asks for a signature first.

    Made from the signatures themselves and not from the kept standings, so
    that it holds for somebody who was invited a moment ago.

    Raises:
        Refused: their account is not active.
    """
    question = permitted_reader(desk, Action.LIST_OWN_AGREEMENTS)
    with desk.reading() as session:
        granted = set(session.scalars(_KINDS, {"me": desk.actor}))
        kinds = [kind for kind in Capacity if kind in {question.person.capacity, *granted}]
        found = [_own(session, question, kind) for kind in kinds]
        optional = [_optional(session, question, kind) for kind in OPTIONAL_KINDS]
    needed = sorted(found, key=lambda one: (not one.asks, one.stops_at or NEVER))
    return [*needed, *sorted(filter(None, optional), key=lambda one: not one.asks)]


def own_agreements_to_open(desk: Desk, case_ref: str) -> list[OwnAgreement]:
    """What this person would have to sign for a case to open; nothing where a signature alone would not open it.

    Only of a case that they were granted, which their own account's page
    tells them too. Decides nothing: the case is opened by the same question
    as ever.

    Raises:
        Refused: their account is not active.
    """
    permitted_reader(desk, Action.LIST_OWN_AGREEMENTS)
    with desk.reading() as session:
        try:
            question = desk.question(session, Action.OPEN_CASE, case_ref)
        except NotFound:
            return []
        return [_own(session, question, kind) for kind in signing_would_open(question)]


def own_signatures(desk: Desk) -> list[SignedVersion]:
    """Everything this person signed, the newest first.

    Raises:
        Refused: their account is not active.
    """
    permitted_reader(desk, Action.LIST_OWN_AGREEMENTS)
    return signatures_of(desk, str(desk.actor))


def signatures_of(desk: Desk, username: str) -> list[SignedVersion]:
    """Everything somebody signed, for a reader who is known to be allowed."""
    with desk.reading() as session:
        rows: Any = session.execute(_SIGNED, {"who": username})
        return [from_row(SignedVersion, row) for row in rows]


def signed_copy(desk: Desk, signature_id: int) -> SignedCopy:
    """What one signature of one's own was put under, to keep.

    Raises:
        Refused: their account is not active.
        NotFound: they have no such signature.
    """
    permitted_reader(desk, Action.LIST_OWN_AGREEMENTS)
    with desk.reading() as session:
        row: Any = session.execute(_COPY, {"id": signature_id, "me": desk.actor}).one_or_none()
    if row is None:
        raise NotFound("There is no such signature of yours.")
    return from_row(SignedCopy, row)


def _version(session: Session, kind: AgreementKind, version: str | None) -> VersionInEffect | None:
    row: Any = session.execute(_VERSION, {"kind": kind, "version": version}).one_or_none() if version else None
    return from_row(VersionInEffect, row) if row else None


def _optional(session: Session, question: Question, kind: AgreementKind) -> OwnAgreement | None:
    """How they stand to a text on which nothing hangs; None while none is in effect."""
    today = london_date(question.at)
    row: Any = session.execute(_IN_EFFECT, {"kind": kind, "today": today}).one_or_none()
    if row is None:
        return None
    now = from_row(VersionInEffect, row)
    signed: Any = session.execute(_OPTIONAL_SIGNED, {"me": question.person.username, "kind": kind}).one_or_none()
    if signed is None:
        return OwnAgreement(kind, Standing.NEVER_SIGNED, now, None, None, None, None, Count(0))
    since = session.execute(_ASKED_SINCE, {"kind": kind, "today": today, "since": signed.effective_on}).scalar_one()
    newer = signed.version != now.version
    return OwnAgreement(
        kind,
        Standing.CURRENT if since is None else Standing.RESIGN_DUE,
        now,
        signed.version,
        signed.signed_at,
        None if since is None else start_of(since),
        None,
        Count(0),
        _version(session, kind, signed.version) if newer else None,
    )


def _own(session: Session, question: Question, kind: Capacity) -> OwnAgreement:
    at, person = question.at, question.person
    versions = question.agreements.get(kind, ())
    stands = standing(kind, person.signatures, versions, question.settings, at, person.organisation)
    own = AgreementKind(kind)
    row: Any = session.execute(_IN_EFFECT, {"kind": kind, "today": london_date(at)}).one_or_none()
    live = session.execute(_LIVE, {"me": person.username, "kind": kind, "at": at}).scalar_one()
    signed = stands.signed_at is not None
    last = _version(session, own, stands.version)
    newer = row is not None and last is not None and last.effective_on < row.effective_on
    early = may_sign_early(kind, person.signatures, versions, question.settings, at)
    renewable = (
        early is None
        and stands.signed_at is not None
        and london_date(at) >= refresh_from(stands.signed_at, question.settings)
    )
    return OwnAgreement(
        own,
        stands.at(at),
        from_row(VersionInEffect, row) if row else None,
        stands.version,
        stands.signed_at,
        stands.due_at if signed else None,
        stands.overdue_at if signed else None,
        Count.capped(live),
        last if newer else None,
        stands.partner_stops_at,
        stands.partner_stops_at is not None and stands.partner_stops_at <= at < stands.due_at,
        _version(session, own, early.version) if early else None,
        renewable,
    )
