"""What must start at once does not load what is slow."""

from __future__ import annotations

import subprocess
import sys

import pytest

CHECK = """
import sys
import {module}
slow = {{"sqlalchemy", "alembic", "obstore", "psycopg"}} & set(sys.modules)
sys.exit(f"loaded {{sorted(slow)}}" if slow else 0)
"""


@pytest.mark.parametrize(
    "module",
    [
        "transire.storage",
        "transire.storage.errors",
        "transire.storage.blobs",
        "transire.desk",
        "transire.desk.errors",
        "transire.desk.permissions",
        "transire.records",
        "transire.records.rows",
    ],
)
def test_nothing_slow_is_loaded(module):
    done = subprocess.run([sys.executable, "-c", CHECK.format(module=module)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_opening_a_database_loads_no_migrations():
    code = "import sys, transire.storage.database, transire.storage.migrations; sys.exit('alembic' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
