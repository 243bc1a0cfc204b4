"""The disclosures of the vectors, as `transire verify` judges them; the page has its own test of the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from transire.ledger.disclosure import check_disclosure, read_disclosure
from transire.ledger.verify import verify_receipt

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "disclosure"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_bytes())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_must_be_said_of_a_disclosure(case: dict[str, Any]) -> None:
    disclosure = read_disclosure(case["file"].encode())
    verified = verify_receipt(disclosure.receipt, (FOLDER / "network.json").read_bytes())
    check, claims = check_disclosure(disclosure, verified)
    assert (check.outcome, check.code) == (case["outcome"], case.get("code", ""))
    assert claims == case.get("claims", {})
    assert not check.passed or check.found == case["found"]


def test_one_part_shows_nothing_of_the_others() -> None:
    one = next(case for case in CASES if case["name"] == "one part")
    assert one["claims"]["credentialSubject"] == {"name": "Avocados, fresh"}
    assert "Known to few" not in one["file"]
