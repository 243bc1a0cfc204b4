"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "records_0001_first_tables"
down_revision = None
branch_labels = ("records",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records_about",
        sa.Column("subject", columns.Name(), nullable=False),
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "statement_id", name=op.f("pk_records_about")),
    )
    with op.batch_alter_table("records_about", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_about_statement_id"), ["statement_id"], unique=False)

    op.create_table(
        "records_deliveries",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("commitment", columns.Name(), nullable=False),
        sa.Column("issuer", columns.Name(), nullable=True),
        sa.Column("document_id", columns.Name(), nullable=False),
        sa.Column("member", columns.Name(), nullable=False),
        sa.Column("event", columns.Name(), nullable=False),
        sa.Column("code", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", "commitment", name=op.f("pk_records_deliveries")),
    )
    with op.batch_alter_table("records_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_deliveries_commitment"), ["commitment"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_deliveries_document_id"), ["document_id"], unique=False)

    op.create_table(
        "records_documents",
        sa.Column("issuer", columns.Name(), nullable=False),
        sa.Column("commitment", columns.Name(), nullable=False),
        sa.Column("document_id", columns.Name(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schema_id", columns.Name(), nullable=False),
        sa.Column("previous", columns.Name(), nullable=True),
        sa.Column("issued_statement", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", columns.Words(), nullable=False),
        sa.Column("words", columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "commitment", name=op.f("pk_records_documents")),
    )
    with op.batch_alter_table("records_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_documents_document_id"), ["document_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_records_documents_log_index_position"), ["log_index", "position"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_records_documents_schema_id_log_index"), ["schema_id", "log_index"], unique=False
        )

    op.create_table(
        "records_endings",
        sa.Column("issuer", columns.Name(), nullable=False),
        sa.Column("commitment", columns.Name(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("successor", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("issuer", "commitment", name=op.f("pk_records_endings")),
    )
    op.create_table(
        "records_fields",
        sa.Column("issuer", columns.Name(), nullable=False),
        sa.Column("commitment", columns.Name(), nullable=False),
        sa.Column("name", columns.Name(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("value", columns.Words(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "commitment", "name", "place", name=op.f("pk_records_fields")),
    )
    with op.batch_alter_table("records_fields", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_records_fields_name_value_issuer_commitment"),
            ["name", "value", "issuer", "commitment"],
            unique=False,
        )

    op.create_table(
        "records_inbox",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("kind", columns.Name(), nullable=False),
        sa.Column("params", columns.Json(), nullable=False),
        sa.Column("document_id", columns.Name(), nullable=True),
        sa.Column("statement_id", columns.Name(), nullable=True),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("due_at", columns.Instant(), nullable=True),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_inbox")),
    )
    with op.batch_alter_table("records_inbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_inbox_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_inbox_statement_id"), ["statement_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_records_inbox_urgency_log_index_id"), ["urgency", "log_index", "id"], unique=False
        )

    op.create_table(
        "records_progress",
        sa.Column("name", columns.Name(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_records_progress")),
    )
    op.create_table(
        "records_resolutions",
        sa.Column("item_id", columns.Name(), nullable=False),
        sa.Column("settled_by", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "settled_by", name=op.f("pk_records_resolutions")),
    )
    op.create_table(
        "records_statements",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("kind", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("height", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("arrival", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_statements")),
    )
    with op.batch_alter_table("records_statements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_records_statements_by_log_index"), ["by", "log_index"], unique=False)
        batch_op.create_index(batch_op.f("ix_records_statements_kind_log_index"), ["kind", "log_index"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_records_statements_log_index_position"), ["log_index", "position"], unique=False
        )
