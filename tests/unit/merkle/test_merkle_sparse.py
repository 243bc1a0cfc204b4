"""The sparse map's edges: versions, pruning, damage, and what a proof may not be bent to say."""

from __future__ import annotations

from hashlib import sha256

import pytest
from memory_rows import Rows

from transire.crypto.errors import EncodingInvalid
from transire.merkle.errors import ProofInvalid, ProofUnavailable, TreeDamaged, VersionPruned
from transire.merkle.pages import leaf_hash
from transire.merkle.sparse import EMPTY, SparseMap, SparseProof, verify_absence, verify_presence
from transire.merkle.tree import node_hash


def key(number: int) -> bytes:
    return sha256(b"key %d" % number).digest()


def value(number: int) -> bytes:
    return sha256(b"value %d" % number).digest()


def filled(count: int, version: int = 1) -> tuple[Rows, SparseMap, bytes]:
    rows = Rows()
    members = SparseMap(rows)
    root = members.update_many({key(n): value(n) for n in range(count)}, version)
    return rows, members, root


def test_an_empty_map_has_the_empty_root() -> None:
    members = SparseMap(Rows())
    assert members.latest is None
    with pytest.raises(ProofUnavailable, match="a version that was written"):
        members.root_at(0)
    assert members.update_many({}, 0) == EMPTY
    assert members.prove(key(1), 0) == SparseProof((), None)


def test_a_map_of_one_leaf_is_that_leaf() -> None:
    _, members, root = filled(1)
    assert root == leaf_hash(key(0), value(0))
    assert members.prove(key(0), 1) == SparseProof((), (key(0), value(0)))


def test_neighbours_in_the_last_bit_sit_256_levels_deep() -> None:
    members = SparseMap(Rows())
    left, right = bytes(32), bytes(31) + b"\1"
    root = members.update_many({left: value(1), right: value(2)}, 1)
    expected = node_hash(leaf_hash(left, value(1)), leaf_hash(right, value(2)))
    for _ in range(255):
        expected = node_hash(expected, EMPTY)
    assert root == expected
    proof = members.prove(right, 1)
    assert len(proof.siblings) == 256
    verify_presence(root, right, value(2), proof)
    verify_absence(root, b"\x80" + bytes(31), members.prove(b"\x80" + bytes(31), 1))


def test_hashes_only() -> None:
    members = SparseMap(Rows())
    for changes in ({b"short": value(1)}, {key(1): b"short"}):
        with pytest.raises(ValueError, match="hashes of 32 bytes"):
            members.update_many(changes, 1)
    with pytest.raises(ValueError, match="hash of 32 bytes"):
        members.prove(b"short", 1)


def test_versions_only_grow() -> None:
    _, members, _ = filled(3, version=5)
    with pytest.raises(ValueError, match="version 4 cannot be written after version 5"):
        members.update_many({}, 4)


def test_one_version_may_be_written_in_several_steps() -> None:
    """A block's changes may come in batches; the form in storage is that of one batch."""
    rows, members, _ = filled(200)
    steps = {key(n): value(n + 1) if n % 3 else None for n in range(260)}
    for number, new in steps.items():
        members.update_many({number: new}, 2)
    once, whole, _ = filled(200)
    assert whole.update_many(steps, 2) == members.root_at(2)
    assert rows.of(b"n") == once.of(b"n")
    assert {name: rows[name] for name in rows.of(b"n")} == {name: once[name] for name in once.of(b"n")}
    for either in (members, whole):
        either.update_many({}, 3)
        either.prune(3)
    assert rows == once
    assert not rows.of(b"s")


def test_a_change_that_changes_nothing_writes_no_page() -> None:
    rows, members, root = filled(300)
    before = rows.of(b"n")
    assert members.update_many({key(7): value(7), key(1000): None}, 2) == root
    assert rows.of(b"n") == before
    assert not rows.of(b"s")


def test_removing_everything_leaves_no_page() -> None:
    rows, members, _ = filled(300)
    assert members.update_many({key(n): None for n in range(300)}, 2) == EMPTY
    members.update_many({}, 3)
    members.prune(3)
    assert not rows.of(b"n")
    assert not rows.of(b"s")


def test_pages_that_come_and_go_within_one_version_leave_nothing() -> None:
    rows, members, _ = filled(300)
    assert members.update_many({key(n): None for n in range(300)}, 1) == EMPTY
    assert not rows.of(b"n")
    assert not rows.of(b"s")


def test_the_form_in_storage_depends_on_the_content_alone() -> None:
    """However a map was reached, it has the same pages: only their versions differ."""
    rows, members, _ = filled(400)
    members.update_many({key(n): None for n in range(400) if n % 7}, 2)
    members.update_many({}, 3)
    members.prune(3)
    again = Rows()
    SparseMap(again).update_many({key(n): value(n) for n in range(0, 400, 7)}, 1)
    assert {name[9:] for name in rows.of(b"n")} == {name[9:] for name in again.of(b"n")}


def test_heights_without_change_have_the_root_before_them() -> None:
    _, members, first = filled(10, version=3)
    second = members.update_many({key(1): value(9)}, 7)
    assert [members.root_at(height) for height in (3, 4, 6, 7, 8, 1000)] == [first] * 3 + [second] * 2 + [second]
    assert members.get(key(1), 6) == value(1)
    assert members.get(key(1), 7) == value(9)
    assert members.get(key(99), 7) is None


def test_pruning_keeps_what_later_versions_need() -> None:
    rows, members, _ = filled(100)
    roots = {1: members.root_at(1)}
    for version in range(2, 30):
        roots[version] = members.update_many({key(version * 3): value(version)}, version)
    members.prune(20)
    for version in range(20, 30):
        verify_presence(roots[version], key(60), value(20), members.prove(key(60), version))
        assert dict(members.items(version))[key(60)] == value(20)
    with pytest.raises(VersionPruned, match="Expected a version from 20 on, got 19"):
        members.prove(key(60), 19)
    assert not any(int.from_bytes(row[1:9], "big") <= 20 for row in rows.of(b"s"))
    assert min(rows.of(b"r")) == b"r" + (20).to_bytes(8, "big")


def test_pruning_between_changes_keeps_the_version_that_still_rules() -> None:
    rows, members, first = filled(50, version=10)
    members.update_many({key(1): value(5)}, 1000)
    members.prune(500)
    assert members.root_at(600) == first
    assert dict(members.items(999))[key(1)] == value(1)
    members.prune(900)
    members.prune(1000)
    assert rows.of(b"r") == {b"r" + (1000).to_bytes(8, "big")}
    assert dict(members.items(1000))[key(1)] == value(5)


def test_pruning_an_idle_map_keeps_its_last_version() -> None:
    rows, members, root = filled(50)
    members.prune(10**6)
    assert members.root_at(10**6) == root
    rows.reads = 0
    members.prune(10**6 + 1)
    assert rows.reads == 1


def test_pruning_nothing_does_nothing() -> None:
    rows = Rows()
    SparseMap(rows).prune(5)
    assert not rows


def test_pruning_reads_each_height_once() -> None:
    """A gap of a million idle heights is walked once, not at every block after it."""
    rows, members, _ = filled(5, version=1)
    members.update_many({key(1): value(7)}, 100_000)
    members.prune(99_000)
    rows.reads = 0
    members.prune(99_001)
    assert rows.reads < 20


def test_a_proof_of_a_large_map_reads_few_rows() -> None:
    rows, members, _ = filled(5000)
    rows.reads = 0
    members.prove(key(77), 1)
    assert rows.reads <= 3 + 5


@pytest.mark.parametrize("offset", [0, 7, 8, 40, 100, -1])
def test_an_altered_page_is_named_by_the_deep_check(offset: int) -> None:
    rows, members, _ = filled(500)
    page = sorted(rows.of(b"n"))[3]
    rows[page] = flipped(rows[page], offset)
    with pytest.raises(TreeDamaged, match="incomplete or was altered"):
        list(members.items(1))


def test_a_page_altered_on_the_path_gives_no_proof() -> None:
    rows, members, root = filled(500)
    names = sorted(rows.of(b"n"))
    for name in names:
        before = rows[name]
        rows[name] = flipped(before, -1)
        for number in range(0, 500, 40):
            try:
                proof = members.prove(key(number), 1)
            except TreeDamaged:
                continue
            verify_presence(root, key(number), value(number), proof)
        rows[name] = before


def flipped(raw: bytes, offset: int) -> bytes:
    changed = bytearray(raw)
    changed[offset] ^= 1
    return bytes(changed)


def test_a_missing_page_is_named() -> None:
    rows, members, _ = filled(500)
    rows.delete(min(rows.of(b"n"), key=len))
    for attempt in (lambda: members.prove(key(1), 1), lambda: members.update_many({key(1): value(9)}, 2)):
        with pytest.raises(TreeDamaged, match="a page at the root"):
            attempt()


def test_a_missing_root_is_named() -> None:
    rows, members, _ = filled(5)
    members.update_many({key(1): value(2)}, 2)
    rows.delete(b"r" + (2).to_bytes(8, "big"))
    with pytest.raises(TreeDamaged, match="the root row of version 2"):
        members.root_at(2)


def test_nothing_is_remembered_when_a_store_drops_what_was_written() -> None:
    """A block that is applied and not committed leaves no trace in the map."""
    rows, members, root = filled(100)
    before = dict(rows)
    members.update_many({key(n): None for n in range(50)}, 2)
    rows.clear()
    rows.update(before)
    assert members.latest == 1
    assert members.root_at(1) == root
    verify_presence(root, key(3), value(3), members.prove(key(3), 1))


# What a proof may not be bent to say.


def test_a_proof_speaks_of_its_own_key_and_value_only() -> None:
    _, members, root = filled(20)
    proof = members.prove(key(3), 1)
    with pytest.raises(ProofInvalid, match=f"Expected key {key(4).hex()}"):
        verify_presence(root, key(4), value(3), proof)
    with pytest.raises(ProofInvalid, match=f"Expected value {value(4).hex()}"):
        verify_presence(root, key(3), value(4), proof)
    with pytest.raises(ProofInvalid, match="got a proof of presence"):
        verify_absence(root, key(3), proof)
    with pytest.raises(ProofInvalid, match="got a proof of absence"):
        verify_presence(root, key(3), value(3), SparseProof(proof.siblings, None))


def test_another_leaf_proves_absence_only_on_the_same_path() -> None:
    """The attack: show some leaf that exists, deep elsewhere, as if it were in the way of the key."""
    _, members, root = filled(50)
    for number in range(50):
        proof = members.prove(key(number), 1)
        for absent in (key(1000), key(1001), key(1002)):
            if members.prove(absent, 1) != proof:
                with pytest.raises(ProofInvalid, match=r"a leaf sharing|Expected root"):
                    verify_absence(root, absent, proof)


def test_another_leaf_must_share_the_path_even_under_a_root_that_no_honest_map_has() -> None:
    """Whoever can have a root of their own making signed must still not hide a key behind a foreign leaf."""
    foreign, absent = b"\x80" + bytes(31), bytes(32)
    sibling = leaf_hash(b"\xff" * 32, value(2))
    root = node_hash(leaf_hash(foreign, value(1)), sibling)
    with pytest.raises(ProofInvalid, match="Expected a leaf sharing 1 bits, got 0"):
        verify_absence(root, absent, SparseProof((sibling,), (foreign, value(1))))


def test_the_boundary_between_key_and_value_is_not_moved_to_deny_a_leaf() -> None:
    """H(key) || H(value) cut elsewhere has the same hash, and would be another key: lengths are checked first."""
    members = SparseMap(Rows())
    present = bytes(32)
    root = members.update_many({present: value(1)}, 1)
    for cut in (0, 31, 33, 64):
        whole = present + value(1)
        with pytest.raises(ProofInvalid):
            verify_absence(root, present, SparseProof((), (whole[:cut], whole[cut:])))


def test_an_empty_place_is_not_moved_up_to_hide_a_leaf() -> None:
    members = SparseMap(Rows())
    root = members.update_many({bytes(32): value(1), b"\x40" + bytes(31): value(2), b"\x20" + bytes(31): value(3)}, 1)
    absent = b"\x80" + bytes(31)
    proof = members.prove(absent, 1)
    verify_absence(root, absent, proof)
    assert proof.leaf is None
    with pytest.raises(ProofInvalid):
        verify_absence(root, bytes(32), proof)


def test_lengths_in_proofs_are_exact() -> None:
    _, members, root = filled(20)
    good = members.prove(key(3), 1)
    assert good.leaf is not None
    bad = [
        SparseProof((*good.siblings[:-1], good.siblings[-1] + b"x"), good.leaf),
        SparseProof((b"", *good.siblings), good.leaf),
        SparseProof(good.siblings * 200, good.leaf),
        SparseProof(good.siblings, (good.leaf[0], good.leaf[1] + b"x")),
    ]
    for proof in bad:
        with pytest.raises(ProofInvalid):
            verify_presence(root, key(3), proof.leaf[1] if proof.leaf else b"", proof)
    with pytest.raises(ProofInvalid):
        verify_presence(root[:-1], key(3), value(3), good)


def test_json_of_a_proof_goes_both_ways() -> None:
    _, members, _ = filled(20)
    for number in (3, 1000, 1001):
        proof = members.prove(key(number), 1)
        assert SparseProof.from_json(proof.as_json()) == proof


@pytest.mark.parametrize(
    "shown",
    [
        None,
        {},
        {"leaf": None},
        {"leaf": None, "siblings": [], "more": 1},
        {"leaf": [], "siblings": []},
        {"leaf": ["A" * 43], "siblings": []},
        {"leaf": None, "siblings": "A" * 43},
        {"leaf": None, "siblings": [1]},
        {"leaf": None, "siblings": ["AAAA"]},
        {"leaf": "A" * 43, "siblings": []},
    ],
)
def test_json_of_another_form_is_refused(shown: object) -> None:
    with pytest.raises((ProofInvalid, EncodingInvalid)):
        SparseProof.from_json(shown)  # type: ignore[arg-type]
