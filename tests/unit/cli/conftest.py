"""The command, for every test of this folder."""

from __future__ import annotations

import pytest

from command_world import Transire, runner


@pytest.fixture
def transire(capsys: pytest.CaptureFixture[str]) -> Transire:
    """Run `transire` with these arguments."""
    return runner(capsys)
