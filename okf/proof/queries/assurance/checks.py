"""The checks of the promise: what breaks it, what shows that it is kept, what somebody must act on; in words."""

from __future__ import annotations

from functools import partial
from typing import Final

from okf.policy.decision import C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15
from okf.proof.queries.assurance.findings import Check, Kind
from okf.terms import Action

_attention = partial(Check, kind=Kind.ATTENTION, is_live=True)
_evidence = partial(Check, kind=Kind.EVIDENCE)

CHAIN: Final = Check(
    "chain_whole",
    (C1, C4, C5, C15),
    "The audit record is whole: no event was changed, added or cut off.",
    "The audit record is not whole: somebody changed it, added to it or cut part of it off.",
    "The audit record is not whole in {n} places.",
    "Keep the database as it is, tell the data protection lead, and compare with the last backup and the head kept"
    " elsewhere.",
)
ACCESSES: Final = Check(
    "accesses_without_right",
    (C1, C4, C5, C6, C7),
    "Nobody opened or read anything without a grant and a signature that were valid at that moment.",
    "Once somebody opened or read something without a grant and a signature valid at that moment.",
    "{n} times somebody opened or read something without a grant and a signature valid at that moment.",
    "The data protection lead looks into each, and decides whether it is a personal data breach.",
)
GRANTS_OFF_RECORD: Final = Check(
    "grants_off_record",
    (C5,),
    "Every access grant in the database was given on the record.",
    "One access grant is in the database that nobody gave on the record: it was put in past Casebook.",
    "{n} access grants are in the database that nobody gave on the record: they were put in past Casebook.",
    "A manager revokes it; the data protection lead finds out who can write to the database.",
)
GRANTS_ALTERED: Final = Check(
    "grants_altered",
    (C5, C6),
    "Every access grant is as it was given, and those that were ended are ended.",
    "One access grant is not as it stands on the record: it was changed, removed or opened again past Casebook.",
    "{n} access grants are not as they stand on the record: they were changed, removed or opened again past Casebook.",
    "A manager revokes it; the data protection lead finds out who can write to the database.",
)
SELF_GRANTS: Final = Check(
    "self_grants",
    (C5,),
    "Nobody granted access to themselves.",
    "One access was granted by the person who holds it.",
    "{n} accesses were granted by the person who holds them.",
    "A manager revokes it, and another one decides anew.",
)
EMERGENCIES_OFF_RECORD: Final = Check(
    "emergencies_off_record",
    (C5,),
    "Every emergency access was opened on the record.",
    "One emergency access is in the database, or was taken from it, past Casebook.",
    "{n} emergency accesses are in the database, or were taken from it, past Casebook.",
    "The data protection lead finds out who can write to the database.",
)
AGREEMENTS_OFF_RECORD: Final = Check(
    "express_agreements_off_record",
    (C8,),
    "Every express agreement in the database was put on record by somebody, and is as it was put there.",
    "One express agreement is not as it stands on the record: it was put in, changed, removed or revived past"
    " Casebook.",
    "{n} express agreements are not as they stand on the record: they were put in, changed, removed or revived past"
    " Casebook.",
    "Share nothing on it; the data protection lead asks the person, and finds out who can write to the database.",
)
CUSTODIES_OFF_RECORD: Final = Check(
    "custodies_off_record",
    (C6, C15),
    "Every custodian's access to a closed case was opened on the record, and ended when it says so.",
    "One custodian's access to a closed case is in the database, or was changed or taken from it, past Casebook.",
    "{n} custodians' accesses to closed cases are in the database, or were changed or taken from it, past Casebook.",
    "The data protection lead finds out who can write to the database.",
)
OPEN_AFTER_CLOSURE: Final = Check(
    "open_after_closure",
    (C6,),
    "Every closed case has ended everybody's access.",
    "One access is still open on a closed case.",
    "{n} accesses are still open on closed cases.",
    "A manager ends it.",
)
RECORDS_UNPLACED: Final = Check(
    "records_unplaced",
    (C2,),
    "Every record says who told us, and to whom it is restricted.",
    "One record does not say who told us, or to whom it is restricted.",
    "{n} records do not say who told us, or to whom they are restricted.",
    "The data protection lead has it placed by two people.",
)
SIGNATURES_REMOVED: Final = Check(
    "signatures_removed",
    (C7, C15),
    "Every signature that was given is kept as it was given.",
    "One signature that was given is missing or is not as it was given.",
    "{n} signatures that were given are missing or are not as they were given.",
    "Keep the database as it is, and tell the data protection lead; the person signs again.",
)
SIGNATURES_OFF_RECORD: Final = Check(
    "signatures_off_record",
    (C7,),
    "Every signature in the database was given on the record.",
    "One signature is in the database that nobody gave on the record: it was put in past Casebook.",
    "{n} signatures are in the database that nobody gave on the record: they were put in past Casebook.",
    "A manager suspends the person's access until they sign; the data protection lead finds out who can write to the"
    " database.",
)
TEXTS_CHANGED: Final = Check(
    "agreement_texts_changed",
    (C7,),
    "Every published agreement reads as it did when it was published and signed.",
    "One published agreement no longer reads as it did when it was published or signed.",
    "{n} published agreements no longer read as they did when they were published or signed.",
    "Let nobody sign it; a manager publishes a new version from the text kept on paper.",
    is_live=True,
)
COMMITMENT_CHANGED: Final = Check(
    "commitment_changed",
    (C1,),
    "The Commitment shown here is the published one, word for word.",
    "The Commitment shown here is not the published one, word for word.",
    "The Commitment shown here is not the published one, word for word.",
    "Whoever runs Casebook puts the published text back.",
    is_live=True,
)
FIGURES_CHANGED: Final = Check(
    "figures_changed",
    (C2,),
    "All figures that were approved to leave are kept as they were approved.",
    "One set of figures that was approved to leave is not what was approved.",
    "{n} sets of figures that were approved to leave are not what was approved.",
    "A manager withdraws it; the data protection lead finds out who can write to the database.",
    is_live=True,
)
SHARES_UNAUTHORISED: Final = Check(
    "shares_without_authority",
    (C8, C9),
    "Nothing left OKF without an authority that held at that moment.",
    "Once something left OKF without an authority that held at that moment.",
    "{n} times something left OKF without an authority that held at that moment.",
    "The data protection lead looks into each, and decides whether it is a personal data breach.",
)
MARKING_MISSING: Final = Check(
    "mediation_unmarked",
    (C10,),
    "Whatever left OKF from a mediation was to bear “Without prejudice. Not legally binding.”",
    "Once something left OKF from a mediation without the words “Without prejudice. Not legally binding.”",
    "{n} times something left OKF from a mediation without the words “Without prejudice. Not legally binding.”",
    "A mediator tells the recipient so in writing.",
)
COURT_SIDE_SENT: Final = Check(
    "mediation_sent_court_side",
    (C11,),
    "Nothing from a mediation went to a court, or anyone acting for one, without a legal paper that compelled it.",
    "Once something from a mediation went to the court's side without a legal paper that compelled it.",
    "{n} times something from a mediation went to the court's side without a legal paper that compelled it.",
    "The data protection lead and a trustee take legal advice.",
)
SUMMARIES_ASTRAY: Final = Check(
    "summaries_astray",
    (C12,),
    "Outcome summaries went only to the asking party's own verified lawyer, once issued, for advice.",
    "Once an outcome summary went to a lawyer who was not the asking party's own, or before it was issued.",
    "{n} times an outcome summary went to a lawyer who was not the asking party's own, or before it was issued.",
    "The data protection lead looks into it, and decides whether it is a personal data breach.",
)
CHRONOLOGIES: Final = Check(
    "chronologies_altered",
    (C9,),
    "Every concern, whom it is about and its chronology are as they were put on record.",
    "One row of a concern is not as it was put on record: it was changed, put in or taken out past Casebook.",
    "{n} rows of concerns are not as they were put on record: they were changed, put in or taken out past Casebook.",
    "A safeguarding lead compares with the last backup; the data protection lead finds out who can write to the"
    " database.",
    Action.READ_CONCERN,
)
RECORDINGS: Final = Check(
    "recordings_without_agreement",
    (C13,),
    "No mediation session was recorded unless everyone had agreed before it began.",
    "One mediation session was recorded, or cleared for it, without everyone's agreement before it began.",
    "{n} mediation sessions were recorded, or cleared for it, without everyone's agreement before they began.",
    "The mediator raises it as an incident; whether the mediation goes on is reviewed.",
)
HELP_REFUSED: Final = Check(
    "help_refused_for_undertaking",
    (C14,),
    "Nobody was ever refused anything for want of a service user's undertaking.",
    "Once something was refused for want of a service user's undertaking.",
    "{n} times something was refused for want of a service user's undertaking.",
    "A manager puts it right: the undertaking is asked for, and its lack never blocks help.",
)
BOUND: Final = _evidence(
    "people_bound",
    (C15,),
    "Nobody is bound by the duty of confidence yet.",
    "One person is bound by the duty of confidence, without an end date.",
    "{n} people are bound by the duty of confidence, without an end date; those who left are among them.",
    is_live=True,
)
REFUSALS: Final = _evidence(
    "refusals",
    (C1, C2, C4, C5),
    "Nothing was refused yet.",
    "One thing was asked for and refused.",
    "{n} times something was asked for and refused.",
)
LOADED: Final = _evidence(
    "first_loads",
    (C5,),
    "Nothing was loaded into an empty Casebook: all in it was done in it.",
    "One file was loaded by the host while no family was on file; what it tells of the time before is as it was told.",
    "{n} files were loaded by the host while no family was on file; what they tell of the time before is as it was"
    " told.",
    is_live=True,
)
SHARED: Final = _evidence(
    "shares_by_authority",
    (C8, C9, C12),
    "Nothing left OKF yet.",
    "Once something left OKF, on an authority that is on record.",
    "{n} times something left OKF, each on an authority that is on record.",
)
READINGS: Final = _evidence(
    "decisions_read_again",
    (C9,),
    "No decision on a concern was read again yet.",
    "One decision on a concern was read again by somebody else.",
    "{n} times a decision on a concern was read again by somebody else.",
    is_live=True,
)

# What somebody must act on while the promise holds.
SUSPENDED: Final = _attention(
    "grants_suspended",
    (C7,),
    "Everybody with a live access has signed the agreement that it needs.",
    "One live access is suspended until its holder signs.",
    "{n} live accesses are suspended until their holders sign.",
    "A manager asks them to sign on the Agreements page; access resumes at once.",
)
INBOX: Final = _attention(
    "concerns_in_inbox",
    (C9,),
    "No concern waits in the inbox: each that was raised is on record.",
    "One concern waits in the inbox: Casebook could not put it on record yet, and nobody can read it.",
    "{n} concerns wait in the inbox: Casebook could not put them on record yet, and nobody can read them.",
    "Whoever runs Casebook runs `python -m okf inbox`, which takes them in or says why not, and reads out to a"
    " safeguarding lead what can't be taken in.",
    rows_for=Action.READ_CONCERN,
)
UNALLOCATED: Final = _attention(
    "cases_unallocated",
    (C3,),
    "Every party of every open case has a lead caseworker.",
    "One open case has a party without a lead caseworker.",
    "{n} open cases have a party without a lead caseworker.",
    "A manager gives each a lead caseworker.",
)
UNCONFIRMED: Final = _attention(
    "grants_unconfirmed",
    (C5,),
    "Every live access was given, or found still needed, recently enough.",
    "For one live access nobody has said for too long that it is still needed.",
    "For {n} live accesses nobody has said for too long that they are still needed.",
    "A manager confirms or ends each.",
)
EMERGENCIES: Final = _attention(
    "emergencies_unreviewed",
    (C5, C9),
    "Every emergency access was reviewed by somebody else.",
    "One emergency access waits for somebody else's review.",
    "{n} emergency accesses wait for somebody else's review.",
    "A manager or safeguarding lead other than the one who opened it reviews it.",
)
CONCERNS: Final = _attention(
    "concerns_past_their_clock",
    (C9,),
    "No concern waits past its time for the safeguarding lead's decision.",
    "One concern waits past its time for the safeguarding lead's decision.",
    "{n} concerns wait past their time for the safeguarding lead's decision.",
    "The safeguarding lead or deputy decides today.",
    Action.READ_CONCERN,
)
REVIEWS: Final = _attention(
    "concern_reviews_past",
    (C9,),
    "No open concern is past the day on which it was to be looked at again.",
    "One open concern is past the day on which it was to be looked at again.",
    "{n} open concerns are past the day on which they were to be looked at again.",
    "The safeguarding lead or deputy reviews it today.",
    Action.READ_CONCERN,
)
LADO: Final = _attention(
    "allegations_untold",
    (C9,),
    "Of every allegation the designated officer was told within a working day, or it says why not, or there is time.",
    "One allegation is past the day by which the designated officer was to be told.",
    "{n} allegations are past the day by which the designated officer was to be told.",
    "The safeguarding lead or deputy rings them today, before any internal enquiry, and puts it on record.",
    Action.READ_CONCERN,
)
SECOND_READINGS: Final = _attention(
    "decisions_unread",
    (C9,),
    "Every decision on a concern, to share it or not, was read again by somebody else in time, or has time left.",
    "One decision on a concern waits past its time for somebody else to read it again.",
    "{n} decisions on concerns wait past their time for somebody else to read them again.",
    "A safeguarding lead or deputy who did not make it reads it today.",
    Action.READ_CONCERN,
)
LEADS: Final = _attention(
    "leads_and_deputies_there",
    (C9,),
    "There is a safeguarding lead and a deputy, and on every day one of them is there.",
    "A safeguarding lead or a deputy is missing, or all of them are away on one day.",
    "In {n} ways a safeguarding lead or a deputy is missing.",
    "An administrator names one, with “python -m okf invite … --role deputy_dsl” on the host or by an import.",
)
PARTNERS: Final = _attention(
    "partner_agreements_lapsing",
    (C7,),
    "Every partner organisation's own agreement runs for more than a month yet.",
    "One partner organisation's own agreement has run out or runs out within a month.",
    "{n} partner organisations' own agreements have run out or run out within a month.",
    "A manager renews it.",
)
WORKER_CHECKS: Final = _attention(
    "worker_checks_lapsing",
    (C5,),
    "Every vetting and training check runs for more than a month yet.",
    "One vetting or training check has run out or runs out within a month.",
    "{n} vetting or training checks have run out or run out within a month.",
    "A manager has it renewed.",
)
LEAVERS: Final = _attention(
    "leavers_let_in",
    (C15,),
    "Nobody who left still holds an access or a session.",
    "One access or session of somebody who left was not ended; their account is off, so it opens nothing.",
    "{n} accesses or sessions of people who left were not ended; their accounts are off, so they open nothing.",
    "A manager ends them.",
)
RETENTION: Final = _attention(
    "kept_too_long",
    (C1, C15),
    "No closed case is past the date until which it is kept.",
    "One closed case is past the date until which it is kept.",
    "{n} closed cases are past the date until which they are kept.",
    "The data protection lead decides on its disposal with a second person, unless there is a legal hold.",
    is_live=False,
)
UNPROVED: Final = _attention(
    "proof_due",
    (C1, C2, C4, C5, C6, C7, C8, C10, C11, C12, C13, C14, C15),
    "The whole record was proved lately.",
    "The whole record was not proved lately: some of what stands here is older than a week, or was never proved.",
    "The whole record was not proved lately.",
    "Whoever runs Casebook runs “python -m okf assure”, every night, or a manager proves it here.",
)

CHECKS: Final = tuple(one for one in list(globals().values()) if isinstance(one, Check))
