"""Grants: who may read which version, for what, until when; and what ended them."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "records_0003_grants"
down_revision = "records_0002_versions_by_commitment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "records_grants",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("document_id", columns.Name(), nullable=False),
        sa.Column("commitment", columns.Name(), nullable=False),
        sa.Column("issuer", columns.Name(), nullable=False),
        sa.Column("grantor", columns.Name(), nullable=False),
        sa.Column("recipient", columns.Name(), nullable=False),
        sa.Column("purpose", columns.Name(), nullable=False),
        sa.Column("authority", columns.Words(), nullable=True),
        sa.Column("expires", columns.Instant(), nullable=True),
        sa.Column("may_delegate", sa.Boolean(), nullable=False),
        sa.Column("under", columns.Name(), nullable=True),
        sa.Column("replaces", columns.Name(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_grants")),
    )
    for name in ("document_id", "commitment", "expires"):
        op.create_index(f"ix_records_grants_{name}", "records_grants", [name])
    op.create_table(
        "records_grant_endings",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("grant", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("reason", columns.Words(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records_grant_endings")),
    )
    op.create_index("ix_records_grant_endings_grant", "records_grant_endings", ["grant"])
