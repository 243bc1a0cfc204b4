"""What can be false about a pair: it kills itself at a step, proposes what it must not, or follows other rules.

Each is called in the pair's own process before its engine is made, and returns what the engine calls at each step of a
block, if anything. The rest of the pair is the product as it is shipped.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

from ledger_world import PRODUCER, World, genesis, signing_key
from transire.crypto.encoding import b64url
from transire.engines.cometbft.app import ACCEPT, Application
from transire.engines.cometbft.snapshots import Snapshots
from transire.ledger import machine as machine_module
from transire.ledger.rules import Context, Events

AtStep = Callable[[str], None]


def kills_itself(step: str, number: str) -> AtStep:
    """SIGKILL when the step is reached for that many times."""
    left = int(number)

    def at_step(reached: str) -> None:
        nonlocal left
        left -= reached == step
        if left == 0 and reached == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return at_step


def proposes(what: str) -> None:
    """A proposer that puts into its blocks what it must leave out."""
    honest = Application._prepare_proposal

    def prepare(application: Application, request: Any) -> dict[str, Any]:
        good = honest(application, request)["txs"]
        return {"txs": EVIL[what](good)}

    Application._prepare_proposal = prepare  # type: ignore[method-assign]
    # It also votes for whatever it is shown.
    Application._process_proposal = lambda application, request: {"status": ACCEPT}  # type: ignore[method-assign]


def has_other_rules() -> None:
    """A rule of version 1 that was edited: the same witnessing is told in other words."""
    rules = machine_module.RULES[1]
    honest = rules["witness/1"]

    def other(context: Context) -> Events:
        return tuple({**event, "note": "edited"} for event in honest(context))

    rules["witness/1"] = other


def has_other_clock(seconds: str) -> None:
    """The application's clock is wrong by so much; CometBFT's is not, which has its own."""
    honest, offset = time.time, float(seconds)
    time.time = lambda: honest() + offset


def serves_chunks(how: str) -> None:
    """A peer whose snapshots are not what it offered."""
    honest = Snapshots.chunk

    def chunk(snapshots: Snapshots, height: int, format: int, index: int) -> bytes:
        good = honest(snapshots, height, format, index)
        if how == "missing":
            return b""
        return bytes([good[0] ^ 1]) + good[1:] if how == "corrupt" and good else good[1:] + good[:1]

    Snapshots.chunk = chunk  # type: ignore[method-assign]


def _signed(**more: Any) -> bytes:
    world = World(genesis=genesis(validators=4))
    world.time, world.nonce = int(time.time()), time.time_ns() % 10**15
    return world.sign("witness/1", {"pool": b64url(os.urandom(32))}, by=PRODUCER, **more)


EVIL: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "a forged signature": lambda good: [*good, _signed(signer=signing_key("a stranger"))],
    "an action twice": lambda good: [*good, *[_signed()] * 2],
    "an expired action": lambda good: [*good, _signed(expires=int(time.time()) - 60)],
    "an action of another network": lambda good: [*good, _signed(network="elsewhere")],
    "bytes that are no action": lambda good: [*good, b"\x00" * 40],
    "an action that is too long": lambda good: [*good, b"{" + b" " * 70_000 + b"}"],
}

TWISTS: dict[str, Callable[..., AtStep | None]] = {
    "kills itself": kills_itself,
    "proposes": proposes,
    "has other rules": has_other_rules,
    "serves chunks": serves_chunks,
    "has another clock": has_other_clock,
}
