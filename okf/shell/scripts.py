"""The scripts that run in the browser, each by Streamlit's components v2 and within the content policy."""

from __future__ import annotations

import re
from collections.abc import Callable

import streamlit as st

from okf.shell.held import HELD

_POST = """
const post = (path, body) => fetch(path, {
  method: 'POST', credentials: 'same-origin', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)
})
"""

# Tells the other tabs of this browser that its session is another, or over; each asks the server for itself.
_TABS = """
const tabs = new BroadcastChannel('okf-session')
"""

_HAND_OVER = (
    _POST
    + _TABS
    + """
export default function ({ parentElement, data }) {
  const said = parentElement.querySelector('p')
  if (parentElement.okfSent === data.ticket) return
  parentElement.okfSent = data.ticket
  post('/session/begin', {ticket: data.ticket})
    .then(async answer => {
      if (answer.ok) {
        tabs.postMessage('begun')
        return location.reload()
      }
      said.textContent = (await answer.json()).why
      setTimeout(() => location.reload(), 4000)
    })
    .catch(() => { said.textContent = 'Casebook cannot be reached. Reload the page to try again.' })
}
"""
)

# After a time-out the cookie stays: by it the server tells a time-out from an end, and what a tab holds is kept.
_LEAVE = (
    _POST
    + _TABS
    + HELD
    + """
export default function ({ parentElement, data }) {
  if (parentElement.okfSent) return
  parentElement.okfSent = true
  tabs.postMessage('over')
  if (!data.home) return location.reload()
  letGo()
  const go = () => location.replace('/')
  post('/session/end', {}).then(go, go)
}
"""
)

_WATCH_HTML = """
<div class="bar" role="alertdialog" aria-labelledby="okf-idle" hidden>
  <span id="okf-idle"></span>
  <button type="button">Stay signed in</button>
</div>
"""

_WATCH_CSS = """
.bar { position: fixed; z-index: 1000000; left: 50%; transform: translateX(-50%); bottom: 1rem;
  width: min(36rem, 92vw); box-sizing: border-box;
  display: flex; flex-wrap: wrap; gap: .75rem 1rem; align-items: center; justify-content: space-between;
  padding: .9rem 1.1rem; background: #fff; color: #111; border: 2px solid #8a4b00; border-radius: .5rem;
  box-shadow: 0 6px 24px rgb(0 0 0 / .25); font: 1rem/1.4 var(--st-font, sans-serif); }
.bar[hidden] { display: none; }
button { font: inherit; font-weight: 600; color: #fff; background: #0b5a6b;
  border: 0; border-radius: .35rem; padding: .55rem .9rem; cursor: pointer; }
button:focus-visible { outline: 3px solid #111; outline-offset: 2px; }
"""

# Its own clock runs from the last rerun; before it speaks it asks the server, which knows of other tabs and fragments.
# A page whose session is over keeps nothing of what it shows: it hears of that from the other tabs, and asks when it
# comes in sight again and every half minute. One that the browser kept whole, to go back to, is never shown again.
# After a time-out a form may keep its page for a while (`okf/shell/held.py`), and nothing else does.
_WATCH = (
    _POST
    + _TABS
    + HELD
    + """
export default function ({ parentElement, data }) {
  letGo(data.who)
  const bar = parentElement.querySelector('.bar'), said = parentElement.querySelector('span')
  const stay = parentElement.querySelector('button')
  let over = Date.now() + data.left * 1000, timer, final = data.final, stays = false
  const show = () => {
    const left = Math.max(0, Math.ceil((over - Date.now()) / 1000))
    const time = left > 90 ? Math.ceil(left / 60) + ' minutes' : left + ' seconds'
    said.textContent = final
      ? 'Your day of work here is over in ' + time + '. Save what you typed, then sign in again.'
      : 'You will be signed out in ' + time + ', because nothing was done here.'
    stay.hidden = final
  }
  const empty = () => {
    document.body.replaceChildren()
    tabs.postMessage('over')
    location.reload()
  }
  const told = async answer => {
    if (answer.status === 503) return  // nobody can tell at this moment: asked again soon
    const now = await answer.json()
    if (answer.status === 401) {
      if (!now.timed_out) letGo()
      stays = now.timed_out && !document.dispatchEvent(new CustomEvent('okf-timed-out', {cancelable: true}))
      return stays || empty()
    }
    if (now.mark !== data.mark) return empty()
    over = Date.now() + now.left * 1000
    final = now.final
  }
  const ask = () => fetch('/session/left', {credentials: 'same-origin'}).then(told)
  const wait = seconds => { clearTimeout(timer); timer = setTimeout(look, Math.max(0, seconds) * 1000) }
  const look = async () => {
    const left = (over - Date.now()) / 1000
    if (left > data.warn) { bar.hidden = true; return wait(left - data.warn + 1) }
    const doubtful = bar.hidden || left <= 0 || Math.round(left) % 30 === 0
    try { if (doubtful) await ask() } catch (gone) { /* asked again soon */ }
    if (stays) return bar.hidden = true
    if ((over - Date.now()) / 1000 > data.warn) return wait(0)
    show()
    bar.hidden = false
    wait(left <= 0 ? 5 : 1)
  }
  stay.onclick = () => post('/session/extend', {}).then(told).then(() => wait(0)).catch(() => {
    said.textContent = 'Casebook cannot be reached. Copy what you typed before you reload the page.'
  })
  const check = () => ask().then(() => wait(0), () => { /* asked again soon */ })
  const woke = () => { if (!document.hidden) check() }
  const back = event => { if (event.persisted) empty() }
  const often = setInterval(check, 30000)
  tabs.addEventListener('message', check)
  document.addEventListener('visibilitychange', woke)
  window.addEventListener('pageshow', back)
  wait(0)
  return () => {
    clearTimeout(timer)
    clearInterval(often)
    tabs.removeEventListener('message', check)
    document.removeEventListener('visibilitychange', woke)
    window.removeEventListener('pageshow', back)
  }
}
"""
)

_INVITATION = """
export default function ({ setTriggerValue }) {
  const look = () => {
    const found = new URLSearchParams(location.hash.slice(1)).get('invitation')
    if (!found) return
    history.replaceState(history.state, '', location.pathname + location.search)
    setTriggerValue('invitation', found)
  }
  look()
  window.addEventListener('hashchange', look)
  return () => window.removeEventListener('hashchange', look)
}
"""

# Where somebody points on the picture: which figure, and the point in that figure's own measures.
_POINT = """
export default function ({ parentElement, data, setTriggerValue }) {
  const place = parentElement.querySelector('.map')
  if (place.okfShown !== data.picture) place.innerHTML = place.okfShown = data.picture
  place.onclick = event => {
    for (const figure of place.querySelectorAll('[data-side]')) {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(figure.getScreenCTM().inverse())
      if (at.x < 0 || at.x > data.wide || at.y < 0 || at.y > data.high) continue
      setTriggerValue('point', {side: figure.dataset.side, x: Math.round(at.x), y: Math.round(at.y)})
    }
  }
}
"""

# What the browser's own picker refuses, or could not send, is marked in the field and told to nobody else.
_NEVER_CAME = """
export default function ({ parentElement, data, setStateValue }) {
  const marked = `.st-key-${data.key} [data-testid="stFileChipIconError"]`
  const look = () => {
    const many = document.querySelectorAll(marked).length
    if (many !== (parentElement.okfMany ?? 0)) setStateValue('many', parentElement.okfMany = many)
  }
  const watcher = new MutationObserver(look)
  watcher.observe(document.body, {childList: true, subtree: true})
  look()
  return () => watcher.disconnect()
}
"""

# The words change within an element that stays, so that a screen reader says them when it has the time.
_LIVE = """
export default function ({ parentElement, data }) {
  const said = parentElement.querySelector('p')
  if (said.textContent !== data.said) said.textContent = data.said
}
"""

# A press on a table's title sorts the rows that are shown, by date where the cells are dates; a second one turns them.
# In a list keys go from row to row, but for whoever types or is somewhere else; and its address can be copied.
_TABLES = """
export default function () {
  const words = new Intl.Collator(undefined, {numeric: true})
  const day = text => {
    const [, last, at] = /^(To the end of )?(\\d{1,2} [A-Z][a-z]{2} \\d{4}.*)/.exec(text) ?? []
    return at ? Date.parse(at.replace(',', '')) + (last ? 86400000 : 0) : NaN
  }
  const sort = event => {
    const button = event.target instanceof Element && event.target.closest('.okf-sheet thead button')
    if (!button) return
    const head = button.parentElement
    const way = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending'
    for (const other of head.parentElement.cells) other.removeAttribute('aria-sort')
    head.setAttribute('aria-sort', way)
    const said = row => row.cells[head.cellIndex].innerText
    const compared = (one, other) => day(said(one)) - day(said(other)) || words.compare(said(one), said(other))
    const rows = head.closest('table').tBodies[0]
    const sorted = [...rows.rows].sort(compared)
    rows.append(...(way === 'ascending' ? sorted : sorted.reverse()))
  }
  const copy = async event => {
    const button = event.target instanceof Element && event.target.closest('[data-okf-copy]')
    if (!button) return
    const was = button.okfSaid ??= button.textContent
    const said = await navigator.clipboard.writeText(location.href).then(() => 'Copied', () => 'Copy the address above')
    button.textContent = said
    setTimeout(() => { button.textContent = was }, 4000)
  }
  const TYPED = 'input:not([type=checkbox]), textarea, select, [contenteditable], [role=combobox], [role=option]'
  const move = event => {
    const at = event.target
    if (event.ctrlKey || event.metaKey || event.altKey || !(at instanceof Element) || at.closest(TYPED)) return
    const within = at === document.body || at.matches('.stMain, .stMain h1')
    const list = at.closest('.okf-list') || (within && document.querySelector('.okf-list'))
    if (!list) return
    const rows = [...list.querySelectorAll('tbody tr')], here = rows.indexOf(at.closest('tbody tr'))
    const step = {j: 1, k: -1, ArrowDown: here < 0 ? 0 : 1, ArrowUp: here < 0 ? 0 : -1}[event.key]
    if (step) {
      const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))]
      next?.querySelector('th a, a, input')?.focus()
      event.preventDefault()
    } else if (event.key === 'x' && here >= 0) rows[here].querySelector('input[type=checkbox]')?.click()
  }
  const heard = {click: [sort, copy], keydown: [move]}
  for (const kind in heard) for (const one of heard[kind]) document.addEventListener(kind, one)
  return () => { for (const kind in heard) for (const one of heard[kind]) document.removeEventListener(kind, one) }
}
"""

# The field of this label takes the focus, once for each time that somebody asked to write there.
_FOCUS = """
export default function ({ parentElement, data }) {
  if (parentElement.okfTurn === data.turn) return
  parentElement.okfTurn = data.turn
  let tries = 40
  const look = () => {
    const field = document.querySelector(`[aria-label="${CSS.escape(data.label)}"]`)
    if (field) field.focus()
    else if (tries-- > 0) setTimeout(look, 50)
  }
  look()
}
"""

# The key / leads to the search, Escape closes what it found; on a telephone a link of the menu closes the menu.
_KEYS = """
export default function () {
  const field = () => document.querySelector('.st-key-okf_find input')
  const found = () => document.querySelector('.st-key-okf_found')
  const pressed = event => {
    const at = event.target
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey) {
      if (!field() || (at instanceof Element && at.closest('input, textarea, select, [contenteditable=true]'))) return
      event.preventDefault()
      field().focus()
      field().select()
    } else if (found() && at instanceof Element && at.closest('.st-key-okf_find')) {
      if (event.key === 'Enter') found().hidden = false
      if (event.key !== 'Escape') return
      found().hidden = true
      field().focus()
    }
  }
  const clicked = event => {
    if (!(event.target instanceof Element)) return
    if (found()) found().hidden = !event.target.closest('.st-key-okf_find')
    if (innerWidth < 768 && event.target.closest('.okf-menu a'))
      document.querySelector('[data-testid=stSidebarCollapseButton] button')?.click()
  }
  document.addEventListener('keydown', pressed)
  document.addEventListener('click', clicked)
  return () => {
    document.removeEventListener('keydown', pressed)
    document.removeEventListener('click', clicked)
  }
}
"""

_hand_over = st.components.v2.component("okf_hand_over", html="<p role='status'>Signing in…</p>", js=_HAND_OVER)
_leave = st.components.v2.component("okf_leave", html="<p role='status'>You are signed out.</p>", js=_LEAVE)
_watch = st.components.v2.component("okf_watch", html=_WATCH_HTML, css=_WATCH_CSS, js=_WATCH)
_live = st.components.v2.component(
    "okf_live", html="<p role='status' aria-live='polite'></p>", css="p { margin: 0; font-weight: 600 }", js=_LIVE
)
_invitation = st.components.v2.component("okf_invitation", js=_INVITATION)
_pointing = st.components.v2.component(
    "okf_pointing", html="<div class='map'></div>", css=".map { cursor: crosshair }", js=_POINT
)
_never_came = st.components.v2.component("okf_never_came", js=_NEVER_CAME)
_tables = st.components.v2.component("okf_tables", js=_TABLES)
_focus = st.components.v2.component("okf_focus", js=_FOCUS)
_keys = st.components.v2.component("okf_keys", js=_KEYS)


def hand_over(ticket: str) -> None:
    """Change a ticket for the cookie and reload the page, so that nothing from before the sign-in survives."""
    _hand_over(data={"ticket": ticket}, key="okf_hand_over")


def leave(*, home: bool) -> None:
    """Let the browser forget an ended session, then show the sign-in: at this address, or at the first page."""
    _leave(data={"home": home}, key="okf_leave")


def watch(left: int, *, warn: int, final: bool, mark: str, who: str) -> None:
    """Warn before the session ends, extend it on request without a rerun, and empty the page once it is over.

    What this tab holds that is not of `who` is let go of.
    """
    told = {"left": left, "warn": warn, "final": final, "mark": mark, "who": who}
    _watch(data=told, key="okf_watch", width=1, height=1)


def live(said: str, key: str = "okf_live") -> None:
    """A line that is read out politely whenever its words change."""
    _live(data={"said": said}, key=key)


def tables() -> None:
    """Let a press on a table's title sort it, keys move in a list, and its address be copied."""
    _tables(key="okf_tables", width=1, height=1)


def focus(label: str, turn: str) -> None:
    """Put the focus into the field of this label; again whenever `turn` is another."""
    _focus(data={"label": label, "turn": turn}, key="okf_focus", width=1, height=1)


def keys() -> None:
    """Let the key / lead to the search of the bar, and close what lies over the page where it is done with."""
    _keys(key="okf_keys", width=1, height=1)


def files_that_never_came(key: str) -> int:
    """How many files in the field of this key its browser refused or could not send."""
    css = re.sub(r"[^a-zA-Z0-9_-]", "-", key)
    told = _never_came(data={"key": css}, key=f"{key}_browser", on_many_change=lambda: None, width=1, height=1)
    return told.many if isinstance(told.many, int) else 0


def pointing(picture: str, *, wide: int, high: int, key: str, on_point: Callable[[], None]) -> None:
    """Show a picture of figures; where somebody points is under the key as `point` when `on_point` is called."""
    _pointing(data={"picture": picture, "wide": wide, "high": high}, key=key, on_point_change=on_point)


def invitation_in_address() -> str | None:
    """The invitation in the address that this page was opened with; it is taken out of the address first."""
    query = st.query_params.get("invitation")
    if query:
        del st.query_params["invitation"]
        return query
    found = _invitation(key="okf_address", on_invitation_change=lambda: None, height=1)
    return found.invitation if isinstance(found.invitation, str) else None
