"""Agreement texts: what people sign, version by version, and the drafts of the next ones (C7)."""

from __future__ import annotations

import streamlit as st

from okf.agreements.views import draft as agreement_draft, versions as agreement_versions
from okf.desk import Desk
from okf.shell.navigation import link
from okf.shell.words import told
from okf.terms.agreements import AgreementKind

DRAFT, VERSIONS = "Next version", "Versions"


def render(desk: Desk) -> None:
    """All the agreements there can be, or the one that the address names."""
    asked = st.query_params.get("kind", "")
    if asked not in set(AgreementKind):
        st.title("Agreement texts")
        agreement_versions.kinds(desk)
        return
    kind = AgreementKind(asked)
    link("All agreement texts", "agreement_texts", icon=":material/arrow_back:")
    st.title(f"{told(kind)} agreement" if kind.capacity else f"{told(kind)} (optional)")
    agreement_draft.just_published(kind)
    drafts, versions = st.tabs([DRAFT, VERSIONS], key="part", on_change="rerun", bind="query-params")
    if drafts.open:
        with drafts:
            agreement_draft.draft(desk, kind)
    if versions.open:
        with versions:
            agreement_versions.versions(desk, kind)
