"""Names in running text: found by one part, a short form or another spelling, and not in every ordinary word."""

from __future__ import annotations

import pytest

from okf.match.mentions import mentioned, roles_mentioned
from okf.terms import Role


@pytest.mark.parametrize(
    "text",
    [
        "Dana hit him",
        "then dana hit him",
        "DANA HIT HIM",
        "it was Dana’s car",
        "It was Danas car",
        "Ms Hale",
        "“Dana,” she said",
        "Danna hit",
    ],
)
def test_somebody_is_meant_by_a_part_of_their_name_however_it_is_written(text: str) -> None:
    assert mentioned([text], "dana hale")


@pytest.mark.parametrize("text, name", [("Kate shouted", "catherine bell"), ("katie bell", "catherine bell")])
def test_a_short_form_means_them_too(text: str, name: str) -> None:
    assert mentioned([text], name)


@pytest.mark.parametrize(
    "text, name, meant",
    [
        ("He will come. It may rain", "will may", False),
        ("I saw Will hit him", "will brown", True),
        ("will hit him", "will brown", True),  # nothing in it is written with a capital
        ("He had grace", "grace okoro", False),
        ("They stood in the hall", "dana hale", False),
        ("Nobody of that name", "dana hale", False),
        ("I saw it", "ian j ash", False),  # an initial is no name
    ],
)
def test_an_ordinary_word_is_a_name_where_it_is_written_as_one(text: str, name: str, meant: bool) -> None:
    assert mentioned([text], name) is meant


@pytest.mark.parametrize(
    "text, role",
    [
        ("The DSL hit him", Role.DSL),
        ("it was our safeguarding-lead", Role.DSL),
        ("The deputy's car", Role.DEPUTY_DSL),
        ("the Deputy Safeguarding Lead", Role.DEPUTY_DSL),
        ("The safeguarding trustee shouted", Role.SAFEGUARDING_TRUSTEE),
        ("The deputy head took the lead, with trust", None),
        (None, None),
    ],
)
def test_a_lead_a_deputy_and_a_trustee_are_meant_by_their_role(text: str | None, role: Role | None) -> None:
    assert roles_mentioned([text]) == ({role} if role else set())
