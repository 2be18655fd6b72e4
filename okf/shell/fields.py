"""What every field of a form has: its words tied to it for whoever does not see them, and no browser's suggestions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import streamlit as st

from okf.shell.words import plain

T = TypeVar("T")
# Streamlit ties no words to a field but its label, and leaves it to the browser what it offers in one: what was typed
# of one family would be offered for the next. A field of one's own data says what it is for and keeps that.
_TIE: Final = """
export default function () {
  const unsaid = '.stMain :is(input, textarea):is(:not([autocomplete]), [autocomplete=""])'
  const tie = () => {
    frame = 0
    for (const field of document.querySelectorAll(unsaid)) field.autocomplete = 'off'
    for (const box of document.querySelectorAll('[class*="st-key-okf_tied_"]')) {
      const field = box.querySelector('[role="radiogroup"]') ?? box.querySelector('input, textarea') ??
        box.querySelector('button')
      const words = [...box.querySelectorAll('[data-testid="stCaptionContainer"], [data-testid="stAlert"]')]
      if (!field) continue
      const wrong = words.some(one => one.dataset.testid === 'stAlert')
      words.forEach((one, at) => { one.id ||= `${box.className.match(/okf_tied_\\S+/)[0]}-${at}` })
      set(field, 'aria-describedby', words.map(one => one.id).join(' '))
      if (wrong || field.ariaInvalid) set(field, 'aria-invalid', wrong ? 'true' : 'false')
    }
  }
  const set = (field, name, value) => { if (field.getAttribute(name) !== value) field.setAttribute(name, value) }
  let frame = 0
  const seen = new MutationObserver(() => { frame ||= requestAnimationFrame(tie) })
  // The field's own library sets and takes away what it is described by, where its words are none of it.
  const attributeFilter = ['aria-describedby', 'aria-invalid', 'autocomplete']
  seen.observe(document.body, {childList: true, subtree: true, attributeFilter})
  tie()
  return () => { seen.disconnect(); cancelAnimationFrame(frame) }
}
"""
_tie = st.components.v2.component("okf_fields", js=_TIE)


def tie() -> None:
    """Tie words to the fields that they are about, and let no browser offer what was typed elsewhere."""
    _tie(key="okf_fields", width=1, height=1)


@contextmanager
def tied(key: str, width: Any = "stretch") -> Iterator[None]:
    """One field, and the words about it."""
    with st.container(key=f"okf_tied_{key}", width=width, gap="xxsmall"):
        yield


def hinted(widget: Callable[..., T], *given: Any, hint: str, key: str, **more: Any) -> T:
    """A field with words in sight below it: what decides who may read it, what goes out or what can't be undone."""
    with tied(key):
        value = widget(*given, key=key, **more)
        st.caption(hint)
    return value


def turn_of(form: str) -> str:
    """A name for what a form has, until it is done: then another one, so that the next begins empty.

    A key that is taken out of the session would not do: the browser goes on showing what was typed under it.
    """
    return f"{form}_{st.session_state.setdefault(f'okf_turn_{form}', 0)}"


def next_turn(form: str) -> None:
    """Let the form begin empty from the next run on."""
    st.session_state[f"okf_turn_{form}"] += 1


def needs(lacking: list[str], label: str, given: object, do: str = "choose one") -> None:
    """Put a field that is empty on the list of what is missing, by its label."""
    if given is None or given == [] or (isinstance(given, str) and not given.strip()):
        lacking.append(f"{label}: {do}.")


def complete(lacking: Sequence[str]) -> bool:
    """Whether nothing of a form is missing; else what is, is said at once, and the policy is asked nothing."""
    if lacking:
        each = "\n".join(f"- {plain(one)}" for one in lacking)
        st.error(f"Something is missing. Everything that you typed is still here.\n\n{each}")
    return not lacking


def wrong(why: str) -> None:
    """What is wrong with the field above, as a sentence of its own."""
    st.error(why[:1].upper() + why[1:], icon=":material/error:")
