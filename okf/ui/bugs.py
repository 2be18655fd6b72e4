"""What becomes of a bug: a reference on the screen, and in the log where it happened, without anybody's words."""

from __future__ import annotations

import logging
import secrets
import traceback

import streamlit as st
from streamlit import config

from okf.errors import CasebookError

_LOG = logging.getLogger("casebook")


def tell_bug(error: Exception) -> bool:
    """What `st.App` calls for whatever the pages did not catch, in callbacks and fragments too; it is shown here."""
    if isinstance(error, CasebookError):
        st.error(str(error))
    else:
        reference = log_bug(error)
        st.error(f"Something went wrong, and it is our fault. Tell us this reference: {reference}")
    return True


def log_bug(error: BaseException) -> str:
    """Log where a bug happened under a new reference. Its message stays out: it may hold somebody's words."""
    reference = f"E-{secrets.token_hex(4).upper()}"
    kinds, stack = [], ""
    seen: BaseException | None = error
    while seen is not None and len(kinds) < 10:
        kinds.append(type(seen).__name__)
        stack = "".join(traceback.format_tb(seen.__traceback__)) + stack
        seen = seen.__cause__ or seen.__context__
    _LOG.error("%s %s\n%s", reference, " from ".join(kinds), stack)
    return reference


def keep_words_out_of_the_log() -> None:
    """Stop Streamlit from logging a script's exceptions by itself, message and all: `tell_bug` logs them."""
    config.set_option("logger.enableRich", False)
    logging.getLogger("streamlit.error_util").addFilter(lambda entry: entry.getMessage() != "Uncaught app execution")
