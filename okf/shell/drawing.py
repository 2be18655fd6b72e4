"""Boxes drawn on a picture in the browser, with a mouse, a pen or a finger; the picture stands in the page itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

_HTML = "<div class='page'><img draggable='false'><div class='boxes'></div><div class='new' hidden></div></div>"
# With one finger a box is drawn, with two the page is moved.
_CSS = """
.page { position: relative; display: block; max-width: 46rem; cursor: crosshair; touch-action: pinch-zoom;
  user-select: none; -webkit-user-select: none; line-height: 0; outline: 1px solid #8a979c }
img { width: 100%; height: auto }
.boxes div { position: absolute; background: rgb(0 0 0 / .72); outline: 2px solid #ad3a00 }
.new { position: absolute; background: rgb(173 58 0 / .25); outline: 2px dashed #ad3a00 }
.new[hidden] { display: none }
"""
_JS = """
const put = (box, of) => {
  for (const side of ['left', 'top']) box.style[side] = of[side] / 10 + '%'
  box.style.width = (of.right - of.left) / 10 + '%'
  box.style.height = (of.bottom - of.top) / 10 + '%'
}
export default function ({ parentElement, data, setTriggerValue }) {
  const page = parentElement.querySelector('.page'), image = page.querySelector('img')
  const boxes = page.querySelector('.boxes'), fresh = page.querySelector('.new')
  if (page.okfShown !== data.picture) image.src = page.okfShown = data.picture
  image.alt = data.alt
  boxes.replaceChildren(...data.boxes.map(([left, top, right, bottom]) => {
    const box = document.createElement('div')
    put(box, {left, top, right, bottom})
    return box
  }))
  const at = event => {
    const whole = page.getBoundingClientRect()
    const within = part => Math.round(1000 * Math.min(1, Math.max(0, part)))
    return [within((event.clientX - whole.left) / whole.width), within((event.clientY - whole.top) / whole.height)]
  }
  let from = null
  const box = event => {
    const [x, y] = at(event)
    return {left: Math.min(x, from[0]), top: Math.min(y, from[1]),
            right: Math.max(x, from[0]), bottom: Math.max(y, from[1])}
  }
  const end = () => { from = null; fresh.hidden = true }
  page.onpointerdown = event => {
    if (!event.isPrimary) return end()  // a second finger: the page is moved
    if (event.button) return
    from = at(event)
    page.setPointerCapture(event.pointerId)
  }
  page.onpointermove = event => {
    if (!from || !event.isPrimary) return
    fresh.hidden = false
    put(fresh, box(event))
  }
  page.onpointerup = event => {
    if (!from || !event.isPrimary) return
    const drawn = box(event)
    end()
    if (drawn.right - drawn.left > 3 && drawn.bottom - drawn.top > 3) setTriggerValue('box', drawn)
  }
  page.onpointercancel = end
}
"""
_boxes = st.components.v2.component("okf_boxes", html=_HTML, css=_CSS, js=_JS)

Box = tuple[int, int, int, int]  # left, top, right and bottom in thousandths of the picture


def boxes(jpeg: bytes, drawn: Sequence[Box], *, alt: str, key: str, on_box: Callable[[], None]) -> None:
    """Show a picture with boxes on it; one that is drawn is what `box_under` gives when `on_box` is called."""
    picture = f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
    _boxes(data={"picture": picture, "boxes": [list(one) for one in drawn], "alt": alt}, key=key, on_box_change=on_box)


def box_under(key: str) -> Box | None:
    """The box that was just drawn on the picture of this key; None where the browser told of none."""
    told: Any = st.session_state.get(key)
    try:
        drawn = told["box"]
        left, top, right, bottom = (int(drawn[side]) for side in ("left", "top", "right", "bottom"))
    except (TypeError, KeyError, ValueError):
        return None
    return (left, top, right, bottom) if 0 <= left < right <= 1000 and 0 <= top < bottom <= 1000 else None
