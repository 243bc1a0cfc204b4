"""A real node with three members; each test gets it with nothing under way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node_world import make_node
from transire.node.node import Node


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a node that is not open: customs, a producer and an importer."""
    make_node(tmp_path).close()
    return tmp_path / "node"


@pytest.fixture
def node(folder: Path) -> Iterator[Node]:
    """The node of `folder`, running."""
    with Node.open(folder) as running:
        yield running
