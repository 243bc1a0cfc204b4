"""Cases of a review that read the interface and the regulations sentence by sentence, answered by hand beforehand.

`reviewed_cases.jsonl` holds one case a line: its name, the case, and the members of the answer that were worked out. A
member that is null must be absent; figures agree to ten significant digits, as the interface promises.
"""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from transire.cli import cli
from transire.errors import TransireError
from transire.origin.determine import determine
from transire.origin.reading import read_case

_LINES = (Path(__file__).parent / "reviewed_cases.jsonl").read_text(encoding="utf-8").splitlines()
_ROWS: list[dict[str, Any]] = [json.loads(line) for line in _LINES]


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for row in _ROWS])
def test_the_answer_is_the_one_that_was_worked_out(row: dict[str, Any]) -> None:
    text = json.dumps(row["case"])
    if "error" in row["expected"]:
        with pytest.raises(TransireError):
            determine(read_case(text))
        return
    case = read_case(text)
    answer = determine(case)
    _agree(msgspec.to_builtins(answer), row["expected"])
    short = determine(case, full=False)
    assert (short.outcome, short.criterion, short.figures) == (answer.outcome, answer.criterion, answer.figures)


def test_a_file_of_them_is_answered_in_its_order_with_errors_in_their_place() -> None:
    rows = [row for row in _ROWS if "error" in row["expected"]][:3] + _ROWS[:5]
    lines = "\n".join(json.dumps({**row["case"], "case": row["name"]}) for row in reversed(rows))
    run = CliRunner().invoke(cli, ["origin", "determine", "-", "--json"], input=lines)
    told = [json.loads(line) for line in run.stdout.splitlines()]
    assert [one["case"] for one in told] == [row["name"] for row in reversed(rows)]
    assert ["error" in one for one in told] == ["error" in row["expected"] for row in reversed(rows)]
    assert run.exit_code == 1


def test_an_agreement_that_has_ended_shows_the_rules_of_its_last_day() -> None:
    run = CliRunner().invoke(cli, ["origin", "rules", "nafta", "8414.59", "--json"])
    told = json.loads(run.stdout)
    assert told["date"] == "2020-06-30"
    assert [rule["scope"] for rule in told["rules"]] == ["8414.59-8414.80"]


def _agree(found: Any, expected: Any, at: str = "") -> None:
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert (name in found) == (value is not None), f"{at}/{name}: {found}"
            if value is not None:
                _agree(found[name], value, f"{at}/{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), f"{at}: {found}"
        for one, value in zip(found, expected, strict=True):
            _agree(one, value, at)
    elif isinstance(expected, str) and at.startswith(("/figures/", "/headroom/value")) and _is_number(expected):
        assert abs(Decimal(found) - Decimal(expected)) <= abs(Decimal(expected)) / 10**10, f"{at}: {found}"
    else:
        assert found == expected, at


def _is_number(text: str) -> bool:
    return text.lstrip("-")[:1].isdigit()
