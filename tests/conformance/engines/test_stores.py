"""The storage protocol of the ledger: what the machine relies on, of whichever store."""

from __future__ import annotations

import threading

from ledger_world import CUSTOMS, PRODUCER, World, digest
from transire.crypto.digests import sha256
from transire.ledger.machine import Machine
from transire.ledger.store import LOG, MAP, STATE, Store, Writes
from transire.ledger.tables import prove_state
from transire.merkle.sparse import verify_presence


def written(**rows: bytes | None) -> Writes:
    writes = Writes()
    for key, value in rows.items():
        writes.tables.setdefault(STATE, {})[key.encode()] = value
    return writes


def test_a_row_is_there_after_the_commit_and_gone_after_its_deletion(store: Store) -> None:
    store.commit(written(a=b"1", b=b"2"))
    store.commit(written(a=None, c=b"3"))
    assert (store.get(STATE, b"a"), store.get(STATE, b"b"), store.get(STATE, b"c")) == (None, b"2", b"3")


def test_deleting_what_is_not_there_is_no_fault(store: Store) -> None:
    store.commit(written(a=None))
    assert list(store.range(STATE)) == []


def test_tables_do_not_mix(store: Store) -> None:
    writes = written(a=b"1")
    writes.put(MAP, b"a", b"2")
    store.commit(writes)
    assert (store.get(STATE, b"a"), store.get(MAP, b"a"), store.get(LOG, b"a")) == (b"1", b"2", None)


def test_ranges_are_in_order_and_half_open(store: Store) -> None:
    store.commit(written(a=b"", ab=b"", b=b"", c=b"", d=b""))
    assert [key for key, _ in store.range(STATE)] == [b"a", b"ab", b"b", b"c", b"d"]
    assert [key for key, _ in store.range(STATE, b"aa", b"c")] == [b"ab", b"b"]
    assert [key for key, _ in store.range(STATE, b"c")] == [b"c", b"d"]


def test_ranges_run_backwards_from_their_end(store: Store) -> None:
    store.commit(written(a=b"", ab=b"", b=b"", c=b""))
    assert [key for key, _ in store.range(STATE, reverse=True)] == [b"c", b"b", b"ab", b"a"]
    assert [key for key, _ in store.range(STATE, b"ab", b"c", reverse=True)] == [b"b", b"ab"]
    assert [key for key, _ in store.range(STATE, b"", b"a", reverse=True)] == []
    assert [key for key, _ in store.range(STATE, b"ab", b"x", reverse=True)] == [b"c", b"b", b"ab"]


def test_ranges_of_an_empty_table_are_empty(store: Store) -> None:
    assert list(store.range(STATE)) == list(store.range(STATE, reverse=True)) == []


def test_a_view_does_not_see_what_is_committed_after_it_was_opened(store: Store) -> None:
    store.commit(written(a=b"1"))
    with store.reading() as view:
        thread = threading.Thread(target=store.commit, args=(written(a=b"2", b=b"3"),))
        thread.start()
        thread.join()
        assert (view.get(STATE, b"a"), view.get(STATE, b"b")) == (b"1", None)
        assert [key for key, _ in view.range(STATE)] == [b"a"]
    assert store.get(STATE, b"a") == b"2"


def test_the_last_write_to_a_key_counts(store: Store) -> None:
    writes = written(a=b"1")
    writes.delete(STATE, b"a")
    writes.update(STATE, {b"b": b"1"})
    writes.update(STATE, {b"b": b"2"})
    store.commit(writes)
    assert list(store.range(STATE)) == [(b"b", b"2")]


def test_more_than_the_map_holds_fits_after_it_has_grown(store: Store) -> None:
    for start in range(0, 4000, 1000):
        writes = Writes()
        writes.update(STATE, [(f"{n:05}".encode(), bytes(500)) for n in range(start, start + 1000)])
        store.commit(writes)
    assert sum(1 for _ in store.range(STATE)) == 4000


def test_the_machine_comes_to_the_same_state_in_every_store(store: Store) -> None:
    stored, reference = World(store=store), World()
    for world in (stored, reference):
        for n in range(5):
            end = world.sign("document.end/1", {"version": digest(f"v{n}")}, by=PRODUCER)
            world.done(world.witness(), world.witness(CUSTOMS), end)
    assert stored.machine.root == reference.machine.root


def test_a_machine_opened_again_goes_on_where_it_was(store: Store) -> None:
    world = World(store=store)
    world.done(world.witness())
    again = Machine.open(store)
    assert (again.height, again.root, again.time) == (1, world.machine.root, world.machine.time)
    world.machine = again
    world.done(world.witness())
    proof = prove_state(store, f"member/{PRODUCER}", again.height)
    assert proof.value_bytes is not None
    verify_presence(again.roots.map_root, sha256(proof.key.encode()), sha256(proof.value_bytes), proof.proof)
