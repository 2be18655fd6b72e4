"""Signing one's own agreement: the text whole, the name, the password, and a second look before it is final."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.agreements.commands.signatures import sign_agreement
from okf.agreements.queries.own_agreements import (
    OwnAgreement,
    SignedVersion,
    VersionInEffect,
    own_agreements_to_open,
    own_signatures,
    signed_copy,
)
from okf.agreements.views import certificates
from okf.agreements.views.text import differences, show_text
from okf.desk import Desk
from okf.errors import CasebookError
from okf.policy.words import until_told
from okf.shell.exports import download
from okf.shell.navigation import link
from okf.shell.sheets import badge_line
from okf.shell.words import day, moment, plain, told
from okf.terms import Standing
from okf.terms.agreements import AgreementKind

_SIGNED: Final = "okf_just_signed"
_ASKED: Final = "okf_signing"


def agreement(desk: Desk, own: OwnAgreement) -> None:
    """One agreement of the reader's: its standing, its text, and the signing if one is asked for."""
    st.header(f"{told(own.kind)} (optional)" if own.optional else f"For work as {told(own.kind).lower()}")
    badge_line(own.standing, told(own.standing), _stands(own), late=own.standing in _STOPPED and not own.optional)
    if own.partner_stops_at and own.standing is Standing.OVERDUE:
        st.warning(
            "Your organisation's own agreement with Our Kids First is not in force: access waits for that. Ask a"
            " manager about renewing it.",
            icon=":material/handshake:",
        )
    if own.in_effect is None:
        st.info("No agreement for this capacity has been published yet. There is nothing to sign.")
        return
    version = own.in_effect
    to_sign = own.to_sign
    if to_sign is None or to_sign is own.coming:
        with st.expander(f"Read version {version.version} again"):
            show_text(version.text)
    if to_sign is None:
        return
    early = to_sign is own.coming
    if early or (own.renewable and not own.asks):
        st.caption(
            f"You can sign it already; it is asked for from {day(to_sign.effective_on if early else own.due_at)}."
        )
    st.markdown(
        f"**{plain(to_sign.title)}**, version {plain(to_sign.version)}, in effect"
        f" {'from' if early else 'since'} {day(to_sign.effective_on)}"
    )
    before = version if early else own.before
    if before:
        with st.expander(
            f"What is different from version {plain(before.version)}, which you signed last", expanded=True
        ):
            differences(before.text, to_sign.text)
    with st.container(border=True):
        show_text(to_sign.text)
    _sign(desk, own, to_sign)


def sign_to_open(desk: Desk, case_ref: str) -> bool:
    """Offer the signing where a granted case waits for it alone; whether it does."""
    waits_for = own_agreements_to_open(desk, case_ref)
    for own in waits_for:
        st.info(
            "You hold access to this case, and it waits for your signature. It opens as soon as you have signed.",
            icon=":material/edit_document:",
        )
        agreement(desk, own)
    return bool(waits_for)


def just_signed(desk: Desk, *, opened: bool = False) -> None:
    """Say what a new signature opened, and offer a copy."""
    kind = st.session_state.pop(_SIGNED, None)
    if kind is None:
        return
    signed = next((one for one in own_signatures(desk) if one.kind == kind), None)
    if signed is None:
        return
    st.success(f"You signed {plain(signed.title)}, version {plain(signed.version)}, on {moment(signed.signed_at)}.")
    if AgreementKind(kind).capacity:
        st.write("Access that waited for it is open again, from this moment.")
    with st.container(horizontal=True):
        _copy(desk, signed, key="new")
        if not opened:
            link("Your cases", "cases", icon=":material/folder_shared:", view="Your cases")


def signatures(desk: Desk) -> None:
    """Everything one signed, each with its copy."""
    signed = own_signatures(desk)
    st.header("What you have signed")
    if not signed:
        st.write("Nothing yet.")
    for one in signed[:10]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{one.title}, version {one.version}, {moment(one.signed_at)}, {told(one.method).lower()}")
            _copy(desk, one, key=str(one.id))
    certificates.fetch(desk, signed)
    if len(signed) > 10:
        st.caption(f"And {len(signed) - 10} earlier ones, kept on record.")


_STOPPED: Final = (Standing.NEVER_SIGNED, Standing.OVERDUE)


def _stands(own: OwnAgreement) -> str:
    if own.optional:
        return _stands_optional(own)
    cases = f"{own.grants} {'case' if str(own.grants) == '1' else 'cases'}"
    waits = f" Your access to {cases} waits for it." if str(own.grants) != "0" else ""
    if own.standing is Standing.NEVER_SIGNED:
        return f"You have not signed this yet.{waits}"
    if own.partner_alone:
        return f"Signed {day(own.signed_at)}. Your own signature counts, your organisation's agreement does not.{waits}"
    if own.standing is Standing.OVERDUE:
        return f"Your access went on {until_told(own.stops_at)}, and has stopped.{waits}"
    if own.standing is Standing.RESIGN_DUE:
        stops = f" Without it, access to {cases} stops then." if str(own.grants) != "0" else ""
        return f"Your earlier signature counts {until_told(own.stops_at)}: sign by then.{stops}"
    return f"Signed {day(own.signed_at)}; the next signature is asked for from {day(own.due_at)}."


def _stands_optional(own: OwnAgreement) -> str:
    if own.standing is Standing.NEVER_SIGNED:
        return "You are asked to sign this. Nothing stops without it."
    if own.standing is Standing.RESIGN_DUE:
        return "There is a new version. You are asked to sign it; nothing stops without it."
    return f"Signed {day(own.signed_at)}."


def _sign(desk: Desk, own: OwnAgreement, version: VersionInEffect) -> None:
    # What was on the screen when they signed is the text of the run before this one.
    shown_key = f"okf_shown_{own.kind}"
    shown = st.session_state.get(shown_key, (version.version, version.text_sha256))
    st.session_state[shown_key] = (version.version, version.text_sha256)
    name_key, password_key, read_key = (f"okf_sign_{own.kind}_{part}" for part in ("name", "password", "read"))
    with st.form(f"okf_sign_{own.kind}", border=False):
        name = st.text_input(
            "Your full name, typed as your signature", key=name_key, max_chars=200, autocomplete="name"
        )
        password = st.text_input("Your password", key=password_key, type="password", autocomplete="current-password")
        read = st.checkbox("I have read this agreement and I will keep to it", key=read_key)
        if st.form_submit_button("Go on to sign", type="primary"):
            st.session_state[_ASKED] = own.kind.value if name.strip() and password and read else None
            if not st.session_state[_ASKED]:
                st.error("Type your name and your password, and tick that you have read it. Nothing is signed yet.")
    if st.session_state.get(_ASKED) != own.kind.value or not name:
        return
    with st.container(border=True):
        st.markdown(
            f"**Sign version {plain(version.version)} as {plain(name)}?** A signature is final: it can't be changed"
            " or taken back, and the duty of confidentiality that it confirms has no end date."
        )
        with st.container(horizontal=True):
            final = st.button("Sign now", type="primary", key=f"okf_final_{own.kind}")
            st.button("Go back", on_click=st.session_state.pop, args=(_ASKED, None), key=f"okf_back_{own.kind}")
    if final:
        _finally(desk, own.kind, shown, name, password, (name_key, password_key, read_key, shown_key))


def _finally(
    desk: Desk, kind: AgreementKind, shown: tuple[str, str], name: str, password: str, keys: tuple[str, ...]
) -> None:
    try:
        sign_agreement(desk, kind=kind, version=shown[0], typed_name=name, shown_sha256=shown[1], password=password)
    except CasebookError as error:
        st.error(plain(f"{error} Nothing is signed yet."))
        return
    for key in (*keys, _ASKED):
        st.session_state.pop(key, None)
    st.session_state[_SIGNED] = kind
    st.rerun()


def _copy(desk: Desk, signed: SignedVersion, *, key: str) -> None:
    download("Download a copy", lambda: _as_text(desk, signed.id), "agreement", "txt", key=f"okf_copy_{key}")


def _as_text(desk: Desk, signature_id: int) -> str:
    copy = signed_copy(desk, signature_id)
    return "\n".join(
        (
            f"{copy.title}, version {copy.version}",
            "",
            copy.text,
            "",
            "-" * 72,
            f"Signed by:       {copy.name}",
            f"Name as typed:   {copy.typed_name or '(not typed)'}",
            f"Signed on:       {moment(copy.signed_at)}, London time ({copy.signed_at.isoformat(timespec='seconds')})",
            f"How:             {told(copy.method)}",
            f"Text (SHA-256):  {copy.text_sha256}",
            "",
        )
    )
