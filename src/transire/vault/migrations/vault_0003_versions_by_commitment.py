"""Versions by commitment: a version is mostly asked for without its issuer, which the primary key begins with."""

from alembic import op

revision = "vault_0003_versions_by_commitment"
down_revision = "vault_0002_acts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_vault_documents_commitment", "vault_documents", ["commitment"])
