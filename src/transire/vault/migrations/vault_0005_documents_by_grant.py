"""Documents that are here by grants alone, whose keys go when the last of them ends."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "vault_0005_documents_by_grant"
down_revision = "vault_0004_trees_of_pools"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vault_documents", sa.Column("by_grant", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("vault_documents", sa.Column("lapsed_at", columns.Instant(), nullable=True))
    op.create_index("ix_vault_documents_by_grant", "vault_documents", ["by_grant"])
