"""Node processes to be killed. Started by `fault_world.Nursery`, which says what each of them is to do.

    node_child.py        reads a life (JSON, see `fault_world.Life`) from each line of standard input, forks a process
                         that lives it, says `pid N`, and when it has ended `ended N` with the status of `os.waitpid`

The modules are loaded once, before the first fork, so that a life begins within a tenth of a second. What a life says
goes to a file, a line each, with one write: what was said before a SIGKILL is in the file.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import lmdb
import msgspec

from fault_load import LOADS, Load
from fault_world import Kill, Life, open_world
from transire.engines.embedded import EmbeddedEngine
from transire.engines.replica import LmdbStore
from transire.errors import TransireError
from transire.node.logs import configure_logs
from transire.node.tenant import Tenant

SECONDS_OF_AN_OFFSET = 0.5

SECONDS_OF_A_LIFE = 120
"""A process that nobody killed ends by itself: the test that forgot it must not leave it on the machine."""


def main() -> None:
    for line in sys.stdin:
        if line == "greet\n":
            say("hello")
            continue
        pid = os.fork()
        if pid == 0:
            os._exit(begin(msgspec.json.decode(line, type=Life)))
        say(f"pid {pid}")
        say(f"ended {os.waitpid(pid, 0)[1]}")


def say(line: str) -> None:
    os.write(1, line.encode() + b"\n")


def begin(life: Life) -> int:
    """Live, with standard output and error in a file beside what is said."""
    signal.alarm(SECONDS_OF_A_LIFE)
    log = os.open(f"{life.said}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        live(life, Said(life.said))
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


class Said:
    """The file in which a life says what it acknowledges."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def __call__(self, act: str, **facts: Any) -> None:
        os.write(self._file, msgspec.json.encode({"act": act, **facts}) + b"\n")


def live(life: Life, said: Said) -> None:
    """Open the node as the life says, be busy until the end, close in an orderly way."""
    configure_logs("info")
    armed = threading.Event()
    set_clock(life.clock_s)
    if life.map_bytes:
        LmdbStore.__init__.__kwdefaults__["map_bytes"] = life.map_bytes
    if life.kill:
        arm(life.kill, armed)
    try:
        world = open_world(Path(life.home))
        world.node.start()
    except TransireError as error:
        said("not started", code=error.code)
        return
    said("started", height=world.node.engine.height)
    armed.set()
    load = Load(world, said, seed=life.seed, acts=life.acts, failures=life.failures)
    threads = [threading.Thread(target=load.run, args=(LOADS[name], name), daemon=True) for name in life.load]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        if life.settles:
            world.node.settle(60)
    finally:
        world.node.close()
        said("closed")


def set_clock(offsets_s: Sequence[int]) -> None:
    """Both clocks of the node: the one its tenants go by, and the one that the engine signs blocks with."""
    if tuple(offsets_s) == (0,):
        return
    start = time.monotonic()

    def now_ns() -> int:
        place = min(int((time.monotonic() - start) / SECONDS_OF_AN_OFFSET), len(offsets_s) - 1)
        return time.time_ns() + offsets_s[place] * 1_000_000_000

    Tenant.now = lambda self: datetime.fromtimestamp(now_ns() / 1e9, UTC)  # type: ignore[method-assign]
    EmbeddedEngine.open = functools.partial(EmbeddedEngine.open, clock=now_ns)  # type: ignore[method-assign]


def arm(kill: Kill, armed: threading.Event) -> None:
    """Have this process killed when it comes to that place for that time."""
    count = 0
    lock = threading.Lock()

    def strike() -> None:
        nonlocal count
        with lock:
            count += armed.is_set()
            if count == kill.number and armed.is_set():
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()

    if kill.edge == "step":
        at_step: Callable[[str], None] = lambda step: strike() if step == kill.place else None  # noqa: E731
        EmbeddedEngine.open = functools.partial(EmbeddedEngine.open, at_step=at_step)  # type: ignore[method-assign]
        return
    owner, name = find_owner(kill.place)
    function = getattr(owner, name)
    setattr(owner, name, failing(function, armed) if kill.edge == "fails" else struck(function, kill.edge, strike))


def find_owner(place: str) -> tuple[Any, str]:
    """The module or class at "module:Class.function", and the function's name in it."""
    module, _, path = place.partition(":")
    *classes, name = path.split(".")
    return functools.reduce(getattr, classes, import_module(module)), name


def struck(function: Callable[..., Any], edge: str, strike: Callable[[], None]) -> Callable[..., Any]:
    @functools.wraps(function)
    def traced(*arguments: Any, **named: Any) -> Any:
        if edge == "entered":
            strike()
        result = function(*arguments, **named)
        if edge == "left":
            strike()
        return result

    return traced


def failing(function: Callable[..., Any], armed: threading.Event) -> Callable[..., Any]:
    """A write of LMDB on a disk that has no room any more."""

    @functools.wraps(function)
    def failed(*arguments: Any, **named: Any) -> Any:
        if armed.is_set():
            raise lmdb.DiskError("mdb_txn_commit: No space left on device")
        return function(*arguments, **named)

    return failed


if __name__ == "__main__":
    main()
