"""Remember what each examination looked for. Those before did not: they are made again after the next start."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "entry_summary_0002_sought"
down_revision = "entry_summary_0001_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_sought",
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("name", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("version", "name", name=op.f("pk_entry_sought")),
    )
    with op.batch_alter_table("entry_sought", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_sought_name"), ["name"], unique=False)

    with op.batch_alter_table("entry_missing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_missing_document"))

    op.drop_table("entry_missing")
    op.execute("DELETE FROM entry_examinations")
