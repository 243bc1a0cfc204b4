"""A real node with three members; each test gets it with nothing under way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from node_world import make_node
from transire.node.node import Node


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a node was made once, for all tests to copy."""
    made = tmp_path_factory.mktemp("template")
    make_node(made).close()
    return made


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A folder with a node that is not open: customs, a producer and an importer. Its secret lies beside it."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    settings = tmp_path / "node" / "transire.toml"
    settings.write_text(settings.read_text().replace(str(template), str(tmp_path)))
    return tmp_path / "node"


@pytest.fixture
def node(folder: Path) -> Iterator[Node]:
    """The node of `folder`, running."""
    with Node.open(folder) as running:
        yield running
