"""Editions of the Harmonized Tariff Schedule of the United States, as far as they are at hand.

What is shipped is a subset with its edition date: enough for the example goods. `transire tariff import` adds whole
editions to a folder, and `use_folder` takes them from there. Rates are given as the schedule prints them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import msgspec

from transire.tariff.edition_file import EditionBook, Head, Source, encode_edition
from transire.tariff.errors import NumberNotAtHand, NumberNotListed
from transire.tariff.exports import read_export
from transire.tariff.number import TariffNumber
from transire.tariff.rows import Export, Footnote, ScheduleRow, plain_text, plain_units
from transire.tariff.shipped_data import read_data

SUFFIX: Final = ".tariff"
_SHIPPED: Final = ("schedule_2024-07.json",)


class StatisticalLine(msgspec.Struct, frozen=True):
    """A ten-digit number that entries report, with its units of quantity."""

    number: str
    description: str
    units: tuple[str, ...]


class TariffItem(msgspec.Struct, frozen=True):
    """An eight-digit item with its rates; `description` goes down from the heading to the item itself."""

    number: str
    description: tuple[str, ...]
    units: tuple[str, ...]
    general: str
    special: str
    statistical: tuple[StatisticalLine, ...]
    column_2: str = ""


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What one edition says of a number of eight or ten digits.

    `item` is the eight-digit item whose rates these are, blank where no rate is printed. `doubt` is the code of the
    anomaly for which the general rate of this file is not to be relied on.
    """

    number: str
    item: str
    description: tuple[str, ...]
    units: tuple[str, ...]
    general: str
    special: str
    column_2: str
    additional: str
    footnotes: tuple[Footnote, ...]
    edition: date
    source: str
    doubt: str = ""


class Shelf:
    """The editions at hand: the newest that was published on a day, and holds the number, answers for that day."""

    def __init__(self, books: Iterable[EditionBook]) -> None:
        # Of two of one day the one that holds more chapters goes first: a whole edition before the shipped part of it.
        self.books = sorted(books, key=lambda book: (book.edition, len(book.head.chapters)), reverse=True)

    def book_on(self, day: date) -> EditionBook | None:
        """The newest edition of this day, whatever it holds."""
        return next((book for book in self.books if book.edition <= day), None)

    def book_for(self, number: TariffNumber, day: date) -> EditionBook | None:
        """The newest edition of this day that can speak of this number."""
        return _book_for(self, number, day)

    def find(self, number: TariffNumber, day: date) -> Listing | None:
        """The listing of a number of eight or ten digits; None where no edition of the day lists it."""
        book = self.book_for(number, day)
        return None if book is None else listing(book, number.digits)

    def look_up(self, number: TariffNumber, day: date) -> Listing:
        """The same, with a refusal that says why there is none: not at hand, expired, not yet there, or unknown."""
        found = self.find(number, day)
        if found is not None:
            return found
        if self.book_for(number, day) is None:
            raise NumberNotAtHand(got=number.dotted, expected=f"an edition of {day.isoformat()} with this number")
        others = [book for book in self.books if listing(book, number.digits) is not None]
        told = f"a number of the edition for {day.isoformat()}"
        if others:
            when = " and ".join(sorted(book.edition.isoformat() for book in others))
            told += f"; it stands in the edition of {when}"
        raise NumberNotListed(got=number.dotted, expected=told)


@lru_cache(maxsize=65_536)
def _book_for(shelf: Shelf, number: TariffNumber, day: date) -> EditionBook | None:
    """Remembered: an entry asks for the same numbers of one day again and again, and a shelf does not change."""
    return next((book for book in shelf.books if book.edition <= day and book.holds(number)), None)


@lru_cache(maxsize=65_536)
def listing(book: EditionBook, digits: str) -> Listing | None:
    """What an edition says of a number of eight or ten digits; None where it does not list it."""
    if len(digits) not in (8, 10):
        return None
    place = book.place_of(digits)
    if place is None and len(digits) == 8:
        place = _only_line(book, digits)
    if place is None:
        return None
    eight = TariffNumber(digits[:8]).dotted
    chain = [row for _, row in book.chain(place)]
    rated = next((row for row in chain if row.has_rates), None)
    units = next((plain_units(row) for row in chain if row.units), ())
    return Listing(
        number=TariffNumber(digits).dotted,
        item=eight if rated else "",
        description=tuple(plain_text(row.description) for row in reversed(chain)),
        units=units,
        general=rated.general if rated else "",
        special=rated.special if rated else "",
        column_2=rated.column_2 if rated else "",
        additional=rated.additional if rated else "",
        footnotes=tuple(note for row in chain for note in row.footnotes),
        edition=book.edition,
        source=f"{book.source}, {eight}",
        doubt=rated.doubt if rated else "",
    )


def _only_line(book: EditionBook, digits: str) -> int | None:
    """Some items have no row of eight digits: their one line of ten carries the rates (0101.30.00.00)."""
    below = list(book.places_below(digits))
    return below[0] if len(below) == 1 or (below and book[below[0]].has_rates) else None


@cache
def shipped() -> tuple[EditionBook, ...]:
    """The editions that come with the program: parts, each with its scope."""
    return tuple(_shipped_book(name) for name in _SHIPPED)


class _Shipped(msgspec.Struct):
    edition: date
    citation: str
    scope: str
    chapters: tuple[str, ...]
    rows: msgspec.Raw


def _shipped_book(name: str) -> EditionBook:
    raw = read_data(name)
    part = msgspec.json.decode(raw, type=_Shipped)
    head = Head(edition=part.edition, citation=part.citation, scope=part.scope, chapters=part.chapters)
    return EditionBook(encode_edition(head, read_export(bytes(part.rows)).rows), name=name)


_at_hand: list[Shelf] = []


def at_hand() -> Shelf:
    """The shelf that this process uses: what is shipped, until `use_folder` puts more on it."""
    if not _at_hand:
        _at_hand.append(Shelf(shipped()))
    return _at_hand[0]


def use_folder(folder: Path) -> Shelf:
    """Put the editions of a folder on the shelf, beside what is shipped; without the folder, what is shipped alone."""
    found = [EditionBook(path.read_bytes(), name=path.name) for path in edition_files(folder)]
    _at_hand[:] = [Shelf([*shipped(), *found])]
    for remembered in (listing, _item, _book_for):
        remembered.cache_clear()
    return _at_hand[0]


def edition_files(folder: Path) -> list[Path]:
    """The files of editions in a folder, the oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def make_edition(edition: date, citation: str, exports: Iterable[tuple[Source, Export]]) -> tuple[Head, bytes]:
    """One edition out of one export or several (a chapter each), and the bytes to keep it in."""
    rows: list[ScheduleRow] = []
    read = list(exports)
    for _, export in read:
        start = len(rows)
        rows += [
            msgspec.structs.replace(row, parent=row.parent + start) if start and row.parent >= 0 else row
            for row in export.rows
        ]
    chapters = tuple(sorted({row.digits[:2] for row in rows if row.digits}))
    head = Head(
        edition=edition,
        citation=citation,
        scope=f"{len(rows):,} rows of {len(chapters)} chapters",
        chapters=chapters,
        sources=tuple(source for source, _ in read),
        anomalies=tuple(one for _, export in read for one in export.anomalies),
    )
    return head, encode_edition(head, rows)


def find_item(number: TariffNumber, day: date) -> TariffItem | None:
    """The tariff item under which this number of eight or ten digits falls.

    >>> from transire.tariff.number import parse_tariff_number
    >>> find_item(parse_tariff_number("8414.51.30.00"), date(2026, 11, 22)).general
    '4.7%'
    """
    book = at_hand().book_for(number, day)
    if book is None or listing(book, number.digits) is None:
        return None
    return _item(book, number.item)


@lru_cache(maxsize=8192)
def _item(book: EditionBook, digits: str) -> TariffItem | None:
    found = listing(book, digits)
    if found is None:
        return None
    lines = [row for row in (book[place] for place in book.places_below(digits)) if len(row.digits) == 10]
    own = book.place_of(digits)
    return TariffItem(
        number=found.number,
        description=found.description,
        units=plain_units(book[own]) if own is not None else (),
        general=found.general,
        special=found.special,
        column_2=found.column_2,
        statistical=tuple(StatisticalLine(row.number, plain_text(row.description), plain_units(row)) for row in lines),
    )


def find_statistical_line(item: TariffItem, number: TariffNumber) -> StatisticalLine | None:
    """The ten-digit line of an item, if the schedule prints one."""
    return next((line for line in item.statistical if line.number == number.dotted), None)


class Hit(msgspec.Struct, frozen=True):
    """A row that a search found."""

    number: str
    description: tuple[str, ...]
    general: str


def search(book: EditionBook, words: str) -> Iterator[Hit]:
    """The numbers whose descriptions, with those above them, hold every word; or that begin with the digits asked for.

    Numbers come in the order of the schedule; only those with rates of their own, so that an item is found once.
    """
    digits = words.replace(".", "").strip()
    if digits.isdecimal():
        places = sorted(book.places_below(digits))
        yield from (_hit(book, place) for place in places)
        return
    wanted = words.casefold().split()
    met: dict[int, frozenset[str]] = {-1: frozenset()}
    for place in range(len(book)):
        row = book.fresh(place)
        text = row.description.casefold()
        met[place] = met[row.parent] | {word for word in wanted if word in text}
        if row.digits and row.has_rates and len(met[place]) == len(set(wanted)):
            yield _hit(book, place)


def _hit(book: EditionBook, place: int) -> Hit:
    chain = [row for _, row in book.chain(place)]
    general = next((row.general for row in chain if row.has_rates), "")
    return Hit(chain[0].number, tuple(plain_text(row.description) for row in reversed(chain)), general)
