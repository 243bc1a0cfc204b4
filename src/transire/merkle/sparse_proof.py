"""Proofs of the sparse map, and their verification: needs nothing but SHA-256 and the root."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from transire.crypto.canonical import Json
from transire.crypto.encoding import b64url, unb64url
from transire.merkle.errors import ProofInvalid
from transire.merkle.pages import EMPTY, HASH_SIZE, leaf_hash
from transire.merkle.tree import node_on_path

MAX_DEPTH: Final = 8 * HASH_SIZE


@dataclass(frozen=True, slots=True)
class SparseProof:
    """The siblings from the root downwards, and the leaf where the path ends (None where it is empty).

    >>> SparseProof.from_json({"leaf": None, "siblings": []})
    SparseProof(siblings=(), leaf=None)
    """

    siblings: tuple[bytes, ...]
    leaf: tuple[bytes, bytes] | None

    def as_json(self) -> dict[str, Json]:
        """As it stands in a receipt: base64url, leaf as [key hash, value hash] or null."""
        leaf: Json = None if self.leaf is None else [b64url(part) for part in self.leaf]
        siblings: list[Json] = [b64url(sibling) for sibling in self.siblings]
        return {"leaf": leaf, "siblings": siblings}

    @classmethod
    def from_json(cls, value: Json) -> SparseProof:
        """Read what `as_json` wrote; unknown or missing members are refused."""
        if not isinstance(value, dict) or value.keys() != {"leaf", "siblings"}:
            raise ProofInvalid(expected="an object with leaf and siblings")
        siblings = _hashes(value["siblings"])
        if value["leaf"] is None:
            return cls(siblings, None)
        leaf = _hashes(value["leaf"])
        if len(leaf) != 2:
            raise ProofInvalid(expected="a leaf of two hashes", got=len(leaf))
        return cls(siblings, (leaf[0], leaf[1]))


def verify_presence(root: bytes, key_hash: bytes, value_hash: bytes, proof: SparseProof) -> None:
    """Refuse unless the map with this root holds exactly this value under this key.

    >>> key, value = bytes(32), bytes([1]) * 32
    >>> verify_presence(leaf_hash(key, value), key, value, SparseProof((), (key, value)))
    """
    if proof.leaf is None:
        raise ProofInvalid(expected="a proof of presence", got="a proof of absence")
    if proof.leaf[0] != key_hash:
        raise ProofInvalid(expected=f"key {key_hash.hex()}", got=proof.leaf[0].hex())
    if proof.leaf[1] != value_hash:
        raise ProofInvalid(expected=f"value {value_hash.hex()}", got=proof.leaf[1].hex())
    _verify_path(root, key_hash, proof)


def verify_absence(root: bytes, key_hash: bytes, proof: SparseProof) -> None:
    """Refuse unless the map with this root holds nothing under this key.

    Another leaf proves it only if it sits on the key's own path: it shares as many leading bits as there are siblings.

    >>> verify_absence(EMPTY, bytes(32), SparseProof((), None))
    """
    if proof.leaf is not None:
        if proof.leaf[0] == key_hash:
            raise ProofInvalid(expected="a proof of absence", got="a proof of presence")
        shared = _shared_bits(proof.leaf[0], key_hash)
        if shared < len(proof.siblings):
            raise ProofInvalid(expected=f"a leaf sharing {len(proof.siblings)} bits", got=shared)
    _verify_path(root, key_hash, proof)


def _verify_path(root: bytes, key_hash: bytes, proof: SparseProof) -> None:
    siblings = proof.siblings
    if len(key_hash) != HASH_SIZE or len(root) != HASH_SIZE or len(siblings) > MAX_DEPTH:
        raise ProofInvalid(expected=f"hashes of {HASH_SIZE} bytes and at most {MAX_DEPTH} siblings")
    if any(len(value) != HASH_SIZE for value in (*siblings, *(proof.leaf or ()))):
        raise ProofInvalid(expected=f"hashes of {HASH_SIZE} bytes")
    node = EMPTY if proof.leaf is None else leaf_hash(*proof.leaf)
    path = int.from_bytes(key_hash, "big") >> (MAX_DEPTH - len(siblings))
    for sibling in reversed(siblings):
        node = node_on_path(sibling, node) if path & 1 else node_on_path(node, sibling)
        path >>= 1
    if node != root:
        raise ProofInvalid(expected=f"root {root.hex()}", got=node.hex())


def _shared_bits(left: bytes, right: bytes) -> int:
    difference = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    return MAX_DEPTH - difference.bit_length()


def _hashes(value: Json) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ProofInvalid(expected="a list of hashes")
    return tuple(unb64url(str(text), length=HASH_SIZE) for text in value)
