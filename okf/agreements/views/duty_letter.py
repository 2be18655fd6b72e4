"""The letter on the duty that stays, for whoever records that somebody leaves (C15)."""

from __future__ import annotations

from okf.agreements.papers import duty_letter
from okf.agreements.queries.duty_letter import duty_letter_of
from okf.desk import Desk
from okf.shell.exports import download


def print_letter(desk: Desk, username: str) -> None:
    """The button that prints somebody's letter."""
    download(
        "Print the letter (PDF)",
        lambda: duty_letter(duty_letter_of(desk, username)),
        "continuing-duty",
        "pdf",
        icon=":material/print:",
    )
