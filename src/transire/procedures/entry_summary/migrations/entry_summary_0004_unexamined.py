"""What waits to be examined, instead of what was examined: it is asked for at every turn, and is short."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "entry_summary_0004_unexamined"
down_revision = "entry_summary_0003_work_list"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_unexamined",
        sa.Column("version", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_entry_unexamined")),
    )
    op.execute(
        "INSERT INTO entry_unexamined (version) SELECT DISTINCT version FROM entry_filings"
        " WHERE version NOT IN (SELECT version FROM entry_examinations)"
    )
    op.drop_table("entry_examinations")
