"""Texts that stand in for an agreement whose own text is not in the file; each says that it is a sample."""

from __future__ import annotations

import hashlib
from functools import cache

from okf.settings import ROOT

FOLDER = ROOT / "data" / "agreements"
_UNSAID = (
    "SAMPLE, NOT THE REAL TEXT. The text of this Confidentiality Agreement was not in the file that it came from."
    " Whoever signs it promises to keep in strictest confidence, without an end date, all that they learn through OKF."
)


def sample_text(kind: str, version: str) -> str:
    """The sample text of one capacity's agreement, marked as a sample in its first words."""
    return f"{_sample(kind)}\n\nVersion {version}"


def sha256(text: str) -> str:
    """The hash of an exact text, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _sample(kind: str) -> str:
    path = FOLDER / f"{kind}.md"
    if not path.is_file():
        return _UNSAID
    text = path.read_text("utf-8").replace("\r\n", "\n").strip()
    return text if text.startswith("SAMPLE") or "SAMPLE" in text[:80] else f"SAMPLE, NOT THE REAL TEXT.\n\n{text}"
