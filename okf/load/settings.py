"""The organisation's settings as a caseload gives them: which there are, of what kind, within what bounds."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import date
from typing import Any

from okf.load.cells import value_of
from okf.load.faults import Wrong
from okf.load.specs import day

# The least and the most of each; bank_holidays is the one that is no number.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "resign_grace_days": (0, 366),
    "annual_refresh_days": (1, 3660),
    "refresh_grace_days": (0, 366),
    "sign_early_days": (0, 366),
    "wind_down_days": (0, 366),
    "break_glass_hours": (1, 72),
    "small_cell": (2, 100),
    "unallocated_days": (0, 366),
    "reconfirm_days": (1, 3660),
    "unused_days": (1, 3660),
    "file_megabytes": (1, 20),
    "vetting_blocks": (0, 1),
    "training_blocks": (0, 1),
    "vetting_warning_days": (0, 366),
    "training_warning_days": (0, 366),
    "partner_warning_days": (0, 366),
    "custody_days": (1, 31),
    "caseload_most": (1, 1000),
    "no_contact_days": (1, 366),
    "losing_days": (1, 366),
    "second_reading_days": (1, 30),
    "ladder_before_hours": (0, 168),
    "ladder_deputy_minutes": (0, 1440),
    "ladder_trustee_minutes": (0, 1440),
    "ladder_deputy_hours": (0, 168),
    "ladder_trustee_hours": (0, 168),
    "ladder_from_hour": (0, 23),
    "ladder_to_hour": (1, 24),
    "directory_check_days": (1, 3660),
}
BANK_HOLIDAYS = "bank_holidays"
_DAY = day("value", "a bank holiday")


def setting_of(name: str, raw: Any) -> Any:
    """A setting's value as the database keeps it: a whole number, or a sorted list of dates in ISO form.

    Raises:
        Wrong: there is no such setting, or the value is not of its kind or within its bounds.
    """
    if name == BANK_HOLIDAYS:
        return _days(raw)
    if name not in BOUNDS:
        known = [*BOUNDS, BANK_HOLIDAYS]
        close = difflib.get_close_matches(name, known, n=1)
        expected = f"perhaps {close[0]!r}" if close else f"one of: {', '.join(known)}"
        raise Wrong(f"there is no setting {name[:40]!r}", expected)
    least, most = BOUNDS[name]
    expected = f"a whole number from {least} to {most}"
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, str) and raw.strip().isascii() and raw.strip().isdigit() and len(raw) < 10:
        raw = int(raw)
    if not isinstance(raw, int) or isinstance(raw, bool):
        raise Wrong(f"{str(raw)[:40]!r} is no whole number" if raw is not None else "the value is missing", expected)
    if not least <= raw <= most:
        raise Wrong(f"{raw} is out of bounds", expected)
    return raw


def _days(raw: Any) -> list[str]:
    parts = raw.split(";") if isinstance(raw, str) else raw if isinstance(raw, list) else [raw]
    days = {value_of(_DAY, part) for part in parts}
    return sorted(one.isoformat() for one in days if isinstance(one, date))
