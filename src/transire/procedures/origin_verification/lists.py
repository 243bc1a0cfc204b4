"""The list of last days: everything that waits in verifications, the first to be over first; and what it counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec
import sqlalchemy as sa

from transire.node.tenant import Tenant
from transire.procedures.clocks import end_of
from transire.procedures.origin_verification import statements as s
from transire.procedures.origin_verification import tables as t
from transire.procedures.origin_verification.gathering import find_entry, ledger_time, steps_of
from transire.procedures.origin_verification.stages import ClaimCase, case_of_steps, days_left

SOON_DAYS = 7
SHOWN = 200

RowKind = Literal["request", "certifier", "visit", "notice", "limit", "review"]

_KINDS: dict[str, RowKind] = {
    s.ASKED.name: "request",
    s.CERTIFIER_ASKED.name: "certifier",
    s.VISIT.name: "visit",
    s.PROPOSED.name: "notice",
}


class VerificationRow(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that waits: an answer, a visit, a notice; for customs also its own limit, and answers to look at.

    `statement_id` is None where nothing was stated that could be opened: the limit of a determination.
    """

    kind: RowKind
    entry: str
    entry_number: str | None
    line: int
    description: str
    party: str
    statement_id: str | None
    due: date | None
    days_left: int | None
    overdue: bool
    ours: bool


class VerificationCounts(msgspec.Struct, frozen=True, kw_only=True):
    """The counters above the list; `review` are answers that customs has not closed or decided yet."""

    waiting: int
    soon: int
    overdue: int
    review: int


class VerificationList(msgspec.Struct, frozen=True, kw_only=True):
    """What waits, the first last day first, and the counters over all of it."""

    rows: tuple[VerificationRow, ...]
    counts: VerificationCounts


def verification_list(tenant: Tenant, tx: sa.Connection) -> VerificationList:
    """Everything that waits for this member or for others in verifications that it knows of."""
    now = ledger_time(tenant)
    rows = [row for entry in _entries(tx) for row in _rows(tenant, tx, entry, now)]
    rows.sort(key=lambda row: (row.due or date.max, row.entry, row.line))
    waiting = [row for row in rows if row.kind != "review"]
    counts = VerificationCounts(
        waiting=len(waiting),
        soon=sum(1 for row in waiting if not row.overdue and (row.days_left or 0) <= SOON_DAYS),
        overdue=sum(1 for row in waiting if row.overdue),
        review=len(rows) - len(waiting),
    )
    return VerificationList(rows=tuple(rows[:SHOWN]), counts=counts)


def _entries(tx: sa.Connection) -> list[str]:
    """The entries with a claim that was asked about and is not decided."""
    of, decided = t.steps.c, t.steps.alias("decided")
    has_line = sa.and_(decided.c.entry == of.entry, decided.c.line == of.line, decided.c.kind == s.DECIDED.name)
    query = sa.select(of.entry).where(of.kind.in_(_KINDS), ~sa.select(decided.c.line).where(has_line).exists())
    return list(tx.execute(query.distinct()).scalars())


def _rows(tenant: Tenant, tx: sa.Connection, entry_id: str, now: datetime) -> Iterable[VerificationRow]:
    steps, entry = steps_of(tx, entry_id), find_entry(tenant, tx, entry_id)
    lines = {} if entry is None else {line.line_number: line for line in entry.content.lines}
    for number in sorted({step.line for step in steps if step.line is not None}):
        claim = lines[number].claim if number in lines else None
        case = case_of_steps(
            steps,
            entry_id,
            number,
            agreement="" if claim is None else claim.agreement,
            certified_by_other=True,
        )
        if case.decided is None:
            seen = _Seen(
                entry=entry_id,
                number=None if entry is None else entry.content.entry_number,
                description=lines[number].description if number in lines else "",
                filer="" if entry is None else tenant.name_of(entry.filer),
            )
            yield from _rows_of_case(tenant, case, seen, now)


class _Seen(msgspec.Struct, frozen=True, kw_only=True):
    entry: str
    number: str | None
    description: str
    filer: str


def _rows_of_case(tenant: Tenant, case: ClaimCase, seen: _Seen, now: datetime) -> Iterable[VerificationRow]:
    by_us = any(asked.step.by == tenant.did for asked in (*case.requests, *case.visits, *case.proposals))
    for asked in case.waiting:
        yield _row(case, seen, _KINDS[asked.step.kind], asked.step.statement_id, asked.due_by, now, ours=not by_us)
    if not by_us:
        return
    for asked in case.requests:
        if asked.answers and asked.closing is None:
            yield _row(case, seen, "review", asked.step.statement_id, None, now, ours=True)
    limit = case.limit()
    if limit is not None:
        yield _row(case, seen, "limit", None, limit.due, now, ours=True)


def _row(
    case: ClaimCase,
    seen: _Seen,
    kind: RowKind,
    statement_id: str | None,
    last: date | None,
    now: datetime,
    *,
    ours: bool,
) -> VerificationRow:
    return VerificationRow(
        kind=kind,
        entry=case.entry,
        entry_number=seen.number,
        line=case.line,
        description=seen.description,
        party=seen.filer,
        statement_id=statement_id,
        due=last,
        days_left=None if last is None else days_left(last, now),
        overdue=last is not None and now >= end_of(last),
        ours=ours,
    )
