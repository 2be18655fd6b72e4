"""The sample agreements that Casebook ships: each says in its first words that it is one."""

from __future__ import annotations

from functools import cache

from okf.settings import ROOT

_FOLDER = ROOT / "data" / "agreements"


@cache
def sample_agreement(kind: str) -> str | None:
    """The sample of one capacity's agreement; None where there is none."""
    path = _FOLDER / f"{kind}.md"
    if not path.is_file():
        return None
    text = path.read_text("utf-8").replace("\r\n", "\n").strip()
    return text if "SAMPLE" in text[:80] else f"SAMPLE, NOT THE REAL TEXT.\n\n{text}"
