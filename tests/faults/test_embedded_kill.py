"""The embedded engine killed at every step of a commit and at random: nothing told is lost, nothing done twice.

`TRANSIRE_FAULTS=all` kills more often.
"""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from embedded_child import GENESIS, KEY

from killed_ledger import KilledLedger
from transire.engines.embedded import EmbeddedEngine, inspect
from transire.engines.sequencer import STEPS

pytestmark = pytest.mark.faults
CHILD = Path(__file__).with_name("embedded_child.py")
EVERYTHING = os.environ.get("TRANSIRE_FAULTS") == "all"
RANDOM_KILLS = 50 if EVERYTHING else 12
NUMBERS = (1, 2, 5) if EVERYTHING else (1, 5)
"""At which time of coming to a step it is killed: in the first block, under way."""


@pytest.fixture
def ledger(tmp_path: Path) -> KilledLedger:
    home = tmp_path / "ledger"
    EmbeddedEngine.create(home, GENESIS, KEY).close()

    def started() -> EmbeddedEngine:
        engine = EmbeddedEngine.open(home, KEY)
        engine.start()
        return engine

    return KilledLedger(home, CHILD, started)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_of_the_commit(ledger: KilledLedger, step: str) -> None:
    for number in NUMBERS:
        lines = ledger.hear(ledger.start("step", step, str(number)))
        assert lines[0].startswith("started")
        ledger.check()
    assert inspect(ledger.home, deep=True) == []


def test_killed_at_random_moments_under_load(ledger: KilledLedger) -> None:
    chance = random.Random(20261122)
    for kill in range(RANDOM_KILLS):
        child = ledger.start("run")
        assert child.stdout is not None
        assert child.stdout.readline().startswith(b"started")
        time.sleep(chance.uniform(0.0, 0.25))
        child.send_signal(signal.SIGKILL)
        ledger.hear(child)
        if kill % 6 == 5:
            ledger.check()
    assert len(ledger.acknowledged) > RANDOM_KILLS
    assert inspect(ledger.home, deep=True) == []


def test_a_disk_that_is_full_ends_in_a_clean_stop_and_a_restart_works(ledger: KilledLedger) -> None:
    lines = ledger.hear(ledger.start("limit", str(2 << 20)))
    assert lines[-1].startswith("stopped The ledger engine stopped.")
    assert len(ledger.acknowledged) > 10
    ledger.check()
