"""A ledger whose processes are killed: what they said before they died, and whether all of it still holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from transire.engines.base import Engine
from transire.ledger.action import parse_action

LONG = 30.0


class KilledLedger:
    """The folder of a ledger. `child` is the script that runs it, `open_engine` opens it in this process, started."""

    def __init__(self, home: Path, child: Path, open_engine: Callable[[], Engine]) -> None:
        self.home = home
        self.submitted: dict[str, bytes] = {}
        self.acknowledged: dict[str, int] = {}
        self._child = child
        self._open = open_engine

    def start(self, *mode: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, str(self._child), str(self.home), *mode], stdout=subprocess.PIPE)

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
        engine = self._open()
        try:
            self._check(engine)
        finally:
            engine.close()

    def _check(self, engine: Engine) -> None:
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

    def _submit_the_rest(self, engine: Engine) -> None:
        rest = [raw for action_id, raw in self.submitted.items() if action_id not in self.acknowledged]
        for future in [engine.submit(raw) for raw in rest]:
            outcome = future.result(LONG)
            assert outcome.accepted
            self.acknowledged[outcome.action_id] = outcome.height
