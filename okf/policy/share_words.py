"""Sharing in plain words: recipients, routes, conditions, dates, and how a recipient is to treat what they get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from okf.policy.decision import Reason
from okf.policy.recipients import PUBLIC, SAFEGUARDING_RECIPIENTS, kind_of
from okf.terms import ShareRoute
from okf.terms.decisions import Consent, LegalBasis

RECIPIENTS: Final[Mapping[str, str]] = {
    "gp": "GP",
    "school_dsl": "School's safeguarding lead",
    "school": "School",
    "lawyer": "Lawyer",
    "parent": "The other parent",
    "relative": "Relative or friend",
    "therapist": "Therapist outside OKF",
    "health_service": "Hospital or clinic",
    "social_worker": "Social worker",
    "support_service": "Another support service",
    "housing": "Housing office or landlord",
    "employer": "Employer",
    "benefits_office": "Benefits office",
    "police_999": "Police, 999",
    "police_101": "Police, 101",
    "la_children": "Local authority, children's services",
    "la_out_of_hours": "Local authority, out of hours",
    "la_adults": "Local authority, adults",
    "lado": "Designated officer for allegations (LADO)",
    "nspcc": "NSPCC",
    "nhs_emergency": "NHS emergency",
    "marac": "MARAC",
    "idva": "Domestic violence adviser (IDVA)",
    "dbs": "DBS",
    "charity_commission": "Charity Commission",
    "safeguarding_trustee": "Safeguarding trustee",
    "court": "Court",
    "judge": "Judge",
    "cafcass": "Cafcass",
    "court_expert": "Court expert",
    "guardian": "Children's guardian",
    "press": "Press",
    "social_media": "Social media",
    "data_subject": "The person whom it is about, by right",
    "other": "Somebody else",
}
PURPOSES: Final[Mapping[str, str]] = {
    "support": "Support",
    "information": "Information",
    "legal_advice": "Legal advice",
    "medical_care": "Medical care",
    "support_at_school": "Support at school",
    "safeguarding": "Keeping somebody safe",
    "proceedings": "Court proceedings",
    "court_report": "A report for a court",
    "publicity": "Publicity",
    "subject_access": "Somebody's right to their own data",
}
BASES: Final[Mapping[str, str]] = {
    LegalBasis.DPA18_S1_P18: "Safeguarding of children and of individuals at risk (DPA 2018, Schedule 1, paragraph 18)",
    LegalBasis.UKGDPR_6_1_EA: "A recognised legitimate interest: safeguarding (UK GDPR, Article 6(1)(ea))",
    LegalBasis.VITAL_INTEREST: "Somebody's vital interest",
    LegalBasis.CHILDREN_ACT: "Children Act 1989 or 2004",
    LegalBasis.CARE_ACT: "Care Act 2014",
    LegalBasis.DUTY_OF_CONFIDENCE: "The duty of confidence, which nothing outweighs here",
}
CONSENT: Final[Mapping[str, str]] = {
    Consent.GIVEN: "Sought, and given",
    Consent.REFUSED: "Sought, and refused",
    Consent.NOT_SOUGHT: "Not sought: it would put somebody in danger, or there was no time",
}
ROUTES: Final[Mapping[str, str]] = {
    ShareRoute.IMMEDIATE_DANGER: "Immediate danger: act first, record after.",
    ShareRoute.LEGAL_COMPULSION: "A legal paper compels it: the data protection lead and a trustee decide, both.",
    ShareRoute.COURT_BARRED: "Mediation and its outcome are kept from courts and proceedings.",
    ShareRoute.SAFEGUARDING: "Safeguarding: the safeguarding lead or a deputy decided it.",
    Reason.NOT_SAFEGUARDING_LEAD.key: "Safeguarding: the safeguarding lead or a deputy must decide it.",
    Reason.RECIPIENT_NOT_LISTED.key: (
        "Safeguarding, to somebody who is not on the list: the leads or the trustee must decide."
    ),
    Reason.SUBJECT_OF_CONCERN.key: "Safeguarding, about somebody who works here: somebody free of it must decide.",
    Reason.DECISION_INCOMPLETE.key: "Safeguarding: the rationale and the legal basis are missing.",
    ShareRoute.DATA_SUBJECT_RIGHT: "A data-protection right: the data protection lead answers it.",
    ShareRoute.OWN_LAWYER_SUMMARY: "The issued summary, to the party's own lawyer, for advice.",
    Reason.SUMMARY_NOT_ISSUED.key: "The outcome summary is not issued yet.",
    Reason.NOT_OWN_LAWYER.key: "The lawyer is not verified as the asking party's own.",
    ShareRoute.PUBLIC_AGREED: "Everybody who could be recognised agreed, and a second person looked at it.",
    Reason.PUBLIC_NOT_AGREED.key: "Public: not everybody agreed, or the second look is missing.",
    ShareRoute.EXPRESS_AGREEMENT: "Everybody whose word is needed expressly agreed.",
    ShareRoute.NO_EXPRESS_AGREEMENT: "Not everybody whose word is needed has expressly agreed.",
    Reason.ACCOUNT_NOT_ACTIVE.key: "The account that asked is not active.",
}
_CONDITIONS: Final[Mapping[str, str]] = {
    "act_first": "Help was called before anything was written down",
    "tell_dsl": "The safeguarding lead is told",
    "second_review": "Somebody else will look at this decision again by its date",
    "minimum_necessary": "It holds no more than this recipient needs for this purpose",
    "without_prejudice_marking": "It bears “Without prejudice. Not legally binding.”",
    "issued_version_only": "It is the issued version and no draft",
    "for_advice_not_filing": "The lawyer knows: for advice, not for filing with a court",
    "secure_channel": "It goes by a secure way, such as encrypted e-mail or by hand",
    "uses_up_the_agreement": "The agreement is for this one use, and is used up by it",
    "on_standing_agreement": "The agreement stands until it is withdrawn or runs out; nothing says that it was",
    "stop_when_withdrawn": "It is taken down at once when somebody withdraws their agreement",
    "record_whether_consent_was_sought": "Whether consent was sought, and why if not, is written down",
    "record_who_is_informed": "Who is told of this share, and who is not and why, is written down",
    "before_internal_enquiry": "It goes before any enquiry of our own",
    "nobody_tells_the_person": "Nobody tells the person whom it is about",
}
DUES: Final[Mapping[str, str]] = {
    "record_by": "On record",
    "second_review_by": "Second look",
    "written_confirmation_by": "Written confirmation",
    "chase_on": "Chase the answer",
    "lado_by": "To the LADO",
    "answer_by": "Answer",
}


def recipient_in_words(recipient: Mapping[str, Any]) -> str:
    """To whom, as a person says it: the kind, and their name where one is given."""
    kind = str(recipient.get("type") or "somebody")
    said = RECIPIENTS.get(kind) or kind.replace("_", " ").capitalize()
    named = [str(recipient[key]) for key in ("name", "organisation", "address", "who") if recipient.get(key)]
    return ", ".join([said, *named])


def condition_in_words(condition: str) -> str:
    """A condition as its sender ticks it."""
    return _CONDITIONS.get(condition) or condition.replace("_", " ").capitalize()


def purpose_in_words(purpose: str | None) -> str:
    """What for, as the screen says it."""
    return PURPOSES.get(purpose or "") or (purpose or "Not said")


def how_to_treat(route: str, *, mediation: bool, black_boxes: bool) -> tuple[str, ...]:
    """What the first page of a package asks of whoever receives it."""
    asked = [
        "It was told to us in confidence, and is given to you alone, for the purpose named above.",
        "Don't copy it, pass it on, quote it in public or on social media without asking us first.",
        "Keep it locked away, and destroy it when the purpose is met. Your own duty of confidence to the people in it"
        " has no end.",
        "Don't speak of it to anybody else whom it is about, unless we told you that you may.",
    ]
    if mediation:
        asked.append(
            "It comes from a mediation: it is without prejudice and not legally binding, and must not be shown to a"
            " court, to Cafcass or to anybody for proceedings."
        )
    if route == ShareRoute.OWN_LAWYER_SUMMARY:
        asked.append("It is for your advice to your client, and not for filing.")
    if route in (ShareRoute.EXPRESS_AGREEMENT, ShareRoute.PUBLIC_AGREED):
        asked.append(
            "Whoever agreed to this may take it back at any time. If they do, we tell you, and you stop using it."
        )
    if black_boxes:
        asked.append(
            "What is blacked out was left out on purpose and is not in this file. Please don't try to fill it in."
        )
    asked.append("If it reached you by mistake, read no further and call 020 3951 8496 at once.")
    return tuple(asked)


def is_public(kind: str) -> bool:
    """Whether anyone at all could read what such a recipient gets."""
    return kind_of(kind) in PUBLIC


def for_safeguarding(kind: str) -> bool:
    """Whether a recipient is on the list for safeguarding."""
    return kind_of(kind) in SAFEGUARDING_RECIPIENTS
