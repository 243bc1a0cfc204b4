"""Which actions may enter a block (LEDGER.md 4, validity and replay): judged on the state before the block.

An action that is not admitted is left out by the proposer and makes a proposal invalid; it consumes nothing. The order
of the checks is part of the rules only in that the dear one, the signature, comes last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import Lock
from typing import Final, NamedTuple

import msgspec

from transire.crypto.digests import sha256
from transire.crypto.encoding import unb64url
from transire.ledger.action import Action, parse_action, verify_action, window_seconds
from transire.ledger.allowances import allowance_key
from transire.ledger.bodies import AllowanceDraw, AllowanceSplit, MemberRotateKey
from transire.ledger.errors import (
    ActionExpired,
    ActionForAnotherNetwork,
    ActionSeen,
    ActionTooEarly,
    Inadmissible,
    SignerUnknown,
    TooManyActions,
)
from transire.ledger.fields import moment_of
from transire.ledger.parameters import parameter
from transire.ledger.replay import ReplayMemory
from transire.ledger.rules import member_key
from transire.ledger.state import Allowance, MemberRecord, View

REMEMBERED_SIGNATURES: Final = 20_000
"""Verified actions kept until their block: some 20 MB, a few seconds of the greatest load."""


class Verdict(msgspec.Struct, frozen=True):
    """Whether an action may enter a block; if not, why."""

    action: Action | None
    refusal: Inadmissible | None = None

    @property
    def code(self) -> str:
        """Empty when it may."""
        return "" if self.refusal is None else self.refusal.code

    def admitted(self) -> Action:
        """The action; raises the refusal."""
        if self.action is None:
            raise self.refusal or Inadmissible()
        return self.action


class VerifiedActions:
    """Actions whose bytes were read and whose signature was verified, by the SHA-256 of the bytes.

    A signature costs more than everything else together, and the same bytes come by two or three times: when they are
    submitted, proposed and decided. The key is remembered with them, since its name may come to mean another key.
    """

    def __init__(self, limit: int = REMEMBERED_SIGNATURES) -> None:
        self._limit = limit
        self._found: dict[bytes, tuple[Action, bytes]] = {}
        self._leaving: dict[bytes, tuple[Action, bytes]] = {}
        self._lock = Lock()

    def read(self, raw: bytes) -> Action:
        """The action of these bytes."""
        digest = sha256(raw)
        found = self._found.get(digest) or self._leaving.get(digest)
        return parse_action(raw, digest=digest) if found is None else found[0]

    def knows(self, raw: bytes) -> bool:
        """Whether the action of these bytes is remembered."""
        digest = sha256(raw)
        return digest in self._found or digest in self._leaving

    def has_left(self, raw: bytes) -> bool:
        """Whether these bytes stood in the last block."""
        return sha256(raw) in self._leaving

    def verify(self, action: Action, public: bytes) -> None:
        """Refuse unless the key made the action's signature."""
        found = self._found.get(action.digest)
        if found is not None and found[1] == public:
            return
        verify_action(action, public)
        with self._lock:
            self._found[action.digest] = (action, public)
            if len(self._found) > self._limit:
                del self._found[next(iter(self._found))]

    def forget(self, digests: Iterable[bytes]) -> None:
        """Let go of what stands in a block now. It is known until the next: whoever still holds it asks once more."""
        with self._lock:
            leaving = ((digest, self._found.pop(digest, None)) for digest in digests)
            self._leaving = {digest: found for digest, found in leaving if found is not None}


class _InForce(NamedTuple):
    """A member's key as it was found last: valid for this very record at this height."""

    record: MemberRecord
    height: int
    public: str


class Admission:
    """The judgement at one height on the state before it."""

    def __init__(self, network: str, view: View, replay: ReplayMemory, verified: VerifiedActions) -> None:
        self._network = network
        self._view = view
        self._replay = replay
        self._verified = verified
        self._in_force: dict[tuple[str, str, str], _InForce] = {}

    def check(self, raw: bytes, *, time: int, height: int) -> Verdict:
        """One action for itself. `time`: the block's own, in whole seconds."""
        try:
            action = self._verified.read(raw)
            self._check_window(action, time)
            if action.network != self._network:
                raise ActionForAnotherNetwork(got=action.network, expected=self._network)
            if self._replay.has(action):
                raise ActionSeen(got=action.id)
            self._verified.verify(action, self._public_key(action, height))
        except Inadmissible as refusal:
            return Verdict(None, refusal)
        return Verdict(action)

    def judge(self, raws: Iterable[bytes], *, time: int, height: int) -> Iterator[Verdict]:
        """The actions of one block in order: besides, none twice and none above its signer's share."""
        limit = parameter(self._view, "actions_per_block", height)
        counts: dict[str, int] = {}
        consumed: set[bytes] = set()
        for raw in raws:
            verdict = self.check(raw, time=time, height=height)
            action = verdict.action
            if action is None:
                yield verdict
            elif action.consumed_id in consumed:
                yield Verdict(None, ActionSeen(got=action.id))
            elif counts.get(action.by, 0) >= limit:
                yield Verdict(None, TooManyActions(got=action.by, expected=f"at most {limit} in a block"))
            else:
                counts[action.by] = counts.get(action.by, 0) + 1
                consumed.add(action.consumed_id)
                yield verdict

    def _check_window(self, action: Action, time: int) -> None:
        if action.expires_at <= time:
            raise ActionExpired(got=action.expires, expected=f"later than {moment_of(time)}")
        latest = time + window_seconds(action.action)
        if action.expires_at > latest:
            raise ActionTooEarly(got=action.expires, expected=f"{moment_of(latest)} at the latest")

    def _public_key(self, action: Action, height: int) -> bytes:
        public = self._drawing_key(action) if action.drawing_key else self._member_key(action, height)
        if public is None:
            raise SignerUnknown(got=f"{action.by} with {action.key}", expected=f"a key in force for {action.action}")
        return _key_bytes(public)

    def _member_key(self, action: Action, height: int) -> str | None:
        record = self._view.find(member_key(action.by), MemberRecord)
        if record is None:
            return None
        asked = (action.by, action.key, purpose_of(action))
        found = self._in_force.get(asked)
        if found is not None and found.record is record and found.height == height:
            return found.public
        key = record.key_in_force(action.key, asked[2], height) if record.is_active(height) else None
        if key is None:
            return None
        self._in_force[asked] = _InForce(record, height, key.public)
        return key.public

    def _drawing_key(self, action: Action) -> str | None:
        body = action.terms
        assert isinstance(body, AllowanceDraw | AllowanceSplit)  # what the parser lets such a key sign
        allowance = self._view.find(allowance_key(body.allowance), Allowance)
        if allowance is None or allowance.closed is not None or action.drawing_key not in allowance.keys:
            return None
        return action.drawing_key


@lru_cache(maxsize=10_000)
def _key_bytes(public: str) -> bytes:
    """The bytes of a key of the state; the same few members sign over and over."""
    return unb64url(public, length=32)


def purpose_of(action: Action) -> str:
    """The purpose of the key that must sign an action: an act key neither governs nor changes its own member's keys."""
    if action.action.startswith("govern."):
        return "govern"
    body = action.terms
    if isinstance(body, MemberRotateKey) and body.did == action.by:
        return "recover"
    return "act"
