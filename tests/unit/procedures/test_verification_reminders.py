"""Reminders come from the steps and the time of the block alone: whatever the order in which both became known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.ledger.chain import Time
from transire.procedures.catalogue import procedures
from transire.procedures.origin_verification.projection import project
from transire.procedures.origin_verification.reminders import REMINDERS
from transire.records import tables as records
from transire.records.project import project_statement
from transire.records.rows import Place, StatementRow
from transire.storage.database import Database

CUSTOMS, BROKER = "did:key:zCustoms", "did:key:zBroker"
ASKED_AT = datetime(2026, 11, 28, 17, tzinfo=UTC)
LAST = date(2026, 12, 28)
FIVE_BEFORE = datetime(2026, 12, 23, 5, tzinfo=UTC)  # midnight at New York
OVER = datetime(2026, 12, 29, 5, tzinfo=UTC)


def named(name: str) -> str:
    return b64url(sha256(name.encode()))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    branches = [records.BRANCH, *(procedure.branch() for procedure in procedures())]
    found = Database.open(f"sqlite:///{tmp_path / 'one.db'}", tables=[branch.metadata for branch in branches])
    found.create_tables()
    yield found
    found.close()


def say(database: Database, name: str, kind: str, by: str, at: datetime, about: list[str], **body: object) -> None:
    place = Place(int(at.timestamp()), 0, 7, at)
    context = SimpleNamespace(statement_id=named(name), place=place, own=by == BROKER, roles=("broker",), did=BROKER)
    with database.transaction() as tx:
        row = StatementRow(id=named(name), kind=kind, by=by, about=tuple(about), place=place, arrival=1)
        project_statement(tx, row)
        project(tx, context, SimpleNamespace(kind=kind, by=by, about=tuple(about), body=body), None)


def ask(database: Database) -> None:
    say(
        database,
        "asked",
        "request.made/1",
        CUSTOMS,
        ASKED_AT,
        [named("entry")],
        line=1,
        due_by=LAST.isoformat(),
        question="?",
    )


def answer(database: Database, at: datetime) -> None:
    say(database, "answered", "request.answered/1", BROKER, at, [named("asked"), named("entry")], answer=named("a"))


def extend(database: Database, last: date) -> None:
    about = [named("asked"), named("entry")]
    say(database, "extended", "request.extended/1", CUSTOMS, FIVE_BEFORE, about, due_by=last.isoformat())


def reminded(database: Database, now: datetime, *, member: str = BROKER) -> list[str]:
    """What is in the inbox after a turn at this time of the ledger."""
    header = SimpleNamespace(time=Time.of(now))
    tenant: Any = SimpleNamespace(did=member, engine=SimpleNamespace(height=9, header=lambda height: header))
    with database.reading() as view:
        is_due = REMINDERS.is_due(tenant, view, 9)
    if is_due:
        with database.transaction() as tx:
            REMINDERS.derive(tenant, tx, 9)
            assert not REMINDERS.is_due(tenant, tx, 9)
    with database.reading() as view:
        kinds = sa.select(records.inbox.c.kind).where(records.inbox.c.kind.in_(("request.due", "request.overdue")))
        return sorted(view.execute(kinds).scalars())


def test_nobody_is_reminded_before_five_days_are_left(database: Database) -> None:
    ask(database)
    assert reminded(database, FIVE_BEFORE - timedelta(seconds=1)) == []
    assert reminded(database, FIVE_BEFORE) == ["request.due"]
    assert reminded(database, OVER - timedelta(seconds=1)) == ["request.due"]
    assert reminded(database, OVER) == ["request.due", "request.overdue"]


def test_who_asked_is_told_when_it_is_over_alone(database: Database) -> None:
    ask(database)
    assert reminded(database, FIVE_BEFORE, member=CUSTOMS) == []
    assert reminded(database, OVER, member=CUSTOMS) == ["request.overdue"]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (FIVE_BEFORE - timedelta(seconds=1), []),
        (FIVE_BEFORE + timedelta(seconds=1), ["request.due"]),
        (OVER + timedelta(seconds=1), ["request.due", "request.overdue"]),
    ],
)
def test_an_answer_ends_reminders_by_its_place_on_the_ledger(
    database: Database, at: datetime, found: list[str]
) -> None:
    """Whether it came to be known in time or only long after: a rebuild, which knows all at once, finds the same."""
    later = OVER + timedelta(days=9)
    ask(database)
    assert reminded(database, later) == ["request.due", "request.overdue"]
    answer(database, at)
    assert reminded(database, later) == found
    with database.reading() as view:
        assert view.execute(sa.select(sa.func.count()).select_from(records.resolutions)).scalar_one() > 0


def test_more_time_puts_the_reminders_off(database: Database) -> None:
    ask(database)
    assert reminded(database, FIVE_BEFORE) == ["request.due"]
    extend(database, date(2027, 1, 28))
    assert reminded(database, OVER) == []
    assert reminded(database, datetime(2027, 1, 29, 5, tzinfo=UTC)) == ["request.due", "request.overdue"]
