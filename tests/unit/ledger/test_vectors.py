"""The vectors of actions and statements: Transire, and a second implementation of other parts, come to the same."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from transire.crypto.encoding import b64url, unb64url
from transire.ledger.action import parse_action, verify_action
from transire.ledger.bodies import ACTIONS
from transire.ledger.errors import Inadmissible, LedgerError
from transire.ledger.statement import statement_id, verify_pool_opening, verify_statement

VECTORS = Path(__file__).resolve().parents[3] / "vectors"


def read(folder: str, name: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((VECTORS / folder / name).read_text(encoding="utf-8"))
    return cases


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def root(leaves: list[bytes]) -> bytes:
    """RFC 9162 2.1.1, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162 2.1.3.1, word by word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


@pytest.mark.parametrize("case", read("action", "accepted.json"), ids=lambda case: json.loads(case["action"])["action"])
def test_an_accepted_action(case: dict[str, Any]) -> None:
    action = parse_action(case["action"].encode())
    verify_action(action, unb64url(case["public"]))
    assert (action.id, b64url(action.consumed_id)) == (case["id"], case["consumed_id"])
    assert b64url(action.signed) == case["signed"]


@pytest.mark.parametrize("case", read("action", "accepted.json"), ids=lambda case: json.loads(case["action"])["action"])
def test_an_accepted_action_by_other_libraries(case: dict[str, Any]) -> None:
    value = json.loads(case["action"])
    assert rfc8785.dumps(value) == case["action"].encode()
    signature = bytes_of(value.pop("signature"))
    signed = b"transire/action/v1\n" + rfc8785.dumps(value)
    Ed25519PublicKey.from_public_bytes(bytes_of(case["public"])).verify(signature, signed)
    assert text_of(signed) == case["signed"]
    assert text_of(hashlib.sha256(signed).digest()) == case["consumed_id"]
    assert text_of(hashlib.sha256(case["action"].encode()).digest()) == case["id"]


def test_there_is_a_vector_of_every_action() -> None:
    names = [json.loads(case["action"])["action"] for case in read("action", "accepted.json")]
    assert names == list(ACTIONS)


@pytest.mark.parametrize("case", read("action", "refused.json"), ids=lambda case: case["case"])
def test_a_refused_action(case: dict[str, Any]) -> None:
    with pytest.raises(Inadmissible) as refusal:
        parse_action(unb64url(case["action"]))
    assert refusal.value.code == case["code"]


@pytest.mark.parametrize("case", read("statement", "pools.json"), ids=lambda case: str(len(case["ids"])))
def test_a_pool(case: dict[str, Any]) -> None:
    opening = verify_pool_opening(case["pool"], case["opening"], network=case["network"], by=case["by"])
    for index, raw in enumerate(case["statements"]):
        verify_statement(raw.encode(), opening=opening, index=index, path=case["paths"][index])
        assert statement_id(json.loads(raw)) == case["ids"][index]


@pytest.mark.parametrize("case", read("statement", "pools.json"), ids=lambda case: str(len(case["ids"])))
def test_a_pool_by_other_libraries(case: dict[str, Any]) -> None:
    assert [rfc8785.dumps(json.loads(raw)).decode() for raw in case["statements"]] == case["statements"]
    leaves = [leaf(raw.encode()) for raw in case["statements"]]
    assert [text_of(one) for one in leaves] == case["ids"]
    assert text_of(root(leaves)) == case["opening"]["root"]
    assert [[text_of(one) for one in path(m, leaves)] for m in range(len(leaves))] == case["paths"]
    committed = hashlib.sha256(b"transire/pool/v1\n" + rfc8785.dumps(case["opening"])).digest()
    assert text_of(committed) == case["pool"]


@pytest.mark.parametrize("case", read("statement", "refused.json"), ids=lambda case: case["case"])
def test_a_refused_statement(case: dict[str, Any]) -> None:
    with pytest.raises(LedgerError) as refusal:
        _verify(case)
    assert refusal.value.code == case["code"]


def _verify(case: dict[str, Any]) -> None:
    opening = verify_pool_opening(case["pool"], case["opening"], network=case["network"], by=case["by"])
    verify_statement(case["statement"].encode(), opening=opening, index=case["index"], path=case["path"])
