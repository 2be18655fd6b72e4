"""Chasing and leaving in a real browser: a reminder, a mail, somebody's leaving and the certificate that stays."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from okf.caseload.commands.digest import send_mails
from okf.terms import Role
from tests.browser import Served, axe_violations, copy_of, serving, signed_in
from tests.post_office import PostOffice

pytestmark = [pytest.mark.browser, pytest.mark.slow]
expect.set_options(timeout=20_000)


@pytest.fixture
def posting(template_file: tuple[Path, Path], tmp_path: Path, office: PostOffice) -> Iterator[Served]:
    """Casebook served with a mail server set."""
    env = {name: value for name, value in os.environ.items() if name.startswith(("OKF_SMTP", "OKF_MAIL"))}
    with serving(copy_of(template_file, tmp_path), tmp_path, env=env) as running:
        yield running


def test_C15_whoever_leaves_is_out_at_their_next_click_and_reminded_of_the_duty(
    posting: Served, chromium: Browser, office: PostOffice, tmp_path: Path
) -> None:
    served = posting
    administrator, leaver = served.person(Role.ADMINISTRATOR), served.person(Role.CASEWORKER)
    theirs = signed_in(chromium, served, leaver, at="account").pages[0]
    context = signed_in(chromium, served, administrator, at=f"leaving?person={leaver}")
    ours = context.pages[0]
    expect(ours.get_by_text("1 session will end")).to_be_visible()
    assert axe_violations(context) == []

    ours.get_by_text("leaves now").click()
    ours.get_by_role("button", name="Record that they leave").click()
    expect(ours.get_by_text("They have left: the account is off; 1 session")).to_be_visible()
    with ours.expect_download() as letter:
        ours.get_by_role("button", name="Print the letter").click()
    letter.value.save_as(tmp_path / "letter.pdf")
    theirs.get_by_role("link", name="Today").click()

    expect(theirs.get_by_label("Username", exact=True)).to_be_visible()
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
    assert send_mails(served.host).sent == 1
    [(_, mail)] = office.taken
    assert "remain in effect indefinitely" in mail.get_payload(decode=True).decode()
