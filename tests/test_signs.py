"""What can't be kept in a text or a name: refused wherever somebody writes, by a sentence that names the place."""

from __future__ import annotations

import pytest
from sqlalchemy import JSON, String

from okf.errors import CasebookError, Invalid
from okf.people.queries.workers import workers_named
from okf.safeguarding.commands.concerns import raise_concern
from okf.safeguarding.queries.concern import concern_in_view
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.filters import QueueFilter
from okf.signs import lookalike, unusable
from okf.store.models import AuditEvent, Base, ConcernEntry, ServiceUser
from okf.store.narrative import Narrative
from okf.store.usable import is_line
from okf.terms import Action, Severity
from okf.validation import words
from tests.world import World

pytestmark = pytest.mark.one_database
FLAG = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"  # of England
OVERRIDE, ESCAPE = "\u202e", "\x1b"

NOT_IN_A_LINE = {
    "direction override": "Ann \u202elleB",
    "isolate": "Ann \u2066Bell",
    "zero width space": "An\u200bn",
    "soft hyphen": "An\u00adn",
    "byte order mark": "\ufeffAnn",
    "word joiner": "An\u2060n",
    "hangul filler": "An\u3164n",
    "blank braille": "An\u2800n",
    "tag": "Ann\U000e0041",
    "line break": "Ann\nBell",
    "joiner between Latin letters": "An\u200dn",
    "non-joiner at the beginning": "\u200cAnn",
    "selector after a Latin letter": "A\ufe0fnn",
}
NOWHERE = {"nul": "An\x00n", "escape": "\x1b[2J", "bell": "Ann\x07", "C1": "Ann\x9b2J", "noncharacter": "An\ufffen"}
GOOD = {
    "accents": "Zoë Łukasz O’Brien-Núñez",
    "Persian": "علی\u200cرضا",
    "Devanagari": "क्\u200dष",
    "emoji": "👩🏽\u200d⚕\ufe0f Ann",
    "Cyrillic": "Анна Иванова",
    "Japanese": "葛\U000e0100城　花",
    "Hebrew": "דנה",
}


@pytest.mark.parametrize("text", [*NOT_IN_A_LINE.values(), *NOWHERE.values()], ids=[*NOT_IN_A_LINE, *NOWHERE])
def test_a_name_takes_no_sign_that_steers_hides_or_turns(text: str) -> None:
    with pytest.raises(Invalid, match=r"^Name: character \d+ can't be kept: U\+"):
        words("Name", text, at_most=200)


@pytest.mark.parametrize("text", NOWHERE.values(), ids=NOWHERE)
def test_a_text_takes_no_control_character(text: str) -> None:
    with pytest.raises(Invalid, match=r"^What happened: character \d+ can't be kept: U\+"):
        words("What happened", text, at_most=20_000)


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_what_scripts_and_emoji_need_stays(text: str) -> None:
    assert words("Name", text, at_most=200) == text


@pytest.mark.parametrize(
    "text",
    ["one\n\ttwo", "\u200fשלום", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", *GOOD.values()],
)
def test_a_text_keeps_its_lines_and_the_marks_of_its_script(text: str) -> None:
    assert words("What happened", text, at_most=20_000) == text


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u202a", "\u2066", "\u2069", "\u200b", "\u2060", "\ufeff", "\u00ad", "\U000e0041", "\ufff9"]
)
def test_a_text_loses_what_turns_its_direction_or_can_not_be_seen(sign: str) -> None:
    assert words("What happened", f"{sign} He{sign} ran\n\nnow {sign}", at_most=20_000) == "He ran\n\nnow"
    with pytest.raises(Invalid, match="write it down first"):
        words("What happened", sign, at_most=20_000)


def test_no_deed_keeps_one_in_a_confidential_text_either(world: World) -> None:
    world.dsl()
    ref = world.concern(None, account="He ran")
    with world.host().permitted(Action.KEEP_MATCH_KEYS) as deed:
        told = {"entered_at": deed.at, "entered_by": "dsl", "what": "Note"}
        deed.add(ConcernEntry(concern_ref=ref, text=f"He{OVERRIDE} ran", **told))

    assert [one.text for one in world.all(ConcernEntry, concern_ref=ref)][-1] == "He ran"


@pytest.mark.both_databases
@pytest.mark.parametrize("text", ["\ud800", "a\udfffb", "a\x00b"])
def test_half_a_sign_is_a_sentence_wherever_it_is_typed(world: World, text: str) -> None:
    world.dsl()
    world.volunteer()
    world.manager()
    desk = world.desk("dsl")
    for at, ask in enumerate(
        (
            lambda: raise_concern(world.desk("volunteer"), severity=Severity.LOW, account=f"He ran {text}"),
            lambda: raise_concern(world.desk("volunteer"), severity=Severity.LOW, account="He ran", about=[text]),
            lambda: concern_in_view(desk, text),
            lambda: queue_view(desk, QueueFilter(find=text)),
            lambda: workers_named(world.desk("manager"), "Ann", case_ref=text),
            lambda: world.desk(text).person(),
        )
    ):
        try:
            ask()
        except CasebookError:
            continue
        assert at > 1, "was kept"


def test_the_place_and_the_sign_are_named() -> None:
    assert unusable("Ann \u202elleB", line=True) == "character 5 can't be kept: U+202E right-to-left override"
    assert unusable("\x1b[2J", line=False) == "character 1 can't be kept: U+001B control character"


@pytest.mark.parametrize(
    "text, told",
    [
        ("Ann Bell", None),
        ("Анна Bell", None),
        ("Ann B\u0435ll", "character 6 is a Cyrillic letter in a word of Latin ones"),
        ("\u0391nn", "character 1 is a Greek letter in a word of Latin ones"),
        ("Ив\u0061н", "character 3 is a Latin letter in a word of Cyrillic ones"),
        ("Zoë 7b", None),
    ],
)
def test_a_letter_that_only_looks_alike_is_pointed_out(text: str, told: str | None) -> None:
    assert lookalike(text) == told


def test_no_deed_writes_one_into_any_column(world: World) -> None:
    """Whatever a command leaves unchecked: each column of every table that holds a text, a line or JSON."""
    models = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_ is not AuditEvent]
    assert len(models) > 90
    with world.host().permitted(Action.KEEP_MATCH_KEYS) as deed:
        for model, name, column in ((m, *one) for m in models for one in m.__mapper__.columns.items()):
            if isinstance(column.type, String | Narrative | JSON) and not hasattr(column.type, "enums"):
                bad = f"a{OVERRIDE}b" if is_line(column.type) else f"a{ESCAPE}b"
                row = model(**{name: [bad] if isinstance(column.type, JSON) else bad})
                deed.session.add(row)
                with pytest.raises(Invalid, match="character 2 can't be kept"):
                    deed.session.flush()
                deed.session.expunge(row)


def test_what_is_on_file_with_one_still_reads_and_changes_elsewhere(world: World) -> None:
    world.service_user("SU-1", name=f"Ann{OVERRIDE} Bell", address=f"1 High{ESCAPE} Street")

    with world.host().permitted(Action.KEEP_MATCH_KEYS) as deed:
        deed.session.get_one(ServiceUser, "SU-1").phone = "07700 900118"

    kept = world.one(ServiceUser, ref="SU-1")
    assert (kept.name, kept.address, kept.phone) == (f"Ann{OVERRIDE} Bell", f"1 High{ESCAPE} Street", "07700 900118")
