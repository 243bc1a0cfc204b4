"""The sparse map against a dictionary and the recursive definition, over versions and pruning."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from transire.merkle.errors import ProofInvalid, VersionPruned
from transire.merkle.sparse import EMPTY, SparseMap, SparseProof, verify_absence, verify_presence

Held = dict[bytes, bytes]


class Rows(dict[bytes, bytes]):
    def put(self, key: bytes, value: bytes) -> None:
        self[key] = value

    def delete(self, key: bytes) -> None:
        # Deleting what is not there would be a defect of the map, so it raises KeyError here.
        del self[key]


def defined_root(items: list[tuple[bytes, bytes]], depth: int = 0) -> bytes:
    """LEDGER.md 6, word for word."""
    if not items:
        return EMPTY
    if len(items) == 1:
        return sha256(b"\0" + items[0][0] + items[0][1]).digest()
    sides: tuple[list[Any], list[Any]] = ([], [])
    for item in items:
        sides[item[0][depth // 8] >> 7 - depth % 8 & 1].append(item)
    return sha256(b"\1" + defined_root(sides[0], depth + 1) + defined_root(sides[1], depth + 1)).digest()


def near(base: bytes, bits: list[int]) -> bytes:
    number = int.from_bytes(base, "big")
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(32, "big")


# Keys that differ in a few bits only share long prefixes, which hashes of names never would.
CLOSE = st.builds(
    near, st.sampled_from([bytes(32), b"\xff" * 32, b"\xa5" * 32]), st.lists(st.integers(0, 255), max_size=2)
)
SPREAD = st.integers(0, 300).map(lambda number: sha256(number.to_bytes(2, "big")).digest())
KEYS = CLOSE | SPREAD
VALUES = st.integers(0, 5).map(lambda number: sha256(b"value %d" % number).digest())
CHANGES = st.dictionaries(KEYS, st.none() | VALUES, max_size=25)


class MapOverVersions(RuleBasedStateMachine):
    """Every version that is not pruned has the defined root, all leaves, and proofs of both kinds."""

    @initialize(first=st.integers(0, 3))
    def create(self, first: int) -> None:
        self.rows = Rows()
        self.map = SparseMap(self.rows)
        self.held: Held = {}
        self.past: dict[int, Held] = {}
        self.version = first
        self.oldest = first

    @rule(changes=CHANGES, skipped=st.sampled_from([0, 0, 0, 1, 3]))
    def write(self, changes: dict[bytes, bytes | None], skipped: int) -> None:
        for idle in range(self.version, self.version + skipped):
            if self.past:
                self.past[idle] = dict(self.held)
        self.version += skipped
        self.oldest = self.oldest if self.past else self.version
        self.apply(changes)
        self.version += 1

    @precondition(lambda self: self.past)
    @rule(changes=CHANGES)
    def write_the_same_version_again(self, changes: dict[bytes, bytes | None]) -> None:
        self.version -= 1
        if self.version in self.past and self.version == self.map.latest:
            self.apply(changes)
        self.version += 1

    @precondition(lambda self: self.past)
    @rule()
    def empty(self) -> None:
        self.apply(dict.fromkeys(self.held))
        self.version += 1

    @precondition(lambda self: self.past)
    @rule(changes=CHANGES)
    def write_and_drop(self, changes: dict[bytes, bytes | None]) -> None:
        before = dict(self.rows)
        self.map.update_many(changes, self.version)
        self.rows.clear()
        self.rows.update(before)

    @precondition(lambda self: self.past)
    @rule(back=st.integers(0, 6))
    def prune(self, back: int) -> None:
        self.map.prune(self.version - 1 - back)
        latest = self.map.latest
        assert latest is not None
        self.oldest = max(self.oldest, min(self.version - 1 - back, latest))

    @precondition(lambda self: self.past)
    @rule(key=KEYS, data=st.data())
    def prove(self, key: bytes, data: st.DataObject) -> None:
        version = data.draw(st.integers(min(self.past), self.version - 1))
        if version < self.oldest:
            with pytest.raises(VersionPruned):
                self.map.prove(key, version)
            return
        root, proof, held = self.map.root_at(version), self.map.prove(key, version), self.past[version]
        if key in held:
            verify_presence(root, key, held[key], proof)
            with pytest.raises(ProofInvalid):
                verify_absence(root, key, proof)
        else:
            verify_absence(root, key, proof)

    @invariant()
    def every_kept_version_is_whole(self) -> None:
        if not getattr(self, "past", None):
            return
        for version in {self.oldest, self.version - 1}:
            held = self.past[version]
            assert self.map.root_at(version) == defined_root(list(held.items()))
            assert list(self.map.items(version)) == sorted(held.items())

    def apply(self, changes: dict[bytes, bytes | None]) -> None:
        for key, value in changes.items():
            if value is None:
                self.held.pop(key, None)
            else:
                self.held[key] = value
        root = self.map.update_many(changes, self.version)
        assert root == self.map.root_at(self.version)
        self.past[self.version] = dict(self.held)

    def teardown(self) -> None:
        if not getattr(self, "past", None):
            return
        self.map.update_many({}, self.version)
        self.map.prune(self.version)
        again = Rows()
        SparseMap(again).update_many(dict(self.held), 0)
        # Nothing is left behind: the same pages as of a map that was written at once, and one root.
        assert {row[9:] for row in self.rows if row[:1] == b"n"} == {row[9:] for row in again if row[:1] == b"n"}
        assert sum(row[:1] == b"r" for row in self.rows) == 1
        assert not any(row[:1] == b"s" for row in self.rows)


TestMapOverVersions = MapOverVersions.TestCase
TestMapOverVersions.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=30), KEYS, st.data())
@settings(deadline=None)
def test_every_altered_proof_is_refused(held: Held, key: bytes, data: st.DataObject) -> None:
    members = SparseMap(Rows())
    root = members.update_many(dict(held), 1)
    proof = members.prove(key, 1)
    altered = alter(data, proof)
    if altered == proof:
        return
    with pytest.raises(ProofInvalid):
        verify(root, key, held.get(key), altered)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=30), KEYS, KEYS)
@settings(deadline=None)
def test_no_honest_proof_of_one_key_says_anything_false_of_another(held: Held, key: bytes, other: bytes) -> None:
    """What is shown of one key may also be true of another (they meet the same leaf), but it never lies."""
    members = SparseMap(Rows())
    root = members.update_many(dict(held), 1)
    proof = members.prove(key, 1)
    if other in held:
        with pytest.raises(ProofInvalid):
            verify_absence(root, other, proof)
    for value in {*held.values(), sha256(b"value 0").digest()}:
        if held.get(other) != value:
            with pytest.raises(ProofInvalid):
                verify_presence(root, other, value, proof)


def verify(root: bytes, key: bytes, value: bytes | None, proof: SparseProof) -> None:
    if value is None:
        verify_absence(root, key, proof)
    else:
        verify_presence(root, key, value, proof)


def alter(data: st.DataObject, proof: SparseProof) -> SparseProof:
    parts = [*proof.siblings, *(proof.leaf or ())]
    ways = ["bit"] * bool(parts) + ["drop", "swap"] * bool(proof.siblings) + ["add", "leaf"]
    way = data.draw(st.sampled_from(ways))
    siblings = list(proof.siblings)
    if way == "bit":
        place, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
        parts[place] = (int.from_bytes(parts[place], "big") ^ 1 << bit).to_bytes(32, "big")
        leaf = (parts[-2], parts[-1]) if proof.leaf else None
        return SparseProof(tuple(parts[: len(siblings)]), leaf)
    if way == "drop":
        del siblings[data.draw(st.integers(0, len(siblings) - 1))]
    elif way == "swap":
        first, second = (data.draw(st.integers(0, len(siblings) - 1)) for _ in range(2))
        siblings[first], siblings[second] = siblings[second], siblings[first]
    elif way == "add":
        siblings.insert(data.draw(st.integers(0, len(siblings))), data.draw(VALUES | st.just(EMPTY)))
    else:
        return SparseProof(proof.siblings, (data.draw(KEYS), data.draw(VALUES)) if proof.leaf is None else None)
    return SparseProof(tuple(siblings), proof.leaf)
