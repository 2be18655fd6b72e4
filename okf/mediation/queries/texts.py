"""The versions of the agreement to mediate; each file's exact text and its hash. What ships is a marked sample."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Final

from okf.settings import ROOT

FOLDER: Final = ROOT / "data" / "mediation"
BEGINS: Final = "agreement-to-mediate-"


@dataclass(frozen=True, slots=True)
class AgreementText:
    """One version: what participants are given to read before they agree."""

    version: str
    text: str
    sha256: str


@cache
def agreement_texts() -> tuple[AgreementText, ...]:
    """Every version on file, the newest name first."""
    found = []
    for file in sorted(FOLDER.glob(f"{BEGINS}*.md"), reverse=True):
        text = file.read_text("utf-8").replace("\r\n", "\n").strip()
        version = file.stem.removeprefix(BEGINS)
        found.append(AgreementText(version, text, hashlib.sha256(text.encode()).hexdigest()))
    return tuple(found)


def agreement_text(version: str) -> AgreementText | None:
    """One version, or none of this name."""
    return next((one for one in agreement_texts() if one.version == version), None)
