"""Legal holds: documents that must not be destroyed, by whose word and why."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "desk_0004_legal_holds"
down_revision = "desk_0003_tokens_with_a_public_key"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_holds",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("document_id", columns.Name(), nullable=False),
        sa.Column("reason", columns.Words(), nullable=False),
        sa.Column("set_by", columns.Name(), nullable=False),
        sa.Column("set_at", columns.Instant(), nullable=False),
        sa.Column("lifted_by", columns.Name(), nullable=True),
        sa.Column("lifted_at", columns.Instant(), nullable=True),
        sa.Column("lifted_why", columns.Words(), nullable=True),
        sa.ForeignKeyConstraint(["set_by"], ["desk_persons.id"], name=op.f("fk_desk_holds_set_by")),
        sa.ForeignKeyConstraint(["lifted_by"], ["desk_persons.id"], name=op.f("fk_desk_holds_lifted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_holds")),
    )
    op.create_index("ix_desk_holds_document_id", "desk_holds", ["document_id"])
