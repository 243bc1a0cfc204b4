"""The rows of origin certification in the records: notices that a certification was withdrawn or replaced.

The certifications themselves are rows of the documents' index, and that they ended is a row of the endings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Index, MetaData, Table

from transire.procedures.origin_certification.statements import REPLACED, WITHDRAWN
from transire.procedures.rows import place_values, put_row, statement_columns
from transire.records.project import project_inbox_item
from transire.records.rows import NOW, SOON, InboxRow
from transire.storage.columns import NAMING, Name
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "origin_certification", metadata)

notices = Table(
    "certification_notices",
    metadata,
    *statement_columns(),
    Column("certification", Name, nullable=False),
    Column("version", Name, nullable=False),
    # The version that stands in its place; None: it was withdrawn.
    Column("successor", Name),
    Index(None, "certification"),
    Index(None, "version"),
)


def project(tx: Connection, context: Any, statement: Any, documents: Any) -> None:
    """Rows for one statement; idempotent, in any order."""
    if statement.kind not in (WITHDRAWN.name, REPLACED.name):
        return
    body: Mapping[str, Any] = statement.body
    certification = statement.about[0]
    successor = body.get("successor")
    put_row(
        tx,
        notices,
        **place_values(context, statement.by),
        certification=certification,
        version=body["version"],
        successor=successor,
    )
    if not context.own:
        item = InboxRow(
            kind="certification.withdrawn" if successor is None else "certification.replaced",
            params={},
            place=context.place,
            urgency=NOW if successor is None else SOON,
            document_id=certification,
            statement_id=context.statement_id,
        )
        project_inbox_item(tx, item)
