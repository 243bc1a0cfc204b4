"""The shipped part of the schedule says what the schedule says, row by row."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from transire.tariff.edition_file import EditionBook
from transire.tariff.number import parse_tariff_number
from transire.tariff.schedule import at_hand, find_item, find_statistical_line, shipped


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, dict[str, str]]:
    with (shared_data / "hts" / "hts_2024-07.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["HTS Number"]: row for row in csv.DictReader(file) if row["HTS Number"]}


@pytest.fixture(scope="module")
def book() -> EditionBook:
    (only,) = shipped()
    return only


def test_every_row_is_published(published: dict[str, dict[str, str]], book: EditionBook) -> None:
    numbered = [row for row in book if row.number]
    assert len(numbered) > 100
    for row in numbered:
        said = published[row.number]
        assert (row.general, row.special, row.column_2) == (
            said["General Rate of Duty"],
            said["Special Rate of Duty"],
            said["Column 2 Rate of Duty"],
        ), row.number
        assert row.description == said["Description"], row.number
        assert row.units == tuple(json.loads(said["Unit of Quantity"] or "[]")), row.number


def test_no_line_of_a_listed_item_is_left_out(published: dict[str, dict[str, str]], book: EditionBook) -> None:
    items = {row.digits[:8] for row in book if len(row.digits) >= 8}
    expected = {number.replace(".", "") for number in published if number.replace(".", "")[:8] in items}
    assert expected == {row.digits for row in book if len(row.digits) >= 8}


def test_the_edition_of_a_day() -> None:
    assert at_hand().book_on(date(2024, 7, 24)) is None
    found = at_hand().book_on(date(2026, 11, 22))
    assert found is not None
    assert found.edition == date(2024, 7, 25)


def test_an_item_is_found_by_eight_or_ten_digits() -> None:
    day = date(2026, 11, 22)
    by_item, by_line = (find_item(parse_tariff_number(code), day) for code in ("8413.70.20", "8413.70.20.04"))
    assert by_item is not None
    assert by_item is by_line
    assert find_item(parse_tariff_number("8413.70.20.99"), day) is None
    assert find_item(parse_tariff_number("8413.70"), day) is None
    line = find_statistical_line(by_item, parse_tariff_number("8413.70.20.04"))
    assert line is not None
    assert (line.description, line.units) == ("Submersible pumps", ("No.",))
