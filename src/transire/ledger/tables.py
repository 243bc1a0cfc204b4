"""How the machine's rows lie in the store, and reading the past from them: outcomes, proofs, former values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final, TypeVar

import msgspec

from transire.crypto.canonical import parse_canonical
from transire.crypto.digests import sha256
from transire.ledger.block import Result, Roots, StateProof
from transire.ledger.chain import Time
from transire.ledger.errors import StateDamaged
from transire.ledger.store import ACTIONS, HEIGHTS, LOG, MAP, META, STATE, UNDO, Reader, Writes, height_key
from transire.merkle.errors import ProofUnavailable
from transire.merkle.sparse import SparseMap
from transire.merkle.tree import CompactRange, inclusion_proof

T = TypeVar("T")

_ENCODER: Final = msgspec.msgpack.Encoder()
_RESULT: Final = msgspec.msgpack.Decoder(Result)


class Tip(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where the machine stands: everything but the rows themselves."""

    KEY: ClassVar[bytes] = b"tip"
    GENESIS_KEY: ClassVar[bytes] = b"genesis"

    height: int
    time: Time
    log: bytes
    log_root: bytes
    map_root: bytes

    @property
    def roots(self) -> Roots:
        return Roots(int.from_bytes(self.log[:8], "big"), self.log_root, self.map_root)

    def to_bytes(self) -> bytes:
        return _ENCODER.encode(self)

    @classmethod
    def from_bytes(cls, raw: bytes) -> Tip:
        """Read a tip; one whose log root is not its compact range's was altered."""
        tip = _decoded(raw, cls, "the tip")
        if CompactRange.from_bytes(tip.log).root() != tip.log_root:
            raise StateDamaged(got="another log root than the log's", where="the tip")
        return tip


class Base(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where a replica begins that was restored from an image: nothing of that height's block or before is in it."""

    KEY: ClassVar[bytes] = b"base"

    height: int
    log: bytes

    def to_bytes(self) -> bytes:
        return _ENCODER.encode(self)


def read_base(reader: Reader) -> Base | None:
    """The base of a replica that was restored from an image; None for one that knows everything."""
    raw = reader.get(META, Base.KEY)
    return None if raw is None else _decoded(raw, Base, "the base")


class HeightRecord(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a block did: its results and events, and the roots after it. Each result is decoded when it is asked for."""

    time: Time
    roots: Roots
    raw_results: tuple[msgspec.Raw, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(_RESULT.decode(raw) for raw in self.raw_results)

    def result(self, index: int) -> Result:
        """The result of one action of the block."""
        return _RESULT.decode(self.raw_results[index])


def height_bytes(time: Time, roots: Roots, results: Sequence[Result]) -> bytes:
    """The row of the table `heights` that `decode_height` reads."""
    return _ENCODER.encode((time, roots, tuple(results)))


class MapRows:
    """The map's rows as a block sees them: what it wrote itself, over what is stored."""

    def __init__(self, reader: Reader, writes: Writes | None = None) -> None:
        self._reader = reader
        self._rows = {} if writes is None else writes.tables.setdefault(MAP, {})

    def get(self, key: bytes) -> bytes | None:
        return self._rows[key] if key in self._rows else self._reader.get(MAP, key)

    def put(self, key: bytes, value: bytes) -> None:
        self._rows[key] = value

    def delete(self, key: bytes) -> None:
        self._rows[key] = None


def log_node_key(level: int, index: int) -> bytes:
    """The row of a complete subtree of the log."""
    return bytes((level,)) + index.to_bytes(8, "big")


def action_place(height: int, index: int) -> bytes:
    """Where an action stands, as it is stored under its id."""
    return height.to_bytes(8, "big") + index.to_bytes(4, "big")


def undo_bytes(before: dict[bytes, bytes | None]) -> bytes:
    """What the rows were that a block changed."""
    return _ENCODER.encode(before)


def find_action(reader: Reader, digest: bytes) -> tuple[int, int] | None:
    """The height and index of an action that was consumed; None if it stands in no block."""
    raw = reader.get(ACTIONS, digest)
    return None if raw is None else (int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:], "big"))


def read_tip(reader: Reader) -> Tip:
    """The tip that this view ends with."""
    raw = reader.get(META, Tip.KEY)
    if raw is None:
        raise StateDamaged(got="no tip", expected="a ledger")
    return Tip.from_bytes(raw)


def read_height(reader: Reader, height: int) -> HeightRecord | None:
    """What the block of that height did."""
    raw = reader.get(HEIGHTS, height_key(height))
    return None if raw is None else decode_height(raw, height)


def decode_height(raw: bytes, height: int) -> HeightRecord:
    """A row of the table `heights`."""
    return _decoded(raw, HeightRecord, f"heights, {height}")


def log_path(reader: Reader, index: int, size: int) -> list[bytes]:
    """The inclusion proof of a leaf of the log at that size."""
    return inclusion_proof(size, index, log_reader(reader))


def log_reader(reader: Reader) -> LogNodes:
    """The stored nodes of the log, in the form that `merkle.tree` asks for."""
    return LogNodes(reader)


class LogNodes:
    """Reads complete subtrees; one that is missing was deleted by hand."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def __call__(self, level: int, index: int) -> bytes:
        node = self._reader.get(LOG, log_node_key(level, index))
        if node is None:
            raise StateDamaged(got="nothing", expected="a node of the log", where=f"level {level}, index {index}")
        return node


def value_at(reader: Reader, key: str, height: int) -> bytes | None:
    """The canonical bytes of a key of the state after that height, which must be one of the last few."""
    raw = key.encode()
    value = reader.get(STATE, raw)
    later = reader.range(UNDO, height_key(height + 1), reverse=True)
    for _, before in later:
        undone = _decoded(before, dict[bytes, bytes | None], "the undo rows")
        value = undone.get(raw, value)
    return value


def prove_state(reader: Reader, key: str, height: int) -> StateProof:
    """A key of the state after that height, present or absent, with its proof under the map's root."""
    value = value_at(reader, key, height)
    proof = SparseMap(MapRows(reader)).prove(sha256(key.encode()), height)
    if (proof.leaf is not None and proof.leaf[0] == sha256(key.encode())) != (value is not None):
        raise ProofUnavailable(got=f"{key} at height {height}", expected="a row that the map knows")
    json = None if value is None else parse_canonical(value, limit=len(value))
    return StateProof(key=key, value=json, value_bytes=value, proof=proof)


def _decoded(raw: bytes, kind: type[T], where: str) -> T:
    try:
        return msgspec.msgpack.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise StateDamaged(got=str(error), where=where) from error
