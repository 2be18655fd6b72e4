"""Which pages there are, at which address, for whom each is in the menu, and links from one to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from typing import Final

import streamlit as st

from okf.asker import allowed_actions, works_on_cases
from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.shell import menu
from okf.shell.app_context import parts
from okf.shell.words import errors_shown
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class Entry:
    """One page. It is for whoever the policy allows one of `opens`; for everyone signed in if there are none.

    Pages of one `section` stand together in the menu, under its name. `listed` False
    keeps a page out of the menu but not from its address, as that of one case.
    A page that stands `under` another is in the menu while one is on that page
    or on it; what waits on it is counted with the other until then. `work`
    is in the menu of those alone who work on cases. `symbol` names the icon.
    """

    url_path: str
    title: str
    symbol: str
    opens: tuple[Action, ...] = ()
    section: str = ""
    listed: bool = True
    under: str = ""
    work: bool = False

    @property
    def module(self) -> str:
        """The module whose `render` shows it."""
        return f"pages.{self.url_path or 'overview'}"

    @property
    def icon(self) -> str:
        """Its icon, as Streamlit names it."""
        return f":material/{self.symbol}:"


RAISE: Final = "raise_concern"
CASES, PEOPLE, SAFEGUARDING, REPORTS, HELP = SECTIONS = (
    "Cases",
    "People and signatures",
    "Safeguarding",
    "Reports",
    "Help",
)
PAGES: Final[tuple[Entry, ...]] = (
    Entry("", "Today", "home"),
    Entry("enquiries", "Enquiries", "call", (Action.TAKE_ENQUIRY,), section=CASES),
    Entry("enquiry", "Enquiry", "call", (Action.TAKE_ENQUIRY,), listed=False, under="enquiries"),
    Entry("known", "Is this person known?", "person_search", (Action.SEE_PROTECTED_MATCH,), section=CASES),
    Entry("cases", "Cases", "folder_shared", section=CASES, work=True),
    Entry("case", "Case", "folder_open", listed=False, under="cases"),
    Entry("caseload", "Caseload", "monitoring", (Action.LIST_CASELOAD,), section=REPORTS),
    Entry("forecast", "Forecast", "event_upcoming", (Action.LIST_CASELOAD,), section=REPORTS),
    Entry("access_map", "Who has access", "key", (Action.SEE_CASE_ACCESS,), section=REPORTS),
    Entry("team", "Team", "groups", (Action.LIST_CASELOAD,), section=REPORTS),
    Entry("figures", "Figures for funders", "summarize", (Action.READ_FIGURES,), section=REPORTS),
    Entry("figure_set", "A set of figures", "summarize", (Action.READ_FIGURES,), listed=False, under="figures"),
    Entry("left_drafts", "Unfinished drafts", "draft", listed=False, under="cases"),
    Entry("calendar", "Calendar and tasks", "calendar_month", section=CASES, work=True),
    Entry("mediations", "Mediations", "forum", (Action.LIST_MEDIATIONS, Action.REVIEW_INCIDENT), section=CASES),
    Entry("mediation", "Mediation", "forum", listed=False, under="mediations"),
    Entry("shares", "Shares", "send", section=CASES, work=True),
    Entry("share", "Share", "send", listed=False, under="shares"),
    Entry("handed_over", "Records handed over", "move_item", section=CASES, under="cases", work=True),
    Entry("breaches", "Data breaches", "gpp_maybe", (Action.DECIDE_MISFILING,), section=CASES),
    Entry("second_reading", "Second reading", "send", listed=False, under="shares"),
    Entry("concerns", "Concerns", "shield_person", section=SAFEGUARDING),
    Entry("on_duty", "Who is on duty", "support_agent", section=SAFEGUARDING),
    Entry("directory", "Local authorities", "contact_phone", (Action.LIST_DIRECTORY,), section=SAFEGUARDING),
    Entry("contact_markers", "Contact markers", "back_hand", (Action.LIST_CONTACT_MARKERS,), section=SAFEGUARDING),
    Entry("low_level", "Low-level concerns", "stacks", (Action.LIST_LOW_LEVEL,), section=SAFEGUARDING),
    Entry("checklists", "Checklists", "checklist", (Action.SET_CHECKLISTS,), section=SAFEGUARDING, under="concerns"),
    Entry("decisions", "Decisions to read", "balance", (Action.LIST_DECISIONS,), section=SAFEGUARDING),
    Entry("concern", "Concern", "shield_person", listed=False, under="concerns"),
    Entry(
        "safeguarding_figures", "Safeguarding figures", "bar_chart", (Action.SEE_SAFEGUARDING_FIGURES,), section=REPORTS
    ),
    Entry("serious_incidents", "Serious incidents", "report", (Action.LIST_INCIDENT_REPORTS,), section=REPORTS),
    Entry(RAISE, "Raise a concern", "add_alert", listed=False),
    Entry("access_requests", "Access requests", "front_hand", section=PEOPLE, work=True),
    Entry("confirmations", "Confirm access", "task_alt", (Action.CONFIRM_GRANT,), section=PEOPLE),
    Entry("emergency_reviews", "Emergency reviews", "emergency", (Action.REVIEW_EMERGENCY_ACCESS,), section=PEOPLE),
    Entry("conflicts", "Conflicts of interest", "do_not_disturb_on", (Action.LIST_CONFLICTS,), section=PEOPLE),
    Entry("agreements", "Agreements", "fact_check", (Action.LIST_AGREEMENTS,), section=PEOPLE),
    Entry("chasing", "Outstanding signatures", "notifications", (Action.LIST_AGREEMENTS,), section=PEOPLE),
    Entry(
        "agreement_texts", "Agreement texts", "edit_note", (Action.DRAFT_AGREEMENT,), section=PEOPLE, under="agreements"
    ),
    Entry("paper_signatures", "Paper signatures", "contract", (Action.FILE_PAPER_SIGNATURE,), section=PEOPLE),
    Entry("bound", "Signature register", "menu_book", (Action.LIST_AGREEMENTS,), section=PEOPLE, under="agreements"),
    Entry("certificates", "Check a certificate", "verified_user", (Action.ASSURE,), section=PEOPLE, under="agreements"),
    Entry("my_agreements", "Your agreements", "edit_document", section=HELP),
    Entry("why", "Explain a decision", "help", section=HELP),
    Entry("accounts", "People and accounts", "manage_accounts", (Action.MANAGE_ACCOUNTS,), section=PEOPLE),
    Entry("checks", "Vetting and training", "badge", (Action.LIST_CHECKS, Action.CHANGE_SETTINGS), section=PEOPLE),
    Entry("partners", "Partner organisations", "diversity_3", (Action.LIST_AGREEMENTS,), section=PEOPLE),
    Entry("leaving", "Leavers", "logout", (Action.RECORD_LEAVER,), section=PEOPLE),
    Entry("mail", "E-mails", "outgoing_mail", (Action.SEND_MAIL,), section=PEOPLE),
    Entry(
        "imports", "Import a caseload", "upload_file", (Action.IMPORT_CASELOAD, Action.IMPORT_ENQUIRIES), section=CASES
    ),
    Entry("account", "Your account", "person", section=HELP),
    Entry("commitment", "The Commitment", "handshake", section=HELP),
    Entry("rehearse", "Try out a decision", "quiz", (Action.REHEARSE,), section=HELP),
    Entry("record", "Audit record", "history", (Action.READ_AUDIT,), section=REPORTS),
    Entry("proof", "Who could open a case?", "verified", (Action.READ_AUDIT,), section=REPORTS),
    Entry("restored", "Restored backup", "history_toggle_off", (Action.SIGN_RESTORATION,), listed=False),
    Entry("receipts", "Access receipts", "mail", (Action.PREPARE_RECEIPT,), section=REPORTS),
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
        works = works_on_cases(desk)
    except StoreUnavailable:
        # The others stay at their addresses, where each says what the matter is when it asks.
        return [replace(entry, listed=not entry.url_path) for entry in PAGES]
    order = ("", *SECTIONS)
    theirs = (
        replace(entry, listed=entry.listed and (works or not entry.work))
        for entry in PAGES
        if not entry.opens or allowed.intersection(entry.opens)
    )
    return sorted(theirs, key=lambda entry: order.index(entry.section))


def page_of_address(desk: Desk) -> Callable[[], None]:
    """Draw this person's menu, and return the page of the address, to be run."""
    theirs = pages_for(desk)
    pages = [
        st.Page(
            partial(_show, entry, desk),
            title=entry.title,
            icon=entry.icon,
            url_path=entry.url_path,
            default=not entry.url_path,
        )
        for entry in theirs
    ]
    page = _arrived(pages)
    waiting: Mapping[str, int] = {}
    with suppress(StoreUnavailable):  # the page itself says so
        waiting = parts().waiting(desk)
    menu.draw(menu.items(theirs, here(), waiting))
    return page.run


def _arrived(pages: list[st.Page]) -> st.Page:
    page = st.navigation(pages, position="hidden")
    st.session_state[ARRIVED] = st.session_state.get(_HERE) != page.url_path
    st.session_state[_HERE] = page.url_path
    return page


def here() -> str:
    """The address of the page that is shown."""
    return str(st.session_state.get(_HERE, ""))


def sign_in_page(show: Callable[[], None], title: str = "Sign in") -> Callable[[], None]:
    """Show the sign-in at every address, so that the address asked for stays."""
    pages = [st.Page(show, title=title, url_path=entry.url_path, default=not entry.url_path) for entry in PAGES]
    return st.navigation(pages, position="hidden").run


def only_page(url_path: str, desk: Desk) -> Callable[[], None]:
    """Show one page of the table at every address but that at which a concern is raised, and no menu."""
    entry, raising = (next(one for one in PAGES if one.url_path == path) for path in (url_path, RAISE))
    pages = [
        st.Page(
            partial(_raise_beside, raising, entry, desk) if one is raising else partial(_show, entry, desk),
            title=raising.title if one is raising else entry.title,
            url_path=one.url_path,
            default=not one.url_path,
        )
        for one in PAGES
    ]
    return _arrived(pages).run


def _raise_beside(raising: Entry, only: Entry, desk: Desk) -> None:
    link(f"Back to “{only.title}”", only.url_path, icon=":material/arrow_back:")
    _show(raising, desk)


def _show(entry: Entry, desk: Desk) -> None:
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
