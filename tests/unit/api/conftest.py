"""One world for all tests of the API: five members with documents, entries and an answered question."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from api_world import Told, tell


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[Told]:
    subprocess.run([sys.executable, repository / "web" / "build.py"], check=True)
    found = tell(tmp_path_factory.mktemp("world"))
    yield found
    found.world.node.close()
