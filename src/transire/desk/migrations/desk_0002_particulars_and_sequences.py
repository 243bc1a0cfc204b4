"""Particulars and sequences."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "desk_0002_particulars_and_sequences"
down_revision = "desk_0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_sequences",
        sa.Column("name", columns.Name(), nullable=False),
        sa.Column("next", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_desk_sequences")),
    )
    op.create_table(
        "desk_particulars",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", columns.Json(), nullable=False),
        sa.Column("updated_by", columns.Name(), nullable=False),
        sa.Column("updated_at", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["updated_by"], ["desk_persons.id"], name=op.f("fk_desk_particulars_updated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_particulars")),
    )
