"""The schedule as a person walks through it: chapters, the headings of a chapter, everything below a heading."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

import msgspec

from transire.tariff.edition_file import EditionBook
from transire.tariff.number import TariffNumber
from transire.tariff.rate_reader import read_rate
from transire.tariff.rates import is_read
from transire.tariff.rows import Footnote, ScheduleRow, plain_text, plain_units
from transire.tariff.schedule import search

MOST_HITS: Final = 200


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the tree: its depth, its number (blank in a heading without one), and its rates as printed.

    `unread` names the columns whose text is not read as a rate, or is in doubt.
    """

    number: str
    depth: int
    description: str
    units: tuple[str, ...] = ()
    general: str = ""
    special: str = ""
    column_2: str = ""
    footnotes: tuple[Footnote, ...] = ()
    unread: tuple[str, ...] = ()


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """An edition at hand."""

    edition: date
    citation: str
    scope: str
    rows: int
    anomalies: int


def edition_of(book: EditionBook) -> Edition:
    """What a page says of an edition."""
    head = book.head
    return Edition(
        edition=head.edition,
        citation=head.citation,
        scope=head.scope,
        rows=len(book),
        anomalies=len(head.anomalies),
    )


def chapters(book: EditionBook) -> tuple[str, ...]:
    """The chapters of which the edition holds something."""
    return tuple(sorted({row.digits[:2] for row in _top(book)}))


def headings(book: EditionBook, chapter: str) -> tuple[Branch, ...]:
    """The rows at the top of one chapter."""
    return tuple(_branch(row) for row in _top(book) if row.digits.startswith(chapter))


@lru_cache(maxsize=32)
def _top(book: EditionBook) -> tuple[ScheduleRow, ...]:
    rows = (book.fresh(place) for place in range(len(book)))
    return tuple(row for row in rows if row.parent < 0 and row.digits)


def below(book: EditionBook, number: TariffNumber) -> tuple[Branch, ...]:
    """The rows over a number, the number, and everything below it, in the order of the schedule."""
    place = book.place_of(number.digits)
    if place is None:
        return ()
    chain = list(book.chain(place))
    over = [_branch(row) for _, row in reversed(chain[1:])]
    own = chain[0][1]
    under = []
    for at in range(place + 1, len(book)):
        row = book[at]
        if row.indent <= own.indent:
            break
        under.append(_branch(row))
    return (*over, _branch(own), *under)


def found(book: EditionBook, words: str) -> tuple[Branch, ...]:
    """What a search finds, at most two hundred; the description is that of the row and those over it."""
    hits = []
    for hit in search(book, words):
        place = book.place_of(hit.number.replace(".", ""))
        if place is not None:
            row = msgspec.structs.replace(book[place], description=" > ".join(hit.description))
            hits.append(_branch(row))
        if len(hits) == MOST_HITS:
            break
    return tuple(hits)


def _branch(row: ScheduleRow) -> Branch:
    own = row.has_rates
    unread = [
        name
        for name, text in (("general", row.general), ("column 2", row.column_2))
        if own and text and not is_read(read_rate(text))
    ]
    if own and row.doubt:
        unread.append("general")
    return Branch(
        number=row.number,
        depth=row.indent,
        description=plain_text(row.description),
        units=plain_units(row),
        general=plain_text(row.general) if own else "",
        special=plain_text(row.special),
        column_2=plain_text(row.column_2),
        footnotes=row.footnotes,
        unread=tuple(dict.fromkeys(unread)),
    )
