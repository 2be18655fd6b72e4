"""One share on the screen: what was asked and answered, what it carries, the decisions on it, and sending it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.share_deciders import PUBLIC
from okf.policy.share_words import BASES, CONSENT, DUES, ROUTES, condition_in_words, purpose_in_words
from okf.policy.words import due_told
from okf.sharing.commands.decisions import decide_as_lead, refuse_share, review_share
from okf.sharing.commands.shares import approve_share, open_package, send_share
from okf.sharing.papers import share_package
from okf.sharing.queries.view import Prepared, ShareView
from okf.sharing.views import files, redactions
from okf.sharing.views.words import STATUS, answer as show_answer
from okf.shell.exports import download
from okf.shell.sheets import facts, verbatim
from okf.shell.words import errors_shown, flash, moment, plain, show_flash, told
from okf.terms.decisions import FOR_SHARING, LegalBasis

_SAID: Final = "okf_share_said"


def head(view: ShareView) -> None:
    """The status, the recipient, the purpose, and who did what."""
    show_flash(_SAID, ":material/check_circle:")
    lines = [
        ("State", STATUS[view.status]),
        ("To", view.to),
        ("For what", purpose_in_words(view.purpose)),
        ("By which way", view.channel or "Not said"),
        ("Asked for", f"{moment(view.asked_at)}, by {view.asked_by}"),
        ("Decided by", view.decided_by or ""),
        ("Approved", ", ".join(f"{told(role)}: {name}" for role, name in view.approvals.items())),
        ("Why", view.rationale or ""),
        ("Legal basis", ", ".join(BASES.get(one, one) for one in view.legal_basis)),
        ("Legal paper", view.compulsion or ""),
        ("Sent", f"{moment(view.sent_at)}, by {view.sent_by}" if view.sent_at else ""),
        ("Not shared", f"{moment(view.refused_at)}, by {view.refused_by}" if view.refused_at else ""),
        ("Because", view.refused_because or ""),
        ("Looked at again", f"{moment(view.reviewed_at)}, by {view.reviewed_by}" if view.reviewed_at else ""),
        ("Found then", view.review or ""),
    ]
    facts([(name, value) for name, value in lines if value])


def answer(view: ShareView) -> None:
    """The policy's answer as things stand; for a share that is sent or refused, the route and the deadlines."""
    if view.answer is not None:
        show_answer(view.answer)
    elif view.route in ROUTES:
        st.info(plain(f"{'On' if view.sent_at else 'Why'}: {ROUTES[view.route]}"))
    for name, when in view.due.items() if view.sent_at else ():
        due = datetime.fromisoformat(when) if "T" in when else date.fromisoformat(when)
        st.caption(f"{DUES.get(name, told(name))} {due_told(due)}.")


def texts(desk: Desk, view: ShareView) -> None:
    """The texts and files as they would go out; for a reader without access, how many records they are."""
    if not view.records:
        return
    st.header("What it carries")
    if not view.readable:
        st.info(f"{view.records} {'record' if view.records == 1 else 'records'}. You hold no access to what is in it.")
        return
    for text in view.texts:
        redactions.text(desk, view, text)
        for file in text.files:
            files.shown(desk, view, file)


def decisions(desk: Desk, view: ShareView) -> None:
    """The forms of those who must decide: approve, decide as lead, review."""
    if "approve" in view.may:
        st.header("Your approval")
        st.text("A legal paper compels it. The data protection lead and a trustee must both approve it.")
        sure = st.checkbox("I have seen the paper, and it compels this", key="approve_sure")
        if st.button("Approve", type="primary", disabled=not sure):
            with errors_shown():
                approve_share(desk, view.ref)
                flash(_SAID, "You approved it.")
    if "decide" in view.may:
        _decide(desk, view)
    if "review" in view.may:
        with st.form("review"):
            st.header("Look at it again")
            st.text(
                "Somebody else shared this for safety. Say what you find: was it right, was it enough, was it too much?"
            )
            finding = st.text_area("What the review found", key="review_found", max_chars=4_000)
            if st.form_submit_button("Save the review", type="primary"):
                with errors_shown():
                    review_share(desk, view.ref, finding=finding)
                    flash(_SAID, "Your review is on record.")


def refuse(desk: Desk, view: ShareView) -> None:
    """The form that refuses it, with the reason."""
    if "refuse" not in view.may:
        return
    with st.expander("Don't share it", icon=":material/block:"), st.form("refuse", border=False):
        why = st.text_area("Why it is not shared", key="refuse_why", max_chars=4_000, height=100)
        st.caption("It can't be taken back: to share it after all, ask anew.")
        if st.form_submit_button("Don't share it"):
            with errors_shown():
                refuse_share(desk, view.ref, because=why)
                flash(_SAID, "It is not shared. That is on record.")


def send(desk: Desk, view: ShareView) -> None:
    """The form that sends it, once every condition is ticked."""
    if "send" not in view.may:
        return
    st.header("Send it")
    versions: list[Prepared] = [text.version for text in view.texts if text.version]
    versions += [file.version for text in view.texts for file in text.files if file.version]
    if any(not version.approved for version in versions):
        people = dict.fromkeys(who for version in versions if version.waits for who in version.awaited)
        said = "Something that is to go out waits for its second reader: until then nothing can be sent."
        st.warning(plain(f"{said} {redactions.waits_for(list(people))}" if people else said))
        return
    with st.form("send"):
        st.text("Tick each only when it is so. Who ticked them, and when, is on record.")
        ticked = [key for key, words in view.conditions.items() if st.checkbox(words, key=f"tick_{key}")]
        written = st.radio(
            "How it goes",
            [True, False],
            key="send_written",
            format_func=lambda yes: "In writing: a PDF is made, and kept as it went" if yes else "By word of mouth",
        )
        if st.form_submit_button("Send it now", type="primary"):
            with errors_shown():
                send_share(desk, view.ref, ticked=ticked, make=share_package if written and view.records else None)
                handed = " Download what goes out below, and hand it over by the way agreed." if written else ""
                flash(_SAID, f"It is on record as sent.{handed} Casebook itself mails nothing.")


def package(desk: Desk, view: ShareView) -> None:
    """What went out, with its hash, for whoever may read it."""
    if view.package is None:
        return
    st.header("What went out")
    st.text(f"{view.package.size:,} bytes, kept as they went. SHA-256:")
    st.code(view.package.sha256, language=None, wrap_lines=True)
    if view.ticked:
        st.text("\n".join(["Ticked before it went:", *(f"✓ {_tick(one)}" for one in view.ticked)]))
    if "package" not in view.may:
        st.caption("You hold no access to what is in it.")
    elif view.package.media_type == "application/pdf":
        download(
            "Download what went out (PDF)",
            lambda: open_package(desk, view.ref).content,
            f"share-{view.ref.lower()}",
            "pdf",
        )
    elif st.button("Show what was told"):
        with errors_shown():
            verbatim(open_package(desk, view.ref).content.decode())


def _decide(desk: Desk, view: ShareView) -> None:
    with st.form("decide"):
        st.header("Your decision")
        basis: Sequence[LegalBasis] = ()
        rationale = consent = None
        if view.route == PUBLIC:
            st.text("Everybody agreed. As the second person you look at it, and give the lead's word for a child.")
        else:
            basis = st.multiselect("Legal basis", FOR_SHARING, format_func=BASES.__getitem__, key="decide_basis")
            rationale = st.text_area("Why it must be shared, in your words", key="decide_why", max_chars=4_000)
            consent = st.selectbox(
                "Was their consent sought?",
                list(CONSENT),
                index=None,
                format_func=CONSENT.__getitem__,
                key="decide_consent",
            )
        if st.form_submit_button("Let it go out", type="primary"):
            with errors_shown():
                sought = {"sought": consent} if consent else None
                decide_as_lead(desk, view.ref, legal_basis=basis, rationale=rationale, consent=sought)
                flash(_SAID, "You decided that it may go out. It can be sent now.")


def _tick(key: str) -> str:
    return "A condition of whoever agreed" if key.startswith("condition_of:") else condition_in_words(key)
