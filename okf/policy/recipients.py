"""Who may stand at the other end of a share, and for what: policy.md's lists, each our default."""

from __future__ import annotations

import re
from collections.abc import Iterable

COURT_SIDE = frozenset({"court", "judge", "cafcass", "court_expert", "guardian"}) | {
    # The same people under names that the list does not spell out: mediation material must not slip past by one.
    "cafcass_cymru",
    "childrens_guardian",
    "magistrate",
    "magistrates",
    "tribunal",
}
PROCEEDINGS = frozenset({"proceedings", "court_hearing", "court_report"})
_OF_PROCEEDINGS = frozenset({"court", "hearing", "litigation", "proceeding", "proceedings", "trial", "tribunal"})

# In the order in which they are offered: who comes at once, then the likelier before the rarer.
SAFEGUARDING_ORDER = (
    "police_999",
    "nhs_emergency",
    "la_children",
    "la_out_of_hours",
    "police_101",
    "lado",
    "la_adults",
    "marac",
    "idva",
    "school_dsl",
    "gp",
    "nspcc",
    "dbs",
    "charity_commission",
    "safeguarding_trustee",
)
SAFEGUARDING_RECIPIENTS = frozenset(SAFEGUARDING_ORDER)
LOCAL_AUTHORITY = frozenset({"la_children", "la_out_of_hours", "la_adults", "lado"})

LAWYERS = frozenset({"lawyer", "solicitor", "barrister"})
PUBLIC = frozenset(
    {
        "social_media",
        "press",
        "media",
        "newspaper",
        "journalist",
        "broadcaster",
        "television",
        "radio",
        "podcast",
        "website",
        "blog",
        "newsletter",
        "publication",
        "public",
        "facebook",
        "instagram",
        "linkedin",
        "snapchat",
        "tiktok",
        "twitter",
        "x",
        "whatsapp_group",
        "youtube",
    }
)

COMPULSIONS = frozenset(
    {"order", "court_order", "sealed_order", "production_order", "summons", "witness_summons", "warrant"}
)
RIGHTS_PURPOSES = frozenset(
    {
        "data_subject_right",
        "rights_request",
        "subject_access",
        "subject_access_request",
        "right_of_access",
        "data_subject_access",
        "data_subject_access_request",
        "sar",
        "dsar",
    }
)
LEGAL_ADVICE = "legal_advice"

_SAFEGUARDING_BASES = ("safeguard", "ukgdpr_6_1_ea", "dpa18_s1_p18", "children_act", "care_act", "vital_interest")


def plain(word: object) -> str:
    """A word as the lists spell it, whatever its capitals, spaces and hyphens."""
    return re.sub(r"[^0-9a-z]+", "_", str(word).casefold().replace("'", "").replace("’", "")).strip("_")


def kind_of(recipient_type: object) -> str:
    """What a recipient is, a lawyer under any of the professions' names."""
    word = plain(recipient_type)
    return "lawyer" if word in LAWYERS else word


def for_proceedings(purpose: str | None) -> bool:
    """Whether a purpose is proceedings, by the list or by what it says."""
    word = plain(purpose or "")
    return word in PROCEEDINGS or not _OF_PROCEEDINGS.isdisjoint(word.split("_"))


def is_safeguarding_basis(legal_basis: Iterable[str]) -> bool:
    """Whether one of these legal bases is for safeguarding, such as paragraph 18 of Schedule 1, DPA 2018."""
    return any(base in plain(given) for given in legal_basis for base in _SAFEGUARDING_BASES)
