"""Unexpected errors: a reference on the screen, and in the log the place, without any confidential words."""

from __future__ import annotations

import logging

import streamlit as st
from streamlit import config

from okf.errors import CasebookError, Unsealed, log_bug, not_shown
from okf.trace import keep_messages_out_of_the_log


def show_error(error: Exception) -> bool:
    """Show an error that no page caught; `st.App` calls it, for callbacks and fragments too."""
    if isinstance(error, CasebookError):
        st.error(str(error))
    elif isinstance(error, Unsealed):
        st.error(not_shown(error))
    elif isinstance(error, UnicodeEncodeError):
        st.error("A character in what was typed is only half of one. Delete it, and type what stands there again.")
    else:
        reference = log_bug(error)
        st.error(f"Something went wrong, and it is our fault. Tell us this reference: {reference}")
    return True


def keep_words_out_of_the_log() -> None:
    """Have no error's message logged, and a script's errors by `show_error` alone, not by Streamlit as well."""
    keep_messages_out_of_the_log()
    config.set_option("logger.enableRich", False)
    logging.getLogger("streamlit.error_util").addFilter(lambda entry: entry.getMessage() != "Uncaught app execution")
    deferred = logging.getLogger("streamlit.runtime.backend_operation_handler")
    deferred.addFilter(lambda entry: "Unmade" not in (entry.exc_text or ""))
