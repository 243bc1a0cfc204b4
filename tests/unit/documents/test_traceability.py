"""The mapping to the traceability vocabulary: every example of its schemas, both ways, nothing dropped in silence."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from sample_documents import SUBJECTS
from sample_trade import TRADE_SUBJECTS

from transire.documents.catalogue import find_subject_problems
from transire.documents.differences import leaves
from transire.documents.traceability import MappingUnknown, from_traceability, their_types, to_traceability

LACKING = {"Invoice", "Phytosanitary", "USMCAClaims", "CBPEntrySummary"}
"""Types whose examples lack what ours needs: unit prices and origins; the plants and their country."""


@pytest.fixture(scope="module")
def examples(shared_data: Path) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """The subjects of every example in the folder that is of a type that is mapped, by their type."""
    folder = shared_data / "traceability"
    if not folder.is_dir():
        pytest.skip(f"no traceability data at {folder}: the mapping was not compared with the schemas' own examples")
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {}
    for path in sorted((*folder.glob("credentials/*.yml"), *folder.glob("common/*.yml"))):
        text = re.search(r"^example: \|-?\n((?:  .*\n?|\n)+)", path.read_text(encoding="utf-8"), re.M)
        if text is None:
            continue
        example = json.loads(text.group(1))
        subject = example.get("credentialSubject", example) if isinstance(example, dict) else {}
        names = subject.get("type") if isinstance(subject, dict) else None
        if isinstance(names, list) and set(names) & set(their_types()):
            found.setdefault(names[0], []).append((path.name, subject))
    return found


def _each(examples: dict[str, list[tuple[str, dict[str, Any]]]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for found in examples.values():
        yield from found


def _facts(value: Any) -> dict[str, str]:
    return {pointer: text for pointer, text in leaves(value) if "/type/" not in pointer}


def test_every_type_of_the_tables_has_an_example(examples: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
    assert set(examples) == set(their_types())
    assert sum(map(len, examples.values())) >= 15


def test_every_example_goes_through_both_ways(examples: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
    for name, theirs in _each(examples):
        before = copy.deepcopy(theirs)
        read = from_traceability(theirs)
        assert theirs == before
        written = to_traceability(read.type, read.subject)
        assert written.left_out == (), name
        again = from_traceability(written.subject)
        assert (again.type, again.subject, again.left_out) == (read.type, read.subject, ()), name


def test_every_field_of_an_example_is_taken_or_named(examples: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
    for name, theirs in _each(examples):
        read = from_traceability(theirs)
        facts, left = _facts(theirs), set(read.left_out)
        assert left <= set(facts), name
        assert len(facts) - len(left) >= 1, name
        spoilt = copy.deepcopy(theirs)
        for pointer in left:
            _remove(spoilt, pointer)
        # What is named as left out is all that reading did not use: without it the same is read.
        if not any(facts[pointer][:10].count("-") == 2 for pointer in left):  # a moment is taken in part
            assert from_traceability(spoilt).subject == read.subject, name


def _remove(value: Any, pointer: str) -> None:
    *above, last = pointer.split("/")[1:]
    for name in above:
        value = value[int(name)] if isinstance(value, list) else value[name]
    if isinstance(value, list):
        value[int(last)] = None
    else:
        del value[last]


def test_what_an_example_lacks_is_said_by_the_catalogue(examples: dict[str, list[tuple[str, dict[str, Any]]]]) -> None:
    for type_name, found in examples.items():
        for name, theirs in found:
            read = from_traceability(theirs)
            problems = find_subject_problems(read.type, read.subject)
            assert (not problems) == (type_name not in LACKING), (name, problems)


@pytest.mark.parametrize(
    "schema_id", [*TRADE_SUBJECTS, "commercial-invoice/1", "certification-of-origin/usmca/1", "entry-summary/1"]
)
def test_ours_comes_back_from_theirs_but_for_what_is_named(schema_id: str) -> None:
    ours = SUBJECTS[schema_id]()
    if schema_id == "mill-test-report/1":
        with pytest.raises(MappingUnknown):
            to_traceability(schema_id, ours)
        return
    written = to_traceability(schema_id, ours)
    read = from_traceability(written.subject)
    expected = {pointer: _exact(text) for pointer, text in leaves(ours) if pointer not in written.left_out}
    assert {pointer: _exact(text) for pointer, text in leaves(read.subject)} == expected
    assert read.left_out == ()


def _exact(text: str) -> str | Decimal:
    """A number there loses the zeros at its end, and nothing of its value."""
    return Decimal(text) if re.fullmatch(r"[0-9]+\.[0-9]+|[1-9][0-9]*", text) else text


def test_what_we_write_is_valid_against_their_schemas(shared_data: Path) -> None:
    folder = shared_data / "traceability" / "common"
    if not folder.is_dir():
        pytest.skip(f"no traceability data at {folder}: what is written was not checked against their schemas")
    for schema_id, ours in TRADE_SUBJECTS.items():
        if schema_id == "mill-test-report/1":
            continue
        written = to_traceability(schema_id, ours)
        schema = _resolved(yaml.safe_load((folder / f"{written.type}.yml").read_text(encoding="utf-8")), folder)
        assert [error.message for error in Draft202012Validator(schema).iter_errors(written.subject)] == []


def _resolved(schema: Any, folder: Path, depth: int = 0) -> Any:
    """The schema with its files put in place; what lies outside the folder of the data, or deep, lets anything pass."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            path = (folder / schema["$ref"]).resolve()
            if not path.is_file() or depth > 12:
                return {}
            return _resolved(yaml.safe_load(path.read_text(encoding="utf-8")), path.parent, depth + 1)
        left = {name: part for name, part in schema.items() if name not in ("example", "$linkedData", "$id", "tags")}
        return {name: _resolved(part, folder, depth) for name, part in left.items()}
    return [_resolved(part, folder, depth) for part in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize(
    "hostile",
    [
        {"type": ["PackingList"], "items": [None, 3, {"transportPackages": "x"}], "seller": "no object"},
        {"type": ["PackingList"], "totalNetWeight": {"value": "1e400", "unitCode": "kg"}, "totalItemQuantity": True},
        {"type": "PackingList", "totalItemQuantity": float("inf"), "handlingInstructions": [1]},
        {"type": ["MasterBillOfLading"], "utilizedTransportEquipment": [{"seals": [None]}], "bookingNumber": "x"},
        {"type": ["IATAAirWaybill"], "consignmentRatingDetails": [{"grossWeight": "a", "grossWeightUnit": []}]},
    ],
)
def test_what_is_of_another_shape_is_left_out_and_never_a_fault(hostile: dict[str, Any]) -> None:
    read = from_traceability(hostile)
    assert set(_facts(read.subject).values()) <= {"bill", "master", *map(str, range(1, 9))}
    assert read.left_out


def test_a_type_without_a_table_is_refused_by_name() -> None:
    for named in (["Nonsense"], {"a": 1}, [["PackingList"]], None, 3):
        with pytest.raises(MappingUnknown, match="PackingList"):
            from_traceability({"type": named})
    deep: Any = "leaf"
    for _ in range(400):
        deep = [deep]
    with pytest.raises(MappingUnknown, match="levels"):
        from_traceability({"type": ["PackingList"], "items": deep})
    with pytest.raises(MappingUnknown, match="cost-sheet/1"):
        to_traceability("cost-sheet/1", {})
