"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "origin_certification_0001_first_tables"
down_revision = None
branch_labels = ("origin_certification",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "certification_notices",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("certification", columns.Name(), nullable=False),
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("successor", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_certification_notices")),
    )
    with op.batch_alter_table("certification_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certification_notices_certification"), ["certification"], unique=False)
        batch_op.create_index(batch_op.f("ix_certification_notices_version"), ["version"], unique=False)
