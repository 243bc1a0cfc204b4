"""The frozen vectors of receipts, checked by the verifier and by a second one that shares no code with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature

import second_verifier
from transire.crypto.canonical import canonical_bytes
from transire.ledger.checkpoint import NoteVerifier
from transire.ledger.proof.errors import NotJudged
from transire.ledger.verify import verify_receipt

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "receipt"
# What the second verifier leaves to the first: everything but the proofs themselves.
PROOFS = {"network", "validators", "signed", "state", "log", "members", "keys", "stated-by", "statement", "document"}
SECOND_REFUSALS = (
    second_verifier.Refused,
    InvalidSignature,
    StopIteration,
    KeyError,
    TypeError,
    ValueError,
    IndexError,
)


def read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text())


@pytest.mark.parametrize("case", read("cases.json"), ids=lambda case: case["receipt"])
def test_what_is_said_of_genuine_receipts(case: dict[str, Any]) -> None:
    witnesses = [NoteVerifier.parse(text) for text in case["witnesses"]]
    raw, trust_root = (FOLDER / case["receipt"]).read_bytes(), (FOLDER / case["network"]).read_bytes()
    found = verify_receipt(raw, trust_root, witnesses=witnesses)
    assert found.holds == case["holds"]
    said = {check.name: {"outcome": check.outcome, "found": check.found} for check in found.checks}
    del said["age"]
    assert said == case["checks"]


@pytest.mark.parametrize("case", read("cases.json"), ids=lambda case: case["receipt"])
def test_the_second_verifier_agrees(case: dict[str, Any]) -> None:
    proofs_hold = all(case["checks"][name]["outcome"] != "fails" for name in PROOFS)
    if proofs_hold:
        second_verifier.verify(read(case["receipt"]), read(case["network"]))
        return
    with pytest.raises(SECOND_REFUSALS):
        second_verifier.verify(read(case["receipt"]), read(case["network"]))


@pytest.mark.parametrize("case", read("altered.json"), ids=lambda case: f"{case['of']} {case['what']}")
def test_altered_receipts_are_refused(case: dict[str, Any]) -> None:
    receipt = altered(read(f"{case['of']}.receipt.json"), case)
    found = verify_receipt(canonical_bytes(receipt), (FOLDER / f"{case['of']}.network.json").read_bytes())
    failed = [check.name for check in found.checks if not check.passed and check.code != NotJudged.code]
    assert failed == case["fails"]
    assert failed
    if PROOFS.intersection(failed) and "members" not in failed:
        with pytest.raises(SECOND_REFUSALS):
            second_verifier.verify(receipt, read(f"{case['of']}.network.json"))


def altered(receipt: Any, case: dict[str, Any]) -> Any:
    """The receipt with the value put at a JSON pointer, or without what is there (RFC 6901)."""
    pointer = case.get("put_at", case.get("remove"))
    *steps, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]] or [None]
    if last is None:
        return case["value"]
    parent = receipt
    for step in steps:
        parent = parent[int(step) if isinstance(parent, list) else step]
    name = int(last) if isinstance(parent, list) else last
    if "remove" in case:
        del parent[name]
    else:
        parent[name] = case["value"]
    return receipt
