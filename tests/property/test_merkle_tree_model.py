"""The append-only tree against RFC 9162's recursion, and every alteration of its proofs."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.merkle.errors import ProofInvalid, ProofUnavailable
from transire.merkle.tree import (
    CompactRange,
    HashTree,
    consistency_proof,
    inclusion_path,
    inclusion_proof,
    leaf_hash,
    node_hash,
    path_in_nodes,
    verify_consistency,
    verify_inclusion,
)

MOST = 260
LEAVES = [leaf_hash(number.to_bytes(2, "big")) for number in range(MOST)]


def defined_root(leaves: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, word for word, over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return node_hash(defined_root(leaves[:k]), defined_root(leaves[k:]))


def grow() -> tuple[list[bytes], dict[tuple[int, int], bytes]]:
    log, roots, nodes = CompactRange(), [CompactRange().root()], {}
    for leaf in LEAVES:
        nodes.update(log.append(leaf))
        roots.append(log.root())
    return roots, nodes


ROOTS, NODES = grow()


def read(level: int, index: int) -> bytes:
    return NODES[level, index]


def test_every_root_is_the_defined_one() -> None:
    for size in range(MOST + 1):
        assert ROOTS[size] == HashTree(LEAVES[:size]).root
    for size in (0, 1, 2, 3, 5, 64, 65, 127, 200, MOST):
        assert ROOTS[size] == defined_root(LEAVES[:size])


def test_every_path_is_read_from_the_digests_of_the_tree() -> None:
    for size in (1, 2, 3, 5, 64, 65, 127, 200, MOST):
        tree = HashTree(LEAVES[:size])
        for index in range(size):
            assert path_in_nodes(tree.nodes, size=size, index=index) == tree.path(index)
    for index in (-1, MOST):
        with pytest.raises(ProofUnavailable):
            path_in_nodes(HashTree(LEAVES).nodes, size=MOST, index=index)


@st.composite
def places(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(st.integers(1, MOST))
    return draw(st.integers(0, size - 1)), size


@given(places())
def test_every_leaf_is_proven_from_stored_nodes(place: tuple[int, int]) -> None:
    index, size = place
    path = inclusion_proof(size, index, read)
    assert path == inclusion_path(LEAVES[:size], index)
    verify_inclusion(LEAVES[index], index=index, size=size, path=path, root=ROOTS[size])


@given(places(), st.data())
def test_an_altered_inclusion_proof_is_refused(place: tuple[int, int], data: st.DataObject) -> None:
    """A path may fit another (index, size) of the same shape; leaf, path or root altered never pass."""
    index, size = place
    path = inclusion_proof(size, index, read)
    leaf, altered, root = alter(data, LEAVES[index], path, ROOTS[size])
    with pytest.raises(ProofInvalid):
        verify_inclusion(leaf, index=index, size=size, path=altered, root=root)


@given(places(), st.integers(0, MOST - 1))
def test_a_path_shows_no_other_leaf(place: tuple[int, int], other: int) -> None:
    index, size = place
    if other != index:
        path = inclusion_proof(size, index, read)
        with pytest.raises(ProofInvalid):
            verify_inclusion(LEAVES[other], index=index, size=size, path=path, root=ROOTS[size])


@given(places())
def test_every_old_tree_is_the_beginning_of_the_new(place: tuple[int, int]) -> None:
    old, new = place[0] + 1, place[1]
    path = consistency_proof(old, new, read)
    verify_consistency(old_size=old, old_root=ROOTS[old], new_size=new, new_root=ROOTS[new], path=path)


@given(places(), st.data())
def test_an_altered_consistency_proof_is_refused(place: tuple[int, int], data: st.DataObject) -> None:
    old, new = place[0] + 1, place[1]
    path = consistency_proof(old, new, read)
    old_root, altered, new_root = alter(data, ROOTS[old], path, ROOTS[new])
    with pytest.raises(ProofInvalid):
        verify_consistency(old_size=old, old_root=old_root, new_size=new, new_root=new_root, path=altered)


@given(st.integers(1, MOST - 1), st.integers(0, MOST - 1))
def test_a_rewritten_past_is_not_consistent(old: int, changed: int) -> None:
    """The attack that consistency proofs are for: a leaf of the past replaced, everything else honest."""
    if changed >= old:
        return
    forged = CompactRange()
    nodes = {}
    for index, leaf in enumerate(LEAVES):
        nodes.update(forged.append(leaf_hash(b"forged") if index == changed else leaf))
    path = consistency_proof(old, MOST, lambda level, index: nodes[level, index])
    with pytest.raises(ProofInvalid):
        verify_consistency(old_size=old, old_root=ROOTS[old], new_size=MOST, new_root=forged.root(), path=path)


def alter(data: st.DataObject, first: bytes, path: list[bytes], last: bytes) -> tuple[bytes, list[bytes], bytes]:
    """One bit of one hash changed, or one hash of the path removed, repeated or moved."""
    parts = [first, *path, last]
    way = data.draw(st.sampled_from(["bit", "remove", "repeat", "swap"] if len(set(path)) > 1 else ["bit"]))
    if way == "bit":
        place, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
        parts[place] = (int.from_bytes(parts[place], "big") ^ 1 << bit).to_bytes(32, "big")
        return parts[0], parts[1:-1], parts[-1]
    place = data.draw(st.integers(0, len(path) - 1))
    other = data.draw(st.integers(0, len(path) - 1).filter(lambda number: path[number] != path[place]))
    if way == "remove":
        return first, path[:place] + path[place + 1 :], last
    if way == "repeat":
        return first, [*path[:place], path[place], *path[place:]], last
    moved = list(path)
    moved[place], moved[other] = moved[other], moved[place]
    return first, moved, last
