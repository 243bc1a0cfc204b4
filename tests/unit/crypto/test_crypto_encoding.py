"""One byte string has one text, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.crypto.encoding import b64url, base58btc, multibase, unb64url, unbase58btc, unmultibase
from transire.crypto.errors import EncodingInvalid


@given(st.binary(max_size=187))
def test_every_encoding_returns_what_was_given(data: bytes) -> None:
    assert unb64url(b64url(data), length=len(data)) == data
    assert unbase58btc(base58btc(data)) == data
    assert unmultibase(multibase(data)) == data


@given(st.text(max_size=12))
def test_text_that_is_read_is_the_only_text_of_its_bytes(text: str) -> None:
    try:
        data = unb64url(text)
    except EncodingInvalid:
        return
    assert b64url(data) == text


@pytest.mark.parametrize(
    "text", ["AA==", "AA=", "AB", "A", "AAAAA", "AA\n", " AA", "A A", "A+AA", "A/AA", "\u0660AAA", "AA\0A", "=", "AA.A"]
)
def test_loose_base64_is_refused(text: str) -> None:
    with pytest.raises(EncodingInvalid, match="not written in the encoding"):
        unb64url(text)


def test_wrong_length_names_both_sides() -> None:
    with pytest.raises(EncodingInvalid, match=r"Expected 32 bytes, got 3 bytes\."):
        unb64url("AAAA", length=32)


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(EncodingInvalid, match="base64url text"):
        unb64url(5)  # type: ignore[arg-type]


def test_a_long_refused_text_is_not_repeated_whole() -> None:
    with pytest.raises(EncodingInvalid) as refusal:
        unb64url("!" * 10_000)
    assert len(str(refusal.value)) < 400


@pytest.mark.parametrize("text", ["0", "O", "I", "l", "a b", "\u00b2"])
def test_characters_outside_base58_are_refused(text: str) -> None:
    with pytest.raises(EncodingInvalid, match="base58btc characters"):
        unbase58btc(text)


def test_base58_is_bounded() -> None:
    with pytest.raises(EncodingInvalid, match="at most 256"):
        unbase58btc("2" * 257)


def test_base58_keeps_leading_zeros() -> None:
    assert base58btc(bytes(3)) == "111"
    assert unbase58btc("111") == bytes(3)


@pytest.mark.parametrize("text", ["", "u2", "Z2"])
def test_other_multibases_are_refused(text: str) -> None:
    with pytest.raises(EncodingInvalid, match="prefix z"):
        unmultibase(text)
