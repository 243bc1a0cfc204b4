"""The inputs that the how-to page prints are answered as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from transire.cli import cli

_PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "determine-origin.md"
_PRINTED = re.compile(r"```json\n(?P<input>[^`]*)```\n\n```sh\ntransire origin (?P<command>\w+) [\w.]+\n")
_INPUTS = [(match["command"], match["input"]) for match in _PRINTED.finditer(_PAGE.read_text(encoding="utf-8"))]


def test_the_page_prints_an_input_for_each_calculation() -> None:
    assert {command for command, _ in _INPUTS} == {
        "determine", "allocate", "inventory", "trace", "interest", "vehicle",
    }  # fmt: skip


@pytest.mark.parametrize(("command", "text"), _INPUTS, ids=[command for command, _ in _INPUTS])
def test_it_is_answered(command: str, text: str) -> None:
    run = CliRunner().invoke(cli, ["origin", command, "-"], input=text)
    assert run.exit_code == 0, run.output
