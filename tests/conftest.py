"""Fixtures that every kind of test may use."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

# With --import-mode=importlib the tests of two folders may bear one name; what they share is then found only here.
# The names of such helpers are therefore unique.
for _folder in {path.parent for path in Path(__file__).parent.rglob("*.py") if not path.name.startswith("test_")}:
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))

from cometbft_world import cometbft_program  # noqa: E402, F401 - a fixture for every test
from postgres_server import postgres_url  # noqa: E402, F401 - a fixture for every test
from transire.demo.run import DEVELOPMENT_PARTS  # noqa: E402

# A shared or slow machine is no defect: only what a test asserts may fail it.
settings.register_profile("transire", deadline=None)
settings.load_profile("transire")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a file together: what they share is then made once, and they run in the order they stand in."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group("-".join(item.path.relative_to(REPOSITORY).with_suffix("").parts)))


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout."""
    return REPOSITORY


@pytest.fixture(autouse=True)
def loud_logs() -> Iterator[None]:
    """A command that ran in this process may have quietened the logs for the tests that follow."""
    yield
    structlog.reset_defaults()
    for name in DEVELOPMENT_PARTS:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public law, tariff and vector files that lie beside the checkout; they are not part of the project."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"NOT TESTED: the data folder {folder.name} is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def demo_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `transire demo` leaves: told once in a run of the tests, whichever worker asks first. Nobody alters it.

    Its node, which is not running, lies in `world/node`; what the command printed, in `demo_out.parent / "told.txt"`.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "told.txt").exists():
            shutil.rmtree(shared / "out", ignore_errors=True)
            done = _run_demo(shared / "out")
            assert done.returncode == 0, f"the demo failed:\n{done.stdout}\n{done.stderr}"
            (shared / "told.txt").write_text(done.stdout)
    return shared / "out"


@pytest.fixture
def demo_node(demo_out: Path, tmp_path: Path) -> Path:
    """A copy of the demo's node that a test may alter."""
    shutil.copytree(demo_out / "world" / "node", tmp_path / "node")
    return tmp_path / "node"


def _run_demo(out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "transire", "demo", "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
