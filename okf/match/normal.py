"""Names, telephone numbers, e-mail and postal addresses in one normal form each: the writing makes no difference."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

import phonenumbers

from okf.match.fold import folded

REGION = "GB"  # for numbers written without their country
MOST_WORDS = 5  # of a name; what comes after is left out

TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "lady", "lord"})
_POSTCODE = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?)\s*([0-9][A-Z]{2})\b")
_AT_HOME = re.compile(r"0[12378]\d{9}", re.ASCII)
_HOUSE = re.compile(r"\b(\d+[a-z]?)\s+([a-z]{2,}(?: [a-z]{2,})?)")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody as they are described on the phone, on a form or in the file; all but a name may be missing."""

    name: str = ""
    born: date | None = None
    phones: tuple[str, ...] = ()
    email: str | None = None
    address: str | None = None
    other_names: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to look for: no whole name, and nothing to reach them by."""
        told = Described.of(self)
        return not (told.phones or told.email or any(len("".join(name)) > 1 for name in told.names))


@dataclass(frozen=True, slots=True)
class Described:
    """An applicant in normal form. Each name is its words in the order in which they were given."""

    names: tuple[tuple[str, ...], ...]
    born: date | None
    phones: frozenset[str]
    email: str | None
    house: str | None
    postcode: str | None

    @property
    def by_name(self) -> Described:
        """The same, as whoever may know no more than the name compares it."""
        return Described(self.names, None, frozenset(), None, None, None)

    @classmethod
    def of(cls, one: Applicant) -> Described:
        """The normal form of what was told."""
        names = dict.fromkeys(filter(None, (words_of(name) for name in (one.name, *one.other_names))))
        phones = frozenset(filter(None, (phone_of(number) for number in dict.fromkeys(one.phones))))
        return cls(tuple(names), one.born, phones, email_of(one.email), house_of(one.address), postcode_of(one.address))


def words_of(name: str | None) -> tuple[str, ...]:
    """The words of a folded name without titles; "Bell, Ann" is read as Ann Bell."""
    family, comma, given = (name or "").replace("，", ",").partition(",")
    words = folded(f"{given} {family}" if comma and given.strip() else name).split()
    told = [word for word in words if word not in TITLES] or words
    return tuple(told[:MOST_WORDS])


def phone_of(number: str | None) -> str | None:
    """The number with its country, as +447700900118; None for what can be no number."""
    bare = "".join(letter for letter in number or "" if letter not in " -().")
    if _AT_HOME.fullmatch(bare) and len(set(bare[1:])) > 1:
        return f"+44{bare[1:]}"  # what nearly all are, without a hundred tables
    try:
        read = phonenumbers.parse(number or "", REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(read) or len(set(str(read.national_number))) == 1:
        return None  # 00000 000000 stands for none
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def email_of(address: str | None) -> str | None:
    """The address without capitals and blanks, and without what mail providers leave out after a plus."""
    name, at, host = (address or "").strip().casefold().partition("@")
    name = name.split("+")[0]
    return f"{name}@{host}" if at and name and "." in host else None


def postcode_of(address: str | None) -> str | None:
    """The UK postcode within an address, as SW1A1AA."""
    found = _POSTCODE.search((address or "").upper())
    return f"{found[1]}{found[2]}" if found else None


def house_of(address: str | None) -> str | None:
    """The number of the house and the first words of the street, which stay when the rest is left out."""
    bare = unicodedata.normalize("NFKD", (address or "").casefold())
    plain = "".join(letter if letter.isalnum() else " " for letter in bare if not unicodedata.combining(letter))
    found = _HOUSE.findall(" ".join(plain.split()))
    return f"{found[-1][0]} {found[-1][1]}" if found else None
