"""The rows of the vault: sealed documents, statements with their place on the ledger, and envelopes on their way.

Each table is primary data of its member: what was acknowledged to a person stands here before anything is signed.
Nothing readable of a document is in them; the ciphertexts lie in the blob store under their digest.
"""

from __future__ import annotations

import sqlalchemy as sa

from transire.storage.columns import NAMING, Instant, Json, Name
from transire.storage.migrations import Branch

metadata = sa.MetaData(naming_convention=NAMING)

documents = sa.Table(
    "vault_documents",
    metadata,
    # Both, since a member may state the commitment of another one's document as its own.
    sa.Column("issuer", Name, primary_key=True),
    sa.Column("commitment", Name, primary_key=True),
    sa.Column("document_id", Name, nullable=False, index=True),  # the commitment of the first version
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("schema_id", Name, nullable=False, index=True),
    sa.Column("media_types", Json, nullable=False),
    sa.Column("previous", Name),  # the commitment of the version before
    sa.Column("ciphertext", Name, nullable=False, index=True),  # digest: the name of the blob
    # The content key (the salt lies inside the seal), for this member's own agree key; gone when it was erased.
    sa.Column("wrapped_key", sa.LargeBinary),
    sa.Column("key_name", Name, nullable=False),  # which of its agree keys
    sa.Column("issued_by", Name),  # id of the document.issued statement
    sa.Column("stored_at", Instant, nullable=False),
    sa.Column("erased_at", Instant),
    # It is here by grants alone: when the last of them ends the key goes, and a new grant brings it again.
    sa.Column("by_grant", sa.Boolean, nullable=False, server_default=sa.false(), index=True),
    sa.Column("lapsed_at", Instant),
    # One version of a document has one content: a second one is a contradiction and is refused by name.
    sa.UniqueConstraint("issuer", "document_id", "version"),
    # A version is mostly asked for without its issuer.
    sa.Index(None, "commitment"),
)

tombstones = sa.Table(
    "vault_tombstones",
    metadata,
    # A version that this member destroyed: it is never taken in again, whoever brings it.
    sa.Column("issuer", Name, primary_key=True),
    sa.Column("commitment", Name, primary_key=True),
    sa.Column("destroyed_at", Instant, nullable=False),
)

pools = sa.Table(
    "vault_pools",
    metadata,
    sa.Column("pool", Name, primary_key=True),  # P, as it stands in the witness action
    sa.Column("by", Name, nullable=False),
    sa.Column("opening", Json, nullable=False),
    sa.Column("action", sa.LargeBinary, nullable=False),  # the signed bytes: durable before they are submitted
    sa.Column("action_id", Name, nullable=False, unique=True),
    sa.Column("expires", Instant, nullable=False),
    sa.Column("state", Name, nullable=False, index=True),  # submitted | accepted
    sa.Column("height", sa.BigInteger),
    sa.Column("log_index", sa.BigInteger),
    sa.Column("accepted_at", Instant),
    # Of own pools: every digest of the tree, from which any statement's path is read (`statement.path_of`).
    sa.Column("tree", sa.LargeBinary),
)

statements = sa.Table(
    "vault_statements",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("id", Name, nullable=False, unique=True),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("kind", Name, nullable=False, index=True),
    sa.Column("by", Name, nullable=False),
    sa.Column("own", sa.Boolean, nullable=False),
    sa.Column("state", Name, nullable=False, index=True),  # pooled | submitted | accepted
    sa.Column("ready_at", Instant, nullable=False),  # unhurried kinds wait (LEDGER 11)
    sa.Column("pool", Name, sa.ForeignKey("vault_pools.pool"), index=True),
    sa.Column("pool_index", sa.Integer),
    sa.Column("path", Json),  # RFC 9162 inclusion path to the pool's root; of own statements the pool's tree tells it
)

about = sa.Table(
    "vault_about",
    metadata,
    sa.Column("subject", Name, primary_key=True),  # document or statement that is spoken about
    sa.Column("statement", Name, sa.ForeignKey("vault_statements.id"), primary_key=True),
)

outbox = sa.Table(
    "vault_outbox",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("recipient", Name, nullable=False),
    sa.Column("statement", Name, sa.ForeignKey("vault_statements.id"), nullable=False),
    sa.Column("attached", Json, nullable=False),  # ids of statements that go along as evidence
    sa.Column("documents", Json, nullable=False),  # commitments whose sealed bytes and wrapped keys go along
    sa.Column("purpose", Name, nullable=False),
    sa.Column("state", Name, nullable=False, index=True),  # waiting | delivered | refused | given_up
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_try", Instant, nullable=False),
    sa.Column("answer", Name),  # code of the refusal
    sa.UniqueConstraint("statement", "recipient"),
)

acts = sa.Table(
    "vault_acts",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("action", Name, nullable=False),
    sa.Column("subject", Name, nullable=False),  # what it is done to, once: a version that ends
    sa.Column("body", Json, nullable=False),
    sa.Column("raw", sa.LargeBinary),  # the signed bytes: durable before they are submitted
    sa.Column("action_id", Name),
    sa.Column("state", Name, nullable=False, index=True),  # owed | done | refused
    sa.Column("answer", Name),  # code of the refusal
    sa.UniqueConstraint("action", "subject"),
)

BRANCH = Branch.beside(__file__, "vault", metadata)
