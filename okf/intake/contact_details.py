"""How to reach somebody safely: numbers, addresses and dates of birth in the one form that is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

from okf.dates import Order, written_day
from okf.errors import Invalid
from okf.policy.contact import AVOID, not_listed
from okf.validation import words_or_none

HOME: Final = "GB"
# Ofcom keeps these for stories: a trial and a demo call nobody.
_FOR_STORIES: Final = ("+447700900", "+441632960")
_AGE: Final = re.compile(r"(?:aged?\s*)?(\d{1,3})(?:\s*(?:years?(?:\s*old)?|y))?", re.IGNORECASE)
# What stands in a cell or a field where somebody had nothing to write; a name may be Na or Nil.
_PLACEHOLDERS: Final = frozenset(
    {
        "tbc",
        "tba",
        "tbd",
        "to be confirmed",
        "n/a",
        "n.a.",
        "none",
        "unknown",
        "not known",
        "not given",
        "not applicable",
    }
    | {"?", "??", "???", "-", "--", "---", "–", "—", ".", "x", "xx", "xxx", "nk"}
)
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
# What only somebody themselves can tell; that a way is NOT safe, anybody may.
SAFELY: Final = ("safe_phone", "safe_hours", "code_word")
# What somebody needs to be spoken to and to come.
NEEDS: Final[Mapping[str, str]] = MappingProxyType({"language": "Language", "access_needs": "Access needs"})
# With these, and what is told of somebody's age: all that has a source.
FACTS: Final[Mapping[str, str]] = MappingProxyType(
    {**LABELS, **NEEDS, "date_of_birth": "Date of birth", "told_age": "Age"}
)
LENGTHS: Final = {
    "safe_hours": 200,
    "code_word": 200,
    "do_not_contact_by": 200,
    "safe_contact_notes": 2000,
    "address": 1000,
    "language": 80,
    "access_needs": 500,
}


def told_in_words(told: Mapping[str, Any]) -> str:
    """How to reach somebody as it was told, in words; what was not told is left out."""
    return "; ".join(
        f"{label}: {('safe' if told[name] else 'NOT SAFE') if isinstance(told[name], bool) else told[name]}"
        for name, label in LABELS.items()
        if told.get(name) is not None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactTold:
    """How somebody said that they are reached safely."""

    phone: str | None = None
    email: str | None = None
    address: str | None = None
    safe_phone: str | None = None
    safe_hours: str | None = None
    voicemail_safe: bool | None = None
    post_safe: bool | None = None
    code_word: str | None = None
    do_not_contact_by: str | None = None
    safe_contact_notes: str | None = None


def phone_or_none(field: str, told: str | None) -> str | None:
    """A telephone number in its normal form: British ones as they are dialled here, others with their country.

    Raises:
        Invalid: it is no number that could be dialled.
    """
    if told is None or not told.strip():
        return None
    _refuse_placeholder(field, told, "telephone number")
    number = _number(told)
    if number is None:
        raise Invalid(field, "this is no telephone number. Write one, such as 07700 900123 or +49 30 901820.")
    if not _can_be_dialled(number):
        raise Invalid(field, "no telephone has this number: read it back to them, a digit may be missing.")
    at_home = number.country_code == phonenumbers.country_code_for_region(HOME)
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(number, form))


def email_or_none(field: str, told: str | None) -> str | None:
    """An e-mail address in its normal form; nobody is asked whether it exists.

    Raises:
        Invalid: it is no address.
    """
    if told is None or not told.strip():
        return None
    _refuse_placeholder(field, told, "e-mail address")
    try:
        return str(validate_email(told.strip(), check_deliverability=False, test_environment=True).normalized)
    except EmailNotValidError as error:
        raise Invalid(field, "this is no e-mail address. Write one, such as name@example.org.") from error


def is_placeholder(told: str) -> bool:
    """Whether a text stands for nothing, such as "tbc" or "n/a"."""
    return " ".join(told.split()).lower() in _PLACEHOLDERS


def birth_or_age(field: str, told: str | None, order: Order = Order.DAY_FIRST) -> tuple[date | None, int | None]:
    """A date of birth, the day first as in Britain, or an age in years; both None for nothing.

    Raises:
        Invalid: it is neither.
    """
    said = (told or "").strip()
    if not said:
        return None, None
    age = _AGE.fullmatch(said)
    if age:
        return None, int(age[1])
    try:
        born = written_day(said, order)
    except ValueError as error:
        raise Invalid(field, "this day is not in the calendar. Write it as 31/12/2015.") from error
    if born is None:
        raise Invalid(field, "write a date of birth such as 31/12/2015, or an age in years.")
    return born, None


def refuse_safely(told: Mapping[str, Any], whose: str = "") -> None:
    """Refuse of what another person told whatever only somebody themselves can tell, and warnings in own words (C2).

    Raises:
        Invalid: a safe number, safe hours or a code word; a way not to contact them that is not of the list.
    """
    for column in SAFELY:
        if told.get(column) not in (None, ""):
            raise Invalid(f"{whose}{LABELS[column]}", "only they themselves can tell how it is safe to reach them.")
    if not_listed(told.get(AVOID)):
        raise Invalid(f"{whose}{LABELS[AVOID]}", "choose from the list; write anything else in the note beside it.")


def checked_contact(told: Mapping[str, Any], whose: str = "") -> dict[str, Any]:
    """The values of safe contact that are given, as they are kept. `whose` comes before a field's name.

    Raises:
        Invalid: a number that can't be dialled, no e-mail address, a text that is too long.
    """
    kept: dict[str, Any] = {}
    for name in told.keys() & {*LABELS, *NEEDS}:
        field, value = f"{whose}{FACTS[name]}", told[name]
        if name in LENGTHS:
            value = words_or_none(field, value, at_most=LENGTHS[name])
        elif name == "email":
            value = email_or_none(field, value)
        elif name in ("phone", "safe_phone"):
            value = phone_or_none(field, value)
        kept[name] = value
    return kept


def _refuse_placeholder(field: str, told: str, noun: str) -> None:
    if is_placeholder(told):
        raise Invalid(field, f"this is no {noun}. Leave it empty until there is one.")


def _number(told: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(told.strip(), HOME)
    except NumberParseException:
        return None


def _can_be_dialled(number: PhoneNumber) -> bool:
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return False
    whole = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return bool(phonenumbers.is_valid_number(number)) or whole.startswith(_FOR_STORIES)
