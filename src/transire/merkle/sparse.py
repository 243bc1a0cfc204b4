"""A sparse Merkle map: 2^256 places, one for each SHA-256 of a key, with proofs of presence and of absence.

The hashes (LEDGER.md 6): a leaf is H(0x00 || H(key) || H(value)), a node H(0x01 || left || right), an empty subtree
32 zero bytes, and a subtree with one leaf is that leaf. So a proof is as deep as its leaf sits, some log2(n).

The versions: a page (see `merkle.pages`) is stored under the version that wrote it and its path, as in the Jellyfish
Merkle tree. A change writes new pages from the root down and never touches old ones; what it replaces is listed
under its version. So every version stays provable until `prune` deletes what only older versions needed.

Rows in the store, all numbers uint64 big-endian:

    "m"                                     latest version || oldest provable version
    "r" version                             the version before || root slot
    "n" version depth(1, in nibbles) path   page
    "s" version                             keys of the "n" rows which this version replaced, each after its length(1)

Nothing is kept in memory between calls: if the store drops what was written, the map forgets it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from transire.merkle.errors import ProofUnavailable, TreeDamaged, VersionPruned
from transire.merkle.pages import (
    BUNCH_LIMIT,
    EMPTY,
    EMPTY_PAGE,
    EMPTY_SLOT,
    HASH_SIZE,
    LEAF_SIZE,
    PAGE_SLOT_SIZE,
    Leaf,
    Page,
    Slot,
    leaves_hash,
    leaves_of,
    slot_of,
    split,
    weigh,
)
from transire.merkle.sparse_proof import SparseProof, verify_absence, verify_presence

__all__ = ["EMPTY", "NodeStore", "SparseMap", "SparseProof", "verify_absence", "verify_presence"]

_META: Final = b"m"


class NodeStore(Protocol):
    """Where the map keeps its rows; the caller sees to it that a version is written wholly or not at all."""

    def get(self, key: bytes) -> bytes | None: ...
    def put(self, key: bytes, value: bytes) -> None: ...
    def delete(self, key: bytes) -> None: ...


class SparseMap:
    """The map over a store.

    >>> class Rows(dict):
    ...     put = dict.__setitem__
    ...     delete = dict.__delitem__
    >>> from transire.crypto.digests import sha256
    >>> members = SparseMap(Rows())
    >>> root = members.update_many({sha256(b"member/a"): sha256(b"1"), sha256(b"member/b"): sha256(b"2")}, version=1)
    >>> verify_presence(root, sha256(b"member/a"), sha256(b"1"), members.prove(sha256(b"member/a"), version=1))
    >>> verify_absence(root, sha256(b"member/c"), members.prove(sha256(b"member/c"), version=1))
    """

    __slots__ = ("_store",)

    def __init__(self, store: NodeStore) -> None:
        self._store = store

    def update_many(self, changes: Mapping[bytes, bytes | None], version: int) -> bytes:
        """Set (or, with None, remove) values under one version, not below the latest; returns the new root."""
        ordered = sorted(changes.items())
        for key, value in ordered:
            if len(key) != HASH_SIZE or (value is not None and len(value) != HASH_SIZE):
                raise ValueError(f"keys and values of the map are hashes of {HASH_SIZE} bytes")
        previous, slot, oldest = self._latest(version)
        update = _Update(self._store, version, ordered)
        if ordered:
            slot = update.change(slot, 0, 0, len(ordered))
        update.record_stale()
        self._store.put(_numbered(b"r", version), _uint64(previous) + slot)
        self._store.put(_META, _uint64(version) + _uint64(oldest))
        return weigh(slot)[0]

    @property
    def latest(self) -> int | None:
        """The latest version that was written, if any."""
        meta = self._meta()
        return meta[0] if meta else None

    def root_at(self, version: int) -> bytes:
        """The root as of a version; one that changed nothing has the root of the version before it."""
        return weigh(self._root_slot(version))[0]

    def prove(self, key_hash: bytes, version: int) -> SparseProof:
        """The proof that a key is present, or that it is absent, as of a version."""
        if len(key_hash) != HASH_SIZE:
            raise ValueError(f"a key of the map is a hash of {HASH_SIZE} bytes")
        siblings: list[bytes] = []
        slot, depth = self._root_slot(version), 0
        while len(slot) == PAGE_SLOT_SIZE:
            slot, passed = _descend(self._page(slot, depth, key_hash), slot[8:], _nibble(key_hash, depth))
            siblings.extend(passed)
            depth += 1
        if len(slot) > LEAF_SIZE:
            slot, passed = _descend_bunch(slot, key_hash, 4 * depth)
            siblings.extend(passed)
        leaf = (slot[:HASH_SIZE], slot[HASH_SIZE:]) if slot else None
        return SparseProof(siblings=tuple(siblings), leaf=leaf)

    def get(self, key_hash: bytes, version: int) -> bytes | None:
        """The value hash of a key as of a version."""
        leaf = self.prove(key_hash, version).leaf
        return leaf[1] if leaf is not None and leaf[0] == key_hash else None

    def items(self, version: int) -> Iterator[tuple[bytes, bytes]]:
        """All (key hash, value hash) in order of the key; every hash on the way is computed again and compared.

        This is the deep check of a replica: a page that was altered raises `TreeDamaged` and is named.
        """
        return self._walk(self._root_slot(version), 0, b"")

    def prune(self, keep_from: int) -> None:
        """Forget what only versions before `keep_from` needed; that version and later ones stay provable."""
        meta = self._meta()
        if meta is None:
            return
        latest, oldest = meta
        keep_from = min(keep_from, latest)
        if keep_from <= oldest:
            return
        # The row that the oldest version rests on may lie before it; the next one stays for `keep_from`.
        base, before = self._version_at(keep_from), self._version_at(oldest)
        for version in (before, *range(oldest, keep_from + 1)):
            self._delete_stale(version)
            if version < base:
                self._delete_if_there(_numbered(b"r", version))
        self._store.put(_META, _uint64(latest) + _uint64(keep_from))

    def _latest(self, version: int) -> tuple[int, Slot, int]:
        """The version before, the root slot to start from, the oldest version kept."""
        meta = self._meta()
        if meta is None:
            return version, EMPTY_SLOT, version
        latest, oldest = meta
        if version < latest:
            raise ValueError(f"version {version} cannot be written after version {latest}")
        previous, slot = self._root_row(latest)
        return (previous if version == latest else latest), slot, oldest

    def _meta(self) -> tuple[int, int] | None:
        raw = self._store.get(_META)
        return (int.from_bytes(raw[:8], "big"), int.from_bytes(raw[8:], "big")) if raw else None

    def _root_row(self, version: int) -> tuple[int, Slot]:
        raw = self._store.get(_numbered(b"r", version))
        if raw is None:
            raise TreeDamaged(expected=f"the root row of version {version}")
        return int.from_bytes(raw[:8], "big"), raw[8:]

    def _root_slot(self, version: int) -> Slot:
        meta = self._meta()
        if meta is None:
            raise ProofUnavailable(expected="a version that was written", got=version)
        if version < meta[1]:
            raise VersionPruned(expected=f"a version from {meta[1]} on", got=version)
        return self._root_row(self._version_at(version))[1]

    def _version_at(self, version: int) -> int:
        """The last version written at or before `version`, which is not below the oldest kept."""
        if self._store.get(_numbered(b"r", version)) is not None:
            return version
        found = self.latest or 0
        while found > version:
            found = self._root_row(found)[0]
        return found

    def _page(self, slot: Slot, depth: int, key_hash: bytes) -> Page:
        raw = self._store.get(_page_key(slot[:8], depth, key_hash))
        if raw is None:
            raise TreeDamaged(expected=f"a page at {key_hash.hex()[:depth] or 'the root'}")
        return Page(raw)

    def _walk(self, slot: Slot, depth: int, path: bytes) -> Iterator[tuple[bytes, bytes]]:
        """`path` is in nibbles, one a byte."""
        if len(slot) != PAGE_SLOT_SIZE:
            _check_bunch(slot, 4 * depth)
            yield from ((leaf[:HASH_SIZE], leaf[HASH_SIZE:]) for leaf in leaves_of(slot))
        else:
            place = bytes.fromhex("".join(f"{nibble:x}" for nibble in path).ljust(2 * HASH_SIZE, "0"))
            page = self._page(slot, depth, place)
            _check_page(page, slot[8:], place, depth)
            for nibble in range(16):
                below = page.slots(nibble >> 2)[nibble & 3]
                yield from self._walk(below, depth + 1, path + bytes([nibble]))

    def _delete_stale(self, version: int) -> None:
        row = _numbered(b"s", version)
        keys = self._store.get(row)
        if keys is not None:
            for key in _split_keys(keys):
                self._store.delete(key)
            self._store.delete(row)

    def _delete_if_there(self, key: bytes) -> None:
        if self._store.get(key) is not None:
            self._store.delete(key)


class _Update:
    """One pass over the sorted changes of a version; changes are named by their range [begin, end)."""

    __slots__ = ("_changes", "_stale", "_store", "_version")

    def __init__(self, store: NodeStore, version: int, changes: list[tuple[bytes, bytes | None]]) -> None:
        self._store = store
        self._version = _uint64(version)
        self._changes = changes
        self._stale: list[bytes] = []

    def change(self, slot: Slot, depth: int, begin: int, end: int) -> Slot:
        """The slot after the changes below it, of which there is at least one."""
        if len(slot) == PAGE_SLOT_SIZE:
            return self._change_page(slot, depth, begin, end)
        if end - begin == 1 and (not slot or (len(slot) == LEAF_SIZE and slot.startswith(self._changes[begin][0]))):
            key, value = self._changes[begin]
            return EMPTY_SLOT if value is None else key + value
        leaves = self._leaves(slot, begin, end)
        return slot_of(leaves, 4 * depth) if len(leaves) <= BUNCH_LIMIT else self._new_page(leaves, depth)

    def _leaves(self, slot: Slot, begin: int, end: int) -> list[Leaf]:
        """The leaves that stand, after the changes, where a slot held at most a bunch."""
        found = {leaf[:HASH_SIZE]: leaf for leaf in leaves_of(slot)}
        for key, value in self._changes[begin:end]:
            if value is None:
                found.pop(key, None)
            else:
                found[key] = key + value
        return sorted(found.values())

    def _new_page(self, leaves: list[Leaf], depth: int) -> Slot:
        """Write a page, and those below it, for more leaves than a bunch holds."""
        page = Page(EMPTY_PAGE)
        groups: list[list[Leaf]] = [[] for _ in range(16)]
        for leaf in leaves:
            groups[_nibble(leaf, depth)].append(leaf)
        for quad in range(4):
            four = groups[4 * quad : 4 * quad + 4]
            if any(four):
                page.replace(quad, [self._new_slot(group, depth + 1) for group in four])
        return self._write(page, depth, leaves[0])

    def _new_slot(self, leaves: list[Leaf], depth: int) -> Slot:
        return slot_of(leaves, 4 * depth) if len(leaves) <= BUNCH_LIMIT else self._new_page(leaves, depth)

    def _change_page(self, slot: Slot, depth: int, begin: int, end: int) -> Slot:
        changes = self._changes
        place = changes[begin][0]
        key = _page_key(slot[:8], depth, place)
        raw = self._store.get(key)
        if raw is None:
            raise TreeDamaged(expected=f"a page at {place.hex()[:depth] or 'the root'}")
        page = Page(raw)
        changed = False
        byte, shift = depth >> 1, 0 if depth & 1 else 4
        if end - begin == 1:
            # Below the first few levels nearly every page is met by one change only.
            nibble = place[byte] >> shift & 15
            slots = page.slots(nibble >> 2)
            slots[nibble & 3] = self.change(slots[nibble & 3], depth + 1, begin, end)
            changed, begin = page.replace(nibble >> 2, slots), end
        while begin < end:
            quad = changes[begin][0][byte] >> shift >> 2 & 3
            slots = page.slots(quad)
            begin = self._change_quad(slots, quad, depth, begin, end)
            changed |= page.replace(quad, slots)
        if not changed:
            return slot
        self._retire(key, slot[:8])
        if page.is_light():
            return slot_of(page.leaves(), 4 * depth)
        return self._write(page, depth, place)

    def _change_quad(self, slots: list[Slot], quad: int, depth: int, begin: int, end: int) -> int:
        """Change the slots of one quad in place; returns where the changes of the next quad begin."""
        changes = self._changes
        byte, shift = depth >> 1, 0 if depth & 1 else 4
        while begin < end:
            nibble = changes[begin][0][byte] >> shift & 15
            if nibble >> 2 != quad:
                break
            stop = begin + 1
            while stop < end and changes[stop][0][byte] >> shift & 15 == nibble:
                stop += 1
            slots[nibble & 3] = self.change(slots[nibble & 3], depth + 1, begin, stop)
            begin = stop
        return begin

    def _write(self, page: Page, depth: int, place: bytes) -> Slot:
        self._store.put(_page_key(self._version, depth, place), page.to_bytes())
        return self._version + page.hash()

    def _retire(self, key: bytes, written: bytes) -> None:
        if written == self._version:
            # No other version knows this row; if the page lives on it is written anew under the same key.
            self._store.delete(key)
        else:
            self._stale.append(bytes([len(key)]) + key)

    def record_stale(self) -> None:
        """List what this version replaced, after what an earlier update of the same version listed."""
        if self._stale:
            row = b"s" + self._version
            self._store.put(row, (self._store.get(row) or b"") + b"".join(self._stale))


def _descend(page: Page, expected: bytes, nibble: int) -> tuple[Slot, list[bytes]]:
    """Follow a key through a page: the slot it ends at, and the siblings passed, top-down."""
    levels = page.levels()
    if levels[0][0][0] != expected:
        raise TreeDamaged(expected=f"a page with hash {expected.hex()}", got=levels[0][0][0].hex())
    siblings: list[bytes] = []
    for below in range(1, 5):
        if levels[below - 1][nibble >> (5 - below)][1] < 2:
            return _lone_slot(page, nibble >> (5 - below), below - 1), siblings
        siblings.append(levels[below][nibble >> (4 - below) ^ 1][0])
    return page.slots(nibble >> 2)[nibble & 3], siblings


def _lone_slot(page: Page, index: int, level: int) -> Slot:
    """The only leaf, or nothing, under a light subtree of a page."""
    width = 16 >> level
    return b"".join(page.slots(n >> 2)[n & 3] for n in range(index * width, (index + 1) * width))


def _descend_bunch(bunch: Slot, key_hash: bytes, depth: int) -> tuple[Slot, list[bytes]]:
    """Follow a key through a bunch to a lone leaf or to nothing; the siblings passed, top-down."""
    _check_bunch(bunch, depth)
    leaves = leaves_of(bunch)
    siblings: list[bytes] = []
    while len(leaves) > 1:
        halves = split(leaves, depth)
        side = key_hash[depth >> 3] >> (7 - (depth & 7)) & 1
        siblings.append(leaves_hash(halves[1 - side], depth + 1))
        leaves, depth = halves[side], depth + 1
    return (leaves[0] if leaves else EMPTY_SLOT), siblings


def _check_bunch(slot: Slot, depth: int) -> None:
    if len(slot) > LEAF_SIZE and slot[:HASH_SIZE] != leaves_hash(leaves_of(slot), depth):
        raise TreeDamaged(expected=slot[:HASH_SIZE].hex(), where=f"leaf {slot[HASH_SIZE : 2 * HASH_SIZE].hex()}")


def _check_page(page: Page, expected: bytes, place: bytes, depth: int) -> None:
    found = page.levels()
    if found[0][0][0] != expected or [value for value, _ in found[2]] != page.hashes:
        raise TreeDamaged(expected=expected.hex(), got=found[0][0][0].hex(), where=f"page {place.hex()[:depth]}")


def _nibble(key_hash: bytes, depth: int) -> int:
    byte = key_hash[depth >> 1]
    return byte & 15 if depth & 1 else byte >> 4


def _page_key(version: bytes, depth: int, place: bytes) -> bytes:
    """The row of a page; an odd last nibble is followed by zero bits."""
    if depth & 1:
        return b"n%b%c%b%c" % (version, depth, place[: depth >> 1], place[depth >> 1] & 0xF0)
    return b"n%b%c%b" % (version, depth, place[: depth >> 1])


def _split_keys(raw: bytes) -> Iterator[bytes]:
    offset = 0
    while offset < len(raw):
        end = offset + 1 + raw[offset]
        yield raw[offset + 1 : end]
        offset = end


def _uint64(number: int) -> bytes:
    return number.to_bytes(8, "big")


def _numbered(letter: bytes, number: int) -> bytes:
    return letter + number.to_bytes(8, "big")
