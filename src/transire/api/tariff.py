"""The tariff schedule as persons read it, with the editions that this node keeps in its folder `tariff`."""

from __future__ import annotations

from datetime import date

import msgspec

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.tariff.errors import NumberNotAtHand, NumberNotListed
from transire.tariff.number import parse_tariff_number
from transire.tariff.schedule import at_hand
from transire.tariff.tree import Branch, Edition, below, chapters, edition_of, found, headings


class TariffView(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown of the schedule of a day: the edition that answers, the editions at hand, and rows."""

    day: date
    edition: Edition | None
    editions: tuple[Edition, ...]
    chapters: tuple[str, ...]
    rows: tuple[Branch, ...]


def browse_tariff(person: Person, day: date, *, words: str = "", chapter: str = "") -> TariffView:
    """The schedule of a day: what words or digits find, or the headings of a chapter, or the chapters alone."""
    require(person, "tariff.read")
    shelf = at_hand()
    books = [book for book in shelf.books if book.edition <= day]
    held = tuple(sorted({name for book in books for name in chapters(book)}))
    rows: tuple[Branch, ...] = ()
    answering = books[0] if books else None
    for book in books:
        rows = found(book, words) if words.strip() else headings(book, chapter) if chapter else ()
        if rows:
            answering = book
            break
    return TariffView(
        day=day,
        edition=edition_of(answering) if answering else None,
        editions=tuple(map(edition_of, shelf.books)),
        chapters=held,
        rows=rows,
    )


def show_tariff(person: Person, written: str, day: date) -> TariffView:
    """A number of the schedule of a day, with what stands over it and below it."""
    require(person, "tariff.read")
    number, shelf = parse_tariff_number(written), at_hand()
    book = shelf.book_for(number, day)
    if book is None:
        raise NumberNotAtHand(got=number.dotted, expected=f"an edition of {day.isoformat()} with this number")
    rows = below(book, number)
    if not rows:
        raise NumberNotListed(got=number.dotted, expected=f"a number of the edition of {book.edition.isoformat()}")
    return TariffView(
        day=day,
        edition=edition_of(book),
        editions=tuple(map(edition_of, shelf.books)),
        chapters=(),
        rows=rows,
    )
