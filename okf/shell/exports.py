"""Files to download: CSV and Excel without cells that a spreadsheet would run as formulas, and unique file names."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Final

import streamlit as st
import xlsxwriter

from okf.paging import ROWS_MOST

MIME: Final = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar",
    "png": "image/png",
    "jpg": "image/jpeg",
    "heic": "image/heic",
    "eml": "message/rfc822",
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_CELL_MOST: Final = 32_767  # letters that Excel takes
_AS_GIVEN: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}
Rows = Sequence[Sequence[Any]]


def guarded(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe before it."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes")
    if isinstance(cell, date | int | float | None):
        return cell
    text = str(cell)
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


def csv_of(titles: Sequence[str], rows: Rows) -> bytes:
    """The rows as CSV in UTF-8 with a mark that Excel reads."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(titles: Sequence[str], rows: Rows) -> bytes:
    """The rows as an Excel workbook of one sheet, which is never on the disk."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _AS_GIVEN) as book:
        sheet = book.add_worksheet("Casebook")
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, titles, book.add_format({"bold": True}))
        for number, row in enumerate(rows, 1):
            cells = [guarded(cell) for cell in row]
            sheet.write_row(number, 0, [cell[:_CELL_MOST] if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def download_buttons(stem: str, fetch: Callable[[str], tuple[Sequence[str], Rows]]) -> None:
    """Buttons for what is shown as CSV and as Excel; `fetch` is asked when one is pressed, with the file's form.

    So the policy decides then, and only files that were fetched are on record.
    """
    st.caption(f"A file holds at most {ROWS_MOST:,} rows. That it was fetched goes on the audit record.")
    with st.container(horizontal=True):
        for label, form, made in (("Download CSV", "csv", csv_of), ("Download Excel", "xlsx", xlsx_of)):
            download(
                label,
                lambda form=form, made=made: made(*fetch(form)),  # type: ignore[misc]
                stem,
                form,
                key=f"download_{stem}_{form}",
            )


def download(
    label: str,
    content: bytes | str | Callable[[], bytes | str],
    stem: str,
    kind: str,
    *,
    icon: str = ":material/download:",
    **more: Any,
) -> None:
    """A button that fetches a file of this kind; `more` as in `st.download_button`.

    Content that is made by a function is asked for when the button is pressed:
    the policy decides then, and only what was fetched is on record.
    """
    st.download_button(
        label,
        content,
        file_name=unique_name(stem, kind),
        mime=MIME.get(kind, "application/octet-stream"),
        on_click="ignore",
        icon=icon,
        **more,
    )


def unique_name(stem: str, suffix: str) -> str:
    """A file name that no other download has, such as `cases-8f3a61c2d94e.csv`.

    Streamlit makes a file's address from its name and, over 1 MiB, from parts
    of its content: two alike would share one, and the second reader get the
    first one's bytes.
    """
    return f"{stem}-{secrets.token_hex(6)}.{suffix}"
