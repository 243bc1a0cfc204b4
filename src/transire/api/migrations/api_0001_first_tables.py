"""First tables."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "api_0001_first_tables"
down_revision = None
branch_labels = ("api",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_requests",
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("key", columns.Name(), nullable=False),
        sa.Column("digest", columns.Name(), nullable=False),
        sa.Column("begun_at", columns.Instant(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", columns.Json(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_api_requests")),
    )
    with op.batch_alter_table("api_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_requests_begun_at"), ["begun_at"], unique=False)
