"""docs/conformance.md is what the markers of the tests say now."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "scripts" / "write_conformance.py"

spec = importlib.util.spec_from_file_location("write_conformance", SCRIPT)
assert spec is not None
assert spec.loader is not None
writer = importlib.util.module_from_spec(spec)
sys.modules["write_conformance"] = writer
spec.loader.exec_module(writer)


def test_the_page_is_what_the_tests_say() -> None:
    stands = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert stands == writer.page(), "docs/conformance.md is behind the tests; run python scripts/write_conformance.py"


def test_every_statement_is_listed_once() -> None:
    statements = writer.statements()
    assert len(statements) > 80
    assert len({(one.specification, one.words) for one in statements}) == len(statements)


def test_every_suite_is_played() -> None:
    assert {suite for suite, _, _ in writer.played()} == set(writer.SUITES)
