"""A person of the demo on the socket: what every page, tab, list and download of Casebook sends them."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, Final
from urllib.parse import urlencode

import pypdfium2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from tests.browser import Served
from tests.wire import Wire, ask

WORD: Final = re.compile(rb"zq[a-z2-7]{8}", re.I)
WENT_WRONG: Final = b"Something went wrong"
SHOWS: Final = ("Show", "Older")  # buttons that only show more
FILES_MOST: Final = 3
CHOICES_MOST: Final = 3
MEDIA: Final = re.compile(rb"/media/[\w.-]+")


@dataclass(frozen=True, slots=True)
class Stop:
    """An address: a page, and what stands behind its question mark."""

    page: str
    query: str = ""

    def __str__(self) -> str:
        return f"/{self.page}?{self.query}" if self.query else f"/{self.page}"

    def at(self, **query: str) -> Stop:
        """The same page with more behind the question mark."""
        return Stop(self.page, "&".join(filter(None, [self.query, urlencode(query)])))


@dataclass
class Walk:
    """One session of one person, and each word that reached it with the place where it first did."""

    served: Served
    username: str
    cookie: str
    wire: Wire
    seen: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    pressed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def visit(self, stop: Stop, *widgets: WidgetState) -> list[ForwardMsg]:
        """Open an address, with these widgets as a browser would send them; what came."""
        state = ClientState(page_name=stop.page, query_string=stop.query)
        state.widget_states.widgets.extend(widgets)
        return self.send(BackMsg(rerun_script=state), " with ".join([str(stop), *map(_in_words, widgets)]))

    def send(self, message: BackMsg, where: str, *, seconds: float = 60) -> list[ForwardMsg]:
        """Send a message and look through all that its runs send, and the files that they name."""
        self.wire.send(message)
        heard: list[ForwardMsg] = []
        until = "backend_operation_response" if message.HasField("backend_operation_request") else "script_finished"
        while True:
            now = self.wire.hear(seconds, until=until)
            heard += now
            if not now or now[-1].script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                break
        content = b"\n".join(one.SerializeToString() for one in heard)
        self.look(content, where)
        if WENT_WRONG in content:
            self.wrong.append(where)
        for address in set(MEDIA.findall(content)):
            self.fetch(address.decode(), where)
        return heard

    def press_once(self, file: Any, at: Stop) -> None:
        """Ask for a file that is made when it is asked for; of a page and a label the first few alone."""
        pressed = (at.page, file.label)
        if file.deferred_file_id and self.pressed[pressed] < FILES_MOST:
            self.pressed[pressed] += 1
            self.send(asks_for(file.deferred_file_id, self.wire), f"{at} > {file.label}")

    def fetch(self, address: str, where: str) -> bool:
        """Fetch a file as its page's browser would, and look through it; whether it came."""
        status, _, content = ask(self.served.base_url + address, headers={"cookie": self.cookie})
        if status == 200:
            for part in readable(content):
                self.look(part, f"{where} > {address}")
        return status == 200

    def look(self, content: bytes, where: str) -> None:
        """Note the words in what came."""
        for word in WORD.findall(content):
            self.seen.setdefault(word.decode().lower(), where)


def asks_for(file_id: str, wire: Wire) -> BackMsg:
    """The message that asks for a file that is made when it is asked for."""
    message = BackMsg()
    message.backend_operation_request.request_id = file_id
    message.backend_operation_request.session_id = wire.streamlit_id
    message.backend_operation_request.deferred_file.file_id = file_id
    return message


def readable(content: bytes) -> Iterator[bytes]:
    """A file as it is, and what its reader would read in it."""
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from readable(archive.read(name))
    elif content.startswith(b"%PDF"):
        with pypdfium2.PdfDocument(content) as document:
            for page in document:
                yield page.get_textpage().get_text_bounded().encode()


def _in_words(widget: WidgetState) -> str:
    value = getattr(widget, widget.WhichOneof("value"))
    return f"{widget.id.rpartition('-')[2]} at {getattr(value, 'data', value)}"


def elements(heard: Sequence[ForwardMsg], kind: str) -> list[Any]:
    """The elements of a kind among what came."""
    deltas = (one.delta.new_element for one in heard if one.HasField("delta"))
    return [getattr(one, kind) for one in deltas if one.HasField(kind)]


def tabs(heard: Sequence[ForwardMsg]) -> Iterator[WidgetState]:
    """The tabs that are read when they are opened, each opened."""
    containers: dict[tuple[int, ...], str] = {}
    for one in heard:
        path, block = tuple(one.metadata.delta_path), one.delta.add_block
        if block.HasField("tab_container") and block.tab_container.id:
            containers[path] = block.tab_container.id
        elif block.HasField("tab") and path[:-1] in containers:
            yield WidgetState(id=containers[path[:-1]], string_value=block.tab.label)


def choices(heard: Sequence[ForwardMsg]) -> Iterator[WidgetState]:
    """Whatever can be chosen on a page, one value at a time."""
    for choice in (*elements(heard, "selectbox"), *elements(heard, "radio")):
        yield from (WidgetState(id=choice.id, string_value=option) for option in choice.options)
    for choice in elements(heard, "button_group"):
        for option in choice.options:
            state = WidgetState(id=choice.id)
            state.string_array_value.data.append(option.content)
            yield state
    for button in elements(heard, "button"):
        if button.label.startswith(SHOWS):
            yield WidgetState(id=button.id, trigger_value=True)
    for choice in elements(heard, "checkbox"):
        yield WidgetState(id=choice.id, bool_value=not choice.default)
    for grid in elements(heard, "dataframe"):
        if grid.id:
            yield row_ticked(grid.id, 0)


def turned(heard: Sequence[ForwardMsg]) -> list[str]:
    """What the links of a list on the same page ask for: its other orders, its other pages, fewer filters."""
    found = (re.findall(r'href="\?([^"]*)"', one.body) for one in elements(heard, "html"))
    return sorted({unescape(query) for queries in found for query in queries})


def row_ticked(grid: str, row: int) -> WidgetState:
    """A row of a grid, ticked."""
    return WidgetState(id=grid, string_value=json.dumps({"selection": {"rows": [row], "columns": [], "cells": []}}))


def go_round(walk: Walk, stops: Sequence[Stop], *, wide: int, chance: random.Random) -> None:
    """Visit each stop, and there `wide` of its tabs and of the choices in each, drawn by chance; 0 for all."""
    for stop in stops:
        first = walk.visit(stop)
        for query in _some(turned(first), wide, chance):
            walk.visit(Stop(stop.page, query))
        for tab in (None, *_some(list(tabs(first)), wide, chance)):
            shown = walk.visit(stop, tab) if tab else first
            for file in elements(shown, "download_button"):
                walk.press_once(file, stop)
            for choice in _some(list(choices(shown)), wide or CHOICES_MOST, chance):
                walk.visit(stop, *filter(None, [tab]), choice)


def _some(found: list[Any], most: int, chance: random.Random) -> list[Any]:
    return found if not most or len(found) <= most else chance.sample(found, most)
