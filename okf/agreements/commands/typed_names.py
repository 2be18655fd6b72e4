"""A name typed as a signature, compared with the one on the account as a reader would: not letter by letter."""

from __future__ import annotations

from collections import Counter

from okf.match.fold import folded


def name_differs(typed: str, name: str) -> str | None:
    """In what a typed name differs from the account's, as the end of a sentence; None if it is the same name.

    What `okf.match.fold` makes equal is nobody's difference.
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
    for written in name.split():
        for key in folded(written).split():
            while key in words:
                key += " "
            words[key] = written
    return words or {signs: signs for signs in [name.strip()] if signs}


def _listed(words: dict[str, str], keys: Counter[str]) -> str:
    return f"“{' '.join(dict.fromkeys(words[key] for key in words if key in keys))}”"
