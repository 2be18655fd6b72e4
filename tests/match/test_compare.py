"""Who is meant and who is not: variants that must be found, and pairs that must be left apart."""

from __future__ import annotations

from datetime import date

import pytest

from okf.match.compare import compare
from okf.match.keys import kept_keys, sought_keys
from okf.match.normal import Applicant, Described, email_of, phone_of, postcode_of, words_of
from okf.terms.intake import Confidence

BORN = date(1986, 4, 7)
_, VERY_LIKELY, LIKELY, POSSIBLE = Confidence


def one(name: str, **more: object) -> Applicant:
    return Applicant(name, **more)  # type: ignore[arg-type]


ONE_PERSON = [
    (one("Elizabeth Smith"), one("Liz Smith"), POSSIBLE),
    (one("Liz Smith"), one("Beth Smith"), POSSIBLE),
    (one("Elizabeth Smith", born=BORN), one("Lizzie Smith", born=BORN), VERY_LIKELY),
    (one("Smith, Elizabeth"), one("Elizabeth Smith"), POSSIBLE),
    (one("Smith Elizabeth"), one("Elizabeth Smith"), POSSIBLE),
    (one("Catherine O'Brien", born=BORN), one("Kathryn OBrien", born=BORN), VERY_LIKELY),
    (one("Stephen Brown"), one("Steven Browne"), POSSIBLE),
    (one("Sean Murphy"), one("Shaun Murphy"), POSSIBLE),
    (one("Mohammed Hussain"), one("Muhammad Hussein"), POSSIBLE),
    (one("José García"), one("Jose Garcia"), POSSIBLE),
    (one("Zoë Łukasiewicz"), one("Zoe Lukasiewicz"), POSSIBLE),
    (one("Siân Llewellyn"), one("Sian Llewelyn"), POSSIBLE),
    (one("Jonh Whitfield"), one("John Whitfield"), POSSIBLE),
    (one("Marisol Thistlethwaite"), one("Marisol Thistlewaite"), POSSIBLE),
    (one("Thistlethwaite Marisol", born=BORN), one("marisol thistlethwaite", born=BORN), VERY_LIKELY),
    (one("Mary Jane Holt"), one("Mary Holt"), POSSIBLE),
    (one("Ronald McDonald"), one("Ronald Mc Donald"), POSSIBLE),
    (one("Jean-Paul Martin"), one("Jean Paul Martin"), POSSIBLE),
    (one("Ann Bell", born=date(1986, 4, 7)), one("Anne Bell", born=date(1986, 7, 4)), VERY_LIKELY),
    (one("Ann Bell", born=date(1986, 4, 7)), one("Ann Bell", born=date(1986, 4, 17)), LIKELY),
    (one("Ann Bell", born=BORN), one("Ann Harper", born=BORN), LIKELY),  # married
    (one("Ann Harper", born=BORN, other_names=("Ann Bell",)), one("Ann Bell", born=BORN), VERY_LIKELY),
    (one("Ann Bell", phones=("07700 900118",)), one("Anne Bell", phones=("+44 7700 900118",)), VERY_LIKELY),
    (one("Ann Bell", phones=("0044 (0)7700-900118",)), one("Ann Harper", phones=("07700900118",)), POSSIBLE),
    (one("Ann Bell", email="Ann.Bell@Example.org "), one("Ann Bell", email="ann.bell@example.org"), VERY_LIKELY),
    (one("Ann Bell", address="1 Long Row, SP1 2AB"), one("Ann Bell", address="1, Long Row sp12ab"), LIKELY),
    (one("Ann Bell", address="Flat 2, 1 Long Row"), one("Anne Bell", address="1 Long Row, Lower"), LIKELY),
    (one("Jo Bell", born=BORN, email="x@example.org"), one("Sam Price", born=BORN, email="x@example.org"), POSSIBLE),
    (one("Юлия Смирнова"), one("Смирнова Юлия"), POSSIBLE),
]
TWO_PEOPLE = [
    (one("John Smith"), one("Joan Smith")),
    (one("Mark Holt"), one("Mary Holt")),
    (one("Jane Holt"), one("John Holt")),
    (one("Robert Smith"), one("William Smith")),
    (one("Ann Bell"), one("Ann Harper")),
    (one("Ann Bell"), one("Tom Bell")),
    (one("Ann Bell", born=BORN), one("Ann Bell", born=date(1961, 11, 30))),
    # Of one family: twins, a parent and a child, partners who share a telephone and a home.
    (
        one("Wren Applewhistle", born=BORN, phones=("07700 900118",), address="1 Long Row, SP1 2AB"),
        one("Ivy Applewhistle", born=BORN, phones=("07700 900118",), address="1 Long Row, SP1 2AB"),
    ),
    (one("Ann Bell", phones=("07700 900118",)), one("Tom Bell", phones=("07700 900118",))),
    (one("Ann Bell", email="home@example.org"), one("Tom Harper", email="home@example.org")),
    (one("Ann Bell", address="1 Long Row SP1 2AB"), one("Tom Harper", address="1 Long Row SP1 2AB")),
    (one("Ann", born=None), one("Ann Bell")),
    (one("Maria Silva"), one("Mario Silva")),
    (one("Daniel Price"), one("Danielle Price")),
    (one("Paul Price"), one("Paula Price")),
    (one("", phones=()), one("Ann Bell")),
]


@pytest.mark.parametrize("told, kept, confidence", ONE_PERSON, ids=lambda one: getattr(one, "name", None))
def test_one_person_is_found_in_both_directions(told: Applicant, kept: Applicant, confidence: Confidence) -> None:
    for asked, held in ((Described.of(told), Described.of(kept)), (Described.of(kept), Described.of(told))):
        match = compare(asked, held)
        sought = sought_keys(asked)

        assert match is not None
        assert match.confidence is confidence
        assert match.reasons
        assert kept_keys(held) & (sought.strong | sought.weak), "the store would not have offered them"


@pytest.mark.parametrize("told, kept", TWO_PEOPLE, ids=lambda one: one.name)
def test_two_people_are_left_apart(told: Applicant, kept: Applicant) -> None:
    assert compare(Described.of(told), Described.of(kept)) is None
    assert compare(Described.of(kept), Described.of(told)) is None


def test_the_reasons_are_said_in_words_the_strongest_first() -> None:
    told = Described.of(one("Ann Bell", phones=("07700 900118",), born=BORN))
    kept = Described.of(one("Ann Bel", phones=("+447700900118",), born=date(1986, 7, 4)))

    match = compare(told, kept)

    assert match is not None
    assert match.reasons[0] == "date of birth with day and month swapped"
    assert set(match.reasons[1:]) == {"same phone number", "name spelt differently"}


def test_normal_forms() -> None:
    assert words_of("Mrs. Ann-Marie O'Brien") == ("ann", "marie", "obrien")
    assert {phone_of(one) for one in ("07700 900118", "+44 (0) 7700 900 118", "0044 7700900118")} == {"+447700900118"}
    assert [phone_of(one) for one in ("", "none", "12", "00000 000000", None)] == [None] * 5
    assert email_of(" A.B+news@Example.ORG ") == "a.b@example.org"
    assert [email_of(one) for one in ("none", "a@b", "@c.d", None)] == [None] * 4
    assert postcode_of("1 Long Row, sw1a1aa London") == "SW1A1AA"
