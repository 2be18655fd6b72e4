"""How to reach somebody safely: every value checked, telephone numbers and addresses in their normal form."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from okf.intake.contact_details import email_or_none, phone_or_none
from okf.validation import words_or_none

# The columns of safe contact, as the screen calls them.
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "safe_phone": "Safe number",
        "safe_hours": "Safe hours",
        "voicemail_safe": "Voicemail",
        "post_safe": "Post",
        "code_word": "Code word",
        "do_not_contact_by": "Do not contact by",
        "safe_contact_notes": "Note on safe contact",
        "phone": "Other number",
        "email": "E-mail",
        "address": "Address",
    }
)
LENGTHS: Final = {
    "safe_hours": 200,
    "code_word": 200,
    "do_not_contact_by": 200,
    "safe_contact_notes": 2000,
    "address": 1000,
}


def checked_contact(told: Mapping[str, Any], whose: str = "") -> dict[str, Any]:
    """The values of safe contact that are given, as they are kept. `whose` comes before a field's name.

    Raises:
        Invalid: a number that can't be dialled, no e-mail address, a text that is too long.
    """
    kept: dict[str, Any] = {}
    for name in LABELS.keys() & told.keys():
        field, value = f"{whose}{LABELS[name]}", told[name]
        if name in LENGTHS:
            value = words_or_none(field, value, at_most=LENGTHS[name])
        elif name == "email":
            value = email_or_none(field, value)
        elif name in ("phone", "safe_phone"):
            value = phone_or_none(field, value)
        kept[name] = value
    return kept
