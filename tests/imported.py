"""What a server of Casebook imports by and by, imported at once, for `tests.browser` to start servers from.

Not `app` itself: it is each server's own.
"""

from importlib import import_module

import plotly.graph_objects  # noqa: F401

import okf.shell.gate
import okf.shell.upkeep
import okf.store.schema  # noqa: F401
from okf.shell.navigation import PAGES

for page in PAGES:
    import_module(page.module)
