"""JSON pointers into drafts (RFC 6901)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.desk.errors import FieldUnknown
from transire.desk.pointer import value_at, with_value

# The document of RFC 6901 section 5.
RFC = {
    "foo": ["bar", "baz"],
    "": 0,
    "a/b": 1,
    "c%d": 2,
    "e^f": 3,
    "g|h": 4,
    "i\\j": 5,
    'k"l': 6,
    " ": 7,
    "m~n": 8,
}
POINTERS = {
    "": RFC,
    "/foo": ["bar", "baz"],
    "/foo/0": "bar",
    "/": 0,
    "/a~1b": 1,
    "/c%d": 2,
    "/e^f": 3,
    "/g|h": 4,
    "/i\\j": 5,
    '/k"l': 6,
    "/ ": 7,
    "/m~0n": 8,
}


@pytest.mark.parametrize(("pointer", "expected"), list(POINTERS.items()))
def test_the_examples_of_the_rfc(pointer, expected):
    assert value_at(RFC, pointer) == expected


@pytest.mark.parametrize("pointer", ["foo", "/foo/2", "/foo/-", "/foo/01", "/foo/1e0", "/foo/0/x", "/nothing"])
def test_no_such_place(pointer):
    with pytest.raises(FieldUnknown):
        value_at(RFC, pointer)


def test_the_original_is_not_touched():
    before = {"lines": [{"value": "1"}, {"value": "2"}]}
    after = with_value(before, "/lines/1/value", "3")
    assert after == {"lines": [{"value": "1"}, {"value": "3"}]}
    assert before == {"lines": [{"value": "1"}, {"value": "2"}]}


json = st.recursive(
    st.none() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), json, min_size=1, max_size=3), st.data())
def test_what_is_set_is_read_back_and_nothing_else_changes(content, data):
    pointer, place = "", content
    while isinstance(place, dict | list) and place and (not pointer or data.draw(st.booleans())):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        pointer += "/" + str(key).replace("~", "~0").replace("/", "~1")
        place = place[key]
    changed = with_value(content, pointer, "new")
    assert value_at(changed, pointer) == "new"
    assert with_value(changed, pointer, place) == content
