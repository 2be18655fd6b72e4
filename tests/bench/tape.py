"""A page's calls of Streamlit, taken down while it runs, and played again from constants: its bare twin.

The twin of a page shows the same elements from the values that the page gave
them, with no sign-in, no policy, no database and no work to find the values.
It is taken from the page itself, so that it never falls behind it.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.navigation.page import StreamlitPage

COMMANDS = ("set_page_config", "navigation")
_ROOTS = {"main": st._main, "sidebar": st.sidebar}


@dataclass(frozen=True)
class Op:
    """One call: on the page itself or on an earlier call's container, or a container entered or left."""

    kind: str
    on: Any = None
    name: str = ""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None


@dataclass(frozen=True)
class APage:
    """A page named in a call."""

    title: str
    url_path: str
    icon: str
    default: bool
    visibility: str

    @classmethod
    def of(cls, page: StreamlitPage) -> APage:
        hidden = "hidden" if getattr(page, "_visibility", "visible") == "hidden" else "visible"
        return cls(page.title, page.url_path, page.icon, page._default, hidden)

    def made(self) -> StreamlitPage:
        path = "" if self.default else self.url_path
        return st.Page(
            _nothing,
            title=self.title,
            url_path=path,
            icon=self.icon or None,
            default=self.default,
            visibility=self.visibility,
        )


class Said(dict[Any, str]):
    """What a `format_func` said of each option."""

    def __call__(self, option: Any) -> str:
        return self[option]


def _nothing(*_: Any, **__: Any) -> bytes:
    """In place of every callback."""
    return b""


class Recorder(threading.local):
    """Takes down the outermost calls of the run in this thread."""

    def __init__(self) -> None:
        self.ops: list[Op] | None = None
        self.depth = 0
        self.known: dict[int, Any] = {}
        self.kept: list[Any] = []  # so that no id is used twice

    @contextmanager
    def recording(self) -> Iterator[list[Op]]:
        self.ops, self.depth, self.known, self.kept = [], 0, {id(root): name for name, root in _ROOTS.items()}, []
        try:
            yield self.ops
        finally:
            self.ops = None

    def take(self, call: Callable[..., Any], on: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self.ops is None or self.depth:
            return call(*args, **kwargs)
        self.depth += 1
        try:
            result = call(*args, **kwargs)
        finally:
            self.depth -= 1
        known = None if on is None else self.known.get(id(on), id(on))
        self.ops.append(
            Op("call", known, name, _plain(args, args, kwargs), _plain(kwargs, args, kwargs), self.told(result))
        )
        return result

    def mount(self, mount: Callable[..., Any], source: dict[str, Any], kwargs: dict[str, Any]) -> Any:
        """A component of our own put on the page."""
        if self.ops is not None and not self.depth:
            self.ops.append(Op("component", None, source["name"], (source,), _plain(kwargs, (), kwargs)))
        self.depth += 1
        try:
            return mount(**kwargs)
        finally:
            self.depth -= 1

    def told(self, result: Any) -> Any:
        """How later calls name what this one made."""
        if isinstance(result, DeltaGenerator):
            self.known[id(result)] = id(result)
            self.kept.append(result)
            return id(result)
        if isinstance(result, list | tuple):
            return [self.told(one) for one in result]
        return None

    def move(self, kind: str, container: DeltaGenerator) -> None:
        if self.ops is not None and not self.depth:
            self.ops.append(Op(kind, self.known.get(id(container), id(container))))


RECORDER = Recorder()


def _plain(value: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """A value that can be kept: pages by what they are, callbacks as nothing, words in place of who says them."""
    if isinstance(value, dict):
        return {
            name: Said({one: inner(one) for one in _options(args, kwargs)})
            if name == "format_func"
            else _plain(inner, args, kwargs)
            for name, inner in value.items()
            if not (value is kwargs and name in ("args", "kwargs"))  # what a callback would be given
        }
    if isinstance(value, list | tuple):
        return type(value)(_plain(one, args, kwargs) for one in value)
    if isinstance(value, StreamlitPage):
        return APage.of(value)
    return _nothing if callable(value) else value


def _options(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    return list(kwargs["options"] if "options" in kwargs else args[1])


def listen() -> None:
    """From now on take down every call of Streamlit in this process, run by run."""
    for name in dir(DeltaGenerator):
        method = getattr(DeltaGenerator, name)
        if callable(method) and not name.startswith("_"):
            setattr(DeltaGenerator, name, _method(name, method))
    for name, kind in (("__enter__", "enter"), ("__exit__", "exit")):
        setattr(DeltaGenerator, name, _moving(kind, getattr(DeltaGenerator, name)))
    for name, found in list(vars(st).items()):
        if isinstance(getattr(found, "__self__", None), DeltaGenerator) or name in COMMANDS:
            setattr(st, name, _function(name, found))
    make = st.components.v2.component

    def component(name: str, **source: Any) -> Callable[..., Any]:
        mount = make(name, **source)
        return lambda **kwargs: RECORDER.mount(mount, {"name": name, **source}, kwargs)

    st.components.v2.component = component


def _method(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def called(self: DeltaGenerator, *args: Any, **kwargs: Any) -> Any:
        return RECORDER.take(lambda *a, **k: method(self, *a, **k), self, name, args, kwargs)

    return called


def _function(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        return RECORDER.take(function, None, name, args, kwargs)

    return called


def _moving(kind: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def moved(self: DeltaGenerator, *args: Any) -> Any:
        RECORDER.move(kind, self)
        return method(self, *args)

    return moved


def keep(ops: list[Op], file: Path) -> None:
    """Put a tape into a file."""
    file.write_bytes(pickle.dumps(ops))


@cache
def tape(file: Path) -> list[Op]:
    """A tape as it was kept."""
    found: list[Op] = pickle.loads(file.read_bytes())  # noqa: S301 -- the bench's own
    return [
        Op(op.kind, op.on, op.name, _ready(op.args, op.name), _ready(op.kwargs, op.name), op.result) for op in found
    ]


def _ready(value: Any, name: str) -> Any:
    """Pages that are linked to are made once, as a page makes them; those of the menu at every run."""
    if isinstance(value, APage) and name != "navigation":
        return value.made()
    if isinstance(value, dict) and type(value) is dict:
        return {key: _ready(one, name) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_ready(one, name) for one in value)
    return value


def play(ops: list[Op]) -> None:
    """Show what is on a tape."""
    made: dict[Any, Any] = dict(_ROOTS)
    for op in ops:
        if op.kind == "enter":
            made[op.on].__enter__()
        elif op.kind == "exit":
            made[op.on].__exit__(None, None, None)
        elif op.kind == "component":
            _component(op.name, *op.args)(**op.kwargs)
        elif op.name == "navigation":
            st.navigation([page.made() for page in op.args[0]], **op.kwargs)
        else:
            call = getattr(st if op.on is None else made[op.on], op.name)
            _put(made, op.result, call(*op.args, **op.kwargs))


_components: dict[str, Callable[..., Any]] = {}


def _component(name: str, source: Mapping[str, Any]) -> Callable[..., Any]:
    if name not in _components:
        _components[name] = st.components.v2.component(**source)
    return _components[name]


def _put(made: dict[Any, Any], names: Any, result: Any) -> None:
    if isinstance(names, list):
        for name, one in zip(names, result, strict=True):
            _put(made, name, one)
    elif names is not None:
        made[names] = result
