"""How a person stands to a Confidentiality Agreement at an instant, and when that changes (C7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from okf.clock import end_of, is_past, london_date, start_of
from okf.policy.decision import Reason
from okf.policy.facts import OrganisationFacts, PolicySettings, SignatureFacts, VersionFacts
from okf.terms import Capacity, Change, Standing

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NOT_COVERED = NEVER + timedelta(seconds=1)  # sorts behind who never signed, and before everybody else
FAR = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StandingFacts:
    """The last signature that counts, the instant from which a new one is asked for, and from which access pauses.

    `partner_stops_at` is set where it is their organisation's own agreement
    that pauses it first.
    """

    version: str | None
    signed_at: datetime | None
    due_at: datetime
    overdue_at: datetime
    partner_stops_at: datetime | None = None

    def at(self, instant: datetime) -> Standing:
        """The standing at an instant."""
        if self.signed_at is None:
            return Standing.NEVER_SIGNED
        if self.overdue_at <= instant:
            return Standing.OVERDUE
        return Standing.RESIGN_DUE if self.due_at <= instant else Standing.CURRENT


def resign_by(version: VersionFacts, settings: PolicySettings) -> date:
    """The London date to whose end an earlier signature still counts under a material version."""
    return version.resign_by or version.effective_on + timedelta(days=settings.resign_grace_days)


def refresh_due_on(signed_at: datetime, settings: PolicySettings) -> date:
    """The London date from which the yearly signing is due."""
    return london_date(signed_at) + timedelta(days=settings.annual_refresh_days)


def refresh_from(signed_at: datetime, settings: PolicySettings) -> date:
    """The London date from which the yearly signing may be made: some weeks before it is due, never on the same day."""
    early = refresh_due_on(signed_at, settings) - timedelta(days=settings.sign_early_days)
    return max(early, london_date(signed_at) + timedelta(days=1))


def refresh_by(signed_at: datetime, settings: PolicySettings) -> date:
    """The London date to whose end the yearly signing may still be made."""
    return refresh_due_on(signed_at, settings) + timedelta(days=settings.refresh_grace_days)


def latest(kind: Capacity, signatures: Iterable[SignatureFacts], at: datetime) -> SignatureFacts | None:
    """The newest signature of a kind that counts at an instant."""
    made = [s for s in signatures if s.kind == kind and s.counts(at)]
    return max(made, key=lambda s: s.signed_at, default=None)


def newest_signed(
    versions: Sequence[VersionFacts], kind: Capacity, signatures: Iterable[SignatureFacts], at: datetime
) -> VersionFacts | None:
    """The newest version of a kind that was signed by an instant."""
    signed = {s.version for s in signatures if s.kind == kind and s.counts(at)}
    return max((v for v in versions if v.version in signed), key=lambda v: v.effective_on, default=None)


def asked_since(versions: Sequence[VersionFacts], signed: VersionFacts | None, at: datetime) -> list[VersionFacts]:
    """Material versions in effect at an instant and newer than the signed one, oldest first."""
    return sorted(
        (
            v
            for v in versions
            if v.change is Change.MATERIAL
            and start_of(v.effective_on) <= at
            and (signed is None or v.effective_on > signed.effective_on)
        ),
        key=lambda v: v.effective_on,
    )


def partner_covers(organisation: OrganisationFacts | None, at: datetime) -> bool:
    """Whether a partner organisation's own agreement is in force at an instant: needed beside the person's (C7)."""
    return any(from_ <= at and not is_past(until, at) for from_, until in partner_spans(organisation))


def partner_stops_at(organisation: OrganisationFacts | None, at: datetime) -> datetime | None:
    """The instant from which a partner organisation's agreements no longer cover, or never did; None if none is set.

    An agreement that begins before the one before it ends carries it on.
    """
    if not partner_covers(organisation, at):
        return NOT_COVERED
    stops = at
    for from_, until in sorted(partner_spans(organisation), key=lambda span: span[0]):
        if from_ <= stops:
            if until is None:
                return None
            stops = max(stops, until)
    return stops


def partner_spans(organisation: OrganisationFacts | None) -> list[tuple[datetime, datetime | None]]:
    """The instants between which each of an organisation's agreements holds."""
    if organisation is None:
        return []
    spans = list(organisation.further)
    if organisation.agreement_from is not None:
        until = start_of(organisation.agreement_until) if organisation.agreement_until else None
        ends = [end for end in (until, organisation.ended_at) if end is not None]
        spans.append((start_of(organisation.agreement_from), min(ends, default=None)))
    return [(from_, until) for from_, until in spans if until is None or from_ < until]


def agreement_reasons(
    kind: Capacity,
    signatures: Sequence[SignatureFacts],
    versions: Sequence[VersionFacts],
    settings: PolicySettings,
    at: datetime,
) -> tuple[Reason, ...]:
    """What is wrong with a person's signing of the agreement of one capacity at an instant; empty if nothing."""
    last = latest(kind, signatures, at)
    if last is None:
        signed_any = any(s.counts(at) for s in signatures)
        return (Reason.AGREEMENT_WRONG_CAPACITY if signed_any else Reason.NO_AGREEMENT,)
    found = []
    newer = asked_since(versions, newest_signed(versions, kind, signatures, at), at)
    if any(end_of(resign_by(v, settings)) <= at for v in newer):
        found.append(Reason.AGREEMENT_SUPERSEDED)
    if end_of(refresh_by(last.signed_at, settings)) <= at:
        found.append(Reason.ANNUAL_REFRESH_OVERDUE)
    return tuple(found)


def standing(
    kind: Capacity,
    signatures: Sequence[SignatureFacts],
    versions: Sequence[VersionFacts],
    settings: PolicySettings,
    at: datetime,
    organisation: OrganisationFacts | None = None,
) -> StandingFacts:
    """How a person stands, with every version published by now counted, the coming ones too.

    For an allied partner their organisation's agreement counts as well.
    """
    last = latest(kind, signatures, at)
    if last is None:
        return StandingFacts(None, None, NEVER, NEVER)
    newest = newest_signed(versions, kind, signatures, at)
    coming = asked_since(versions, newest, FAR)
    due = [start_of(refresh_due_on(last.signed_at, settings)), *(start_of(v.effective_on) for v in coming)]
    own = min(end_of(refresh_by(last.signed_at, settings)), *(pauses_at(v, settings) for v in coming), FAR)
    partner = partner_stops_at(organisation, at) if kind is Capacity.ALLIED_PARTNER else None
    first = partner if partner is not None and partner < own else None
    return StandingFacts(newest.version if newest else last.version, last.signed_at, min(due), first or own, first)


def may_sign_early(
    kind: Capacity,
    signatures: Sequence[SignatureFacts],
    versions: Sequence[VersionFacts],
    settings: PolicySettings,
    at: datetime,
) -> VersionFacts | None:
    """The version to come that may be signed before its day: the first unsigned, once the one in effect asks nothing.

    In that order, for a text that is not in force yet opens nothing in place of one that is.
    """
    if standing(kind, signatures, versions, settings, at).at(at) is not Standing.CURRENT:
        return None
    unsigned = asked_since(versions, newest_signed(versions, kind, signatures, at), FAR)
    return next((v for v in unsigned if start_of(v.effective_on) > at), None)


def pauses_at(version: VersionFacts, settings: PolicySettings) -> datetime:
    """The instant from which whoever has not signed this material version is suspended."""
    return max(end_of(resign_by(version, settings)), start_of(version.effective_on))
