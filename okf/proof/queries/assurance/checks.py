"""The checks of the promise: what breaks it and what shows that it is kept, in words; with `attention`, all of them."""

from __future__ import annotations

from functools import partial
from typing import Final

from okf.policy.decision import C1, C2, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15
from okf.proof.queries.assurance import attention
from okf.proof.queries.assurance.findings import Check, Kind
from okf.proof.queries.assurance.put_back_checks import LEDGER as LEDGER, RESTORATIONS as RESTORATIONS
from okf.terms import Action

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
ROWS_ASTRAY: Final = Check(
    "rows_past_casebook",
    (C1, C5),
    "Every row that anyone relies on is as the last deed on it left it.",
    "One row is not as the last deed on it left it: it was changed, put in, taken out or put back past Casebook.",
    "{n} rows are not as the last deed on them left them: they were changed, put in, taken out or put back past"
    " Casebook.",
    "Rely on none of them, and ask whoever wrote it last. Whoever runs Casebook makes a backup now, as evidence, and"
    " puts each row back as it was in the backup that is named with it; the data protection lead finds out who can"
    " write to the database.",
)
MARKS_ASTRAY: Final = Check(
    "marks_past_casebook",
    (C1, C5),
    "Every event has the marks of the rows that it wrote.",
    "One event misses marks of the rows that it wrote: somebody took out or changed them past Casebook.",
    "{n} events miss marks of the rows that they wrote: somebody took out or changed them past Casebook.",
    "Keep the database as it is and compare with the last backup; the data protection lead finds out who can write to"
    " the database.",
)
LOGIC_ALTERED: Final = Check(
    "database_logic_altered",
    (C1, C5),
    "The database's tables, columns, constraints, indexes, seals and watchers are as Casebook made them, and there are"
    " no others.",
    "One table, column, constraint, index, seal or watcher of the database is missing, is not as Casebook made it, or"
    " is not Casebook's.",
    "{n} tables, columns, constraints, indexes, seals or watchers of the database are missing, are not as Casebook made"
    " them, or are not Casebook's.",
    "The data protection lead finds out who can write to the database; then whoever runs Casebook runs"
    " “python -m okf migrate”, which puts seals and watchers back; the rest comes from the last backup.",
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
CLOCKS_ASTRAY: Final = Check(
    "clocks_astray",
    (C9,),
    "Every open concern has a clock, and keeps what its clocks say.",
    "One concern has no clock, or keeps another instant than its clocks say.",
    "{n} concerns have no clock, or keep other instants than their clocks say.",
    "A safeguarding lead looks at what waits on each; the data protection lead finds out who can write to the"
    " database.",
    Action.READ_CONCERN,
)
WORDS_ASTRAY: Final = Check(
    "words_astray",
    (C1, C2),
    "Every text and file opens where it was written: none was changed, or moved to another row.",
    "One text or file does not open where it lies: it was changed, or moved from another row, past Casebook.",
    "{n} texts and files do not open where they lie: they were changed, or moved from other rows, past Casebook.",
    "Nobody is shown them. The data protection lead has them put back from the last backup, and finds out who can write"
    " to the database.",
)
SAFEGUARDING_ASTRAY: Final = Check(
    "safeguarding_words_astray",
    (C9,),
    "Every text and file of safeguarding opens where it was written.",
    "One text or file of safeguarding does not open where it lies: it was changed, or moved from another row, past"
    " Casebook.",
    "{n} texts and files of safeguarding do not open where they lie: they were changed, or moved from other rows, past"
    " Casebook.",
    "Nobody is shown them. The host's `assure` names each; the safeguarding lead and the data protection lead have them"
    " put back from the last backup, and find out who can write to the database.",
    Action.READ_CONCERN,
)
RECORDINGS: Final = Check(
    "recordings_without_agreement",
    (C13,),
    "No mediation session was cleared for recording unless everyone had agreed before it began, and each recording"
    " without that was reported.",
    "One mediation session was cleared for recording without everyone's agreement before it began, or recorded so and"
    " not reported.",
    "{n} mediation sessions were cleared for recording without everyone's agreement before they began, or recorded so"
    " and not reported.",
    "The mediator reports it as an incident; whether the mediation goes on is reviewed.",
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
    "Nothing was refused.",
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
CLOCK_SET: Final = _evidence(
    "clock_set",
    (C5,),
    "While Casebook ran, its machine's clock was never set by more than five minutes, nor behind the record.",
    "Once the machine's clock was set by more than five minutes while Casebook ran, or was behind the record.",
    "{n} times the machine's clock was set by more than five minutes while Casebook ran, or was behind the record.",
    is_live=True,
)
SHARED: Final = _evidence(
    "shares_by_authority",
    (C8, C9, C12),
    "Nothing left OKF.",
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
UNKNOWN_WORDS: Final = Check(
    "unknown_words",
    (C1, C4, C5),
    "Every word in the database that decides anything is one that Casebook knows.",
    "One row of the database holds a word that Casebook doesn't know, and so decides nothing by it.",
    "{n} rows of the database hold words that Casebook doesn't know, and so decides nothing by them.",
    "Keep the database as it is; the data protection lead finds out who can write to it, and whoever runs Casebook"
    " compares with the last backup.",
)

CHECKS: Final = (
    *(one for one in list(globals().values()) if isinstance(one, Check)),
    *(one for one in vars(attention).values() if isinstance(one, Check)),
)
