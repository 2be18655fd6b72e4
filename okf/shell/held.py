"""What a tab holds of what is typed, from each key stroke until Casebook has it, and what it says meanwhile.

It lies in the tab's own `sessionStorage`, under a name of its writer's: let go of once it is kept or handed in, at
sign-out, when a session was ended by somebody, and when anybody else signs in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from okf.shell.phones import ringing

NOT_SENT_YET: Final = "NOT sent yet: press Raise concern again."
NOT_SENT: Final = "NOT sent. Keep writing: your words stay in this window."
_DANGER: Final = f"<strong>In danger call {ringing('999')}.</strong>"

HELD: Final = """
const HELD = 'okf-held:'
const held = () => Object.keys(sessionStorage).filter(name => name.startsWith(HELD))
const letGo = (but = '') => {
  for (const name of held()) if (!but || !name.startsWith(HELD + but + ':')) sessionStorage.removeItem(name)
}
"""

_BAR: Final = f"""
<div class="bar" role="alert" popover="manual" hidden>
  <strong>{NOT_SENT}</strong> {_DANGER} <span></span>
  <button type="button" hidden>Sign in again</button>
</div>
"""
_LOOK: Final = """
.bar { box-sizing: border-box; background: #8f1d14; color: #fff; border-radius: .5rem; padding: .7rem .9rem;
  font: 1rem/1.4 var(--st-font, sans-serif); }
.bar[hidden], button[hidden] { display: none; }
a { color: #fff; }
button { font: inherit; font-weight: 600; background: #fff; color: #111; border: 0; border-radius: .35rem;
  padding: .4rem .8rem; margin: .3rem 0 0; cursor: pointer; }
button:focus-visible, a:focus-visible { outline: 3px solid #fff; outline-offset: 2px; }
"""
# Above all that the page has, where it is seen from every field of a long form.
_OVER_THE_PAGE: Final = """
.bar { position: fixed; z-index: 1000001; inset: .5rem auto auto 50%; transform: translateX(-50%); margin: 0; border: 0;
  width: min(40rem, 96vw); box-shadow: 0 6px 24px rgb(0 0 0 / .35); }
"""

# Streamlit takes over what stands in a field when the field is left. We tell it so two seconds after the last key
# stroke, and when the window goes out of sight; the field keeps its focus and its caret. What was typed is held until a
# run says that it is kept; what a form held in another run of the server, or over a lost connection, is handed to it.
# While the connection is lost Streamlit bars every field and, after a while, covers the page: both are undone.
# After a time-out the form that `stays` keeps its page, and sends nothing: that would bring the sign-in in its place.
_FORM: Final = (
    HELD
    + """
const DOUBT = 10000  // milliseconds in which what was handed over is kept
const same = (one, other) => JSON.stringify(one ?? '') === JSON.stringify(other ?? '')
export default function ({ parentElement, data, setTriggerValue }) {
  const name = HELD + data.name
  if (!data.kept) return sessionStorage.removeItem(name)
  const here = parentElement.okfHere ??= {}
  here.known = {...data.kept, ...data.words}
  const bar = parentElement.querySelector('.bar'), again = parentElement.querySelector('button')
  const app = document.querySelector('[data-test-connection-state]')
  const form = `[class*="st-key-${data.keys}"]`
  const fields = `${form} textarea, ${form} input[type="text"]`
  const words = `${form} .stTextArea textarea, ${form} .stTextInput input`
  const all = which => [...document.querySelectorAll(which)]
  const field = one => one.closest(form).className.match(/-field_([\\w-]+)/)?.[1]
  const read = () => ({typed: {}, words: {}, ...JSON.parse(sessionStorage.getItem(name))})
  const hold = ({typed, words}) => {
    if (Object.keys({...typed, ...words}).length === 0) return sessionStorage.removeItem(name)
    sessionStorage.setItem(name, JSON.stringify({typed, words, server: data.server, turn: data.turn}))
  }
  const put = (...those) => {
    const entry = read()
    for (const one of those) if (field(one)) entry.typed[field(one)] = one.value
    hold(entry)
  }
  const waits = () => Object.entries(read().typed).some(([one, value]) => !same(value, here.known[one]))
  const lost = () => app.dataset.testConnectionState !== 'CONNECTED' || !navigator.onLine

  const tell = () => {
    const begun = all(words).some(one => one.value)
    const yet = here.pressed && !here.over && !lost()
    const shown = Boolean(here.over || yet || (lost() && begun) || (here.late && waits()))
    bar.hidden = !shown
    if (bar.togglePopover) bar.togglePopover(shown)
    again.hidden = !here.over
    here.says ??= parentElement.querySelector('strong').textContent
    parentElement.querySelector('strong').textContent = yet ? data.yet : here.says
    parentElement.querySelector('span').textContent = yet ? '' : here.over
      ? 'You were signed out, because nothing was done here.' : 'Casebook can’t be reached at this moment.'
  }
  const hand = () => {
    const {typed, words} = read()
    here.asked = true
    setTriggerValue('found', JSON.stringify({typed, words}))
  }
  const take = one => {
    clearTimeout(one.okfTimer)
    if (!one.isConnected || !one.okfTyped) return
    one.okfTyped = false
    one.dispatchEvent(new FocusEvent('focusout', {bubbles: true}))
    if (document.activeElement === one) one.dispatchEvent(new FocusEvent('focusin', {bubbles: true}))
    here.doubt ??= setTimeout(doubted, DOUBT)
  }
  const doubted = () => {
    const entry = read(), set = all(words).filter(one => !same(entry.typed[field(one)], one.value))
    if (!here.asked) for (const one of set) delete entry.typed[field(one)]  // as the server set it meanwhile
    hold(entry)
    here.doubt = null
    here.late = true
    tell()
  }
  const typed = event => {
    const one = event.target
    if (!(one instanceof Element) || !one.matches(fields) || one.closest('[role="combobox"]')) return
    here.typedAt = Date.now()
    if (one.matches(words)) put(one)
    one.okfTyped = true
    clearTimeout(one.okfTimer)
    if (!event.isComposing) one.okfTimer = setTimeout(take, data.wait * 1000, one)
    tell()
  }
  const away = () => { if (document.hidden) all(fields).forEach(take) }
  const connection = () => {
    if (lost()) {
      for (const one of all(words)) if (one.disabled) one.disabled = false
      const cover = all('[role=dialog]').find(one => one.textContent.includes('Connection error'))
      cover?.querySelector('[aria-label="Close"]')?.click()
    } else if (here.lost) {
      all(fields).forEach(take)
      if (waits()) hand()
    }
    here.lost = lost()
    tell()
  }
  const timedOut = event => {
    const filled = all(words).filter(one => one.value)
    if (!data.stays || filled.length === 0) return
    here.over ??= Date.now()
    put(...filled)
    tell()
    if (Date.now() - Math.max(here.over, here.typedAt ?? 0) < data.stays * 1000) event.preventDefault()
  }
  const pressed = event => {  // a button that can't be pressed hears no click
    if (!data.stays || !(event.target instanceof Element) || !event.target.closest('.st-key-raise_concern')) return
    here.pressed = lost()
    tell()
  }
  const sends = event => {
    if (!here.over || !(event.target instanceof Element) || !event.target.matches(fields)) return
    if (event.type === 'focusout' || event.key === 'Enter') event.stopPropagation()
  }

  let entry = read()
  if (entry.server && entry.server !== data.server) entry.found = true
  else if (entry.server && entry.turn !== data.turn) entry = {typed: {}, words: {}}  // the form was done
  else if (data.words || !here.asked) entry.words = data.words ?? {}
  for (const one of Object.keys(entry.typed)) if (same(entry.typed[one], data.kept[one])) delete entry.typed[one]
  hold(entry)
  if (entry.found && sessionStorage.getItem(name)) hand()
  if (!waits()) {
    clearTimeout(here.doubt)
    here.late = here.doubt = null
    if (data.words) here.asked = null
  }
  again.onclick = () => location.reload()
  const watcher = new MutationObserver(() => { if (lost() || here.lost) connection() })
  const filter = ['disabled', 'data-test-connection-state']
  watcher.observe(document.body, {subtree: true, childList: true, attributes: true, attributeFilter: filter})
  connection()
  const heard = [
    [document, 'input', typed], [document, 'compositionend', typed], [document, 'visibilitychange', away],
    [document, 'okf-timed-out', timedOut], [window, 'focusout', sends, true], [window, 'keydown', sends, true],
    [document, 'pointerdown', pressed, true], [window, 'online', connection], [window, 'offline', connection],
  ]
  for (const [where, ...what] of heard) where.addEventListener(...what)
  return () => {
    watcher.disconnect()
    for (const [where, ...what] of heard) where.removeEventListener(...what)
  }
}
"""
)

# What is held after a time-out is told of at the sign-in; after any other end it is let go of.
_AT_THE_DOOR: Final = (
    HELD
    + """
export default function ({ parentElement }) {
  if (held().length === 0) return
  fetch('/session/left', {credentials: 'same-origin'}).then(async answer => {
    if (answer.status === 401 && !(await answer.json()).timed_out) letGo()
    parentElement.querySelector('.bar').hidden = held().length === 0
  }, () => { /* nobody can tell at this moment */ })
}
"""
)
_DOOR_BAR: Final = f"""
<div class="bar" role="alert" hidden>
  <strong>NOT sent.</strong> What you wrote stays in this window: sign in here, and it stands open again. {_DANGER}
</div>
"""

_form = st.components.v2.component("okf_held", html=_BAR, css=_LOOK + _OVER_THE_PAGE, js=_FORM)
_at_the_door = st.components.v2.component("okf_held_at_the_door", html=_DOOR_BAR, css=_LOOK, js=_AT_THE_DOOR)


def typing(
    name: str,
    *,
    fields: str,
    run: tuple[str, int],
    kept: Mapping[str, Any],
    words: Mapping[str, Any] | None,
    stays: int,
    key: str,
    on_found: Callable[[], None],
) -> None:
    """Hand over what is typed into the text fields whose keys begin with `fields`, and hold it under a name until then.

    `run` is the server's memory of this tab, and how often the form was done in it. `kept` is what the draft on file
    has, `words` what it should have and could not take. What the tab still holds when the memory is another, or when a
    lost connection is back, is under the key as `found` when `on_found` is called. After a time-out the page stays for
    `stays` seconds after the last key stroke.
    """
    server, turn = run
    data = {"name": name, "keys": fields, "server": server, "turn": turn, "kept": kept, "words": words, "stays": stays}
    _form(data={**data, "wait": 2, "yet": NOT_SENT_YET}, key=key, on_found_change=on_found, width=1, height=1)


def let_go(name: str) -> None:
    """Have the tab hold nothing under this name any more."""
    _form(data={"name": name, "kept": None}, key="okf_draft_let_go", on_found_change=lambda: None, width=1, height=1)


def told_at_the_door() -> None:
    """Tell whoever is to sign in, if this tab holds words of theirs."""
    _at_the_door(key="okf_held_at_the_door")
