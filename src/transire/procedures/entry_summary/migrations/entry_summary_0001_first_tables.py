"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "entry_summary_0001_first_tables"
down_revision = None
branch_labels = ("entry_summary",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_acceptances",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("entry", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("version", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_entry_acceptances")),
    )
    with op.batch_alter_table("entry_acceptances", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_acceptances_entry"), ["entry"], unique=False)

    op.create_table(
        "entry_answers",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("request", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_entry_answers")),
    )
    with op.batch_alter_table("entry_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_answers_request"), ["request"], unique=False)

    op.create_table(
        "entry_claims",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("certification", columns.Name(), nullable=False),
        sa.Column("certification_version", columns.Name(), nullable=False),
        sa.Column("issued", columns.Name(), nullable=False),
        sa.Column("delivered", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", "line", name=op.f("pk_entry_claims")),
    )
    with op.batch_alter_table("entry_claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_claims_certification"), ["certification"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_entry_claims_certification_version"), ["certification_version"], unique=False
        )

    op.create_table(
        "entry_closings",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("request", columns.Name(), nullable=False),
        sa.Column("outcome", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_entry_closings")),
    )
    with op.batch_alter_table("entry_closings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_closings_request"), ["request"], unique=False)

    op.create_table(
        "entry_examinations",
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("entry", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_entry_examinations")),
    )
    op.create_table(
        "entry_filings",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("entry", columns.Name(), nullable=False),
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("previous", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_entry_filings")),
    )
    with op.batch_alter_table("entry_filings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_filings_entry"), ["entry"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_entry_filings_log_index_position"), ["log_index", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_entry_filings_version"), ["version"], unique=False)

    op.create_table(
        "entry_findings",
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("code", columns.Name(), nullable=False),
        sa.Column("severity", columns.Name(), nullable=False),
        sa.Column("where", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("version", "place", name=op.f("pk_entry_findings")),
    )
    op.create_table(
        "entry_missing",
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("document", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("version", "document", name=op.f("pk_entry_missing")),
    )
    with op.batch_alter_table("entry_missing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_missing_document"), ["document"], unique=False)

    op.create_table(
        "entry_requests",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("entry", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("due_by", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_entry_requests")),
    )
    with op.batch_alter_table("entry_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_requests_entry"), ["entry"], unique=False)
