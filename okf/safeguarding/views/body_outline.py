"""The outline of a body, front and back, drawn here: where its parts lie, and marks on it as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from okf.terms.body import SEEN_FROM, BodyRegion, BodySide

WIDE, HIGH = 200, 440
Box = tuple[int, int, int, int]

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


class Marked(Protocol):
    """What a picture needs of a mark."""

    @property
    def side(self) -> BodySide: ...
    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...


def boxes(side: BodySide) -> dict[BodyRegion, Box]:
    """Where each part lies on the picture from this side; from the front a person's left is on the right."""
    found: dict[BodyRegion, Box] = {}
    for part, (x0, y0, x1, y1) in _HALVES.items():
        here, there = ("right", "left") if side is BodySide.FRONT else ("left", "right")
        found[BodyRegion(f"{here}_{part}")] = (x0, y0, x1, y1)
        found[BodyRegion(f"{there}_{part}")] = (WIDE - x1, y0, WIDE - x0, y1)
    return found | {part: box for part, box in _MIDDLE.items() if part in SEEN_FROM[side]}


def middle_of(side: BodySide, region: BodyRegion) -> tuple[int, int]:
    """The point in the middle of a part."""
    x0, y0, x1, y1 = boxes(side)[region]
    return (x0 + x1) // 2, (y0 + y1) // 2


def region_at(side: BodySide, x: float, y: float) -> BodyRegion:
    """The part at a point, or the nearest one."""

    def away(box: Box) -> float:
        x0, y0, x1, y1 = box
        return max(x0 - x, 0, x - x1) ** 2 + max(y0 - y, 0, y - y1) ** 2

    there = boxes(side)
    return min(there, key=lambda part: away(there[part]))


def free_point(side: BodySide, region: BodyRegion, taken: Iterable[Marked]) -> tuple[int, int]:
    """A point in a part on which no other mark lies yet, for whoever names the part and points at nothing."""
    x, y = middle_of(side, region)
    there = {(mark.x, mark.y) for mark in taken if mark.side is side}
    for step in range(1, 12):
        if (x, y) not in there:
            break
        x, y = x + (9 if step % 2 else -9) * step, min(HIGH, y + 4)
    return min(max(x, 0), WIDE), y


def picture(marks: Sequence[Marked], point: Marked | None = None) -> str:
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


def _dots(side: BodySide, marks: Sequence[Marked], point: Marked | None) -> str:
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
