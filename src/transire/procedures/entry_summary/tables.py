"""The rows of entry summaries in the records: what was filed, claimed, accepted, asked and answered, and what the
checks found. Words and values stay in the vault: a finding is kept as its code and place only."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table

from transire.procedures.rows import statement_columns
from transire.storage.columns import NAMING, Name
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "entry_summary", metadata)

# One row a filing or correction: the latest version of an entry is the one that stands.
filings = Table(
    "entry_filings",
    metadata,
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
    metadata,
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
    metadata,
    *statement_columns(),
    Column("entry", Name, nullable=False),
    Column("line", Integer, nullable=False),
    Column("version", Name, nullable=False),
    Index(None, "entry"),
)

requests = Table(
    "entry_requests",
    metadata,
    *statement_columns(),
    Column("entry", Name, nullable=False),
    Column("line", Integer, nullable=False),
    # An ISO 8601 day.
    Column("due_by", Name, nullable=False),
    Index(None, "entry"),
)

answers = Table(
    "entry_answers",
    metadata,
    *statement_columns(),
    Column("request", Name, nullable=False),
    Index(None, "request"),
)

closings = Table(
    "entry_closings",
    metadata,
    *statement_columns(),
    Column("request", Name, nullable=False),
    Column("outcome", Name, nullable=False),
    Index(None, "request"),
)

# What this member's own checks found of a version, judged at its place in the log. Derived: these rows are made, and
# made again, by the examination, in a turn of the node as in a rebuild.
examinations = Table(
    "entry_examinations",
    metadata,
    Column("version", Name, primary_key=True),
    Column("entry", Name, nullable=False),
)

# What an examination looked for: documents and statements by their ids, and the entry's number. When one of these
# arrives late, before the filing in the log, the version is examined again.
sought = Table(
    "entry_sought",
    metadata,
    Column("version", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Index(None, "name"),
)

findings = Table(
    "entry_findings",
    metadata,
    Column("version", Name, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("code", Name, nullable=False),
    Column("severity", Name, nullable=False),
    # JSON pointer into the entry.
    Column("where", Name, nullable=False),
)
