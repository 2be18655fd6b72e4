"""The charity that these tests break."""

from __future__ import annotations

import pytest

from tests.proof.charity import Charity, charity
from tests.world import World


@pytest.fixture
def okf(world: World) -> Charity:
    """A charity that keeps its promise, every row of it accounted for."""
    return charity(world)
