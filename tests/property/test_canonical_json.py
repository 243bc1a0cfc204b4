"""Canonical JSON over all values and over hostile bytes, against rfc8785 as second opinion."""

from __future__ import annotations

import json
from datetime import date
from uuid import uuid4

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from transire.credentials.canonical import jcs_any
from transire.credentials.errors import CredentialMalformed
from transire.crypto.canonical import Json, canonical_bytes, parse_canonical, parse_json
from transire.crypto.errors import JsonRefused

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.text(st.characters(exclude_categories=["Cs"], max_codepoint=0xFFFF), max_size=6)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53 - 1), 2**53 - 1) | TEXT
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)


@given(VALUES)
def test_canonical_bytes_are_those_of_rfc8785(value: Json) -> None:
    raw = canonical_bytes(value)
    assert raw == rfc8785.dumps(value)
    assert parse_canonical(raw) == parse_json(raw) == value


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans(), st.randoms(use_true_random=False))
def test_any_other_formatting_is_read_but_is_not_canonical(
    value: Json, indent: int | str | None, ascii_only: bool, random: object
) -> None:
    raw = canonical_bytes(value)
    loose = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert canonical_bytes(parse_json(loose)) == raw
    if loose != raw:
        with pytest.raises(JsonRefused):
            parse_canonical(loose)


@given(VALUES, st.data())
def test_a_changed_byte_is_refused_or_is_another_value(value: Json, data: st.DataObject) -> None:
    """No two byte strings are read as one value: that is what signatures rest on."""
    raw = bytearray(canonical_bytes(value))
    position = data.draw(st.integers(0, len(raw) - 1))
    raw[position] = data.draw(st.integers(0, 255).filter(lambda byte: byte != raw[position]))
    check_bytes(bytes(raw))


@given(st.binary(max_size=40))
def test_hostile_bytes_are_refused_or_canonical(raw: bytes) -> None:
    check_bytes(raw)


JSON_PARTS = st.sampled_from(
    [
        *'{}[],:" -019',
        '"a"',
        '"a":',
        "1.0",
        "1e5",
        "-0",
        "true",
        "null",
        '"\\u0061"',
        '"\\ud800"',
        "\u00e9",
        '"\U0001f600":',
    ]
)


@given(st.lists(JSON_PARTS, max_size=12).map("".join))
def test_hostile_json_is_refused_or_canonical(text: str) -> None:
    check_bytes(text.encode())


def check_bytes(raw: bytes) -> None:
    try:
        value = parse_canonical(raw)
    except JsonRefused:
        return
    assert canonical_bytes(value) == rfc8785.dumps(value) == raw
    assert parse_json(raw) == value


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ANY_SCALARS = SCALARS | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    ANY_SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ANY_TEXT, inner, max_size=5),
    max_leaves=12,
)


@given(ANY_JSON, st.integers(0, 30))
def test_foreign_json_has_the_text_of_rfc8785(value: object, levels: int) -> None:
    """Fractions, keys beyond the Basic Multilingual Plane and more levels than the profile has, too."""
    for _ in range(levels):
        value = [value]
    assert jcs_any(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [float("nan"), {"a": [float("inf")]}, uuid4(), {"a": date(2026, 1, 1)}, 2**53, b"a"])
def test_what_is_no_json_is_not_written_in_another_way(value: object) -> None:
    with pytest.raises(CredentialMalformed):
        jcs_any(value)
