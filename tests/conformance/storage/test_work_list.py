"""The work list on both databases: the same states, counts and pages, held against an oracle that counts by hand."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa

from transire.desk.person import Person, Role
from transire.desk.tables import BRANCH as DESK
from transire.node.tenant import Tenant
from transire.procedures.catalogue import procedures
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.standing import stand
from transire.procedures.entry_summary.worklist import STATES, WorkFilter, list_work
from transire.records import tables as r
from transire.records.tables import BRANCH as RECORDS
from transire.storage.database import Database
from transire.storage.migrations import upgrade

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
TODAY = NOW.date()
ENTRIES = 120
OFFICER = Person("p", "Officer", frozenset({Role.OFFICER}))
LINES = (1, 2)
PRODUCER = "did:web:producer.example"


@dataclass
class Known:
    """What an entry was made with: what the oracle judges by."""

    number: int
    accepted: int
    due: tuple[int, ...]
    answered: int
    closed: int
    found: bool
    ended: bool
    programme: str

    def states(self) -> set[str]:
        undecided, waiting = self.accepted < len(LINES), len(self.due)
        untouched = not (self.accepted or waiting or self.answered or self.closed)
        return {"all"} | {
            name
            for name, holds in {
                "open": undecided or waiting or self.answered,
                "new": undecided and untouched,
                "due": bool(self.due) and min(self.due) >= 0,
                "overdue": bool(self.due) and min(self.due) < 0,
                "answered": self.answered,
                "flagged": self.ended,
                "checks": self.found,
                "accepted": not (undecided or waiting or self.answered),
            }.items()
            if holds
        }


class Office:
    """As much of a member as the list asks for."""

    roles = ("customs",)

    def __init__(self, database: Database) -> None:
        self.database = database

    def now(self) -> datetime:
        return NOW

    def name_of(self, did: str) -> str:
        return did

    def walk(self, wanted: WorkFilter, size: int) -> list[str]:
        """All entries of a filter, page by page."""
        found, after = [], None
        while True:
            page = list_work(cast("Tenant", self), OFFICER, wanted, after=after, limit=size)
            found += [row.entry for row in page.rows]
            after = page.next
            if after is None:
                return found


def at_of(number: int) -> dict[str, Any]:
    return {
        "by": f"did:web:broker-{number % 3}.example",
        "log_index": 10 + number // 2,  # two of a pool
        "position": number % 2,
        "accepted_at": NOW - timedelta(hours=ENTRIES - number),
    }


def make(tx: sa.Connection, known: Known) -> None:
    """The rows of one entry, as the projection and the examination would write them."""
    entry, at, certification = f"entry-{known.number:03}", at_of(known.number), f"certification-{known.ended}"

    def put(table: sa.Table, **values: Any) -> None:
        tx.execute(sa.insert(table).values(**values))

    put(t.filings, statement_id=f"s-{entry}", entry=entry, version=f"v-{entry}", previous=None, **at)
    for line in LINES:
        claim = {"certification": certification, "certification_version": certification, "issued": "i"}
        put(t.claims, statement_id=f"s-{entry}", line=line, delivered=None, **claim)
        digits = f"84{known.number:08}"
        said = {"description": "Pump", "tariff_number": digits, "origin": "MX", "programme": known.programme}
        put(t.lines, version=f"v-{entry}", line=line, good=1, **said)
        if line <= known.accepted:
            put(t.acceptances, statement_id=f"a-{entry}-{line}", entry=entry, line=line, version=f"v-{entry}", **at)
    days = [*known.due, *(5 for _ in range(known.answered + known.closed))]
    for place_of, day in enumerate(days):
        later = at | {"log_index": 1000 + known.number, "position": place_of}
        due_by = (TODAY + timedelta(days=day)).isoformat()
        put(t.requests, statement_id=f"q-{entry}-{place_of}", entry=entry, line=1, due_by=due_by, **later)
        if place_of >= len(known.due):
            put(t.answers, statement_id=f"r-{entry}-{place_of}", request=f"q-{entry}-{place_of}", **later)
        if place_of >= len(known.due) + known.answered:
            closing = {"request": f"q-{entry}-{place_of}", "outcome": "sufficient"}
            put(t.closings, statement_id=f"c-{entry}-{place_of}", **closing, **later)
    if known.found:
        put(t.findings, version=f"v-{entry}", place=0, code="entry.example", severity="error", where="/lines/0")
    stand(tx, entry)


@pytest.fixture
def made(place: Any) -> tuple[Office, list[Known]]:
    database: Database = place.open()
    upgrade(database, [DESK, RECORDS, *(procedure.branch() for procedure in procedures())])
    chance = random.Random(20261128)
    known = [
        Known(
            number=number,
            accepted=chance.choice((0, 0, 1, 2)),
            due=tuple(chance.randrange(-9, 9) for _ in range(chance.choice((0, 0, 0, 1, 2)))),
            answered=chance.choice((0, 0, 0, 1)),
            closed=chance.choice((0, 0, 1)),
            found=chance.random() < 0.3,
            ended=chance.random() < 0.2,
            programme=chance.choice(("S", "P")),
        )
        for number in range(ENTRIES)
    ]
    ended = {"issuer": PRODUCER, "commitment": "certification-True"}
    document = {"document_id": "c", "version": 1, "schema_id": "x/1", "issued_statement": "i", "title": "", "words": ""}
    with database.transaction() as tx:
        tx.execute(sa.insert(r.documents).values(**ended, **document, log_index=1, position=0))
        tx.execute(sa.insert(r.endings).values(**ended, height=2, log_index=2, accepted_at=NOW, successor=None))
        # An ending that somebody else claims of a version that is not its own ends nothing.
        foreign = {"issuer": "did:web:stranger.example", "commitment": "certification-False"}
        tx.execute(
            sa.insert(r.documents).values(
                **ended | {"commitment": "certification-False"}, **document, log_index=1, position=1
            )
        )
        tx.execute(sa.insert(r.endings).values(**foreign, height=2, log_index=2, accepted_at=NOW, successor=None))
        for one in known:
            make(tx, one)
    return Office(database), known


def test_every_state_has_its_entries_in_its_order(made: tuple[Office, list[Known]]) -> None:
    office, known = made
    counts = list_work(cast("Tenant", office), OFFICER, WorkFilter(state="all"), limit=1).counts
    for state in STATES:
        fitting = [one for one in known if state in one.states()]
        if state in ("due", "overdue"):
            fitting.sort(key=lambda one: (min(one.due), one.number))
        else:
            fitting.sort(key=lambda one: -one.number)
        expected = [f"entry-{one.number:03}" for one in fitting]
        assert expected, f"the oracle has no entry that is {state}"
        assert counts[state] == len(expected), state
        for size in (7, 500):
            assert office.walk(WorkFilter(state=state), size) == expected, f"{state}, pages of {size}"


def test_a_row_says_the_states_that_it_is_found_under(made: tuple[Office, list[Known]]) -> None:
    office, known = made
    rows = list_work(cast("Tenant", office), OFFICER, WorkFilter(state="all"), limit=500).rows
    said = {row.entry: {"all", *row.states} for row in rows}
    assert said == {f"entry-{one.number:03}": one.states() - {"open"} for one in known}


def test_filters_hold_together(made: tuple[Office, list[Known]]) -> None:
    office, known = made
    filed = {one.number: at_of(one.number) for one in known}
    day = (NOW - timedelta(days=2)).date()
    fitting = [
        one.number
        for one in reversed(known)
        if one.programme == "S" and one.found and filed[one.number]["accepted_at"].date() >= day
    ]
    wanted = WorkFilter(state="all", programme="S", check="entry.example", since=day)
    assert fitting
    assert office.walk(wanted, 3) == [f"entry-{number:03}" for number in fitting]
    assert office.walk(WorkFilter(state="all", tariff_number="8400.0000.0"), 50) == [
        f"entry-{number:03}" for number in range(ENTRIES - 1, -1, -1) if f"84{number:08}".startswith("840000000")
    ]
    assert set(office.walk(WorkFilter(state="all", filer="did:web:broker-1.example"), 9)) == {
        f"entry-{one.number:03}" for one in known if one.number % 3 == 1
    }
