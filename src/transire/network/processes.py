"""The processes of a network on one machine: each node is `transire node run` with its CometBFT below it.

A process is known by its number and the moment of its start, so that another one which got the same number later is
never taken for it, or ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Final

import msgspec

from transire.client.connection import Connection
from transire.client.errors import NodeRefused, NodeUnreachable
from transire.network.errors import NodeFailed, NotStarted
from transire.network.plan import Place, PlannedNode, write_private

STOP_WITHIN_S: Final = 30.0
ANSWER_WITHIN_S: Final = 180.0
LOOK_EVERY_S: Final = 0.2
LAST_WORDS: Final = 400
_STARTED_FIELD: Final = 19
"""Of /proc/<pid>/stat behind the name in brackets: the start in ticks since the machine's (proc(5))."""


class Process(msgspec.Struct, frozen=True):
    """A process that runs a node."""

    pid: int
    started: str


def start(place: Place, node: PlannedNode) -> Process:
    """Start a node in the background; one that runs is left alone."""
    running = find(place, node)
    if running is not None:
        return running
    command = [sys.executable, "-m", "transire", "node", "run", "--home", str(place.node(node.slug))]
    with place.log(node.slug).open("ab") as log:
        made = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    process = Process(made.pid, _started(made.pid) or "")
    write_private(place.running(node.slug), msgspec.json.encode(process))
    return process


def find(place: Place, node: PlannedNode) -> Process | None:
    """The process of a node; None when none runs."""
    try:
        process = msgspec.json.decode(place.running(node.slug).read_bytes(), type=Process)
    except (OSError, msgspec.DecodeError):
        return None
    return process if process.started and _started(process.pid) == process.started else None


def stop(place: Place, nodes: Iterable[PlannedNode]) -> list[str]:
    """End nodes in order: each is asked to finish, and killed if it does not. Returns the names of those killed."""
    asked = [(node, process) for node in nodes if (process := find(place, node)) is not None]
    for _, process in asked:
        _signal(process, signal.SIGTERM)
    killed = []
    deadline = time.monotonic() + STOP_WITHIN_S
    for node, process in asked:
        while _is_alive(process) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY_S)
        if _is_alive(process):
            _signal(process, signal.SIGKILL)
            killed.append(node.slug)
        place.running(node.slug).unlink(missing_ok=True)
    return killed


def wait_until_up(place: Place, nodes: Iterable[PlannedNode], *, height: int = 1) -> None:
    """Wait until every node answers and has that height."""
    deadline = time.monotonic() + ANSWER_WITHIN_S
    waiting = list(nodes)
    while waiting:
        for node in list(waiting):
            if find(place, node) is None:
                raise NodeFailed(got=last_words(place, node), where=node.slug)
            if _height(node) >= height:
                waiting.remove(node)
        if waiting and time.monotonic() > deadline:
            raise NotStarted(got=", ".join(node.slug for node in waiting), expected=f"height {height}")
        time.sleep(LOOK_EVERY_S)


def last_words(place: Place, node: PlannedNode) -> str:
    """The end of a node's log."""
    try:
        return place.log(node.slug).read_bytes()[-LAST_WORDS:].decode("utf-8", "replace").strip()
    except OSError:
        return "nothing"


def _height(node: PlannedNode) -> int:
    try:
        with Connection(node.url, timeout=5) as connection:
            return int(connection.get("/v1/status")["height"])
    except (NodeUnreachable, NodeRefused):
        return -1


def _started(pid: int) -> str | None:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    # A child of ours that has ended stays a zombie until it is waited for.
    return None if fields[0] == "Z" else fields[_STARTED_FIELD]


def _is_alive(process: Process) -> bool:
    return _started(process.pid) == process.started


def _signal(process: Process, number: signal.Signals) -> None:
    if _is_alive(process):
        os.kill(process.pid, number)
