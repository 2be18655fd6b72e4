"""Signs that no text or name holds: what steers a screen, turns the direction of reading, or can't be seen; pure.

A text may hold whatever its script is written with, and loses what only
steers or can't be seen (`without_steering`). A line, which is a name, a
reference or the like, holds nothing that makes two names look like one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LINE: Final = 320  # a field that takes no more characters holds a name, a reference or the like
# Letters and marks by their category that show nothing.
UNSEEN: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Marks of a direction (U+200E, U+200F, U+061C) and joiners stay: scripts are written with them.
_STEERING: Final = re.compile("[\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e00ff]")
_FLAG: Final = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)")
_JOINS: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_ALPHABETS: Final = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "COPTIC", "CHEROKEE"})


def unusable(text: str, *, line: bool) -> str | None:
    """The first sign that can't be kept and its place, in words; None where all of it can."""
    if text.isprintable() and text.isascii():
        return None
    if line:
        place = next((place for place in range(len(text)) if not fits_a_line(text, place)), None)
    else:
        found = _CONTROL.search(text)
        place = found.start() if found else None
    if place is None:
        return None
    name = unicodedata.name(text[place], "control character").lower()
    return f"character {place + 1} can't be kept: U+{ord(text[place]):04X} {name}"


def without_steering(text: str) -> str:
    """A running text without what turns its direction or can't be seen, as comes along with what is pasted."""
    if text.isascii():
        return text
    return "".join(part if _FLAG.fullmatch(part) else _STEERING.sub("", part) for part in _FLAG.split(text))


def fits_a_line(text: str, place: int) -> bool:
    """Whether a name may hold the sign at this place: joiners only where a script or an emoji needs them."""
    sign = text[place]
    if _JOINS.match(sign):
        before = text[:place].rstrip("\u200c\u200d")
        return unicodedata.category(_base(before)) in ("Lo", "So", "Sk")
    return (
        unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
        and sign not in UNSEEN
        and _CONTROL.match(sign) is None
    )


def _base(text: str) -> str:
    """The last letter or picture of a text, without the marks upon it; a blank where there is none."""
    return next((sign for sign in reversed(text) if unicodedata.category(sign) not in ("Mn", "Mc", "Me")), " ")


def written_out(text: str) -> str:
    """The text with each sign that would steer a screen, or not be seen on it, as its number."""
    return "".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in text)


def lookalike(text: str) -> str | None:
    """The first letter of another alphabet than the rest of its word, in words: it may only look as it should."""
    place = 0
    for word in re.split(r"(\W+)", text):
        alphabets = [unicodedata.name(sign, "").partition(" ")[0] for sign in word]
        used = {alphabet for alphabet in alphabets if alphabet in _ALPHABETS}
        if len(used) > 1:
            rare, usual = sorted(used, key=lambda one: (alphabets.count(one), one == "LATIN"))[0 :: len(used) - 1]
            at = alphabets.index(rare)
            return f"character {place + at + 1} is a {rare.title()} letter in a word of {usual.title()} ones"
        place += len(word)
    return None
