"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "power_of_attorney_0001_first_tables"
down_revision = None
branch_labels = ("power_of_attorney",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authority_grants",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("authority", columns.Name(), nullable=False),
        sa.Column("agent", columns.Name(), nullable=False),
        sa.Column("valid_from", columns.Name(), nullable=False),
        sa.Column("valid_until", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_authority_grants")),
    )
    with op.batch_alter_table("authority_grants", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authority_grants_agent"), ["agent"], unique=False)
        batch_op.create_index(batch_op.f("ix_authority_grants_authority"), ["authority"], unique=False)

    op.create_table(
        "authority_revocations",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("authority", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_authority_revocations")),
    )
    with op.batch_alter_table("authority_revocations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authority_revocations_authority"), ["authority"], unique=False)
