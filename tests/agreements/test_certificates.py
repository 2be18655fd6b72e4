"""Certificates of signatures: what they say, that any changed byte is found, and who may have one."""

from __future__ import annotations

import random
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from okf.agreements import seal
from okf.agreements.papers import signature_certificate
from okf.agreements.queries.certificates import check_certificate
from okf.cli.main import main
from okf.errors import NotFound, Refused
from okf.store.models import Signature, SignatureCertificate
from okf.terms import Role
from tests.behind import behind_casebook
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.shell.test_paper import NAMES, drawn, lines, structure
from tests.world import World


@pytest.fixture(scope="module")
def key_made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signing key: making one takes as long as all the rest."""
    key_file = tmp_path_factory.mktemp("signing") / "casebook.signing.pem"
    sheet = FPDF()
    sheet.add_page()
    seal.seal(bytes(sheet.output()), key_file, reason="a first one")
    return key_file


@pytest.fixture(autouse=True)
def _own_keys(tmp_path: Path, key_made_once: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").mkdir()
    shutil.copy(key_made_once, tmp_path / "keys")
    monkeypatch.setenv("OKF_KEY_FILE", str(tmp_path / "keys" / "casebook.key"))


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mona Ger")
    world.volunteer("vera", signed=None, name="Vera Signer")
    world.sign("vera", "2026-11-20T09:30", session_id="session-one", typed_name="Vera Signer")
    return world


def certificate(world: World, by: str = "manager", of: str = "vera") -> bytes:
    [signature] = world.all(Signature, person=of)
    return signature_certificate(world.desk(by), signature.id)


def test_C7_it_says_who_signed_which_exact_text_when_and_how(charity: World) -> None:
    made = certificate(charity)

    text = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages).split())
    says = charity.one(SignatureCertificate).says
    for words in ("Vera Signer", "volunteer", "version 1", "20 November 2026 at 09:30", "in session"):
        assert words in text
    assert says["text_sha256"] in text.replace(" ", "")
    assert "session-one" not in text
    verdict = check_certificate(charity.desk("manager"), made)
    assert verdict.good, verdict.sentences


@pytest.mark.one_database
def test_C7_it_names_its_signer_in_whatever_script_and_screen_readers_can_read_it(charity: World) -> None:
    for number, name in enumerate(NAMES.values()):
        charity.volunteer(f"one{number}", signed=None, name=name)
        charity.sign(f"one{number}", "2026-11-20T09:30", session_id="session-one", typed_name=name)
        made = certificate(charity, of=f"one{number}")

        assert name in lines(made)
        assert all(one.glyph for one in drawn(made)), "a glyph 0 is a box"
        assert structure(PdfDocument(made), 0).startswith("Document(H1 P P")
        verdict = check_certificate(charity.desk("manager"), made)
        assert verdict.good, verdict.sentences


@pytest.mark.one_database
def test_C7_a_changed_byte_anywhere_is_found(charity: World) -> None:
    made = certificate(charity)
    chance = random.Random(7)
    others = [made + b"\n", made[:-1], b"", b"no pdf"]
    for place in (*(chance.randrange(len(made)) for _ in range(5)), 0, len(made) - 1, made.index(b"/Contents") + 5000):
        changed = bytearray(made)
        changed[place] ^= 0x20
        others.append(bytes(changed))

    with ThreadPoolExecutor(3) as at_once:  # each is read in a child of its own
        good = [*at_once.map(lambda other: check_certificate(charity.desk("manager"), other).good, others)]

    assert good == [False] * 12


@pytest.mark.one_database
def test_the_seal_alone_shows_what_was_changed_in_the_text_to_any_reader(charity: World, tmp_path: Path) -> None:
    made = certificate(charity)
    changed = made.replace(b"/Title", b"/Titel", 1)
    assert changed != made
    key_file = tmp_path / "keys" / "casebook.signing.pem"
    assert key_file.stat().st_mode & 0o077 == 0

    assert (seal.check(made, key_file).whole, seal.check(changed, key_file).whole) == (True, False)
    tool = shutil.which("pdfsig")
    if tool:  # an independent one, where there is one
        for content, told in ((made, "Signature is Valid."), (changed, "Digest Mismatch")):
            (tmp_path / "one.pdf").write_bytes(content)
            answer = subprocess.run([tool, tmp_path / "one.pdf"], capture_output=True, text=True, check=False)
            assert told in answer.stdout


@pytest.mark.one_database
def test_what_somebody_shows_is_read_apart(charity: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = certificate(charity)
    monkeypatch.setattr(seal, "PdfFileReader", None)

    assert check_certificate(charity.desk("manager"), made).good


@pytest.mark.one_database
def test_another_installations_seal_is_not_ours(charity: World, tmp_path: Path) -> None:
    made = certificate(charity)
    (tmp_path / "keys" / "casebook.signing.pem").unlink()
    certificate(charity)

    verdict = check_certificate(charity.desk("manager"), made)

    assert not verdict.good
    assert "another installation's" in verdict.sentences[0]


def test_a_row_changed_behind_the_policy_is_found(charity: World) -> None:
    made = certificate(charity)
    with behind_casebook(charity.store) as connection:
        connection.exec_driver_sql(
            "UPDATE signature SET verified_by = 'mallory', verified_at = '2026-11-21 10:00:00+00'"
        )

    assert not check_certificate(charity.desk("manager"), made).good


@pytest.mark.one_database
def test_one_has_ones_own_and_who_sees_signatures_anyones(charity: World) -> None:
    charity.caseworker()
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])
    assert certificate(charity, "vera")
    assert certificate(charity, "viewer")
    with pytest.raises(Refused):
        certificate(charity, "caseworker")
    with pytest.raises(NotFound):
        signature_certificate(charity.desk("manager"), 999)
    with pytest.raises(Refused):
        check_certificate(charity.desk("vera"), b"")


@pytest.mark.one_database
def test_the_command_line_answers_by_its_exit_code(charity: World, tmp_path: Path, monkeypatch, capsys) -> None:
    (tmp_path / "good.pdf").write_bytes(certificate(charity))
    (tmp_path / "bad.pdf").write_bytes(certificate(charity) + b" ")
    monkeypatch.setattr("okf.cli.main.host", lambda: _Open(charity))

    assert main(["signature", "verify", str(tmp_path / "good.pdf")]) == 0
    assert "Vera Signer" in capsys.readouterr().out
    assert main(["signature", "verify", str(tmp_path / "bad.pdf")]) == 1
    assert main(["signature", "verify", str(tmp_path / "none.pdf")]) == 1


class _Open:
    """The host's desk on the test's own store."""

    def __init__(self, world: World) -> None:
        self.desk = world.host()

    def __enter__(self) -> object:
        return self.desk

    def __exit__(self, *_: object) -> None:
        """Nothing is to be closed."""


@pytest.mark.one_database
def test_the_page_checks_a_file_and_the_list_of_signatures_offers_one(charity: World) -> None:
    page = open_page(charity, "manager", "certificates")
    assert page.title[0].value == "Check a certificate"
    assert [box.label for box in open_page(charity, "manager", "agreements", person="vera").selectbox] == [
        "Certificate of"
    ]
    assert "Vera Signer" in shown(open_page(charity, "manager", "agreements", person="vera"))
