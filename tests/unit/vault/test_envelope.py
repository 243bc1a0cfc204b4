"""The form of envelopes: read strictly, bounded, and refused before anything is decoded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.crypto.canonical import canonical_bytes
from transire.errors import TransireError
from transire.vault import envelope
from transire.vault.envelope import MAX_ENVELOPE_BYTES, parse_envelope, write_envelope
from transire.vault.errors import ActionNotAccepted, EnvelopeMalformed, EnvelopeTooLarge

from .conftest import Member


@pytest.fixture
def delivered(member: Callable[..., Member]) -> bytes:
    producer, importer = member("producer"), member("importer")
    producer.issue(importer)
    return producer.envelopes(importer)[0]


def test_an_envelope_is_canonical_and_comes_back(delivered: bytes) -> None:
    read = parse_envelope(delivered)
    assert read.raw == delivered
    assert canonical_bytes(orjson.loads(delivered)) == delivered
    assert sorted(orjson.loads(delivered)) == ["documents", "from", "statements", "to", "type"]
    assert len(read.statements) == len(read.documents) == 1


@pytest.mark.parametrize("name", ["documents", "from", "statements", "to", "type"])
def test_every_member_is_needed(delivered: bytes, name: str) -> None:
    wire = orjson.loads(delivered)
    del wire[name]
    with pytest.raises(EnvelopeMalformed):
        parse_envelope(canonical_bytes(wire))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("type",), "envelope/2"),
        (("from",), "producer"),
        (("to",), ["did:web:a.example"]),
        (("statements",), []),
        (("statements", 0, "index"), -1),
        (("statements", 0, "path"), ["x"]),
        (("statements", 0, "path"), ["A" * 43] * 21),
        (("documents", 0, "meta", "version"), 0),
        (("documents", 0, "meta", "media_types"), []),
        (("documents", 0, "wrapped", "purpose"), ""),
        (("documents", 0, "wrapped", "expires"), "tomorrow"),
        (("documents", 0, "ciphertext"), 7),
    ],
)
def test_a_member_of_another_form_is_refused(delivered: bytes, path: tuple[Any, ...], value: Any) -> None:
    wire = orjson.loads(delivered)
    part = wire
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    with pytest.raises(EnvelopeMalformed):
        parse_envelope(canonical_bytes(wire))


def test_formatted_json_is_no_envelope(delivered: bytes) -> None:
    for raw in (orjson.dumps(orjson.loads(delivered), option=orjson.OPT_INDENT_2), delivered + b"\n", delivered[:-1]):
        with pytest.raises(EnvelopeMalformed):
            parse_envelope(raw)


def test_bounds(delivered: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvelopeTooLarge):
        parse_envelope(b" " * (MAX_ENVELOPE_BYTES + 1))
    wire = orjson.loads(delivered)
    with pytest.raises(EnvelopeMalformed):
        parse_envelope(canonical_bytes({**wire, "documents": wire["documents"] * 33}))
    with pytest.raises(EnvelopeMalformed):
        parse_envelope(canonical_bytes({**wire, "statements": wire["statements"] * 257}))


def test_what_is_too_large_is_not_built(member: Callable[..., Member], monkeypatch: pytest.MonkeyPatch) -> None:
    producer, importer = member("producer"), member("importer")
    producer.issue(importer)
    monkeypatch.setattr(envelope, "MAX_ENVELOPE_BYTES", 1000)
    with pytest.raises(EnvelopeTooLarge):
        producer.envelopes(importer)
    with pytest.raises(EnvelopeTooLarge):
        write_envelope(sender="did:web:a.example", recipient="did:web:b.example", statements=[None] * 257)  # type: ignore[list-item]


def test_nothing_is_sent_before_the_ledger_has_it(member: Callable[..., Member]) -> None:
    producer, importer = member("producer"), member("importer")
    stored = producer.issue(importer, anchor=False)
    assert producer.envelopes(importer) == []
    with producer.database.reading() as view, pytest.raises(ActionNotAccepted):
        envelope._located(view, str(stored.issued_by))


@given(st.binary(max_size=300))
def test_noise_is_refused(raw: bytes) -> None:
    with pytest.raises(EnvelopeMalformed):
        parse_envelope(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(("documents", "from", "statements", "to", "type"), JSON)))
def test_other_json_is_refused(value: dict[str, Any]) -> None:
    with pytest.raises(TransireError):
        parse_envelope(canonical_bytes(value))
