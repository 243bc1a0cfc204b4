"""Real CometBFT networks on this machine, for tests: one validator or several, in this process."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ledger_world import genesis, signing_key
from transire.engines.cometbft.binary import find_cometbft
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.cometbft.errors import CometBftMissing
from transire.engines.cometbft.files import PairKeys, node_id
from transire.engines.cometbft.settings import PairSettings
from transire.ledger.genesis import Genesis

LONG = 40.0
"""Seconds that anything may take on a busy machine."""


@pytest.fixture(scope="session")
def cometbft_program() -> str:
    """The CometBFT program; without it the test is skipped, loudly."""
    try:
        return str(find_cometbft())
    except CometBftMissing as error:
        pytest.skip(f"NOT TESTED: {error}")


def keys_of_node(place: int) -> PairKeys:
    """The keys of the node that holds `validator <place>` of the genesis of `ledger_world`."""
    return PairKeys(signing_key(f"validator {place}"), signing_key(f"node {place}"))


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


def settings_of(place: int, ports: list[int], program: str, **more: Any) -> PairSettings:
    """Settings of one node of a network of that many on this machine; quick, so that tests do not wait."""
    peers = tuple(
        f"{node_id(keys_of_node(other).node.public)}@127.0.0.1:{port}"
        for other, port in enumerate(ports)
        if other != place
    )
    quick: dict[str, Any] = {"commit_ms": 50, "idle_s": 1.0, "snapshot_every": 0}
    mine: dict[str, Any] = {"moniker": f"node-{place}", "p2p_port": ports[place], "peers": peers, "binary": program}
    return PairSettings(**(mine | quick | more))


def started_engine(home: Path, *, program: str, **more: Any) -> CometBftEngine:
    """A network of one validator that has made its first blocks, so that its time is about now."""
    settings = settings_of(0, free_ports(1), program, **more)
    made = CometBftEngine.create(home, genesis(), keys_of_node(0), settings)
    made.start()
    assert made.wait_for(2, LONG), made.status()
    return made


@contextmanager
def network(folder: Path, program: str, *, validators: int = 4, **more: Any) -> Iterator[list[CometBftEngine]]:
    """That many validators, each with its own engine, all talking to one another."""
    founded = genesis(validators=validators)
    ports = free_ports(validators)
    engines = [
        CometBftEngine.create(
            folder / f"node-{place}", founded, keys_of_node(place), settings_of(place, ports, program, **more)
        )
        for place in range(validators)
    ]
    try:
        start_all(engines)
        yield engines
    finally:
        for engine in engines:
            engine.close()


def start_all(engines: list[CometBftEngine]) -> None:
    """Start them side by side, and wait for the first blocks."""
    with ThreadPoolExecutor(len(engines)) as pool:
        list(pool.map(CometBftEngine.start, engines))
    for engine in engines:
        assert engine.wait_for(2, LONG), engine.status()


def joining(
    folder: Path,
    engines: list[CometBftEngine],
    place: int,
    program: str,
    *,
    folder_name: str = "",
    node_place: int | None = None,
    founded: Genesis | None = None,
    **more: Any,
) -> CometBftEngine:
    """A further node of a running network, not started: it follows the blocks, and validates if it is voted in.

    It has the validator's key of `place`, and the node's key of `node_place` if that is another.
    """
    peers = tuple(
        f"{node_id(keys_of_node(other).node.public)}@{one.settings.p2p_host}:{one.settings.p2p_port}"
        for other, one in enumerate(engines)
    )
    keys = PairKeys(keys_of_node(place).validator, keys_of_node(place if node_place is None else node_place).node)
    settings = settings_of(0, free_ports(1), program, moniker=f"node-{place}", peers=peers, **more)
    return CometBftEngine.create(
        folder / (folder_name or f"node-{place}"), founded or engines[0].genesis, keys, settings
    )
