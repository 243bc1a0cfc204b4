"""Cursors: opaque, and nothing but what was given out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.records.cursor import LONGEST_PAGE, SortKey, page_size, read_cursor, write_cursor
from transire.records.errors import CursorInvalid

ids = st.text(max_size=100).filter(lambda text: "\x00" not in text)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)


@given(st.builds(SortKey, numbers, numbers, ids))
def test_what_is_written_is_read(key):
    assert read_cursor(write_cursor(key)) == key


@given(st.text(max_size=80))
def test_any_other_text_is_refused_or_reads_as_itself(text):
    try:
        key = read_cursor(text)
    except CursorInvalid:
        return
    assert read_cursor(write_cursor(key)) == key


@pytest.mark.parametrize(("limit", "size"), [(-1, 1), (0, 1), (1, 1), (500, 500), (501, LONGEST_PAGE), (10**9, 500)])
def test_a_page_has_a_size(limit, size):
    assert page_size(limit) == size
