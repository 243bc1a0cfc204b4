"""The page docs/reference/checks.md is written from the code; `python -m` of its module writes it anew."""

from __future__ import annotations

from pathlib import Path

from transire.procedures.entry_summary.checks import CHECKS
from transire.procedures.entry_summary.checks.reference import render_markdown


def test_the_reference_is_what_the_code_says(repository: Path) -> None:
    written = (repository / "docs" / "reference" / "checks.md").read_text(encoding="utf-8")
    assert written == render_markdown(), (
        "write it anew with python -m transire.procedures.entry_summary.checks.reference"
    )


def test_every_check_is_in_it() -> None:
    page = render_markdown()
    assert len(CHECKS) >= 18
    for check in CHECKS:
        assert f"\n## {check.code}\n" in page
        assert check.fix in page


def test_sentences_and_fixes_are_whole_sentences() -> None:
    for check in CHECKS:
        for text in (check.sentence, check.fix):
            assert text[0].isupper()
            assert text.endswith(".")
            assert "  " not in text
