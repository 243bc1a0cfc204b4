"""The append-only Merkle tree of RFC 9162 2.1 (and RFC 6962): roots, inclusion and consistency proofs.

A leaf hash is SHA-256(0x00 || data), a node SHA-256(0x01 || left || right); a tree of n > 1 leaves is split at the
largest power of two below n. A *complete subtree* at (level, index) covers the leaves [index * 2^level,
(index + 1) * 2^level) and never changes once it is full: those are the nodes that a log stores, and any proof
reads O(log n) of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from typing import Final, TypeAlias

from transire.merkle.errors import ProofInvalid, ProofUnavailable, TreeDamaged

HASH_SIZE: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
MAX_SIZE: Final = 2**53 - 1
"""Leaves at most: sizes travel as JSON integers."""

Place: TypeAlias = tuple[int, int]
"""(level, index) of a complete subtree; leaves have level 0."""
ReadNode: TypeAlias = Callable[[int, int], bytes]
"""Reads the hash of the complete subtree at (level, index)."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf.

    >>> leaf_hash(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node.

    >>> node_hash(leaf_hash(b""), leaf_hash(b"\\x00")).hex()[:16]
    'fac54203e7cc696c'
    """
    return sha256(b"\x01" + left + right).digest()


node_on_path = lru_cache(maxsize=4096)(node_hash)
"""The same for verifying: kept for some, since the paths of one tree share their upper nodes."""


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; that of no leaves is SHA-256 of nothing.

    >>> root_of([leaf_hash(b""), leaf_hash(b"\\x00"), leaf_hash(b"\\x10")]).hex()[:16]
    'aeb6bcfe274b70a1'
    """
    return HashTree(leaf_hashes).root


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The siblings from the leaf upwards; whoever needs many paths of one tree builds one `HashTree`.

    >>> leaves = [leaf_hash(bytes([i])) for i in range(3)]
    >>> inclusion_path(leaves, 2) == [node_hash(leaves[0], leaves[1])]
    True
    """
    return HashTree(leaf_hashes).path(index)


class HashTree:
    """A whole tree in memory: the root, and the path of any leaf in O(log n).

    Pairing neighbours level by level and carrying an odd last one up gives exactly the split of RFC 9162 2.1.1.

    >>> tree = HashTree([leaf_hash(bytes([i])) for i in range(5)])
    >>> tree.size, len(tree.path(0)), len(tree.path(4))
    (5, 3, 1)
    """

    __slots__ = ("_levels", "size")

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        self.size = len(leaf_hashes)
        self._levels = [list(leaf_hashes)]
        while len(self._levels[-1]) > 1:
            below = self._levels[-1]
            level = [
                sha256(b"\x01" + left + right).digest() for left, right in zip(below[::2], below[1::2], strict=False)
            ]
            if len(below) % 2:
                level.append(below[-1])
            self._levels.append(level)

    @property
    def root(self) -> bytes:
        """The root over all leaves."""
        return self._levels[-1][0] if self.size else EMPTY_ROOT

    @property
    def nodes(self) -> bytes:
        """Every digest, level by level from the leaves upwards: what `path_in_nodes` reads a path from."""
        return b"".join(chain.from_iterable(self._levels))

    def path(self, index: int) -> list[bytes]:
        """The siblings of a leaf, from the leaf upwards."""
        _check_index(index, self.size)
        path = []
        for level in self._levels[:-1]:
            sibling = index ^ 1
            if sibling < len(level):
                path.append(level[sibling])
            index >>= 1
        return path


def path_in_nodes(nodes: bytes, *, size: int, index: int) -> list[bytes]:
    """The path of a leaf, read from the `nodes` of its whole tree: a slice for each level.

    >>> leaves = [leaf_hash(bytes([i])) for i in range(5)]
    >>> tree = HashTree(leaves)
    >>> path_in_nodes(tree.nodes, size=5, index=4) == tree.path(4)
    True
    """
    _check_index(index, size)
    path, start = [], 0
    while size > 1:
        sibling = index ^ 1
        if sibling < size:
            at = (start + sibling) * HASH_SIZE
            path.append(nodes[at : at + HASH_SIZE])
        start, size, index = start + size, (size + 1) // 2, index >> 1
    return path


class CompactRange:
    """The roots of the complete subtrees of a growing tree, largest first: all that appending needs.

    >>> log = CompactRange()
    >>> [place for place, _ in log.append(leaf_hash(b"a"))]
    [(0, 0)]
    >>> [place for place, _ in log.append(leaf_hash(b"b"))]
    [(0, 1), (1, 0)]
    >>> log.size, log.root() == root_of([leaf_hash(b"a"), leaf_hash(b"b")])
    (2, True)
    """

    __slots__ = ("_roots", "size")

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        if not 0 <= size <= MAX_SIZE or len(roots) != size.bit_count():
            raise TreeDamaged(expected=f"{size.bit_count()} subtree roots for size {size}", got=len(roots))
        if any(len(root) != HASH_SIZE for root in roots):
            raise TreeDamaged(expected=f"roots of {HASH_SIZE} bytes")
        self.size = size
        self._roots = list(roots)

    def append(self, leaf: bytes) -> list[tuple[Place, bytes]]:
        """Add a leaf hash; returns the complete subtrees that this finished, the leaf first, to be stored."""
        place, node = (0, self.size), leaf
        complete = [(place, node)]
        while place[1] & 1:
            place, node = (place[0] + 1, place[1] >> 1), node_hash(self._roots.pop(), node)
            complete.append((place, node))
        self._roots.append(node)
        self.size += 1
        return complete

    def root(self) -> bytes:
        """The root of the tree as it stands."""
        if not self._roots:
            return EMPTY_ROOT
        root = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return root

    def peaks(self) -> list[tuple[Place, bytes]]:
        """The complete subtrees with their places, largest first: what paths of later leaves are made from.

        >>> CompactRange(3, [b"a" * 32, b"b" * 32]).peaks() == [((1, 0), b"a" * 32), ((0, 2), b"b" * 32)]
        True
        """
        found, at = [], 0
        for root in self._roots:
            level = (self.size - at).bit_length() - 1
            found.append(((level, at >> level), root))
            at += 1 << level
        return found

    def copy(self) -> CompactRange:
        """An independent range of the same state."""
        return CompactRange(self.size, self._roots)

    def to_bytes(self) -> bytes:
        """uint64 size, big-endian, then the subtree roots, largest first."""
        return self.size.to_bytes(8, "big") + b"".join(self._roots)

    @classmethod
    def from_bytes(cls, raw: bytes) -> CompactRange:
        """Read what `to_bytes` wrote; any other length is refused.

        >>> log = CompactRange.from_bytes(bytes(8))
        >>> log.size, log.to_bytes() == bytes(8)
        (0, True)
        """
        if len(raw) % HASH_SIZE != 8:
            raise TreeDamaged(expected="8 bytes and whole hashes", got=f"{len(raw)} bytes")
        roots = [raw[start : start + HASH_SIZE] for start in range(8, len(raw), HASH_SIZE)]
        return cls(int.from_bytes(raw[:8], "big"), roots)


def inclusion_proof(size: int, index: int, read_node: ReadNode) -> list[bytes]:
    """The path of a leaf in the tree of a given size, from stored complete subtrees (RFC 9162 2.1.3.1)."""
    _check_index(index, size)
    path = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_root(middle, end, read_node))
            end = middle
        else:
            path.append(_range_root(begin, middle, read_node))
            begin = middle
    path.reverse()
    return path


def consistency_proof(old: int, new: int, read_node: ReadNode) -> list[bytes]:
    """The proof that the tree of size `new` extends that of size `old` (RFC 9162 2.1.4.1).

    >>> consistency_proof(3, 3, lambda level, index: b"")
    []
    """
    if not 0 <= old <= new <= MAX_SIZE:
        raise ProofUnavailable(expected="an old size within the new", got=f"{old} of {new}")
    if old in (0, new):
        return []
    path = []
    begin, end = 0, new
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            path.append(_range_root(middle, end, read_node))
            end = middle
        else:
            path.append(_range_root(begin, middle, read_node))
            begin = middle
    if begin > 0:
        path.append(_range_root(begin, end, read_node))
    path.reverse()
    return path


def verify_inclusion(leaf: bytes, *, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Refuse a path that does not lead from the leaf hash at `index` to the root (RFC 9162 2.1.3.2).

    >>> leaves = [leaf_hash(bytes([i])) for i in range(3)]
    >>> verify_inclusion(leaves[2], index=2, size=3, path=inclusion_path(leaves, 2), root=root_of(leaves))
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofInvalid(expected="an index within the tree", got=f"{index} of {size}")
    _check_hashes([leaf, root, *path])
    position, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ProofInvalid(expected="a shorter path", got=f"{len(path)} hashes")
        if position & 1 or position == last:
            node = node_on_path(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_on_path(node, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofInvalid(expected="a longer path", got=f"{len(path)} hashes")
    _check_root(node, root)


def verify_consistency(
    *, old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Refuse a proof that does not show the old tree to be the beginning of the new (RFC 9162 2.1.4.2).

    >>> verify_consistency(old_size=0, old_root=EMPTY_ROOT, new_size=1, new_root=leaf_hash(b""), path=[])
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise ProofInvalid(expected="an old size within the new", got=f"{old_size} of {new_size}")
    _check_hashes([old_root, new_root, *path])
    if old_size in (0, new_size):
        if path:
            raise ProofInvalid(expected="an empty path", got=f"{len(path)} hashes")
        if new_size == 0:
            _check_root(EMPTY_ROOT, new_root)
        _check_root(EMPTY_ROOT if old_size == 0 else new_root, old_root)
        return
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        # A power of two is one complete subtree of the new tree: its root is where the proof begins.
        nodes.insert(0, old_root)
    if not nodes:
        raise ProofInvalid(expected="a longer path", got="0 hashes")
    _fold_consistency(nodes, old_size, new_size, old_root, new_root)


def _fold_consistency(nodes: list[bytes], old_size: int, new_size: int, old_root: bytes, new_root: bytes) -> None:
    old_last, new_last = old_size - 1, new_size - 1
    while old_last & 1:
        old_last, new_last = old_last >> 1, new_last >> 1
    old = new = nodes[0]
    for sibling in nodes[1:]:
        if new_last == 0:
            raise ProofInvalid(expected="a shorter path")
        if old_last & 1 or old_last == new_last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not old_last & 1 and old_last:
                old_last, new_last = old_last >> 1, new_last >> 1
        else:
            new = node_hash(new, sibling)
        old_last, new_last = old_last >> 1, new_last >> 1
    if new_last:
        raise ProofInvalid(expected="a longer path")
    _check_root(old, old_root)
    _check_root(new, new_root)


def _split(size: int) -> int:
    """The largest power of two below a size above 1 (RFC 9162 2.1.1)."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(begin: int, end: int, read_node: ReadNode) -> bytes:
    """The hash of the leaves [begin, end), where begin is a multiple of the enclosing power of two."""
    roots = []
    while begin < end:
        # The largest complete subtree that starts here; the first is aligned because the tree was split so.
        level = (end - begin).bit_length() - 1
        roots.append(read_node(level, begin >> level))
        begin += 1 << level
    root = roots.pop()
    while roots:
        root = node_hash(roots.pop(), root)
    return root


def _check_index(index: int, size: int) -> None:
    if not 0 <= index < size <= MAX_SIZE:
        raise ProofUnavailable(expected=f"an index below {size}", got=index)


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_SIZE for value in hashes):
        raise ProofInvalid(expected=f"hashes of {HASH_SIZE} bytes")


def _check_root(found: bytes, root: bytes) -> None:
    if found != root:
        raise ProofInvalid(expected=f"root {root.hex()}", got=found.hex())
