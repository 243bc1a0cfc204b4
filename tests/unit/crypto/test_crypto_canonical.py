"""What the vectors do not say of canonical JSON: Python values, limits, and where the refusal points."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import msgspec
import pytest

from transire.crypto.canonical import canonical_bytes, parse_canonical, parse_json, typed_bytes
from transire.crypto.errors import JsonRefused, JsonTooLarge, NotCanonical


@dataclass
class Seal:
    number: str


class Colour(Enum):
    RED = "red"


class Word(str):
    pass


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [1, 2.5]}, "/a/1"),
        ({"a": float("nan")}, "/a"),
        ({"a": {"b/c~d": 1e300}}, "/a/b~1c~0d"),
        ([uuid.UUID(int=1)], "/0"),
        ([Colour.RED], "/0"),
        ([datetime(2026, 1, 1, tzinfo=UTC)], "/0"),
        ([Seal("7")], "/0"),
        ([Word("x")], "/0"),
        ([b"bytes"], "/0"),
        ([2**53], "/0"),
        ([-(2**53)], "/0"),
        ([2**200], "/0"),
        ([{1: 2}], "/0"),
        ([{"\U0001f600": 2}], "/0"),
        (["\ud800"], "/0"),
        ({"\udfff": 1}, "/"),
        (object(), "/"),
        (1.0, "/"),
        (2**53, "/"),
        ({Word("a"): 1}, "/"),
        ([{"x": None, Word("a"): 1}], "/0"),
    ],
)
def test_python_values_outside_the_profile_are_refused_with_a_pointer(value: Any, where: str) -> None:
    with pytest.raises(JsonRefused) as refusal:
        canonical_bytes(value)
    assert refusal.value.where == where


def test_too_many_levels_are_refused() -> None:
    deep: Any = []
    for _ in range(16):
        deep = [deep]
    with pytest.raises(JsonRefused, match="at most 16 levels"):
        canonical_bytes(deep)
    assert parse_canonical(canonical_bytes(deep[0])) == deep[0]


def test_endless_nesting_is_refused() -> None:
    deep: Any = []
    deep.append(deep)
    with pytest.raises(JsonRefused, match="at most 16 levels"):
        canonical_bytes(deep)


def test_a_dictionary_of_another_kind_is_refused() -> None:
    with pytest.raises(JsonRefused, match="OrderedDict"):
        canonical_bytes({"a": OrderedDict(b=1)})


def test_tuples_are_lists() -> None:
    assert canonical_bytes({"a": (1, ("x",))}) == b'{"a":[1,["x"]]}'  # type: ignore[dict-item]


def test_limits_are_in_bytes_and_inclusive() -> None:
    raw = canonical_bytes("x" * 10)
    assert parse_canonical(raw, limit=12) == parse_json(raw, limit=12) == "x" * 10
    for parse in (parse_canonical, parse_json):
        with pytest.raises(JsonTooLarge, match="Expected at most 11 bytes, got 12 bytes"):
            parse(raw, limit=11)


def test_the_default_limit_is_one_action() -> None:
    with pytest.raises(JsonTooLarge):
        parse_canonical(canonical_bytes("x" * 65536))


def test_the_first_difference_is_named() -> None:
    with pytest.raises(NotCanonical) as refusal:
        parse_canonical(b'{"a":1,"b": 2}')
    assert refusal.value.where == "byte 11"
    with pytest.raises(NotCanonical) as refusal:
        parse_canonical(b"[1] ")
    assert refusal.value.where == "byte 3"


def test_a_surrogate_that_only_python_can_hold_is_refused() -> None:
    with pytest.raises(JsonRefused, match="lone surrogate"):
        parse_json(b'{"a":"\\ud83d"}')


def test_invalid_utf8_names_its_place() -> None:
    with pytest.raises(JsonRefused, match="At byte 2"):
        parse_json(b'"a\xff"')


def test_wide_values_may_have_many_brackets() -> None:
    value: Any = [{"a": [1]}, {"\u00e9": []}] * 40
    assert parse_canonical(canonical_bytes(value)) == value


class Told(msgspec.Struct):
    zulu: str
    alpha: tuple[str, ...] = ()
    middle: int = msgspec.field(name="from", default=0)


def test_typed_values_have_the_same_text_whatever_is_written() -> None:
    """Two libraries write the text, and each escapes what it thinks it must."""
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)]))
    assert typed_bytes([every]) == canonical_bytes([every])
    assert typed_bytes(Told("z", ("b", "a"), -1)) == canonical_bytes({"zulu": "z", "alpha": ["b", "a"], "from": -1})
    assert typed_bytes(({"unit": "kg", "event": "opened"},)) == canonical_bytes([{"event": "opened", "unit": "kg"}])
