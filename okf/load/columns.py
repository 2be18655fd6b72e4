"""The one description of every table and column that a caseload may hold.

Validation, the Excel template and the documentation are made from it. The
order is the one of writing: whatever a row names comes before it.
"""

from __future__ import annotations

from collections.abc import Mapping

from okf.load.case_columns import ABOUT_CASES
from okf.load.described import TableSpec
from okf.load.enquiry_columns import ABOUT_ENQUIRIES
from okf.load.people_columns import ABOUT_PEOPLE

TABLES: Mapping[str, TableSpec] = {spec.name: spec for spec in (*ABOUT_PEOPLE, *ABOUT_CASES, *ABOUT_ENQUIRIES)}
IGNORED_SHEETS = frozenset({"instructions", "lists"})

__all__ = ["IGNORED_SHEETS", "TABLES", "TableSpec"]
