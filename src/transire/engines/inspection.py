"""What `transire doctor` asks of a ledger's files: are they what the signed headers say? If not, which row differs?

Shallow: tip, roots and the last headers. Deep: everything is computed again. The chain of headers can be trusted
(each names the one before, and is signed); then the log is grown again from the results, the map is compared with the
state row by row. Findings are returned, not raised: who looks for damage wants all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.engines.reading import Blocks
from transire.errors import TransireError
from transire.ledger import chain
from transire.ledger.block import log_leaf_data
from transire.ledger.chain import Header, Validator
from transire.ledger.commit import verify_commit
from transire.ledger.genesis import Genesis
from transire.ledger.replay import ReplayMemory
from transire.ledger.state import Committed, read_row
from transire.ledger.store import HEIGHTS, LOG, META, STATE, Reader, Store
from transire.ledger.tables import (
    Base,
    HeightRecord,
    MapRows,
    Tip,
    find_action,
    log_node_key,
    read_base,
    read_height,
    read_tip,
)
from transire.merkle.sparse import SparseMap
from transire.merkle.tree import CompactRange, leaf_hash

Validators = Callable[[int], Sequence[Validator]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """A row that is not what it must be. `table` and `row` name it as an operator would look for it."""

    table: str
    row: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.table}, {self.row}: expected {self.expected}, found {self.found}"


def verify_replica(store: Store, blocks: Blocks, *, validators: Validators, deep: bool = False) -> list[Damage]:
    """Everything that is wrong with a replica and its chain; empty when they are whole."""
    with store.reading() as reader:
        try:
            tip = read_tip(reader)
            genesis, base = Genesis.parse(reader.get(META, Tip.GENESIS_KEY) or b""), read_base(reader)
            first = (genesis.height if base is None else base.height) + 1
        except TransireError as error:
            return [Damage(table=META, row="tip", found=str(error), expected="the tip of a ledger")]
        checks = [_check_tip(reader, blocks, tip, first)]
        if deep:
            checks += [
                _check_state(reader, tip),
                _check_replay_memory(reader),
                _check_chain(reader, blocks, range(first, tip.height + 1), validators, is_cut=base is not None),
                _check_log(reader, tip, base),
            ]
        return [damage for check in checks for damage in _completed(check)]


def _completed(check: Iterator[Damage]) -> Iterator[Damage]:
    """The findings of a check; a row that cannot even be read ends that check, and is one more."""
    try:
        yield from check
    except TransireError as error:
        yield Damage(table="replica", row=error.where or "?", found=str(error), expected="a row that can be read")


def _check_tip(reader: Reader, blocks: Blocks, tip: Tip, first: int) -> Iterator[Damage]:
    record = read_height(reader, tip.height)
    if record is None or record.roots != tip.roots:
        yield Damage(table=HEIGHTS, row=str(tip.height), found="other roots or none", expected=tip.roots.app_hash.hex())
    map_root = SparseMap(MapRows(reader)).root_at(tip.height)
    if map_root != tip.map_root:
        yield Damage(table="map", row="root", found=map_root.hex(), expected=tip.map_root.hex())
    if tip.height >= first:
        yield from _check_app_hash(reader, blocks.header(tip.height), tip.height)


def _check_app_hash(reader: Reader, header: Header | None, height: int) -> Iterator[Damage]:
    """The header of a height carries the app_hash after the height before."""
    before = read_height(reader, height - 1)
    if header is None:
        yield Damage(table="headers", row=str(height), found="nothing", expected="a header")
    elif before is None:
        yield Damage(table=HEIGHTS, row=str(height - 1), found="nothing", expected="the results of a block")
    elif before.roots.app_hash != header.app_hash:
        found, expected = before.roots.app_hash.hex(), header.app_hash.hex()
        yield Damage(table=HEIGHTS, row=f"{height - 1}, app_hash", found=found, expected=expected)


def _check_state(reader: Reader, tip: Tip) -> Iterator[Damage]:
    state_map = SparseMap(MapRows(reader))
    rows = 0
    for key, value in reader.range(STATE):
        rows += 1
        known = state_map.get(sha256(key), tip.height)
        if known != sha256(value):
            expected = "no such row" if known is None else f"a value with SHA-256 {known.hex()}"
            yield Damage(table=STATE, row=_text(key), found=_text(value)[:200], expected=expected)
            continue
        try:
            read_row(_text(key), value)
        except TransireError as error:
            yield Damage(table=STATE, row=_text(key), found=str(error), expected="a row of its type")
    yield from _check_map(reader, state_map, tip, rows)


def _check_map(reader: Reader, state_map: SparseMap, tip: Tip, rows: int) -> Iterator[Damage]:
    """Walking the map computes every hash again; a row that is missing from the state shows by the count."""
    try:
        leaves = sum(1 for _ in state_map.items(tip.height))
    except TransireError as error:
        yield Damage(table="map", row="a page", found=str(error), expected="the hash that the page above names")
        return
    if leaves == rows:
        return
    present = {sha256(key) for key, _ in reader.range(STATE)}
    for key_hash, _ in state_map.items(tip.height):
        if key_hash not in present:
            yield Damage(table=STATE, row=f"key with SHA-256 {key_hash.hex()}", found="nothing", expected="a row")


def _check_replay_memory(reader: Reader) -> Iterator[Damage]:
    try:
        ReplayMemory.load(reader, Committed(lambda key: reader.get(STATE, key)))
    except TransireError as error:
        yield Damage(table="seen", row=error.where or "?", found=str(error), expected="its hash chain")


def _check_chain(
    reader: Reader, blocks: Blocks, heights: range, validators: Validators, *, is_cut: bool
) -> Iterator[Damage]:
    """`is_cut`: what came before the first of these heights is not kept, so nothing is compared with it."""
    before: Header | None = None
    for height in heights:
        header = blocks.header(height)
        yield from _check_app_hash(reader, header, height)
        if header is None:
            return
        for damage in _check_header(reader, blocks, header, before):
            if before is not None or not is_cut or damage.table == "bodies":
                yield damage
        yield from _check_commit(blocks, header, validators(height))
        yield from _check_actions(reader, blocks, height)
        before = header


def _check_header(reader: Reader, blocks: Blocks, header: Header, before: Header | None) -> Iterator[Damage]:
    height = header.height
    record, last = read_height(reader, height - 1), blocks.commit(height - 1)
    expected = {
        "data_hash": (header.data_hash, chain.txs_hash(blocks.actions(height)), "bodies"),
        "last_block_id": (header.last_block_id.hash, b"" if before is None else chain.header_hash(before), "headers"),
        "last_commit_hash": (header.last_commit_hash, chain.commit_hash(last or chain.NO_COMMIT), "commits"),
    }
    if record is not None:
        results = chain.results_hash(result.tx_result for result in record.results)
        expected["last_results_hash"] = (header.last_results_hash, results, HEIGHTS)
    for name, (told, computed, table) in expected.items():
        if told != computed:
            place = height if table == "bodies" else height - 1
            yield Damage(table=table, row=f"{place}, {name}", found=computed.hex(), expected=told.hex())


def _check_commit(blocks: Blocks, header: Header, validators: Sequence[Validator]) -> Iterator[Damage]:
    commit = blocks.commit(header.height)
    try:
        if commit is None:
            raise TransireError(got="nothing", expected="a commit")
        verify_commit(header, commit, validators)
    except TransireError as error:
        yield Damage(table="commits", row=str(header.height), found=str(error), expected="the validators' signatures")


def _check_actions(reader: Reader, blocks: Blocks, height: int) -> Iterator[Damage]:
    """Every action that a block consumed is found by its id, and the results name the actions of the body."""
    record = read_height(reader, height)
    results = () if record is None else record.results
    for index, raw in enumerate(blocks.actions(height)):
        digest = sha256(raw)
        named = results[index].action_id if index < len(results) else "nothing"
        if named != b64url(digest):
            yield Damage(table=HEIGHTS, row=f"{height}, result {index}", found=named, expected=b64url(digest))
        elif results[index].accepted and find_action(reader, digest) != (height, index):
            found = str(find_action(reader, digest))
            yield Damage(table="actions", row=b64url(digest), found=found, expected=f"{height}, {index}")


def _check_log(reader: Reader, tip: Tip, base: Base | None) -> Iterator[Damage]:
    """Grow the log again from the results, and compare every node and every height's root."""
    log = CompactRange() if base is None else CompactRange.from_bytes(base.log)
    for height in range(1 if base is None else base.height + 1, tip.height + 1):
        record = read_height(reader, height)
        if record is None:
            return
        for place, node, row in _grown(log, record, height):
            stored = reader.get(LOG, log_node_key(*place))
            if stored != node:
                found = "nothing" if stored is None else stored.hex()
                yield Damage(
                    table=LOG, row=f"level {place[0]}, index {place[1]} ({row})", found=found, expected=node.hex()
                )
        if (log.size, log.root()) != (record.roots.log_size, record.roots.log_root):
            expected = f"{record.roots.log_size} entries, root {record.roots.log_root.hex()}"
            found = f"{log.size} entries, root {log.root().hex()}"
            yield Damage(table=HEIGHTS, row=f"{height}, results or log root", found=found, expected=expected)
            return


def _grown(log: CompactRange, record: HeightRecord, height: int) -> Iterator[tuple[tuple[int, int], bytes, str]]:
    for index, result in enumerate(record.results):
        if result.accepted:
            leaf = log_leaf_data(result.action_id, height=height, index=index, events=result.events)
            for place, node in log.append(leaf_hash(leaf)):
                yield place, node, result.action_id


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")
