"""Handing actions over to CometBFT: in parcels, no more than a network decides soon, and little while it is busy."""

from __future__ import annotations

import socket
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from threading import Thread
from typing import Any

import orjson
import pytest

from ledger_world import World
from transire.engines.cometbft import parcels, submitting
from transire.engines.cometbft.parcels import pack, unpack
from transire.engines.cometbft.rpc import RpcClient
from transire.engines.cometbft.submitting import Sender, Window
from transire.engines.pool import ActionPool
from transire.ledger.action import Action, parse_action

WITHIN_S = 10.0


class Taking(BaseHTTPRequestHandler):
    """Takes every parcel, as CometBFT's RPC does, and remembers it."""

    def do_POST(self) -> None:
        calls = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server: Any = self.server
        parcels = [b64decode(call["params"]["tx"]) for call in calls]
        server.parcels += parcels
        server.sizes.append(sum(len(unpack(parcel)) for parcel in parcels))
        body = orjson.dumps([{"jsonrpc": "2.0", "id": call["id"], "result": {"code": 0}} for call in calls])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    parcels: list[bytes]
    sizes: list[int]

    def get_request(self) -> tuple[socket.socket, Any]:
        request, _ = super().get_request()
        return request, ("", 0)


class Scene:
    """A pool, its sender, and what was handed over."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(str(folder / "rpc.sock"), Taking)
        self.server.parcels, self.server.sizes = [], []
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.busy = False
        self.pool = ActionPool()
        self.rpc = RpcClient(folder, "rpc.sock")
        self.sender = Sender(self.pool, self.rpc, is_busy=lambda: self.busy)
        self.world = World()
        self.world.time = int(time.time())

    @property
    def taken(self) -> list[bytes]:
        return [raw for parcel in self.server.parcels for raw in unpack(parcel)]

    def submit(self, count: int) -> list[Action]:
        actions = [parse_action(self.world.witness()) for _ in range(count)]
        for action in actions:
            self.pool.add(action)
            self.sender.add(action)
        return actions

    def close(self) -> None:
        assert self.sender.close(WITHIN_S)
        self.rpc.close()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    monkeypatch.setattr(submitting, "LEAST_UNDER_WAY", 5)
    monkeypatch.setattr(submitting, "MORE_UNDER_WAY", 0)
    monkeypatch.setattr(submitting, "AGAIN_S", 600.0)
    made = Scene(tmp_path)
    yield made
    made.close()


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_no_more_is_under_way_than_a_network_decides(scene: Scene) -> None:
    actions = scene.submit(50)
    until(lambda: len(scene.taken) == 20)
    time.sleep(0.1)
    assert len(scene.taken) == 20
    for action in actions[:15]:
        scene.pool.take(action.digest)
    scene.sender.rouse()
    until(lambda: len(scene.taken) == 35)
    for action in actions[15:]:
        scene.pool.take(action.digest)
    scene.sender.rouse()
    last = scene.submit(1)
    until(lambda: len(scene.taken) == 36)
    assert len(set(scene.taken)) == 36, "what is in a block by other ways is not handed over"
    assert last[0].digest in scene.sender._under_way


def test_little_but_not_nothing_is_handed_over_while_the_node_is_busy(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "BUSY_BATCH", 2)
    scene.busy = True
    scene.submit(10)
    until(lambda: len(scene.taken) == 10)
    assert max(scene.server.sizes) <= 2


def test_a_cometbft_that_forgot_is_given_all_again_the_oldest_first(scene: Scene) -> None:
    scene.submit(30)
    until(lambda: len(scene.taken) == 20)
    before = list(scene.taken)
    scene.sender.forget()
    until(lambda: len(scene.taken) >= 40)
    assert scene.taken[20:40] == before


def test_one_that_was_let_go_is_handed_over_at_the_next_look(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "LOOK_S", 0.2)
    early, _ = scene.submit(2)
    until(lambda: len(scene.taken) == 2)
    scene.sender.again(early.digest)
    scene.sender.rouse()
    until(lambda: len(scene.taken) == 3)
    assert scene.taken[2] == early.raw


def test_what_waits_at_one_moment_travels_in_one_parcel(scene: Scene) -> None:
    scene.busy = True  # so that it has not yet gone when the last of them comes
    actions = scene.submit(10)
    until(lambda: len(scene.taken) == 10)
    assert len(scene.server.parcels) < 10
    assert scene.taken == [action.raw for action in actions]


def test_a_parcel_in_no_block_is_handed_over_again_as_it_was(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """CometBFT knows it by its hash: what it still has is not taken twice."""
    monkeypatch.setattr(submitting, "LOOK_S", 0.2)
    monkeypatch.setattr(submitting, "AGAIN_S", 0.5)
    actions = scene.submit(3)
    until(lambda: len(scene.taken) == 3)
    first = list(scene.server.parcels)
    scene.pool.take(actions[0].digest)
    scene.sender.rouse()
    until(lambda: len(scene.server.parcels) > len(first))
    assert set(scene.server.parcels) <= set(first)


def test_parcels_are_no_larger_than_cometbft_takes() -> None:
    world = World()
    actions = [parse_action(world.witness()) for _ in range(300)]
    packed = list(pack(actions))
    assert [action for _, inside in packed for action in inside] == actions
    assert all(len(parcel) <= parcels.MAX_BYTES for parcel, _ in packed)
    assert all(unpack(parcel) == [action.raw for action in inside] for parcel, inside in packed)
    assert len(packed) == -(-sum(len(action.raw) + 1 for action in actions) // parcels.MAX_BYTES)


def test_the_window_grows_while_blocks_are_quick_and_shrinks_when_they_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(submitting.time, "monotonic", lambda: now)
    window = Window()
    begun = window.size

    def block(took: float, *, waited: float | None, kept_back: bool) -> None:
        nonlocal now
        now += took
        window.block(waited_since=None if waited is None else now - waited, kept_back=kept_back)

    block(0.3, waited=0.3, kept_back=False)
    assert window.size == begun, "all went, so nothing is learned"
    for _ in range(10):
        block(5.0, waited=None, kept_back=False)
        block(5.0, waited=0.2, kept_back=False)
    assert window.size == begun, "an idle network is not a slow one"
    for _ in range(200):
        block(0.3, waited=2.0, kept_back=True)
    assert window.size == submitting.MOST_UNDER_WAY
    block(1.0, waited=2.0, kept_back=True)
    assert window.size == submitting.MOST_UNDER_WAY, "neither quick nor slow"
    for _ in range(20):
        block(3.0, waited=3.0, kept_back=True)
    assert window.size == submitting.LEAST_UNDER_WAY
