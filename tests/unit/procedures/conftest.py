"""A running node with the five members of the examples: one for each module, shared by its tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from trading import Trade

from transire.demo.world import make_world


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trade]:
    world = make_world(Path(tmp_path_factory.mktemp("node")), port=8400)
    yield Trade(world)
    world.node.close()
