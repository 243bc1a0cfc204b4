"""What waits to be examined is asked for at every turn: from its own short table, taken over from what was before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from transire.node.rooms import database_branches
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.examination import _DUE
from transire.storage.database import Database
from transire.storage.migrations import VERSION_TABLE, schema_differences, upgrade


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    branches = database_branches()
    made = Database.open(f"sqlite:///{tmp_path}/x.db", tables=[branch.metadata for branch in branches])
    upgrade(made, branches)
    yield made
    made.close()


def filing(version: str) -> dict[str, Any]:
    place = {"log_index": 1, "position": 0, "accepted_at": datetime(2026, 2, 2, tzinfo=UTC)}
    return {
        "statement_id": f"S{version}",
        "by": "did:web:a.example",
        "entry": f"E{version}",
        "version": version,
        **place,
    }


def test_it_is_not_looked_for_among_all_filings(database: Database) -> None:
    with database.reading() as view:
        asked = _DUE.compile(dialect=view.dialect)
        values = [asked.params[name] for name in asked.positiontup or ()]
        plan = [row[-1] for row in view.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", tuple(values)).all()]
    assert any(step.startswith("SEARCH entry_filings USING INDEX ix_entry_filings_version") for step in plan), plan


def test_what_was_not_examined_before_the_table_came_waits_in_it(database: Database) -> None:
    with database.transaction() as tx:
        tx.exec_driver_sql("DROP TABLE entry_unexamined")
        tx.exec_driver_sql("CREATE TABLE entry_examinations (version TEXT PRIMARY KEY, entry TEXT NOT NULL)")
        tx.execute(sa.insert(t.filings), [filing("1"), filing("2")])
        tx.exec_driver_sql("INSERT INTO entry_examinations VALUES ('1', 'E1')")
        tx.exec_driver_sql(
            f"UPDATE {VERSION_TABLE} SET version_num = 'entry_summary_0003_work_list'"
            " WHERE version_num = 'entry_summary_0004_unexamined'"
        )
    upgrade(database, database_branches())
    with database.reading() as view:
        assert view.execute(sa.select(t.unexamined.c.version)).scalars().all() == ["2"]
    assert schema_differences(database, database_branches()) == []
