"""One node for all tests of permissions; nothing that they ask for exists, so that nothing changes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from permission_world import Doors

from node_world import make_node


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Doors]:
    subprocess.run([sys.executable, repository / "web" / "build.py"], check=True)
    node = make_node(tmp_path_factory.mktemp("node"))
    found = Doors(node)
    found.settle_in()
    yield found
    node.close()
