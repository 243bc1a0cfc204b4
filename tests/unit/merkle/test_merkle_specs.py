"""The examples on the pages of spec/ are true."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

from memory_rows import Rows

from transire.merkle.sparse import SparseMap, SparseProof, verify_absence, verify_presence
from transire.merkle.tree import leaf_hash, root_of

SPEC = Path(__file__).resolve().parents[3] / "spec"


def test_the_example_of_the_tree_is_true() -> None:
    root = root_of([leaf_hash(b""), leaf_hash(b"\x00"), leaf_hash(b"\x10")])
    assert f"    {root.hex()}\n" in (SPEC / "merkle-tree.md").read_text()


def test_the_example_of_the_map_is_true() -> None:
    text = (SPEC / "sparse-map.md").read_text()
    key, value, other = (sha256(part).digest() for part in (b"a", b"1", b"b"))
    assert f'SHA-256("a") = {key.hex()}' in text
    assert f'SHA-256("1") = {value.hex()}' in text
    shown = re.search(r"proof of a +(\{.*\})", text)
    assert shown is not None
    proof = SparseProof.from_json(json.loads(shown[1]))
    members = SparseMap(Rows())
    root = members.update_many({key: value}, 0)
    assert members.prove(key, 0) == members.prove(other, 0) == proof
    verify_presence(root, key, value, proof)
    verify_absence(root, other, proof)
