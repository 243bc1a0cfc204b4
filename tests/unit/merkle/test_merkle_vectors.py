"""Our trees against the recursive definitions and the published roots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import merkle_vectors
import pytest
from memory_rows import Rows

from transire.merkle import tree
from transire.merkle.sparse import SparseMap, SparseProof, verify_absence, verify_presence

FOLDER = Path(__file__).resolve().parents[3] / "vectors"

# certificate-transparency, merkle_tree_test: the roots over the first 1 to 8 leaves.
PUBLISHED = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def read(path: str) -> Any:
    return json.loads((FOLDER / path).read_text())


def octets(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


TREE = read("merkle/tree.json")
LEAVES = [tree.leaf_hash(leaf) for leaf in octets(TREE["leaves"])]
ROOTS = octets(TREE["roots"])


@pytest.mark.parametrize("path", sorted(merkle_vectors.files()))
def test_every_file_is_what_its_generator_writes(path: str) -> None:
    assert read(path) == json.loads(json.dumps(merkle_vectors.files()[path]))


def test_roots_are_the_published_ones() -> None:
    assert TREE["roots"] == [tree.EMPTY_ROOT.hex(), *PUBLISHED]
    assert [tree.root_of(LEAVES[:size]) for size in range(9)] == ROOTS


@pytest.mark.parametrize("case", TREE["inclusion"], ids=lambda case: f"{case['index']} of {case['size']}")
def test_inclusion(case: Any) -> None:
    index, size, path = case["index"], case["size"], octets(case["path"])
    assert tree.inclusion_path(LEAVES[:size], index) == path
    assert tree.inclusion_proof(size, index, stored().__getitem__) == path
    tree.verify_inclusion(LEAVES[index], index=index, size=size, path=path, root=ROOTS[size])


@pytest.mark.parametrize("case", TREE["consistency"], ids=lambda case: f"{case['old']} in {case['new']}")
def test_consistency(case: Any) -> None:
    old, new, path = case["old"], case["new"], octets(case["path"])
    assert tree.consistency_proof(old, new, stored().__getitem__) == path
    tree.verify_consistency(old_size=old, old_root=ROOTS[old], new_size=new, new_root=ROOTS[new], path=path)


class Nodes(dict[tuple[int, int], bytes]):
    def __getitem__(self, *place: int) -> bytes:
        return super().__getitem__(place)  # type: ignore[index]


def stored() -> Nodes:
    nodes, log = Nodes(), tree.CompactRange()
    for leaf in LEAVES:
        nodes.update(log.append(leaf))
    return nodes


def test_sparse_map_over_versions() -> None:
    rows = Rows()
    members = SparseMap(rows)
    versions = read("merkle/sparse-map.json")["versions"]
    for case in versions:
        changes = {bytes.fromhex(key): new and bytes.fromhex(new) for key, new in case["changes"]}
        assert members.update_many(changes, case["version"]).hex() == case["root"]
    for case in versions:
        for shown in case["proofs"]:
            check_proof(members, case, shown)


def check_proof(members: SparseMap, case: Any, shown: Any) -> None:
    key, root = bytes.fromhex(shown["key"]), bytes.fromhex(case["root"])
    leaf = None if shown["leaf"] is None else (bytes.fromhex(shown["leaf"][0]), bytes.fromhex(shown["leaf"][1]))
    proof = SparseProof(tuple(octets(shown["siblings"])), leaf)
    assert members.prove(key, case["version"]) == proof
    if leaf is not None and leaf[0] == key:
        verify_presence(root, key, leaf[1], proof)
    else:
        verify_absence(root, key, proof)
