"""Notices outside of the portal: who is told, the addresses of programs, and what became of each notice."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "desk_0006_notices"
down_revision = "desk_0005_supplier_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_notice_choices",
        sa.Column("person_id", columns.Name(), nullable=False),
        sa.Column("since", columns.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["desk_persons.id"], name=op.f("fk_desk_notice_choices_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_desk_notice_choices")),
    )
    op.create_table(
        "desk_webhooks",
        sa.Column("id", columns.Name(), nullable=False),
        sa.Column("url", columns.Words(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_by", columns.Name(), nullable=False),
        sa.Column("created_at", columns.Instant(), nullable=False),
        sa.Column("ended_at", columns.Instant(), nullable=True),
        sa.Column("ended_why", columns.Name(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["desk_persons.id"], name=op.f("fk_desk_webhooks_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_webhooks")),
    )
    op.create_table(
        "desk_notices",
        sa.Column("item_id", columns.Name(), nullable=False),
        sa.Column("channel", columns.Name(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", columns.Instant(), nullable=True),
        sa.Column("outcome", columns.Name(), nullable=True),
        sa.Column("last_error", columns.Name(), nullable=True),
        sa.PrimaryKeyConstraint("item_id", "channel", name=op.f("pk_desk_notices")),
    )
    with op.batch_alter_table("desk_notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_desk_notices_not_before"), ["not_before"], unique=False)
