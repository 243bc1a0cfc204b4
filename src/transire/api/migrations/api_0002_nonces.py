"""Nonces."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "api_0002_nonces"
down_revision = "api_0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_nonces",
        sa.Column("key_id", columns.Name(), nullable=False),
        sa.Column("nonce", columns.Name(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce", name=op.f("pk_api_nonces")),
    )
    with op.batch_alter_table("api_nonces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_nonces_ends_at"), ["ends_at"], unique=False)
