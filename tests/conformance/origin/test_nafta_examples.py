"""The worked examples that the NAFTA regulations print, to the printed digit; errata stand beside them in the files.

Where an example prints a content with one decimal place, the exact figure must round or be cut off to it.
"""

from __future__ import annotations

import json
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from transire.origin.determine import determine
from transire.origin.reading import read_case
from transire.origin.schedules import calculate

HERE = Path(__file__).parent


def examples(name: str) -> list[Any]:
    """The examples of a file as parameters, each named by where it stands in the regulations."""
    listed = json.loads((HERE / name).read_text(encoding="utf-8"))["examples"]
    return [pytest.param(one, id=f"{one['example']}: {one['what']}") for one in listed]


@pytest.mark.parametrize("example", examples("nafta_examples.json"))
def test_a_printed_example_of_a_determination_comes_out(example: dict[str, Any]) -> None:
    answer = msgspec.to_builtins(determine(read_case(json.dumps(example["case"]))))
    expected = example["expected"]
    for missing in expected.pop("missing", ()):
        assert missing in [one["fact"] for one in answer["missing"]]
    for notice in expected.pop("notices", ()):
        assert any(notice in one for one in answer["notices"])
    _agree(answer, expected)
    for name, printed in example.get("printed", {}).items():
        exact = Decimal(answer["figures"][name])
        assert Decimal(printed) in {exact.quantize(Decimal(printed), how) for how in (ROUND_HALF_UP, ROUND_DOWN)}


@pytest.mark.parametrize("example", examples("nafta_schedules.json"))
def test_a_printed_example_of_a_schedule_comes_out(example: dict[str, Any]) -> None:
    result = msgspec.to_builtins(calculate(example["calculate"], json.dumps(example["input"])))
    _agree(result, example["expected"])


def _agree(found: Any, expected: Any) -> None:
    """Every member that is expected is found, figures as numbers; what is not expected may be there too."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert name in found, f"{name} is not in {found}"
            _agree(found[name], value)
    elif isinstance(expected, list):
        assert len(found) == len(expected)
        for one, value in zip(found, expected, strict=True):
            _agree(one, value)
    elif isinstance(expected, str) and expected[:1].isdigit():
        assert Decimal(found) == Decimal(expected)
    else:
        assert found == expected
