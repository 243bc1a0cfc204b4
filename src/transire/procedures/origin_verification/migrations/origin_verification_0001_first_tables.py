"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "origin_verification_0001_first_tables"
down_revision = None
branch_labels = ("origin_verification",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verification_steps",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("kind", columns.Name(), nullable=False),
        sa.Column("entry", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("of", columns.Name(), nullable=True),
        sa.Column("document", columns.Name(), nullable=True),
        sa.Column("due_by", columns.Name(), nullable=True),
        sa.Column("outcome", columns.Name(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_verification_steps")),
    )
    with op.batch_alter_table("verification_steps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verification_steps_entry"), ["entry"], unique=False)
        batch_op.create_index(batch_op.f("ix_verification_steps_of"), ["of"], unique=False)

    op.create_table(
        "verification_reminders",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("kind", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "kind", name=op.f("pk_verification_reminders")),
    )
