"""The shipped part of the schedule says what the schedule says, row by row."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from pathlib import Path

import pytest

from transire.tariff.number import parse_tariff_number
from transire.tariff.schedule import Edition, edition_on, editions, find_item, find_statistical_line

_MARKUP = re.compile(r"</?[a-z]+>")


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[str, dict[str, str]]:
    with (shared_data / "hts" / "hts_2024-07.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["HTS Number"]: row for row in csv.DictReader(file) if row["HTS Number"]}


@pytest.fixture(scope="module")
def edition() -> Edition:
    (only,) = editions()
    return only


def _units(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(json.loads(row["Unit of Quantity"])) if row["Unit of Quantity"] else ()


def _text(row: dict[str, str]) -> str:
    return _MARKUP.sub("", row["Description"])


def test_every_item_has_the_published_rates(published: dict[str, dict[str, str]], edition: Edition) -> None:
    for item in edition.items:
        row = published.get(item.number) or published[f"{item.number}.00"]
        assert (row["General Rate of Duty"], row["Special Rate of Duty"]) == (item.general, item.special), item.number
        assert _text(row) == item.description[-1], item.number


def test_every_statistical_line_is_published_and_none_is_left_out(
    published: dict[str, dict[str, str]], edition: Edition
) -> None:
    for item in edition.items:
        below = [number for number in published if number.startswith(f"{item.number}.")]
        assert [line.number for line in item.statistical] == below
        for line in item.statistical:
            row = published[line.number]
            printed = (_MARKUP.sub("", unit.replace("\\/", "/")) for unit in _units(row))
            units = tuple(unit for both in printed for unit in both.split(" and "))  # "No. and kg" is two units
            assert (_text(row), units) == (line.description, line.units), line.number


def test_the_edition_of_a_day() -> None:
    assert edition_on(date(2024, 7, 24)) is None
    found = edition_on(date(2026, 11, 22))
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
