"""Where a list continues: the sort key of the last row shown, as opaque text. New rows never shift the pages."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from transire.crypto.encoding import b64url, unb64url
from transire.errors import TransireError
from transire.records.errors import CursorInvalid

Row = TypeVar("Row")

LONGEST_PAGE = 500
"""Rows a page: what a person can scroll through and a request can carry."""

_LONGEST_CURSOR = 1000


class Page(msgspec.Struct, Generic[Row], frozen=True):
    """Some rows of a list, and the cursor of the next page; None at the end."""

    rows: tuple[Row, ...]
    next: str | None


class SortKey(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The place of a row in a list that shows the latest first."""

    log_index: int
    position: int
    id: str


def write_cursor(key: SortKey) -> str:
    """The cursor behind a row.

    >>> read_cursor(write_cursor(SortKey(7, 0, "a")))
    SortKey(log_index=7, position=0, id='a')
    """
    return b64url(msgspec.json.encode(key))


def read_cursor(cursor: str) -> SortKey:
    """The sort key in a cursor that was given out before."""
    try:
        key = msgspec.json.decode(unb64url(cursor[:_LONGEST_CURSOR]), type=SortKey)
    except (TransireError, msgspec.DecodeError) as error:
        raise CursorInvalid from error
    # What fits in no column of either database is no cursor of ours.
    if not all(-(2**53) < number < 2**53 for number in (key.log_index, key.position)) or "\x00" in key.id:
        raise CursorInvalid
    return key


def page_size(limit: int) -> int:
    """A page of at least one row and at most `LONGEST_PAGE`."""
    return max(1, min(limit, LONGEST_PAGE))
