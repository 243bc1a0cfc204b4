"""What any engine answers from its replica and its archive of blocks: outcomes, events, the present, evidence.

Every answer is read from one consistent view, at the height T of the replica in that view. Header T carries the
app_hash after T-1; so an action of block H can be proved from T = H+1 on, and all proofs stand at T-1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final, Protocol

from transire.crypto.canonical import Json, parse_canonical
from transire.crypto.encoding import unb64url
from transire.crypto.structs import prepare_structs
from transire.engines.base import BlockEvents, EndedVersion, Outcome, UnseenPast
from transire.engines.errors import NotOnLedger
from transire.errors import TransireError
from transire.ledger.action import Action, parse_known_action
from transire.ledger.allowances import allowance_key
from transire.ledger.block import (
    DecidedBlock,
    Evidence,
    Result,
    Roots,
    SignedHeader,
    log_leaf_data,
)
from transire.ledger.bodies import AllowanceDraw, AllowanceSplit
from transire.ledger.chain import Commit, Header, Time, Validator
from transire.ledger.rules import member_key
from transire.ledger.state import Ended, MemberRecord, read_row
from transire.ledger.store import HEIGHTS, STATE, Reader, Store, height_key
from transire.ledger.tables import (
    HeightRecord,
    decode_height,
    find_action,
    log_path,
    log_reader,
    prove_state,
    read_base,
    read_height,
    read_tip,
)
from transire.merkle.tree import CompactRange, consistency_proof

EVENTS_CHUNK: Final = 256
"""Heights that are read in one view when events are followed: a reader must not stay long."""


class Blocks(Protocol):
    """Where an engine keeps its blocks."""

    def header(self, height: int) -> Header | None: ...
    def commit(self, height: int) -> Commit | None: ...
    def actions(self, height: int) -> tuple[bytes, ...]: ...
    def action(self, height: int, index: int) -> bytes | None: ...


class LedgerReading:
    """The reading half of an engine.

    `validators` gives the set that signed a height, `changes` a signed header for every change of the set until then.
    """

    def __init__(
        self,
        network: str,
        store: Store,
        blocks: Blocks,
        *,
        validators: Callable[[int], tuple[Validator, ...]],
        changes: Callable[[int], tuple[SignedHeader, ...]] = lambda height: (),
    ) -> None:
        prepare_structs()  # whoever reads does so from many threads
        self._network = network
        self._store = store
        self._blocks = blocks
        self._validators = validators
        self._changes = changes

    def lookup(self, action_id: str) -> Outcome | None:
        """The outcome of an action of the past; None if it is in no block."""
        digest = _digest(action_id)
        with self._store.reading() as reader:
            place = None if digest is None else find_action(reader, digest)
            if place is None:
                return None
            record = _height(reader, place[0])
        return outcome(record.result(place[1]), *place, self.accepted_at(place[0]))

    def state(self, key: str) -> Json | None:
        """The present value of a key of the state."""
        raw = self._store.get(STATE, key.encode())
        return None if raw is None else parse_canonical(raw, limit=len(raw))

    def member(self, did: str) -> MemberRecord | None:
        """The record of a member, with its whole past."""
        key = member_key(did)
        raw = self._store.get(STATE, key.encode())
        row = None if raw is None else read_row(key, raw)
        return row if isinstance(row, MemberRecord) else None

    def members(self) -> Iterator[MemberRecord]:
        """All members, by DID."""
        for key, raw in self._store.range(STATE, b"member/", b"member0"):
            row = read_row(key.decode(), raw)
            if isinstance(row, MemberRecord):
                yield row

    def header(self, height: int) -> Header | None:
        """The block's header."""
        return self._blocks.header(height)

    def commit(self, height: int) -> Commit | None:
        """The commit that made that block final."""
        return self._blocks.commit(height)

    def validators(self, height: int) -> tuple[Validator, ...]:
        """Who signed that block, in the set's order."""
        return self._validators(height)

    def record(self, height: int) -> HeightRecord:
        """What a committed block did, and the roots after it."""
        return _height(self._store, height)

    def block(self, height: int) -> DecidedBlock | None:
        """The block's actions and time."""
        header = self._blocks.header(height)
        if header is None:
            return None
        return DecidedBlock(height=height, time=header.time, actions=self._blocks.actions(height))

    def action(self, action_id: str) -> bytes | None:
        """The bytes of an action of the past."""
        digest = _digest(action_id)
        with self._store.reading() as reader:
            place = None if digest is None else find_action(reader, digest)
        return None if place is None else self._blocks.action(*place)

    def log_until(self, height: int) -> Roots:
        """The roots of log and state that header `height` shows: those after the block before it."""
        return self.record(height - 1).roots

    def log_consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log of the size `new` continues that of the size `old` (RFC 9162 2.1.4)."""
        with self._store.reading() as reader:
            size = read_tip(reader).roots.log_size
            if not 0 <= old <= new <= size:
                raise NotOnLedger(got=f"a log of {old} to {new} leaves", expected=f"at most {size} leaves")
            return consistency_proof(old, new, log_reader(reader))

    def accepted_at(self, height: int) -> Time | None:
        """When a block became final: the time of its commit, which is the time of the next header."""
        with self._store.reading() as reader:
            following = read_height(reader, height + 1)
        return None if following is None else following.time

    def events(self, from_height: int) -> Iterator[BlockEvents]:
        """All committed blocks from that height on that have actions, in order."""
        start = max(from_height, 1)
        while rows := self._chunk(start):
            for height, record in rows:
                if record.raw_results:
                    yield self._block_events(height, record)
            start = rows[-1][0] + 1

    def unseen_past(self) -> UnseenPast | None:
        """What this node never saw; see `engines.base.Engine.unseen_past`."""
        with self._store.reading() as reader:
            base = read_base(reader)
            following = None if base is None else read_height(reader, base.height + 1)
        if base is None or following is None:
            return None
        log_size = CompactRange.from_bytes(base.log).size
        return UnseenPast(height=base.height, log_size=log_size, time=following.time)

    def ended_versions(self, until: int) -> Iterator[EndedVersion]:
        """All versions that ended up to that height."""
        for key, raw in self._store.range(STATE, b"ended/", b"ended0"):
            name = key.decode()
            row = read_row(name, raw)
            if isinstance(row, Ended) and row.height <= until:
                _, issuer, version = name.split("/")
                yield EndedVersion(issuer=issuer, version=version, height=row.height, successor=row.successor)

    def evidence(self, action_id: str, *, keys: Sequence[str] = (), shown_at: int | None = None) -> Evidence:
        """Everything that a receipt of an accepted action needs, with proofs of these keys of the state.

        `shown_at` is the height of the header under which all of it stands: one of the last few, by itself the last.
        """
        digest = _digest(action_id)
        with self._store.reading() as reader:
            place = None if digest is None else find_action(reader, digest)
            if place is None:
                raise NotOnLedger(got=action_id)
            proven = read_tip(reader).height if shown_at is None else min(shown_at, read_tip(reader).height)
            return self._evidence(reader, action_id, place, keys, proven)

    def _evidence(
        self, reader: Reader, action_id: str, place: tuple[int, int], keys: Sequence[str], proven: int
    ) -> Evidence:
        height, index = place
        result = _height(reader, height).result(index)
        if result.log_index is None:
            raise NotOnLedger(got=f"{action_id}, refused with {result.code}", expected="an accepted action")
        if proven <= height:
            raise NotOnLedger(got=f"the proof of {action_id}", expected=f"height {height + 1}, which comes next")
        raw = self._blocks.action(height, index)
        if raw is None:
            raise NotOnLedger(got=f"the body of block {height}", expected="a node that keeps it")
        roots = _height(reader, proven - 1).roots
        signer = _signer_key(parse_known_action(raw))
        proofs = {key: prove_state(reader, key, proven - 1) for key in dict.fromkeys((signer, *keys))}
        return Evidence(
            network=self._network,
            action=raw,
            action_id=action_id,
            height=height,
            index=index,
            events=result.events,
            leaf_data=log_leaf_data(action_id, height=height, index=index, events=result.events),
            log_index=result.log_index,
            log_path=tuple(log_path(reader, result.log_index, roots.log_size)),
            roots=roots,
            accepted=self.signed_header(height + 1),
            proven=self.signed_header(proven),
            members=(proofs[signer],),
            keys=tuple(proofs[key] for key in keys),
            validator_changes=self._changes(proven),
        )

    def signed_header(self, height: int) -> SignedHeader:
        """A header with its commit and those who signed it."""
        header, commit = self._blocks.header(height), self._blocks.commit(height)
        if header is None or commit is None:
            raise NotOnLedger(got=f"block {height}")
        return SignedHeader(header=header, commit=commit, validators=self._validators(height))

    def _chunk(self, start: int) -> list[tuple[int, HeightRecord]]:
        with self._store.reading() as reader:
            # By count, not by height: a replica that was restored from an image begins somewhere above 1.
            rows = islice(reader.range(HEIGHTS, height_key(start)), EVENTS_CHUNK)
            heights = ((int.from_bytes(key, "big"), raw) for key, raw in rows)
            return [(height, decode_height(raw, height)) for height, raw in heights]

    def _block_events(self, height: int, record: HeightRecord) -> BlockEvents:
        accepted_at = self.accepted_at(height)
        outcomes = (outcome(result, height, index, accepted_at) for index, result in enumerate(record.results))
        return BlockEvents(height=height, time=record.time, outcomes=tuple(outcomes))


def outcome(result: Result, height: int, index: int, accepted_at: Time | None) -> Outcome:
    """A result with its place and time."""
    return Outcome(
        action_id=result.action_id,
        height=height,
        index=index,
        code=result.code,
        events=result.events,
        log_index=result.log_index,
        accepted_at=accepted_at,
    )


def _signer_key(action: Action) -> str:
    """The state key that shows who signed: the member, or the allowance whose key it is."""
    if isinstance(action.terms, AllowanceDraw | AllowanceSplit) and action.drawing_key is not None:
        return allowance_key(action.terms.allowance)
    return member_key(action.by)


def _height(reader: Reader, height: int) -> HeightRecord:
    record = read_height(reader, height)
    if record is None:
        raise NotOnLedger(got=f"the results of block {height}")
    return record


def _digest(action_id: str) -> bytes | None:
    """The 32 bytes of an id; None for what is no id and so on no ledger."""
    try:
        return unb64url(action_id, length=32)
    except TransireError:
        return None
