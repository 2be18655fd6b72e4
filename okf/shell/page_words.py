"""What people call each page and what they do there, for the search of the bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from okf.desk import Desk
from okf.match.fold import folded
from okf.match.names import named_so
from okf.shell.navigation import pages_for

# By the address of a page: other words for it than its title.
WORDS: Final[Mapping[str, str]] = {
    "": "home start overview dashboard what waits for me",
    "enquiries": "calls referrals new families intake register waiting",
    "known": "match duplicate check search family person",
    "cases": "families clients case list caseload my cases call note record task",
    "caseload": "dashboard statistics allocation workload waiting unallocated numbers",
    "forecast": "prediction expected next weeks capacity planning",
    "access_map": "who can see which case permissions rights grants unused",
    "team": "caseworkers workload supervision room colleagues",
    "figures": "statistics funders report numbers annual anonymous",
    "left_drafts": "unfinished notes lost",
    "calendar": "appointments diary meetings to do deadlines ics",
    "mediations": "mediation sessions proposals outcome",
    "shares": "sharing send information court police other side package redact black out",
    "handed_over": "handover records other caseworker",
    "breaches": "data breach misfiled wrong case ico",
    "concerns": "safeguarding worry report harm abuse alert",
    "on_duty": "rota duty lead telephone phone ring safeguarding number absence holiday leave away",
    "directory": "council children's services lado phone numbers out of hours",
    "contact_markers": "flags danger warnings visits",
    "low_level": "allegation staff conduct",
    "checklists": "questions safeguarding assessment",
    "decisions": "second reader review decision chase referral",
    "safeguarding_figures": "statistics concerns numbers annual report",
    "serious_incidents": "charity commission incident report",
    "raise_concern": "safeguarding worry report harm abuse danger child tell",
    "access_requests": "ask for a case permission let me in",
    "confirmations": "review access still needed grants recertify",
    "emergency_reviews": "break glass emergency access review",
    "conflicts": "tie relative know the family match link cases",
    "agreements": "who has signed signatures unsigned suspended confidentiality",
    "chasing": "remind reminder who has not signed unsigned overdue signatures",
    "agreement_texts": "edit wording version publish confidentiality",
    "paper_signatures": "scan upload signed paper verify",
    "bound": "register who is bound everybody signed history",
    "certificates": "verify proof of signature certificate",
    "my_agreements": "sign my signature confidentiality certificate",
    "why": "refused can't open denied access explain reason",
    "accounts": "users staff invite lock password reset roles new starter",
    "checks": "dbs training safeguarding course vetting expires references",
    "partners": "organisations agencies agreement expires partner",
    "leaving": "leaver last day resign retire account close",
    "mail": "e-mail email outbox failed sent",
    "imports": "upload spreadsheet excel csv load data",
    "account": "password two-step second factor authenticator phone sessions settings profile name",
    "commitment": "promise clauses kept privacy assurance",
    "rehearse": "what if try a question policy test",
    "record": "audit log history who did what trail",
    "proof": "who could see open a case on a day",
    "receipts": "subject access request who has seen their data gdpr letter",
}
# What people want to do, the page where it begins, and other words for it.
ACTIONS: Final = (
    ("Take an enquiry", "enquiry", "new call first contact phone referral intake"),
    ("Write a call note: choose the case", "cases", "note record phone contact write add"),
    ("Add a task: choose the case", "cases", "to do reminder"),
    ("Change your password", "account", "new passphrase"),
    ("Sign your agreement", "my_agreements", "signature renew re-sign"),
    ("Enter your days away", "on_duty", "holiday sick leave absence"),
    ("Remind people to sign", "chasing", "reminder chase signature"),
    ("Ask for access to a case", "access_requests", "permission let me in request"),
)


def pages_called(desk: Desk, words: str) -> list[tuple[str, str]]:
    """Pages and actions of this person that are called so, those with it in their name first: each with its address."""
    wanted = folded(words).split()
    if not wanted:
        return []
    titles = {page.url_path: page.title for page in pages_for(desk)}
    called = [(title, path, WORDS[path]) for path, title in titles.items() if path in WORDS]
    called += [(said, path, also) for said, path, also in ACTIONS if path in titles]
    named = [one for one in called if named_so(wanted, folded(one[0]))]
    also = [one for one in called if one not in named and named_so(wanted, folded(f"{one[0]} {one[2]}"))]
    return [(said, path) for said, path, _ in (*named, *also)]
