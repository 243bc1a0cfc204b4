"""Links by which suppliers without an account answer."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "desk_0005_supplier_links"
down_revision = "desk_0004_legal_holds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_supplier_links",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("token_digest", columns.Name(), nullable=False),
        sa.Column("request", columns.Name(), nullable=False),
        sa.Column("created_by", columns.Name(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("ends_at", columns.Instant(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("used_at", columns.Instant(), nullable=True),
        sa.Column("revoked_at", columns.Instant(), nullable=True),
        sa.Column("answer", columns.Json(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["desk_persons.id"], name=op.f("fk_desk_supplier_links_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_supplier_links")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_desk_supplier_links_token_digest")),
    )
    with op.batch_alter_table("desk_supplier_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_supplier_links_request"), ["request"], unique=False)
