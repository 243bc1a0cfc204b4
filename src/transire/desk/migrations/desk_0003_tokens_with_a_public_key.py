"""Tokens with a public key."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = "desk_0003_tokens_with_a_public_key"
down_revision = "desk_0002_particulars_and_sequences"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("desk_api_tokens", schema=None) as batch_op:
        batch_op.add_column(sa.Column("public_key", columns.Name(), nullable=True))
        batch_op.alter_column("token_digest", existing_type=sa.TEXT(), nullable=True)
