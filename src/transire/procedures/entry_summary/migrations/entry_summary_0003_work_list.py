"""The work list: a row an entry, the lines of each version, turned determinations, and notes to the filer.

Rows and lines follow from what stands: they are made by the next examination, which is asked for here. Turns of before
are taken from where they were kept until now, in a database that has them.
"""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "entry_summary_0003_work_list"
down_revision = "entry_summary_0002_sought"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_lines",
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("description", columns.Words(), nullable=False),
        sa.Column("tariff_number", columns.Name(), nullable=False),
        sa.Column("origin", columns.Name(), nullable=False),
        sa.Column("programme", columns.Name(), nullable=True),
        sa.Column("good", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("version", "line", name=op.f("pk_entry_lines")),
    )
    with op.batch_alter_table("entry_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_lines_programme_version"), ["programme", "version"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_entry_lines_tariff_number_version"), ["tariff_number", "version"], unique=False
        )

    op.create_table(
        "entry_remarks",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("entry", columns.Name(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_entry_remarks")),
    )
    with op.batch_alter_table("entry_remarks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_remarks_entry"), ["entry"], unique=False)

    op.create_table(
        "entry_turns",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("outcome", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_entry_turns")),
    )
    with op.batch_alter_table("entry_turns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_turns_version"), ["version"], unique=False)

    op.create_table(
        "entry_work",
        sa.Column("entry", columns.Name(), nullable=False),
        sa.Column("version", columns.Name(), nullable=False),
        sa.Column("previous", columns.Name(), nullable=True),
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("asked_since", sa.Integer(), nullable=False),
        sa.Column("due_by", columns.Name(), nullable=True),
        sa.Column("errors", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_entry_work")),
    )
    with op.batch_alter_table("entry_work", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_work_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_work_due_by_entry"), ["due_by", "entry"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_entry_work_log_index_position_entry"), ["log_index", "position", "entry"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_entry_work_statement_id"), ["statement_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_work_version"), ["version"], unique=False)

    with op.batch_alter_table("entry_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entry_findings_code_version"), ["code", "version"], unique=False)

    if sa.inspect(op.get_bind()).has_table("origin_turns"):
        columns_of_a_turn = 'statement_id, "by", log_index, position, accepted_at, version, good, outcome'
        op.execute(f"INSERT INTO entry_turns ({columns_of_a_turn}) SELECT {columns_of_a_turn} FROM origin_turns")  # noqa: S608 - our own words
    op.execute("DELETE FROM entry_examinations")
