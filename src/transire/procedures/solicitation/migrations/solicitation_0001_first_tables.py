"""First tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "solicitation_0001_first_tables"
down_revision = None
branch_labels = ("solicitation",)
depends_on = None


def _of_statement() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("by", columns.Name(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("accepted_at", columns.Instant(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "solicitation_requests",
        *_of_statement(),
        sa.Column("supplier", columns.Name(), nullable=True),
        sa.Column("supplier_name", columns.Words(), nullable=False),
        sa.Column("agreement", columns.Name(), nullable=False),
        sa.Column("valid_from", columns.Name(), nullable=False),
        sa.Column("valid_until", columns.Name(), nullable=False),
        sa.Column("answer_by", columns.Name(), nullable=False),
        sa.Column("remind_every", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_solicitation_requests")),
    )
    with op.batch_alter_table("solicitation_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solicitation_requests_by"), ["by"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_solicitation_requests_log_index_position"), ["log_index", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_solicitation_requests_supplier"), ["supplier"], unique=False)
    op.create_table(
        "solicitation_goods",
        sa.Column("statement_id", columns.Name(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "place", name=op.f("pk_solicitation_goods")),
    )
    op.create_table(
        "solicitation_reminders",
        *_of_statement(),
        sa.Column("request", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_solicitation_reminders")),
    )
    with op.batch_alter_table("solicitation_reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solicitation_reminders_request"), ["request"], unique=False)
    op.create_table(
        "solicitation_answers",
        *_of_statement(),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("request", columns.Name(), nullable=False),
        sa.Column("number", columns.Name(), nullable=False),
        sa.Column("says", columns.Name(), nullable=False),
        sa.Column("reason", columns.Name(), nullable=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "place", name=op.f("pk_solicitation_answers")),
    )
    with op.batch_alter_table("solicitation_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solicitation_answers_request"), ["request"], unique=False)
    op.create_table(
        "solicitation_withdrawals",
        *_of_statement(),
        sa.Column("request", columns.Name(), nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_solicitation_withdrawals")),
    )
    with op.batch_alter_table("solicitation_withdrawals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_solicitation_withdrawals_request"), ["request"], unique=False)
