"""All that leaves Casebook as a file: decided when it is fetched, by the live session that was shown its button.

CSV and Excel files have no cells that a spreadsheet would run as formulas, and no letters that it can't hold.
"""

from __future__ import annotations

import base64
import csv
import io
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, Final

import streamlit as st
import xlsxwriter

from okf.clock import clock_time, london
from okf.errors import CasebookError, NotFound, Unsealed, log_bug, not_shown
from okf.paging import ROWS_MOST
from okf.shell.app_context import door, parts, session_here
from okf.shell.fetching import this_fetch
from okf.shell.words import day

MIME: Final = {
    "pdf": "application/pdf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar",
    "png": "image/png",
    "jpg": "image/jpeg",
    "heic": "image/heic",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "3gp": "video/3gpp",
    "eml": "message/rfc822",
}
_PLAYED: Final = ("mp3", "m4a", "wav", "ogg", "opus", "mp4")
_FORMULA_STARTS = (*"=+-@", *"＝＋－＠", "\t", "\r", "\n")  # Excel in Japanese takes wide ones too
_NO_LETTERS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML can't hold
_CELL_MOST: Final = 32_767  # letters that Excel takes
_NOT_IN_A_NAME: Final = re.compile(r"[\[\]:*?/\\]")  # nor in the name of a sheet
_WIDEST: Final = 60  # letters; what is longer stands in several lines
_SHOWN: Final = {"": "d mmm yyyy, hh:mm", "BST": 'd mmm yyyy, hh:mm "BST"', "GMT": 'd mmm yyyy, hh:mm "GMT"'}
_AS_GIVEN: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "default_date_format": "d mmm yyyy",  # as the page says it
}
Rows = Sequence[Sequence[Any]]


def guarded(cell: Any) -> Any:
    """A cell that every spreadsheet can hold and none takes for a formula: such a text gets an apostrophe before it."""
    if isinstance(cell, datetime):
        return london(cell).replace(second=0, microsecond=0)  # as the screen says it
    if isinstance(cell, date | int | float | None):
        return cell
    text = _NO_LETTERS.sub("\ufffd", str(cell))
    return f"'{text}" if text.lstrip().startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


def csv_of(titles: Sequence[str], rows: Rows) -> bytes:
    """The rows as CSV in UTF-8 with a mark that Excel reads."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([_in_text(guarded(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _in_text(cell: Any) -> Any:
    return f"{cell:%Y-%m-%d} {clock_time(cell, seconds=True)}" if isinstance(cell, datetime) else cell


def _in_a_cell(cell: Any) -> Any:
    """A value as a cell takes it: an instant without its zone, which the cell's form says where it must."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    return cell[:_CELL_MOST] if isinstance(cell, str) else cell


def xlsx_of(titles: Sequence[str], rows: Rows, name: str = "Casebook") -> bytes:
    """The rows as an Excel workbook of one sheet of this name, which is never on the disk.

    Dates and numbers are what they are, columns as wide as what they hold, and
    the titles stay in sight and filter what is below them.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _AS_GIVEN) as book:
        moments = {zone: book.add_format({"num_format": shown}) for zone, shown in _SHOWN.items()}
        top = {"align": "top", "text_wrap": True}
        titled, worded = book.add_format({"bold": True, **top}), book.add_format(top)
        sheet = book.add_worksheet(_NOT_IN_A_NAME.sub(" ", name)[:31])
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, titles, titled)
        alone = all(len(row) == len(titles) for row in rows)  # one table, and not several under one another
        widths = [0] * max(map(len, (titles, *rows)))
        widths[: len(titles)] = [len(title) + 3 for title in titles]  # with room for the arrow of its filter
        for number, row in enumerate(rows, 1):
            for column, cell in enumerate(map(guarded, row)):
                widths[column] = max(widths[column], _width(cell))
                if isinstance(cell, datetime):
                    shown = moments[clock_time(cell).partition(" ")[2]]
                    sheet.write_datetime(number, column, _in_a_cell(cell), shown)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell)
                else:
                    sheet.write_row(number, column, [_in_a_cell(cell)], worded if isinstance(cell, str) else None)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width, _WIDEST))
        if alone:
            sheet.autofilter(0, 0, max(len(rows), 1), len(titles) - 1)
    return out.getvalue()


def _width(cell: Any) -> int:
    """How many letters wide a cell is shown."""
    if isinstance(cell, date):
        return 23 if isinstance(cell, datetime) else 13
    return max(map(len, str(cell).splitlines()), default=0) + 2


def download_buttons(name: str, fetch: Callable[[str], tuple[Sequence[str], Rows]], *, on: date) -> None:
    """Buttons for a list as CSV and as Excel; `fetch` is asked when one is pressed, with the file's form.

    So the policy decides then, and only files that were fetched are on record.
    File and sheet say of what they are and of which day.
    """
    said = f"{name} {day(on)}"
    stem = re.sub(r"[^a-z0-9]+", "-", f"{name} {on:%Y-%m-%d}".lower())
    st.caption(f"A file holds at most {ROWS_MOST:,} rows. That it was fetched goes on the audit record.")
    with st.container(horizontal=True):
        for label, form, made in (
            ("Download Excel", "xlsx", partial(xlsx_of, name=said)),
            ("Download CSV", "csv", csv_of),
        ):
            download(
                label,
                lambda form=form, made=made: made(*fetch(form)),  # type: ignore[misc]
                stem,
                form,
                key=f"download_{name}_{form}",
            )


def download(
    label: str,
    content: Callable[[], bytes | str],
    stem: str,
    kind: str,
    *,
    icon: str | None = ":material/download:",
    **more: Any,
) -> None:
    """A button that fetches a file of this kind; `more` as in `st.download_button`.

    The content is made when the button is pressed, for this session alone:
    the policy decides then, and only what was fetched is on record.
    """
    st.download_button(
        label,
        _made_for(session_here(), content),
        file_name=unique_name(stem, kind),
        mime=MIME.get(kind, "application/octet-stream"),
        on_click="ignore",
        icon=icon,
        **more,
    )


def picture(jpeg: bytes, *, caption: str) -> None:
    """A picture that stands in the page itself: it has no address that somebody else could ask for."""
    st.image(f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}", caption=caption, width="stretch")


def plays(kind: str) -> bool:
    """Whether a browser plays a file of this kind in the page itself."""
    return kind in _PLAYED


def player(content: bytes, kind: str) -> None:
    """A player of sound or film that stands in the page itself, as `picture` does."""
    address = f"data:{MIME[kind]};base64,{base64.b64encode(content).decode()}"
    (st.video if MIME[kind].startswith("video") else st.audio)(address, format=MIME[kind], autoplay=True)


class Unmade(Exception):
    """No file came of it. What to say stands on the fetch: Streamlit tells nobody, and would log its words."""


def _made_for(owner: str | None, content: Callable[[], bytes | str]) -> Callable[[], bytes | str]:
    def made() -> bytes | str:
        fetch = this_fetch()
        if fetch is None:
            raise Unmade
        try:
            if fetch.session_id != owner or parts().live_session(door(), owner) is None:
                raise NotFound("This file is not there for you to fetch. Open its page again.")
            return content()
        except CasebookError as error:
            fetch.said = str(error)
        except Unsealed as error:
            fetch.said = not_shown(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, its words go nowhere
            fetch.said = f"The file could not be made, and it is our fault. Tell us this reference: {log_bug(error)}"
        raise Unmade

    return made


def unique_name(stem: str, suffix: str) -> str:
    """A file name that no other download has, such as `cases-8f3a61c2d94e.csv`.

    Streamlit makes a file's address from its name and, over 1 MiB, from parts
    of its content: two alike would share one, and the second reader get the
    first one's bytes.
    """
    return f"{stem}-{secrets.token_hex(6)}.{suffix}"
