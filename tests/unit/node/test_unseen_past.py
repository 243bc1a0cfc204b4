"""A node that began with an image of the state: what ended in blocks that it never had stands in its records all the
same, with bounds in the place of what no root binds."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from transire.engines.earlier import REPLICA_FOLDER
from transire.engines.replica import LmdbStore
from transire.ledger.store import HEIGHTS, META, Writes
from transire.ledger.tables import Base, read_height, read_tip
from transire.node.anchor import read_time
from transire.node.node import Node
from transire.node.rebuilding import rebuild_records, records_digest
from transire.records import tables
from two_nodes import until

BEFORE, AFTER, SUCCESSOR = "B" * 42 + "A", "C" * 42 + "A", "D" * 42 + "A"


def end(node: Node, version: str) -> None:
    producer = node.tenant("producer")
    with producer.transaction() as tx:
        assert producer.end(tx, version, SUCCESSOR)
    node.settle()


def forget_past(folder: Path) -> int:
    """Leave of the replica what an image leaves of it: the state, and no block before the last one with an action.

    The very last is empty: it is the one that proves it."""
    store = LmdbStore(folder / "ledger" / REPLICA_FOLDER)
    with store.reading() as reader:
        tip = read_tip(reader)
        begun = read_height(reader, tip.height - 1)
        assert begun is not None
        assert begun.roots.log_root == tip.log_root
        heights = [key for key, _ in reader.range(HEIGHTS) if int.from_bytes(key, "big") < tip.height - 1]
    writes = Writes()
    for key in heights:
        writes.delete(HEIGHTS, key)
    writes.put(META, Base.KEY, Base(height=tip.height - 1, log=tip.log).to_bytes())
    store.commit(writes)
    store.close()
    return tip.height - 1


def endings(node: Node) -> dict[str, sa.Row[tuple[object, ...]]]:
    with node.tenant("importer").database.reading() as view:
        return {row.commitment: row for row in view.execute(sa.select(tables.endings))}


def test_what_ended_before_the_image_is_in_the_records(folder: Path) -> None:
    with Node.open(folder) as node:
        end(node, BEFORE)
        exact = endings(node)[BEFORE]
        with node.tenant("importer").database.transaction() as tx:  # as of a member that was never here before
            tx.execute(tables.endings.delete())
            tx.execute(tables.progress.delete())
    begun = forget_past(folder)
    with Node.open(folder) as node:
        importer = node.tenant("importer")
        end(node, AFTER)
        until(lambda: AFTER in endings(node))
        found = endings(node)
        assert set(found) == {BEFORE, AFTER}
        assert (found[BEFORE].successor, found[BEFORE].height) == (SUCCESSOR, exact.height)
        unseen = node.engine.unseen_past()
        assert unseen is not None
        assert found[BEFORE].accepted_at == read_time(unseen.time) >= exact.accepted_at
        assert exact.log_index <= found[BEFORE].log_index < found[AFTER].log_index
        assert importer.ended_unseen(exact.height)
        assert not importer.ended_unseen(found[AFTER].height)
        assert (unseen.height, found[AFTER].height > begun) == (begun, True)
        before = records_digest(importer)
        assert rebuild_records(importer) == before


def test_a_node_that_has_every_block_says_so(node: Node) -> None:
    end(node, BEFORE)
    assert node.engine.unseen_past() is None
    assert not node.tenant("importer").ended_unseen(1)
    assert [one.version for one in node.engine.ended_versions(node.engine.height)] == [BEFORE]
    assert list(node.engine.ended_versions(1)) == []
