"""Names folded to the one form in which they are searched, sorted and compared, in whatever script they are written.

Equal are names that differ in capitals, in the accents of Latin, Greek and
Cyrillic letters, in the vowel points of Arabic and Hebrew, in apostrophes, in
letters that nobody sees, or in a letter of another alphabet that looks the
same; hyphens, full stops and other signs are so many blanks. Signs that are
letters of their script, as the vowels of Gurmukhi, Devanagari, Bengali and
Thai, stay: without them they are other names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Final

from okf.signs import UNSEEN

# Left out: "O’Brien" is "OBrien", "Gal·la" is "Galla".
_JOINED: Final = frozenset("'`‘’‛′‵ʹʻʼʽʾʿ׳ꞌ·‧ـ")
# What a decomposition would make a blank with an accent.
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("´΄᾽᾿῾´", "'"))
_ACCENTS: Final = ("COMBINING", "HEBREW", "ARABIC", "SYRIAC", "VARIATION SELECTOR", "MONGOLIAN FREE VARIATION")
_VOICED: Final = frozenset("\u3099\u309a")  # COMBINING by their names, and yet what makes another letter of a kana
# Letters that no decomposition makes plain, and those that one keyboard has where another has its own.
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t", "ə": "e"}
    | {"ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y"}
    | {"ی": "ي", "ى": "ي", "ک": "ك", "ہ": "ه", "ھ": "ه", "ة": "ه"}
)
_CYRILLIC: Final = "АаВвЕеКкМмНнОоРрСсТтУуХхЅѕІіЈјҺһ", "AaBbEeKkMmHhOoPpCcTtYyXxSsIiJjHh"
_GREEK: Final = "ΑαΒβΕεΖζΗηΙιΚκΜμΝνΟοΡρΤτΥυΧχ", "AaBbEeZzHhIiKkMmNvOoPpTtYyXx"
_LATIN_OF: Final = {"GREEK": str.maketrans(*_GREEK), "CYRILLIC": str.maketrans(*_CYRILLIC)}
_OF_LATIN: Final = {"GREEK": str.maketrans(*reversed(_GREEK)), "CYRILLIC": str.maketrans(*reversed(_CYRILLIC))}


def folded(name: str | None) -> str:
    """The name as it is compared with others; empty where nothing of it is a letter or a figure."""
    apart = unicodedata.normalize("NFKD", (name or "").translate(_APOSTROPHES))
    words = "".join(map(_kept, apart)).split()
    return " ".join(map(_in_one_script, words)).casefold().translate(_LETTERS)


def begins(wanted: Iterable[str], name: str) -> bool:
    """Whether each of these words begins a word of a name; both are folded."""
    has = name.split()
    return all(any(word.startswith(start) for word in has) for start in wanted)


@cache
def _kept(letter: str) -> str:
    """What is left of a letter or sign: itself, nothing, or a blank."""
    kind = unicodedata.category(letter)
    if letter in _JOINED or letter in UNSEEN or kind == "Cf":
        return ""
    if kind[0] == "M":
        is_accent = letter not in _VOICED and unicodedata.name(letter, "").startswith(_ACCENTS)
        return "" if is_accent or kind == "Me" else letter
    return letter if kind[0] in "LN" else " "


def _in_one_script(word: str) -> str:
    """A word in which Latin and Greek or Cyrillic letters are mixed, as if typed in that of which it has more."""
    if word.isascii():
        return word
    scripts = [unicodedata.name(letter, "").partition(" ")[0] for letter in word]
    latin = scripts.count("LATIN")
    for script in _LATIN_OF:
        other = scripts.count(script)
        if latin and other:
            word = word.translate(_LATIN_OF[script] if latin >= other else _OF_LATIN[script])
    return word
