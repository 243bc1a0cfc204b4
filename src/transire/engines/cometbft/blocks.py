"""The blocks of the network, which CometBFT keeps: headers, commits, bodies; and the validator sets, which the state
tells.

A set needs no question to CometBFT: the state holds the whole history of every validator's power, and an update decided
in block H is in force at H + 2 on both sides.
"""

from __future__ import annotations

from base64 import b64decode
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from transire.crypto.encoding import unb64url
from transire.engines.cometbft.kept import KeptBlocks
from transire.engines.cometbft.rpc import RpcClient, RpcRefused, read_commit, read_header
from transire.ledger.block import SignedHeader
from transire.ledger.chain import Commit, Header, Validator, sort_validators
from transire.ledger.state import ValidatorRow, at, read_row
from transire.ledger.store import STATE, Reader

REMEMBERED: Final = 2_000
"""Signed headers that are kept in memory, some 2 kB each."""


class NetworkBlocks:
    """Implements `engines.reading.Blocks`. `height` is the last one that the replica has: nothing beyond is told.

    What `kept` holds CometBFT is not asked for: it may have pruned it.
    """

    def __init__(self, rpc: RpcClient, height: Callable[[], int], kept: KeptBlocks) -> None:
        self._rpc = rpc
        self._kept = kept
        self._height = height
        self._known: OrderedDict[int, tuple[Header, Commit]] = OrderedDict()
        self._lock = Lock()

    def header(self, height: int) -> Header | None:
        """The header of that height."""
        found = self._signed(height)
        return None if found is None else found[0]

    def commit(self, height: int) -> Commit | None:
        """The commit that made that block final: the one that the next block carries, or while there is none, ours."""
        found = self._signed(height)
        return None if found is None else found[1]

    def actions(self, height: int) -> tuple[bytes, ...]:
        """The actions of that block, in order."""
        if not 0 < height <= self._height():
            return ()
        kept = self._kept.actions(height)
        if kept is not None:
            return kept
        try:
            answer = self._rpc.ask("block", height=str(height))
        except RpcRefused:
            return ()
        block = None if answer is None else answer.get("block")
        return () if block is None else tuple(b64decode(tx) for tx in block["data"]["txs"] or ())

    def action(self, height: int, index: int) -> bytes | None:
        """One action of that block."""
        kept = self._kept.action(height, index)
        if kept is not None:
            return kept
        actions = self.actions(height)
        return actions[index] if index < len(actions) else None

    def _signed(self, height: int) -> tuple[Header, Commit] | None:
        if not 0 < height <= self._height():
            return None
        with self._lock:
            known = self._known.get(height)
        return known or self._from_kept(height) or self._fetch(height)

    def _from_kept(self, height: int) -> tuple[Header, Commit] | None:
        header, commit = self._kept.header(height), self._kept.commit(height)
        return None if header is None or commit is None else (header, commit)

    def _fetch(self, height: int) -> tuple[Header, Commit] | None:
        try:
            answer = self._rpc.ask("commit", height=str(height))
        except RpcRefused:
            return None
        signed = None if answer is None else answer.get("signed_header")
        if not signed or not signed.get("header") or not signed.get("commit"):
            return None
        found = read_header(signed["header"]), read_commit(signed["commit"])
        if answer.get("canonical"):
            # The newest block has only the votes that this node saw; the next block fixes which of them count.
            self._remember(height, found)
        return found

    def _remember(self, height: int, signed: tuple[Header, Commit]) -> None:
        with self._lock:
            self._known[height] = signed
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


class ValidatorHistory:
    """Who validates at which height, by the state of the replica."""

    def __init__(self, reader: Reader, first: int) -> None:
        self._reader = reader
        self._first = first

    def at(self, height: int) -> tuple[Validator, ...]:
        """The set of that height, in its order."""
        return _set_at(self._rows(), height)

    def announced(self, until: int) -> list[int]:
        """The heights up to that one whose headers announce another set than their own."""
        rows = self._rows()
        begins = sorted({since.height for row in rows for since in row.power if since.height > self._first})
        changed = (height for height in begins if _set_at(rows, height) != _set_at(rows, height - 1))
        return [height - 1 for height in changed if height - 1 <= until]

    def changes(self, until: int, signed: Callable[[int], SignedHeader]) -> tuple[SignedHeader, ...]:
        """The headers that announce the changes up to a height, signed by those who were there before each."""
        return tuple(signed(height) for height in self.announced(until))

    def _rows(self) -> list[ValidatorRow]:
        rows = (read_row(key.decode(), raw) for key, raw in self._reader.range(STATE, b"validator/", b"validator0"))
        return [row for row in rows if isinstance(row, ValidatorRow)]


def _set_at(rows: list[ValidatorRow], height: int) -> tuple[Validator, ...]:
    powers = ((row.public, at(row.power, height)) for row in rows)
    return sort_validators(Validator(unb64url(public, length=32), power) for public, power in powers if power)
