"""A process that is one pair of a network under test: node's engine here, CometBFT below it.

    pair_child.py HOME      reads HOME/life.json (`Life`), answers on the unix socket HOME/control

A line of JSON asks, a line answers: {"ask": name, ...} -> {"told": ...} or {"refused": code, "text": ...}. It ends when
its standard input does, so that it never outlives who started it.
"""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import socketserver
import sys
import threading
from base64 import b64encode
from concurrent.futures import Future
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

import msgspec
from pair_twists import TWISTS

from cometbft_world import keys_of_node
from transire.engines.base import Outcome
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.files import PairKeys
from transire.engines.cometbft.settings import PairSettings
from transire.engines.inspection import verify_replica
from transire.errors import TransireError
from transire.ledger.receipt import build_receipt, receipt_bytes
from transire.ledger.store import STATE


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """What a process is to be. `validator` and `node` name its keys, `twist` what is false about it."""

    validator: int
    node: int
    settings: PairSettings
    twist: tuple[str, ...] = ()
    fail_point: int | None = None
    """Where CometBFT ends at its first start (`FAIL_TEST_INDEX`)."""


class Pair:
    """Answers questions; each method that begins with `tell_` is one."""

    def __init__(self, home: Path, life: Life) -> None:
        keys = PairKeys(keys_of_node(life.validator).validator, keys_of_node(life.node).node)
        at_step = TWISTS[life.twist[0]](*life.twist[1:]) if life.twist else None
        more = {} if at_step is None else {"at_step": at_step}
        self.engine = CometBftEngine.open(home / "ledger", keys, life.settings, **more)

    def tell_submit(self, raw: str, wait: float) -> dict[str, Any]:
        future: Future[Outcome] = self.engine.submit(raw.encode())
        return msgspec.to_builtins(future.result(wait))

    def tell_status(self) -> dict[str, Any]:
        return msgspec.to_builtins(self.engine.status())

    def tell_height(self) -> int:
        return self.engine.height

    def tell_wait(self, height: int, wait: float) -> bool:
        return self.engine.wait_for(height, wait)

    def tell_roots(self, first: int, last: int) -> list[str]:
        return [self.engine.record(height).roots.app_hash.hex() for height in range(first, last + 1)]

    def tell_applied(self) -> list[list[Any]]:
        """Id, height, place and code of everything that stands in a block, as the replica tells it."""
        return [[one.action_id, one.height, one.index, one.code] for b in self.engine.events(1) for one in b.outcomes]

    def tell_state(self, key: str) -> Any:
        return self.engine.state(key)

    def tell_rows(self, prefix: str) -> list[str]:
        raw = prefix.encode()
        return [key.decode() for key, _ in self.engine._store.range(STATE, raw, raw + b"~")]

    def tell_receipt(self, action: str) -> str:
        return b64encode(receipt_bytes(build_receipt(self.engine.evidence(action)))).decode()

    def tell_rounds(self, first: int, last: int) -> list[int]:
        """In which round each of these blocks was decided."""
        commits = (self.engine.commit(height) for height in range(first, last + 1))
        return [commit.round for commit in commits if commit is not None]

    def tell_validators(self, height: int) -> list[list[Any]]:
        return [[one.public_key.hex(), one.power] for one in self.engine.validators(height)]

    def tell_header_hash(self, height: int) -> str:
        from transire.ledger.chain import header_hash

        header = self.engine.header(height)
        return "" if header is None else header_hash(header).hex()

    def tell_fail_next(self, point: int) -> int:
        """Kill CometBFT; the one that is started then ends at that point. Returns how often it was started again."""
        os.environ["FAIL_TEST_INDEX"] = str(point)
        before, pid = self.engine.status().restarts, self.engine.status().pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        while self.engine.status().pid in (None, pid):
            threading.Event().wait(0.01)
        os.environ.pop("FAIL_TEST_INDEX")
        return before

    def tell_base(self) -> int:
        """The first height that its replica holds."""
        return next((int.from_bytes(key, "big") for key, _ in self.engine._store.range("heights")), 0)

    def tell_damages(self) -> list[str]:
        engine = self.engine
        return [
            str(one) for one in verify_replica(engine._store, engine._blocks, validators=engine.validators, deep=True)
        ]


class Control(socketserver.StreamRequestHandler):
    """One connection: questions and answers in turn."""

    pair: Pair

    def handle(self) -> None:
        for line in self.rfile:
            asked = json.loads(line)
            name = asked.pop("ask")
            try:
                answer = {"told": getattr(self.pair, f"tell_{name}")(**asked)}
            except TimeoutError:
                answer = {"refused": "no-answer-yet", "text": ""}
            except TransireError as error:
                answer = {"refused": error.code, "text": str(error)}
            except Exception as error:
                answer = {"refused": "fault", "text": f"{type(error).__name__}: {error}"}
            self.wfile.write(json.dumps(answer).encode() + b"\n")


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked is gone, which is no fault of ours."""


def main(home: Path) -> None:
    life = msgspec.json.decode((home / "life.json").read_bytes(), type=Life)
    threading.Thread(target=end_with_starter, daemon=True).start()
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)
    pair = Pair(home, life)
    Control.pair = pair
    (home / "control").unlink(missing_ok=True)
    with Server(str(home / "control"), Control) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        if life.fail_point is not None:
            os.environ["FAIL_TEST_INDEX"] = str(life.fail_point)
        # Not an Event, whose lock may be held by the very thread that a handler interrupts; and not written by a
        # handler of Python, which waits for this thread to run when the kernel gives the signal to another.
        ended, asked = os.pipe()
        os.set_blocking(asked, False)
        signal.set_wakeup_fd(asked)
        signal.signal(signal.SIGTERM, lambda *_: None)
        threading.Thread(target=forget_fail_point, args=(pair.engine,), daemon=True).start()
        pair.engine.start()
        os.read(ended, 1)
        pair.engine.close()


def forget_fail_point(engine: CometBftEngine) -> None:
    """Only the first CometBFT ends there: those that the supervisor starts after it know of nothing."""
    while engine._process is None or engine._process.pid is None:
        threading.Event().wait(0.01)
    os.environ.pop("FAIL_TEST_INDEX", None)


def end_with_starter() -> None:
    os.read(0, 1)  # not through sys.stdin, whose lock would be held when the interpreter ends
    os._exit(3)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
