"""Reasons and decisions: what the policy answers, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any

from okf.clock import london
from okf.policy.clauses import Clause
from okf.terms import Outcome, Role
from okf.terms.duties import Duty

C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15 = Clause


class Reason(Enum):
    """Why not, under which clauses, and what to do about it. Listed most important first.

    Stored in the audit record by lower-case name: renaming one needs a migration.
    """

    ACCOUNT_NOT_ACTIVE = (C4, C5), "the account is not active", "Ask an administrator."
    SUBJECT_OF_CONCERN = (C9,), "it is not open to them", "Speak to the safeguarding lead."
    CONFLICT_OF_INTEREST = (C5,), "a conflict of interest is declared", "Somebody else must lift it, or take this on."
    IN_WRONG_PLACE = (
        (C2, C5),
        "somebody said that it lies in the wrong place, so it is sealed",
        "Wait: a manager or the data protection lead decides where it belongs.",
    )
    UNDECIDED_MATCH = (
        (C2, C5),
        "somebody in this case may be in another one too, and nobody has decided yet that it may go on",
        "A manager decides it, on the case's page.",
    )
    LOOK_FIRST = (
        (C3, C10),
        "somebody who may decide looks at this case, or a linked one, first, and has not said that this may be done",
        "A manager or a safeguarding lead decides it, on that case's page.",
    )
    NO_AGREEMENT = (C7,), "no Confidentiality Agreement signed by them is on file", "Sign it on the Agreements page."
    AGREEMENT_WRONG_CAPACITY = (
        (C7,),
        "the agreement they signed is not the one for the capacity of this access",
        "Sign the agreement for this capacity on the Agreements page.",
    )
    AGREEMENT_SUPERSEDED = (
        (C7,),
        "the agreement changed and the new version was not signed in time",
        "Sign the new version on the Agreements page; access resumes at once.",
    )
    ANNUAL_REFRESH_OVERDUE = (
        (C7,),
        "the yearly signing of the agreement is overdue",
        "Sign it again on the Agreements page; access resumes at once.",
    )
    PARTNER_AGREEMENT_EXPIRED = (
        (C7,),
        "the partner organisation's own agreement with OKF is not in force",
        "Ask a manager to renew the organisation's agreement.",
    )
    CHECK_EXPIRED = (C5,), "a vetting or training check has run out", "Ask a manager about renewing the check."
    NOT_PERMITTED = (C5,), "their role does not include this", "Ask a manager who may do it."
    NOT_SAFEGUARDING_LEAD = (
        (C9,),
        "only the safeguarding lead or a deputy may do this",
        "Speak to the safeguarding lead.",
    )
    WORKS_FOR_A_SIDE = (
        (C2, C5),
        "they work for one side of this family, or on a case that is linked to it",
        "Another manager, or the safeguarding lead, who works for neither side, does it. Is somebody in danger?"
        " Raise a concern: it is never refused, and the safeguarding lead acts on it at once.",
    )
    GRANTEE_NOT_ACTIVE = (C5, C15), "their account is switched off", "Choose somebody whose account is on."
    BEYOND_CAPACITY = (
        (C5, C7),
        "it is more than an access of this capacity may cover",
        "Leave out those parts and kinds of record, or choose the capacity that they work in.",
    )
    FOR_A_MEDIATOR = (
        (C5, C10),
        "this access is a mediator's, and they are no mediator",
        "Give it to a mediator who worked for neither party, or give an access of their own work.",
    )
    OWN_GRANT = (C5,), "nobody grants access to themselves", "Ask another manager or a safeguarding lead."
    OWN_REVIEW = (C5, C9), "nobody reviews or lifts what is their own", "Ask somebody else to do it."
    OWN_IMPORT = (
        (C5,),
        "they came in, or came to their access, by a file that this person imported; or a file changed their address",
        "Ask another administrator, or whoever runs Casebook's machine.",
    )
    REVIEW_OVERDUE = (
        (C5, C9),
        "an earlier emergency access of theirs still waits for its review",
        "Have the earlier one reviewed first, or ask the other lead.",
    )
    CASE_CLOSED = (C6,), "the case is closed, and access ended with it", "Ask the records custodian, with a purpose."
    GRANT_ENDED_BY_CLOSURE = (
        (C6,),
        "their access ended when the case closed; reopening revives none",
        "Ask a manager for a new grant.",
    )
    CASE_LIVES = (C5, C6), "the case is not closed, and custody is for closed cases", "Ask a manager for a grant."
    OPEN_CONCERN = (C6, C9), "the safeguarding lead's word is needed first", "Speak to the safeguarding lead."
    NO_GRANT = (C5,), "they hold no access grant for this case", "Ask a manager for one, with the reason."
    GRANT_NOT_STARTED = (C5,), "their access has not started yet", "Wait until it starts, or ask a manager."
    GRANT_EXPIRED = (C5,), "their access has run out", "Ask a manager for a new grant."
    GRANT_REVOKED = (C5,), "their access was revoked", "Ask a manager."
    OUT_OF_SCOPE = (C5,), "their access does not cover this kind of record or action", "Ask a manager, with the reason."
    STAYS_WITH_MEDIATOR = (
        (C2, C10),
        "a mediator's private notes, screenings and kept proposals stay with the mediator of that mediation",
        "Nothing: no access grant opens them.",
    )
    OTHER_SOURCE = (
        (C2,),
        "it was told to us by somebody whose part of the case they may not see",
        "Nothing: it is kept for its source.",
    )

    # Sharing, in the order of its routes; recording and breaches after it.
    LEGAL_COMPULSION = (
        (C9,),
        "an order, a summons or a warrant was served",
        "Pass it to the data protection lead, who decides with a trustee; send nothing yet.",
    )
    COURT_BARRED = (
        (C10, C11),
        "mediation and its outcome are kept from courts and proceedings, even when both parties agree",
        "Send nothing. If a sealed order comes, pass it to the data protection lead.",
    )
    RECIPIENT_NOT_LISTED = (
        (C9,),
        "this recipient is not on the list for safeguarding",
        "Choose a listed recipient, or ask the safeguarding trustee.",
    )
    DECISION_INCOMPLETE = (
        (C9,),
        "a safeguarding share needs its rationale and its legal basis on record",
        "Write down both, then decide again.",
    )
    DATA_SUBJECT_RIGHT = (
        (C1, C2, C15),
        "it is somebody's data-protection right and not a share",
        "Pass it to the data protection lead today: the clock runs from its receipt.",
    )
    SUMMARY_NOT_ISSUED = (C10, C12), "the outcome summary is not an issued one", "Wait until it is issued."
    NOT_OWN_LAWYER = (
        (C12,),
        "the lawyer is not verified as acting for the party who asks",
        "Verify for whom the lawyer acts; the summary goes only to the asking party's own.",
    )
    PUBLIC_NOT_AGREED = (
        (C2, C8),
        "not everyone who could be recognised has agreed, with the second look that this needs",
        "Publish nothing until every express agreement and approval is on record.",
    )
    NO_EXPRESS_AGREEMENT = (
        (C2, C8),
        "not every source has expressly agreed to share this with this recipient",
        "Ask each person who told us; share nothing until they agree.",
    )
    AGREEMENT_WITHDRAWN = (C8,), "an express agreement was withdrawn", "Ask the source anew, if there is need."
    AGREEMENT_EXPIRED = (C8,), "an express agreement has run out", "Ask the source to renew it."
    AGREEMENT_NOT_YET_GIVEN = (C8,), "an express agreement was not given by then", "Wait until it is given."
    AGREEMENT_USED = (C8,), "an express agreement was for one use and has been used", "Ask the source for another."
    LEADS_WORD_MISSING = (
        (C8,),
        "a child could be recognised, and the safeguarding lead has not approved it",
        "Ask the safeguarding lead.",
    )
    SECOND_PERSON_MISSING = (C8,), "no second person has approved it", "Ask somebody else to look at it."
    NOT_AGREED_IN_ADVANCE = (
        (C13,),
        "not everyone in the session agreed to a recording before it began",
        "Don't record. If it was recorded, raise it as an incident: the mediation is reviewed, not ended by itself.",
    )
    PERSONAL_DATA_BREACH = (
        (C1, C2),
        "personal data went astray",
        "Tell the data protection lead now; contain it, and delete no trace of it.",
    )
    ERROR_WHILE_DECIDING = (
        (C1,),
        "the question could not be decided, and what is not decided is refused",
        "Tell an administrator; the fault is in the log.",
    )

    def __init__(self, clauses: tuple[Clause, ...], words: str, remedy: str) -> None:
        self.clauses = clauses
        self.words = words
        self.remedy = remedy
        self.rank = len(type(self).__members__)

    @property
    def key(self) -> str:
        """The name by which the audit record and the rehearsals know it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Decision:
    """What the policy answers to one question.

    `primary` is the first of `reasons`; for a share, the route that decided.
    `due` holds UTC instants or London dates by name; `to` the roles that must decide.
    """

    decision: Outcome
    primary: str | None = None
    reasons: tuple[Reason, ...] = ()
    clauses: tuple[Clause, ...] = ()
    conditions: tuple[str, ...] = ()
    due: Mapping[str, datetime | date] = field(default_factory=dict)
    to: tuple[Role, ...] = ()
    details: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it may be done now, with or without conditions."""
        return self.decision in (Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS)

    @property
    def reason_keys(self) -> list[str]:
        """The reasons' names, most important first, then any details beside them."""
        return [reason.key for reason in self.reasons] + list(self.details)

    def in_words(self) -> str:
        """One or two plain sentences for the person who asked."""
        if self.allowed:
            return "This is allowed."
        if not self.reasons:
            return "This needs somebody else's decision." if self.decision is Outcome.ESCALATE else "This is refused."
        first = self.reasons[0]
        opening = "This needs somebody else's decision" if self.decision is Outcome.ESCALATE else "This is refused"
        return f"{opening}: {first.words} ({', '.join(clause.name for clause in first.clauses)}). {first.remedy}"

    def as_json(self) -> dict[str, Any]:
        """The decision as the rehearsals print it: keys that don't apply are left out, times are London's."""
        told: dict[str, Any] = {"decision": self.decision.value}
        if self.primary:
            told["primary"] = self.primary
        if self.reason_keys:
            told["reasons"] = self.reason_keys
        told["clauses"] = [clause.name for clause in self.clauses]
        if self.conditions:
            told["conditions"] = list(self.conditions)
        if self.due:
            told["due"] = due_as_json(self.due)
        if self.to:
            told["to"] = [role.value for role in self.to]
        return told


def due_as_json(due: Mapping[Duty, datetime] | Mapping[str, datetime | date]) -> dict[str, str]:
    """Instants and dates as the rehearsals print them."""
    return {str(name): _told(when) for name, when in due.items()}


def _told(when: datetime | date) -> str:
    if isinstance(when, datetime):
        return london(when).strftime("%Y-%m-%dT%H:%M")
    return when.isoformat()


def in_order(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """Each clause once, in the Commitment's order."""
    return tuple(sorted(set(clauses), key=lambda clause: clause.value))


def refusal(reasons: Iterable[Reason], under: Iterable[Clause] = (), **rest: Any) -> Decision:
    """A refusal for these reasons, sorted most important first."""
    listed = tuple(sorted(set(reasons), key=lambda reason: reason.rank))
    clauses = in_order([clause for reason in listed for clause in reason.clauses] + list(under))
    return Decision(Outcome.DENY, primary=listed[0].key if listed else None, reasons=listed, clauses=clauses, **rest)
