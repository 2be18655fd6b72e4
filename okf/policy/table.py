"""Access, as one table: what each action rests on and what it requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from okf.policy.access_routes import CUSTODIANS, EMERGENCY_OPENERS
from okf.policy.clauses import Clause
from okf.policy.decision import C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C15
from okf.policy.gates import (
    DATA_DECIDERS,
    Gate,
    account,
    brought_in_by_another,
    case_closed,
    case_lives,
    checks,
    decided,
    earlier_reviewed,
    free_grantee,
    grantee_here,
    left_at_closing,
    looked_first,
    no_conflict,
    not_the_subject,
    not_their_own,
    own_agreement,
    own_or_role,
    role,
    safeguarding_lead,
    second_reader,
    somebody_else,
    their_own_mediation,
    their_own_report,
    trained,
    within_their_capacity,
)
from okf.policy.misfiling import misfiling_decider
from okf.policy.share_deciders import DECIDERS
from okf.policy.sides import of_intake, on_no_side, on_no_side_but_own
from okf.policy.worker_gates import lead_of_worker, not_about_them, reopener
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, Role

MANAGERS = frozenset({Role.MANAGER})
GRANTERS = MANAGERS | SAFEGUARDING_LEADS
INTAKE = MANAGERS | {Role.INTAKE_OFFICER}
TAKERS = INTAKE | SAFEGUARDING_LEADS | {Role.CASEWORKER}
MEDIATORS = frozenset({Role.MEDIATOR})
RELABELLERS = MANAGERS | SAFEGUARDING_LEADS | {Role.CASEWORKER, Role.MEDIATOR, Role.THERAPIST}
OVERSEERS = MANAGERS | CUSTODIANS
HEAD_KEEPERS = frozenset({Role.TRUSTEE, Role.SAFEGUARDING_TRUSTEE, Role.DATA_PROTECTION_LEAD})
ANSWERERS_IN_CHARGE = GRANTERS | {Role.DATA_PROTECTION_LEAD}  # one of the two who sign for a restoration
ANSWERERS = ANSWERERS_IN_CHARGE | HEAD_KEEPERS
FIGURE_READERS = MANAGERS | {Role.TRUSTEE, Role.SAFEGUARDING_TRUSTEE}


@dataclass(frozen=True, slots=True)
class Rule:
    """What one action rests on. `opens_case` ones are decided grant by grant, the others by role alone.

    The gates of an `opens_case` rule are tried beside those of every grant.
    """

    under: tuple[Clause, ...]
    gates: tuple[Gate, ...] = ()
    opens_case: bool = False
    by_host: bool = False


def _by_role(under: tuple[Clause, ...], roles: frozenset[Role], *more: Gate, by_host: bool = False) -> Rule:
    return Rule(under, (account, own_agreement, checks, partial(role, roles), *more), by_host=by_host)


def _of_intake(
    under: tuple[Clause, ...], intake: frozenset[Role], *more: Gate, takers: frozenset[Role] = frozenset()
) -> Rule:
    return Rule(under, (account, own_agreement, checks, partial(of_intake, intake, takers), *more))


def _administrative(roles: frozenset[Role], by_host: bool = True) -> Rule:
    # Accounts, settings and imports open no case, and must work before the first agreement is on file.
    return Rule((C4, C5), (account, partial(role, roles)), by_host=by_host)


# Whoever gives an access gives it by these, whichever way: a grant, a handover, a reopening, a confirmation, an import.
GIVING: tuple[Gate, ...] = (
    no_conflict,
    somebody_else,
    grantee_here,
    free_grantee,
    within_their_capacity,
    decided,
    looked_first,
    case_lives,
)

_OPENS = Rule((C5, C6, C7), opens_case=True)
_OPENS_RECORD = Rule((C2, C5, C6, C7), opens_case=True)
_OWN = Rule((C5,), (account,))
_READS_SHARED = Rule((C2, C5, C8), (account, no_conflict, own_agreement, checks))
_LEAD = Rule((C9,), (account, not_the_subject, no_conflict, own_agreement, checks, safeguarding_lead))
_OWN_REPORT = Rule((C9,), (account, their_own_report))
_READS_DECISIONS = Rule((C9,), (account, not_the_subject, no_conflict, own_agreement, checks, second_reader))

ACCESS: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.LIST_CASELOAD: _by_role((C5,), MANAGERS),
        Action.LIST_OWN_CASES: _OWN,
        Action.LIST_CASE: _OPENS,
        Action.OPEN_CASE: _OPENS,
        Action.READ_RECORD: _OPENS_RECORD,
        Action.ADD_RECORD: _OPENS_RECORD,
        Action.CHANGE_RECORD: _OPENS_RECORD,
        Action.EXPORT_RECORD: _OPENS_RECORD,
        # Whose words a record has is changed by two who may both read it; the second isn't a helper for a day.
        Action.APPROVE_RELABEL: replace(_OPENS_RECORD, gates=(partial(role, RELABELLERS), not_their_own)),
        # What the other side's source says is written into its part by whoever heard it, and read by them no more.
        Action.HAND_OVER_RECORD: _OPENS_RECORD,
        # Whoever reads it may say so, and need not know where it belongs.
        Action.REPORT_MISFILING: _OPENS_RECORD,
        Action.DECIDE_MISFILING: Rule(
            (C2, C5), (account, own_agreement, checks, misfiling_decider, no_conflict, on_no_side, not_their_own)
        ),
        Action.LIST_BREACHES: _by_role((C1, C2), DATA_DECIDERS),
        Action.DECIDE_BREACH: _by_role((C1, C2), DATA_DECIDERS, no_conflict, not_their_own),
        Action.ADD_TASK: _OPENS,
        Action.COMPLETE_TASK: _OPENS,
        # It belongs to a part of the case, as a record does (C2).
        Action.MAKE_APPOINTMENT: _OPENS_RECORD,
        Action.SEE_CASE_ACCESS: _by_role((C5,), OVERSEERS),
        Action.OPEN_NEW_CASE: _by_role((C3, C5), MANAGERS),
        Action.TAKE_ENQUIRY: _by_role((C4, C5), TAKERS),
        Action.LIST_ENQUIRIES: _by_role((C4, C5), INTAKE),
        # Whoever took it may read and complete it until it is decided; then it is for intake, or for its case.
        Action.READ_ENQUIRY: _of_intake((C2, C4, C5), INTAKE, on_no_side_but_own, takers=TAKERS),
        Action.CHANGE_ENQUIRY: _of_intake((C2, C4, C5), INTAKE, on_no_side_but_own, takers=TAKERS),
        Action.REGISTER_ENQUIRY: _of_intake((C2, C3, C5), INTAKE, on_no_side),
        # It may not show whoever took the call that there is a case, so whoever runs the caseload decides it.
        Action.PUT_ON_CASE: _of_intake((C2, C3, C5), MANAGERS, no_conflict, on_no_side, case_lives),
        Action.CHANGE_SAFE_CONTACT: _OPENS_RECORD,
        # An address or a code word is looked up by a deed, so that the record says who did (C5).
        Action.SHOW_CONTACT: _OPENS_RECORD,
        Action.NOTE_UNDERTAKING: _OPENS_RECORD,
        Action.CHANGE_CASE: _by_role((C5,), MANAGERS, no_conflict, case_lives),
        Action.CLOSE_CASE: _by_role((C6,), GRANTERS, no_conflict, case_lives),
        Action.REOPEN_CASE: Rule((C6,), (account, own_agreement, checks, reopener, no_conflict)),
        Action.GRANT: _by_role((C5, C7), GRANTERS, *GIVING),
        # Whether a lead caseworker or a mediation may begin on a case that is to be looked at first.
        Action.LOOK_FIRST: _by_role((C3, C10), GRANTERS, no_conflict, on_no_side, case_lives),
        Action.TAKE_OFF_LOOK_FIRST: _by_role((C3, C10), GRANTERS, no_conflict, on_no_side, not_their_own, case_lives),
        Action.END_GRANT: _by_role((C5, C6), GRANTERS),
        # Only puts on record what `until` has already ended; it opens and closes nothing.
        Action.END_LAPSED_GRANTS: _administrative(frozenset({Role.ADMINISTRATOR})),
        # Drafts that nobody went on with for a month; their writers alone could ever read them.
        Action.FORGET_OLD_DRAFTS: _administrative(frozenset({Role.ADMINISTRATOR})),
        # Its key is made once, and the host may read out what can't be taken in: a concern is never lost (C9).
        Action.KEEP_INBOX: replace(_administrative(frozenset()), under=(C9,)),
        # What somebody had begun to write when the case closed, for a day, as what they could have written before.
        Action.KEEP_LEFT_DRAFT: Rule((C2, C5, C6, C7), (account, no_conflict, own_agreement, checks, left_at_closing)),
        # Finding an access still needed is giving it again: by the same rules.
        Action.CONFIRM_GRANT: _by_role((C5, C7), GRANTERS, *GIVING),
        Action.DECLARE_CONFLICT: _OWN,
        Action.LIFT_CONFLICT: _by_role((C5,), GRANTERS, not_their_own),
        Action.LIST_CONFLICTS: _by_role((C5,), GRANTERS),
        # Among what they may open, which the query decides case by case; the fact of being known here is protected.
        Action.CHECK_KNOWN: Rule((C4, C5), (account, own_agreement, checks)),
        Action.SEE_PROTECTED_MATCH: _by_role((C4, C5), frozenset({Role.INTAKE_OFFICER})),
        Action.TELL_APART: Rule((C4, C5), (account, own_agreement, checks)),
        Action.DECIDE_MATCH: _by_role((C2, C5), MANAGERS, no_conflict),
        # That two cases are of one family: asked by one, agreed by another, and taken back so too. It opens nothing.
        # Whoever works for a side is not told of it: who else of the family called is not theirs to know.
        Action.LINK_CASES: _by_role((C2, C5), MANAGERS, no_conflict, on_no_side),
        Action.AGREE_TO_LINK: _by_role((C2, C5), GRANTERS, no_conflict, on_no_side, not_their_own),
        # Only makes what is kept for searching anew, from what is on file.
        Action.KEEP_MATCH_KEYS: _administrative(frozenset({Role.ADMINISTRATOR})),
        Action.OPEN_EMERGENCY_ACCESS: _by_role(
            (C5, C9), EMERGENCY_OPENERS, no_conflict, on_no_side, earlier_reviewed, case_lives
        ),
        Action.END_EMERGENCY_ACCESS: _OWN,
        Action.REVIEW_EMERGENCY_ACCESS: _by_role((C5, C9), GRANTERS, no_conflict, not_their_own),
        Action.AGREE_TO_SHARE: Rule((C2, C5, C6, C7, C8), opens_case=True),
        Action.WITHDRAW_AGREEMENT: Rule((C2, C5, C6, C7, C8), opens_case=True),
        Action.OPEN_CUSTODY: _by_role((C6, C15), CUSTODIANS, no_conflict, case_closed),
        Action.END_CUSTODY: _OWN,
        Action.REQUEST_ACCESS: _OWN,
        Action.DECIDE_ACCESS_REQUEST: _by_role((C5,), GRANTERS, not_their_own),
        # Asking to share is never gated, least of all in danger; whether it may go is for the routes of sharing.
        Action.SHARE: Rule((C8, C9), (account,)),
        Action.APPROVE_SHARE: _by_role((C9, C11), frozenset(DECIDERS), no_conflict),
        # Whether a worry is passed on is the lead's word; the trustee's where it is about a lead.
        Action.DECIDE_SHARE: _by_role((C9,), FOR_SAFETY, no_conflict),
        Action.SEND_SHARE: Rule((C8, C9), (account, own_agreement, checks)),
        # Whoever starts one chooses the mediator, and lets them into what they need in the same transaction.
        Action.START_MEDIATION: _by_role((C5, C7, C10, C11), GRANTERS, *GIVING),
        Action.CHANGE_MEDIATOR: _by_role((C2, C5, C7, C10, C11), GRANTERS, *GIVING),
        Action.LIST_MEDIATIONS: _by_role((C5, C10), MEDIATORS),
        Action.MEDIATE: Rule((C2, C5, C6, C7, C10), (their_own_mediation,), opens_case=True),
        Action.ISSUE_OUTCOME: Rule((C2, C5, C6, C7, C10, C12), (their_own_mediation,), opens_case=True),
        Action.REVIEW_SHARE: _by_role((C9,), FOR_SAFETY, no_conflict, not_their_own),
        # Whether they may read what is in the share is asked of each of its records besides.
        Action.OPEN_PACKAGE: _READS_SHARED,
        Action.BLACK_OUT: _READS_SHARED,
        Action.SECOND_READ: _READS_SHARED,
        # One of the pool, who sees what would go out and nothing else; asked where nobody else of that side is there.
        Action.SECOND_READ_IN_TURN: _by_role((C2, C5, C7, C8), frozenset({Role.SECOND_READER}), no_conflict, trained),
        Action.AGREE_RECORDING: Rule((C5, C6, C7, C13), opens_case=True),
        # An unauthorised recording: whether the mediation goes on is looked at by somebody who did not report it.
        Action.REVIEW_INCIDENT: _by_role(
            (C10, C13), MANAGERS | {Role.DATA_PROTECTION_LEAD}, no_conflict, not_their_own
        ),
        # Reporting harm is never gated: not by a missing signature, not by a closed case.
        Action.RAISE_CONCERN: Rule((C9,), (account,)),
        # Nor what they forgot: to their own report alone, whatever has become of it, and whomever it is about.
        Action.ADD_TO_OWN_REPORT: _OWN_REPORT,
        # Their own words on paper, and nothing of what came of them.
        Action.TAKE_OUT_OWN_REPORT: _OWN_REPORT,
        Action.LIST_CONCERNS: _LEAD,
        Action.LIST_OWN_CONCERNS: Rule((C9,), (account,)),
        # Whoever reads a decision again sees what its maker saw.
        Action.READ_CONCERN: _READS_DECISIONS,
        Action.TRIAGE_CONCERN: _LEAD,
        # To share or not to share: whether it may go is for the routes of sharing besides.
        Action.DECIDE_CONCERN: _LEAD,
        Action.LIST_DECISIONS: _by_role((C9,), FOR_SAFETY),
        Action.REVIEW_DECISION: replace(_READS_DECISIONS, gates=(*_READS_DECISIONS.gates, not_their_own)),
        Action.HAND_OVER_CONCERN: _LEAD,
        Action.SET_CHECKLISTS: _by_role((C9,), SAFEGUARDING_LEADS),
        # One's own days away; those of others, who may be ill, for whoever sees that their work is done.
        Action.ENTER_ABSENCE: Rule((C3, C9), (account, partial(own_or_role, MANAGERS | SAFEGUARDING_LEADS))),
        # Who is on duty and on which telephone, and when the next one hears of a clock. It opens nothing, and waits for
        # no signature.
        Action.KEEP_ROTA: Rule((C9,), (account, partial(role, GRANTERS))),
        Action.SET_LADDER: Rule((C9,), (account, partial(role, GRANTERS))),
        Action.CLIMB_LADDER: _administrative(frozenset()),  # the host's own, as the reminders
        # What leaves on paper is blacked out by one and read again by another, who may be the trustee about a lead.
        Action.PREPARE_CONCERN_PAPER: _LEAD,
        Action.READ_CONCERN_PAPER_AGAIN: replace(_READS_DECISIONS, gates=(*_READS_DECISIONS.gates, not_their_own)),
        Action.TAKE_OUT_CONCERN_PAPER: _LEAD,
        # In roles and without names; once it is handed over a trustee reads it, unless it is about them.
        Action.DRAFT_INCIDENT_REPORT: _LEAD,
        Action.LIST_INCIDENT_REPORTS: _by_role((C9,), FOR_SAFETY | {Role.TRUSTEE}),
        Action.READ_INCIDENT_REPORT: _by_role((C9,), FOR_SAFETY | {Role.TRUSTEE}, not_the_subject, no_conflict),
        # Over concerns about service users alone, small cells hidden: nobody learns from it of one about themselves.
        Action.SEE_SAFEGUARDING_FIGURES: _by_role((C2, C9), FOR_SAFETY | {Role.TRUSTEE}),
        Action.COUNT_CONCERNS: _by_role((C5, C9), MANAGERS | SAFEGUARDING_LEADS),
        # A concern about a lead is the trustee's too, and no other is.
        Action.LIST_LEAD_ALLEGATIONS: _by_role((C9,), frozenset({Role.SAFEGUARDING_TRUSTEE})),
        # Conduct below the threshold of harm; each one is decided on as what it is: about whom.
        Action.LIST_LOW_LEVEL: _by_role((C9,), FOR_SAFETY),
        Action.NOTE_LOW_LEVEL: Rule((C9,), (account, not_about_them, own_agreement, checks, lead_of_worker)),
        # Numbers of offices, and about nobody: whoever may raise a concern sees them, and the leads keep them right.
        Action.LIST_DIRECTORY: _by_role((C9,), GRANTERS | FOR_SAFETY),
        Action.CHANGE_DIRECTORY: _by_role((C9,), SAFEGUARDING_LEADS, by_host=True),
        Action.SET_CONTACT_MARKER: _LEAD,
        Action.LIST_CONTACT_MARKERS: _by_role((C9,), FOR_SAFETY),
        Action.LIST_AGREEMENTS: _by_role((C7,), OVERSEERS | {Role.COMPLIANCE_VIEWER}),
        Action.LIST_OWN_AGREEMENTS: Rule((C7, C15), (account,)),
        Action.SIGN_AGREEMENT: Rule((C7,), (account,)),
        Action.DRAFT_AGREEMENT: _administrative(frozenset({Role.MANAGER, Role.DATA_PROTECTION_LEAD}), by_host=False),
        Action.PUBLISH_AGREEMENT: _administrative(frozenset({Role.MANAGER, Role.DATA_PROTECTION_LEAD})),
        # A scan opens nothing until somebody else, neither the signer nor who filed it, has verified it.
        Action.FILE_PAPER_SIGNATURE: _by_role((C7,), OVERSEERS),
        Action.VERIFY_PAPER_SIGNATURE: _by_role((C7,), OVERSEERS, somebody_else, not_their_own),
        # The ladder's reminders are the host's own; what is sent says no more than "sign in".
        Action.REMIND_TO_SIGN: _by_role((C7,), OVERSEERS | {Role.COMPLIANCE_VIEWER}, by_host=True),
        Action.SEND_MAIL: _administrative(frozenset({Role.MANAGER, Role.ADMINISTRATOR})),
        Action.MANAGE_PARTNERS: _by_role((C5, C7), frozenset({Role.MANAGER, Role.DATA_PROTECTION_LEAD})),
        Action.LIST_CHECKS: _by_role((C5,), OVERSEERS),
        Action.RECORD_CHECK: _by_role((C5,), GRANTERS, not_their_own),
        # It only takes away, so it waits for no signature of whoever records it.
        Action.RECORD_LEAVER: Rule(
            (C5, C6, C15),
            (account, partial(role, frozenset({Role.MANAGER, Role.ADMINISTRATOR})), not_their_own),
            by_host=True,
        ),
        Action.REASSIGN_TASK: _by_role((C3, C5), MANAGERS, no_conflict, case_lives),
        Action.MANAGE_ACCOUNTS: _administrative(frozenset({Role.ADMINISTRATOR})),
        # Of those that a file may give at all: the powerful ones are the host's alone.
        Action.GIVE_ROLE: _by_role((C4, C5), MANAGERS, not_their_own, by_host=True),
        # Whoever brings somebody in by a file and then lets them in could be them.
        Action.INVITE: Rule(
            (C4, C5), (account, partial(role, frozenset({Role.ADMINISTRATOR})), brought_in_by_another), by_host=True
        ),
        Action.CHANGE_SETTINGS: _administrative(frozenset({Role.ADMINISTRATOR})),
        Action.ROTATE_KEYS: _administrative(frozenset()),  # for the host alone: the key is in a file there
        # What the ledger of endings says is ended: it only takes away.
        Action.KEEP_LEDGER: _administrative(frozenset()),
        # For the host alone: the backup and the keys are files there.
        Action.RESTORE: _administrative(frozenset()),
        # Whoever answers for families; administrators may be whoever put it back. It waits for no agreement.
        Action.SIGN_RESTORATION: Rule((C4, C5), (account, partial(role, ANSWERERS))),
        # The record's head leaves the host with those who would find its end missing.
        Action.TAKE_HEAD: _administrative(HEAD_KEEPERS, by_host=False),
        Action.MEND_FIGURES: _administrative(frozenset()),  # for the host alone: nobody else writes meanwhile
        Action.MARK_ROWS: _administrative(frozenset()),  # what was there before rows were marked: the host, once
        Action.BACK_UP: _administrative(frozenset()),  # for the host alone: it says where the files go
        Action.SEE_BACKUPS: _administrative(frozenset({Role.MANAGER, Role.ADMINISTRATOR})),
        Action.WATCH_CLOCK: _administrative(frozenset()),  # the host's own, while the server runs
        Action.SET_CASELOAD_LIMIT: _by_role((C3, C5), MANAGERS),
        # The first load of an empty Casebook, which may name everybody: for the host alone.
        Action.LOAD_CASELOAD: _administrative(frozenset()),
        # Asks for each row besides what its own page would ask.
        Action.IMPORT_CASELOAD: _administrative(frozenset({Role.MANAGER, Role.ADMINISTRATOR})),
        Action.IMPORT_ENQUIRIES: _administrative(INTAKE | {Role.ADMINISTRATOR}),
        Action.MANAGE_OWN_ACCOUNT: _OWN,
        Action.SEE_OWN_ACCESS: _OWN,
        # The leads too; the query leaves out, for each reader, what is done about a concern about them (C9).
        Action.READ_AUDIT: _by_role((C4, C5), CUSTODIANS, by_host=True),
        # The promise and whether it is kept are for everyone here; the figures and what is behind them are not.
        Action.SEE_COMMITMENT: Rule((C1,), (account,)),
        Action.PREPARE_RECEIPT: _by_role((C1, C4), frozenset({Role.MANAGER, Role.DATA_PROTECTION_LEAD}), no_conflict),
        Action.APPROVE_RECEIPT: _by_role((C1, C4), frozenset({Role.DATA_PROTECTION_LEAD}), no_conflict, not_their_own),
        Action.ASSURE: _by_role((C5, C7), OVERSEERS, by_host=True),
        # Figures about groups, small cells hidden: made by one, and let out by somebody who had no hand in them.
        Action.PREPARE_FIGURES: _by_role((C2, C4), MANAGERS),
        Action.APPROVE_FIGURES: _by_role((C2, C4), FIGURE_READERS, not_their_own),
        Action.READ_FIGURES: _by_role((C2, C4), FIGURE_READERS),
        # Figures that leave the building by mail, once a week, to whoever asked for them.
        Action.TAKE_DIGEST: _by_role((C2, C4), GRANTERS),
        Action.QUEUE_DIGESTS: _administrative(frozenset()),  # the host's own, as the ladder's reminders
        Action.ASK_WHY: _OWN,
        Action.ASK_WHY_OF_OTHERS: _by_role((C5,), OVERSEERS),
        # An imagined case: nothing of anybody's is in the answer.
        Action.REHEARSE: _by_role((C5,), OVERSEERS | {Role.TRUSTEE, Role.SAFEGUARDING_TRUSTEE}),
    }
)
