"""The rows of entry summaries in the records: what was filed, claimed, accepted, asked and answered, and what the
checks found. Words and values stay in the vault: a finding is kept as its code and place only."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table

from transire.procedures.rows import statement_columns
from transire.storage.columns import NAMING, Instant, Name, Words
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

# The filed versions that wait to be examined, or to be examined again: few, however many were filed. They are asked for
# at every turn.
unexamined = Table("entry_unexamined", metadata, Column("version", Name, primary_key=True))

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
    Index(None, "code", "version"),
)

# The lines of a version, as far as their fields are indexable. Made by the examination, which opens the entry.
lines = Table(
    "entry_lines",
    metadata,
    Column("version", Name, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("description", Words, nullable=False),
    # Its digits alone.
    Column("tariff_number", Name, nullable=False),
    Column("origin", Name, nullable=False),
    # None: no preference is claimed.
    Column("programme", Name),
    # The good of the certification that the line means; None where none of it covers the line.
    Column("good", Integer),
    Index(None, "tariff_number", "version"),
    Index(None, "programme", "version"),
)

# That the determination behind a certified good has another outcome now (`origin.turned/1`).
turns = Table(
    "entry_turns",
    metadata,
    *statement_columns(),
    Column("version", Name, nullable=False),
    Column("good", Integer, nullable=False),
    Column("outcome", Name, nullable=False),
    Index(None, "version"),
)

# Notes of customs to the filer. Their words stay in the journal.
remarks = Table(
    "entry_remarks",
    metadata,
    *statement_columns(),
    Column("entry", Name, nullable=False),
    # None: of the entry as a whole.
    Column("line", Integer),
    Index(None, "entry"),
)

# One row an entry: its standing filing and the counts of what was said of it, for lists that must not count anew.
# Written again (`standing`) whenever a row that it follows from is: a function of the other tables, in any order.
work = Table(
    "entry_work",
    metadata,
    Column("entry", Name, primary_key=True),
    Column("version", Name, nullable=False),
    Column("previous", Name),
    Column("statement_id", Name, nullable=False),
    Column("by", Name, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("claims", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    # Requests that are not closed: unanswered and answered; and all that were made since the standing filing.
    Column("asked", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("asked_since", Integer, nullable=False),
    # The earliest day, ISO 8601, by which one of those unanswered is due.
    Column("due_by", Name),
    Column("errors", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Index(None, "log_index", "position", "entry"),
    Index(None, "due_by", "entry"),
    Index(None, "statement_id"),
    Index(None, "version"),
    Index(None, "by"),
)
