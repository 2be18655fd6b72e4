"""A body map on the screen: marks put on it by pointing or wholly by keyboard, and read as a picture and as a list."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from html import escape
from typing import Any, Final, Protocol

import streamlit as st

from okf.errors import Invalid
from okf.safeguarding.commands.chronology import LINE, NewMark
from okf.safeguarding.views.body_outline import HIGH, WIDE, free_point, picture, region_at
from okf.shell import scripts
from okf.shell.drafts import DraftForm
from okf.shell.words import told
from okf.terms.body import SEEN_FROM, BodyRegion, BodySide, MarkKind

_FIELDS: Final = {"mark_region": None, "mark_kind": None, "mark_size": "", "mark_colour": "", "mark_words": ""}


class Described(Protocol):
    """What is told of a mark."""

    @property
    def side(self) -> BodySide: ...
    @property
    def region(self) -> BodyRegion: ...
    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def kind(self) -> MarkKind: ...
    @property
    def size(self) -> str | None: ...
    @property
    def colour(self) -> str | None: ...
    @property
    def words(self) -> str | None: ...


def in_words(mark: Described) -> str:
    """A mark as a line: `Left upper arm, front: bruise, 3 cm, yellow. As if gripped.`"""
    looks = ", ".join(filter(None, (told(mark.kind).lower(), mark.size, mark.colour)))
    return f"{told(mark.region)}, {mark.side}: {looks}" + (f". {mark.words}" if mark.words else "")


def shown(marks: Sequence[Described]) -> None:
    """The marks as a picture, and the same as a list that can be read aloud."""
    lines = "".join(f"<li>{escape(in_words(mark))}</li>" for mark in marks)
    drawn = base64.b64encode(picture(marks).encode()).decode()
    st.html(
        f'<img src="data:image/svg+xml;base64,{drawn}" style="width:100%;max-width:24rem"'
        ' alt="Body map, front and back, with the numbers of the marks that the list tells">'
        f'<ol style="overflow-wrap:anywhere;white-space:pre-line">{lines}</ol>'
    )


def editor(draft: DraftForm) -> None:
    """The fields by which marks are put on a body map, each kept in the draft as soon as it is put down."""
    st.caption(
        "Only what you saw without undressing anybody, and without asking to see more. Point at the picture, or choose"
        " the part by name. Left and right are the person's own."
    )
    marks, side = _put_down(draft), _side(draft)
    scripts.pointing(
        picture(marks, _pointed(draft, side)),
        wide=WIDE,
        high=HIGH,
        key=_key(draft),
        on_point=partial(_point, draft),
    )
    draft.radio("Seen from", "mark_side", list(BodySide), format_func=told, horizontal=True)
    draft.selectbox(
        "Part of the body", "mark_region", SEEN_FROM[side], index=None, format_func=told, placeholder="Choose a part"
    )
    draft.selectbox(
        "What the mark is", "mark_kind", list(MarkKind), index=None, format_func=told, placeholder="Choose what it is"
    )
    draft.text_input("Size, such as 3 cm or a coin", "mark_size", max_chars=LINE)
    draft.text_input("Colour", "mark_colour", max_chars=LINE)
    draft.text_input("What it looks like, and what was said about it", "mark_words", max_chars=2_000)
    st.button(
        "Put this mark on the map",
        key=f"{draft.name}put_mark",
        icon=":material/add_location:",
        on_click=_put,
        args=(draft,),
    )
    if fault := st.session_state.pop(f"{draft.name}mark_fault", None):
        st.error(fault)
    if not marks:
        return
    st.markdown("**Marks on the map**")
    for number, mark in enumerate(marks):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{number + 1}. {in_words(mark)}", width="stretch")
            st.button(
                "Take off",
                key=f"{draft.name}off_{number}",
                type="tertiary",
                help=f"Take mark {number + 1} off",
                on_click=_take_off,
                args=(draft, number),
            )


def marks_of(draft: DraftForm) -> list[NewMark]:
    """The marks of this draft, the one too that is described and not yet put on the map.

    Raises:
        Invalid: one is described, and nobody can tell where it is.
    """
    return [*_put_down(draft), *_described(draft)]


def _described(draft: DraftForm) -> list[NewMark]:
    told_of = {field: draft.beside(field, empty) for field, empty in _FIELDS.items()}
    if told_of["mark_region"] is None:
        if any(told_of.values()):
            raise Invalid(
                "Body map", "choose the part of the body for the mark that you described, or empty its words."
            )
        return []
    side, region = _side(draft), BodyRegion(told_of["mark_region"])
    if region not in SEEN_FROM[side]:
        raise Invalid("Body map", f"{told(region).lower()} isn't seen from this side: choose another part or side.")
    at = draft.beside("mark_point", None)
    pointed = at is not None and region_at(side, *at) is region
    x, y = at if pointed else free_point(side, region, _put_down(draft))
    kind = MarkKind(told_of["mark_kind"] or MarkKind.OTHER)
    size, colour, words = (told_of[f"mark_{name}"] or None for name in ("size", "colour", "words"))
    return [NewMark(side, region, x, y, kind, size, colour, words)]


def _put(draft: DraftForm) -> None:
    try:
        made = _described(draft)
    except Invalid as fault:
        st.session_state[f"{draft.name}mark_fault"] = fault.why
        return
    if not made:
        st.session_state[f"{draft.name}mark_fault"] = "Choose the part of the body first, or point at the picture."
        return
    draft.move_all({**_FIELDS, "mark_point": None, "marks": _kept([*_put_down(draft), *made])})


def _take_off(draft: DraftForm, number: int) -> None:
    marks = _put_down(draft)
    draft.move("marks", _kept(mark for place, mark in enumerate(marks) if place != number))


def _point(draft: DraftForm) -> None:
    pointed: Any = st.session_state.get(_key(draft))
    at = pointed.get("point") if pointed else None
    if not at:
        return
    side, x, y = BodySide(at["side"]), int(at["x"]), int(at["y"])
    draft.move_all({"mark_side": side, "mark_region": region_at(side, x, y), "mark_point": [x, y]})


def _pointed(draft: DraftForm, side: BodySide) -> NewMark | None:
    """The mark that is being described, for the picture."""
    region = draft.beside("mark_region", None)
    if region is None or region not in SEEN_FROM[side]:
        return None
    [mark] = _described(draft)
    return mark


def _side(draft: DraftForm) -> BodySide:
    return BodySide(draft.beside("mark_side", BodySide.FRONT) or BodySide.FRONT)


def _put_down(draft: DraftForm) -> list[NewMark]:
    kept = draft.beside("marks", [])
    return [
        NewMark(
            **{**one, "side": BodySide(one["side"]), "region": BodyRegion(one["region"]), "kind": MarkKind(one["kind"])}
        )
        for one in map(json.loads, kept or [])
    ]


def _kept(marks: Iterable[NewMark]) -> list[str]:
    return [json.dumps(asdict(mark)) for mark in marks]


def _key(draft: DraftForm) -> str:
    return f"{draft.name}pointing"
