"""The tables of the desk. Everything here is primary data: a backup that misses one of them loses something."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
)

from transire.storage.columns import NAMING, Instant, Json, Name, Words
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "desk", metadata)


persons = Table(
    "desk_persons",
    metadata,
    Column("id", Name, primary_key=True),
    Column("name", Words, nullable=False),
    # None for the node itself and for a person whose data was erased: nobody signs in as these.
    Column("login", Words, unique=True),
    Column("roles", Json, nullable=False),
    Column("language", Name, nullable=False),
    Column("password_hash", Name),
    Column("password_changed_at", Instant),
    # Sealed under the desk's key; see second_factor.
    Column("totp_sealed", LargeBinary),
    Column("totp_confirmed", Boolean, nullable=False),
    # The last time step that was accepted: a code is good once (RFC 6238 5.2).
    Column("totp_last_step", Integer, nullable=False),
    # Keys the `actor` of statements. Erased with the person: the statements then lead to nobody.
    Column("actor_salt", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("left_at", Instant),
)

sign_in_failures = Table(
    "desk_sign_in_failures",
    metadata,
    # A digest of what was typed, whether or not such a person exists: neither answer nor delay tells them apart.
    Column("login_digest", Name, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
)

sign_ins = Table(
    "desk_sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("person_id", Name, ForeignKey("desk_persons.id")),
    Column("by", Name, nullable=False),
    Column("outcome", Name, nullable=False),
    Column("address", Name),
    Index(None, "person_id"),
    Index(None, "at"),
)

sessions = Table(
    "desk_sessions",
    metadata,
    Column("token_digest", Name, primary_key=True),
    Column("person_id", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Index(None, "person_id"),
)

api_tokens = Table(
    "desk_api_tokens",
    metadata,
    Column("id", Name, primary_key=True),
    # One of the two: the digest of a secret, or the public key with which the program signs its requests (RFC 9421).
    Column("token_digest", Name, unique=True),
    Column("public_key", Name),
    Column("person_id", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("name", Words, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    Index(None, "person_id"),
)

sign_in_links = Table(
    "desk_sign_in_links",
    metadata,
    Column("token_digest", Name, primary_key=True),
    Column("person_id", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("used_at", Instant),
)

supplier_links = Table(
    "desk_supplier_links",
    metadata,
    Column("id", Name, primary_key=True),
    Column("token_digest", Name, nullable=False, unique=True),
    # The statement that asks.
    Column("request", Name, nullable=False),
    Column("created_by", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    # How often it was opened: a link is for one person, and opens no door without end.
    Column("looks", Integer, nullable=False),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    # Whatever was given through it, who says it included: nobody signed it.
    Column("answer", Json),
    Index(None, "request"),
)

notes = Table(
    "desk_notes",
    metadata,
    Column("id", Name, primary_key=True),
    Column("document_id", Name, nullable=False),
    Column("text", Words, nullable=False),
    Column("person_id", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("written_at", Instant, nullable=False),
    Index(None, "document_id", "written_at"),
)

holds = Table(
    "desk_holds",
    metadata,
    Column("id", Name, primary_key=True),
    Column("document_id", Name, nullable=False),
    Column("reason", Words, nullable=False),
    Column("set_by", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("set_at", Instant, nullable=False),
    # A hold that was lifted stays, with who lifted it and why.
    Column("lifted_by", Name, ForeignKey("desk_persons.id")),
    Column("lifted_at", Instant),
    Column("lifted_why", Words),
    Index(None, "document_id"),
)

drafts = Table(
    "desk_drafts",
    metadata,
    Column("id", Name, primary_key=True),
    Column("kind", Name, nullable=False),
    Column("title", Words, nullable=False),
    Column("content", Json, nullable=False),
    Column("sources", Json, nullable=False),
    # Rises with each save; a save that names another one is refused, so that nobody's work is lost.
    Column("version", Integer, nullable=False),
    Column("state", Name, nullable=False),
    # What came of it: the document that was issued from it.
    Column("document_id", Name),
    Column("created_by", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_by", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "kind", "state", "updated_at"),
)

saved_views = Table(
    "desk_saved_views",
    metadata,
    Column("person_id", Name, ForeignKey("desk_persons.id"), primary_key=True),
    Column("page", Name, primary_key=True),
    Column("name", Words, primary_key=True),
    Column("query", Json, nullable=False),
)

inbox_read = Table(
    "desk_inbox_read",
    metadata,
    # The item's id is derived from its statement, so that it outlives a rebuild of the records.
    Column("item_id", Name, primary_key=True),
    Column("person_id", Name, ForeignKey("desk_persons.id"), primary_key=True),
    Column("read_at", Instant, nullable=False),
)

inbox_done = Table(
    "desk_inbox_done",
    metadata,
    Column("item_id", Name, primary_key=True),
    Column("person_id", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("done_at", Instant, nullable=False),
)

# Who is told outside of the portal: a person by e-mail, from when on.
notice_choices = Table(
    "desk_notice_choices",
    metadata,
    Column("person_id", Name, ForeignKey("desk_persons.id"), primary_key=True),
    Column("since", Instant, nullable=False),
)

webhooks = Table(
    "desk_webhooks",
    metadata,
    Column("id", Name, primary_key=True),
    Column("url", Words, nullable=False),
    # Sealed under the desk's key: with it the receiver knows that a notice comes from this member.
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("created_by", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    # Why it ended: removed, or the receiver said that it is gone.
    Column("ended_why", Name),
)

# What is to be told, and what became of it; an item of the inbox has the same id after a rebuild.
notices = Table(
    "desk_notices",
    metadata,
    Column("item_id", Name, primary_key=True),
    # mail:PERSON or hook:WEBHOOK.
    Column("channel", Name, primary_key=True),
    Column("tries", Integer, nullable=False),
    # When it is tried next; None once it is told, settled or given up.
    Column("not_before", Instant),
    # told, settled (nothing waits any more) or given-up.
    Column("outcome", Name),
    Column("last_error", Name),
    Index(None, "not_before"),
)

products = Table(
    "desk_products",
    metadata,
    Column("number", Name, primary_key=True),
    Column("description", Words, nullable=False),
    Column("tariff_code", Name, nullable=False),
    Column("unit", Name, nullable=False),
    Column("origin_country", Name, nullable=False),
    # What each agreement asks of the good (criterion, method, producer ...), as the member's own system says it.
    Column("agreements", Json, nullable=False),
    Column("facts", Json, nullable=False),
    # Number, description and tariff code, folded for search.
    Column("words", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_by", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "tariff_code"),
)

materials = Table(
    "desk_materials",
    metadata,
    Column("product_number", Name, ForeignKey("desk_products.number", ondelete="CASCADE"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("number", Name, nullable=False),
    Column("description", Words, nullable=False),
    Column("tariff_code", Name, nullable=False),
    Column("origin_country", Name, nullable=False),
    Column("originating", Name, nullable=False),
    # Decimals as strings: exact on both databases, as on the wire.
    Column("quantity", Name, nullable=False),
    Column("unit", Name, nullable=False),
    Column("value", Name, nullable=False),
    Column("currency", Name, nullable=False),
    Column("supplier", Words, nullable=False),
    Column("facts", Json, nullable=False),
)

particulars = Table(
    "desk_particulars",
    metadata,
    # One row: what the member says of itself in its documents.
    Column("id", Integer, primary_key=True),
    Column("content", Json, nullable=False),
    Column("updated_by", Name, ForeignKey("desk_persons.id"), nullable=False),
    Column("updated_at", Instant, nullable=False),
)

sequences = Table(
    "desk_sequences",
    metadata,
    # Numbers that are given out once and never again, such as those of entries (19 CFR 142.3a).
    Column("name", Name, primary_key=True),
    Column("next", Integer, nullable=False),
)
