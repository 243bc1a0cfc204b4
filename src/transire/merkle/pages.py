"""How the sparse map lies in storage: pages of four levels, so that one read fetches four.

A *slot* is a subtree at the foot of a page, told apart by its length:

    0 bytes             empty
    64 bytes            one leaf: H(key) || H(value)
    32 + 64 n bytes     a bunch of n = 2, 3 or 4 leaves: its hash, then the leaves in order
    40 bytes            a page below: version in which it was written (uint64) || its hash

A *page* holds 16 slots as four *quads*. Its bytes: 16 tags of four bits (0 empty, 1 to 4 leaves, 15 a page); the
hash of every quad that is not empty; then the slots. To change one slot one quad is hashed again, and the other
three are copied as they are. A subtree of at most four leaves is a bunch, never a page, so that the form depends
on the content alone.

The *weight* of a subtree is 0 when it is empty, 1 when it is one leaf, 2 when it holds more. A subtree of weight 1
has its leaf's hash at every level: that is the rule by which proofs end where the leaf sits.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final, TypeAlias

from transire.merkle.errors import TreeDamaged

HASH_SIZE: Final = 32
EMPTY: Final = bytes(HASH_SIZE)
LEAF_SIZE: Final = 2 * HASH_SIZE
PAGE_SLOT_SIZE: Final = 8 + HASH_SIZE
BUNCH_LIMIT: Final = 4
EMPTY_SLOT: Final = b""
EMPTY_PAGE: Final = bytes(8)

Leaf: TypeAlias = bytes
"""H(key) || H(value): leaves sort by their keys."""
Slot: TypeAlias = bytes
Weighted: TypeAlias = tuple[bytes, int]
"""A subtree's hash and weight."""

_PAGE_TAG: Final = 15
_TAG_OF_LENGTH: Final = {0: 0, LEAF_SIZE: 1, PAGE_SLOT_SIZE: _PAGE_TAG} | {
    HASH_SIZE + LEAF_SIZE * count: count for count in range(2, BUNCH_LIMIT + 1)
}
_LENGTH_OF_TAG: Final = {tag: length for length, tag in _TAG_OF_LENGTH.items()}
_IMPOSSIBLE: Final = 1 << 20
"""The length that an undefined tag stands for: no page is so long, so reading it fails."""

# For two tags in one byte: where the second slot begins, where it ends, weight and number of leaves of both.
_FIRST: Final = tuple(_LENGTH_OF_TAG.get(byte >> 4, _IMPOSSIBLE) for byte in range(256))
_BOTH: Final = tuple(_FIRST[byte] + _LENGTH_OF_TAG.get(byte & 15, _IMPOSSIBLE) for byte in range(256))
_WEIGHT: Final = tuple(min(byte >> 4, 2) + min(byte & 15, 2) for byte in range(256))
_LEAVES: Final = tuple((byte >> 4) + (byte & 15) for byte in range(256))
"""A page counts as 15 leaves: more than a bunch holds, and that is all that is asked."""


def leaf_hash(key_hash: bytes, value_hash: bytes) -> bytes:
    """H(0x00 || H(key) || H(value)), LEDGER.md 6."""
    return sha256(b"\x00" + key_hash + value_hash).digest()


def slot_of(leaves: list[Leaf], depth: int) -> Slot:
    """The slot of at most `BUNCH_LIMIT` sorted leaves, `depth` bits below the root."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_SLOT
    return leaves_hash(leaves, depth) + b"".join(leaves)


def leaves_of(slot: Slot) -> list[Leaf]:
    """The leaves of a slot that is no page."""
    begin = 0 if len(slot) == LEAF_SIZE else HASH_SIZE
    return [slot[at : at + LEAF_SIZE] for at in range(begin, len(slot), LEAF_SIZE)]


def leaves_hash(leaves: list[Leaf], depth: int) -> bytes:
    """The hash of the subtree of sorted leaves whose keys share their first `depth` bits."""
    if len(leaves) < 2:
        return sha256(b"\x00" + leaves[0]).digest() if leaves else EMPTY
    left, right = split(leaves, depth)
    if len(left) == len(right) == 1:
        return sha256(b"\x01" + sha256(b"\x00" + left[0]).digest() + sha256(b"\x00" + right[0]).digest()).digest()
    return sha256(b"\x01" + leaves_hash(left, depth + 1) + leaves_hash(right, depth + 1)).digest()


def split(leaves: list[Leaf], depth: int) -> tuple[list[Leaf], list[Leaf]]:
    """The leaves whose bit number `depth` is 0, and those where it is 1."""
    byte, mask = depth >> 3, 0x80 >> (depth & 7)
    middle = 0
    while middle < len(leaves) and not leaves[middle][byte] & mask:
        middle += 1
    return leaves[:middle], leaves[middle:]


def weigh(slot: Slot) -> Weighted:
    """The hash and weight of a slot."""
    length = len(slot)
    if length == PAGE_SLOT_SIZE:
        return slot[8:], 2
    if length == LEAF_SIZE:
        return sha256(b"\x00" + slot).digest(), 1
    return (slot[:HASH_SIZE], 2) if slot else (EMPTY, 0)


def join(left: bytes, left_weight: int, right: bytes, right_weight: int) -> bytes:
    """The hash of the subtree over two; one leaf alone, or nothing, is passed up unchanged."""
    if left_weight + right_weight < 2:
        return left if left_weight else right
    return sha256(b"\x01" + left + right).digest()


def quad_hash(slots: list[Slot]) -> bytes:
    """The hash over the four slots of a quad."""
    a, b, c, d = slots
    if len(a) == len(b) == len(c) == len(d) == PAGE_SLOT_SIZE:
        # Nearly all quads of a large map but those at its foot are of this kind.
        return _over_four(a[8:], b[8:], c[8:], d[8:])
    return _over_weighed(*map(weigh, slots))


def _over_four(a: bytes, b: bytes, c: bytes, d: bytes) -> bytes:
    """Two levels of nodes, all of them real."""
    left = sha256(b"\x01" + a + b).digest()
    return sha256(b"\x01" + left + sha256(b"\x01" + c + d).digest()).digest()


def _over_weighed(a: Weighted, b: Weighted, c: Weighted, d: Weighted) -> bytes:
    """Two levels of nodes, of which some may be only one leaf or nothing."""
    left, right = join(*a, *b), join(*c, *d)
    return join(left, a[1] + b[1], right, c[1] + d[1])


class Page:
    """A page being read or changed: its tags, and per quad its hash and slots as bytes."""

    __slots__ = ("bodies", "hashes", "tags")

    def __init__(self, raw: bytes) -> None:
        tags = self.tags = bytearray(raw[:8])
        lengths = [
            _BOTH[tags[0]] + _BOTH[tags[1]],
            _BOTH[tags[2]] + _BOTH[tags[3]],
            _BOTH[tags[4]] + _BOTH[tags[5]],
            _BOTH[tags[6]] + _BOTH[tags[7]],
        ]
        if all(lengths):
            self.hashes = [raw[8:40], raw[40:72], raw[72:104], raw[104:136]]
            begin = 136
        else:
            begin = self._read_hashes(raw, lengths)
        second = begin + lengths[0]
        third = second + lengths[1]
        fourth = third + lengths[2]
        if fourth + lengths[3] != len(raw):
            raise TreeDamaged(expected=f"a page of {fourth + lengths[3]} bytes", got=f"{len(raw)} bytes")
        self.bodies = [raw[begin:second], raw[second:third], raw[third:fourth], raw[fourth:]]

    def _read_hashes(self, raw: bytes, lengths: list[int]) -> int:
        """Read the hashes of the quads that are not empty; returns where the slots begin."""
        self.hashes = [EMPTY] * 4
        begin = 8
        for quad, length in enumerate(lengths):
            if length:
                self.hashes[quad] = raw[begin : begin + HASH_SIZE]
                begin += HASH_SIZE
        return begin

    def slots(self, quad: int) -> list[Slot]:
        """The four slots of a quad."""
        body = self.bodies[quad]
        left, right = self.tags[2 * quad], self.tags[2 * quad + 1]
        second, third = _FIRST[left], _BOTH[left]
        fourth = third + _FIRST[right]
        return [body[:second], body[second:third], body[third:fourth], body[fourth:]]

    def replace(self, quad: int, slots: list[Slot]) -> bool:
        """Put four slots in place of a quad's; says whether that changed anything."""
        a, b, c, d = slots
        body = a + b + c + d
        if body == self.bodies[quad]:
            return False
        self.bodies[quad] = body
        tag = _TAG_OF_LENGTH
        self.tags[2 * quad] = tag[len(a)] << 4 | tag[len(b)]
        self.tags[2 * quad + 1] = tag[len(c)] << 4 | tag[len(d)]
        self.hashes[quad] = quad_hash(slots)
        return True

    def to_bytes(self) -> bytes:
        """The bytes to store."""
        if all(self.bodies):
            return b"".join((self.tags, *self.hashes, *self.bodies))
        hashes = [value for value, body in zip(self.hashes, self.bodies, strict=True) if body]
        return b"".join((self.tags, *hashes, *self.bodies))

    def is_light(self) -> bool:
        """Whether it holds no more leaves than a bunch may: then it must become one."""
        leaves = 0
        for tag in self.tags:
            leaves += _LEAVES[tag]
        return leaves <= BUNCH_LIMIT

    def leaves(self) -> list[Leaf]:
        """All leaves of a page without pages below."""
        return [leaf for quad in range(4) for slot in self.slots(quad) if slot for leaf in leaves_of(slot)]

    def hash(self) -> bytes:
        """The hash of the subtree whose top this page is."""
        tags = self.tags
        a, b = _WEIGHT[tags[0]] + _WEIGHT[tags[1]], _WEIGHT[tags[2]] + _WEIGHT[tags[3]]
        c, d = _WEIGHT[tags[4]] + _WEIGHT[tags[5]], _WEIGHT[tags[6]] + _WEIGHT[tags[7]]
        if a > 1 and b > 1 and c > 1 and d > 1:
            return _over_four(*self.hashes)
        return _over_weighed(*zip(self.hashes, (a, b, c, d), strict=True))

    def levels(self) -> list[list[Weighted]]:
        """All hashes of the page afresh from its slots, from its one top to its 16 slots: for proofs and checks."""
        level = [weigh(slot) for quad in range(4) for slot in self.slots(quad)]
        levels = [level]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [(join(*left, *right), left[1] + right[1]) for left, right in pairs]
            levels.append(level)
        levels.reverse()
        return levels
