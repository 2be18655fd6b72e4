"""A name typed as a signature, compared with the one on the account as a reader would: not letter by letter."""

from __future__ import annotations

import unicodedata
from collections import Counter

# What a phone's keyboard types for the same name, and letters that have no accent to take away.
_KEYS = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "‐": "-",
        "‑": "-",
        "–": "-",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
    }
)


def name_differs(typed: str, name: str) -> str | None:
    """In what a typed name differs from the account's, as the end of a sentence; None if it is the same name.

    Capitals, blanks, accents and kinds of apostrophe are nobody's difference.
    """
    has, wanted = _words(typed), _words(name)
    if list(has) == list(wanted):
        return None
    missing, extra = Counter(list(wanted)) - Counter(list(has)), Counter(list(has)) - Counter(list(wanted))
    said = [f"{_listed(wanted, missing)} is missing"] if missing else []
    said += [f"{_listed(has, extra)} is not in it"] if extra else []
    return "; ".join(said) or "the names stand in another order"


def _words(name: str) -> dict[str, str]:
    """Each word as it is compared, and as it was written; a word that comes twice is told apart."""
    words: dict[str, str] = {}
    for written in unicodedata.normalize("NFKC", name).split():
        key = _plain(written)
        while key in words:
            key += " "
        if key.strip():
            words[key] = written
    return words


def _plain(word: str) -> str:
    folded = word.casefold().translate(_KEYS)
    return "".join(one for one in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(one))


def _listed(words: dict[str, str], keys: Counter[str]) -> str:
    return f"“{' '.join(words[key] for key in words if key in keys)}”"
