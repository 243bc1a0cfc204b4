"""What a node may ask of an engine, whichever it is (DESIGN.md 6): `embedded` and `cometbft` pass one suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import Protocol

import msgspec

from transire.crypto.canonical import Json
from transire.ledger.block import DecidedBlock, Event, Evidence, Roots
from transire.ledger.chain import Commit, Header, Time, Validator
from transire.ledger.genesis import Genesis
from transire.ledger.members import MemberRecord
from transire.ledger.state import Since


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an action. `code` is empty when it was accepted; then it has a place in the log.

    `accepted_at` is the time of header H+1, the block's own commit; None while that header does not exist.
    """

    action_id: str
    height: int
    index: int
    code: str = ""
    events: tuple[Event, ...] = ()
    log_index: int | None = None
    accepted_at: Time | None = None

    @property
    def accepted(self) -> bool:
        return not self.code


class BlockEvents(msgspec.Struct, frozen=True, kw_only=True):
    """The outcomes of one block, in order. `time` is the block's own: the time of the commit before it."""

    height: int
    time: Time
    outcomes: tuple[Outcome, ...]


class UnseenPast(msgspec.Struct, frozen=True, kw_only=True):
    """What came before a replica that began with an image: the blocks up to `height` were never here.

    `log_size` and `time` are bounds: every entry of that past has a lower number, and was final at that time at the
    latest.
    """

    height: int
    log_size: int
    time: Time


class EndedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version that its issuer ended, as the state tells it."""

    issuer: str
    version: str
    height: int
    successor: str | None


class Engine(Protocol):
    """Orders actions and answers from the replica. All reading is safe from any thread."""

    network: str
    genesis: Genesis

    @property
    def height(self) -> int:
        """The last committed height; 0 before the first block."""

    @property
    def peers(self) -> int | None:
        """How many other nodes this one is connected to; None where there are none to connect to, or nobody says."""

    @property
    def failure(self) -> str:
        """Why no block is made any more, as far as this node can tell; empty while it goes on."""

    @property
    def missing_rules(self) -> Since[int] | None:
        """The first rules that decide at the next block or later and that this program does not have."""

    def start(self) -> None:
        """Begin to make blocks; before this, reading works already."""

    def interrupt(self) -> None:
        """Let nobody wait any longer for an answer that others have to give: the node is about to close."""

    def close(self) -> None:
        """Finish the block under way and let go; what is still waiting gets `EngineStopped`."""

    def submit(self, raw: bytes) -> Future[Outcome]:
        """Queue an action. Raises at once what is wrong with it (`Inadmissible`), `PoolFull`, `EngineStopped`.

        `ActionExpired`, raised here or by the future, is a proof: the action is in no block, waits for none, and by
        the ledger's time can come into none any more. Only then may the same thing be signed anew (LEDGER.md 4).

        The future resolves when the action's block is durable and its proof block (header H+1) too, so that a receipt
        can be built. The same bytes submitted again give the same outcome and are never applied twice.
        """

    def lookup(self, action_id: str) -> Outcome | None:
        """The outcome of an action of the past; None if it is in no block."""

    def state(self, key: str) -> Json | None:
        """The present value of a key of the state (LEDGER.md 5)."""

    def member(self, did: str) -> MemberRecord | None:
        """The record of a member, with its whole past."""

    def members(self) -> Iterator[MemberRecord]:
        """Every member of the network, by DID."""

    def block(self, height: int) -> DecidedBlock | None:
        """The block's actions and time."""

    def header(self, height: int) -> Header | None:
        """The block's header."""

    def commit(self, height: int) -> Commit | None:
        """The commit that made that block final."""

    def validators(self, height: int) -> tuple[Validator, ...]:
        """Who signed that block, in the set's order."""

    def events(self, from_height: int) -> Iterator[BlockEvents]:
        """All committed blocks from that height on that have actions, in order."""

    def unseen_past(self) -> UnseenPast | None:
        """What this node never saw; None where it has every block, or does not know the bounds of it yet."""

    def ended_versions(self, until: int) -> Iterator[EndedVersion]:
        """All versions that ended up to that height, from the state: also those whose blocks were never here."""

    def subscribe(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Call back with every height that was committed; returns what ends it. The callback only wakes somebody."""

    def wait_for(self, height: int, timeout: float) -> bool:
        """Wait until that height is committed; False when the time is over."""

    def evidence(self, action_id: str, *, keys: Sequence[str] = (), shown_at: int | None = None) -> Evidence:
        """Everything that a receipt of an accepted action needs, with proofs of these keys of the state.

        `shown_at` is the height of the header under which all of it stands: one of the last few, by itself the last.
        An action of a network that this one continues is proved as that network ended, under that network's name.
        """

    def log_until(self, height: int) -> Roots:
        """The roots of log and state that header `height` shows: those after the block before it."""

    def log_consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log of the size `new` continues that of the size `old` (RFC 9162 2.1.4)."""

    def beginnings(self) -> Sequence[Genesis]:
        """The genesis of this network, and before it those of the networks that it continues, oldest first."""
