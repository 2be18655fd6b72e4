"""A throwaway store filled with a world, for rehearsals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from okf.desk import Desk
from okf.load.faults import Unreadable, told
from okf.load.importing import import_caseload
from okf.load.tables import Tables
from okf.store.engine import Store


def load_world(store: Store, plain: Mapping[str, Any], at: datetime) -> None:
    """Fill a store with a world, given as `yaml.safe_load` gives it, by a clock that stands at `at`.

    Raises:
        Unreadable: the world has faults; its sentence lists them.
    """
    outcome = import_caseload(Desk.host(store, now=lambda: at), Tables.from_plain(plain))
    if outcome.faults:
        raise Unreadable(" ".join(told(outcome.faults)), outcome.faults)
