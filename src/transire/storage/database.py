"""One member's database: SQLite in a file of its own, or a schema of its own on a PostgreSQL server.

Both give the same promises, and one conformance suite holds them to it: one writer at a time for each member (across
processes too), a write that has returned survives a power cut, a reader sees one unchanging snapshot and cannot write.
SQLAlchemy Core, no ORM. What it is not: it creates no tables; that is the work of `transire.storage.migrations`.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError

from transire.storage.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseUnreachable,
    SchemaNameUnsuitable,
    StorageFull,
    TransactionOpen,
    UrlUnsuitable,
)

WRITER_PATIENCE_MS = 10_000
"""How long a writer waits for another one: longer than any beat of a node, shorter than a person's patience."""

WRITER_CACHE_KIB = 16 * 1024
"""Pages that the one writer of a member keeps in memory, as it needs them: SQLite's own 2 MB hold the indexes of some
ten thousand statements, and who writes more in one transaction would write the same page to disk many times."""

READERS = 4
"""Kept read connections of one member; more are opened and closed as needed."""

_REFERENCES_ENFORCED = "PRAGMA foreign_keys=ON"
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


def _pragmas() -> Sequence[str]:
    return (
        # First, so that the others wait too when another process is at the file.
        f"PRAGMA busy_timeout={WRITER_PATIENCE_MS}",
        "PRAGMA journal_mode=WAL",
        # FULL, because a WAL commit under NORMAL may be lost with the power; what was acknowledged must not be.
        "PRAGMA synchronous=FULL",
        _REFERENCES_ENFORCED,
    )


class Database:
    """An open database. Share one object between all threads of a process.

    >>> import sqlalchemy as sa, tempfile
    >>> metadata = sa.MetaData()
    >>> port = sa.Table("port", metadata, sa.Column("code", sa.Text, primary_key=True))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     database = Database.open(f"sqlite:///{folder}/member.db", tables=[metadata])
    ...     database.create_tables()
    ...     with database.transaction() as tx:
    ...         _ = tx.execute(sa.insert(port).values(code="2704"))
    ...     with database.reading() as view:
    ...         print(view.execute(sa.select(port.c.code)).scalar_one())
    ...     database.close()
    2704
    """

    def __init__(
        self, writer: sa.Engine, reader: sa.Engine, *, schema: str | None, tables: Sequence[sa.MetaData]
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._turn = threading.Lock()
        self._turn_of: int | None = None
        self.schema = schema
        self.tables = tuple(tables)
        self.dialect: str = writer.dialect.name

    @classmethod
    def open(cls, url: str, *, schema: str | None = None, tables: Sequence[sa.MetaData] = ()) -> Database:
        """Open `sqlite:///FILE` or `postgresql://...`, where `schema` is the member's own and is created on demand.

        `tables` names what the database is to hold, for `create_tables`; nothing is created here but an empty
        file or schema. SQLite has no schemas: a member is a file, and the argument is ignored.
        """
        address = _parse_url(url)
        if address.get_backend_name() == "sqlite":
            writer, reader = _open_sqlite(address)
            schema = None
        else:
            writer = reader = _open_postgresql(address, schema)
        database = cls(writer, reader, schema=schema, tables=tables)
        with translated_errors(), writer.connect():
            # The first connection tells now, not at the first statement, that the file or server cannot be had.
            return database

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A write transaction: committed durably on leaving, rolled back when the block raises."""
        with self._only_writer() as connection, connection.begin():
            yield connection

    @contextmanager
    def migration(self) -> Iterator[sa.Connection]:
        """A write transaction that may rebuild tables: references are checked once, before it commits.

        SQLite alters a table by copying and dropping it, and dropping would delete, by cascade, the rows that refer
        to it; enforcement can only be switched outside a transaction (sqlite.org/lang_altertable.html, 7).
        """
        if self.dialect != "sqlite":
            with self.transaction() as tx:
                yield tx
            return
        with self._only_writer() as connection:
            _at_once(connection, "PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
                    if broken is not None:
                        raise DatabaseDamaged(got=f"a row of {broken[0]} that refers to none of {broken[2]}")
            finally:
                _at_once(connection, _REFERENCES_ENFORCED)

    @contextmanager
    def _only_writer(self) -> Iterator[sa.Connection]:
        if self._turn_of == threading.get_ident():
            raise TransactionOpen
        if not self._turn.acquire(timeout=WRITER_PATIENCE_MS / 1000):
            raise DatabaseLocked
        self._turn_of = threading.get_ident()
        try:
            with translated_errors(), self._writer.connect() as connection:
                yield connection
        finally:
            self._turn_of = None
            self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A snapshot that no writer changes and through which nothing can be written."""
        with translated_errors(), self._reader.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    def damage(self, *, deep: bool = False) -> list[str]:
        """What is wrong with the file's structure; empty when it is whole. A server looks after its own files.

        Deep also compares every index with its table. What a row says is the concern of whoever wrote it.
        """
        if self.dialect != "sqlite":
            return []
        with self.reading() as view:
            found = view.exec_driver_sql("PRAGMA integrity_check" if deep else "PRAGMA quick_check").scalars()
            return [line for line in found if line != "ok"]

    def create_tables(self) -> None:
        """Create the tables named at `open` straight from their definitions: for tests and scratch databases.

        A member's database goes through `transire.storage.migrations.upgrade` instead.
        """
        with self.transaction() as tx:
            for metadata in self.tables:
                metadata.create_all(tx)

    def close(self) -> None:
        """Give all connections back; SQLite folds its write-ahead log into the file."""
        self._reader.dispose()
        self._writer.dispose()

    def __repr__(self) -> str:
        # The address may hold a password: it is masked here, and this is what ends up in logs.
        place = self._writer.url.render_as_string(hide_password=True)
        return f"<Database {place}{f' schema {self.schema}' if self.schema else ''}>"


def _parse_url(url: str) -> sa.URL:
    try:
        address = sa.make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise UrlUnsuitable(where="the database's address") from error
    if backend == "sqlite" and address.database not in (None, "", ":memory:"):
        return address.set(drivername="sqlite")
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    raise UrlUnsuitable(got=address.render_as_string(hide_password=True))


def _open_sqlite(address: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    folder = Path(address.database or "").parent
    if not folder.is_dir():
        raise DatabaseUnreachable(got=f"no folder {folder}")
    writer = sa.create_engine(address, pool_size=1, max_overflow=0)
    reader = sa.create_engine(address, pool_size=READERS, max_overflow=64)
    for engine, begin, extra in (
        (writer, "BEGIN IMMEDIATE", (f"PRAGMA cache_size=-{WRITER_CACHE_KIB}",)),
        (reader, "BEGIN", ("PRAGMA query_only=ON",)),
    ):
        _listen_sqlite(engine, begin, (*_pragmas(), *extra))
    return writer, reader


def _listen_sqlite(engine: sa.Engine, begin: str, pragmas: Sequence[str]) -> None:
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        # The driver's own transaction guessing is switched off: it begins late and commits before DDL.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # Past SQLAlchemy, which takes several times as long to hand one word on as SQLite to obey it.
        _at_once(connection, begin)


def _at_once(connection: sa.Connection, command: str) -> None:
    """Have the driver do it at once: SQLAlchemy would begin a transaction for it."""
    driver_connection: Any = connection.connection.dbapi_connection
    driver_connection.execute(command).close()


def _open_postgresql(address: sa.URL, schema: str | None) -> sa.Engine:
    if schema is not None and not _SCHEMA_NAME.match(schema):
        raise SchemaNameUnsuitable(got=repr(schema))
    engine = sa.create_engine(address, pool_size=READERS, max_overflow=64, pool_pre_ping=True)
    turn = _advisory_key(schema or "")

    # insert=True: SQLAlchemy learns the default schema on the first connection, and must learn this one.
    @event.listens_for(engine, "connect", insert=True)
    def _on_connect(connection: Any, _record: object) -> None:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{WRITER_PATIENCE_MS}ms'")
            # A server may be set to acknowledge before it has written; a member's database may not.
            cursor.execute("SET synchronous_commit = on")
            if schema is not None:
                _enter_schema(cursor, schema, turn)
        connection.autocommit = False

    @event.listens_for(engine, "begin")
    def _on_begin(connection: sa.Connection) -> None:
        # What BEGIN IMMEDIATE is to SQLite: one writer for each member, across processes.
        if not connection.get_execution_options().get("postgresql_readonly"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({turn})")

    return engine


def _enter_schema(cursor: Any, schema: str, turn: int) -> None:
    cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,))
    if cursor.fetchone() is None:
        # IF NOT EXISTS still fails when two connections create it at once; the lock makes them take turns.
        cursor.execute(f"SELECT pg_advisory_lock({turn})")
        cursor.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        cursor.execute(f"SELECT pg_advisory_unlock({turn})")
    cursor.execute(f'SET search_path = "{schema}"')


def _advisory_key(schema: str) -> int:
    digest = hashlib.sha256(b"transire/writer/v1\n" + schema.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Name the failures that a person can mend; every other error of the driver passes as it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        known = _known_failure(error.orig if isinstance(error, DBAPIError) else error)
        if known is None:
            raise
        raise known from error


def _known_failure(
    cause: BaseException | None,
) -> StorageFull | DatabaseLocked | DatabaseDamaged | DatabaseUnreachable | None:
    if isinstance(cause, sqlite3.Error):
        # The low byte is the primary code, the rest says where it happened (sqlite.org/rescode.html).
        return _known_sqlite(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    return _known_postgresql(getattr(cause, "sqlstate", None), cause)


def _known_sqlite(
    code: int,
) -> StorageFull | DatabaseLocked | DatabaseDamaged | DatabaseUnreachable | None:
    if code == sqlite3.SQLITE_FULL:
        return StorageFull()
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseLocked()
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DatabaseDamaged()
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR):
        return DatabaseUnreachable()
    return None


def _known_postgresql(
    state: str | None, cause: BaseException | None
) -> StorageFull | DatabaseLocked | DatabaseDamaged | DatabaseUnreachable | None:
    if state in ("53100", "53200"):
        return StorageFull()
    if state in ("55P03", "40P01"):
        return DatabaseLocked()
    if state in ("XX001", "XX002"):
        return DatabaseDamaged()
    if state is None and type(cause).__name__ == "OperationalError":
        # psycopg gives no state when the server cannot be reached or went away (psycopg: sqlstate is None).
        return DatabaseUnreachable()
    return DatabaseUnreachable() if (state or "").startswith(("08", "57P")) else None
