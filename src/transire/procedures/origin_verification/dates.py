"""Last days as calendar files: those of one entry by law, and everything that a member waits for or is waited for."""

from __future__ import annotations

from datetime import date
from typing import Final

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.clocks import dates_of_entry
from transire.procedures.ical import LastDay, calendar
from transire.procedures.origin_verification.gathering import ledger_time, standing_entry, steps_of
from transire.procedures.origin_verification.lists import verification_list
from transire.procedures.origin_verification.stages import OPENING, asked_of_steps

_TITLES: Final = {
    "request": "answer to customs",
    "certifier": "answer of the certifier to customs",
    "visit": "consent to a verification visit",
    "notice": "answer to a proposed action",
    "limit": "determination by customs",
}


def entry_calendar(tenant: Tenant, person: Person, entry_id: str, *, origin: str) -> bytes:
    """The dates that the law sets for an entry, and the last days of what customs asked about it and nobody answered.

    `origin` is the address of the portal, for the link that each day carries.
    """
    require(person, "requests.read")
    with tenant.database.reading() as view:
        entry, now = standing_entry(tenant, view, entry_id), ledger_time(tenant)
        number, steps = entry.content.entry_number, steps_of(view, entry_id)
    address = f"{origin}/m/{tenant.slug}/entries/{entry_id}/verification"
    days = [
        LastDay(
            uid=f"{entry_id}.{clock.clock}",
            day=clock.due,
            title=f"Entry {number}: {clock.title}",
            citation=clock.citation if clock.confirmed else f"{clock.citation} (practice, not read in the law)",
            address=address,
        )
        for clock in dates_of_entry(entry.content.entry_date, entry.content.import_date)
    ]
    for step in steps:
        asked = asked_of_steps(steps, step.statement_id) if step.kind in OPENING else None
        if asked is not None and asked.is_open:
            title = f"Entry {number}, line {step.line}: answer to customs"
            days.append(_asked(step.statement_id, asked.due_by, title, tenant, origin))
    return calendar(days, name=f"Entry {number}", stamp=now)


def waiting_calendar(tenant: Tenant, person: Person, *, origin: str) -> bytes:
    """The last day of everything that waits in this member's verifications."""
    require(person, "requests.read")
    with tenant.database.reading() as view:
        listed, now = verification_list(tenant, view), ledger_time(tenant)
    days = []
    for row in listed.rows:
        if row.due is None:
            continue
        name = row.entry_number or row.entry[:12]
        title = f"Entry {name}, line {row.line}: {_TITLES[row.kind]}"
        if row.statement_id is not None:
            days.append(_asked(row.statement_id, row.due, title, tenant, origin))
        else:
            uid = f"{row.entry}.{row.line}.{row.kind}"
            address = f"{origin}/m/{tenant.slug}/entries/{row.entry}/verification"
            days.append(LastDay(uid=uid, day=row.due, title=title, citation="19 CFR 182.75(b)", address=address))
    return calendar(days, name=f"{tenant.name}: verifications", stamp=now)


def _asked(statement_id: str, day: date, title: str, tenant: Tenant, origin: str) -> LastDay:
    address = f"{origin}/m/{tenant.slug}/requests/{statement_id}"
    return LastDay(uid=statement_id, day=day, title=title, citation="the last day that customs named", address=address)
