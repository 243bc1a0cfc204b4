"""Two small readers that must be strict: CBOR in its one form, and which words may begin a compact IRI."""

from __future__ import annotations

import pytest

from transire.credentials.cbor import decode, encode
from transire.credentials.contexts import meaning, pinned_contexts
from transire.crypto.errors import EncodingInvalid

# RFC 8949 appendix A, as far as it is integers, byte strings, text, arrays and maps from integers.
PUBLISHED = [
    (0, "00"),
    (23, "17"),
    (24, "1818"),
    (100, "1864"),
    (1000, "1903e8"),
    (1000000, "1a000f4240"),
    (b"", "40"),
    (b"\1\2\3\4", "4401020304"),
    ("", "60"),
    ("IETF", "6449455446"),
    ("\u6c34", "63e6b0b4"),
    ([], "80"),
    ([1, [2, 3], [4, 5]], "8301820203820405"),
    ({}, "a0"),
    ({1: 2, 3: 4}, "a201020304"),
]


@pytest.mark.parametrize(("value", "text"), PUBLISHED, ids=[text for _, text in PUBLISHED])
def test_published_examples(value: object, text: str) -> None:
    assert encode(value).hex() == text  # type: ignore[arg-type]
    assert decode(bytes.fromhex(text)) == value


WRONG = {
    "longer heads": ["1817", "190018", "1a000003e8", "580161"],
    "other kinds": ["20", "c0", "d84000", "f4", "f93c00", "1b0000000100000000"],
    "no end": ["5f4101ff", "9fff", "bfff", "ff"],
    "cut off": ["", "42", "4201", "82", "8201", "a1", "a101", "18"],
    "more after it": ["0000", "8000"],
    "keys": ["a2010201", "a20302010a", "a1616101", "a20102 0103".replace(" ", "")],
    "no UTF-8": ["61ff"],
    "too deep": ["818181818100"],
    "too long": ["9a00010001"],
}


@pytest.mark.parametrize("text", [text for listed in WRONG.values() for text in listed])
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(EncodingInvalid):
        decode(bytes.fromhex(text))


@pytest.mark.parametrize("value", [True, None, -1, 2**32, 1.5, [None]])
def test_what_has_no_form_here_is_not_written(value: object) -> None:
    with pytest.raises((EncodingInvalid, TypeError)):
        encode(value)  # type: ignore[arg-type]


def test_which_words_may_begin_a_compact_iri() -> None:
    """JSON-LD 1.1 API 4.2.2: a plain word whose IRI ends in a delimiter, or one that says so; no other."""
    context = {
        "plain": "urn:w#",
        "word": "urn:w#word",
        "braces": {"@id": "urn:w#"},
        "said": {"@id": "urn:w/x", "@prefix": True},
    }
    active = pinned_contexts().active(context)
    assert meaning("plain:a", active) == "urn:w#a"
    assert meaning("said:a", active) == "urn:w/xa"
    assert meaning("word:a", active) == "word:a"
    assert meaning("braces:a", active) == "braces:a"
    assert meaning("plain://a", active) == "plain://a"
