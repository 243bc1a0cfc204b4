"""How the sparse map lies in storage: pages of four levels, so that one read fetches four.

A *slot* is a subtree at the foot of a page, told apart by its length:

    0 bytes    empty
    64 bytes   one leaf: H(key) || H(value)
    40 bytes   a page below: version in which it was written (uint64) || its hash

A *page* holds 16 slots as four *quads*. Its bytes: four tags (one a quad: high four bits say which slots are
leaves, low four which are pages); the hash of every quad that is not empty; then the slots that are not empty. To
change one slot one quad is hashed again, and the other three are copied as they are.

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
EMPTY_SLOT: Final = b""
EMPTY_PAGE: Final = bytes(4)

Slot: TypeAlias = bytes
Weighted: TypeAlias = tuple[bytes, int]
"""A subtree's hash and weight."""


def _spans_of(tag: int) -> tuple[tuple[int, int], ...]:
    """Where the four slots of a quad with this tag begin and end; not for tags with a bit in both halves."""
    spans, end = [], 0
    for bit in (8, 4, 2, 1):
        begin = end
        end += LEAF_SIZE if tag >> 4 & bit else PAGE_SLOT_SIZE if tag & bit else 0
        spans.append((begin, end))
    return tuple(spans)


SPANS: Final = tuple(_spans_of(tag) for tag in range(256))
LENGTHS: Final = tuple(spans[3][1] for spans in SPANS)
WEIGHTS: Final = tuple(2 if tag & 15 else min((tag >> 4).bit_count(), 2) for tag in range(256))


def leaf_hash(key_hash: bytes, value_hash: bytes) -> bytes:
    """H(0x00 || H(key) || H(value)), LEDGER.md 6."""
    return sha256(b"\x00" + key_hash + value_hash).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """H(0x01 || left || right), LEDGER.md 6."""
    return sha256(b"\x01" + left + right).digest()


def weigh(slot: Slot) -> Weighted:
    """The hash and weight of a slot."""
    length = len(slot)
    if length == LEAF_SIZE:
        return sha256(b"\x00" + slot).digest(), 1
    if length == PAGE_SLOT_SIZE:
        return slot[8:], 2
    return EMPTY, 0


def join(left: bytes, left_weight: int, right: bytes, right_weight: int) -> bytes:
    """The hash of the subtree over two; one leaf alone, or nothing, is passed up unchanged."""
    if left_weight + right_weight < 2:
        return left if left_weight else right
    return sha256(b"\x01" + left + right).digest()


def quad_hash(slots: list[Slot]) -> bytes:
    """The hash over the four slots of a quad."""
    a, a_weight = weigh(slots[0])
    b, b_weight = weigh(slots[1])
    c, c_weight = weigh(slots[2])
    d, d_weight = weigh(slots[3])
    left, left_weight = join(a, a_weight, b, b_weight), a_weight + b_weight
    right, right_weight = join(c, c_weight, d, d_weight), c_weight + d_weight
    return join(left, left_weight, right, right_weight)


def tag_of(slots: list[Slot]) -> int:
    """The tag of a quad: which slots are leaves, which are pages."""
    tag = 0
    for slot in slots:
        tag = tag << 1 | (0x10 if len(slot) == LEAF_SIZE else 1 if slot else 0)
    return tag


class Page:
    """A page being read or changed: per quad its tag, hash and slots as bytes."""

    __slots__ = ("bodies", "hashes", "tags")

    def __init__(self, raw: bytes) -> None:
        self.tags = list(raw[:4])
        self.hashes = [EMPTY] * 4
        self.bodies = [b""] * 4
        offset = 4
        for quad, tag in enumerate(self.tags):
            if tag:
                self.hashes[quad] = raw[offset : offset + HASH_SIZE]
                offset += HASH_SIZE
        for quad, tag in enumerate(self.tags):
            if tag:
                end = offset + LENGTHS[tag]
                self.bodies[quad] = raw[offset:end]
                offset = end
        if offset != len(raw):
            raise TreeDamaged(expected=f"a page of {offset} bytes", got=f"{len(raw)} bytes")

    def slots(self, quad: int) -> list[Slot]:
        """The four slots of a quad."""
        body = self.bodies[quad]
        return [body[begin:end] for begin, end in SPANS[self.tags[quad]]]

    def replace(self, quad: int, slots: list[Slot]) -> None:
        """Put four slots in place of a quad's."""
        self.tags[quad] = tag_of(slots)
        self.hashes[quad] = quad_hash(slots)
        self.bodies[quad] = b"".join(slots)

    def to_bytes(self) -> bytes:
        """The bytes to store."""
        hashes = [value for value, tag in zip(self.hashes, self.tags, strict=True) if tag]
        return b"".join((bytes(self.tags), *hashes, *self.bodies))

    def only_slot(self) -> Slot | None:
        """What is left when a page has become too light to be one: a lone leaf or nothing; else None."""
        weights = [WEIGHTS[tag] for tag in self.tags]
        return b"".join(self.bodies) if sum(weights) < 2 else None

    def hash(self) -> bytes:
        """The hash of the subtree whose top this page is."""
        a, b, c, d = (WEIGHTS[tag] for tag in self.tags)
        left = join(self.hashes[0], a, self.hashes[1], b)
        right = join(self.hashes[2], c, self.hashes[3], d)
        return join(left, a + b, right, c + d)

    def levels(self) -> list[list[Weighted]]:
        """All hashes of the page afresh from its slots, from its one top to its 16 slots: for proofs and checks."""
        level = [weigh(slot) for quad in range(4) for slot in self.slots(quad)]
        levels = [level]
        while len(level) > 1:
            pairs = zip(level[::2], level[1::2], strict=True)
            level = [(join(*left, *right), min(left[1] + right[1], 2)) for left, right in pairs]
            levels.append(level)
        levels.reverse()
        return levels
