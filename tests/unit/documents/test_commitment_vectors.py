"""vectors/commitment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from transire.crypto.encoding import b64url, unb64url
from transire.documents.commitment import (
    Opening,
    commitment_of,
    leaves_of,
    open_representation,
    verify_representation,
)

FILE = Path(__file__).resolve().parents[3] / "vectors" / "commitment" / "commitments.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector: dict[str, Any]) -> None:
    salt = unb64url(vector["salt"])
    document = {name: unb64url(text) for name, text in vector["representations"].items()}
    commitment = commitment_of(document, salt)
    assert b64url(commitment) == vector["commitment"]
    assert [leaf.hex() for leaf in leaves_of(document, salt)] == vector["leaves"]
    leaves = tuple(bytes.fromhex(leaf) for leaf in vector["leaves"])
    for name, text in vector["salts"].items():
        opening = Opening(name, unb64url(text), leaves)
        assert open_representation(document, salt, name) == opening
        verify_representation(commitment, opening, document[name])
