"""The rows of entry summaries in the records: what was filed, claimed, accepted, asked and answered, and what the
checks found. Words and values stay in the vault: a finding is kept as its code and place only."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table

from transire.procedures.rows import statement_columns
from transire.storage.columns import NAMING, Name
from transire.storage.migrations import Branch

tables = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "entry_summary", tables)

# One row a filing or correction: the latest version of an entry is the one that stands.
filings = Table(
    "entry_filings",
    tables,
    *statement_columns(),
    Column("entry", Name, nullable=False),
    Column("version", Name, nullable=False),
    # The version that it corrects; None for a first filing.
    Column("previous", Name),
    Index(None, "entry"),
    Index(None, "version"),
    Index(None, "log_index", "position"),
)

claims = Table(
    "entry_claims",
    tables,
    # The statement of the filing.
    Column("statement_id", Name, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("certification", Name, nullable=False),
    Column("certification_version", Name, nullable=False),
    Column("issued", Name, nullable=False),
    Column("delivered", Name),
    Index(None, "certification"),
    Index(None, "certification_version"),
)

acceptances = Table(
    "entry_acceptances",
    tables,
    *statement_columns(),
    Column("entry", Name, nullable=False),
    Column("line", Integer, nullable=False),
    Column("version", Name, nullable=False),
    Index(None, "entry"),
)

requests = Table(
    "entry_requests",
    tables,
    *statement_columns(),
    Column("entry", Name, nullable=False),
    Column("line", Integer, nullable=False),
    # An ISO 8601 day.
    Column("due_by", Name, nullable=False),
    Index(None, "entry"),
)

answers = Table(
    "entry_answers",
    tables,
    *statement_columns(),
    Column("request", Name, nullable=False),
    Index(None, "request"),
)

closings = Table(
    "entry_closings",
    tables,
    *statement_columns(),
    Column("request", Name, nullable=False),
    Column("outcome", Name, nullable=False),
    Index(None, "request"),
)

# What this member's own checks found of a version when it came in; made again whenever a document arrives that they
# had missed. Not a projection: what was found, and under which rules, is not found again by a rebuild.
examinations = Table(
    "entry_examinations",
    tables,
    Column("version", Name, primary_key=True),
    Column("entry", Name, nullable=False),
)

# The documents that the entry names and that were not at hand: when one arrives the version is examined again.
missing = Table(
    "entry_missing",
    tables,
    Column("version", Name, primary_key=True),
    Column("document", Name, primary_key=True),
    Index(None, "document"),
)

findings = Table(
    "entry_findings",
    tables,
    Column("version", Name, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("code", Name, nullable=False),
    Column("severity", Name, nullable=False),
    # JSON pointer into the entry.
    Column("where", Name, nullable=False),
)

metadata = MetaData(naming_convention=NAMING)
"""The projections alone: what a rebuild of the records empties and fills again."""

for table in (filings, claims, acceptances, requests, answers, closings):
    table.to_metadata(metadata)
