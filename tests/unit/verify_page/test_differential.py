"""Both verifiers are asked the same: the outcome and the code of every single check must be the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from javascript import Question, disagreements
from receipt_alterations import alterations
from transire.crypto.canonical import canonical_bytes

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "receipt"
ALTERATIONS = 1000


def vector(name: str) -> tuple[bytes, bytes]:
    return (FOLDER / f"{name}.receipt.json").read_bytes(), (FOLDER / f"{name}.network.json").read_bytes()


def names() -> list[str]:
    return [case["receipt"].removesuffix(".receipt.json") for case in json.loads((FOLDER / "cases.json").read_bytes())]


def test_a_thousand_altered_receipts_are_refused_alike() -> None:
    altered = [(name, what, receipt) for name in names() for what, receipt in alterations(json.loads(vector(name)[0]))]
    every = len(altered) // ALTERATIONS
    questions = [
        Question(f"{name} {what}", canonical_bytes(receipt), vector(name)[1])
        for name, what, receipt in altered[::every][:ALTERATIONS]
    ]
    assert len(questions) == ALTERATIONS
    assert disagreements(questions) == {}
    accepted = [one.name for one in questions if one.python.get("holds")]
    # What a receipt loses when its holder takes documents, keys or the checkpoint out is not its truth.
    assert all(_only_says_less(name) for name in accepted), accepted


def _only_says_less(name: str) -> bool:
    return name.split(" ", 1)[1].split(":")[0] in ("documents", "keys", "checkpoint")


def test_altered_disclosures_are_refused_alike() -> None:
    folder = FOLDER.parent / "disclosure"
    network = (folder / "network.json").read_bytes()
    genuine = [one["file"] for one in json.loads((folder / "cases.json").read_bytes()) if one["outcome"] == "holds"]
    questions = [
        Question(f"{place} {what}", canonical_bytes(altered), network)
        for place, file in enumerate(genuine)
        for what, altered in list(alterations(json.loads(file)))[::7]
    ]
    assert len(questions) > 200
    assert disagreements(questions) == {}


def test_every_receipt_against_every_network_file() -> None:
    questions = [
        Question(f"{receipt} with the file of {network}", vector(receipt)[0], vector(network)[1])
        for receipt in names()
        for network in names()
    ]
    assert disagreements(questions) == {}


def formatted(value: Any) -> dict[str, bytes]:
    """Texts that are not the canonical one, by what was done."""
    plain = json.dumps(value)
    texts = {
        "indented": json.dumps(value, indent=1).encode(),
        "with escapes": plain.replace('"network": ', '"n\\u0065twork": ').encode(),
        "with a mark of byte order": b"\xef\xbb\xbf" + plain.encode(),
        "in UTF-16": plain.encode("utf-16"),
        "a member twice": b'{"receipt":"statement/1",' + plain.encode()[1:],
        "a member twice by an escape": b'{"rec\\u0065ipt":"statement/1",' + plain.encode()[1:],
        "a number with a fraction": plain.replace('"index": 0', '"index": 0.0').encode(),
        "a number with an exponent": plain.replace('"nanos": 0', '"nanos": 0e0').encode(),
        "minus zero": plain.replace('"nanos": 0', '"nanos": -0').encode(),
        "cut off": plain.encode()[:-1],
        "something after it": plain.encode() + b"x",
        "a line feed after it": plain.encode() + b"\n",
        "a NaN": plain.replace('"round": 0', '"round": NaN').encode(),
    }
    return {what: text for what, text in texts.items() if text != plain.encode()}


def test_every_way_of_writing_a_receipt() -> None:
    raw, network = vector("one-validator")
    questions = [Question(what, text, network) for what, text in formatted(json.loads(raw)).items()]
    questions += [Question(f"network file {what}", raw, text) for what, text in formatted(json.loads(network)).items()]
    assert disagreements(questions) == {}
    held = {one.name for one in questions if one.python.get("holds")}
    readable = {"indented", "with escapes", "minus zero", "a line feed after it"}
    assert held == readable | {f"network file {what}" for what in readable - {"minus zero"}}


def test_what_lies_outside_of_the_profile_is_no_receipt_however_it_is_written() -> None:
    raw, network = vector("one-validator")
    deep: Any = "x"
    for _ in range(13):
        deep = [deep]
    changes: dict[str, Any] = {
        "as deep as may be": deep,
        "one level too deep": [deep],
        "an integer of 2^53": 2**53,
        "a long integer": 10**18,
        "an integer beyond 64 bits": 10**30,
        "the greatest integer": 2**53 - 1,
        "a member beyond the plane": {"\U0001f680": 1},
        "text beyond the plane": "\U0001f680",
        "digits in text": "1" * 40,
        "no Unicode": "\ud800",
    }
    questions = []
    for what, value in changes.items():
        receipt = json.loads(raw)
        receipt["statement"]["body"]["note"] = value
        canonical = json.dumps(
            receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=what == "no Unicode"
        ).encode()
        questions += [
            Question(f"{what}, canonical", canonical, network),
            Question(f"{what}, formatted", json.dumps(receipt, indent=1).encode(), network),
        ]
    assert disagreements(questions) == {}
    read = {"as deep as may be", "the greatest integer", "text beyond the plane", "digits in text"}
    answers = {one.name: one.python.get("error") for one in questions}
    assert {name.split(",")[0] for name, error in answers.items() if error is None} == read
    assert {error for error in answers.values() if error} == {"ledger.not-a-receipt"}
