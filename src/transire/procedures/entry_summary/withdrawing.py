"""Taking claims back: a correction of the entry without them, with the duty that is then owed worked out.

A claim that turns out invalid is corrected promptly, and the duty paid (19 USC 1592(c)(4)-(5); 19 CFR 182.11(b),
10.583(c)): a prompt and voluntary correction avoids a penalty.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from transire.desk import drafts as desk
from transire.desk.person import Person
from transire.documents.entry import read_entry_summary
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.accepting import filed_entry
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.errors import LineUnknown, LineWithoutClaim
from transire.procedures.entry_summary.filing import examine_draft, keyed_by
from transire.tariff.answer import Totals


class Withdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """A drafted correction without some claims. Money is US dollars; None where duty cannot be computed, never zero."""

    draft_id: str
    lines: tuple[int, ...]
    owed_before: Decimal | None
    owed_after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """What is owed in addition."""
        if self.owed_before is None or self.owed_after is None:
            return None
        return self.owed_after - self.owed_before


def places_of_claims(tenant: Tenant, entry_id: str, lines: Sequence[int]) -> tuple[Totals, dict[int, int]]:
    """What is owed as the entry stands, and the place of each line; refuse a line that claims nothing."""
    with tenant.database.reading() as view:
        entry = read_entry_summary(filed_entry(tenant, view, entry_id)[1].credential)
    places = {line.line_number: place for place, line in enumerate(entry.lines)}
    for number in lines:
        if number not in places:
            raise LineUnknown(got=number)
        if entry.lines[places[number]].claim is None:
            raise LineWithoutClaim(got=number)
    return duty_of(entry).totals, {number: places[number] for number in lines}


def without_claims(tenant: Tenant, person: Person, draft_id: str, owed: Totals, places: dict[int, int]) -> Withdrawal:
    """Clear the claims of a drafted correction, and work out what is owed then."""
    with tenant.transaction() as tx:
        for place in places.values():
            pointer = f"/lines/{place}/claim"
            desk.set_draft_field(tx, person, draft_id, pointer, None, now=tenant.now(), source=keyed_by(person))
        case = examine_draft(tenant, tx, desk.find_draft(tx, draft_id)).case
    after = None if case is None else duty_of(case.entry).totals.total
    return Withdrawal(draft_id=draft_id, lines=tuple(places), owed_before=owed.total, owed_after=after)
