"""Official exports are read whole; what is wrong in them is told, kept, and never computed with."""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from schedule_files import book_of, export_of
from transire.tariff.anomalies import MEANINGS
from transire.tariff.edition_file import EditionBook, Head, encode_edition
from transire.tariff.errors import EditionDamaged, ExportUnreadable, NumberNotAtHand, NumberNotListed
from transire.tariff.exports import read_export
from transire.tariff.number import parse_tariff_number
from transire.tariff.schedule import Shelf, listing, search, shipped

HEAD = (
    "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty,"
    "Column 2 Rate of Duty,Quota Quantity,Additional Duties\n"
)


def test_the_2024_export_is_read_whole(shared_data: Path) -> None:
    export = export_of(shared_data, "hts_2024-07.csv")
    with (shared_data / "hts" / "hts_2024-07.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(export.rows) == len(rows) == 35_790
    for row, said in zip(export.rows, rows, strict=True):
        assert (row.number, row.description, row.indent) == (
            said["HTS Number"],
            said["Description"].strip(),
            int(said["Indent"]),
        )
    found = Counter(one.code for one in export.anomalies)
    assert found == {"rate-unread": 11, "indent-jump": 9, "special-unread": 8, "markup": 1, "unit-blank": 1}


def test_the_damage_of_the_2025_export_is_told(shared_data: Path) -> None:
    export = export_of(shared_data, "hts_2025-04.csv")
    assert len(export.rows) == 35_938
    found = Counter(one.code for one in export.anomalies)
    assert found["number-form"] == 824  # the subheadings that lost their last zero
    assert found["percent-reformatted"] == 1
    assert found["rate-on-heading"] == sum(1 for row in export.rows if row.general and len(row.digits) < 8)
    lost = [one for one in export.anomalies if one.code == "number-form"]
    assert lost[0].got == "1003.9"
    assert lost[0].expected.startswith("1003.90")
    assert all(row.digits == "" for row in export.rows if row.number == "1003.9")  # told, not corrected


def test_no_rate_that_was_copied_down_is_taken_for_one(shared_data: Path) -> None:
    """Beside the undamaged edition: where that prints no general rate, the damaged one gives none without a doubt."""
    whole, damaged = book_of(shared_data, "2024"), book_of(shared_data, "2025")
    invented = []
    for row in whole:
        if len(row.digits) == 8 and not row.general:
            before, after = listing(whole, row.digits), listing(damaged, row.digits)
            if before and after and not before.general and after.general and not after.doubt:
                invented.append(row.number)
    assert invented == []


def test_a_damaged_file_still_answers_for_almost_all_goods(shared_data: Path) -> None:
    whole, damaged = book_of(shared_data, "2024"), book_of(shared_data, "2025")
    items = [row.digits for row in whole if len(row.digits) == 8 and row.general and row.digits[:2] < "98"]
    both = [found for digits in items if (found := listing(damaged, digits)) is not None]
    assert len(both) > 3_000
    assert [found.number for found in both if found.doubt] == []


def test_lines_inherit_the_rates_of_their_item(shared_data: Path) -> None:
    for year in ("2024", "2025"):
        found = listing(book_of(shared_data, year), "0102294024")
        assert found is not None
        assert (found.item, found.general, found.column_2) == ("0102.29.40", "1¢/kg", "5.5¢/kg")
        assert (found.units, found.doubt) == (("No.", "kg"), "")
        assert found.description[0] == "Live bovine animals:"
        assert found.description[-1] == "Male"


def test_the_json_export_brings_footnotes(shared_data: Path) -> None:
    found = listing(book_of(shared_data, "2026"), "6109100012")
    assert found is not None
    assert [note.text for note in found.footnotes] == ["See 9903.88.15."]
    assert found.units == ("doz.", "kg")


def test_the_newest_edition_that_holds_the_chapter_answers(shared_data: Path) -> None:
    shelf = Shelf([*shipped(), *(book_of(shared_data, year) for year in ("2024", "2025", "2026"))])
    shirt, pump, gone = (parse_tariff_number(code) for code in ("6109.10.00.12", "8413.70.20.04", "6109.10.00.99"))
    assert shelf.look_up(shirt, date(2026, 5, 1)).edition == date(2026, 4, 3)
    assert shelf.look_up(pump, date(2026, 5, 1)).edition == date(2025, 4, 15)
    assert shelf.look_up(pump, date(2025, 4, 14)).edition == date(2024, 7, 25)
    with pytest.raises(NumberNotListed):
        shelf.look_up(gone, date(2026, 5, 1))
    with pytest.raises(NumberNotAtHand):
        shelf.look_up(pump, date(2024, 7, 24))


def test_an_expired_number_says_where_it_stood(shared_data: Path) -> None:
    older, newer = book_of(shared_data, "2024"), book_of(shared_data, "2025")
    numbers = {row.digits for row in newer}
    expired = next(row.digits for row in older if len(row.digits) == 10 and row.digits not in numbers)
    shelf = Shelf([older, newer])
    assert shelf.look_up(parse_tariff_number(expired), date(2024, 8, 1))
    with pytest.raises(NumberNotListed, match="2024-07-25"):
        shelf.look_up(parse_tariff_number(expired), date(2025, 5, 1))


def test_a_search_finds_by_words_and_by_code(shared_data: Path) -> None:
    book = book_of(shared_data, "2024")
    assert {hit.number for hit in search(book, "ceiling fans")} >= {"8414.51.30.00"}
    assert [hit.number for hit in search(book, "0101.21")] == ["0101.21.00", "0101.21.00.10", "0101.21.00.20"]
    assert list(search(book, "xyzzy")) == []


def test_an_edition_is_the_same_after_it_was_kept(shared_data: Path) -> None:
    export = export_of(shared_data, "hts_2026_chapter_62.json")
    head = Head(edition=date(2026, 4, 3), citation="c", scope="s", chapters=("62",), anomalies=export.anomalies)
    kept = encode_edition(head, export.rows)
    book = EditionBook(kept)
    assert tuple(book) == export.rows
    assert book.head == head
    for at, row in enumerate(export.rows):
        if row.digits:
            assert book.place_of(row.digits) == at
    assert book.place_of("6299") is None


@pytest.mark.parametrize("place", [0, 20, 60, 500, -1])
def test_an_edition_that_was_altered_is_refused(shared_data: Path, place: int) -> None:
    export = export_of(shared_data, "hts_2026_chapter_62.json")
    head = Head(edition=date(2026, 4, 3), citation="c", scope="s", chapters=("62",))
    kept = bytearray(encode_edition(head, export.rows))
    kept[place] ^= 1
    with pytest.raises(EditionDamaged):
        EditionBook(bytes(kept))


def test_a_file_that_was_cut_off_is_refused(shared_data: Path) -> None:
    kept = encode_edition(
        Head(edition=date(2026, 4, 3), citation="c", scope="s", chapters=()),
        export_of(shared_data, "hts_2026_chapter_62.json").rows,
    )
    for end in (0, 10, 55, len(kept) // 2, len(kept) - 1):
        with pytest.raises(EditionDamaged):
            EditionBook(kept[:end])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"not a schedule",
        HEAD.encode(),
        HEAD.encode() + b'"never closed',
        HEAD.encode() + b"\xff\xfe",
        b"[",
        b"[1,2]",
        b'{"htsno": "0101"}',
        b"[" * 100_000,
        b'[{"htsno": 5}]',
        b"PK\x03\x04 a spreadsheet",
    ],
)
def test_what_is_no_export_is_refused(raw: bytes) -> None:
    with pytest.raises(ExportUnreadable):
        read_export(raw)


def test_hostile_cells_are_told_and_cleaned() -> None:
    line = '0101.21.00,0,"Horses \x1b[2J\u202e",,"Free\x07",,"=cmd()|x",,\n'
    export = read_export((HEAD + line + "0101.21.00,99,again,,5%,,10%,,\n").encode())
    assert Counter(one.code for one in export.anomalies) == {
        "control-character": 1,
        "rate-unread": 1,
        "indent-unread": 1,
        "number-repeated": 1,
    }
    assert export.rows[0].description == "Horses [2J"
    assert all(one.code in MEANINGS for one in export.anomalies)


def test_rows_on_one_another_keep_to_their_file(shared_data: Path) -> None:
    """Chapters that came in files of their own hang together as they did in these."""
    book = book_of(shared_data, "2026")
    for place, row in enumerate(book):
        assert row.parent < place
        assert row.parent < 0 or book[row.parent].indent < row.indent
    heading = listing(book, "6201201110")
    assert heading is None or heading.description[0].startswith("Men")


def test_json_and_csv_of_the_same_rows_are_the_same() -> None:
    line = '0101.21.00,0,Horses,"[""No.""]",Free,Free (S),20%,,\n'
    row = {"htsno": "0101.21.00", "indent": "0", "description": "Horses", "units": ["No."], "general": "Free"}
    row |= {"special": "Free (S)", "other": "20%", "footnotes": None}
    assert read_export((HEAD + line).encode()).rows == read_export(json.dumps([row]).encode()).rows
