"""The rows of verifications in the records: one a step. Words stay in the vault."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table

from transire.procedures.rows import statement_columns
from transire.storage.columns import NAMING, Name
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "origin_verification", metadata)

steps = Table(
    "verification_steps",
    metadata,
    *statement_columns(),
    Column("kind", Name, nullable=False),
    # The entry that the claim stands in; whoever was asked past its importer knows no more of it than this.
    Column("entry", Name, nullable=False),
    # The line; None for what answers a step, which has it.
    Column("line", Integer),
    # The statement that is answered, extended or closed.
    Column("of", Name),
    # The document that the step is about beside the entry: a certification, an answer, a determination.
    Column("document", Name),
    # An ISO 8601 day.
    Column("due_by", Name),
    Column("outcome", Name),
    Column("days", Integer),
    Index(None, "entry"),
    Index(None, "of"),
)

# Of which steps it was looked whether somebody is to be reminded, by the time of the ledger: "due" and "overdue".
reminders = Table(
    "verification_reminders",
    metadata,
    Column("statement_id", Name, primary_key=True),
    Column("kind", Name, primary_key=True),
)
