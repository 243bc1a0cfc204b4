"""Makes the vectors of the trees by the recursive definitions, which share no code with ours.

.venv/bin/python tests/unit/merkle/merkle_vectors.py
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "vectors"

Item = tuple[bytes, bytes]

# The leaves of the tests of RFC 6962's reference implementation (certificate-transparency, merkle_tree_test).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    k = power_below(len(leaves))
    return sha256(b"\1" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()


def tree_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if index < k:
        return [*tree_path(index, leaves[:k]), tree_root(leaves[k:])]
    return [*tree_path(index - k, leaves[k:]), tree_root(leaves[:k])]


def tree_consistency(old: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    """RFC 9162 2.1.4.1, word for word: SUBPROOF(m, D_n, b)."""
    if old == len(leaves):
        return [] if whole else [tree_root(leaves)]
    k = power_below(len(leaves))
    if old <= k:
        return [*tree_consistency(old, leaves[:k], whole=whole), tree_root(leaves[k:])]
    return [*tree_consistency(old - k, leaves[k:], whole=False), tree_root(leaves[:k])]


def power_below(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def map_root(items: list[Item], depth: int = 0) -> bytes:
    """LEDGER.md 6, word for word; the items are in any order."""
    if not items:
        return bytes(32)
    if len(items) == 1:
        return sha256(b"\0" + items[0][0] + items[0][1]).digest()
    left, right = halves(items, depth)
    return sha256(b"\1" + map_root(left, depth + 1) + map_root(right, depth + 1)).digest()


def map_proof(items: list[Item], key: bytes, depth: int = 0) -> tuple[list[bytes], Item | None]:
    """The siblings from the root downwards and the leaf where the path of a key ends."""
    if len(items) < 2:
        return [], items[0] if items else None
    pair = halves(items, depth)
    side = bit(key, depth)
    siblings, leaf = map_proof(pair[side], key, depth + 1)
    return [map_root(pair[1 - side], depth + 1), *siblings], leaf


def halves(items: list[Item], depth: int) -> tuple[list[Item], list[Item]]:
    return [item for item in items if not bit(item[0], depth)], [item for item in items if bit(item[0], depth)]


def bit(key: bytes, depth: int) -> int:
    return key[depth // 8] >> 7 - depth % 8 & 1


def trees() -> dict[str, object]:
    leaves = [bytes.fromhex(text) for text in LEAVES]
    sizes = range(len(leaves) + 1)
    inclusion = [
        {"size": size, "index": index, "path": [part.hex() for part in tree_path(index, leaves[:size])]}
        for size in sizes
        for index in range(size)
    ]
    consistency = [
        {"old": old, "new": new, "path": [part.hex() for part in tree_consistency(old, leaves[:new])]}
        for new in sizes
        for old in range(1, new + 1)
    ]
    roots = [tree_root(leaves[:size]).hex() for size in sizes]
    return {"leaves": LEAVES, "roots": roots, "inclusion": inclusion, "consistency": consistency}


def maps() -> dict[str, object]:
    """A map that grows, changes and shrinks over versions, with keys that share up to 255 bits."""
    near = [bytes(32), bytes(31) + b"\1", bytes(31) + b"\2", bytes(15) + b"\x10" + bytes(16), b"\xff" * 32]
    keys = [*near, *(sha256(b"member/did:web:m%d.example" % n).digest() for n in range(40))]
    changes: list[dict[bytes, bytes | None]] = [
        {},
        {keys[0]: value(0)},
        {keys[1]: value(1)},
        {key: value(n) for n, key in enumerate(keys[2:30])},
        {keys[3]: value(100), keys[4]: None, keys[5]: None},
        {key: value(200) for key in keys[30:]},
        dict.fromkeys(keys[2:]),
        {keys[1]: None},
        {keys[0]: None},
    ]
    held: dict[bytes, bytes] = {}
    versions = []
    for number, change in enumerate(changes):
        held = {key: new for key, new in ({**held, **change}).items() if new is not None}
        versions.append(version(number, change, list(held.items()), [keys[0], keys[1], keys[3], keys[33]]))
    return {"versions": versions}


def value(number: int) -> bytes:
    return sha256(b"value %d" % number).digest()


def version(number: int, change: dict[bytes, bytes | None], items: list[Item], keys: list[bytes]) -> dict[str, object]:
    proofs = []
    for key in keys:
        siblings, leaf = map_proof(items, key)
        shown = None if leaf is None else [leaf[0].hex(), leaf[1].hex()]
        proofs.append({"key": key.hex(), "siblings": [part.hex() for part in siblings], "leaf": shown})
    changes = [[key.hex(), None if new is None else new.hex()] for key, new in sorted(change.items())]
    return {"version": number, "changes": changes, "root": map_root(items).hex(), "proofs": proofs}


def files() -> dict[str, object]:
    """Every file of vectors by its path below `vectors/`."""
    return {"merkle/tree.json": trees(), "merkle/sparse-map.json": maps()}


if __name__ == "__main__":
    for path, content in files().items():
        (FOLDER / path).write_text(json.dumps(content, indent=1) + "\n")
