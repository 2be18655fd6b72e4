"""What becomes of a bug: a reference on the screen, and in the log where it happened, without anybody's words."""

from __future__ import annotations

import logging

import streamlit as st
from streamlit import config

from okf.errors import CasebookError, log_bug
from okf.trace import keep_messages_out_of_the_log


def tell_bug(error: Exception) -> bool:
    """What `st.App` calls for whatever the pages did not catch, in callbacks and fragments too; it is shown here."""
    if isinstance(error, CasebookError):
        st.error(str(error))
    else:
        reference = log_bug(error)
        st.error(f"Something went wrong, and it is our fault. Tell us this reference: {reference}")
    return True


def keep_words_out_of_the_log() -> None:
    """Have no error's message logged, and a script's errors by `tell_bug` alone, not by Streamlit as well."""
    keep_messages_out_of_the_log()
    config.set_option("logger.enableRich", False)
    logging.getLogger("streamlit.error_util").addFilter(lambda entry: entry.getMessage() != "Uncaught app execution")
