"""The application behind ABCI, asked as CometBFT asks: over a socket, in its own encoding."""

from __future__ import annotations

import logging
import random
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from ledger_world import BROKER, CUSTOMS, PRODUCER, World, digest, genesis, signing_key
from transire.crypto.encoding import b64url
from transire.engines.cometbft.app import STEPS, Application, CommittedBlock
from transire.engines.cometbft.files import genesis_document
from transire.engines.cometbft.messages import message
from transire.engines.cometbft.rpc import connect_unix
from transire.engines.cometbft.server import MAX_MESSAGE, AbciServer, split_frames
from transire.engines.cometbft.snapshots import Snapshots
from transire.ledger.errors import Inadmissible
from transire.ledger.machine import RULES, Machine
from transire.ledger.protobuf import delimited, varint
from transire.ledger.store import MemoryStore

ACCEPT, REJECT = 1, 2


class Asked:
    """An application over a socket, and what it told besides."""

    def __init__(self, folder: Path) -> None:
        # Read here and not with the module: by the time a test runs, minutes have gone by since that was read.
        self.now = int(time.time())
        self.time = {"seconds": self.now}
        self.world = World()
        self.world.time = self.now
        self.store = MemoryStore()
        self.refused: list[Inadmissible | None] = []
        self.committed: list[CommittedBlock] = []
        self.faults: list[Exception] = []
        self.steps: list[str] = []
        self.activity = 0
        machine = Machine.create(self.store, self.world.genesis)
        self.app = Application(
            machine,
            self.store,
            Snapshots(folder / "snapshots", self.store, machine.genesis, every=0),
            on_commit=self.committed.append,
            on_refusal=lambda raw, refusal: self.refused.append(refusal),
            at_step=self.steps.append,
        )
        self.folder = folder
        self.server = AbciServer(
            folder, "app.sock", self.app, on_activity=self._count_activity, on_fault=self.faults.append
        )
        self.connection = connect_unix(folder, "app.sock")
        self.connection.settimeout(10)
        self._buffer = b""

    def _count_activity(self) -> None:
        self.activity += 1

    def send(self, *requests: Any) -> None:
        self.connection.sendall(b"".join(delimited(request.SerializeToString()) for request in requests))

    def receive(self, count: int) -> list[Any]:
        frames: list[bytes] = []
        while len(frames) < count:
            found, used = split_frames(self._buffer)
            frames += found
            self._buffer = self._buffer[used:]
            if len(frames) < count:
                self._buffer += self.connection.recv(1 << 16) or pytest.fail("the connection was closed")
        return [message("Response").FromString(frame) for frame in frames]

    def ask(self, call: str, **fields: Any) -> Any:
        self.send(message("Request")(**{call: fields}))
        (response,) = self.receive(1)
        assert response.WhichOneof("value") in (call, "exception")
        return getattr(response, response.WhichOneof("value"))

    def init(self, **changes: Any) -> Any:
        document = genesis_document(self.world.genesis)
        block = document["consensus_params"]["block"]
        fields: dict[str, Any] = {
            "time": {"seconds": self.world.genesis.start.seconds},
            "chain_id": document["chain_id"],
            "consensus_params": {
                "block": {"max_bytes": int(block["max_bytes"]), "max_gas": int(block["max_gas"])},
            },
            "validators": [
                {"pub_key": {"ed25519": one.public_key}, "power": one.power} for one in self.world.genesis.validator_set
            ],
            "app_state_bytes": bytes(document["app_state"]),
            "initial_height": 1,
        }
        return self.ask("init_chain", **(fields | changes))

    def block(self, *actions: bytes, height: int | None = None, **more: Any) -> Any:
        height = self.app.machine.height + 1 if height is None else height
        answer = self.ask("finalize_block", txs=actions, height=height, time=self.time, **more)
        self.ask("commit")
        return answer

    def close(self) -> None:
        self.connection.close()
        self.server.close()


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    made = Asked(tmp_path)
    yield made
    made.close()


def test_it_begins_with_its_own_network(asked: Asked) -> None:
    info = asked.ask("info", version="0.38.26")
    assert (info.last_block_height, info.last_block_app_hash, info.app_version) == (0, b"", 0)
    assert asked.init().app_hash == asked.app.machine.root


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": "another"},
        {"initial_height": 2},
        {"app_state_bytes": b"{}"},
        {"time": {"seconds": 1}},
        {"validators": []},
        {"consensus_params": {"block": {"max_bytes": 1 << 20, "max_gas": -1}}},
    ],
)
def test_it_refuses_to_begin_with_another_network(asked: Asked, change: dict[str, Any]) -> None:
    assert "another network" in asked.init(**change).error
    assert [type(fault).__name__ for fault in asked.faults] == ["NetworkFileDiffers"]


def test_white_space_in_the_genesis_file_is_no_other_network(asked: Asked) -> None:
    """CometBFT may write the application state in its own layout."""
    import json

    loose = json.dumps(json.loads(asked.world.genesis.raw), indent=2).encode()
    assert asked.init(app_state_bytes=loose).app_hash == asked.app.machine.root


def test_checks_are_answered_in_the_order_in_which_they_came(asked: Asked) -> None:
    asked.block()
    chance = random.Random(7)
    good = [asked.world.witness() for _ in range(100)]
    raws = [raw if chance.random() < 0.7 else raw[:-3] + b'"}' for raw in good]
    asked.send(*(message("Request")(check_tx={"tx": raw}) for raw in raws), message("Request")(flush={}))
    *answers, flushed = asked.receive(len(raws) + 1)
    assert flushed.WhichOneof("value") == "flush"
    assert [answer.check_tx.code == 0 for answer in answers] == [raw in good for raw in raws]
    assert {answer.check_tx.data for answer in answers if answer.check_tx.code} == {b"ledger.action-malformed"}
    assert len(asked.refused) == sum(raw not in good for raw in raws)


def test_a_message_may_come_in_pieces(asked: Asked) -> None:
    raw = delimited(message("Request")(echo={"message": "x" * 300}).SerializeToString())
    for byte in raw:
        asked.connection.sendall(bytes([byte]))
    (answer,) = asked.receive(1)
    assert answer.echo.message == "x" * 300


def test_a_proposal_leaves_out_what_others_would_refuse(asked: Asked) -> None:
    world = asked.world
    asked.block(seen := world.witness())
    good, expired = world.witness(), world.sign("witness/1", {"pool": digest("e")}, by=PRODUCER, expires=asked.now - 1)
    forged = world.sign("witness/1", {"pool": digest("f")}, by=PRODUCER, signer=signing_key("thief"))
    early = world.sign("witness/1", {"pool": digest("g")}, by=PRODUCER, expires=asked.now + 2000)
    offered = [good, expired, seen, forged, good, early, b"{}", b""]
    told = asked.ask("prepare_proposal", txs=offered, height=2, time=asked.time, max_tx_bytes=1 << 20)
    assert list(told.txs) == [good]


def test_a_parcel_waits_while_one_of_it_may_still_come_into_a_block(asked: Asked) -> None:
    raws = [asked.world.witness() for _ in range(3)]
    assert asked.ask("check_tx", tx=b"\n".join(raws)).code == 0
    asked.block(raws[0], raws[2])
    assert asked.ask("check_tx", tx=b"\n".join(raws), type=1).code == 0
    assert asked.refused == []
    asked.block(raws[1])
    assert asked.ask("check_tx", tx=b"\n".join(raws), type=1).data == b"ledger.action-seen"


def test_of_a_parcel_that_one_block_decided_nobody_is_told_again(asked: Asked) -> None:
    raws = [asked.world.witness() for _ in range(3)]
    assert asked.ask("check_tx", tx=b"\n".join(raws)).code == 0
    asked.block(*raws)
    assert asked.ask("check_tx", tx=b"\n".join(raws), type=1).data == b"ledger.action-seen"
    assert asked.refused == []


def test_a_parcel_in_the_mempool_goes_when_nobody_may_sign_what_is_left_of_it(asked: Asked) -> None:
    raws = [asked.world.witness(BROKER) for _ in range(2)]
    assert asked.ask("check_tx", tx=b"\n".join(raws)).code == 0
    asked.block(raws[0], asked.world.sign("member.suspend/1", {"did": BROKER}, by=CUSTOMS))
    assert asked.ask("check_tx", tx=b"\n".join(raws), type=1).data == b"ledger.signer-unknown"
    assert [refusal and refusal.code for refusal in asked.refused] == ["ledger.action-seen", "ledger.signer-unknown"]


def test_one_that_would_be_refused_at_any_time_condemns_its_parcel(asked: Asked) -> None:
    good = asked.world.witness()
    assert asked.ask("check_tx", tx=good + b"\nnonsense").data == b"ledger.action-malformed"
    assert [refusal and refusal.code for refusal in asked.refused] == [None, "ledger.action-malformed"]
    assert asked.ask("check_tx", tx=good).code == 0


@pytest.mark.parametrize("raw", [b"\n" * 60_000, b"", b"\n", b"{}\n"])
def test_no_parcel_is_taken_of_what_is_no_action(asked: Asked, raw: bytes) -> None:
    assert asked.ask("check_tx", tx=raw).data == b"ledger.action-malformed"
    assert len(asked.refused) <= 256, "nobody makes us judge thousands of pieces"


def test_a_proposal_takes_parcels_apart_and_stays_within_its_bytes(asked: Asked) -> None:
    raws = [asked.world.witness() for _ in range(6)]
    parcels = [b"\n".join(raws[:3]), b"\n".join([raws[0], *raws[3:]])]
    answer = asked.ask("prepare_proposal", txs=parcels, max_tx_bytes=1 << 20, time=asked.time)
    assert list(answer.txs) == raws, "each by itself, and once"
    room = sum(len(raw) + 8 for raw in raws[:4])
    answer = asked.ask("prepare_proposal", txs=parcels, max_tx_bytes=room, time=asked.time)
    assert list(answer.txs) == raws[:4]
    parcel = {"txs": [parcels[0]], "height": 1, "time": asked.time}
    assert asked.ask("process_proposal", **parcel).status == 2, "no parcel stands in a block"


def test_a_proposal_is_no_longer_than_others_can_judge_in_time(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transire.engines.cometbft.app.MOST_PROPOSED", 3)
    raws = [asked.world.witness() for _ in range(5)]
    told = asked.ask("prepare_proposal", txs=raws, height=1, time=asked.time, max_tx_bytes=1 << 20)
    assert list(told.txs) == raws[:3]
    assert asked.ask("process_proposal", txs=raws, height=1, time=asked.time).status == ACCEPT


@pytest.mark.parametrize("what", ["forged", "twice", "seen", "expired", "too large", "no action"])
def test_a_proposal_with_one_such_action_is_refused(asked: Asked, what: str) -> None:
    world = asked.world
    asked.block(seen := world.witness())
    good = world.witness()
    bad = {
        "forged": world.sign("witness/1", {"pool": digest("f")}, by=PRODUCER, signer=signing_key("thief")),
        "twice": good,
        "seen": seen,
        "expired": world.sign("witness/1", {"pool": digest("e")}, by=PRODUCER, expires=asked.now - 1),
        "too large": b'{"' + b"a" * 70_000 + b'":1}',
        "no action": b"\xff",
    }[what]
    assert asked.ask("process_proposal", txs=[good], height=2, time=asked.time).status == ACCEPT
    assert asked.ask("process_proposal", txs=[good, bad], height=2, time=asked.time).status == REJECT


def test_what_a_peer_proposes_or_passes_on_is_refused_with_the_reason_and_logged_once(
    asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    forged = asked.world.sign("witness/1", {"pool": digest("f")}, by=PRODUCER, signer=signing_key("thief"))
    proposal = {"txs": [forged], "height": 1, "time": asked.time, "proposer_address": b"\x0a" * 20}
    with caplog.at_level(logging.WARNING, logger="transire.engine.abci"):
        for _ in range(3):
            assert asked.ask("process_proposal", **proposal).status == REJECT
            assert asked.ask("check_tx", tx=forged).data == b"ledger.signature-wrong"
        asked.ask("check_tx", tx=asked.world.witness())
    proposed, passed_on = caplog.messages
    assert proposed.startswith(f"validator {'0a' * 20} proposed a block that may not be: The signature")
    assert passed_on.startswith("what came for the mempool can enter no block: The signature")


def test_nobody_votes_for_a_block_whose_rules_it_does_not_know(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.init()
    monkeypatch.delitem(RULES, 1)
    monkeypatch.setitem(RULES, 0, {})
    assert asked.ask("process_proposal", txs=[], height=1, time=asked.time).status == REJECT
    assert not asked.faults
    # Where the others decided it all the same there is no going on.
    assert "does not know" in asked.ask("finalize_block", txs=[], height=1, time=asked.time).error
    assert [type(fault).__name__ for fault in asked.faults] == ["RulesUnknown"]


def test_nothing_is_kept_before_the_commit(asked: Asked) -> None:
    raw = asked.world.witness()
    before = dict(asked.store.range("heights"))
    first = asked.ask("finalize_block", txs=[raw], height=1, time=asked.time)
    again = asked.ask("finalize_block", txs=[raw], height=1, time=asked.time)  # as after CometBFT was killed
    assert first == again
    assert dict(asked.store.range("heights")) == before
    assert asked.ask("info").last_block_height == 0
    asked.ask("commit")
    info = asked.ask("info")
    assert (info.last_block_height, info.last_block_app_hash) == (1, first.app_hash)
    assert asked.steps == [STEPS[0], STEPS[0], STEPS[1], STEPS[2]]
    assert [block.height for block in asked.committed] == [1]


def test_results_say_what_the_next_header_covers(asked: Asked) -> None:
    refused = asked.world.sign("member.suspend/1", {"did": PRODUCER}, by=PRODUCER)
    answer = asked.block(asked.world.witness(), refused)
    assert [(one.code, one.data) for one in answer.tx_results] == [(0, b""), (1, b"ledger.registrar-only")]


def test_misbehaviour_comes_into_the_state(asked: Asked) -> None:
    seen = {"type": 1, "validator": {"address": b"a" * 20, "power": 10}, "height": 7, "total_voting_power": 40}
    asked.block(misbehavior=[seen])
    row = asked.store.get("state", f"misbehaviour/{b64url(b'a' * 20)}/7".encode())
    assert row == b'{"kind":"duplicate-vote","reported":1,"total_power":40}'


def test_a_block_out_of_order_is_a_fault_that_stops_cometbft(asked: Asked) -> None:
    answer = asked.ask("finalize_block", txs=[], height=5, time=asked.time)
    assert "does not follow the last one" in answer.error
    assert len(asked.faults) == 1
    assert asked.connection.recv(1) == b""


def test_calls_of_vote_extensions_are_refused(asked: Asked) -> None:
    asked.connection.sendall(delimited(b"\x92\x01\x00"))  # Request.extend_vote, field 18
    (answer,) = asked.receive(1)
    assert answer.WhichOneof("value") == "exception"


@pytest.mark.parametrize("raw", [b"\x05\xff\xff\xff\xff\xff", b"\xff" * 12, varint(MAX_MESSAGE + 1)])
def test_nonsense_on_the_socket_ends_that_connection_only(asked: Asked, raw: bytes) -> None:
    other = connect_unix(asked.folder, "app.sock")
    other.settimeout(10)
    other.sendall(raw)
    while other.recv(1 << 16):
        pass
    other.close()
    assert asked.ask("echo", message="still here").message == "still here"


def test_cometbft_never_waits_until_we_read(asked: Asked) -> None:
    """While its writer waits, a timer of its socket client spins and takes the time that we need."""
    asked.init()
    raw = asked.world.witness()
    checks = [message("Request")(check_tx={"tx": raw})] * 4_000
    with asked.app._deciding:  # whatever we are busy with
        asked.send(message("Request")(info={}), *checks, message("Request")(flush={}))  # much more than a socket holds
    answers = asked.receive(len(checks) + 2)
    kinds = [answer.WhichOneof("value") for answer in answers]
    assert kinds == ["info", *["check_tx"] * len(checks), "flush"]
    assert {(answer.check_tx.code, answer.check_tx.info) for answer in answers[1:-1]} == {(0, "")}


def test_dropping_waits_for_what_is_being_done_and_takes_new_connections(asked: Asked) -> None:
    asked.send(message("Request")(finalize_block={"txs": [asked.world.witness()], "height": 1, "time": asked.time}))
    asked.receive(1)
    asked.send(message("Request")(commit={}))
    assert asked.server.drop(10)
    height = asked.app.machine.height
    time.sleep(0.05)
    assert asked.app.machine.height == height  # whatever was read was carried out before `drop` returned
    asked.connection.close()
    asked.connection = connect_unix(asked.folder, "app.sock")
    asked.connection.settimeout(10)
    asked._buffer = b""
    assert asked.ask("info").last_block_height == height


def test_a_folder_with_a_long_path_has_sockets_all_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 20) / ("path" * 20)
    deep.mkdir(parents=True)
    made = Asked(deep)
    assert made.ask("echo", message="far").message == "far"
    made.close()


def test_an_action_that_is_early_for_the_last_block_may_be_in_time_for_the_next(asked: Asked) -> None:
    """The genesis is long past, as the last block of an idle network is some seconds past."""
    now = asked.now
    raw = asked.world.witness(BROKER)
    assert asked.app.machine.time.seconds < now - 3600
    assert asked.ask("check_tx", tx=raw).code == 0
    late = asked.world.sign("witness/1", {"pool": digest("x")}, by=CUSTOMS, expires=now + 3600)
    assert asked.ask("check_tx", tx=late).data == b"ledger.action-too-early"


def test_two_networks_have_two_documents() -> None:
    one, other = (genesis_document(genesis(validators=count)) for count in (1, 2))
    assert one["chain_id"] != other["chain_id"]
    assert len(one["chain_id"]) <= 50


def test_a_stale_socket_is_replaced(tmp_path: Path) -> None:
    stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stale.bind(str(tmp_path / "app.sock"))
    stale.close()
    made = Asked(tmp_path)
    assert made.ask("echo", message="new").message == "new"
    made.close()


def test_what_lay_too_long_is_answered_busy_unless_it_costs_little(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before each commit CometBFT waits for the answers: verifying all that a flood brings would keep the blocks."""
    asked.block()
    known, unknown = asked.world.witness(), asked.world.witness()
    assert asked.ask("check_tx", tx=known).code == 0
    assert not asked.server.busy
    monkeypatch.setattr("transire.engines.cometbft.server.PATIENCE_S", -1.0)
    assert asked.ask("check_tx", tx=known).code == 0
    assert asked.ask("check_tx", tx=unknown, type=1).code == 0, (
        "a recheck that is not accepted drops the action for good"
    )
    flood = [asked.world.witness() for _ in range(200)]
    asked.send(*(message("Request")(check_tx={"tx": raw}) for raw in [*flood, known]))
    *answers, last = [answer.check_tx for answer in asked.receive(201)]
    assert {(answer.code, answer.data) for answer in answers} == {(2, b"engine.busy")}
    assert last.code == 0
    assert not asked.refused, "nothing was said about these actions: who submitted them goes on waiting"


def test_whoever_has_more_hears_that_it_is_busy(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    asked.block()
    monkeypatch.setattr("transire.engines.cometbft.server.BUSY_S", 60.0)
    monkeypatch.setattr("transire.engines.cometbft.server.PATIENCE_S", -1.0)
    assert asked.ask("check_tx", tx=asked.world.witness()).code == 2
    assert asked.server.busy


def test_calls_that_move_the_chain_go_first(asked: Asked) -> None:
    at_work, go_on = Event(), Event()

    def hold(step: str) -> None:
        at_work.set()
        assert go_on.wait(10)

    asked.app._at_step = hold
    raw = asked.world.witness()
    asked.send(message("Request")(finalize_block={"txs": [raw], "height": 1, "time": asked.time}))
    assert at_work.wait(10)
    other = connect_unix(asked.folder, "app.sock")
    other.sendall(delimited(message("Request")(check_tx={"tx": asked.world.witness()}).SerializeToString()))
    other.settimeout(0.2)
    with pytest.raises(TimeoutError):
        other.recv(1)
    go_on.set()
    other.settimeout(10)
    assert other.recv(1)
    assert asked.receive(1)[0].WhichOneof("value") == "finalize_block"
    other.close()
