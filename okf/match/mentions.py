"""Whether somebody may be meant in running text: by one name alone, a short form, or another spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from functools import cache, lru_cache
from typing import Final

from okf.match.fold import folded
from okf.match.names import Likeness, likeness, related
from okf.match.normal import TITLES, words_of
from okf.signs import UNSEEN
from okf.terms import Role

_WORD: Final = re.compile(r"[^\W_]+(?:['’‘`‐‑–_-][^\W_]+)*")
_ALONE: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_](?:[^\w'’‘`]|_){1,3})+[^\W\d_](?![^\W_])")  # D a n a, d-a-n-a, D.H.
_TITLED: Final = re.compile(  # Mrs K, mrs k.; neither "the lady I saw" nor "a miss a day" nor Mrs O'Brien
    rf"\b(?:(?i:{'|'.join(TITLES)})\.?\s+([A-HJ-Z])|(?i:mrs?|m[sx])\.?\s+([a-zI]))(?!\w|['’‘`‐‑–-]\w\w)"
)
_CAPITALS: Final = re.compile(r"\b([A-Z]{2,4})(?:['’]?s)?\b")
_LONG_DRAWN: Final = re.compile(r"(.)\1{2,}")
_NAMED: Final = frozenset({Likeness.SAME, Likeness.SAME_GIVEN, Likeness.SAME_FAMILY})
_ORDINARY = """
angel art ash autumn bay bill bishop black bond brook brown bush carol cat carter chance chase church cliff close cook
cooper crystal daisy dale dawn day dean dot drew early faith field fielding finch ford forest fox france frank gay
gene glen grace grant gray green guy hale hall heath heather hill holly hope hunt hunter iris ivy jack jade jean jo
joy june just king knight lane lark law lead lee lily little long love lucky marsh mark may mercy mike miles miller
mills mo moss nan nick olive page paris park parker pat patience pearl penny pip pope poppy potter price prudence
ray rich river rob rod rose rosemary ruby rush rusty sandy scott short skip smith sonny spring star sterling stone
street sue summer sunny sky skye tad tailor taylor temple tie tim trinity troy tucker viola violet walker ward
waters way weaver west white will willow winter wise wood woods worth young april august al ed
"""
# Names that are words as well: only a capital makes them a name. The list may grow; a missing one bars too much.
ORDINARY: Final = frozenset(_ORDINARY.split())
_COMMON = """
add added after again agreed all also always among and another any anyone are arent around art ask asked aunt auntie
bed began begin being bell best better big both bring broken brother bus but call called came can cannot cant car care
carer case cause chair change charge check child christ church city class clear close closed clothes come could court
cried dad daddy danger dark day dear did didnt do does doesnt done dont door during each early eat eating else end
england english ever every face family far father fed feed felt few fine fire five food foot for four free friday
friend from full gave get girl give given god going gone good gran grand granny great had hadnt half hand happy hard
has hasnt have having he head health hear heard held help her here herself his hit hold home house how hungry hurt idea
ill inside into its just keep kept kids kind knew know large last late later lead leave left less let letter like line
list listed listen little live lived london long look looked lost lots loud made mainly make making man many march
marks mash maths matter maybe meal mean meet met mine miss monday money month more most mother much mum mummy name near
need never new next nice nine nobody none nor not note now nurse off office often old once one only open other our out
over own paid parent park part party past people per period person phone place plan play please police poor post press
put ran rang rather read really reason red rent report ring road room said same sat saw say school see seem seen send
sent september service seven shall share she shed short should shout show side since sister six sleep small social some
soon sorry staff start state stay step still stop such sunday sure swim take taken talk taxi tea teach team teeth tell
ten term test than thank that the their them then there these they theyd theyll theyre theyve thing think third this
those though three through thus time tired today told too took town tried true try turn twice two uncle under until
upset use very visit wait walk want was wasnt watch wed went were what when where which while who whom whose why wife
will window wish with woman women wont word work worry would write wrong yes yet you youd youll young your youre youve
"""
# Words that begin sentences, or names of other things: no shortened name.
COMMON: Final = frozenset(_COMMON.split())
_ABBREVIATED = """
ad al am an as at bc be by ca cc ceo ch cin cp cps csa cse da db dbs dm do dob dv dwp eg ehc ep fm fgm gp gps hr hv id
ie if in iq is it la lac lado me mp ms my nhs nb ni no of oh ok on or ot pa pc pe pm ps pta pto re rd sen send sms so
sos ss st sw ta tbc to tv uk un up us usa vs wc we
"""
# Capitals that are somebody's initials only with full stops between them.
ABBREVIATIONS: Final = frozenset(_ABBREVIATED.split())

# The longest first: a deputy lead is no lead. The deputy head of a school is none of them.
_SAFETY: Final = r"(?:safe ?g(?:ua|au)rding|child protection)"
_DSL: Final = r"d ?s ?ls?"
_ROLES: Final = (
    (
        Role.DEPUTY_DSL,
        rf"d ?{_DSL}|deput(?:ys?|ies)(?! (?:head|manager|chair|director|principal|mayor))"
        rf"(?: (?:designated )?(?:{_SAFETY} )?(?:leads?|{_DSL}))?",
    ),
    (
        Role.DSL,
        rf"{_DSL}|(?<!authority )(?<!authoritys )(?:designated|{_SAFETY})(?: {_SAFETY})? (?:leads?|officers?|persons?)"
        rf"|leads? (?:for|on|of) {_SAFETY}"
        r"|(?<!took )(?<!take )(?<!taken )(?<!taking )(?:the|our) leads?"
        r"(?! (?:trustee|professional|practitioner|mediator|worker|caseworker|up|in|on|from|role))",
    ),
    (Role.SAFEGUARDING_TRUSTEE, rf"(?:lead |safeguarding )?trustees?(?: for {_SAFETY})?"),
)


class _Written(IntEnum):
    """How a word is written, least like a name first."""

    WORD = 0
    PERHAPS = 1  # a name or a word: the whole text is in small letters, or it in capitals
    NAME = 2


def roles_mentioned(texts: Iterable[str | None]) -> frozenset[Role]:
    """Which of a lead, a deputy and a safeguarding trustee these texts speak of by what they do here."""
    found: set[Role] = set()
    for text in texts:
        said = folded(text)
        for role, words in _ROLES:
            said, many = re.subn(rf"\b(?:{words})\b", "-", said)
            found.update({role} if many else ())
    return frozenset(found)


def mentioned(texts: Iterable[str | None], name: str) -> bool:
    """Whether one of these texts may mean somebody of this name, folded or not; the whole word, wherever it stands.

    A word that is an ordinary one too, and another spelling, count as a name
    where they are written with a capital, or where nothing in the text is. A
    name counts run together, and letter by letter; so do its initials, that of
    the family's name behind a title, and the beginning of a first name.
    """
    every = words_of(name)
    wanted = tuple(part for part in every if len(part) > 1)  # an initial is no name
    return any(_is_in(_shown(text), every, wanted) for text in texts if text)


def _is_in(text: str, every: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    return (
        any(_is_meant(word, written, wanted) for word, written in _words(text))
        or _is_spelt_out(text, every, wanted)
        or any(folded(match[1] or match[2]) in {word[0] for word in every[1:]} for match in _TITLED.finditer(text))
    )


def _shown(text: str) -> str:
    """The text without the signs that nobody sees, each letter one with its accent: "Da\u200bna" is a word."""
    seen = (sign for sign in text if sign not in UNSEEN and unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen))


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[tuple[str, _Written]]:
    """The folded words of a text, each with how it is written."""
    plain = not any(letter.isupper() for letter in text)
    found: set[tuple[str, _Written]] = set()
    for match in _WORD.finditer(text):
        written = _Written.PERHAPS if plain or not match[0][0].islower() else _Written.WORD
        if match[0][0].isupper() and not match[0].isupper():
            written = _Written.NAME
        possessive = re.sub(r"['’‘`]s?$|['’‘`]s\b", "", match[0], flags=re.I)  # Dana's
        own = re.sub(r"(?<=\w{3})(?<!s)s$", "", match[0], flags=re.I)  # Danas
        forms = {match[0], own, possessive, re.sub(r"[-‐‑–_]", "", possessive)}  # Da-na
        for word in " ".join(map(folded, forms)).split():
            found.update((form, written) for form in (word, _LONG_DRAWN.sub(r"\1", word)))
    return frozenset(found)


@lru_cache(maxsize=1 << 16)
def _is_meant(word: str, written: _Written, wanted: tuple[str, ...]) -> bool:
    if len(word) < 2 or (word in ORDINARY and not written):
        return False
    if any(word in related(part) for part in wanted):
        return True
    if wanted and word in _run_together(wanted) and (written or wanted[-1] not in ORDINARY):
        return True
    return bool(written) and (_is_shortened(word, written, wanted) or likeness((word,), wanted) in _NAMED)


def _is_shortened(word: str, written: _Written, wanted: tuple[str, ...]) -> bool:
    """Whether a word is the beginning of a first name, or, with a capital, begins as one does: Ros, Rosie."""
    if len(word) < 3 or not (COMMON | ABBREVIATIONS).isdisjoint({word, word.removesuffix("s")}):
        return False
    like = written is _Written.NAME and len(word) <= 6
    return any(one.startswith(word) or (like and one[:3] == word[:3]) for one in wanted[:-1] or wanted)


@cache
def _run_together(wanted: tuple[str, ...]) -> frozenset[str]:
    """A whole name as one word, and with one of the two, if it is not short, as its initial: danahale, dhale, danah."""
    given, family = wanted[0], wanted[-1]
    if len(wanted) == 1:
        return frozenset()
    by_initial = {one for one, long in ((given[0] + family, family), (given + family[0], given)) if len(long) > 3}
    return frozenset({"".join(wanted), given + family, family + given, *by_initial})


def _is_spelt_out(text: str, every: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether letters that stand alone, one after the other, are a name or initials; or a word in capitals is."""
    names, initials = {form for part in wanted for form in related(part) if len(form) > 2}, _initials(every)
    for match in _ALONE.finditer(text):
        letters = re.sub(r"[\W_]", "", match[0])
        said = folded(letters)
        as_initials = letters.isupper() or ("." in match[0] and said not in ABBREVIATIONS)
        timed = re.search(r"\d\s*$", text[: match.start()]) is not None  # 9.30 P.M.
        if any(form in said for form in names) or (as_initials and said in initials and not timed):
            return True
    if text.isupper():
        return False
    bare = {folded(match[1]) for match in _CAPITALS.finditer(text)}
    return not initials.isdisjoint(bare - ABBREVIATIONS)


@cache
def _initials(every: tuple[str, ...]) -> frozenset[str]:
    """D.H., D.M.H.: of a name of one word none."""
    first = [word[0] for word in every]
    return frozenset({"".join(first), *(first[0] + other for other in first[1:])} if len(first) > 1 else ())
