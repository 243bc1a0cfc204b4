"""The rows of the procedures do not depend on the order in which statements come in, nor on how often they do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.procedures.catalogue import procedures
from transire.procedures.entry_summary.filings import count_filings, find_filing
from transire.procedures.power_of_attorney.tables import list_grants
from transire.records import tables as records
from transire.records.project import project_document, project_ending
from transire.records.rebuild import content_digest
from transire.records.rows import DocumentRow, EndingRow, Place
from transire.storage.database import Database

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
BROKER, CUSTOMS, IMPORTER, PRODUCER = (f"did:web:{name}.example" for name in ("b", "c", "i", "p"))


def named(name: str) -> str:
    return b64url(sha256(name.encode()))


ENTRY, SECOND, CERTIFICATION = named("entry"), named("entry 2"), named("certification")
CLAIMS = [
    {
        "line": line,
        "certification": CERTIFICATION,
        "version": CERTIFICATION,
        "issued": named("i"),
        "delivered": named("d"),
    }
    for line in (1, 2)
]

# name, kind, by, about, body: in the order of the ledger
STORY: list[tuple[str, str, str, list[str], dict[str, Any]]] = [
    ("granted", "authority.granted/1", IMPORTER, [named("poa")], {"agent": BROKER, "valid_from": "2026-01-01"}),
    ("filed", "entry.filed/1", BROKER, [ENTRY], {"version": ENTRY, "claims": CLAIMS}),
    ("accepted", "claim.accepted/1", CUSTOMS, [ENTRY], {"line": 1, "version": ENTRY}),
    ("asked", "request.made/1", CUSTOMS, [ENTRY], {"line": 2, "question": "?", "due_by": "2026-12-22", "basis": "x"}),
    ("answered", "request.answered/1", BROKER, [named("asked"), ENTRY], {"answer": named("answer")}),
    ("closed", "request.closed/1", CUSTOMS, [named("asked"), ENTRY], {"outcome": "sufficient", "note": "x"}),
    (
        "certifier",
        "certifier.asked/1",
        CUSTOMS,
        [CERTIFICATION, ENTRY],
        {"line": 2, "question": "?", "due_by": "2026-12-22", "basis": "x"},
    ),
    ("later", "request.extended/1", CUSTOMS, [named("certifier"), CERTIFICATION, ENTRY], {"due_by": "2027-01-22"}),
    ("told", "request.answered/1", PRODUCER, [named("certifier"), CERTIFICATION, ENTRY], {"answer": named("b")}),
    ("decided", "origin.decided/1", CUSTOMS, [named("d"), ENTRY], {"line": 2, "outcome": "originating"}),
    ("withdrawn", "certification.withdrawn/1", PRODUCER, [CERTIFICATION], {"version": CERTIFICATION, "reason": "x"}),
    (
        "corrected",
        "entry.corrected/1",
        BROKER,
        [ENTRY],
        {"version": SECOND, "previous": ENTRY, "reason": "x", "claims": []},
    ),
    ("revoked", "authority.revoked/1", IMPORTER, [named("poa")], {"reason": "x"}),
    (
        "solicited",
        "solicitation.asked/1",
        IMPORTER,
        [],
        {
            "supplier": {"name": "Producer", "did": PRODUCER},
            "agreement": "usmca",
            "goods": [{"number": "P-1"}, {"number": "P-2"}],
            "from": "2026-01-01",
            "until": "2026-12-31",
            "answer_by": "2026-02-01",
            "remind_every": 14,
        },
    ),
    (
        "reminded",
        "solicitation.reminded/1",
        IMPORTER,
        [named("solicited")],
        {"goods": ["P-1", "P-2"], "answer_by": "2026-02-01"},
    ),
    (
        "declined",
        "solicitation.declined/1",
        PRODUCER,
        [named("solicited")],
        {"goods": ["P-2"], "reason": "not_our_goods"},
    ),
    (
        "heard",
        "solicitation.heard/1",
        IMPORTER,
        [named("solicited")],
        {"goods": [{"number": "P-1", "says": "originating", "criterion": "B"}]},
    ),
    ("unneeded", "solicitation.withdrawn/1", IMPORTER, [named("solicited")], {}),
]


def number_of(name: str) -> int:
    """The place of a statement in the story."""
    return next(number for number, step in enumerate(STORY) if step[0] == name)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from opened(tmp_path / "one.db")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Database]:
    yield from opened(tmp_path / "two.db")


def opened(path: Path) -> Iterator[Database]:
    branches = [records.BRANCH, *(procedure.branch() for procedure in procedures())]
    found = Database.open(f"sqlite:///{path}", tables=[branch.metadata for branch in branches])
    found.create_tables()
    yield found
    found.close()


def project(database: Database, order: list[int]) -> None:
    with database.transaction() as tx:
        for number in order:
            name, kind, by, about, body = STORY[number]
            place = Place(number, 0, number, NOW + timedelta(seconds=number))
            context = SimpleNamespace(
                statement_id=named(name), place=place, own=False, roles=("customs",), did=CUSTOMS, now=NOW
            )
            statement = SimpleNamespace(kind=kind, by=by, about=tuple(about), body=body)
            for procedure in procedures():
                procedure.projector()(tx, context, statement, None)


def digest(database: Database) -> bytes:
    return content_digest(database, also=[procedure.metadata() for procedure in procedures()])


@pytest.mark.parametrize("seed", range(8))
def test_any_order_and_any_repetition_give_the_same_rows(database: Database, other: Database, seed: int) -> None:
    shuffled = list(range(len(STORY))) * 2
    random.Random(seed).shuffle(shuffled)
    project(database, list(range(len(STORY))))
    project(other, shuffled)
    assert digest(database) == digest(other)


def test_the_standing_version_is_the_corrected_one(database: Database) -> None:
    project(database, list(range(7)))
    with database.reading() as view:
        standing = find_filing(view, ENTRY)
        assert standing is not None
        assert (standing.version, standing.claims, standing.accepted, standing.asked) == (ENTRY, 2, 1, 0)
    project(database, [number_of("corrected")])
    with database.reading() as view:
        standing = find_filing(view, ENTRY)
        assert standing is not None
        assert (standing.version, standing.previous, standing.claims) == (SECOND, ENTRY, 0)


@pytest.mark.parametrize("first", ["ending", "entry"])
def test_an_ended_certification_flags_the_entry_whichever_is_known_first(database: Database, first: str) -> None:
    steps = {"ending": lambda: end(database, PRODUCER), "entry": lambda: project(database, [1])}
    for name in (first, *(name for name in steps if name != first)):
        steps[name]()
    with database.reading() as view:
        standing = find_filing(view, ENTRY)
        assert standing is not None
        assert standing.ended
        assert count_filings(view, customs=False)["flagged"] == 1
        assert count_filings(view, customs=False)["action"] == 1


def test_the_end_of_a_version_by_somebody_else_flags_nothing(database: Database) -> None:
    project(database, [1])
    end(database, BROKER)
    with database.reading() as view:
        standing = find_filing(view, ENTRY)
        assert standing is not None
        assert not standing.ended


def end(database: Database, by: str) -> None:
    with database.transaction() as tx:
        row = DocumentRow(
            issuer=PRODUCER,
            commitment=CERTIFICATION,
            document_id=CERTIFICATION,
            version=1,
            schema_id="certification-of-origin/usmca/1",
            issued_statement=named("i"),
            place=Place(0, 0, 0, NOW),
            title="Certification",
            fields={},
        )
        project_document(tx, row)
        project_ending(tx, EndingRow(issuer=by, commitment=CERTIFICATION, place=Place(9, 0, 9, NOW)))


def test_views_count_what_they_list(database: Database) -> None:
    project(database, [1, 3])
    with database.reading() as view:
        assert count_filings(view, customs=True) == {"all": 1, "action": 0, "submitted": 1, "flagged": 0, "closed": 0}
        assert count_filings(view, customs=False) == {"all": 1, "action": 1, "submitted": 0, "flagged": 0, "closed": 0}
    project(database, [4, 2])
    with database.reading() as view:
        assert count_filings(view, customs=True)["action"] == 1
        assert count_filings(view, customs=False)["submitted"] == 1


def test_a_revoked_power_is_not_live(database: Database) -> None:
    project(database, [0])
    with database.reading() as view:
        assert [grant.is_live(NOW.date()) for grant in list_grants(view, principal=IMPORTER)] == [True]
        assert [grant.is_live(datetime(2025, 12, 31, tzinfo=UTC).date()) for grant in list_grants(view)] == [False]
    project(database, [number_of("revoked")])
    with database.reading() as view:
        assert [grant.is_live(NOW.date()) for grant in list_grants(view, agent=BROKER)] == [False]
