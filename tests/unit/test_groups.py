"""Tests that share ports, a browser, a network or a file run one after the other: pytest-xdist keeps their group."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

TEST_ALL = Path(__file__).parents[2] / "scripts" / "test_all.py"
FAILING = """
import pytest

@pytest.mark.xdist_group("net-work")
@pytest.mark.parametrize("who", ["a@b", "c"])
def test_fails(who): assert who == "c"

def test_passes(): pass
"""


@pytest.mark.xdist_group("guard")
def test_a_test_is_known_by_its_group(request: pytest.FixtureRequest) -> None:
    """pytest-xdist 3.8 writes the group behind the name. A pytest that does not keep it loses groups silently."""
    if not getattr(request.config.option, "loadgroup", False):
        return  # not told to distribute by groups
    assert request.node.nodeid.endswith("@guard")


def test_a_test_without_a_group_is_kept_with_those_of_its_file(request: pytest.FixtureRequest) -> None:
    group = request.node.get_closest_marker("xdist_group")
    assert group is not None
    assert group.args == ("tests-unit-test_groups",)


def test_what_failed_in_a_group_is_run_again_alone(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_it.py").write_text(FAILING)
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # starting the others takes seconds
    here = {"cwd": tmp_path, "env": alone, "check": False, "capture_output": True}
    pytest_here = [sys.executable, "-m", "pytest", "-q"]
    subprocess.run([*pytest_here, "-p", "xdist", "-n", "1", "--dist", "loadgroup"], **here)
    again = runpy.run_path(str(TEST_ALL))["failed"](tmp_path)
    assert again == ["test_it.py"]
    done = subprocess.run([*pytest_here, *again], **here)
    assert b"1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
