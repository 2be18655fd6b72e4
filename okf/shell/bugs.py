"""Unexpected errors: a reference on the screen, and in the log the place, without any confidential words."""

from __future__ import annotations

import logging

import streamlit as st
from streamlit import config

from okf.errors import CasebookError, log_bug


def show_error(error: Exception) -> bool:
    """Show an error that no page caught; `st.App` calls it, for callbacks and fragments too."""
    if isinstance(error, CasebookError):
        st.error(str(error))
    else:
        reference = log_bug(error)
        st.error(f"Something went wrong, and it is our fault. Tell us this reference: {reference}")
    return True


def keep_words_out_of_the_log() -> None:
    """Stop Streamlit from logging a script's exceptions by itself, message and all: `show_error` logs them."""
    config.set_option("logger.enableRich", False)
    logging.getLogger("streamlit.error_util").addFilter(lambda entry: entry.getMessage() != "Uncaught app execution")
