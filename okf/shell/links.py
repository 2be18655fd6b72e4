"""Links of our own HTML: real ones, of which a plain click opens within the running app what they lead to."""

from __future__ import annotations

from html import escape

import streamlit as st

# A plain click moves the address on as Back moves it, which Streamlit's front end follows: it asks the server for that
# page with its query, and filters in the address win over those that were set. Each entry of the history keeps how far
# down its page stood and by which link it was left, so that Back returns to both. With a modifier, a target or a file,
# and while the server is not reached, the browser does what it would.
_WITHIN = """
export default function () {
  const app = document.querySelector('[data-testid=stApp]')
  const main = () => document.querySelector('.stMain')
  const frame = () => new Promise(requestAnimationFrame)
  let watcher
  const run = (begun, over) => {
    watcher?.disconnect()
    let ran = app.dataset.testScriptState === 'running'
    watcher = new MutationObserver(async changes => {
      const now = app.dataset.testScriptState
      const runs = now === 'running' || changes.some(one => one.oldValue === 'running')  // a short run is over by now
      if (runs) begun()
      ran ||= runs
      if (!ran || now !== 'notRunning') return
      watcher.disconnect()
      await frame()
      over()
    })
    watcher.observe(app, {attributeFilter: ['data-test-script-state'], attributeOldValue: true})
  }
  let holding
  const letGo = () => clearInterval(holding)
  // It is tried again until somebody acts: the page may not be there yet, or be drawn anew by a run that comes late.
  const focus = (find, scrolls) => {
    const until = Date.now() + 20000
    let given = false
    const give = () => {
      const found = find()
      if (!found) return
      if (!found.matches('a, button, input, [tabindex]')) found.tabIndex = -1
      found.focus({preventScroll: !scrolls})
      given = true
    }
    letGo()
    give()
    holding = setInterval(() => {
      if (Date.now() > until) letGo()
      else if (!given || !document.activeElement || document.activeElement === document.body) give()
    }, 50)
  }
  const at = id => id && document.getElementById(id)
  const leave = link => history.replaceState(
    {...history.state, okf: {top: main().scrollTop, by: link.href, id: link.id}}, '')
  const open = event => {
    const link = event.composedPath().find(one => one instanceof HTMLAnchorElement)
    if (!link || event.defaultPrevented || link.origin !== location.origin) return
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
    if (link.hasAttribute('download') || (link.target && link.target !== '_self')) return
    leave(link)
    if (!('okfLink' in link.dataset) || app.dataset.testConnectionState !== 'CONNECTED') return
    event.preventDefault()
    const elsewhere = link.pathname !== location.pathname, next = link.dataset.okfLink
    history.pushState({}, '', link.href)
    run(() => { if (elsewhere) main().scrollTop = 0 },
        () => focus(() => (!elsewhere && at(next)) || document.querySelector('.stMain h1'), !elsewhere))
    dispatchEvent(new PopStateEvent('popstate', {state: {}}))
  }
  const back = event => {
    const left = event.isTrusted && event.state?.okf
    if (!left) return
    run(() => {}, async () => {
      for (let tries = 0; tries < 30 && Math.abs(main().scrollTop - left.top) > 1; tries++) {
        main().scrollTop = left.top
        await frame()
      }
      focus(() => at(left.id) || [...main().querySelectorAll('a')].find(one => one.href === left.by))
    })
  }
  document.addEventListener('click', open)
  document.addEventListener('keydown', letGo)
  document.addEventListener('pointerdown', letGo)
  window.addEventListener('popstate', back)
  return () => {
    watcher?.disconnect()
    letGo()
    document.removeEventListener('click', open)
    document.removeEventListener('keydown', letGo)
    document.removeEventListener('pointerdown', letGo)
    window.removeEventListener('popstate', back)
  }
}
"""
_within = st.components.v2.component("okf_links", js=_WITHIN)


def open_within() -> None:
    """Let a plain click on our own links open them within the running app; drawn once on every page."""
    _within(key="okf_links", width=1, height=1)


def anchor(said: str, href: str, *, focus: str = "", more: str = "") -> str:
    """A link around HTML; `focus` names what has the focus after it led to the same page with another query.

    `more` are attributes as HTML.
    """
    attributes = f" {more}" if more else ""
    return f'<a href="{escape(href)}" target="_self" data-okf-link="{escape(focus)}"{attributes}>{said}</a>'
