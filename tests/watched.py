"""Casebook, with a witness in the file `OKF_TEST_WITNESS` of what its Python opens to write, and of its limits."""

import os
import sys

_WITNESS = os.open(os.environ["OKF_TEST_WITNESS"], os.O_WRONLY | os.O_APPEND)


def _watch(event: str, said: tuple[object, ...]) -> None:
    if event == "open" and isinstance(said[2], int) and said[2] & (os.O_WRONLY | os.O_RDWR):
        os.write(_WITNESS, f"{said[0]}\n".encode())
    if event == "resource.setrlimit":
        os.write(_WITNESS, f"limit {said}\n".encode())


sys.addaudithook(_watch)

from app import app  # noqa: E402, F401 -- watched from its first import on
