"""A body map on the screen: marks put on it by pointing or wholly by keyboard, and read as a picture and as a list."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from html import escape
from typing import Any, Final, Protocol

import streamlit as st

from okf.errors import Invalid
from okf.safeguarding.commands.chronology import HIGH, LINE, WIDE, NewMark
from okf.shell import scripts
from okf.shell.drafts.views import DraftForm
from okf.shell.words import told
from okf.terms.body import SEEN_FROM, BodyRegion, BodySide, MarkKind

Box = tuple[int, int, int, int]
_FIELDS: Final = {"mark_region": None, "mark_kind": None, "mark_size": "", "mark_colour": "", "mark_words": ""}
# The half on the left of the picture; the other half is its mirror image.
_HALF: Final = (
    "M100 8 C84 8 73 22 73 42 C73 58 80 70 90 76 L90 86 C86 94 70 94 60 98 C48 103 45 116 43 130 L35 172 L25 222"
    " C19 232 16 248 22 257 C28 264 38 256 41 242 L43 226 L55 178 L62 138 L64 182 C62 206 57 222 59 246 L63 312"
    " C63 330 66 360 71 400 C62 408 53 420 60 430 L84 430 C89 420 87 410 86 400 L93 322 L98 254 L100 254"
)
# Parts in the middle of the body, and those of the half on the left of the picture.
_MIDDLE: Final[Mapping[BodyRegion, Box]] = {
    BodyRegion.FOREHEAD: (74, 8, 126, 33),
    BodyRegion.FACE: (78, 34, 122, 75),
    BodyRegion.BACK_OF_HEAD: (76, 8, 124, 75),
    BodyRegion.NECK: (88, 76, 112, 92),
    BodyRegion.CHEST: (64, 93, 136, 150),
    BodyRegion.UPPER_BACK: (64, 93, 136, 150),
    BodyRegion.ABDOMEN: (62, 151, 138, 206),
    BodyRegion.LOWER_BACK: (62, 151, 138, 206),
    BodyRegion.HIPS_AND_GROIN: (58, 207, 142, 256),
    BodyRegion.BUTTOCKS: (58, 207, 142, 256),
}
_HALVES: Final[Mapping[str, Box]] = {
    "ear": (68, 36, 77, 56),
    "shoulder": (44, 93, 68, 116),
    "upper_arm": (38, 117, 63, 158),
    "elbow": (32, 159, 58, 186),
    "forearm": (22, 187, 54, 224),
    "hand": (14, 225, 46, 264),
    "thigh": (58, 257, 99, 306),
    "knee": (60, 307, 97, 336),
    "lower_leg": (62, 337, 95, 401),
    "foot": (50, 402, 93, 434),
}


class Mark(Protocol):
    """A mark on a body, on record or just put down."""

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


def shown(marks: Sequence[Mark]) -> None:
    """The marks as a picture, and the same as a list that can be read aloud."""
    lines = "".join(f"<li>{escape(_in_words(mark))}</li>" for mark in marks)
    drawn = base64.b64encode(_picture(marks).encode()).decode()
    st.html(
        f'<img src="data:image/svg+xml;base64,{drawn}" style="width:100%;max-width:24rem"'
        ' alt="Body map, front and back, with the numbers of the marks that the list tells">'
        f'<ol style="overflow-wrap:anywhere;white-space:pre-line">{lines}</ol>'
    )


def editor(draft: DraftForm) -> None:
    """The fields that put marks on a body map; each mark is kept in the draft at once."""
    st.caption(
        "Only what you saw without undressing anybody, and without asking to see more. Point at the picture, or choose"
        " the part by name. Left and right are the person's own."
    )
    marks, side = _put_down(draft), _side(draft)
    scripts.pointing(
        _picture(marks, _pointed(draft, side)), wide=WIDE, high=HIGH, key=_key(draft), on_point=partial(_point, draft)
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
    with st.container():  # always there, so that what stands below keeps its place
        if fault := st.session_state.pop(f"{draft.name}mark_fault", None):
            st.error(fault)
    if not marks:
        return
    st.markdown("**Marks on the map**")
    for number, mark in enumerate(marks):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{number + 1}. {_in_words(mark)}", width="stretch")
            st.button(
                "Remove",
                key=f"{draft.name}off_{number}",
                type="tertiary",
                help=f"Take mark {number + 1} off",
                on_click=_take_off,
                args=(draft, number),
            )


def marks_of(draft: DraftForm) -> list[NewMark]:
    """The marks of this draft, including one that is described and not yet put on the map.

    Raises:
        Invalid: one is described without its part of the body.
    """
    return [*_put_down(draft), *_described(draft)]


def _in_words(mark: Mark) -> str:
    """A mark as a line: `Left upper arm, front: bruise, 3 cm, yellow. As if gripped.`"""
    looks = ", ".join(filter(None, (told(mark.kind).lower(), mark.size, mark.colour)))
    return f"{told(mark.region)}, {mark.side}: {looks}" + (f". {mark.words}" if mark.words else "")


def _boxes(side: BodySide) -> dict[BodyRegion, Box]:
    """Where each part lies on the picture from this side; from the front a person's left is on the right."""
    found: dict[BodyRegion, Box] = {}
    for part, (x0, y0, x1, y1) in _HALVES.items():
        here, there = ("right", "left") if side is BodySide.FRONT else ("left", "right")
        found[BodyRegion(f"{here}_{part}")] = (x0, y0, x1, y1)
        found[BodyRegion(f"{there}_{part}")] = (WIDE - x1, y0, WIDE - x0, y1)
    return found | {part: box for part, box in _MIDDLE.items() if part in SEEN_FROM[side]}


def _region_at(side: BodySide, x: float, y: float) -> BodyRegion:
    """The part at a point, or the nearest one."""

    def away(box: Box) -> float:
        x0, y0, x1, y1 = box
        return max(x0 - x, 0, x - x1) ** 2 + max(y0 - y, 0, y - y1) ** 2

    there = _boxes(side)
    return min(there, key=lambda part: away(there[part]))


def _free_point(side: BodySide, region: BodyRegion, taken: Iterable[Mark]) -> tuple[int, int]:
    """A point in a part where no other mark lies, for a part that was chosen by its name."""
    x0, y0, x1, y1 = _boxes(side)[region]
    x, y = (x0 + x1) // 2, (y0 + y1) // 2
    there = {(mark.x, mark.y) for mark in taken if mark.side is side}
    for step in range(1, 12):
        if (x, y) not in there:
            break
        x, y = x + (9 if step % 2 else -9) * step, min(HIGH, y + 4)
    return min(max(x, 0), WIDE), y


def _picture(marks: Sequence[Mark], point: Mark | None = None) -> str:
    """Front and back side by side as SVG, each mark with its number; `point` is one not yet put down."""
    figures = "".join(
        f'<g transform="translate({shift} 18)" data-side="{side}">{_figure(side)}{_dots(side, marks, point)}</g>'
        for shift, side in ((0, BodySide.FRONT), (WIDE + 20, BodySide.BACK))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDE + 20} {HIGH + 24}" role="img"'
        ' aria-label="Outline of a body, front and back; the list beside it says each mark in words"'
        f' style="width:100%;max-width:30rem;height:auto;display:block">{figures}</svg>'
    )


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
    pointed = at is not None and _region_at(side, *at) is region
    x, y = at if pointed else _free_point(side, region, _put_down(draft))
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
    draft.move_all({"mark_side": side, "mark_region": _region_at(side, x, y), "mark_point": [x, y]})


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


def _figure(side: BodySide) -> str:
    left, right = ("R", "L") if side is BodySide.FRONT else ("L", "R")
    half = f'<path d="{_HALF}" fill="#f3f6f7" stroke="#4a5a60" stroke-width="2"/>'
    face = (
        '<path d="M88 42h5M107 42h5M100 46v8M93 62q7 4 14 0" fill="none" stroke="#4a5a60" stroke-width="1.5"/>'
        if side is BodySide.FRONT
        else '<path d="M100 96v104" fill="none" stroke="#c3ced2" stroke-width="1.5"/>'
    )
    words = (
        f'<text x="100" y="-4" text-anchor="middle">{side.capitalize()}</text>'
        f'<text x="16" y="100" text-anchor="middle">{left}</text>'
        f'<text x="184" y="100" text-anchor="middle">{right}</text>'
    )
    return (
        f'{half}<g transform="translate({WIDE} 0) scale(-1 1)">{half}</g>{face}'
        f'<g font-family="sans-serif" font-size="15" fill="#333">{words}</g>'
    )


def _dots(side: BodySide, marks: Sequence[Mark], point: Mark | None) -> str:
    made = [
        f'<circle cx="{mark.x}" cy="{mark.y}" r="10" fill="#8f1d14" stroke="#fff" stroke-width="1.5"/>'
        f'<text x="{mark.x}" y="{mark.y + 4.5}" text-anchor="middle" font-family="sans-serif" font-size="13"'
        f' font-weight="700" fill="#fff">{number}</text>'
        for number, mark in enumerate(marks, 1)
        if mark.side is side
    ]
    if point is not None and point.side is side:
        made.append(
            f'<circle cx="{point.x}" cy="{point.y}" r="10" fill="none" stroke="#0b5a6b" stroke-width="3"'
            f' stroke-dasharray="4 3"/><circle cx="{point.x}" cy="{point.y}" r="2" fill="#0b5a6b"/>'
        )
    return "".join(made)
