"""Telephone numbers that a telephone rings at a touch."""

from __future__ import annotations

import pytest

from okf.shell.phones import ringing, ringing_markdown, tel, text_that_rings


@pytest.mark.parametrize(
    "number, address",
    [
        ("020 3951 8496", "tel:+442039518496"),
        ("07700 900123", "tel:+447700900123"),
        ("+49 30 901820", "tel:+4930901820"),
        ("01632 960201 ext. 12", "tel:+441632960201"),
        ("999", "tel:999"),
        ("101", "tel:101"),
    ],
)
def test_a_number_is_rung_from_any_country(number: str, address: str) -> None:
    assert tel(number) == address
    assert ringing(number) == f'<a href="{address}" target="_self">{number}</a>'
    assert ringing_markdown(number) == f"[{number}]({address})"


def test_of_a_text_only_the_number_to_call_is_a_link_and_markup_stays_text() -> None:
    told = text_that_rings("Safe: 07700 900001 <b>\nOther: 07700 900002, 07700 9000011", "07700 900001")

    assert told.count("<a ") == 1
    assert "Safe: " + ringing("07700 900001") + " &lt;b&gt;\nOther: 07700 900002, 07700 9000011" in told


def test_where_no_number_may_be_called_none_is_a_link() -> None:
    assert "<a " not in text_that_rings("Other: 07700 900002", None)
