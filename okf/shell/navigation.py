"""Which pages there are, at which address, for whom each is in the menu, and links from one to another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from typing import Final

import streamlit as st

from okf.asker import allowed_actions
from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.shell.app_context import parts
from okf.shell.words import errors_shown
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. It is for whoever the policy allows one of `opens`; for everyone signed in if there are none.

    Pages of one `section` stand together in the menu, without a heading:
    Streamlit's make lists that a screen reader can't follow. `listed` False
    keeps a page out of the menu but not from its address, as that of one case.
    Of a `group` the menu has the first page that is theirs; each page of it
    begins with the way to the others. `symbol` names the icon.
    """

    url_path: str
    title: str
    symbol: str
    opens: tuple[Action, ...] = ()
    section: str = ""
    listed: bool = True
    group: str = ""

    @property
    def module(self) -> str:
        """The module whose `render` shows it."""
        return f"pages.{self.url_path or 'overview'}"

    @property
    def icon(self) -> str:
        """Its icon, as Streamlit names it."""
        return f":material/{self.symbol}:"


RAISE: Final = "raise_concern"
ACCESS, CONCERNS, SIGNATURES, PEOPLE = "Access", "Concerns", "Signatures", "People"
CASELOAD, FIGURES, PROMISE = "Caseload", "Safeguarding figures", "The promise"
PAGES: Final[tuple[Entry, ...]] = (
    Entry("", "Today", "home"),
    Entry("enquiries", "Enquiries", "call", (Action.TAKE_ENQUIRY,)),
    Entry("enquiry", "Enquiry", "call", (Action.TAKE_ENQUIRY,), listed=False),
    Entry("known", "Is this person known?", "person_search", (Action.SEE_PROTECTED_MATCH,)),
    Entry("cases", "Cases", "folder_shared"),
    Entry("case", "Case", "folder_open", listed=False),
    Entry("caseload", "Caseload", "monitoring", (Action.LIST_CASELOAD,), group=CASELOAD),
    Entry("forecast", "Forecast", "event_upcoming", (Action.LIST_CASELOAD,), group=CASELOAD),
    Entry("access_map", "Who has access", "key", (Action.SEE_CASE_ACCESS,), group=CASELOAD),
    Entry("team", "Team", "groups", (Action.LIST_CASELOAD,), group=CASELOAD),
    Entry("figures", "Figures for funders", "summarize", (Action.READ_FIGURES,), group=CASELOAD),
    Entry("figure_set", "A set of figures", "summarize", (Action.READ_FIGURES,), listed=False),
    Entry("left_drafts", "Unfinished drafts", "draft", listed=False),
    Entry("calendar", "Calendar and tasks", "calendar_month"),
    Entry("mediations", "Mediations", "forum", (Action.LIST_MEDIATIONS, Action.REVIEW_INCIDENT)),
    Entry("mediation", "Mediation", "forum", listed=False),
    Entry("shares", "Shares", "send"),
    Entry("share", "Share", "send", listed=False),
    Entry("handed_over", "Records handed over", "move_item"),
    Entry("breaches", "Data breaches", "gpp_maybe", (Action.DECIDE_MISFILING,)),
    Entry("second_reading", "Second reading", "send", listed=False),
    Entry("concerns", "Concerns", "shield_person", group=CONCERNS),
    Entry("on_duty", "Who is on duty", "support_agent", group=CONCERNS),
    Entry("directory", "Local authorities", "contact_phone", (Action.LIST_DIRECTORY,), group=CONCERNS),
    Entry("contact_markers", "Contact markers", "back_hand", (Action.LIST_CONTACT_MARKERS,), group=CONCERNS),
    Entry("low_level", "Low-level concerns", "stacks", (Action.LIST_LOW_LEVEL,), group=CONCERNS),
    Entry("checklists", "Checklists", "checklist", (Action.SET_CHECKLISTS,), group=CONCERNS),
    Entry("decisions", "Decisions to read", "balance", (Action.LIST_DECISIONS,), group=CONCERNS),
    Entry("concern", "Concern", "shield_person", listed=False),
    Entry(
        "safeguarding_figures", "Safeguarding figures", "bar_chart", (Action.SEE_SAFEGUARDING_FIGURES,), group=FIGURES
    ),
    Entry("serious_incidents", "Serious incidents", "report", (Action.LIST_INCIDENT_REPORTS,), group=FIGURES),
    Entry(RAISE, "Raise a concern", "add_alert"),
    Entry("access_requests", "Access requests", "front_hand", group=ACCESS),
    Entry("confirmations", "Confirm access", "task_alt", (Action.CONFIRM_GRANT,), group=ACCESS),
    Entry("emergency_reviews", "Emergency reviews", "emergency", (Action.REVIEW_EMERGENCY_ACCESS,), group=ACCESS),
    Entry("conflicts", "Conflicts of interest", "do_not_disturb_on", (Action.LIST_CONFLICTS,), group=ACCESS),
    Entry("agreements", "Agreements", "fact_check", (Action.LIST_AGREEMENTS,), group=SIGNATURES),
    Entry("chasing", "Outstanding signatures", "notifications", (Action.LIST_AGREEMENTS,), group=SIGNATURES),
    Entry("agreement_texts", "Agreement texts", "edit_note", (Action.DRAFT_AGREEMENT,), group=SIGNATURES),
    Entry("paper_signatures", "Paper signatures", "contract", (Action.FILE_PAPER_SIGNATURE,), group=SIGNATURES),
    Entry("bound", "Signature register", "menu_book", (Action.LIST_AGREEMENTS,), group=SIGNATURES),
    Entry("certificates", "Check a certificate", "verified_user", (Action.ASSURE,), group=SIGNATURES),
    Entry("my_agreements", "Your agreements", "edit_document"),
    Entry("why", "Explain a decision", "help"),
    Entry("accounts", "People and accounts", "manage_accounts", (Action.MANAGE_ACCOUNTS,), group=PEOPLE),
    Entry("checks", "Vetting and training", "badge", (Action.LIST_CHECKS, Action.CHANGE_SETTINGS), group=PEOPLE),
    Entry("partners", "Partner organisations", "diversity_3", (Action.LIST_AGREEMENTS,), group=PEOPLE),
    Entry("leaving", "Leavers", "logout", (Action.RECORD_LEAVER,), group=PEOPLE),
    Entry("mail", "E-mails", "outgoing_mail", (Action.SEND_MAIL,), group=PEOPLE),
    Entry("imports", "Import a caseload", "upload_file", (Action.IMPORT_CASELOAD, Action.IMPORT_ENQUIRIES)),
    Entry("account", "Your account", "person"),
    Entry("commitment", "The Commitment", "handshake", section=PROMISE),
    Entry("rehearse", "Try out a decision", "quiz", (Action.REHEARSE,), section=PROMISE),
    Entry("record", "Audit record", "history", (Action.READ_AUDIT,), section=PROMISE),
    Entry("proof", "Who could open a case?", "verified", (Action.READ_AUDIT,), section=PROMISE),
    Entry("restored", "Restored backup", "history_toggle_off", (Action.SIGN_RESTORATION,), listed=False),
    Entry("receipts", "Access receipts", "mail", (Action.PREPARE_RECEIPT,), section=PROMISE),
)
RESTORED: Final = "restored"  # all there is to see until two have signed for an earlier copy of the database
ARRIVED: Final = "okf_arrived"  # whether this run is the first one on its page
_LATER: Final = (  # what Streamlit imports with the first chart or icon, and the clock with the first working day
    "orjson",
    "plotly.animation",
    "plotly.graph_objs",
    "plotly.io._utils",
    "plotly.offline",
    "plotly.tools",
    "streamlit.material_icon_names",
    "streamlit.runtime.scriptrunner.magic_funcs",
    "holidays.countries.united_kingdom",
)
_HERE: Final = "okf_here"
_ACTIONS: Final = frozenset(action for entry in PAGES for action in entry.opens)


def import_pages() -> None:
    """Import every page, and what they need later, before anybody opens one.

    Streamlit runs each person's page in a thread: those who are first would
    meet modules that another one has imported by half.
    """
    for module in (*(entry.module for entry in PAGES), *_LATER):
        import_module(module)


def pages_for(desk: Desk) -> list[Entry]:
    """The pages that this person may open; while the database can't tell, those that ask nothing of it."""
    try:
        allowed = allowed_actions(desk, _ACTIONS)
    except StoreUnavailable:
        # The others stay at their addresses, where each says what the matter is when it asks.
        return [replace(entry, listed=entry.url_path in ("", RAISE), group="") for entry in PAGES]
    order = list(dict.fromkeys(entry.section for entry in PAGES))
    return sorted(
        (entry for entry in PAGES if not entry.opens or allowed.intersection(entry.opens)),
        key=lambda entry: order.index(entry.section),
    )


def page_of_address(desk: Desk) -> Callable[[], None]:
    """Draw this person's menu, and return the page of the address, to be run."""
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


def sign_in_page(show: Callable[[], None], title: str = "Sign in") -> Callable[[], None]:
    """Show the sign-in at every address, so that the address asked for stays."""
    pages = [
        st.Page(show, title=title, url_path=entry.url_path, default=not entry.url_path, visibility="hidden")
        for entry in PAGES
    ]
    return st.navigation(pages, position="hidden").run


def only_page(url_path: str, desk: Desk) -> Callable[[], None]:
    """Show one page of the table at every address but that at which a concern is raised, and no menu."""
    entry, raising = (next(one for one in PAGES if one.url_path == path) for path in (url_path, RAISE))
    pages = [
        st.Page(
            partial(_raise_beside, raising, entry, desk) if one is raising else partial(_show, entry, [entry], desk),
            title=raising.title if one is raising else entry.title,
            url_path=one.url_path,
            default=not one.url_path,
            visibility="hidden",
        )
        for one in PAGES
    ]
    return st.navigation(pages, position="hidden").run


def _raise_beside(raising: Entry, only: Entry, desk: Desk) -> None:
    link(f"Back to “{only.title}”", only.url_path, icon=":material/arrow_back:")
    _show(raising, [raising], desk)


def _show(entry: Entry, group: list[Entry], desk: Desk) -> None:
    st.session_state[ARRIVED] = st.session_state.get(_HERE) != entry.url_path
    st.session_state[_HERE] = entry.url_path
    if len(group) > 1:
        with st.container(horizontal=True, gap="small", key="okf_beside"):
            for one in group:
                st.page_link(_page(one.url_path), label=one.title, icon=one.icon, width="content")
    with errors_shown():
        try:
            import_module(entry.module).render(desk)
        except StoreUnavailable as error:
            st.error(str(error))
            parts().whom_to_ring(desk)


@cache
def _page(url_path: str) -> st.Page:
    # A page is known by its address: this stands for the one that the router registered there.
    return st.Page(_nowhere, title=url_path or "Today", url_path=url_path, default=not url_path)


def _nowhere() -> None:
    raise RuntimeError("this page only stands for its address")


def leads_somewhere(url_path: str) -> bool:
    """Whether a page of this address is in the table of pages."""
    return any(entry.url_path == url_path for entry in PAGES)


def link(label: str, url_path: str, *, icon: str | None = None, **query: str) -> None:
    """A link to another page, which a keyboard reaches; nothing where there is no such page."""
    if leads_somewhere(url_path):
        st.page_link(_page(url_path), label=label, icon=icon, query_params=query or None)


def go(url_path: str, **query: str) -> None:
    """Go to another page at once."""
    st.switch_page(_page(url_path), query_params=query or None)


def as_asked(*filters: str) -> None:
    """Reset the filters that a link to this list leaves out: Streamlit would keep them as they were last.

    Asked before the list's widgets are drawn. Whoever comes by the menu finds the list as it was left.
    """
    if st.session_state.get(ARRIVED) and any(name in st.query_params for name in filters):
        for name in filters:
            if name not in st.query_params:
                st.session_state.pop(name, None)


def box(label: str, figure: object, url_path: str, *, see: str = "See them", **query: str) -> None:
    """A figure in a frame, with the link to what it counts; no link where there is nothing to see."""
    with st.container(border=True, gap="small"):
        st.metric(label, str(figure))
        if str(figure) == "0":
            st.caption("None")
        else:
            link(see, url_path, icon=":material/arrow_forward:", **query)
