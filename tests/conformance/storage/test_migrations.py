"""Each room's migrations add up to its tables, on both databases, whole or not at all."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

import transire
from transire.storage.columns import NAMING, Instant, Json, Name, Words
from transire.storage.errors import DatabaseDamaged, MigrationsMissing, SchemaNewer
from transire.storage.migrations import Branch, schema_differences, upgrade, write_migration

PACKAGE = Path(transire.__file__).parent


def branches() -> list[Branch]:
    """The branch of every room that has tables, found by its `tables.py`."""
    names = [
        ".".join(("transire", *path.relative_to(PACKAGE).with_suffix("").parts))
        for path in sorted(PACKAGE.rglob("tables.py"))
    ]
    modules = [importlib.import_module(name) for name in names]
    return [module.BRANCH for module in modules if hasattr(module, "BRANCH")]


def test_all_rooms_together_give_exactly_their_tables(place):
    database = place.open()
    upgrade(database, branches())
    assert schema_differences(database, branches()) == []


@pytest.mark.parametrize("branch", branches(), ids=lambda branch: branch.label)
def test_a_room_alone_gives_exactly_its_tables(place, branch):
    database = place.open()
    upgrade(database, [branch])
    assert schema_differences(database, [branch]) == []


def test_no_two_rooms_share_a_table_or_a_label():
    tables = [name for branch in branches() for name in branch.metadata.tables]
    labels = [branch.label for branch in branches()]
    assert len(set(tables)) == len(tables)
    assert len(set(labels)) == len(labels)


def test_every_constraint_has_a_name_so_that_it_can_be_migrated():
    for branch in branches():
        for table in branch.metadata.tables.values():
            assert all(constraint.name for constraint in table.constraints), table.name


def test_doing_it_again_changes_nothing(place):
    database = place.open()
    upgrade(database, branches())
    upgrade(place.open(), branches())
    assert schema_differences(database, branches()) == []


def test_two_processes_that_upgrade_at_once(place):
    errors: list[BaseException] = []

    def start() -> None:
        try:
            upgrade(place.open(), branches())
        except BaseException as error:
            errors.append(error)

    place.schemas["member"] = "t_" + "1" * 32
    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert schema_differences(place.open(), branches()) == []


def make_room(folder: Path) -> tuple[Branch, sa.Table, sa.Table]:
    """A room with a table that another refers to, by cascade: the hard case of an alteration on SQLite."""
    metadata = sa.MetaData(naming_convention=NAMING)
    ports = sa.Table(
        "ports", metadata, sa.Column("code", Name, primary_key=True), sa.Column("name", Words, nullable=False)
    )
    piers = sa.Table(
        "piers",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("port", Name, sa.ForeignKey("ports.code", ondelete="CASCADE"), nullable=False),
        sa.Column("built", Instant),
        sa.Column("facts", Json),
        sa.Index(None, "port"),
    )
    branch = Branch("harbour", folder / "migrations 100%", metadata)
    write_migration(branch, "first_tables")
    return branch, ports, piers


def fill(database, ports, piers):
    with database.transaction() as tx:
        tx.execute(sa.insert(ports), [{"code": "2704", "name": "Los Angeles"}, {"code": "1401", "name": "Norfolk"}])
        tx.execute(sa.insert(piers), [{"id": 1, "port": "2704"}, {"id": 2, "port": "1401"}])


class TestWriting:
    def test_what_is_written_gives_the_tables(self, place, tmp_path):
        branch, _, _ = make_room(tmp_path)
        database = place.open()
        upgrade(database, [branch])
        assert schema_differences(database, [branch]) == []

    def test_nothing_is_written_when_nothing_changed(self, tmp_path):
        branch, _, _ = make_room(tmp_path)
        assert write_migration(branch, "again") is None
        assert len(list(branch.folder.glob("*.py"))) == 1

    def test_a_new_column_is_found_and_numbered(self, place, tmp_path):
        branch, ports, _ = make_room(tmp_path)
        ports.append_column(sa.Column("country", Name))
        written = write_migration(branch, "countries")
        assert written is not None
        assert written.name == "harbour_0002_countries.py"
        database = place.open()
        upgrade(database, [branch])
        assert schema_differences(database, [branch]) == []

    def test_a_difference_is_named(self, place, tmp_path):
        branch, ports, _ = make_room(tmp_path)
        database = place.open()
        upgrade(database, [branch])
        ports.append_column(sa.Column("country", Name))
        (difference,) = schema_differences(database, [branch])
        assert "country" in difference

    def test_from_the_command_line(self, repository):
        command = [sys.executable, "-m", "transire.storage.migrations", "transire.desk.tables", "nothing"]
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
        assert done.stdout == "The migrations already give these tables.\n"


class TestUpgrading:
    def test_a_room_without_migrations_is_refused(self, place, tmp_path):
        with pytest.raises(MigrationsMissing, match="no migrations of pier"):
            upgrade(place.open(), [Branch("pier", tmp_path / "migrations", sa.MetaData())])

    def rewrite(self, branch: Branch, body: str) -> None:
        (branch.folder / "harbour_0002.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n\n"
            'revision = "harbour_0002"\ndown_revision = "harbour_0001_first_tables"\n'
            "branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n"
            + "".join(f"    {line}\n" for line in body.splitlines())
        )

    def test_a_table_that_is_rebuilt_keeps_the_rows_that_refer_to_it(self, place, tmp_path):
        branch, ports, piers = make_room(tmp_path)
        database = place.open()
        upgrade(database, [branch])
        fill(database, ports, piers)
        self.rewrite(
            branch, 'with op.batch_alter_table("ports") as ports:\n    ports.alter_column("name", nullable=True)'
        )
        upgrade(database, [branch])
        with database.reading() as view:
            assert len(view.execute(sa.select(ports)).all()) == 2
            assert len(view.execute(sa.select(piers)).all()) == 2
        with pytest.raises(sa.exc.IntegrityError), database.transaction() as tx:
            tx.execute(sa.insert(piers).values(id=3, port="nowhere"))

    def test_a_migration_that_breaks_a_reference_is_taken_back(self, tmp_path):
        from transire.storage.database import Database

        branch, ports, piers = make_room(tmp_path)
        database = Database.open(f"sqlite:///{tmp_path}/a.db")
        upgrade(database, [branch])
        fill(database, ports, piers)
        self.rewrite(branch, "op.execute(\"DELETE FROM ports WHERE code = '2704'\")")
        with pytest.raises(DatabaseDamaged) as refusal:
            upgrade(database, [branch])
        assert "a row of piers that refers to none of ports" in str(refusal.value)
        with database.reading() as view:
            assert len(view.execute(sa.select(ports)).all()) == 2
        database.close()

    def test_one_that_fails_half_way_leaves_nothing_of_all(self, place, tmp_path):
        branch, _, _ = make_room(tmp_path)
        self.rewrite(branch, 'op.create_table("ships", sa.Column("id", sa.Integer))\nop.execute("no such words")')
        database = place.open()
        with pytest.raises(sa.exc.DBAPIError):
            upgrade(database, [branch])
        with database.reading() as view:
            assert sa.inspect(view).get_table_names() == []
        with database.transaction():
            pass

    def test_a_database_of_a_later_version_is_refused(self, place, tmp_path):
        branch, _, _ = make_room(tmp_path)
        self.rewrite(branch, "pass")
        database = place.open()
        upgrade(database, [branch])
        (branch.folder / "harbour_0002.py").unlink()
        with pytest.raises(SchemaNewer) as refusal:
            upgrade(database, [branch])
        assert refusal.value.code == "storage.schema-newer"
