"""Pages of the lines of an entry: which lines a filter leaves, which of them a page has, and the way to the others.

An entry may have 999 lines, and nobody reads them in one go. What is shown costs, what is not shown does not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

LINES_A_PAGE: Final = 25
"""Lines that are shown with everything that is known of them."""
ROWS_A_PAGE: Final = 100
"""Lines that are shown as rows of a table."""
MOST_JUMPS: Final = 40
"""Lines that are named as places to jump to; the filter shows the rest."""
ALL: Final = "all"


class LinePage(msgspec.Struct, frozen=True, kw_only=True):
    """The lines of a page. `places` are theirs in the entry, from 0; `before` and `after` are the numbers to ask for.

    `counts` has the filters that there are, in the order in which they are offered, with how many lines each leaves.
    """

    show: str
    counts: Mapping[str, int]
    places: tuple[int, ...]
    first: int
    last: int
    before: int | None
    after: int | None

    @property
    def count(self) -> int:
        """How many lines the filter leaves."""
        return self.counts[self.show]

    @property
    def is_part(self) -> bool:
        """Whether the entry has lines that are not on this page."""
        return len(self.places) < self.counts[ALL]


def line_page(
    left: Mapping[str, Sequence[int]],
    show: str,
    *,
    at: int | None,
    size: int = LINES_A_PAGE,
    numbers: Sequence[int] | None = None,
) -> LinePage:
    """The page of the lines that a filter leaves on which the line at this place stands, or the next one after it.

    `left` has for each filter the places of its lines, in order; that of all lines is `all`. `numbers` are those of the
    lines by their places, where they are not counted from 1.

    >>> page = line_page({"all": range(60), "errors": [3, 40, 59]}, "errors", at=4, size=2)
    >>> page.places, (page.first, page.last, page.count), (page.before, page.after)
    ((3, 40), (1, 2, 3), (None, 60))
    """
    chosen = show if show in left else ALL
    fitting = left[chosen]
    found = 0 if at is None else min(bisect_left(fitting, at), max(0, len(fitting) - 1))
    start = found - found % size
    places = tuple(fitting[start : start + size])
    number_of = (lambda place: place + 1) if numbers is None else numbers.__getitem__
    return LinePage(
        show=chosen,
        counts={name: len(lines) for name, lines in left.items()},
        places=places,
        first=start + 1 if places else 0,
        last=start + len(places),
        before=number_of(fitting[start - size]) if start else None,
        after=number_of(fitting[start + size]) if start + size < len(fitting) else None,
    )
