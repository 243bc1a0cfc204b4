"""The public exports of the schedule, read once in a run of the tests."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from transire.tariff.edition_file import EditionBook, Source
from transire.tariff.exports import read_export
from transire.tariff.rows import Export
from transire.tariff.schedule import make_edition

FILES = {
    "2024": (date(2024, 7, 25), ("hts_2024-07.csv",)),
    "2025": (date(2025, 4, 15), ("hts_2025-04.csv",)),
    "2026": (date(2026, 4, 3), ("hts_2026_chapter_61.json", "hts_2026_chapter_62.json", "hts_2026_chapter_99.json")),
}


@cache
def export_of(shared_data: Path, name: str) -> Export:
    """One export by its file's name."""
    return read_export((shared_data / "hts" / name).read_bytes())


@cache
def book_of(shared_data: Path, year: str) -> EditionBook:
    """One edition, made as `transire tariff import` makes it."""
    day, names = FILES[year]
    exports = [(Source(name, "", export_of(shared_data, name).form), export_of(shared_data, name)) for name in names]
    return EditionBook(make_edition(day, f"Schedule of {year}", exports)[1])
