"""The rows of origin determination in the records: which outcome a determination has, what has turned, who claimed.

Documents and their fields are in the documents' index; costs stay in the vault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, MetaData, Table

from transire.procedures.bodies import claimed_lines
from transire.procedures.origin_determination.statements import DETERMINED, TURNED
from transire.procedures.rows import place_values, put_row, put_rows, statement_columns
from transire.records.project import project_inbox_item
from transire.records.rows import LATER, NOW, InboxRow
from transire.storage.columns import NAMING, Name
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "origin_determination", metadata)

determinations = Table(
    "origin_determinations",
    metadata,
    *statement_columns(),
    Column("determination", Name, nullable=False),
    Column("version", Name, nullable=False),
    Column("outcome", Name, nullable=False),
    Index(None, "determination"),
    Index(None, "version"),
)

turns = Table(
    "origin_turns",
    metadata,
    *statement_columns(),
    Column("certification", Name, nullable=False),
    Column("version", Name, nullable=False),
    Column("good", Integer, nullable=False),
    Column("outcome", Name, nullable=False),
    Index(None, "certification"),
)

# Claims on certifications, so that a binder can tell who has claimed on what it determined.
claims = Table(
    "origin_claims",
    metadata,
    Column("statement_id", Name, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("entry", Name, nullable=False),
    Column("certification", Name, nullable=False),
    Index(None, "certification"),
)


def project(tx: Connection, context: Any, statement: Any, documents: Any) -> None:
    """Rows for one statement; idempotent, in any order."""
    body: Mapping[str, Any] = statement.body
    subject = statement.about[0] if statement.about else ""
    if statement.kind in ("entry.filed/1", "entry.corrected/1"):
        _project_claims(tx, context, subject, body)
        return
    values = place_values(context, statement.by)
    if statement.kind == DETERMINED.name:
        put_row(tx, determinations, **values, determination=subject, version=body["version"], outcome=body["outcome"])
    elif statement.kind == TURNED.name:
        told = {"version": body["version"], "good": body["good"], "outcome": body["outcome"]}
        put_row(tx, turns, **values, certification=subject, **told)
        # To holders and to the certifier itself: it has to replace or withdraw what it certified.
        urgency = LATER if body["outcome"] == "originating" else NOW
        _put_item(tx, context, "origin.turned", subject, urgency=urgency, params={"outcome": body["outcome"]})


def _project_claims(tx: Connection, context: Any, entry: str, body: Mapping[str, Any]) -> None:
    rows = [
        {
            "statement_id": context.statement_id,
            "line": line,
            "entry": entry,
            "certification": claim["certification"],
        }
        for claim in body["claims"]
        for line in claimed_lines(claim)
    ]
    put_rows(tx, claims, rows)


def _put_item(
    tx: Connection,
    context: Any,
    kind: str,
    document_id: str,
    *,
    urgency: int,
    params: Mapping[str, Any] | None = None,
) -> None:
    item = InboxRow(
        kind=kind,
        params=params or {},
        place=context.place,
        urgency=urgency,
        document_id=document_id,
        statement_id=context.statement_id,
    )
    project_inbox_item(tx, item)
