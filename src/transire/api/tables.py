"""The rows that the API keeps of a member: what came of requests that carry an Idempotency-Key, and spent nonces."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, Table

from transire.storage.columns import NAMING, Instant, Json, Name
from transire.storage.migrations import Branch

metadata = MetaData(naming_convention=NAMING)
BRANCH = Branch.beside(__file__, "api", metadata)

requests = Table(
    "api_requests",
    metadata,
    Column("person_id", Name, primary_key=True),
    Column("key", Name, primary_key=True),
    # Of method, address, media type and body: the same key may repeat only the same request.
    Column("digest", Name, nullable=False),
    Column("begun_at", Instant, nullable=False),
    # None while it is under way, or after the node was stopped in its midst.
    Column("status", Integer),
    Column("headers", Json),
    Column("body", LargeBinary),
    Index(None, "begun_at"),
)

nonces = Table(
    "api_nonces",
    metadata,
    # Of signed requests (RFC 9421): each was good for one request, and is kept until its signature has ended.
    Column("key_id", Name, primary_key=True),
    Column("nonce", Name, primary_key=True),
    Column("ends_at", Instant, nullable=False),
    Index(None, "ends_at"),
)
