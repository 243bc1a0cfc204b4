"""Dropping the records and building them again, and the digest that says that they came out the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest

import sqlalchemy as sa
from sqlalchemy import Connection

from transire.records import tables as t
from transire.storage.database import Database
from transire.storage.dump import dump_rows

Replay = Callable[[Connection], None]
"""Projects everything again, from the vault and the ledger's events; procedures included."""


def rebuild(database: Database, replay: Replay, *, also: Sequence[sa.MetaData] = ()) -> None:
    """Empty the records and let them be projected anew, all in one transaction.

    `also` names the tables of the procedures, which are projections too. A crash on the way leaves the old content.
    """
    with database.transaction() as tx:
        clear(tx, also=also)
        replay(tx)


def digest_if_rebuilt(database: Database, replay: Replay, *, also: Sequence[sa.MetaData] = ()) -> bytes:
    """What `content_digest` would say after a rebuild; the records stay as they are."""
    digest = b""
    try:
        with database.transaction() as tx:
            clear(tx, also=also)
            replay(tx)
            digest = _digest_of(tx, also)
            raise _TakenBack
    except _TakenBack:
        return digest


def rows_if_rebuilt(
    database: Database, replay: Replay, *, also: Sequence[sa.MetaData] = ()
) -> tuple[list[bytes], list[bytes]]:
    """The rows that a rebuild would take away and those that it would bring, as lines of a dump; nothing is changed."""
    try:
        # The view is a snapshot of before: what the transaction does is not seen in it.
        with database.reading() as view, database.transaction() as tx:
            clear(tx, also=also)
            replay(tx)
            gone, new = _unmatched(_content(view, also), _content(tx, also))
            raise _TakenBack
    except _TakenBack:
        return gone, new


class _TakenBack(Exception):
    """Ends a transaction of which nothing is to be kept."""


def clear(tx: Connection, *, also: Sequence[sa.MetaData] = ()) -> None:
    """Empty the records' tables, and those of the procedures."""
    for metadata in (*also, t.metadata):
        for table in reversed(metadata.sorted_tables):
            tx.execute(sa.delete(table))


def content_digest(database: Database, *, also: Sequence[sa.MetaData] = ()) -> bytes:
    """SHA-256 over all rows in the order of their keys: equal content gives equal bytes, on either database.

    How far the projection has read is no content: blocks that concern no record are not always written down.
    """
    with database.reading() as view:
        return _digest_of(view, also)


def _digest_of(view: Connection, also: Sequence[sa.MetaData]) -> bytes:
    digest = hashlib.sha256()
    for line in _content(view, also):
        digest.update(line)
    return digest.digest()


def _content(view: Connection, also: Sequence[sa.MetaData]) -> Iterator[bytes]:
    position = f'["{t.progress.name}",'.encode()
    return (line for line in dump_rows(view, (t.metadata, *also)) if not line.startswith(position))


def _unmatched(one: Iterator[bytes], other: Iterator[bytes]) -> tuple[list[bytes], list[bytes]]:
    """The lines that stand in one of two dumps alone. Both are in one order: few lines wait for their like."""
    left: dict[bytes, None] = {}
    right: dict[bytes, None] = {}
    for mine, theirs in zip_longest(one, other):
        for line, own, others in ((mine, left, right), (theirs, right, left)):
            if line in others:
                del others[line]
            elif line is not None:
                own[line] = None
    return list(left), list(right)
