"""The pouch of the vectors, as `transire verify` judges it; the page has tests of its own of the same."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

from javascript import Question

FOLDER = Path(__file__).resolve().parents[3] / "vectors" / "pouch"
CASES = json.loads((FOLDER / "cases.json").read_bytes())
MAKER = runpy.run_path(str(FOLDER / "make.py"))


@pytest.mark.parametrize("case", CASES, ids=[case["what"] for case in CASES])
def test_what_must_be_said_of_a_pouch(case: dict[str, Any]) -> None:
    raw, network = (FOLDER / "pouch.json").read_bytes(), (FOLDER / "network.json").read_bytes()
    said = Question(case["what"], MAKER["altered"](raw, case), network).python
    assert said.get("error") == case.get("error")
    found = {name: code for name, (outcome, code) in said.get("checks", {}).items() if outcome == "fails"}
    assert found == case.get("fails", {})
    assert said.get("holds", False) is (case.get("fails") == {})


def test_every_change_is_noticed() -> None:
    assert [case["what"] for case in CASES if case.get("fails") == {}] == ["genuine"]


def test_the_file_is_what_its_maker_writes() -> None:
    assert MAKER["pouch"](MAKER["Chain"]()) == (FOLDER / "pouch.json").read_bytes()
