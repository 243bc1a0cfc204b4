"""A process that runs an embedded engine under load, to be killed. Started by test_embedded_kill.py.

    embedded_child.py HOME step NAME NUMBER     kills itself when it reaches that step for the NUMBERth time
    embedded_child.py HOME run                  runs until it is killed
    embedded_child.py HOME limit BYTES          runs until its files may not grow any more, and ends by itself

Says on standard output, a line each, unbuffered: `submit <bytes of the action>` before, `ack <id> <height>` after.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ledger_world import BROKER, CUSTOMS, PRODUCER, World, digest, genesis, signing_key
from transire.engines.base import Engine
from transire.engines.embedded import EmbeddedEngine
from transire.engines.errors import EngineStopped

GENESIS = genesis(fixed_validators=1)
KEY = signing_key("validator 0")
LINE = threading.Lock()


def say(*words: str) -> None:
    with LINE:
        os.write(1, " ".join(words).encode() + b"\n")


def killing_at(name: str, number: int) -> Callable[[str], None]:
    count = 0

    def at_step(step: str) -> None:
        nonlocal count
        count += step == name
        if count == number:
            os.kill(os.getpid(), signal.SIGKILL)

    return at_step


def load(engine: Engine, by: str, start: int) -> None:
    world = World(genesis=engine.genesis)
    world.nonce = start
    while True:
        world.time = int(time.time())
        end = world.sign("document.end/1", {"version": digest(f"{by} {world.nonce}")}, by=by)
        raws = [world.witness(by), end]
        for raw in raws:
            say("submit", raw.decode())
        for future in [engine.submit(raw) for raw in raws]:
            outcome = future.result()
            assert outcome.accepted, outcome
            say("ack", outcome.action_id, str(outcome.height))


def main(home: Path, mode: str, *arguments: str) -> None:
    at_step = killing_at(arguments[0], int(arguments[1])) if mode == "step" else lambda step: None
    engine = EmbeddedEngine.open(home, KEY, at_step=at_step)
    if mode == "limit":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(arguments[0]), int(arguments[0])))
    engine.start()
    say("started", str(engine.height))
    start = time.time_ns() % 10**15 * 1000
    threads = [
        threading.Thread(target=load, args=(engine, by, start), daemon=True) for by in (PRODUCER, BROKER, CUSTOMS)
    ]
    for thread in threads:
        thread.start()
    if mode == "limit":
        end_when_stopped(engine)
    for thread in threads:
        thread.join()


def end_when_stopped(engine: EmbeddedEngine) -> None:
    """A disk that is full stops the engine, not the process: it says so and closes like any other."""
    threading.excepthook = lambda args: None
    while engine._sequencer.failure is None:
        time.sleep(0.01)
    assert isinstance(engine._sequencer.failure, EngineStopped)
    engine.close()
    say("stopped", str(engine._sequencer.failure))
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
