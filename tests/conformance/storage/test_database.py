"""What a member's database promises, on both kinds alike."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from transire.storage import database as module
from transire.storage.columns import NAMING, Instant, Json, Name, Words
from transire.storage.database import Database
from transire.storage.errors import (
    DatabaseDamaged,
    DatabaseLocked,
    DatabaseUnreachable,
    SchemaNameUnsuitable,
    StorageFull,
    TransactionOpen,
    UrlUnsuitable,
)

metadata = sa.MetaData(naming_convention=NAMING)
counter = sa.Table(
    "counter", metadata, sa.Column("name", Name, primary_key=True), sa.Column("value", sa.Integer, nullable=False)
)
kept = sa.Table(
    "kept",
    metadata,
    sa.Column("id", Name, primary_key=True),
    sa.Column("words", Words),
    sa.Column("at", Instant),
    sa.Column("value", Json),
    sa.Column("raw", sa.LargeBinary),
)
part = sa.Table(
    "part",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("of", Name, sa.ForeignKey("kept.id"), nullable=False),
)


@pytest.fixture
def database(place) -> Database:
    database = place.open(tables=[metadata])
    database.create_tables()
    with database.transaction() as tx:
        tx.execute(sa.insert(counter).values(name="parcels", value=0))
    return database


def count(database: Database) -> int:
    with database.reading() as view:
        return view.execute(sa.select(counter.c.value)).scalar_one()


def add(tx: sa.Connection, amount: int = 1) -> None:
    value = tx.execute(sa.select(counter.c.value)).scalar_one()
    tx.execute(sa.update(counter).values(value=value + amount))


def test_a_write_that_returned_is_there_after_opening_again(place, database):
    with database.transaction() as tx:
        add(tx)
    database.close()
    assert count(place.open()) == 1


def test_a_transaction_that_raises_leaves_nothing(database):
    def fail() -> None:
        with database.transaction() as tx:
            add(tx)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert count(database) == 0


def test_a_reader_sees_one_snapshot(database):
    with database.reading() as view:
        before = view.execute(sa.select(counter.c.value)).scalar_one()
        with database.transaction() as tx:
            add(tx)
        assert view.execute(sa.select(counter.c.value)).scalar_one() == before
    assert count(database) == before + 1


def test_a_reader_does_not_see_what_is_not_committed(database):
    with database.transaction() as tx:
        add(tx)
        assert count(database) == 0


def test_a_reader_cannot_write(database):
    with pytest.raises(DBAPIError), database.reading() as view:
        view.execute(sa.update(counter).values(value=7))
    assert count(database) == 0


def test_writers_of_one_process_take_turns(database):
    def work() -> None:
        for _ in range(10):
            with database.transaction() as tx:
                add(tx)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 40


def test_writers_of_two_processes_take_turns(place, database):
    other = place.open()

    def work(mine: Database) -> None:
        for _ in range(15):
            with mine.transaction() as tx:
                add(tx)

    threads = [threading.Thread(target=work, args=(mine,)) for mine in (database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(database) == 30


def test_members_do_not_wait_for_one_another(place, database):
    other = place.open("other", tables=[metadata])
    other.create_tables()
    with database.transaction() as tx, other.transaction() as theirs:
        add(tx)
        theirs.execute(sa.insert(counter).values(name="parcels", value=100))
    assert (count(database), count(other)) == (1, 100)


def test_a_member_does_not_see_the_tables_of_another(place, database):
    stranger = place.open("stranger")
    with pytest.raises(DBAPIError), stranger.reading() as view:
        view.execute(sa.select(counter.c.value))


def test_waiting_for_another_process_ends(place, database, monkeypatch):
    monkeypatch.setattr(module, "WRITER_PATIENCE_MS", 150)
    other = place.open()
    with database.transaction() as tx:
        add(tx)
        with pytest.raises(DatabaseLocked) as refusal, other.transaction():
            pass
    assert refusal.value.code == "storage.database-locked"
    assert "busy with another writer" in str(refusal.value)
    with other.transaction() as tx:
        add(tx)
    assert count(database) == 2


def test_waiting_for_another_thread_ends(database, monkeypatch):
    monkeypatch.setattr(module, "WRITER_PATIENCE_MS", 100)
    found = []

    def late() -> None:
        try:
            with database.transaction():
                pass
        except DatabaseLocked as error:
            found.append(error)

    with database.transaction():
        thread = threading.Thread(target=late)
        thread.start()
        thread.join()
    assert len(found) == 1


def test_a_second_transaction_inside_the_first_is_refused_at_once(database):
    began = time.monotonic()
    with database.transaction() as tx:
        add(tx)
        with pytest.raises(TransactionOpen), database.transaction():
            pass
    assert time.monotonic() - began < 5
    assert count(database) == 1


def test_references_are_enforced(database):
    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.execute(sa.insert(part).values(id=1, of="nothing"))


def test_values_come_back_as_they_went_in(database):
    moment = datetime(2026, 11, 22, 10, 15, 0, 123456, tzinfo=UTC)
    value = {"b": ["1.50", None, True, {"z": 1, "a": "ñ"}], "a": 2**53 - 1}
    row = {"id": "a", "words": "Ñandú 自由贸易 🚢", "at": moment, "value": value, "raw": bytes(range(256))}
    with database.transaction() as tx:
        tx.execute(sa.insert(kept).values(row))
    with database.reading() as view:
        assert view.execute(sa.select(kept)).one()._mapping == row


@pytest.mark.parametrize(
    "moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
)
def test_moments_at_the_edges(database, moment):
    with database.transaction() as tx:
        tx.execute(sa.insert(kept).values(id="a", at=moment))
        assert tx.execute(sa.select(kept.c.at)).scalar_one() == moment


def test_a_moment_of_another_zone_is_the_same_moment(database):
    from datetime import timezone

    local = datetime(2026, 11, 22, 4, 15, tzinfo=timezone(timedelta(hours=-6)))
    with database.transaction() as tx:
        tx.execute(sa.insert(kept).values(id="a", at=local))
        assert tx.execute(sa.select(kept.c.at)).scalar_one() == datetime(2026, 11, 22, 10, 15, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused(database):
    with pytest.raises(Exception, match="offset-naive"), database.transaction() as tx:
        tx.execute(sa.insert(kept).values(id="a", at=datetime(2026, 11, 22)))  # noqa: DTZ001


def test_a_nul_is_the_same_on_both(database):
    with database.transaction() as tx:
        tx.execute(sa.insert(kept).values(id="a\x00b", words="c\x00d", value={"e": "\x00"}))
        row = tx.execute(sa.select(kept)).one()
    assert (row.id, row.words, row.value) == ("a\ufffdb", "c\ufffdd", {"e": "\x00"})


def test_names_are_sorted_by_their_bytes(database):
    names = ["b", "A", "a", "B", "_", "-", "é", "Z"]
    with database.transaction() as tx:
        tx.execute(sa.insert(kept), [{"id": name} for name in names])
        found = tx.execute(sa.select(kept.c.id).order_by(kept.c.id)).scalars().all()
    assert found == sorted(names, key=lambda name: name.encode())


def test_its_description_shows_no_password():
    database = Database.__new__(Database)
    database._writer = sa.create_engine("postgresql+psycopg://u:secret@h/d")
    database.schema = "m"
    assert "secret" not in repr(database)
    assert "u:***@h/d schema m" in repr(database)


class TestOpening:
    @pytest.mark.parametrize(
        "url", ["", "nonsense", "mysql://h/d", "sqlite://", "sqlite:///:memory:", "file:///tmp/x.db"]
    )
    def test_an_address_of_no_database_is_refused(self, url):
        with pytest.raises(UrlUnsuitable):
            Database.open(url)

    def test_the_refusal_shows_no_password(self):
        with pytest.raises(UrlUnsuitable) as refusal:
            Database.open("mysql://u:secret@h/d")
        assert "secret" not in str(refusal.value)

    @pytest.mark.parametrize("name", ["", "Member", "a-b", 'a"; DROP SCHEMA public; --', "1a", "a" * 64, "pg\n"])
    def test_a_schema_that_is_no_plain_name_is_refused(self, name):
        with pytest.raises(SchemaNameUnsuitable):
            Database.open("postgresql://h/d", schema=name)

    def test_a_missing_folder_is_named(self, tmp_path):
        with pytest.raises(DatabaseUnreachable) as refusal:
            Database.open(f"sqlite:///{tmp_path}/nowhere/a.db")
        assert "nowhere" in str(refusal.value)

    @pytest.mark.postgres
    def test_a_missing_server_is_said_to_be_missing(self, postgres_url, tmp_path):
        with pytest.raises(DatabaseUnreachable):
            Database.open(f"postgresql://transire@/postgres?host={tmp_path}")

    def test_a_file_that_is_no_database_is_said_to_be_damaged(self, tmp_path):
        (tmp_path / "a.db").write_bytes(b"this is no database at all, it only looks like a file" * 100)
        with pytest.raises(DatabaseDamaged):
            Database.open(f"sqlite:///{tmp_path}/a.db")

    def test_two_members_of_one_server_can_be_opened_at_once(self, place):
        errors = []

        def open_it() -> None:
            try:
                place.open("same")
            except Exception as error:
                errors.append(error)

        place.schemas["same"] = "t_" + "0" * 32
        threads = [threading.Thread(target=open_it) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []


class TestFullDisk:
    def test_sqlite_says_that_the_storage_is_full_and_keeps_what_was(self, tmp_path):
        database = Database.open(f"sqlite:///{tmp_path}/a.db", tables=[metadata])
        database.create_tables()
        with database.transaction() as tx:
            tx.execute(sa.insert(counter).values(name="parcels", value=3))
            pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")

        def fill() -> None:
            with database.transaction() as tx:
                add(tx)
                tx.execute(sa.insert(kept).values(id="a", raw=bytes(1_000_000)))

        with pytest.raises(StorageFull) as refusal:
            fill()
        assert refusal.value.code == "storage.full"
        assert count(database) == 3
        with database.transaction() as tx:
            add(tx)
        assert count(database) == 4
        database.close()

    def test_postgresql_says_so_by_its_state(self):
        psycopg = pytest.importorskip("psycopg")
        for kind, expected in (
            (psycopg.errors.DiskFull, StorageFull),
            (psycopg.errors.LockNotAvailable, DatabaseLocked),
            (psycopg.errors.AdminShutdown, DatabaseUnreachable),
            (psycopg.errors.DataCorrupted, DatabaseDamaged),
        ):
            with pytest.raises(expected), module.translated_errors():
                raise DBAPIError("INSERT", {}, kind("no"))

    def test_other_errors_pass_as_they_are(self, database):
        with pytest.raises(IntegrityError), database.transaction() as tx:
            tx.execute(sa.insert(counter).values(name="parcels", value=0))


WRITER = """
import sys
import sqlalchemy as sa
from transire.storage.database import Database
database = Database.open(sys.argv[1], schema=sys.argv[2])
for number in range(1, 100_000):
    with database.transaction() as tx:
        tx.execute(sa.text("UPDATE counter SET value = :number"), {"number": number})
        tx.execute(sa.text("INSERT INTO kept (id) VALUES (:id)"), {"id": str(number)})
    print(number, flush=True)
"""


@pytest.mark.faults
@pytest.mark.parametrize("round_", range(3))
def test_a_killed_writer_loses_nothing_acknowledged(place, database, round_):
    url = f"{place.url}/member.db" if place.dialect == "sqlite" else place.url
    command = [sys.executable, "-c", WRITER, url, place.schemas["member"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        acknowledged = 0
        while acknowledged < 10 + round_ * 7:
            acknowledged = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        # What was printed before the kill but not read yet was acknowledged too.
        rest = writer.stdout.read().split(b"\n")[:-1]
    acknowledged = int(rest[-1]) if rest else acknowledged
    value = count(database)
    with database.reading() as view:
        rows = view.execute(sa.select(sa.func.count()).select_from(kept)).scalar_one()
    assert acknowledged <= value <= acknowledged + 1
    assert rows == value, "the two writes of one transaction came apart"
