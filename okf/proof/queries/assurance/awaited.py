"""The checks that find what somebody must act on while the promise holds: of which clauses, and their answers."""

from __future__ import annotations

from typing import Final

from okf.policy.decision import C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15
from okf.proof.queries.assurance.findings import Check, Kind
from okf.terms import Action

ATTENTION = Kind.ATTENTION

SUSPENDED: Final = Check(
    "grants_suspended",
    (C7,),
    ATTENTION,
    "Everybody with a live access has signed the agreement that it needs.",
    "One live access is suspended until its holder signs.",
    "{n} live accesses are suspended until their holders sign.",
    "A manager asks them to sign on the Agreements page; access resumes at once.",
    is_live=True,
)
UNALLOCATED: Final = Check(
    "cases_unallocated",
    (C3,),
    ATTENTION,
    "Every party of every open case has a lead caseworker.",
    "One open case has a party without a lead caseworker.",
    "{n} open cases have a party without a lead caseworker.",
    "A manager gives each a lead caseworker.",
    is_live=True,
)
UNCONFIRMED: Final = Check(
    "grants_unconfirmed",
    (C5,),
    ATTENTION,
    "Every live access was given, or found still needed, recently enough.",
    "For one live access nobody has said for too long that it is still needed.",
    "For {n} live accesses nobody has said for too long that they are still needed.",
    "A manager confirms or ends each.",
    is_live=True,
)
EMERGENCIES: Final = Check(
    "emergencies_unreviewed",
    (C5, C9),
    ATTENTION,
    "Every emergency access was reviewed by somebody else.",
    "One emergency access waits for somebody else's review.",
    "{n} emergency accesses wait for somebody else's review.",
    "A manager or safeguarding lead other than the one who opened it reviews it.",
    is_live=True,
)
CONCERNS: Final = Check(
    "concerns_past_their_clock",
    (C9,),
    ATTENTION,
    "No concern waits past its time for the safeguarding lead's decision.",
    "One concern waits past its time for the safeguarding lead's decision.",
    "{n} concerns wait past their time for the safeguarding lead's decision.",
    "The safeguarding lead or deputy decides today.",
    Action.READ_CONCERN,
    is_live=True,
)
REVIEWS: Final = Check(
    "concern_reviews_past",
    (C9,),
    ATTENTION,
    "No open concern is past the day on which it was to be looked at again.",
    "One open concern is past the day on which it was to be looked at again.",
    "{n} open concerns are past the day on which they were to be looked at again.",
    "The safeguarding lead or deputy reviews it today.",
    Action.READ_CONCERN,
    is_live=True,
)
LADO: Final = Check(
    "allegations_untold",
    (C9,),
    ATTENTION,
    "Of every allegation the designated officer was told within a working day, or it says why not, or there is time.",
    "One allegation is past the day by which the designated officer was to be told.",
    "{n} allegations are past the day by which the designated officer was to be told.",
    "The safeguarding lead or deputy rings them today, before any internal enquiry, and puts it on record.",
    Action.READ_CONCERN,
    is_live=True,
)
SECOND_READINGS: Final = Check(
    "decisions_unread",
    (C9,),
    ATTENTION,
    "Every decision on a concern, to share it or not, was read again by somebody else in time, or has time left.",
    "One decision on a concern waits past its time for somebody else to read it again.",
    "{n} decisions on concerns wait past their time for somebody else to read them again.",
    "A safeguarding lead or deputy who did not make it reads it today.",
    Action.READ_CONCERN,
    is_live=True,
)
LEADS: Final = Check(
    "leads_and_deputies_there",
    (C9,),
    ATTENTION,
    "There is a safeguarding lead and a deputy, and on every day one of them is there.",
    "A safeguarding lead or a deputy is missing, or all of them are away on one day.",
    "In {n} ways a safeguarding lead or a deputy is missing.",
    "An administrator names one, with “python -m okf invite … --role deputy_dsl” on the host or by an import.",
    is_live=True,
)
PARTNERS: Final = Check(
    "partner_agreements_lapsing",
    (C7,),
    ATTENTION,
    "Every partner organisation's own agreement runs for more than a month yet.",
    "One partner organisation's own agreement has run out or runs out within a month.",
    "{n} partner organisations' own agreements have run out or run out within a month.",
    "A manager renews it.",
    is_live=True,
)
WORKER_CHECKS: Final = Check(
    "worker_checks_lapsing",
    (C5,),
    ATTENTION,
    "Every vetting and training check runs for more than a month yet.",
    "One vetting or training check has run out or runs out within a month.",
    "{n} vetting or training checks have run out or run out within a month.",
    "A manager has it renewed.",
    is_live=True,
)
LEAVERS: Final = Check(
    "leavers_let_in",
    (C15,),
    ATTENTION,
    "Nobody who left still holds an access or a session.",
    "One access or session of somebody who left was not ended; their account is off, so it opens nothing.",
    "{n} accesses or sessions of people who left were not ended; their accounts are off, so they open nothing.",
    "A manager ends them.",
    is_live=True,
)
RETENTION: Final = Check(
    "kept_too_long",
    (C1, C15),
    ATTENTION,
    "No closed case is past the date until which it is kept.",
    "One closed case is past the date until which it is kept.",
    "{n} closed cases are past the date until which they are kept.",
    "The data protection lead decides on its disposal with a second person, unless there is a legal hold.",
)
UNPROVED: Final = Check(
    "proof_due",
    (C1, C2, C4, C5, C6, C7, C8, C10, C11, C12, C13, C14, C15),
    ATTENTION,
    "The whole record was proved lately.",
    "The whole record was not proved lately: some of what stands here is older than a week, or was never proved.",
    "The whole record was not proved lately.",
    "Whoever runs Casebook runs “python -m okf assure”, every night, or a manager proves it here.",
    is_live=True,
)
