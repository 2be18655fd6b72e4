"""Express agreements: whose is needed, which one holds, and what is wrong with those that don't (C8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from okf.clock import is_past, start_of
from okf.policy.decision import Reason
from okf.policy.facts import RecordFacts
from okf.policy.recipients import kind_of, plain
from okf.policy.share_facts import ExpressAgreementFacts, RecipientFacts, ShareQuestion

JOINT = "joint"


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the express agreements on file add up to, for one share."""

    whole: bool
    relied_on: tuple[ExpressAgreementFacts, ...] = ()
    details: frozenset[Reason] = frozenset()


def sources(q: ShareQuestion, record: RecordFacts) -> tuple[str, ...]:
    """Everyone whose agreement one record needs: its source; for joint material every participant (C2)."""
    own = () if record.source == JOINT else (record.source,)
    joint = q.parties(record) if JOINT in (record.source, record.compartment) else ()
    return tuple(dict.fromkeys((*own, *joint)))


def agreed_by_sources(q: ShareQuestion) -> Agreed:
    """Whether every source of every record agreed to this share; nothing to share is nothing agreed."""
    needed = [(person, record) for record in q.records for person in sources(q, record)]
    return _agreed(q, needed, complete=bool(q.records) and all(sources(q, record) for record in q.records))


def agreed_by_all(q: ShareQuestion, people: Iterable[str]) -> Agreed:
    """Whether each of these people agreed to each of the records, and every source too."""
    recognised = dict.fromkeys(people)
    needed = [(person, record) for record in q.records for person in (*recognised, *sources(q, record))]
    return _agreed(q, needed, complete=bool(q.records) and all(sources(q, record) for record in q.records))


def identifiable_people(q: ShareQuestion) -> tuple[str, ...]:
    """Everyone who could be recognised: those named, and whoever the records come from or are about."""
    found = [*q.identifiable]
    for record in q.records:
        found += [*sources(q, record), *record.subjects]
    return tuple(dict.fromkeys(found))


def names(agreement: ExpressAgreementFacts, recipient: RecipientFacts) -> bool:
    """Whether an agreement names this recipient: the same kind, and equal in every word that it adds."""
    if kind_of(agreement.recipient.get("type", "")) != kind_of(recipient.type):
        return False
    more = {key: value for key, value in agreement.recipient.items() if key != "type" and value is not None}
    return all(plain(value) == plain(recipient.named.get(key, "")) for key, value in more.items())


def covers(agreement: ExpressAgreementFacts, q: ShareQuestion, person: str, record: RecordFacts) -> bool:
    """Whether an agreement is about exactly this: whose, what, to whom, for what, by which channel."""
    return (
        agreement.source == person
        and record.id in agreement.records
        and names(agreement, q.recipient)
        and (not agreement.purpose or plain(agreement.purpose) == plain(q.purpose or ""))
        and (not agreement.channel or plain(agreement.channel) == plain(q.channel or ""))
    )


def lapse(agreement: ExpressAgreementFacts, q: ShareQuestion) -> Reason | None:
    """Why an agreement does not hold at the instant of the question; None if it does."""
    if q.at < agreement.given_at:
        return Reason.AGREEMENT_NOT_YET_GIVEN
    if is_past(agreement.withdrawn_at, q.at):
        return Reason.AGREEMENT_WITHDRAWN
    if agreement.expires_on is not None and start_of(agreement.expires_on) <= q.at:
        return Reason.AGREEMENT_EXPIRED
    if agreement.one_use and is_past(agreement.used_at, q.at):
        return Reason.AGREEMENT_USED
    return None


@dataclass(frozen=True, slots=True)
class Missing:
    """One person whose express agreement a share still needs, to which records, and what became of an earlier one."""

    person: str
    records: tuple[str, ...]
    lapsed: frozenset[Reason] = frozenset()


def missing_agreements(q: ShareQuestion, people: Iterable[str] = ()) -> tuple[Missing, ...]:
    """Whose agreement would make a refused share possible: every source's, and each of `people`'s to everything."""
    recognised = dict.fromkeys(people)
    records: dict[str, list[str]] = {}
    lapsed: dict[str, set[Reason]] = {}
    for record in q.records:
        for person in dict.fromkeys((*recognised, *sources(q, record))):
            theirs = [agreement for agreement in q.agreements if covers(agreement, q, person, record)]
            why = [lapse(one, q) for one in theirs]
            if None not in why:
                records.setdefault(person, []).append(record.id)
                lapsed.setdefault(person, set()).update(reason for reason in why if reason)
    return tuple(Missing(person, tuple(ids), frozenset(lapsed[person])) for person, ids in records.items())


def _agreed(q: ShareQuestion, needed: Iterable[tuple[str, RecordFacts]], *, complete: bool) -> Agreed:
    relied_on: dict[str, ExpressAgreementFacts] = {}
    details: set[Reason] = set()
    for person, record in needed:
        theirs = [agreement for agreement in q.agreements if covers(agreement, q, person, record)]
        # A standing agreement goes first, so that a one-use one is not used up without need.
        holding = sorted((a for a in theirs if lapse(a, q) is None), key=lambda a: (a.one_use, a.id))
        if holding:
            relied_on[holding[0].id] = holding[0]
        else:
            complete = False
            details.update(reason for reason in (lapse(a, q) for a in theirs) if reason)
    return Agreed(complete, tuple(relied_on.values()), frozenset(details))
