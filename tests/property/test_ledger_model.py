"""The ledger against a naive model of itself: whatever anybody does in whatever order, both come to the same.

The model knows the rules in their simplest form (dictionaries and fractions, everything recomputed). After every block
the machine's codes, its state, and both roots, computed anew from nothing but the definitions, must be the model's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import sha256
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ledger_world import (
    AGENCY,
    BROKER,
    CHAMBER,
    CUSTOMS,
    IMPORTER,
    PRODUCER,
    World,
    action_id,
    digest,
    enrolment,
    genesis,
    public,
    signing_key,
)
from transire.crypto.encoding import unb64url
from transire.ledger.allowances import available
from transire.ledger.block import Roots
from transire.ledger.fields import unscaled
from transire.ledger.machine import Machine
from transire.ledger.state import Allowance
from transire.ledger.store import SEEN, STATE
from transire.merkle.tree import root_of

SHARE = 5
"""actions_per_block in this network: small, so that it is reached."""
ANYBODY = [CUSTOMS, CHAMBER, AGENCY, PRODUCER, BROKER, IMPORTER]
REGISTRARS = {CUSTOMS, CHAMBER}
OFFICERS = {CUSTOMS, CHAMBER, AGENCY}
KEYS = [signing_key(f"drawer {n}") for n in range(3)]
QUANTITIES = ["0", "0.5", "1", "2.25", "3", "7"]
USES = [digest(f"use {n}") for n in range(4)]
VERSIONS = [digest(f"version {n}") for n in range(4)]

BY = st.sampled_from(ANYBODY)
KEY = st.sampled_from(KEYS)


@dataclass
class Grant:
    """The model of an allowance."""

    opener: str
    releaser: str
    keys: set[str]
    quantity: Fraction
    given: Fraction = Fraction(0)
    closed: bool = False
    draws: dict[str, Fraction] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)

    @property
    def left(self) -> Fraction:
        return (
            self.quantity
            - self.given
            - sum((q for use, q in self.draws.items() if use not in self.returned), Fraction(0))
        )


@dataclass
class Model:
    """What the ledger is, said as simply as possible. Members: DID -> (registrar, active)."""

    members: dict[str, tuple[str, bool]]
    ended: set[tuple[str, str]] = field(default_factory=set)
    grants: dict[str, Grant] = field(default_factory=dict)
    consumed: set[bytes] = field(default_factory=set)
    log: list[bytes] = field(default_factory=list)

    def admits(self, raw: bytes, terms: dict[str, Any]) -> str:
        """The code with which an action is left out, on the state before the block."""
        if raw in self.consumed:
            return "ledger.action-seen"
        by = terms["by"]
        if by.startswith("key:"):
            grant = self.grants.get(terms["body"]["allowance"])
            known = grant is not None and not grant.closed and by[4:] in grant.keys
        else:
            known = by in self.members and self.members[by][1]
        return "" if known else "ledger.signer-unknown"

    def obey(self, raw: bytes, terms: dict[str, Any]) -> str:
        """Apply an admitted action; the code of the rule that refuses it, or nothing."""
        rule_of = {
            "witness/1": lambda: "",
            "document.end/1": lambda: self.end(terms["by"], terms["body"]),
            "allowance.open/1": lambda: self.open(action_id(raw), terms["by"], terms["body"]),
            "allowance.draw/1": lambda: self.draw(terms["by"], terms["body"]),
            "allowance.return/1": lambda: self.give_back(terms["by"], terms["body"]),
            "allowance.split/1": lambda: self.split(action_id(raw), terms["by"], terms["body"]),
            "allowance.close/1": lambda: self.close(terms["by"], terms["body"]),
            "member.enrol/1": lambda: self.enrol(terms["by"], terms["body"]),
            "member.suspend/1": lambda: self.change_member(terms["by"], terms["body"], active=False),
            "member.update/1": lambda: self.change_member(terms["by"], terms["body"], active=True),
        }
        return rule_of[terms["action"]]()

    def end(self, by: str, body: dict[str, Any]) -> str:
        if (by, body["version"]) in self.ended:
            return "ledger.already-ended"
        self.ended.add((by, body["version"]))
        return ""

    def open(self, own_id: str, by: str, body: dict[str, Any]) -> str:
        if not self.members.get(body["releaser"], ("", False))[1]:
            return "ledger.member-unknown"
        if Fraction(body["quantity"]) == 0:
            return "ledger.allowance-malformed"
        self.grants[own_id] = Grant(by, body["releaser"], set(body["keys"]), Fraction(body["quantity"]))
        return ""

    def _open_grant(self, body: dict[str, Any]) -> Grant | str:
        grant = self.grants.get(body["allowance"])
        if grant is None:
            return "ledger.allowance-unknown"
        return "ledger.allowance-closed" if grant.closed else grant

    def _fits(self, grant: Grant, quantity: str) -> str:
        if Fraction(quantity) == 0:
            return "ledger.allowance-malformed"
        return "ledger.allowance-exceeded" if Fraction(quantity) > grant.left else ""

    def draw(self, by: str, body: dict[str, Any]) -> str:
        grant = self._open_grant(body)
        if isinstance(grant, str):
            return grant
        if not by.startswith("key:"):
            return "ledger.allowance-not-theirs"
        if body["for"] in grant.draws:
            return "ledger.use-taken"
        refused = self._fits(grant, body["quantity"])
        if not refused:
            grant.draws[body["for"]] = Fraction(body["quantity"])
        return refused

    def give_back(self, by: str, body: dict[str, Any]) -> str:
        grant = self.grants.get(body["allowance"])
        if grant is None:
            return "ledger.allowance-unknown"
        if by != grant.releaser:
            return "ledger.allowance-not-theirs"
        if body["for"] not in grant.draws or body["for"] in grant.returned:
            return "ledger.nothing-drawn"
        grant.returned.add(body["for"])
        return ""

    def split(self, own_id: str, by: str, body: dict[str, Any]) -> str:
        grant = self._open_grant(body)
        if isinstance(grant, str):
            return grant
        if by != grant.opener and by.removeprefix("key:") not in grant.keys:
            return "ledger.allowance-not-theirs"
        refused = self._fits(grant, body["quantity"])
        if refused:
            return refused
        if not self.members.get(grant.releaser, ("", False))[1]:
            return "ledger.member-unknown"
        grant.given += Fraction(body["quantity"])
        self.grants[own_id] = Grant(grant.opener, grant.releaser, set(body["keys"]), Fraction(body["quantity"]))
        return ""

    def close(self, by: str, body: dict[str, Any]) -> str:
        grant = self._open_grant(body)
        if isinstance(grant, str):
            return grant
        if by != grant.opener:
            return "ledger.allowance-not-theirs"
        grant.closed = True
        return ""

    def enrol(self, by: str, body: dict[str, Any]) -> str:
        if by not in REGISTRARS:
            return "ledger.registrar-only"
        if body["did"] in self.members:
            return "ledger.member-exists"
        self.members[body["did"]] = (by, True)
        return ""

    def change_member(self, by: str, body: dict[str, Any], *, active: bool) -> str:
        did = body["did"]
        if did not in self.members:
            return "ledger.member-unknown"
        registrar = self.members[did][0]
        if did in OFFICERS or by not in REGISTRARS or registrar not in ("genesis", by):
            return "ledger.registrar-only"
        self.members[did] = (registrar, active)
        return ""


def sparse_root(leaves: dict[bytes, bytes], depth: int = 0) -> bytes:
    """LEDGER.md 6, word by word: a subtree without leaves is zero, with one it is that leaf."""
    if not leaves:
        return bytes(32)
    if len(leaves) == 1:
        ((key, value),) = leaves.items()
        return sha256(b"\x00" + key + value).digest()
    sides: tuple[dict[bytes, bytes], dict[bytes, bytes]] = ({}, {})
    for key, value in leaves.items():
        sides[key[depth // 8] >> (7 - depth % 8) & 1][key] = value
    return sha256(b"\x01" + sparse_root(sides[0], depth + 1) + sparse_root(sides[1], depth + 1)).digest()


class LedgerAgainstModel(RuleBasedStateMachine):
    """Actions gather; `block` puts them into one, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(genesis=genesis(actions_per_block=SHARE))
        self.model = Model({did: ("genesis", True) for did in ANYBODY if did != IMPORTER})
        self.waiting: list[tuple[bytes, dict[str, Any]]] = []
        self.past: list[tuple[bytes, dict[str, Any]]] = []
        self.allowances = [digest("no allowance")]

    def say(self, action: str, body: dict[str, Any], by: str) -> bytes:
        raw = self.world.sign(action, body, by=by)
        self.waiting.append((raw, {"action": action, "body": body, "by": by}))
        return raw

    def say_by_key(self, action: str, body: dict[str, Any], key: Any) -> None:
        raw = self.world.draw(key, action, body)
        self.waiting.append((raw, {"action": action, "body": body, "by": f"key:{public(key)}"}))

    @initialize()
    def one_allowance_is_open(self) -> None:
        self.open(CHAMBER, CUSTOMS, "7", 3)
        self.block(1)

    @rule(by=BY)
    def witness(self, by: str) -> None:
        self.say("witness/1", {"pool": digest(f"pool {self.world.nonce}")}, by)

    @rule(by=BY, version=st.sampled_from(VERSIONS))
    def end(self, by: str, version: str) -> None:
        self.say("document.end/1", {"version": version}, by)

    @rule(by=BY, releaser=BY, quantity=st.sampled_from(QUANTITIES), keys=st.integers(1, 3))
    def open(self, by: str, releaser: str, quantity: str, keys: int) -> None:
        terms = {"unit": "kg", "quantity": quantity, "keys": [public(key) for key in KEYS[:keys]], "releaser": releaser}
        self.allowances.append(action_id(self.say("allowance.open/1", terms, by)))

    @rule(key=KEY, data=st.data(), quantity=st.sampled_from(QUANTITIES), use=st.sampled_from(USES))
    def draw(self, key: Any, data: st.DataObject, quantity: str, use: str) -> None:
        body = {"allowance": data.draw(st.sampled_from(self.allowances)), "quantity": quantity, "for": use}
        self.say_by_key("allowance.draw/1", body, key)

    @rule(by=BY, data=st.data(), use=st.sampled_from(USES))
    def give_back(self, by: str, data: st.DataObject, use: str) -> None:
        self.say("allowance.return/1", {"allowance": data.draw(st.sampled_from(self.allowances)), "for": use}, by)

    @rule(key=KEY, other=KEY, data=st.data(), quantity=st.sampled_from(QUANTITIES))
    def split_by_key(self, key: Any, other: Any, data: st.DataObject, quantity: str) -> None:
        body = {"allowance": data.draw(st.sampled_from(self.allowances)), "quantity": quantity, "keys": [public(other)]}
        self.say_by_key("allowance.split/1", body, key)
        self.allowances.append(action_id(self.waiting[-1][0]))

    @rule(by=BY, other=KEY, data=st.data(), quantity=st.sampled_from(QUANTITIES))
    def split_by_member(self, by: str, other: Any, data: st.DataObject, quantity: str) -> None:
        body = {"allowance": data.draw(st.sampled_from(self.allowances)), "quantity": quantity, "keys": [public(other)]}
        self.allowances.append(action_id(self.say("allowance.split/1", body, by)))

    @rule(by=BY, data=st.data())
    def close(self, by: str, data: st.DataObject) -> None:
        self.say("allowance.close/1", {"allowance": data.draw(st.sampled_from(self.allowances))}, by)

    @rule(by=BY)
    def enrol(self, by: str) -> None:
        self.say("member.enrol/1", enrolment(IMPORTER, ["importer"]), by)

    @rule(by=BY, did=BY)
    def suspend(self, by: str, did: str) -> None:
        self.say("member.suspend/1", {"did": did}, by)

    @rule(by=BY, did=BY)
    def reinstate(self, by: str, did: str) -> None:
        self.say("member.update/1", {"did": did, "status": "active"}, by)

    @precondition(lambda self: self.past or self.waiting)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        self.waiting.append(data.draw(st.sampled_from(self.past + self.waiting)))

    @rule(seconds=st.sampled_from([1, 1, 1, 61]))
    def block(self, seconds: int) -> None:
        block, self.waiting = self.waiting, []
        results = self.world.block(*(raw for raw, _ in block), seconds=seconds)
        assert [result.code for result in results] == self.expected(block)
        self.past = (self.past + [entry for entry in block if entry[0] in self.model.consumed])[-8:]
        # An action lives ten minutes here; what would have expired is not sent again, since the model keeps no time.
        self.past = [] if seconds > 60 else self.past

    @rule()
    def restart(self) -> None:
        before = self.world.machine
        self.world.machine = Machine.open(self.world.store)
        assert self.world.machine.root == before.root

    def expected(self, block: list[tuple[bytes, dict[str, Any]]]) -> list[str]:
        """The model's codes: admission on the state before the block, rules one after the other."""
        admitted: list[str] = []
        shares: dict[str, int] = {}
        for raw, terms in block:
            code = self.model.admits(raw, terms)
            if not code and shares.get(terms["by"], 0) >= SHARE:
                code = "ledger.too-many-actions"
            if not code:
                shares[terms["by"]] = shares.get(terms["by"], 0) + 1
                self.model.consumed.add(raw)
            admitted.append(code)
        before = dict(self.model.members)
        codes = []
        for (raw, terms), code in zip(block, admitted, strict=True):
            codes.append(code or self._obey(raw, terms, before))
        return codes

    def _obey(self, raw: bytes, terms: dict[str, Any], before: dict[str, tuple[str, bool]]) -> str:
        # Who is an active member rules from the next height: releasers are judged on the members before the block.
        now, self.model.members = (
            self.model.members,
            before if terms["action"].startswith("allowance.") else self.model.members,
        )
        code = self.model.obey(raw, terms)
        self.model.members = now
        if not code:
            self.model.log.append(raw)
        return code

    @invariant()
    def the_state_is_the_models(self) -> None:
        view = self.world.machine.view
        for own_id, grant in self.model.grants.items():
            row = view.find(f"allowance/{own_id}", Allowance)
            assert row is not None
            assert Fraction(unscaled(available(row))) == grant.left >= 0
            assert (row.closed is not None) == grant.closed
        ended = [key for key, _ in self.world.store.range(STATE, b"ended/", b"ended0")]
        assert sorted(ended) == sorted(f"ended/{by}/{version}".encode() for by, version in self.model.ended)

    @invariant()
    def the_roots_are_those_of_the_definitions(self) -> None:
        rows = {sha256(key).digest(): sha256(value).digest() for key, value in self.world.store.range(STATE)}
        leaves = [value for key, value in self.world.store.range("log") if key[0] == 0]
        assert len(leaves) == len(self.model.log)
        roots = Roots(len(leaves), root_of(leaves) if leaves else leaf_free_root(), sparse_root(rows))
        assert self.world.machine.roots == roots
        assert self.world.machine.root == roots.app_hash

    @invariant()
    def the_replay_memory_is_what_the_chains_bind(self) -> None:
        chains: dict[int, bytes] = {}
        for key, ids in self.world.store.range(SEEN):
            minute = int.from_bytes(key[:8], "big")
            for start in range(0, len(ids), 32):
                chains[minute] = sha256(chains.get(minute, bytes(32)) + ids[start : start + 32]).digest()
        rows = {key.decode(): value for key, value in self.world.store.range(STATE, b"seen/", b"seen0")}
        assert rows.keys() == {f"seen/{minute}" for minute in chains}
        for minute, chain in chains.items():
            assert unb64url(rows[f"seen/{minute}"].decode().split('"')[3]) == chain


def leaf_free_root() -> bytes:
    return sha256(b"").digest()


TestLedgerAgainstModel = LedgerAgainstModel.TestCase
TestLedgerAgainstModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
