"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "origin_determination_0001_first_tables"
down_revision = None
branch_labels = ("origin_determination",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "origin_claims",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("entry", columns.Name(), nullable=False),
        sa.Column("certification", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "line", name=op.f("pk_origin_claims")),
    )
    with op.batch_alter_table("origin_claims", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_origin_claims_certification"), ["certification"], unique=False)

    op.create_table(
        "origin_determinations",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("determination", columns.Name(), nullable=False),
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("outcome", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_origin_determinations")),
    )
    with op.batch_alter_table("origin_determinations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_origin_determinations_determination"), ["determination"], unique=False)
        batch_op.create_index(batch_op.f("ix_origin_determinations_version"), ["version"], unique=False)

    op.create_table(
        "origin_turns",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("certification", columns.Name(), nullable=False),
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("outcome", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_origin_turns")),
    )
    with op.batch_alter_table("origin_turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_origin_turns_certification"), ["certification"], unique=False)
