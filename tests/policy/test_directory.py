"""Which authority an area has, which one a recipient's name names, and when it is looked at again; pure."""

from __future__ import annotations

from datetime import date

import pytest

from okf.policy.directory import Authority, named_in, of_area
from okf.policy.facts import PolicySettings

KENT = Authority(name="Kent", areas=("South East",))
WEST_KENT = Authority(name="West Kent", areas=("Kent Weald",))
HOME = Authority(name="Home Council", is_default=True)
ALL = (HOME, KENT, WEST_KENT)


@pytest.mark.parametrize(
    "area, found",
    [("south-east", KENT), ("Kent", KENT), ("kent weald", WEST_KENT), ("Elsewhere", HOME), ("", HOME), (None, HOME)],
)
def test_an_area_has_its_authority_however_it_is_written_and_else_the_default(
    area: str | None, found: Authority
) -> None:
    assert of_area(ALL, area) == found


def test_without_a_default_an_unknown_area_has_none() -> None:
    assert of_area((KENT,), "Elsewhere") is None
    assert of_area((KENT,), "") is None


@pytest.mark.parametrize(
    "name, found",
    [
        ("West Kent, children's front door (MASH)", WEST_KENT),
        ("The duty team of KENT", KENT),
        ("Kentish Town", None),
        ("Duty team", None),
        (None, None),
    ],
)
def test_a_recipient_is_of_the_authority_whose_whole_name_stands_in_theirs(
    name: str | None, found: Authority | None
) -> None:
    assert named_in(ALL, name) == found


def test_half_a_year_after_a_check_it_is_due_again_and_at_once_where_nobody_ever_looked() -> None:
    days = PolicySettings().directory_check_days
    looked = Authority(name="Kent", checked_on=date(2026, 6, 1), checked_by="dsl")

    assert not looked.due_again(date(2026, 11, 30), days)
    assert looked.due_again(date(2026, 12, 1), days)
    assert KENT.due_again(date(2026, 6, 1), days)
