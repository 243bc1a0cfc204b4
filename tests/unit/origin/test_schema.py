"""The schemas say what the program reads and prints, and the reference page names every member."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from origin_cases import asked, case_of, fact, material

from transire.origin.schedules import calculate
from transire.origin.schema import SCHEMAS, schema_of


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(name))


def examples(repository: Path, name: str) -> list[dict[str, Any]]:
    path = repository / "tests" / "conformance" / "origin" / name
    listed: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["examples"]
    return listed


def test_the_regulations_examples_satisfy_the_schemas(repository: Path) -> None:
    case = Draft202012Validator(schema_of("case"))
    for example in examples(repository, "nafta_examples.json"):
        case.validate(example["case"])
    for example in examples(repository, "nafta_schedules.json"):
        kind, asked_for = example["calculate"], example["input"]
        Draft202012Validator(schema_of(kind)).validate(asked_for)
        result = msgspec.to_builtins(calculate(kind, json.dumps(asked_for)))
        Draft202012Validator(schema_of(f"{kind}-result")).validate(json.loads(json.dumps(result, default=str)))


def test_answers_satisfy_the_schema() -> None:
    answer = Draft202012Validator(schema_of("answer"))
    rule = "A change to heading 84.14 from any other heading."
    for bill in (
        [material("a", "8414.90", "1")],
        [material("a", "8501.10")],
        [material("a", "8501.10", origin="unknown")],
    ):
        answer.validate(json.loads(msgspec.json.encode(asked("usmca", "8414.59", bill, rule=rule, value="5"))))


@pytest.mark.parametrize(
    "change",
    [
        {"surprise": 1},
        {"good": {"tariff": "8414.59", "weight": "-1"}},
        {"related_party_share": "1.5"},
        {"materials": [{"id": "a"}]},
    ],
)
def test_what_the_program_refuses_the_schema_refuses(change: dict[str, Any]) -> None:
    case = case_of("nafta", "8414.59", [material("a", "8501.10", facts=[fact("gri_2a")])])
    schema = Draft202012Validator(schema_of("case"))
    schema.validate(case)
    assert not schema.is_valid(case | change)


def test_the_reference_page_names_every_member(repository: Path) -> None:
    page = (repository / "docs" / "reference" / "origin-case.md").read_text(encoding="utf-8")
    names = {name for schema in SCHEMAS for name in members(schema_of(schema))}
    assert sorted(name for name in names if f"`{name}`" not in page and f'"{name}"' not in page) == []


def members(schema: dict[str, Any]) -> set[str]:
    found = set(schema.get("properties", {}))
    for part in schema.get("$defs", {}).values():
        found |= set(part.get("properties", {}))
    return found
