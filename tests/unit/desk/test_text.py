"""What a person types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transire.desk.errors import TextUnsuitable
from transire.desk.text import tidy_line, tidy_page


@given(st.text(max_size=60))
def test_a_tidied_line_is_tidy_or_refused(text):
    try:
        line = tidy_line(text, "name")
    except TextUnsuitable:
        return
    assert tidy_line(line, "name") == line
    line.encode()
    assert not {"\n", "\t", "\x00", "\u202e"} & set(line)


@given(st.text(max_size=60))
def test_a_tidied_page_is_tidy_or_refused(text):
    try:
        page = tidy_page(text, "note")
    except TextUnsuitable:
        return
    assert tidy_page(page, "note") == page
    assert "\r" not in page


@pytest.mark.parametrize("text", ["Таможня", "報關員", "الجمارك", "Oficial-Año Été", "👩\u200d🔧 Taller"])
def test_names_of_all_languages_pass(text):
    assert tidy_line(text, "name") == text


def test_the_place_is_named():
    with pytest.raises(TextUnsuitable) as refusal:
        tidy_line("a\x07b", "title")
    assert (refusal.value.where, refusal.value.got) == ("title", "U+0007")
