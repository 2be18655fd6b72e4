"""The installation's seal on a PDF: its own key and certificate, made at first use, and the check of a sealed file."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from asn1crypto import keys as asn1_keys, x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from okf.clock import utc_now
from okf.durable import write_first
from okf.errors import Misconfigured
from okf.sandbox import Unreadable, read_apart

NAME: Final = "Casebook of Our Kids First"
BITS: Final = 3072
LASTS: Final = timedelta(days=365 * 30)
FIELD: Final = "Casebook"


@dataclass(frozen=True, slots=True)
class SealState:
    """How a file's seal stands: whether it is whole, and whether it is this installation's own."""

    whole: bool
    ours: bool
    sentence: str


def seal(pdf: bytes, key_file: Path, *, reason: str) -> bytes:
    """The same PDF under the installation's seal, so that any reader shows a later change; the key is made if need be.

    Raises:
        Misconfigured: the key file holds no key and certificate.
    """
    key, certificate = _key_and_certificate(key_file)
    store = SimpleCertificateStore.from_certs([certificate])
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        name=NAME,
        md_algorithm="sha256",
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    signer = signers.SimpleSigner(signing_cert=certificate, signing_key=key, cert_registry=store)
    with ThreadPoolExecutor(1) as alone:  # it runs a loop of its own, and a thread may have one already
        made = alone.submit(signers.sign_pdf, IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=signer).result()
    return bytes(made.getvalue())


def check(pdf: bytes, key_file: Path) -> SealState:
    """How the seal of a file stands, whatever the file is."""
    if not key_file.exists():
        return SealState(False, False, "This installation has sealed nothing yet.")
    certificate = _key_and_certificate(key_file)[1]
    try:
        seals = read_apart("okf.agreements.seal.look", pdf, certificate=certificate.dump().hex())
    except Unreadable:
        return SealState(False, False, "Its seal can't be read: the file is damaged, or no sealed PDF.")
    if len(seals) != 1:
        return SealState(False, False, "It bears no seal." if not seals else "It bears more seals than one.")
    whole, ours = b"whole" in seals[0], b"ours" in seals[0]
    if not whole:
        return SealState(False, ours, "Its seal is broken: the file was changed after it was sealed.")
    if not ours:
        return SealState(True, False, "Its seal is whole, but it is another installation's.")
    return SealState(True, True, "Its seal is whole, and this installation's own.")


def look(pdf: bytes, certificate: str) -> list[bytes]:
    """Of each seal of a file, if it is the only one, whether it is whole and by this certificate; in the sandbox."""
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        return [b""] * len(found)
    own = asn1_x509.Certificate.load(bytes.fromhex(certificate))
    status = validate_pdf_signature(found[0], ValidationContext(trust_roots=[own], allow_fetching=False))
    whole = status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    ours = found[0].signer_cert.dump() == own.dump() and status.trusted
    return [b"whole " * bool(whole) + b"ours" * bool(ours)]


def _key_and_certificate(key_file: Path) -> tuple[asn1_keys.PrivateKeyInfo, asn1_x509.Certificate]:
    if not key_file.exists():
        _make(key_file)
    try:
        content = key_file.read_bytes()
        key = load_pem_private_key(content, None)
        certificate = x509.load_pem_x509_certificate(content)
    except (OSError, ValueError) as error:
        raise Misconfigured(f"The signing key {key_file} can't be read. Put it back from its copy.") from error
    return (
        asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
    )


def _make(key_file: Path) -> None:
    key = rsa.generate_private_key(65537, BITS)
    now = utc_now()
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Our Kids First"), x509.NameAttribute(NameOID.COMMON_NAME, NAME)]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    content += certificate.public_bytes(Encoding.PEM)
    write_first(key_file, content)
