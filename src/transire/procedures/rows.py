"""Columns that the rows of every procedure have: the statement that a row was made of, and its place on the ledger.

A row belongs to one statement, so that neither the order in which statements arrive nor a second run can change it;
what several statements mean together is joined when it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Connection, Integer, Table

from transire.storage.columns import Instant, Name


def statement_columns() -> tuple[Column[Any], ...]:
    """The statement, who made it, and where the ledger put it; fresh objects for each table."""
    return (
        Column("statement_id", Name, primary_key=True),
        Column("by", Name, nullable=False),
        Column("log_index", BigInteger, nullable=False),
        Column("position", Integer, nullable=False),
        Column("accepted_at", Instant, nullable=False),
    )


def put_row(tx: Connection, table: Table, **values: Any) -> None:
    """Write a row; one with the same key is there already when a statement is projected again, and stays."""
    if tx.execute(_has_row(table), values).first() is None:
        tx.execute(_insert_row(table), values)


def put_rows(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of one statement: when the first is there, all are."""
    if rows and tx.execute(_has_row(table), rows[0]).first() is None:
        tx.execute(_insert_row(table), rows)


def insert_rows(tx: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows of which none is there."""
    if rows:
        tx.execute(_insert_row(table), rows)


@cache
def _has_row(table: Table) -> sa.Select[Any]:
    keys = [column == sa.bindparam(column.name) for column in table.primary_key.columns]
    return sa.select(sa.literal_column("1")).select_from(table).where(*keys)


@cache
def _insert_row(table: Table) -> sa.Insert:
    return sa.insert(table)


def place_values(context: Any, by: str) -> dict[str, Any]:
    """The values of `statement_columns` for the statement that is being projected."""
    place = context.place
    return {
        "statement_id": context.statement_id,
        "by": by,
        "log_index": place.log_index,
        "position": place.position,
        "accepted_at": place.accepted_at,
    }
