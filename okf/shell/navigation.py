"""Which pages there are, at which address, and for whom each one is in the menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Final

import streamlit as st

from okf.asker import (
    allowed_actions,
)
from okf.desk import Desk
from okf.shell.words import told_plainly
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. It is for whoever the policy allows one of `opens`; for everyone signed in if there are none.

    Pages of one `section` stand together in the menu, without a heading:
    Streamlit's make lists that a screen reader can't follow. `listed` False
    keeps a page out of the menu but not from its address, as that of one case.
    Of a `group` the menu has the first page that is theirs; each page of it
    begins with the way to the others.
    """

    module: str
    url_path: str
    title: str
    icon: str
    opens: tuple[Action, ...] = ()
    section: str = ""
    listed: bool = True
    group: str = ""


ACCESS, CONCERNS, SIGNATURES, PEOPLE = "Access", "Concerns", "Signatures", "People"
CASELOAD, PROMISE = "Caseload", "The promise"
PAGES: Final[tuple[Entry, ...]] = (
    Entry("pages.overview", "", "Overview", ":material/home:"),
    Entry("pages.enquiries", "enquiries", "Enquiries", ":material/call:", (Action.TAKE_ENQUIRY,)),
    Entry("pages.enquiry", "enquiry", "Enquiry", ":material/call:", (Action.TAKE_ENQUIRY,), listed=False),
    Entry("pages.known", "known", "Is this person known?", ":material/person_search:", (Action.SEE_PROTECTED_MATCH,)),
    Entry("pages.cases", "cases", "Cases", ":material/folder_shared:"),
    Entry("pages.case", "case", "Case", ":material/folder_open:", listed=False),
    Entry("pages.caseload", "caseload", "Caseload", ":material/monitoring:", (Action.LIST_CASELOAD,), group=CASELOAD),
    Entry(
        "pages.forecast", "forecast", "Forecast", ":material/event_upcoming:", (Action.LIST_CASELOAD,), group=CASELOAD
    ),
    Entry("pages.access_map", "access_map", "Access map", ":material/key:", (Action.SEE_CASE_ACCESS,), group=CASELOAD),
    Entry("pages.team", "team", "Team", ":material/groups:", (Action.LIST_CASELOAD,), group=CASELOAD),
    Entry(
        "pages.figures",
        "figures",
        "Figures for funders",
        ":material/summarize:",
        (Action.READ_FIGURES,),
        group=CASELOAD,
    ),
    Entry(
        "pages.figure_set",
        "figure_set",
        "A set of figures",
        ":material/summarize:",
        (Action.READ_FIGURES,),
        listed=False,
    ),
    Entry("pages.calendar", "calendar", "Calendar and tasks", ":material/calendar_month:"),
    Entry(
        "pages.mediations",
        "mediations",
        "Mediations",
        ":material/forum:",
        (Action.LIST_MEDIATIONS, Action.REVIEW_INCIDENT),
    ),
    Entry("pages.mediation", "mediation", "Mediation", ":material/forum:", listed=False),
    Entry("pages.shares", "shares", "Shares", ":material/send:"),
    Entry("pages.share", "share", "Share", ":material/send:", listed=False),
    Entry("pages.concerns", "concerns", "Concerns", ":material/shield_person:", group=CONCERNS),
    Entry("pages.on_duty", "on_duty", "Who is on duty", ":material/support_agent:", group=CONCERNS),
    Entry(
        "pages.contact_markers",
        "contact_markers",
        "Contact markers",
        ":material/back_hand:",
        (Action.LIST_CONTACT_MARKERS,),
        group=CONCERNS,
    ),
    Entry(
        "pages.low_level",
        "low_level",
        "Low-level concerns",
        ":material/stacks:",
        (Action.LIST_LOW_LEVEL,),
        group=CONCERNS,
    ),
    Entry(
        "pages.decisions",
        "decisions",
        "Decisions to read",
        ":material/balance:",
        (Action.LIST_DECISIONS,),
        group=CONCERNS,
    ),
    Entry("pages.concern", "concern", "Concern", ":material/shield_person:", listed=False),
    Entry(
        "pages.safeguarding_figures",
        "safeguarding_figures",
        "Safeguarding figures",
        ":material/bar_chart:",
        (Action.SEE_SAFEGUARDING_FIGURES,),
        group="Safeguarding figures",
    ),
    Entry(
        "pages.serious_incidents",
        "serious_incidents",
        "Serious incidents",
        ":material/report:",
        (Action.LIST_INCIDENT_REPORTS,),
        group="Safeguarding figures",
    ),
    Entry("pages.raise_concern", "raise_concern", "Raise a concern", ":material/add_alert:"),
    Entry("pages.access_requests", "access_requests", "Access requests", ":material/front_hand:", group=ACCESS),
    Entry(
        "pages.confirmations",
        "confirmations",
        "Confirm access",
        ":material/task_alt:",
        (Action.CONFIRM_GRANT,),
        group=ACCESS,
    ),
    Entry(
        "pages.emergency_reviews",
        "emergency_reviews",
        "Emergency reviews",
        ":material/emergency:",
        (Action.REVIEW_EMERGENCY_ACCESS,),
        group=ACCESS,
    ),
    Entry(
        "pages.conflicts",
        "conflicts",
        "Conflicts of interest",
        ":material/do_not_disturb_on:",
        (Action.LIST_CONFLICTS,),
        group=ACCESS,
    ),
    Entry(
        "pages.agreements",
        "agreements",
        "Agreements",
        ":material/fact_check:",
        (Action.LIST_AGREEMENTS,),
        group=SIGNATURES,
    ),
    Entry(
        "pages.chasing",
        "chasing",
        "Outstanding signatures",
        ":material/notifications:",
        (Action.LIST_AGREEMENTS,),
        group=SIGNATURES,
    ),
    Entry(
        "pages.agreement_texts",
        "agreement_texts",
        "Agreement texts",
        ":material/edit_note:",
        (Action.DRAFT_AGREEMENT,),
        group=SIGNATURES,
    ),
    Entry(
        "pages.paper_signatures",
        "paper_signatures",
        "Signatures on paper",
        ":material/contract:",
        (Action.FILE_PAPER_SIGNATURE,),
        group=SIGNATURES,
    ),
    Entry(
        "pages.bound",
        "bound",
        "Everyone bound",
        ":material/menu_book:",
        (Action.LIST_AGREEMENTS,),
        group=SIGNATURES,
    ),
    Entry(
        "pages.certificates",
        "certificates",
        "Check a certificate",
        ":material/verified_user:",
        (Action.ASSURE,),
        group=SIGNATURES,
    ),
    Entry("pages.my_agreements", "my_agreements", "Your agreements", ":material/edit_document:"),
    Entry("pages.why", "why", "Why?", ":material/help:"),
    Entry(
        "pages.accounts",
        "accounts",
        "People and accounts",
        ":material/manage_accounts:",
        (Action.MANAGE_ACCOUNTS,),
        group=PEOPLE,
    ),
    Entry(
        "pages.checks",
        "checks",
        "Vetting and training",
        ":material/badge:",
        (Action.LIST_CHECKS, Action.CHANGE_SETTINGS),
        group=PEOPLE,
    ),
    Entry(
        "pages.partners",
        "partners",
        "Partner organisations",
        ":material/diversity_3:",
        (Action.LIST_AGREEMENTS,),
        group=PEOPLE,
    ),
    Entry("pages.leaving", "leaving", "Leaving", ":material/logout:", (Action.RECORD_LEAVER,), group=PEOPLE),
    Entry("pages.mail", "mail", "Mails", ":material/outgoing_mail:", (Action.SEND_MAIL,), group=PEOPLE),
    Entry(
        "pages.imports",
        "imports",
        "Import a caseload",
        ":material/upload_file:",
        (Action.IMPORT_CASELOAD, Action.IMPORT_ENQUIRIES),
    ),
    Entry("pages.account", "account", "Your account", ":material/person:"),
    Entry("pages.commitment", "commitment", "The Commitment", ":material/handshake:", section=PROMISE),
    Entry("pages.rehearse", "rehearse", "Rehearse", ":material/quiz:", (Action.ASK_WHY_OF_OTHERS,), PROMISE),
    Entry("pages.record", "record", "The record", ":material/history:", (Action.READ_AUDIT,), PROMISE),
    Entry("pages.proof", "proof", "Who could open a case?", ":material/verified:", (Action.READ_AUDIT,), PROMISE),
    Entry("pages.receipts", "receipts", "Access receipts", ":material/mail:", (Action.PREPARE_RECEIPT,), PROMISE),
)
ARRIVED: Final = "okf_arrived"  # whether this run is the first one on its page
_HERE: Final = "okf_here"
_ACTIONS: Final = frozenset(action for entry in PAGES for action in entry.opens)


def pages_for(desk: Desk) -> list[Entry]:
    """The pages that this person may open."""
    allowed = allowed_actions(desk, _ACTIONS)
    order = list(dict.fromkeys(entry.section for entry in PAGES))
    return sorted(
        (entry for entry in PAGES if not entry.opens or allowed.intersection(entry.opens)),
        key=lambda entry: order.index(entry.section),
    )


def chosen(desk: Desk) -> Callable[[], None]:
    """Draw the menu of this person, and find the page that the address names; running it shows it."""
    theirs = pages_for(desk)
    groups: dict[str, list[Entry]] = {}
    for entry in theirs:
        groups.setdefault(entry.group or entry.module, []).append(entry)
    pages = [
        st.Page(
            partial(_show, entry, groups[entry.group or entry.module], desk),
            title=entry.title,
            icon=entry.icon,
            url_path=entry.url_path,
            default=not entry.url_path,
            visibility="visible" if entry.listed and entry is groups[entry.group or entry.module][0] else "hidden",
        )
        for entry in theirs
    ]
    return st.navigation(pages).run


def at_the_door(show: Callable[[], None]) -> Callable[[], None]:
    """Register every address with the sign-in, so that it keeps the address it was asked for."""
    pages = [
        st.Page(show, title="Sign in", url_path=entry.url_path, default=not entry.url_path, visibility="hidden")
        for entry in PAGES
    ]
    return st.navigation(pages, position="hidden").run


def _show(entry: Entry, group: list[Entry], desk: Desk) -> None:
    st.session_state[ARRIVED] = st.session_state.get(_HERE) != entry.url_path
    st.session_state[_HERE] = entry.url_path
    if len(group) > 1:
        with st.container(horizontal=True, gap="small", key="okf_beside"):
            for one in group:
                to = st.Page(_elsewhere, title=one.title, url_path=one.url_path)
                st.page_link(to, label=one.title, icon=one.icon, width="content")
    with told_plainly():
        import_module(entry.module).render(desk)


def _elsewhere() -> None:
    raise RuntimeError("this page only stands for its address")
