"""${message}."""

import sqlalchemy as sa
from alembic import op

from transire.storage import columns

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
${"    " + "\n".join(line for line in upgrades.splitlines() if "# ###" not in line).strip()}
