"""The edges of the append-only tree: what is asked for, and what is shown, must fit."""

from __future__ import annotations

import pytest

from transire.merkle.errors import ProofInvalid, ProofUnavailable, TreeDamaged
from transire.merkle.tree import (
    EMPTY_ROOT,
    CompactRange,
    HashTree,
    consistency_proof,
    inclusion_path,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(9)]


def grown(size: int) -> tuple[CompactRange, dict[tuple[int, int], bytes]]:
    log, nodes = CompactRange(), {}
    for leaf in LEAVES[:size]:
        nodes.update(log.append(leaf))
    return log, nodes


def test_a_leaf_is_no_node() -> None:
    """RFC 9162 2.1.1: the prefixes keep an inner node from being shown as a leaf."""
    assert leaf_hash(LEAVES[0] + LEAVES[1]) != node_hash(LEAVES[0], LEAVES[1])


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == CompactRange().root() == HashTree([]).root == EMPTY_ROOT


@pytest.mark.parametrize(("size", "index"), [(0, 0), (3, 3), (3, -1)])
def test_there_is_no_path_outside_the_tree(size: int, index: int) -> None:
    with pytest.raises(ProofUnavailable, match=f"Expected an index below {size}, got {index}"):
        inclusion_path(LEAVES[:size], index)
    with pytest.raises(ProofUnavailable):
        inclusion_proof(size, index, lambda level, place: b"")


@pytest.mark.parametrize(("old", "new"), [(4, 3), (-1, 3)])
def test_a_tree_is_never_consistent_with_a_smaller(old: int, new: int) -> None:
    with pytest.raises(ProofUnavailable, match="an old size within the new"):
        consistency_proof(old, new, lambda level, place: b"")
    with pytest.raises(ProofInvalid, match="an old size within the new"):
        verify_consistency(old_size=old, old_root=EMPTY_ROOT, new_size=new, new_root=EMPTY_ROOT, path=[])


def test_consistency_with_nothing_needs_no_proof() -> None:
    assert consistency_proof(0, 5, lambda level, place: b"") == []
    verify_consistency(old_size=0, old_root=EMPTY_ROOT, new_size=5, new_root=root_of(LEAVES[:5]), path=[])
    verify_consistency(old_size=0, old_root=EMPTY_ROOT, new_size=0, new_root=EMPTY_ROOT, path=[])


@pytest.mark.parametrize(
    ("old", "old_root", "new", "new_root"),
    [
        (0, LEAVES[0], 5, root_of(LEAVES[:5])),
        (0, EMPTY_ROOT, 0, LEAVES[0]),
        (0, LEAVES[0], 0, LEAVES[0]),
        (5, LEAVES[0], 5, root_of(LEAVES[:5])),
    ],
)
def test_wrong_roots_with_an_empty_proof_are_refused(old: int, old_root: bytes, new: int, new_root: bytes) -> None:
    with pytest.raises(ProofInvalid, match="Expected root"):
        verify_consistency(old_size=old, old_root=old_root, new_size=new, new_root=new_root, path=[])


def test_proofs_that_are_too_long_or_short_are_refused() -> None:
    _, nodes = grown(7)
    read = lambda level, index: nodes[level, index]  # noqa: E731
    roots = [root_of(LEAVES[:size]) for size in range(8)]
    path = inclusion_proof(7, 2, read)
    for wrong in (path[:-1], [*path, roots[1]], []):
        with pytest.raises(ProofInvalid, match=r"a (longer|shorter) path"):
            verify_inclusion(LEAVES[2], index=2, size=7, path=wrong, root=roots[7])
    path = consistency_proof(3, 7, read)
    for wrong in (path[:-1], [*path, roots[1]], []):
        with pytest.raises(ProofInvalid, match=r"a (longer|shorter) path"):
            verify_consistency(old_size=3, old_root=roots[3], new_size=7, new_root=roots[7], path=wrong)
    with pytest.raises(ProofInvalid, match="an empty path"):
        verify_consistency(old_size=7, old_root=roots[7], new_size=7, new_root=roots[7], path=[roots[1]])


def test_hashes_of_other_lengths_are_refused() -> None:
    """A node of 31 bytes beside one of 33 hashes the same: lengths must be checked before hashing."""
    with pytest.raises(ProofInvalid, match="hashes of 32 bytes"):
        verify_inclusion(LEAVES[0], index=0, size=2, path=[bytes(31)], root=bytes(32))
    with pytest.raises(ProofInvalid, match="hashes of 32 bytes"):
        verify_consistency(old_size=1, old_root=bytes(32), new_size=2, new_root=bytes(32), path=[bytes(33)])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (2, 2), (-1, 2), (0, 2**53)])
def test_an_index_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(ProofInvalid, match="an index within the tree"):
        verify_inclusion(LEAVES[0], index=index, size=size, path=[], root=LEAVES[0])


def test_a_compact_range_goes_through_bytes() -> None:
    for size in range(9):
        log, _ = grown(size)
        again = CompactRange.from_bytes(log.to_bytes())
        assert (again.size, again.root(), again.append(LEAVES[8])) == (size, log.root(), log.append(LEAVES[8]))


def test_a_copy_grows_alone() -> None:
    log, _ = grown(3)
    copy = log.copy()
    copy.append(LEAVES[3])
    assert (log.size, log.root()) == (3, root_of(LEAVES[:3]))


@pytest.mark.parametrize("raw", [b"", bytes(7), bytes(40), (3).to_bytes(8, "big") + bytes(32), bytes(9)])
def test_bytes_of_no_compact_range_are_refused(raw: bytes) -> None:
    with pytest.raises(TreeDamaged, match="incomplete or was altered"):
        CompactRange.from_bytes(raw)


def test_a_compact_range_of_other_hashes_is_refused() -> None:
    with pytest.raises(TreeDamaged, match="roots of 32 bytes"):
        CompactRange(1, [bytes(31)])


def test_any_proof_of_a_million_leaves_reads_few_nodes() -> None:
    reads = []

    def read(level: int, index: int) -> bytes:
        reads.append((level, index))
        return bytes(32)

    for index in (0, 524_287, 999_999):
        reads.clear()
        inclusion_proof(1_000_000, index, read)
        assert len(reads) <= 2 * 20
    reads.clear()
    consistency_proof(999_999, 1_000_000, read)
    assert len(reads) <= 2 * 20
