"""Every example in Python runs, in the order of its page; every example in JSON or TOML can be read."""

from __future__ import annotations

import doctest
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT, blocks, name_of, pages

WITH_PYTHON = [page for page in pages() if any(block.language == "python" for block in blocks(page))]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_the_examples_of_a_page_run(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {"__name__": "example"}
    for block in blocks(page):
        if block.language == "python":
            run(block.text, names, block.name)


def run(text: str, names: dict[str, Any], where: str) -> None:
    """Run one example; one with prompts must also print what it says."""
    if ">>>" not in text:
        exec(compile(text, where, "exec"), names)  # our own pages
        return
    told: list[str] = []
    test = doctest.DocTestParser().get_doctest(text, names, where, where, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=told.append, clear_globs=False)
    names.update(test.globs)
    assert runner.failures == 0, "".join(told)


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_settings_and_data_can_be_read(page: Path) -> None:
    for block in blocks(page):
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            tomllib.loads(block.text)


def test_there_are_examples_to_run() -> None:
    assert ROOT / "docs" / "explanation" / "house.md" in WITH_PYTHON


def test_an_example_that_prints_something_else_is_found() -> None:
    with pytest.raises(AssertionError, match="Expected"):
        run(">>> 1 + 1\n3\n", {}, "here")
