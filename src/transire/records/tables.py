"""The rows of the records. One row for each statement, document, ending: what they mean together is joined when read,
so that the order of arrival cannot matter."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, MetaData, Table

from transire.storage.columns import NAMING, Instant, Json, Name, Words
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "records", metadata)

statements = Table(
    "records_statements",
    metadata,
    Column("id", Name, primary_key=True),
    Column("kind", Name, nullable=False),
    Column("by", Name, nullable=False),
    Column("height", BigInteger, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    # The vault's number of the statement: the order in which this member came to hold it.
    Column("arrival", BigInteger, nullable=False),
    Index(None, "log_index", "position"),
    Index(None, "by", "log_index"),
    Index(None, "kind", "log_index"),
)

about = Table(
    "records_about",
    metadata,
    Column("subject", Name, primary_key=True),
    Column("statement_id", Name, primary_key=True),
    Index(None, "statement_id"),
)

documents = Table(
    "records_documents",
    metadata,
    # Both, since a member may claim in a statement of its own the commitment that another one made.
    Column("issuer", Name, primary_key=True),
    Column("commitment", Name, primary_key=True),
    Column("document_id", Name, nullable=False),
    Column("version", Integer, nullable=False),
    Column("schema_id", Name, nullable=False),
    Column("previous", Name),
    Column("issued_statement", Name, nullable=False),
    # The place of the issued statement: the order of every list.
    Column("log_index", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Words, nullable=False),
    # Title and fields folded for search; nothing that is not in them.
    Column("words", Words, nullable=False),
    Index(None, "document_id"),
    Index(None, "log_index", "position"),
    Index(None, "schema_id", "log_index"),
    # A version is mostly asked for without its issuer.
    Index(None, "commitment"),
)

fields = Table(
    "records_fields",
    metadata,
    Column("issuer", Name, primary_key=True),
    Column("commitment", Name, primary_key=True),
    Column("name", Name, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("value", Words, nullable=False),
    # All four, so that a filter is answered from the index, for common values and rare ones.
    Index(None, "name", "value", "issuer", "commitment"),
)

endings = Table(
    "records_endings",
    metadata,
    Column("issuer", Name, primary_key=True),
    Column("commitment", Name, primary_key=True),
    Column("height", BigInteger, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Column("successor", Name),
)

deliveries = Table(
    "records_deliveries",
    metadata,
    Column("statement_id", Name, primary_key=True),
    Column("commitment", Name, primary_key=True),
    Column("issuer", Name),
    Column("document_id", Name, nullable=False),
    # Who says that it got, refused, opened or keeps the document.
    Column("member", Name, nullable=False),
    Column("event", Name, nullable=False),
    # The stable code of a refusal.
    Column("code", Name),
    Index(None, "document_id"),
    Index(None, "commitment"),
)

grants = Table(
    "records_grants",
    metadata,
    # The id of the statement that gave it.
    Column("id", Name, primary_key=True),
    Column("document_id", Name, nullable=False),
    Column("commitment", Name, nullable=False),
    Column("issuer", Name, nullable=False),
    Column("grantor", Name, nullable=False),
    Column("recipient", Name, nullable=False),
    Column("purpose", Name, nullable=False),
    # On what the right rests: a provision, a contract. A title of the trade, not text of the document.
    Column("authority", Words),
    Column("expires", Instant),
    Column("may_delegate", Boolean, nullable=False),
    Column("under", Name),
    Column("replaces", Name),
    Column("log_index", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Index(None, "document_id"),
    Index(None, "commitment"),
    Index(None, "expires"),
)

grant_endings = Table(
    "records_grant_endings",
    metadata,
    # The id of the statement that ended it: whether its maker could is asked when it is read.
    Column("id", Name, primary_key=True),
    Column("grant", Name, nullable=False),
    Column("by", Name, nullable=False),
    Column("reason", Words),
    Column("log_index", BigInteger, nullable=False),
    Column("accepted_at", Instant, nullable=False),
    Index(None, "grant"),
)

inbox = Table(
    "records_inbox",
    metadata,
    # Made of the statement's id and the item's kind, so that desk.inbox_state still fits after a rebuild.
    Column("id", Name, primary_key=True),
    Column("kind", Name, nullable=False),
    # What the sentence of the item names: numbers and names that are indexable, never text of a document.
    Column("params", Json, nullable=False),
    Column("document_id", Name),
    Column("statement_id", Name),
    Column("urgency", Integer, nullable=False),
    Column("due_at", Instant),
    Column("height", BigInteger, nullable=False),
    Column("log_index", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "urgency", "log_index", "id"),
    Index(None, "document_id"),
    Index(None, "statement_id"),
)

resolutions = Table(
    "records_resolutions",
    metadata,
    Column("item_id", Name, primary_key=True),
    # What settled it: a statement, or a document's ending by its commitment.
    Column("settled_by", Name, primary_key=True),
)

progress = Table(
    "records_progress",
    metadata,
    Column("name", Name, primary_key=True),
    Column("height", BigInteger, nullable=False),
)
