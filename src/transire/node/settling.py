"""Waiting until nothing is under way: for the demo, for tests, and before an orderly stop."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from transire.node.beat import Beat
from transire.node.errors import NotSettled
from transire.node.tenant import Tenant
from transire.vault import acts, journal, outbox

LOOK_EVERY_S = 0.01


def settle(tenants: Sequence[Tenant], beat: Beat, timeout: float) -> None:
    """Return when no tenant has statements that could be anchored now, nor envelopes that wait for an answer."""
    deadline = time.monotonic() + timeout
    names = [tenant.slug for tenant in tenants]
    beat.wake_all()
    while True:
        # One tenant after the other is looked at. Only if no turn was taken meanwhile is that the state of one moment:
        # else what was under way at the last one may have gone over to the first.
        turns = beat.turns_if_quiet(names)
        is_late = time.monotonic() > deadline
        # While a turn is being taken nobody need be asked, and asking would take the processor from it.
        asked = tenants if turns is not None or is_late else ()
        busy = [tenant.slug for tenant in asked if is_busy(tenant, tenant.now())]
        if not busy and turns is not None and turns == beat.turns_if_quiet(names):
            return
        if is_late:
            raise NotSettled(got=", ".join(busy or names), expected=f"nothing under way after {timeout:g} s")
        time.sleep(LOOK_EVERY_S)


def is_busy(tenant: Tenant, now: datetime) -> bool:
    """Whether something of this tenant is still on its way. Unhurried statements that still wait do not count."""
    with tenant.database.reading() as view:
        return bool(
            journal.has_pooled(view, now)
            or journal.pending_pools(view)
            or acts.count_owed(view)
            or outbox.count_under_way(view, now)
        )
