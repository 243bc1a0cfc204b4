"""The embedded engine killed at every step of a commit and at random: nothing told is lost, nothing done twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from embedded_child import GENESIS, KEY

from transire.engines.embedded import EmbeddedEngine, inspect
from transire.engines.sequencer import STEPS
from transire.ledger.action import parse_action

pytestmark = pytest.mark.faults
CHILD = Path(__file__).with_name("embedded_child.py")
RANDOM_KILLS = 50
LONG = 30.0


class Ledger:
    """The folder of a ledger, and what its processes said before they died."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.submitted: dict[str, bytes] = {}
        self.acknowledged: dict[str, int] = {}
        EmbeddedEngine.create(home, GENESIS, KEY).close()

    def start(self, *mode: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, str(CHILD), str(self.home), *mode], stdout=subprocess.PIPE)

    def hear(self, child: subprocess.Popen[bytes]) -> list[str]:
        """Take in what the child said; a last line that the kill cut off was not said."""
        assert child.stdout is not None
        with child.stdout as pipe:
            lines = pipe.read().decode().split("\n")[:-1]
        child.wait(LONG)
        for line in lines:
            word, _, rest = line.partition(" ")
            if word == "submit":
                self.submitted[parse_action(rest.encode()).id] = rest.encode()
            elif word == "ack":
                action_id, height = rest.split()
                self.acknowledged[action_id] = int(height)
        return lines

    def check(self) -> None:
        """Start again; all that was acknowledged is there, and what was not is either there or can be submitted."""
        engine = EmbeddedEngine.open(self.home, KEY)
        engine.start()
        for action_id, height in self.acknowledged.items():
            outcome = engine.lookup(action_id)
            assert outcome is not None, f"{action_id} was acknowledged and is lost"
            assert (outcome.height, outcome.code) == (height, "")
        self._submit_the_rest(engine)
        ids = [outcome.action_id for block in engine.events(1) for outcome in block.outcomes]
        assert len(ids) == len(set(ids)), "an action was applied twice"
        assert set(self.submitted) <= set(ids)
        places = sorted(outcome.log_index or 0 for block in engine.events(1) for outcome in block.outcomes)
        assert places == list(range(len(ids)))
        engine.close()

    def _submit_the_rest(self, engine: EmbeddedEngine) -> None:
        rest = [raw for action_id, raw in self.submitted.items() if action_id not in self.acknowledged]
        for future in [engine.submit(raw) for raw in rest]:
            outcome = future.result(LONG)
            assert outcome.accepted
            self.acknowledged[outcome.action_id] = outcome.height


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_of_the_commit(ledger: Ledger, step: str) -> None:
    for number in (1, 2, 5):
        lines = ledger.hear(ledger.start("step", step, str(number)))
        assert lines[0].startswith("started")
        ledger.check()
    assert inspect(ledger.home, deep=True) == []


def test_killed_at_random_moments_under_load(ledger: Ledger) -> None:
    chance = random.Random(20261122)
    for kill in range(RANDOM_KILLS):
        child = ledger.start("run")
        assert child.stdout is not None
        assert child.stdout.readline().startswith(b"started")
        time.sleep(chance.uniform(0.0, 0.25))
        child.send_signal(signal.SIGKILL)
        ledger.hear(child)
        if kill % 10 == 9:
            ledger.check()
    assert len(ledger.acknowledged) > RANDOM_KILLS
    assert inspect(ledger.home, deep=True) == []


def test_a_disk_that_is_full_ends_in_a_clean_stop_and_a_restart_works(ledger: Ledger) -> None:
    lines = ledger.hear(ledger.start("limit", str(2 << 20)))
    assert lines[-1].startswith("stopped The ledger engine stopped.")
    assert len(ledger.acknowledged) > 10
    ledger.check()
