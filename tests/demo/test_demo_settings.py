"""Where the demo keeps what opens it: with its own copy of Casebook, so that two of them never meet."""

from __future__ import annotations

from okf.settings import LOCAL, settings


def test_the_demo_shares_no_key_and_no_ledger_with_another_copy_of_casebook() -> None:
    demo, real = settings({"OKF_DEMO": "1"}), settings({})

    for file in (demo.key_file, demo.text_key_file, demo.ledger_file, demo.signing_key_file):
        assert file.is_relative_to(LOCAL)
    for file in (real.key_file, real.text_key_file, real.ledger_file, real.signing_key_file):
        assert not file.is_relative_to(LOCAL)
