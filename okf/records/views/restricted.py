"""To whom a record is restricted, in the words of whoever writes it."""

from __future__ import annotations

from typing import Final

from okf.cases.queries.case import CaseView

_RESTRICTED: Final = {
    "joint": "Told to us by both parties together. Both sides may know it.",
    "external": "Told to us from outside the family. For those whose access covers what comes from outside.",
    "internal": "Written by Our Kids First. For those whose access covers our own notes.",
    "safeguarding": "A safeguarding matter. For the safeguarding leads alone.",
}


def restricted(source: str, view: CaseView) -> str:
    """To whom what this source told us is restricted, in a sentence."""
    if source in _RESTRICTED:
        return _RESTRICTED[source]
    of = next((one for one in view.family if one.ref == source), None)
    if of is not None and of.child:
        return f"Told to us by {of.name}, a child of the case. Not for either parent."
    return f"Told to us by {of.name if of else 'this party'}. Not for the other."
