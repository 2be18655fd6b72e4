"""Downloads: how a file that somebody may have leaves for their browser."""

from __future__ import annotations

import secrets


def unique_name(stem: str, suffix: str) -> str:
    """A file name that no other download has, such as `cases-8f3a61c2d94e.csv`.

    Streamlit makes a file's address from its name and, over 1 MiB, from parts
    of its content: two alike would share one, and the second reader get the
    first one's bytes.
    """
    return f"{stem}-{secrets.token_hex(6)}.{suffix}"
