"""All rows of the fault suite (ENGINE.md 6)."""

from __future__ import annotations

import fault_rows
import fault_rows_around
import fault_rows_inside
import fault_rows_offline
from fault_scene import Row

SUITE: dict[int, Row] = {
    row.number: row
    for rows in (fault_rows.ROWS, fault_rows_inside.ROWS, fault_rows_around.ROWS, fault_rows_offline.ROWS)
    for row in rows
}
FIRST = (*range(1, 9), *range(11, 15), 19, 9, 10, 15, 16, 17, 18)
"""The order in which they are run: what a network lives through most often comes first."""
