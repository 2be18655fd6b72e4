"""A share, a recording, a rights request or a breach as it was put in words, with the rows that it rests on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.clock import birthday, london_date
from okf.policy.facts import CaseFacts, PersonFacts, RecordFacts
from okf.policy.recipients import plain
from okf.policy.share_facts import (
    BreachQuestion,
    CompulsionFacts,
    ExpressAgreementFacts,
    RecipientFacts,
    RecordingQuestion,
    RightsQuestion,
    ShareQuestion,
)
from okf.store import facts
from okf.store.models import CaseChild, CaseParty, ExpressAgreement, Mediation, ServiceUser
from okf.store.question_fields import Ask
from okf.store.rows import from_row
from okf.terms import Severity

SHARE_KEYS = frozenset(
    {
        "kind",
        "actor",
        "requested_by",
        "records",
        "recipient",
        "purpose",
        "channel",
        "about",
        "identifiable",
        "approved_by",
        "danger",
        "severity",
        "legal_basis",
        "rationale",
        "consent",
        "inform",
        "compulsion",
        "right",
    }
)
RECIPIENT_KEYS = frozenset({"type", "who", "acts_for", "verified", "name", "organisation", "address"})
COMPULSION_KEYS = frozenset({"type", "sealed", "due", "court", "reference"})
RECORDING_KEYS = frozenset({"kind", "actor", "mediation", "session_starts", "agreed", "purpose", "delete_by"})
RIGHTS_KEYS = frozenset(
    {"kind", "actor", "right", "requested_by", "case", "received_on", "extended", "identity_shown_on", "clarification"}
)
BREACH_KEYS = frozenset({"kind", "actor", "aware_at", "about", "risk_of_harm", "records", "case"})

NO_DANGER = frozenset({"none", "no", "false", "high", "medium", "low"})
ADULT = 18

_AGREEMENTS = (
    select(
        ExpressAgreement.id,
        ExpressAgreement.source,
        ExpressAgreement.records,
        ExpressAgreement.recipient,
        ExpressAgreement.given_at,
        ExpressAgreement.purpose,
        ExpressAgreement.channel,
        ExpressAgreement.expires_on,
        ExpressAgreement.withdrawn_at,
        ExpressAgreement.one_use,
        ExpressAgreement.used_at,
        ExpressAgreement.recipient_words,
    )
    .where(ExpressAgreement.source.in_(bindparam("keys", expanding=True)))
    .order_by(ExpressAgreement.id)
)
_BORN = select(ServiceUser.ref, ServiceUser.date_of_birth).where(ServiceUser.ref.in_(bindparam("keys", expanding=True)))
_CHILDREN = (
    select(CaseChild.service_user).distinct().where(CaseChild.service_user.in_(bindparam("keys", expanding=True)))
)
_MEDIATION = select(Mediation.case_ref, Mediation.mediator).where(Mediation.ref == bindparam("ref"))
_CASES_OF = select(CaseParty.case_ref).where(CaseParty.service_user == bindparam("party"))


def share_question(session: Session, asked: Mapping[str, Any], at: datetime) -> ShareQuestion:
    """The facts of one share.

    Raises:
        Invalid: a key is unknown, missing, or names what is not on file; its `field` is the key.
    """
    ask = Ask(asked, SHARE_KEYS)
    actor = _person(session, ask, "actor", ask.needed_word("actor"))
    records = _records(session, ask)
    cases = facts.cases(session, {record.case_ref for record in records})
    about, identifiable = ask.words("about"), ask.words("identifiable")
    named = _everyone(records, cases.values(), about, identifiable)
    return ShareQuestion(
        at=at,
        actor=actor,
        recipient=_recipient(ask),
        records=records,
        cases=cases,
        requested_by=ask.words("requested_by"),
        purpose=ask.word("purpose"),
        channel=ask.word("channel"),
        agreements=_agreements(session, named),
        about=about,
        about_people=tuple(facts.people(session, about).values()),
        identifiable=identifiable,
        children=children_among(session, named, at),
        approved_by=tuple(_person(session, ask, "approved_by", one) for one in ask.words("approved_by")),
        danger=_danger(ask),
        severity=_severity(ask),
        legal_basis=ask.words("legal_basis"),
        rationale=ask.text("rationale"),
        consent=ask.part("consent"),
        inform=ask.part("inform"),
        compulsion=_compulsion(ask),
        right=ask.word("right"),
        settings=facts.policy_settings(session, at),
    )


def not_sharing_question(session: Session, asked: Mapping[str, Any], at: datetime) -> ShareQuestion:
    """The facts of keeping something within OKF: a share's, without a recipient.

    Raises:
        Invalid: as `share_question`.
    """
    return share_question(session, {**asked, "recipient": {"type": "nobody"}}, at)


def recording_question(session: Session, asked: Mapping[str, Any], at: datetime) -> RecordingQuestion:
    """The facts of one recording of a mediation session.

    Raises:
        Invalid: a key is unknown, missing, or names what is not on file; its `field` is the key.
    """
    ask = Ask(asked, RECORDING_KEYS)
    mediation = session.execute(_MEDIATION, {"ref": ask.needed_word("mediation")}).first()
    if mediation is None:
        raise ask.invalid("mediation", f"there is no mediation {ask.word('mediation')!r}")
    case = facts.cases(session, [mediation.case_ref]).get(mediation.case_ref)
    return RecordingQuestion(
        at=at,
        session_starts=ask.needed_instant("session_starts"),
        agreed=ask.instants("agreed"),
        participants=case.parties if case else (),
        mediator=mediation.mediator,
        delete_by=ask.day("delete_by"),
    )


def rights_question(session: Session, asked: Mapping[str, Any], at: datetime) -> RightsQuestion:
    """The facts of one rights request; without a case, the only one that the person who asks is a party of.

    Raises:
        Invalid: a key is unknown, missing, or names what is not on file; its `field` is the key.
    """
    ask = Ask(asked, RIGHTS_KEYS)
    ask.needed_word("requested_by")
    ref = ask.word("case")
    if ref is None:
        theirs = session.scalars(_CASES_OF, {"party": ask.word("requested_by")}).all()
        ref = theirs[0] if len(theirs) == 1 else None
    case = facts.cases(session, [ref]).get(ref) if ref else None
    if ref and case is None:
        raise ask.invalid("case", f"there is no case {ref!r}")
    concerns = facts.concerns_on(session, [case.ref])[case.ref] if case else ()
    young = {*(case.children if case else ()), *(who for concern in concerns for who in concern.about)}
    return RightsQuestion(
        at=at,
        right=plain(ask.needed_word("right")),
        received_on=ask.needed_day("received_on"),
        identity_shown_on=ask.day("identity_shown_on"),
        clarification=tuple(_clarified(one) for one in ask.parts("clarification", {"asked_on", "answered_on"})),
        case=case,
        concerns=concerns,
        born=births(session, young),
        extended=bool(ask.flag("extended")),
        settings=facts.policy_settings(session, at),
    )


def _clarified(told: Ask) -> tuple[date, date | None]:
    asked_on, answered_on = told.needed_day("asked_on"), told.day("answered_on")
    if answered_on is not None and answered_on < asked_on:
        raise told.invalid("answered_on", "it comes before the day on which it was asked")
    return asked_on, answered_on


def breach_question(session: Session, asked: Mapping[str, Any], at: datetime) -> BreachQuestion:
    """The facts of one personal data breach.

    Raises:
        Invalid: a key is unknown, missing, or names what is not on file; its `field` is the key.
    """
    ask = Ask(asked, BREACH_KEYS)
    if ask.has("actor"):
        _person(session, ask, "actor", ask.needed_word("actor"))
    return BreachQuestion(at, ask.needed_instant("aware_at"), ask.words("about"), bool(ask.flag("risk_of_harm")))


def births(session: Session, refs: Iterable[str]) -> dict[str, date | None]:
    """The dates of birth of these service users, as far as they are on file."""
    found = {row.ref: row.date_of_birth for row in session.execute(_BORN, {"keys": list(refs)})}
    return {ref: found.get(ref) for ref in refs}


def children_among(session: Session, refs: Collection[str], at: datetime) -> frozenset[str]:
    """Those of these service users who are a child of some case and not known to be of age."""
    day = london_date(at)
    of_age = {ref: birth is not None and birthday(birth, ADULT) <= day for ref, birth in births(session, refs).items()}
    young = {ref for ref, birth in births(session, refs).items() if birth is not None and not of_age[ref]}
    of_cases = {ref for ref in session.scalars(_CHILDREN, {"keys": list(refs)}) if not of_age[ref]}
    return frozenset(young | of_cases)


def _everyone(
    records: Iterable[RecordFacts], cases: Iterable[CaseFacts], about: Iterable[str], identifiable: Iterable[str]
) -> tuple[str, ...]:
    """Everyone whose express agreement or age a share may turn on."""
    named = [*about, *identifiable]
    for record in records:
        named += [record.source, *record.subjects]
    for case in cases:
        named += case.parties
    return tuple(dict.fromkeys(named))


def _agreements(session: Session, sources: Iterable[str]) -> tuple[ExpressAgreementFacts, ...]:
    rows = session.execute(_AGREEMENTS, {"keys": list(sources)})
    return tuple(
        from_row(
            ExpressAgreementFacts,
            row,
            records=tuple(row.records),
            recipient=whole_recipient(row),
            one_use=bool(row.one_use),
        )
        for row in rows
    )


def whole_recipient(agreement: Any) -> dict[str, Any]:
    """The recipient that an express agreement names, with the words that are kept sealed."""
    words = json.loads(agreement.recipient_words) if agreement.recipient_words else {}
    return {**agreement.recipient, **words}


def _person(session: Session, ask: Ask, key: str, username: str) -> PersonFacts:
    found = facts.people(session, [username]).get(username)
    if found is None:
        raise ask.invalid(key, f"nobody here has the username {username!r}")
    return found


def _records(session: Session, ask: Ask) -> tuple[RecordFacts, ...]:
    ids = ask.words("records")
    found = facts.records(session, ids)
    for one in ids:
        if one not in found:
            raise ask.invalid("records", f"there is no record {one!r}")
    return tuple(found[one] for one in ids)


def _recipient(ask: Ask) -> RecipientFacts:
    if not ask.has("recipient"):
        raise ask.invalid("recipient", "say to whom it would go, such as {type: lawyer, acts_for: party_a}")
    named = Ask(ask.part("recipient"), RECIPIENT_KEYS, "recipient.")
    kind = named.needed_word("type")
    words = {key: named.word(key) for key in RECIPIENT_KEYS - {"verified"} if named.has(key)}
    verified = named.flag("verified")
    return RecipientFacts(
        kind, named.word("who"), named.word("acts_for"), verified is True, {**words, "verified": verified}
    )


def _danger(ask: Ask) -> bool:
    word = plain(ask.text("danger") or "none")  # YAML may have made a False of "no"
    if word != Severity.IMMEDIATE and word not in NO_DANGER:
        raise ask.invalid("danger", "write immediate, or leave it out")
    return word == Severity.IMMEDIATE


def _severity(ask: Ask) -> Severity | None:
    word = ask.word("severity")
    if word is None:
        return None
    try:
        return Severity(plain(word))
    except ValueError as error:
        raise ask.invalid("severity", f"{word!r} is none of {', '.join(Severity)}") from error


def _compulsion(ask: Ask) -> CompulsionFacts | None:
    if not ask.has("compulsion"):
        return None
    paper = Ask(ask.part("compulsion"), COMPULSION_KEYS, "compulsion.")
    return CompulsionFacts(paper.needed_word("type"), paper.flag("sealed"), paper.when("due"))
