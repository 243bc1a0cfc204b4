"""What the tests of faults share: worlds made once, and the processes that are killed in copies of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fault_world import Nursery, Place, make_papers_world, make_trade_world


@pytest.fixture(scope="session")
def papers_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    make_papers_world(folder)
    return folder


@pytest.fixture(scope="session")
def trade_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trade")
    make_trade_world(folder)
    return folder


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def papers(tmp_path: Path, papers_world: Path) -> Place:
    """A fresh copy of the world without products."""
    return Place(tmp_path / "place", papers_world)


@pytest.fixture
def trade(tmp_path: Path, trade_world: Path) -> Place:
    """A fresh copy of the world in the midst of its trade."""
    return Place(tmp_path / "place", trade_world)
