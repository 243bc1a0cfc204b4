"""Handing actions over to CometBFT: no more at a time than a network decides, and little while the node is busy."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from threading import Thread
from typing import Any

import orjson
import pytest

from ledger_world import World
from transire.engines.cometbft import submitting
from transire.engines.cometbft.rpc import RpcClient
from transire.engines.cometbft.submitting import Sender
from transire.engines.pool import ActionPool
from transire.ledger.action import Action, parse_action

WITHIN_S = 10.0


class Taking(BaseHTTPRequestHandler):
    """Takes every action, as CometBFT's RPC does, and remembers it."""

    def do_POST(self) -> None:
        calls = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server: Any = self.server
        server.sizes.append(len(calls))
        server.taken += [call["params"]["tx"] for call in calls]
        body = orjson.dumps([{"jsonrpc": "2.0", "id": call["id"], "result": {"code": 0}} for call in calls])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


class Server(ThreadingMixIn, UnixStreamServer):
    daemon_threads = True
    taken: list[str]
    sizes: list[int]

    def get_request(self) -> tuple[socket.socket, Any]:
        request, _ = super().get_request()
        return request, ("", 0)


class Scene:
    """A pool, its sender, and what was handed over."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(str(folder / "rpc.sock"), Taking)
        self.server.taken, self.server.sizes = [], []
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.busy = False
        self.pool = ActionPool()
        self.rpc = RpcClient(folder, "rpc.sock")
        self.sender = Sender(self.pool, self.rpc, is_busy=lambda: self.busy)
        self.world = World()
        self.world.time = int(time.time())

    @property
    def taken(self) -> list[str]:
        return self.server.taken

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
    monkeypatch.setattr(submitting, "MAX_UNDER_WAY", 20)
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
    assert last[0].digest in scene.sender._sent


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
    early, _ = scene.submit(2)
    until(lambda: len(scene.taken) == 2)
    monkeypatch.setattr(submitting, "AGAIN_S", 60.0)
    scene.sender.again(early.digest)
    scene.sender._look_again(time.monotonic())
    scene.sender.rouse()
    until(lambda: len(scene.taken) == 3)
    assert scene.taken[2] == scene.taken[0]
