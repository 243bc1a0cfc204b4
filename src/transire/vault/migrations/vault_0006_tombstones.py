"""Tombstones: versions that were destroyed and are never taken in again."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "vault_0006_tombstones"
down_revision = "vault_0005_documents_by_grant"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vault_tombstones",
        sa.Column("issuer", columns.Name(), nullable=False),
        sa.Column("commitment", columns.Name(), nullable=False),
        sa.Column("destroyed_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "commitment", name=op.f("pk_vault_tombstones")),
    )
