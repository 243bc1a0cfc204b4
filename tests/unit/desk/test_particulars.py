"""A member's own particulars are written once and read by every document; numbers are given out once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from transire.desk import tables
from transire.desk.errors import ParticularsMissing
from transire.desk.particulars import Particulars, find_particulars, read_particulars, take_number, write_particulars
from transire.desk.persons import node_person
from transire.documents.parties import Address, Party, SigningOfficial
from transire.storage.database import Database
from transire.storage.migrations import schema_differences, upgrade

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PARTY = Party(name="Bombas del Norte", address=Address(street="Av. 1", city="Monterrey", country="MX"))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{tmp_path}/desk.db", tables=[tables.metadata])
    upgrade(opened, [tables.BRANCH])
    yield opened
    opened.close()


def test_the_migrations_give_these_tables(database: Database) -> None:
    assert schema_differences(database, [tables.BRANCH]) == []


def test_particulars_are_read_as_they_were_written_last(database: Database) -> None:
    official = SigningOfficial(name="Export clerk", title="Export manager")
    with database.transaction() as tx:
        who = node_person(tx, NOW)
        write_particulars(tx, who, Particulars(party=PARTY), now=NOW)
        later = Particulars(party=PARTY, official=official, importer_number="12-345678900", filer_code="B76")
        write_particulars(tx, who, later, now=NOW)
        assert read_particulars(tx) == later


def test_a_member_without_particulars_is_told_what_to_do(database: Database) -> None:
    with database.reading() as view:
        assert find_particulars(view) is None
        with pytest.raises(ParticularsMissing, match="Write the member's particulars once"):
            read_particulars(view)


def test_a_number_is_given_out_once_for_each_sequence(database: Database) -> None:
    with database.transaction() as tx:
        assert [take_number(tx, "entry") for _ in range(3)] == [1, 2, 3]
        assert take_number(tx, "carnet") == 1
