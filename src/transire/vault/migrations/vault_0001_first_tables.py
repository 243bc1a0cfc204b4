"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "vault_0001_first_tables"
down_revision = None
branch_labels = ("vault",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_documents",
        sa.Column("issuer", columns.Name(), nullable=False),
        sa.Column("commitment", columns.Name(), nullable=False),
        sa.Column("document_id", columns.Name(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schema_id", columns.Name(), nullable=False),
        sa.Column("media_types", columns.Json(), nullable=False),
        sa.Column("previous", columns.Name(), nullable=True),
        sa.Column("ciphertext", columns.Name(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("key_name", columns.Name(), nullable=False),
        sa.Column("issued_by", columns.Name(), nullable=True),
        sa.Column("stored_at", columns.Instant(), nullable=False),
        sa.Column("erased_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("issuer", "commitment", name=op.f("pk_vault_documents")),
        sa.UniqueConstraint(
            "issuer", "document_id", "version", name=op.f("uq_vault_documents_issuer_document_id_version")
        ),
    )
    with op.batch_alter_table("vault_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_documents_ciphertext"), ["ciphertext"], unique=False)
        batch_op.create_index(batch_op.f("ix_vault_documents_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vault_documents_schema_id"), ["schema_id"], unique=False)

    op.create_table(
        "vault_pools",
        sa.Column("pool", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("opening", columns.Json(), nullable=False),
        sa.Column("action", sa.LargeBinary(), nullable=False),
        sa.Column("action_id", columns.Name(), nullable=False),
        sa.Column("expires", columns.Instant(), nullable=False),
        sa.Column("state", columns.Name(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.Column("accepted_at", columns.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("pool", name=op.f("pk_vault_pools")),
        sa.UniqueConstraint("action_id", name=op.f("uq_vault_pools_action_id")),
    )
    with op.batch_alter_table("vault_pools", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_pools_state"), ["state"], unique=False)

    op.create_table(
        "vault_statements",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("kind", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("state", columns.Name(), nullable=False),
        sa.Column("ready_at", columns.Instant(), nullable=False),
        sa.Column("pool", columns.Name(), nullable=True),
        sa.Column("pool_index", sa.Integer(), nullable=True),
        sa.Column("path", columns.Json(), nullable=True),
        sa.ForeignKeyConstraint(["pool"], ["vault_pools.pool"], name=op.f("fk_vault_statements_pool")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_vault_statements")),
        sa.UniqueConstraint("id", name=op.f("uq_vault_statements_id")),
    )
    with op.batch_alter_table("vault_statements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_statements_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_vault_statements_pool"), ["pool"], unique=False)
        batch_op.create_index(batch_op.f("ix_vault_statements_state"), ["state"], unique=False)

    op.create_table(
        "vault_about",
        sa.Column("subject", columns.Name(), nullable=False),
        sa.Column("statement", columns.Name(), nullable=False),
        sa.ForeignKeyConstraint(["statement"], ["vault_statements.id"], name=op.f("fk_vault_about_statement")),
        sa.PrimaryKeyConstraint("subject", "statement", name=op.f("pk_vault_about")),
    )
    op.create_table(
        "vault_outbox",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("recipient", columns.Name(), nullable=False),
        sa.Column("statement", columns.Name(), nullable=False),
        sa.Column("attached", columns.Json(), nullable=False),
        sa.Column("documents", columns.Json(), nullable=False),
        sa.Column("purpose", columns.Name(), nullable=False),
        sa.Column("state", columns.Name(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try", columns.Instant(), nullable=False),
        sa.Column("answer", columns.Name(), nullable=True),
        sa.ForeignKeyConstraint(["statement"], ["vault_statements.id"], name=op.f("fk_vault_outbox_statement")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_vault_outbox")),
        sa.UniqueConstraint("statement", "recipient", name=op.f("uq_vault_outbox_statement_recipient")),
    )
    with op.batch_alter_table("vault_outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_outbox_state"), ["state"], unique=False)
