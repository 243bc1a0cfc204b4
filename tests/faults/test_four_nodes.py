"""Four validators, of which some are gone, altered or false: what the others do, and what they are told."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cometbft_world import LONG, free_ports, joining, keys_of_node, network, settings_of, start_all
from ledger_world import BROKER, CHAMBER, CUSTOMS, PRODUCER, World, action_id, digest, genesis, public, signing_key
from transire.crypto.encoding import b64url
from transire.engines.cometbft.engine import CometBftEngine
from transire.engines.errors import EngineStopped, PoolFull
from transire.engines.replica import LmdbStore
from transire.ledger.action import parse_action
from transire.ledger.chain import validator_address
from transire.ledger.errors import ActionExpired, ActionForAnotherNetwork, SignatureWrong
from transire.ledger.store import STATE, Writes

pytestmark = [pytest.mark.faults, pytest.mark.cometbft, pytest.mark.xdist_group("network")]


def world_of(engine: CometBftEngine) -> World:
    made = World(genesis=engine.genesis)
    made.time = int(time.time())
    return made


def until(condition: Callable[[], bool], seconds: float = LONG) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def again(folder: Path, engines: list[CometBftEngine], place: int, **more: Any) -> None:
    """Open a node that was closed, in its place."""
    settings = structs.replace(engines[place].settings, **more)
    engines[place] = CometBftEngine.open(folder / f"node-{place}", keys_of_node(place), settings)
    engines[place].start()


@dataclass(frozen=True)
class Four:
    """One network of four for the tests that leave three of it whole, in their order."""

    folder: Path
    engines: list[CometBftEngine]


@pytest.fixture(scope="module")
def four(cometbft_program: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Four]:
    folder = tmp_path_factory.mktemp("four")
    with network(folder, cometbft_program) as engines:
        yield Four(folder, engines)


def test_a_validator_key_in_two_processes_is_reported_in_the_state(four: Four, cometbft_program: str) -> None:
    engines = four.engines
    twin = joining(four.folder, engines, 0, cometbft_program, folder_name="twin", node_place=9)
    try:
        twin.start()
        address = b64url(validator_address(keys_of_node(0).validator.public))
        prefix = f"misbehaviour/{address}/".encode()

        def reported() -> list[bytes]:
            return [key for key, _ in engines[1]._store.range(STATE, prefix, prefix + b"~")]

        assert until(lambda: bool(reported()), 2 * LONG), engines[1].status()
        row = engines[1].state(reported()[0].decode())
        assert isinstance(row, dict)
        assert (row["kind"], row["total_power"]) == ("duplicate-vote", 40)
        assert engines[2].submit(world_of(engines[2]).witness()).result(LONG).accepted
    finally:
        twin.close()


def test_a_node_whose_row_was_edited_stops_and_the_other_three_go_on(four: Four) -> None:
    engines = four.engines
    world = world_of(engines[0])
    key = signing_key("d1")
    body = {"unit": "kg", "quantity": "10", "keys": [public(key)], "releaser": CUSTOMS}
    opened = engines[0].submit(world.sign("allowance.open/1", body, by=CHAMBER)).result(LONG)
    assert engines[3].wait_for(opened.height + 1, LONG)
    engines[3].close()
    edit_quantity(four.folder / "node-3" / "replica", f"allowance/{opened.action_id}")
    again(four.folder, engines, 3, silence_s=5.0)
    draw = {"allowance": opened.action_id, "quantity": "20", "for": digest("more than there is")}
    drawn = engines[0].submit(world.draw(key, "allowance.draw/1", draw)).result(LONG)
    assert drawn.code == "ledger.allowance-exceeded"
    assert until(lambda: bool(engines[3].status().failure)), engines[3].status()
    assert "wrong Block.Header.AppHash" in engines[3].status().failure
    assert engines[3].height <= drawn.height
    with pytest.raises(EngineStopped):
        engines[3].submit(world.witness())
    assert engines[1].submit(world.witness()).result(LONG).accepted


def test_a_node_with_another_genesis_and_who_speaks_nonsense_are_no_peers_and_told_of_once(
    four: Four, cometbft_program: str, caplog: pytest.LogCaptureFixture
) -> None:
    engines, other = four.engines, genesis(actions_per_block=7)
    stranger = joining(four.folder, engines[:1], 4, cometbft_program, folder_name="stranger", founded=other)
    with caplog.at_level(logging.WARNING, logger="transire.engine.cometbft"):
        try:
            stranger.start()
            for _ in range(3):
                speak_nonsense(engines[0])
            assert until(lambda: sum("different network" in text for text in caplog.messages) >= 2), caplog.messages
            assert (stranger.height, stranger.status().peers) == (0, 0)
            assert stranger.settings.moniker not in engines[0].status().peer_names
            foreign = World(genesis=stranger.genesis)
            foreign.time = int(time.time())
            with pytest.raises(ActionForAnotherNetwork):
                engines[0].submit(foreign.witness())
            assert engines[0].submit(world_of(engines[0]).witness()).result(LONG).accepted
            assert until(lambda: any("secret conn failed" in text for text in caplog.messages)), caplog.messages
        finally:
            stranger.close()
    # Each node says each reason once, though the stranger dials again and again.
    told = [text for text in caplog.messages if "a peer was refused" in text]
    assert len(told) == len(set(told))
    for mine, theirs in ((engines[0].network, stranger.network), (stranger.network, engines[0].network)):
        assert sum(f"Got {theirs}, expected {mine}" in text for text in told) == 1


def speak_nonsense(engine: CometBftEngine) -> None:
    """Bytes that are no greeting, and a length that nobody would wait for."""
    for said in (b"GET / HTTP/1.1\r\n\r\n" * 100, b"\xff\xff\xff\xff\x0f" + bytes(1 << 16)):
        address = engine.settings.p2p_host, engine.settings.p2p_port
        with suppress(OSError), socket.create_connection(address, timeout=LONG) as dialled:
            dialled.sendall(said)
            while dialled.recv(1 << 16):
                pass


def edit_quantity(folder: Path, key: str) -> None:
    """Make a licence of 10 kg one of 90 kg, in this replica alone."""
    store = LmdbStore(folder)
    raw = store.get(STATE, key.encode())
    assert raw is not None
    writes = Writes()
    writes.put(STATE, key.encode(), raw.replace(b'"quantity":"10"', b'"quantity":"90"'))
    assert writes.tables[STATE][key.encode()] != raw
    store.commit(writes)
    store.close()


def test_one_that_is_refused_does_not_keep_back_what_travels_with_it(tmp_path: Path, cometbft_program: str) -> None:
    """Forged after the check at the door, as a key that is retired meanwhile would make it: its parcel is refused."""
    engine = CometBftEngine.create(
        tmp_path / "ledger", genesis(), keys_of_node(0), settings_of(0, free_ports(1), cometbft_program)
    )
    try:
        start_all([engine])
        world = world_of(engine)
        forged = parse_action(
            world.sign("witness/1", {"pool": digest("p")}, by=PRODUCER, signer=signing_key("stranger"))
        )
        with engine._sender._changed:  # so that all wait when the sender next looks, and are packed together
            good = [engine.submit(world.witness(BROKER)) for _ in range(3)]
            bad = engine._pool.add(forged)
            engine._sender.add(forged)
        assert isinstance(bad.exception(LONG), SignatureWrong)
        assert all(future.result(LONG).accepted for future in good)
    finally:
        engine.close()


def test_what_expires_while_it_waits_is_told_and_leaves_the_mempool(tmp_path: Path, cometbft_program: str) -> None:
    """One action a block and member: of thirty that expire in a moment most find no block."""
    founded = genesis(actions_per_block=1)
    settings = settings_of(0, free_ports(1), cometbft_program)
    engine = CometBftEngine.create(tmp_path / "ledger", founded, keys_of_node(0), settings)
    try:
        start_all([engine])
        world = world_of(engine)
        soon = int(time.time()) + 3
        raws = [world.sign("witness/1", {"pool": digest(f"{n}")}, by=PRODUCER, expires=soon) for n in range(60)]
        futures = [engine.submit(raw) for raw in raws]
        errors = [future.exception(LONG) for future in futures]
        expired = [raw for raw, error in zip(raws, errors, strict=True) if isinstance(error, ActionExpired)]
        assert 0 < len(expired) < len(raws)
        assert all(error is None or isinstance(error, ActionExpired) for error in errors)
        # It is a proof: they stand in no block, and nothing that waits can bring them into one.
        assert all(engine.lookup(action_id(raw)) is None for raw in expired)
        assert until(lambda: engine._rpc.ask("num_unconfirmed_txs")["n_txs"] == "0")
        with pytest.raises(ActionExpired):
            engine.submit(expired[0])
        assert engine.submit(world.witness(BROKER)).result(LONG).accepted
    finally:
        engine.close()


def test_a_pool_that_is_full_takes_nothing_more(
    tmp_path: Path, cometbft_program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of two validators decides nothing, so everything waits."""
    monkeypatch.setattr("transire.engines.cometbft.engine.MAX_PENDING", 10)
    settings = settings_of(0, free_ports(2), cometbft_program)
    engine = CometBftEngine.create(tmp_path / "ledger", genesis(validators=2), keys_of_node(0), settings)
    try:
        engine.start()
        world = world_of(engine)
        futures = [engine.submit(world.witness()) for _ in range(10)]
        with pytest.raises(PoolFull):
            engine.submit(world.witness())
    finally:
        engine.close()
    assert all(isinstance(future.exception(LONG), EngineStopped) for future in futures)
