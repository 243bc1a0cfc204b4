"""The rows of a database as lines of JSON: portable between SQLite and PostgreSQL, and fit for a digest.

One line a row, `["table",{"column":value,...}]`, bytes as `{"b64":...}`: tables in the order in which they are filled,
rows in the order of their primary keys. Values are in their stored form, so that equal content is equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec
import orjson
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.types import TypeDecorator, TypeEngine

from transire.crypto.encoding import b64url, unb64url
from transire.errors import TransireError
from transire.storage.errors import DumpUnsuitable

_BATCH = 200
"""Rows fetched or inserted at once: enough to be quick, few enough to be no matter of memory."""


def dump_rows(view: Connection, metadatas: Sequence[sa.MetaData]) -> Iterator[bytes]:
    """Every row of these tables, a line each; inside one `reading()` it is one consistent copy."""
    for table in _tables(metadatas):
        columns = [sa.type_coerce(column, _stored(column)).label(column.name) for column in table.columns]
        keys = [_bytewise(view, column) for column in table.primary_key.columns]
        query = sa.select(*columns).order_by(*keys)
        with view.execute(query, execution_options={"yield_per": _BATCH}) as rows:
            for row in rows:
                values = {str(name): _written(value) for name, value in row._mapping.items()}
                yield orjson.dumps([str(table.name), values], option=orjson.OPT_SORT_KEYS) + b"\n"


def load_rows(tx: Connection, metadatas: Sequence[sa.MetaData], lines: Iterable[bytes]) -> int:
    """Fill empty tables from such lines; returns how many rows came in. What does not fit is refused whole."""
    tables = {table.name: table for table in _tables(metadatas)}
    for table in tables.values():
        if tx.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            raise DumpUnsuitable(got=f"rows in {table.name}", expected="empty tables")
    count = 0
    for name, rows in groupby(_parsed(lines, tables), key=lambda parsed: parsed[0]):
        for batch in _batches(values for _, values in rows):
            tx.execute(sa.insert(_raw(tables[name])), batch)
            count += len(batch)
    _advance_sequences(tx, tables.values())
    return count


def _tables(metadatas: Sequence[sa.MetaData]) -> list[sa.Table]:
    return [table for metadata in metadatas for table in metadata.sorted_tables]


def _stored(column: sa.Column[Any]) -> TypeEngine[Any]:
    kind = column.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _bytewise(view: Connection, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    key = sa.type_coerce(column, _stored(column))
    # SQLite compares text by its bytes; PostgreSQL does so when it is told to.
    if view.dialect.name == "postgresql" and isinstance(_stored(column), sa.Text):
        return key.collate("C")
    return key


def _raw(table: sa.Table) -> sa.Table:
    """The table with the stored types only: a dumped value goes in as it came out."""
    columns = [sa.Column(column.name, _stored(column)) for column in table.columns]
    return sa.Table(table.name, sa.MetaData(), *columns)


def _written(value: Any) -> Any:
    return {"b64": b64url(bytes(value))} if isinstance(value, bytes | memoryview) else value


def _parsed(lines: Iterable[bytes], tables: Mapping[str, sa.Table]) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(lines, 1):
        try:
            name, values = msgspec.json.decode(line, type=tuple[str, dict[str, Any]])
            read = {key: _read(value) for key, value in values.items()}
        except (msgspec.DecodeError, TransireError) as error:
            raise DumpUnsuitable(got="a line that is no row", where=f"line {number}") from error
        if name not in tables or set(read) != {column.name for column in tables[name].columns}:
            raise DumpUnsuitable(got=f"a row of {name[:60]!r}", expected="the present tables", where=f"line {number}")
        yield name, read


def _read(value: Any) -> Any:
    return unb64url(value["b64"]) if isinstance(value, dict) and set(value) == {"b64"} else value


def _batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _advance_sequences(tx: Connection, tables: Iterable[sa.Table]) -> None:
    """PostgreSQL's counters do not see inserted numbers; SQLite's do."""
    for table in tables:
        column = table.autoincrement_column
        if column is None or tx.dialect.name != "postgresql":
            continue
        counter = sa.func.pg_get_serial_sequence(table.name, column.name)
        last = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
        tx.execute(sa.select(sa.func.setval(counter, last, False)))
