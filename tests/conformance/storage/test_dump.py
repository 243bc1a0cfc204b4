"""Rows as lines: the same for equal content on both databases, and back again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from transire.storage.columns import NAMING, Instant, Json, Name, Words
from transire.storage.dump import dump_rows, load_rows
from transire.storage.errors import DumpUnsuitable

metadata = sa.MetaData(naming_convention=NAMING)
whole = sa.Table(
    "whole",
    metadata,
    sa.Column("id", Name, primary_key=True),
    sa.Column("name", Words, primary_key=True),
    sa.Column("at", Instant),
    sa.Column("value", Json, nullable=False),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("yes", sa.Boolean),
)
# Named so that the alphabet would put it before the table that it refers to.
a_part = sa.Table(
    "a_part",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("id", Name, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.ForeignKeyConstraint(["id", "name"], ["whole.id", "whole.name"]),
)

AT = datetime(2026, 11, 22, 10, 15, tzinfo=UTC)
LINES = [
    b'["whole",{"at":1795342500000000,"id":"A","name":"x","raw":{"b64":"AP8"},"value":"{\\"b64\\":\\"text\\"}","yes":true}]\n',
    b'["whole",{"at":null,"id":"_","name":"\xc3\xa9","raw":null,"value":"[\\"1.0\\"]","yes":false}]\n',
    b'["whole",{"at":null,"id":"a","name":"x","raw":null,"value":"null","yes":null}]\n',
    b'["a_part",{"id":"A","name":"x","seq":1}]\n',
    b'["a_part",{"id":"_","name":"\xc3\xa9","seq":2}]\n',
]


@pytest.fixture
def database(place):
    database = place.open(tables=[metadata])
    database.create_tables()
    return database


def fill(database) -> None:
    rows = [
        {"id": "a", "name": "x", "value": None},
        {"id": "A", "name": "x", "value": {"b64": "text"}, "at": AT, "raw": b"\x00\xff", "yes": True},
        {"id": "_", "name": "é", "value": ["1.0"], "yes": False},
    ]
    with database.transaction() as tx:
        for row in rows:
            tx.execute(sa.insert(whole).values(row))
        tx.execute(sa.insert(a_part).values(id="A", name="x"))
        tx.execute(sa.insert(a_part).values(id="_", name="é"))


def dumped(database) -> list[bytes]:
    with database.reading() as view:
        return list(dump_rows(view, [metadata]))


def load(database, lines) -> int:
    with database.transaction() as tx:
        return load_rows(tx, [metadata], lines)


def test_the_lines_are_the_same_on_both(database):
    fill(database)
    assert dumped(database) == LINES


def test_what_is_loaded_is_what_was_dumped(place, database):
    fill(database)
    other = place.open("other", tables=[metadata])
    other.create_tables()
    assert load(other, dumped(database)) == 5
    assert dumped(other) == LINES
    with other.reading() as view:
        row = view.execute(sa.select(whole).where(whole.c.id == "A")).one()
    assert (row.at, row.value, row.raw, row.yes) == (AT, {"b64": "text"}, b"\x00\xff", True)


def test_numbering_goes_on_after_loading(place, database):
    load(database, LINES)
    with database.transaction() as tx:
        tx.execute(sa.insert(a_part).values(id="A", name="x"))
        assert tx.execute(sa.select(sa.func.max(a_part.c.seq))).scalar_one() == 3


def test_many_rows_come_in_batches(database):
    with database.transaction() as tx:
        tx.execute(sa.insert(whole), [{"id": f"{n:05}", "name": "n", "value": n} for n in range(1001)])
    lines = dumped(database)
    assert len(lines) == 1001
    with database.transaction() as tx:
        tx.execute(sa.delete(whole))
        assert load_rows(tx, [metadata], lines) == 1001
    assert dumped(database) == lines


def test_tables_with_rows_are_not_mixed(database):
    fill(database)
    with pytest.raises(DumpUnsuitable, match="rows in whole"):
        load(database, LINES)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'["nowhere",{}]',
        b'["a_part",{"id":"A","name":"x"}]',
        b'["a_part",{"id":"A","name":"x","seq":1,"more":2}]',
        b'["whole",{"at":null,"id":"a","name":"x","raw":{"b64":"="},"value":"null","yes":null}]',
        b'["whole",{"at":null,"id":"a","name"',
    ],
)
def test_a_line_that_does_not_fit_is_refused_and_nothing_stays(database, line):
    with pytest.raises(DumpUnsuitable) as refusal:
        load(database, [LINES[0], line])
    assert "line 2" in str(refusal.value)
    assert dumped(database) == []
