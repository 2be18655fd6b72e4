"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import unicodedata

import pytest

from okf.errors import Invalid
from okf.people.commands import passwords

ABOUT = ("amelia.h", "Amelia Hart", "amelia.hart@example.org")


def refused(password: str, *, second_factor: bool = False) -> str | None:
    try:
        passwords.require_good(password, about=ABOUT, second_factor=second_factor)
    except Invalid as error:
        return error.why
    return None


@pytest.mark.parametrize(
    "password",
    [
        "violet tractor ledger",
        "correct horse battery staple",
        "Straße mit Überblick und Käse",
        "любимый чайник на крыше",
        "🦊🪁🧭🥝🎻🪵🧊🦉🍄🚲🧶🪐🥁🌵🛶",
        "x7#Qm2!vLp9&Zt4^Rk8",
        "the okf volunteers plant seventeen walnuts",
        "kettle orbit walnut " * 10,
    ],
)
def test_a_long_password_of_unconnected_words_is_taken(password):
    assert refused(password) is None


@pytest.mark.parametrize(
    "password, why",
    [
        ("violet ledger", "at least 15"),
        ("Password12345!!!", "common and breached"),
        ("passwordpassword", "common and breached"),
        ("qwertyuiop123456", "common and breached"),
        ("P4ssw0rd!P4ssw0rd!", "common and breached"),
        ("aaaaaaaaaaaaaaaaaaaa", "common and breached"),
        ("iloveyou12345678", "common and breached"),
        ("AmeliaHart19871987", "your name or OKF's"),
        ("4m3l1a-h4rt-4m3l1a", "your name or OKF's"),
        ("Our Kids First 2026!", "your name or OKF's"),
        ("OKF-Casebook-2026", "your name or OKF's"),
        ("a b" * 500, "at most 1,000"),
    ],
)
def test_a_password_that_is_short_common_or_a_name_is_refused_with_what_to_do(password, why):
    assert why in str(refused(password))


def test_twelve_characters_are_enough_beside_a_second_factor_and_fifteen_without():
    assert refused("kV7#mQ2!xWz9", second_factor=True) is None
    assert "at least 15" in str(refused("kV7#mQ2!xWz9"))
    assert "at least 12" in str(refused("kV7#mQ2!xWz", second_factor=True))


def test_a_long_password_is_not_cut():
    """bcrypt would not tell these apart: they differ after 72 bytes."""
    long = "walnut orbit kettle " * 40
    kept = passwords.hashed(long)

    assert passwords.matches(kept, long)
    assert not passwords.matches(kept, long[:-1])
    assert not passwords.matches(kept, f"{long[:-1]}!")


def test_the_same_keys_match_however_a_machine_writes_them():
    typed = "Käse über Straße — façade"
    kept = passwords.hashed(unicodedata.normalize("NFC", typed))

    assert passwords.matches(kept, unicodedata.normalize("NFD", typed))
    assert passwords.matches(kept, typed.replace(" ", "\u00a0"))
    assert not passwords.matches(kept, typed.upper())


def test_different_characters_are_not_folded_into_one():
    assert passwords.stable("ﬁnd ² walnuts") != passwords.stable("find 2 walnuts")


def test_blanks_at_the_ends_belong_to_a_password():
    assert not passwords.matches(passwords.hashed(" walnut orbit kettle"), "walnut orbit kettle")


@pytest.mark.usefixtures("slow_hashes")
def test_a_hash_names_argon2id_and_its_parameters():
    assert passwords.hashed("walnut orbit kettle").startswith("$argon2id$v=19$m=47104,t=2,p=1$")


def test_nobody_has_no_password_that_matches():
    assert not passwords.matches(None, "nobody has this password")


@pytest.mark.usefixtures("slow_hashes")
def test_a_hash_with_other_parameters_is_made_again():
    from argon2 import PasswordHasher

    weaker = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("walnut orbit kettle")

    assert passwords.matches(weaker, "walnut orbit kettle")
    assert passwords.outdated(weaker)
    assert not passwords.outdated(passwords.hashed("walnut orbit kettle"))
