"""A process that runs one validator of a CometBFT network under load, to be killed. Started by test_cometbft_kill.py.

    cometbft_child.py HOME step NAME NUMBER     kills itself when it reaches that step for the NUMBERth time
    cometbft_child.py HOME run                  runs until it is killed

Says on standard output what `embedded_child.py` says. HOME/settings.json holds the settings of the pair.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import msgspec
from embedded_child import killing_at, load, say

from cometbft_world import keys_of_node
from ledger_world import BROKER, CUSTOMS, PRODUCER
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.settings import PairSettings


def main(home: Path, mode: str, *arguments: str) -> None:
    at_step = killing_at(arguments[0], int(arguments[1])) if mode == "step" else lambda step: None
    settings = msgspec.json.decode((home / "settings.json").read_bytes(), type=PairSettings)
    engine = CometBftEngine.open(home, keys_of_node(0), settings, at_step=at_step)
    engine.start()
    engine.wait_for(2, 30.0)
    say("started", str(engine.height))
    start = time.time_ns() % 10**15 * 1000
    threads = [
        threading.Thread(target=load, args=(engine, by, start), daemon=True) for by in (PRODUCER, BROKER, CUSTOMS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
