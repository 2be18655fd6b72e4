"""The attacked app. `OKF_TEST_WITHOUT` names the cure that is taken out of its Gate, `OKF_TEST_WITNESS` the file."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

import app as casebook
from okf.people.views.sessions import ROUTES
from okf.shell import gate
from okf.shell.app_context import door
from okf.shell.gate import Gate

WITHOUT = os.environ.get("OKF_TEST_WITHOUT")
gate.SECONDS_AT_THE_DOOR = 0.5  # no test waits for the ten that Casebook gives


class Weak(Gate):
    """The Gate without one of its cures."""

    if WITHOUT == "messages":

        async def let_through(self, message, back, session_id, *, moves):
            return message

    if WITHOUT == "identity":

        def named(self, scope, session):
            return scope

    if WITHOUT == "private files":

        def is_private(self, path):
            return False

    if WITHOUT == "own files":

        def is_theirs(self, path, session):
            return True

    if WITHOUT == "closed paths":

        def is_closed(self, path):
            return False

    if WITHOUT == "origin":

        def is_from_elsewhere(self, scope):
            return False

    if WITHOUT == "own uploads":

        def is_ones_own(self, path, session):
            return True

    if WITHOUT == "known messages":

        def is_known(self, back, *, signed_in):
            return True


app = st.App(
    Path(__file__).with_name("router.py"),
    routes=ROUTES,
    middleware=[Middleware(Weak, door=door)],
    lifespan=casebook.lifespan,
)
