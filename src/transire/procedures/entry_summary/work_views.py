"""The filter of the work list as words of an address, and the views of it that a person keeps under a name.

Saved views are primary data of the person, on the desk: backed up, and not touched when the records are rebuilt.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from transire.desk import saved_views
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.errors import WorkFilterUnsuitable
from transire.procedures.entry_summary.worklist import STATES, WorkFilter

PAGE = "work"
"""The name under which the desk keeps views of this list."""
NAMES = WorkFilter.__struct_fields__
LONGEST = 300
"""Characters of one field: as long as a DID may be."""
MOST_VIEWS = 50


def read_filter(asked: Mapping[str, str]) -> WorkFilter:
    """The filter that these words ask for; empty ones ask for nothing, and an unknown state is refused.

    >>> read_filter({"state": "overdue", "since": "2026-11-01", "importer": ""})
    WorkFilter(state='overdue', importer='', filer='', programme='', tariff_number='', check='', \
since=datetime.date(2026, 11, 1), until=None)
    """
    words = {name: text for name in NAMES if (text := asked.get(name, "").strip())}
    for name, text in words.items():
        if len(text) > LONGEST or "\x00" in text:
            raise WorkFilterUnsuitable(got=text[:40], expected=f"at most {LONGEST} characters", where=name)
    state = words.pop("state", STATES[0])
    if state not in STATES:
        raise WorkFilterUnsuitable(got=state[:40], expected=", ".join(STATES), where="state")
    days = {name: _day(name, words.pop(name, "")) for name in ("since", "until")}
    return msgspec.convert({"state": state, **words, **days}, WorkFilter)


def write_filter(wanted: WorkFilter) -> dict[str, str]:
    """The words that ask for this filter, without those that ask for nothing.

    >>> write_filter(WorkFilter(state="due", since=date(2026, 11, 1)))
    {'state': 'due', 'since': '2026-11-01'}
    """
    return {name: str(value) for name in NAMES if (value := getattr(wanted, name))}


def save_work_view(tenant: Tenant, person: Person, name: str, wanted: WorkFilter) -> None:
    """Keep a filter under a name; one of that name is replaced."""
    require(person, "views.save")
    with tenant.transaction() as tx:
        kept = saved_views.saved_views(tx, person, PAGE)
        if len(kept) >= MOST_VIEWS and name.strip() not in kept:
            raise WorkFilterUnsuitable(got=len(kept) + 1, expected=f"at most {MOST_VIEWS} saved views", where="name")
        saved_views.save_view(tx, person, PAGE, name, write_filter(wanted))


def work_views(tenant: Tenant, person: Person) -> dict[str, dict[str, str]]:
    """The person's views: name to the words of the filter."""
    require(person, "entries.read")
    with tenant.database.reading() as view:
        return saved_views.saved_views(view, person, PAGE)


def remove_work_view(tenant: Tenant, person: Person, name: str) -> None:
    """Forget a view."""
    require(person, "views.save")
    with tenant.transaction() as tx:
        saved_views.remove_view(tx, person, PAGE, name)


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WorkFilterUnsuitable(got=text[:40], expected="a day such as 2026-11-22", where=name) from error
