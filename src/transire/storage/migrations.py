"""Bring a member's database to the form that the running program expects, each room by migrations of its own.

A room keeps its tables in a `MetaData` and says once, in its `tables.py`:

    metadata = MetaData(naming_convention=NAMING)
    BRANCH = Branch.beside(__file__, "desk", metadata)

and writes the files of its `migrations/` folder with

    python -m transire.storage.migrations transire.desk.tables first_tables

which compares the tables with what the migrations give so far. Versions only go forward: before an upgrade the node
makes a backup, which is the way back. No alembic.ini; Alembic is imported when it is needed.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from transire.storage.database import Database
from transire.storage.errors import MigrationsMissing, SchemaNewer

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.config import Config

VERSION_TABLE = "migrated"
"""Where a database remembers the migrations that it has had."""

_ALEMBIC = threading.Lock()
"""Alembic keeps its running migration in module globals: one upgrade at a time in a process."""


@dataclass(frozen=True, slots=True)
class Branch:
    """The migrations of one room: a label, its folder, and the tables that they must add up to."""

    label: str
    folder: Path
    metadata: sa.MetaData

    @classmethod
    def beside(cls, module_file: str, label: str, metadata: sa.MetaData) -> Branch:
        """The branch whose `migrations/` folder lies beside the module that defines the tables."""
        return cls(label, Path(module_file).resolve().parent / "migrations", metadata)


def upgrade(database: Database, branches: Sequence[Branch]) -> None:
    """Run every migration that the database has not had, all in one transaction; doing it again changes nothing."""
    from alembic import command
    from alembic.util import CommandError

    for branch in branches:
        # Without files a room would silently get no tables, and fail at its first statement.
        if not any(branch.folder.glob("*.py")):
            raise MigrationsMissing(got=f"no migrations of {branch.label}")
    with _ALEMBIC, database.migration() as tx:
        # Made here, as text: Alembic's own would hold at most 32 characters of a migration's name.
        sa.Table(VERSION_TABLE, sa.MetaData(), sa.Column("version_num", sa.Text, primary_key=True)).create(
            tx, checkfirst=True
        )
        try:
            command.upgrade(_config(branches, {"connection": tx}), "heads")
        except CommandError as error:
            if "Can't locate revision" in str(error):
                raise SchemaNewer(got=str(error)) from error
            raise


def schema_differences(database: Database, branches: Sequence[Branch]) -> list[str]:
    """What the database has and the tables have not, or the other way round; empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with database.reading() as view:
        context = MigrationContext.configure(view, opts=dict(CONTEXT_OPTIONS))
        return [str(found) for found in compare_metadata(context, _merged(branches))]


def write_migration(branch: Branch, name: str) -> Path | None:
    """Write the next migration of a room from the difference to its tables, or nothing when there is none.

    A tool for whoever changes tables; the file is to be read and corrected before it is committed.
    """
    from alembic import command
    from alembic.script import ScriptDirectory

    branch.folder.mkdir(exist_ok=True)
    label = f"{branch.label}@head"
    config = _config([branch], {})
    numbered = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/scratch.db", tables=[branch.metadata])
        if numbered > 1:
            upgrade(database, [branch])
        if not schema_differences(database, [branch]):
            return None
        with _ALEMBIC, database.transaction() as tx:
            config.attributes.update(connection=tx, metadata=branch.metadata)
            script = command.revision(
                config,
                name.replace("_", " ").capitalize(),
                autogenerate=True,
                head="base" if numbered == 1 else label,
                splice=False,
                branch_label=branch.label if numbered == 1 else None,
                version_path=str(branch.folder),
                rev_id=f"{branch.label}_{numbered:04}_{name}",
            )
        database.close()
    assert not isinstance(script, list)
    return None if script is None else Path(script.path)


def _config(branches: Sequence[Branch], attributes: Mapping[str, Any]) -> Config:
    from alembic.config import Config

    config = Config()
    # A percent sign in a path would be read as an interpolation by Alembic's configuration parser.
    config.set_main_option("script_location", _escaped(Path(__file__).parent / "alembic"))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(_escaped(branch.folder) for branch in branches))
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes.update(attributes)
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _merged(branches: Sequence[Branch]) -> sa.MetaData:
    """One MetaData over all rooms: what is in none of them counts as a difference too."""
    merged = sa.MetaData()
    for branch in branches:
        for table in branch.metadata.sorted_tables:
            table.to_metadata(merged)
    return merged


def _render_column_type(kind: str, item: object, context: AutogenContext) -> str | bool:
    if kind == "type" and type(item).__module__ == "transire.storage.columns":
        return f"columns.{type(item).__name__}()"
    return False


CONTEXT_OPTIONS: Mapping[str, Any] = {
    "version_table": VERSION_TABLE,
    # SQLite alters a table by rebuilding it.
    "render_as_batch": True,
    "render_item": _render_column_type,
    "compare_type": True,
}


def _main(arguments: Sequence[str]) -> int:
    module, name = arguments
    branch: Branch = importlib.import_module(module).BRANCH
    path = write_migration(branch, name)
    print(f"Written: {path.name}" if path else "The migrations already give these tables.")
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
