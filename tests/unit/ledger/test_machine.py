"""The machine: roots, log, map, atomicity, and the past."""

from __future__ import annotations

import pytest

from ledger_world import CUSTOMS, PRODUCER, World, action_id, digest, genesis
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.ledger.block import DecidedBlock, Misbehaviour, Roots, events_digest, log_leaf_data
from transire.ledger.chain import Time
from transire.ledger.errors import GenesisInvalid, StateDamaged
from transire.ledger.machine import KEPT_VERSIONS, Machine, WrongHeight
from transire.ledger.state import Committed, Ended, MisbehaviourRow
from transire.ledger.store import META, SEEN, STATE, MemoryStore, Writes, height_key
from transire.ledger.tables import Tip, find_action, log_path, prove_state, read_height, read_tip, value_at
from transire.merkle.errors import ProofUnavailable, VersionPruned
from transire.merkle.sparse import verify_absence, verify_presence
from transire.merkle.tree import EMPTY_ROOT, leaf_hash, root_of, verify_inclusion


@pytest.fixture
def world() -> World:
    return World()


def test_the_app_hash_binds_log_size_log_root_and_map_root() -> None:
    roots = Roots(3, b"l" * 32, b"m" * 32)
    assert roots.app_hash == sha256(b"transire/app/v1\n" + (3).to_bytes(8, "big") + b"l" * 32 + b"m" * 32)


def test_a_new_network_has_an_empty_log_and_the_genesis_in_its_map(world: World) -> None:
    assert (world.machine.height, world.machine.roots.log_size, world.machine.roots.log_root) == (0, 0, EMPTY_ROOT)
    assert world.machine.view.get(f"member/{CUSTOMS}") is not None


def test_a_store_that_holds_a_ledger_is_not_begun_anew(world: World) -> None:
    with pytest.raises(GenesisInvalid, match="holds a ledger"):
        Machine.create(world.store, genesis())


def test_an_empty_store_is_not_opened() -> None:
    with pytest.raises(StateDamaged, match="without a tip"):
        Machine.open(MemoryStore())


def test_an_empty_block_changes_no_root(world: World) -> None:
    world.done(world.witness())
    root = world.machine.root
    for _ in range(3):
        world.block(seconds=400)
    assert (world.machine.root, world.machine.height) == (root, 4)


def test_only_accepted_actions_enter_the_log(world: World) -> None:
    refused = world.sign("member.suspend/1", {"did": PRODUCER}, by=PRODUCER)
    results = world.block(world.witness(), refused, world.witness())
    assert [result.log_index for result in results] == [0, None, 1]
    assert world.machine.roots.log_size == 2


def test_a_leaf_names_the_action_its_place_and_its_events(world: World) -> None:
    raw = world.witness()
    (result,) = world.done(raw)
    leaf = log_leaf_data(action_id(raw), height=1, index=0, events=result.events)
    expected = f'{{"action":"{b64url(sha256(raw))}","events":"{events_digest(result.events)}","height":1,"index":0}}'
    assert leaf == expected.encode()
    assert world.machine.roots.log_root == root_of([leaf_hash(leaf)])


def test_every_log_entry_is_proved_at_every_later_size(world: World) -> None:
    leaves: list[bytes] = []
    for _ in range(4):
        raws = [world.witness() for _ in range(3)]
        for index, result in enumerate(world.done(*raws)):
            leaf = log_leaf_data(result.action_id, height=world.machine.height, index=index, events=result.events)
            leaves.append(leaf_hash(leaf))
    for size in range(1, 13):
        for index in range(size):
            path = log_path(world.store, index, size)
            verify_inclusion(leaves[index], index=index, size=size, path=path, root=root_of(leaves[:size]))


def test_any_key_is_proved_present_or_absent_at_the_last_heights(world: World) -> None:
    key = f"ended/{PRODUCER}/{digest('v')}"
    world.done(world.witness())
    world.done(world.sign("document.end/1", {"version": digest("v")}, by=PRODUCER))
    world.done(world.witness())
    for height, present in ((1, False), (2, True), (3, True)):
        record = read_height(world.store, height)
        assert record is not None
        proof = prove_state(world.store, key, height)
        key_hash = sha256(key.encode())
        if present:
            assert proof.value == {"height": 2, "successor": None}
            assert proof.value_bytes is not None
            verify_presence(record.roots.map_root, key_hash, sha256(proof.value_bytes), proof.proof)
        else:
            assert proof.value is None
            verify_absence(record.roots.map_root, key_hash, proof.proof)


def test_a_value_of_the_past_is_found_while_it_is_kept(world: World) -> None:
    key = f"member/{PRODUCER}"
    before = world.store.get(STATE, key.encode())
    world.done(world.sign("member.update/1", {"did": PRODUCER, "name": "New"}, by=CUSTOMS))
    assert value_at(world.store, key, 0) == before
    assert value_at(world.store, key, 1) == world.store.get(STATE, key.encode()) != before


def test_old_versions_are_pruned(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transire.ledger.machine.KEPT_VERSIONS", 5)
    for _ in range(12):
        world.done(world.witness())
    prove_state(world.store, f"member/{PRODUCER}", 7)
    with pytest.raises(VersionPruned):
        prove_state(world.store, f"member/{PRODUCER}", 6)
    assert [key for key, _ in world.store.range("undo")] == [height_key(height) for height in range(7, 13)]
    assert KEPT_VERSIONS > 10


def test_nothing_is_kept_until_the_commit(world: World) -> None:
    root, raw = world.machine.root, world.witness()
    block = DecidedBlock(height=1, time=Time(world.time, 0), actions=(raw,))
    first = world.machine.apply(block)
    assert (world.machine.root, world.machine.height) == (root, 0)
    assert Machine.open(world.store).root == root
    again = world.machine.apply(block)
    assert first == again
    applied = world.machine.applied_root
    world.machine.commit()
    assert world.machine.root == applied != root


def test_blocks_come_in_their_order(world: World) -> None:
    with pytest.raises(WrongHeight, match="Expected 1, got 2"):
        world.machine.apply(DecidedBlock(height=2, time=Time(world.time, 0)))
    with pytest.raises(WrongHeight, match="no applied block"):
        world.machine.commit()


def test_an_action_is_found_by_its_id(world: World) -> None:
    first, second = world.witness(), world.witness()
    world.done(first, second)
    assert find_action(world.store, sha256(second)) == (1, 1)
    assert find_action(world.store, sha256(b"")) is None


def test_the_replay_memory_is_under_the_root(world: World) -> None:
    """Two blocks that differ only in a refused action leave different roots: no snapshot can leave the id out."""
    other = World()
    for one in (world, other):
        one.done(one.witness())
    assert world.machine.root == other.machine.root
    world.block(world.sign("member.suspend/1", {"did": PRODUCER}, by=PRODUCER))
    other.block(world.sign("member.suspend/1", {"did": CUSTOMS}, by=PRODUCER))
    assert world.machine.roots.log_root == other.machine.roots.log_root
    assert world.machine.root != other.machine.root


def test_misbehaviour_is_recorded(world: World) -> None:
    seen = Misbehaviour("duplicate-vote", b"\x01" * 20, 7, Time(world.time, 0), 10)
    root = world.machine.root
    world.machine.apply(DecidedBlock(height=1, time=Time(world.time, 0), misbehaviour=(seen,)))
    world.machine.commit()
    assert world.machine.root != root
    row = world.machine.view.find(f"misbehaviour/{b64url(bytes([1]) * 20)}/7", MisbehaviourRow)
    assert row == MisbehaviourRow(kind="duplicate-vote", reported=1, total_power=10)


def damaged(world: World, table: str, key: bytes, value: bytes | None) -> None:
    writes = Writes()
    writes.tables[table] = {key: value}
    world.store.commit(writes)


def test_a_replay_memory_that_was_changed_by_hand_is_found_on_start(world: World) -> None:
    world.done(world.witness())
    ((key, ids),) = world.store.range(SEEN)
    damaged(world, SEEN, key, bytes(len(ids)))
    with pytest.raises(StateDamaged, match="At seen/"):
        Machine.open(world.store)
    damaged(world, SEEN, key, None)
    with pytest.raises(StateDamaged, match="At seen/"):
        Machine.open(world.store)


def test_a_tip_that_was_changed_by_hand_is_found_on_start(world: World) -> None:
    world.done(world.witness())
    tip = read_tip(world.store)
    raw = bytearray(tip.to_bytes())
    place = raw.index(tip.log_root)
    raw[place] ^= 1
    damaged(world, META, Tip.KEY, bytes(raw))
    with pytest.raises(StateDamaged):
        Machine.open(world.store)


@pytest.mark.parametrize("value", [b"{", b"{}", b'{"height":"x"}'])
def test_a_row_that_is_not_of_its_type_is_named(world: World, value: bytes) -> None:
    key = f"ended/{PRODUCER}/{digest('v')}"
    damaged(world, STATE, key.encode(), value)
    with pytest.raises(StateDamaged, match=f"At {key}"):
        world.machine.view.get(key)
    damaged(world, STATE, b"unheard/x", b"{}")
    with pytest.raises(StateDamaged, match="At unheard/x"):
        world.machine.view.get("unheard/x")


def test_a_result_in_the_header_tells_accepted_from_refused(world: World) -> None:
    good, bad = world.block(world.witness(), world.sign("member.suspend/1", {"did": PRODUCER}, by=PRODUCER))
    assert (good.tx_result.code, good.tx_result.data) == (0, b"")
    assert (bad.tx_result.code, bad.tx_result.data) == (1, b"ledger.registrar-only")


def test_the_content_of_the_ledger_says_nothing_of_kinds_recipients_or_decisions(world: World) -> None:
    """LEDGER.md 11: all that a witness leaves is who and when."""
    raw = world.witness()
    (result,) = world.done(raw)
    assert result.events == ({"by": PRODUCER, "event": "witnessed", "pool": result.events[0]["pool"]},)
    assert len(unb64url(result.events[0]["pool"])) == 32


def test_a_row_of_another_type_than_asked_for_is_damage(world: World) -> None:
    with pytest.raises(StateDamaged, match="Expected Ended, got MemberRecord"):
        world.machine.view.find(f"member/{PRODUCER}", Ended)


def test_what_is_remembered_of_the_state_is_bounded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Committed, "_REMEMBERED", 3)
    for n in range(6):
        world.done(world.sign("document.end/1", {"version": digest(f"v{n}")}, by=PRODUCER))
    assert len(world.machine.view._rows) <= 8
    assert world.machine.view.get(f"ended/{PRODUCER}/{digest('v0')}") is not None


def test_a_row_read_while_a_block_is_committed_is_not_remembered() -> None:
    """Read before the commit and remembered after it, the old row would rule for ever."""
    committed = Committed(lambda key: _commit_meanwhile())

    def _commit_meanwhile() -> bytes:
        committed.replace({"ended/x": None})
        return b'{"height":1,"successor":null}'

    assert committed.get("ended/x") == Ended(height=1)
    assert committed._rows == {}


def test_a_node_of_the_log_that_is_missing_is_damage(world: World) -> None:
    world.done(world.witness(), world.witness())
    damaged(world, "log", bytes(9), None)
    with pytest.raises(StateDamaged, match="At level 0, index 0"):
        log_path(world.store, 1, 2)


def test_a_row_that_the_map_does_not_know_is_not_proved(world: World) -> None:
    world.done(world.witness())
    damaged(world, STATE, f"ended/{PRODUCER}/{digest('v')}".encode(), b'{"height":1,"successor":null}')
    with pytest.raises(ProofUnavailable, match="a row that the map knows"):
        prove_state(world.store, f"ended/{PRODUCER}/{digest('v')}", 1)


def test_an_empty_store_has_no_tip() -> None:
    with pytest.raises(StateDamaged, match="no tip"):
        read_tip(MemoryStore())
