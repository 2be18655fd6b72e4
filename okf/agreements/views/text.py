"""An agreement's text as it is read before it is signed, and what one text has that another has not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from typing import Final

import streamlit as st

from okf.pending import counted

_STYLE: Final = """<style>
.okf-diff p { margin: 0 0 .7rem; white-space: pre-wrap; overflow-wrap: anywhere; max-width: 46rem }
.okf-diff ins { background: #def2e3; color: #12401f; text-decoration: underline; text-underline-offset: .15em }
.okf-diff del { background: #fbe3e0; color: #7a150d; text-decoration: line-through }
.okf-diff ins::before { content: "+ " } .okf-diff del::before { content: "\\2212 " }
.okf-diff .okf-skip { color: #444 }
.okf-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
</style>"""
_MOST_WORDS: Final = 4_000  # of one changed passage: beyond it the whole passage is shown as replaced
Part = tuple[str, str]  # "same", "added" or "removed", and the words
# Streamlit reads formulas, colours, icons and pictures where plain Markdown has words.
_MORE: Final = re.compile(r"(?<!\\)(\$|!(?=\[)|:(?=[a-z][\w-]*[\[:/]))")
_HEADINGS: Final = re.compile(r"(?m)^(#{1,3})(?= )")


def differences(before: str, now: str, *, whole: bool = False) -> None:
    """Show what was added and removed; unchanged paragraphs are left out unless the `whole` text is wanted."""
    found = list(compared(before, now))
    if not any(kind != "same" for parts in found for kind, _ in parts):
        st.info("The words are the same.")
        return
    added = sum(len(words.split()) for parts in found for kind, words in parts if kind == "added")
    removed = sum(len(words.split()) for parts in found for kind, words in parts if kind == "removed")
    st.caption(
        f"{counted(added, 'word', 'words')} added, {counted(removed, 'word', 'words')} removed. Added words are"
        " underlined, removed ones struck out."
    )
    st.html(f'{_STYLE}<div class="okf-diff">{"".join(_paragraphs(found, whole))}</div>')


def compared(before: str, now: str) -> Iterator[list[Part]]:
    """Paragraph by paragraph, the words that stayed, were removed and were added, in reading order."""
    old, new = _split(before), _split(now)
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ([("same", paragraph)] for paragraph in new[k:m])
        else:
            yield from _passage(old[i:j], new[k:m])


def show_text(text: str) -> None:
    """The text whole; its headings stand below the page's own, and nothing else about it is changed."""
    st.markdown(_HEADINGS.sub(r"##\1", _MORE.sub(r"\\\1", text)))


def _split(text: str) -> list[str]:
    return [paragraph.strip() for paragraph in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if paragraph.strip()]


def _passage(old: Sequence[str], new: Sequence[str]) -> Iterator[list[Part]]:
    """A changed run of paragraphs: those that have a partner word by word, the others whole."""
    for number in range(max(len(old), len(new))):
        was = old[number] if number < len(old) else ""
        now = new[number] if number < len(new) else ""
        yield _words(was, now) if was and now else [("removed", was) if was else ("added", now)]


def _words(was: str, now: str) -> list[Part]:
    a, b = re.findall(r"\S+\s*", was), re.findall(r"\S+\s*", now)
    matcher = SequenceMatcher(None, [word.strip() for word in a], [word.strip() for word in b], autojunk=False)
    if len(a) + len(b) > _MOST_WORDS or matcher.quick_ratio() < 0.3:
        return [("removed", was), ("added", now)]
    parts: list[Part] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            parts.append(("same", "".join(b[k:m])))
            continue
        parts += [(kind, "".join(some)) for kind, some in (("removed", a[i:j]), ("added", b[k:m])) if some]
    return parts


def _paragraphs(found: Sequence[list[Part]], whole: bool) -> Iterator[str]:
    skipped = 0
    for parts in found:
        if not whole and all(kind == "same" for kind, _ in parts):
            skipped += 1
            continue
        if skipped:
            yield _left_out(skipped)
            skipped = 0
        yield f"<p>{''.join(map(_part, parts))}</p>"
    if skipped:
        yield _left_out(skipped)


def _left_out(paragraphs: int) -> str:
    said = counted(paragraphs, "paragraph is", "paragraphs are")
    return f'<p class="okf-skip">… {said} unchanged …</p>'


def _part(part: Part) -> str:
    kind, words = part
    if kind == "same":
        return escape(words)
    name, tag = ("added", "ins") if kind == "added" else ("removed", "del")
    stripped = words.rstrip()
    heard = f'<span class="okf-heard">[{name}: </span>'
    ends = '<span class="okf-heard">]</span>'
    return f"<{tag}>{heard}{escape(stripped)}{ends}</{tag}>{escape(words[len(stripped) :]) or ' '}"
