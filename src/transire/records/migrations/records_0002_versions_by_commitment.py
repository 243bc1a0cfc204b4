"""Versions by commitment: a version is mostly asked for without its issuer, which the primary key begins with."""

from alembic import op

revision = "records_0002_versions_by_commitment"
down_revision = "records_0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_records_documents_commitment", "records_documents", ["commitment"])
