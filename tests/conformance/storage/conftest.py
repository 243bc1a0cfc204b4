"""Both databases for every test of this folder: SQLite, and a real PostgreSQL server of the test run's own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from transire.storage.database import Database
from transire.storage.migrations import Branch, upgrade


@dataclass
class Place:
    """Where a test keeps its members' databases: an address of one of the two kinds."""

    url: str
    dialect: str
    schemas: dict[str, str] = field(default_factory=dict)
    opened: list[Database] = field(default_factory=list)

    def open(self, member: str = "member", *, tables: Sequence[sa.MetaData] = ()) -> Database:
        """The database of a member; a second call opens the same one again, as another process would."""
        schema = self.schemas.setdefault(member, f"t_{uuid.uuid4().hex}")
        url = f"{self.url}/{member}.db" if self.dialect == "sqlite" else self.url
        database = Database.open(url, schema=schema, tables=tables)
        self.opened.append(database)
        return database

    def close(self) -> None:
        for database in self.opened:
            database.close()
        if self.dialect == "postgresql":
            engine = sa.create_engine(self.url.replace("postgresql:", "postgresql+psycopg:"))
            with engine.begin() as connection:
                for schema in self.schemas.values():
                    connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
            engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        place = Place(f"sqlite:///{tmp_path}", "sqlite")
    else:
        place = Place(request.getfixturevalue("postgres_url"), "postgresql")
    yield place
    place.close()


@pytest.fixture
def database(place: Place) -> Database:
    """A member's database with the tables of desk and records, by their migrations."""
    database = place.open()
    upgrade(database, desk_and_records())
    return database


def desk_and_records() -> tuple[Branch, ...]:
    from transire.desk.tables import BRANCH as DESK
    from transire.records.tables import BRANCH as RECORDS

    return (DESK, RECORDS)
