"""Acts."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "vault_0002_acts"
down_revision = "vault_0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_acts",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("action", columns.Name(), nullable=False),
        sa.Column("subject", columns.Name(), nullable=False),
        sa.Column("body", columns.Json(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("action_id", columns.Name(), nullable=True),
        sa.Column("state", columns.Name(), nullable=False),
        sa.Column("answer", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_vault_acts")),
        sa.UniqueConstraint("action", "subject", name=op.f("uq_vault_acts_action_subject")),
    )
    with op.batch_alter_table("vault_acts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vault_acts_state"), ["state"], unique=False)
