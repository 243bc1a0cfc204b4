"""The state machine as CometBFT's application: what each call of ABCI 2.0 asks of `ledger.machine`.

The crash windows (ENGINE 1.3). CometBFT stores a block, then calls FinalizeBlock, stores the results, then calls
Commit. FinalizeBlock computes and keeps nothing; Commit is the machine's one atomic write. So this application is
either where CometBFT is or exactly one block behind, never ahead, and after any crash the handshake replays at most
that one block.

CheckTx, PrepareProposal and ProcessProposal judge on the state after the last commit. Only the last two bind others:
a proposer leaves out what the others would refuse, and the others refuse what it should have left out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto
from itertools import accumulate
from threading import Lock
from typing import Any, Final

import msgspec

from transire import __version__
from transire.crypto.canonical import canonical_bytes, parse_json
from transire.engines.cometbft.errors import EngineBusy, NetworkFileDiffers
from transire.engines.cometbft.messages import message
from transire.engines.cometbft.parcels import unpack
from transire.engines.cometbft.query import answer_query
from transire.engines.cometbft.snapshots import Snapshots
from transire.engines.pool import BLOCK_OVERHEAD
from transire.errors import TransireError
from transire.ledger.admission import Verdict
from transire.ledger.block import DecidedBlock, Misbehaviour, Result
from transire.ledger.chain import Time, Validator, sort_validators
from transire.ledger.errors import ActionExpired, ActionSeen, ActionTooEarly, Inadmissible
from transire.ledger.machine import Machine
from transire.ledger.store import Store

ACCEPT: Final = 1
REJECT: Final = 2
CHECK_REFUSED: Final = 1
CHECK_BUSY: Final = 2
"""The codes of CheckTx: refused for a reason that stands, and not looked at. The second may be tried again."""
BUSY: Final = EngineBusy()
DECIDED: Final = ActionSeen()
PASSING: Final = (ActionExpired, ActionSeen, ActionTooEarly)
"""Refusals that come of the time at which an action is looked at."""
MISBEHAVIOUR: Final = {1: "duplicate-vote", 2: "light-client-attack"}
GENESIS_LIMIT: Final = 16 << 20
MOST_PROPOSED: Final = 4_000
"""Actions that this node proposes for one block: others must judge all of them well within the time for a proposal,
also those that gossip has not brought them yet. More than a network decides in a second; it binds nobody else."""

MOST_TOLD: Final = 100
MOST_SAID: Final = 300
"""How many refusals of peers are logged, and how many characters of each."""

STEPS: Final = ("finalized", "before commit", "committed")
"""The steps of a block, as they are passed to `at_step`."""

log = logging.getLogger("transire.engine.abci")


class Look(Enum):
    """How a parcel is to be looked at."""

    NEW = auto()
    LATE = auto()
    """As a new one, but it has lain too long: it is answered busy unless its signatures were verified before."""
    AGAIN = auto()
    """The mempool holds it, and a block was decided."""


class CommittedBlock(msgspec.Struct, frozen=True):
    """What others are told of a block that is durable."""

    height: int
    time: Time
    results: tuple[Result, ...]


class Application:
    """Answers ABCI. Each connection has a thread of its own; what decides and writes is done by one at a time."""

    def __init__(
        self,
        machine: Machine,
        store: Store,
        snapshots: Snapshots,
        *,
        on_commit: Callable[[CommittedBlock], None],
        on_refusal: Callable[[bytes, Inadmissible | None], None],
        at_step: Callable[[str], None] = lambda step: None,
        retain_height: Callable[[], int] = lambda: 0,
    ) -> None:
        self.machine = machine
        self._store = store
        self._snapshots = snapshots
        self._on_commit = on_commit
        self._on_refusal = on_refusal
        self._at_step = at_step
        self._retain_height = retain_height
        self._told: set[tuple[str, str]] = set()
        self._deciding = Lock()
        self._decided: CommittedBlock | None = None

    def answer(self, call: str, request: Any) -> dict[str, Any]:
        """The fields of the response to one call; `check` answers CheckTx, many at once."""
        method: Callable[[Any], dict[str, Any]] | None = getattr(self, f"_{call}", None)
        if method is None:
            raise NetworkFileDiffers(got=call, expected="a call of ABCI 2.0 without vote extensions")
        return method(request)

    def check(self, parcels: Sequence[tuple[bytes, Look]]) -> list[TransireError | None]:
        """CheckTx: which of these parcels may wait for a block, and why the others may not."""
        return [self._again(parcel) if look is Look.AGAIN else self._check(parcel, look) for parcel, look in parcels]

    def _check(self, parcel: bytes, look: Look) -> TransireError | None:
        raws = unpack(parcel)
        if look is Look.LATE and not all(map(self.machine.knows, raws)):
            return BUSY
        told = [self.verdict(raw).refusal for raw in raws]
        refusal = refusal_of(told)
        if refusal is not None:
            if not isinstance(refusal, PASSING):
                self._tell_once("what came for the mempool can enter no block", refusal)
            for raw, why in zip(raws, told, strict=True):
                self._on_refusal(raw, why)
        return refusal

    def _again(self, parcel: bytes) -> TransireError | None:
        """Whether anything in a parcel may still come into a block: the first that may answers for all.

        Each is judged when it is proposed. Nobody is told of those that the last block decided: the block did that.
        """
        left = next((raw for raw in unpack(parcel) if not self.machine.has_just_decided(raw)), None)
        if left is None:
            return DECIDED
        return None if self.verdict(left).refusal is None else self._check(parcel, Look.AGAIN)

    def _tell_once(self, what: str, refusal: Inadmissible) -> None:
        """Log a refusal, once for each code and whoever it is said of: who sends the same all day fills no disk."""
        if (what, refusal.code) not in self._told and len(self._told) < MOST_TOLD:
            self._told.add((what, refusal.code))
            log.warning("%s: %s", what, str(refusal)[:MOST_SAID])

    def verdict(self, raw: bytes) -> Verdict:
        """Whether an action could enter a block soon. It binds nobody, so it may look at the clock.

        What has expired by the last block's time can enter no block any more. What is early by it may be in time for
        the next, whose time is about now: an idle network's last block is some seconds old.
        """
        by = self.machine.time.seconds
        verdict = self.machine.check(raw, by)
        if isinstance(verdict.refusal, ActionTooEarly):
            return self.machine.check(raw, max(by, int(time.time())))
        return verdict

    @property
    def lacks_rules(self) -> bool:
        """Whether the next block is decided by rules that this program does not have."""
        missing = self.machine.missing_rules
        return missing is not None and missing.height <= self.machine.height + 1

    # The query connection.

    def _echo(self, request: Any) -> dict[str, Any]:
        return {"message": request.message}

    def _flush(self, request: Any) -> dict[str, Any]:
        return {}

    def _info(self, request: Any) -> dict[str, Any]:
        with self._deciding:
            begun = self.machine.height > self.machine.genesis.height
            return {
                "data": self.machine.network,
                "version": __version__,
                "last_block_height": self.machine.height if begun else 0,
                "last_block_app_hash": self.machine.root if begun else b"",
            }

    def _query(self, request: Any) -> dict[str, Any]:
        return answer_query(self._store, request.path, request.data, request.height, prove=request.prove)

    # The consensus connection.

    def _init_chain(self, request: Any) -> dict[str, Any]:
        """Refuse to begin with another network than the one in the replica."""
        genesis = self.machine.genesis
        told = sort_validators(Validator(one.pub_key.ed25519, one.power) for one in request.validators)
        block = request.consensus_params.block
        state = canonical_bytes(parse_json(request.app_state_bytes, limit=GENESIS_LIMIT))
        for name, found, expected in (
            ("chain_id", request.chain_id, genesis.network),
            ("app_state", state, genesis.raw),
            ("initial_height", request.initial_height, genesis.height + 1),
            ("genesis_time", _time(request.time), genesis.start),
            ("validators", told, genesis.validator_set),
            ("block.max_bytes", block.max_bytes, genesis.consensus.block_max_bytes),
            ("block.max_gas", block.max_gas, genesis.consensus.block_max_gas),
        ):
            if found != expected:
                raise NetworkFileDiffers(got=str(found)[:200], expected=str(expected)[:200], where=name)
        return {"app_hash": self.machine.root}

    def _prepare_proposal(self, request: Any) -> dict[str, Any]:
        raws = [raw for parcel in request.txs for raw in unpack(parcel)]
        verdicts = self.machine.judge(raws, _time(request.time))
        good = [raw for raw, verdict in zip(raws, verdicts, strict=True) if verdict.refusal is None]
        return {"txs": fitting(good[:MOST_PROPOSED], request.max_tx_bytes)}

    def _process_proposal(self, request: Any) -> dict[str, Any]:
        if self.lacks_rules:
            return {"status": REJECT}  # nobody votes for a block whose outcome it cannot compute
        verdicts = self.machine.judge(request.txs, _time(request.time))
        refusal = next((verdict.refusal for verdict in verdicts if verdict.refusal is not None), None)
        if refusal is None:
            return {"status": ACCEPT}
        self._tell_once(f"validator {request.proposer_address.hex()} proposed a block that may not be", refusal)
        return {"status": REJECT}

    def _finalize_block(self, request: Any) -> dict[str, Any]:
        with self._deciding:
            block = DecidedBlock(
                height=request.height,
                time=_time(request.time),
                actions=tuple(request.txs),
                misbehaviour=tuple(_misbehaviour(one) for one in request.misbehavior),
            )
            results = self.machine.apply(block)
            self._decided = CommittedBlock(block.height, block.time, results)
            self._at_step("finalized")
            return {
                "tx_results": [_result(result) for result in results],
                "validator_updates": [
                    {"pub_key": {"ed25519": update.public_key}, "power": update.power}
                    for update in self.machine.validator_updates
                ],
                "app_hash": self.machine.applied_root,
            }

    def _commit(self, request: Any) -> dict[str, Any]:
        with self._deciding:
            decided = self._decided
            self._at_step("before commit")
            self.machine.commit()
            self._decided = None
            self._at_step("committed")
            self._snapshots.after(self.machine.height)
        if decided is not None:
            self._on_commit(decided)
        return {"retain_height": self._retain_height()}

    # The connection of state sync.

    def _list_snapshots(self, request: Any) -> dict[str, Any]:
        return {"snapshots": [one.fields for one in self._snapshots.listed()]}

    def _load_snapshot_chunk(self, request: Any) -> dict[str, Any]:
        return {"chunk": self._snapshots.chunk(request.height, request.format, request.chunk)}

    def _offer_snapshot(self, request: Any) -> dict[str, Any]:
        return {"result": self._snapshots.offered(request.snapshot, request.app_hash)}

    def _apply_snapshot_chunk(self, request: Any) -> dict[str, Any]:
        with self._deciding:
            answer, machine = self._snapshots.apply(request.index, request.chunk, request.sender)
            if machine is None:
                return answer
            self.machine = machine
        self._on_commit(CommittedBlock(machine.height, machine.time, ()))
        return answer


def refusal_of(told: Sequence[Inadmissible | None]) -> Inadmissible | None:
    """Why a parcel may not wait, by what is said of each action in it.

    What has been decided, has expired or comes too early is no fault of who packed it, and the rest may go on. What
    would be refused at any time condemns all of it: nobody packs that who looked at it before.
    """
    lasting = next((why for why in told if why and not isinstance(why, PASSING)), None)
    return lasting or (told[0] if all(told) else None)


def fitting(raws: Sequence[bytes], limit: int) -> Sequence[bytes]:
    """The first of these that a block of so many bytes holds: by themselves they take more room than in parcels."""
    sizes = accumulate(len(raw) + BLOCK_OVERHEAD for raw in raws)
    return raws[: sum(size <= limit for size in sizes)]


def encode(call: str, fields: dict[str, Any]) -> bytes:
    """A response as it stands on the wire, without its length."""
    encoded: bytes = message("Response")(**{call: fields}).SerializeToString()
    return encoded


def encode_refusal(refusal: TransireError) -> bytes:
    """The answer to CheckTx of what may not wait: CometBFT drops it; the code is for whoever reads its log."""
    fields = {"codespace": "transire", "data": refusal.code.encode(), "log": str(refusal)}
    return encode("check_tx", fields | {"code": CHECK_BUSY if refusal is BUSY else CHECK_REFUSED})


def encode_exception(error: Exception) -> bytes:
    """The answer that stops CometBFT: this application cannot go on."""
    text = str(error) if isinstance(error, TransireError) else f"{type(error).__name__}: {error}"
    return encode("exception", {"error": text})


def _result(result: Result) -> dict[str, Any]:
    return {"code": 1, "data": result.code.encode()} if result.code else {}


def _misbehaviour(told: Any) -> Misbehaviour:
    return Misbehaviour(
        kind=MISBEHAVIOUR.get(told.type, "unknown"),
        address=told.validator.address,
        height=told.height,
        time=_time(told.time),
        total_power=told.total_voting_power,
    )


def _time(told: Any) -> Time:
    return Time(told.seconds, told.nanos)
