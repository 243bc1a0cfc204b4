"""Values that a query looks among, however many: as one parameter, since both databases bound how many there may be."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql


def listed(tx: Connection, values: Iterable[str]) -> sa.Select[tuple[str]]:
    """A query whose rows are these texts, for `column.in_(listed(tx, texts))`.

    >>> engine = sa.create_engine("sqlite://")
    >>> with engine.connect() as tx:
    ...     tx.execute(listed(tx, (f"n{n}" for n in range(100_000)))).all()[-1]
    ('n99999',)
    """
    texts = list(values)
    if tx.dialect.name == "postgresql":
        array = sa.literal(texts, postgresql.ARRAY(sa.Text))
        return sa.select(sa.func.unnest(array, type_=sa.Text).label("value"))
    rows = sa.func.json_each(msgspec.json.encode(texts).decode()).table_valued(sa.column("value", sa.Text))
    return sa.select(rows.c.value)
