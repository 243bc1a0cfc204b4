"""Trees of pools: the path of an own statement is read from its pool's tree, and no longer written for each of them."""

import sqlalchemy as sa
from alembic import op

revision = "vault_0004_trees_of_pools"
down_revision = "vault_0003_versions_by_commitment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("vault_pools", sa.Column("tree", sa.LargeBinary))
