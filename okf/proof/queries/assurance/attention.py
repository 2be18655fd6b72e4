"""What somebody must act on while the promise holds, in words."""

from __future__ import annotations

from functools import partial
from typing import Final

from okf.policy.decision import C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15
from okf.proof.queries.assurance.findings import Check, Kind
from okf.terms import Action

_attention = partial(Check, kind=Kind.ATTENTION, is_live=True)

SUSPENDED: Final = _attention(
    "grants_suspended",
    (C7,),
    "Everybody with a live access has signed the agreement that it needs.",
    "One live access is suspended until its holder signs.",
    "{n} live accesses are suspended until their holders sign.",
    "A manager asks them to sign on the Agreements page; access resumes at once.",
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
INCIDENTS: Final = _attention(
    "recordings_unreviewed",
    (C13,),
    "Every recording to which not everyone had agreed was looked at by somebody else.",
    "One recording to which not everyone had agreed was reported, and waits for somebody else to review it.",
    "{n} recordings to which not everyone had agreed were reported, and wait for somebody else to review them.",
    "A manager or the data protection lead, other than who reported it, decides whether the mediation goes on.",
    is_live=False,
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
KEPT_ASTRAY: Final = _attention(
    "kept_rows_differ",
    (C3, C7),
    "The standings, figures and keys that are kept for speed are those of the facts.",
    "One standing, figure or key that is kept for speed is not that of the facts, so that a list or a look may hide"
    " somebody.",
    "{n} standings, figures or keys that are kept for speed are not those of the facts, so that lists and looks may"
    " hide somebody.",
    "Whoever runs Casebook runs “python -m okf check --mend” on the host, which makes them anew.",
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
BACKUPS: Final = _attention(
    "backups_overdue",
    (C4, C15),
    "A good backup was made within the last 26 hours, or no folder is set in which one is made by itself.",
    "No good backup was made within the last 26 hours.",
    "No good backup was made within the last 26 hours.",
    "Whoever runs Casebook's host runs “python -m okf backup”, which makes one, or says what is wrong.",
)
CLOCK_BEHIND: Final = _attention(
    "clock_behind",
    (C5, C6),
    "The machine's clock is not behind the record: whatever ended stays ended.",
    "The machine's clock is behind the record. Casebook counts on from the record, so whatever ended stays ended.",
    "The machine's clock is behind the record.",
    "Whoever runs this machine sets its clock; if that is right, it once ran ahead: “A clock that is wrong” in"
    " docs/operations.md.",
    is_live=True,
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
