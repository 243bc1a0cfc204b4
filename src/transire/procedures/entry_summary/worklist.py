"""The officer's work list: the entries that are new, due, overdue, answered or flagged, filtered, page by page.

A page is read from one row an entry (`standing`), by key and not by offset; what an officer has to know of each line is
read for the entries of that page alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.errors import WorkFilterUnsuitable
from transire.procedures.entry_summary.flags import ended_claims, flagged_filings, turned_claims
from transire.records import tables as records
from transire.records.cursor import Page, SortKey, page_size, read_cursor, write_cursor
from transire.records.documents import first_values
from transire.records.errors import CursorInvalid
from transire.records.export import csv_row
from transire.storage.folding import folded
from transire.storage.listed import listed

WorkState = Literal["open", "new", "due", "overdue", "answered", "flagged", "checks", "accepted", "all"]
STATES: tuple[WorkState, ...] = get_args(WorkState)

SHOWN = ("entryNumber", "importDate", "importer/name", "totalEnteredValue")
IMPORTER = "importer/name"

_w, _l, _f = t.work.c, t.lines.c, records.fields.c


class WorkFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; every condition that is set must hold.

    `importer` are words of its name, `filer` the DID of who filed, `tariff_number` the beginning of a number, `check` a
    code of the checks, `programme` an indicator that a line claims. `since` and `until` are days of filing, in UTC.
    """

    state: WorkState = "open"
    importer: str = ""
    filer: str = ""
    programme: str = ""
    tariff_number: str = ""
    check: str = ""
    since: date | None = None
    until: date | None = None


class WorkLine(msgspec.Struct, frozen=True, kw_only=True):
    """A claim of an entry: what is declared, and where it stands. `ended`: its certification has ended; `turned`: the
    determination behind its good has."""

    line: int
    description: str
    tariff_number: str
    programme: str
    accepted: bool
    ended: bool
    turned: bool


class WorkRow(msgspec.Struct, frozen=True, kw_only=True):
    """An entry on the list. `asked` and `answered` count requests that are not closed."""

    entry: str
    version: str
    statement_id: str
    entry_number: str
    importer: str
    filer: str
    import_date: str
    total_entered_value: str
    filed_at: datetime
    corrected: bool
    claims: int
    accepted: int
    asked: int
    answered: int
    due_by: date | None
    overdue: bool
    errors: int
    warnings: int
    states: tuple[WorkState, ...]
    lines: tuple[WorkLine, ...]


class WorkPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list, the count of every state under the same filter, and the cursor of the next page."""

    rows: tuple[WorkRow, ...]
    counts: dict[WorkState, int]
    next: str | None


class WorkChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen among: the filers, the programmes and the checks that the entries held have."""

    filers: tuple[tuple[str, str], ...]
    programmes: tuple[str, ...]
    checks: tuple[str, ...]


def list_work(
    tenant: Tenant, person: Person, wanted: WorkFilter, *, after: str | None = None, limit: int = 50
) -> WorkPage:
    """The entries that fit: those that are due or overdue by their day, all others the latest first."""
    require(person, "entries.read")
    today = _today(tenant)
    with tenant.database.reading() as view:
        conditions = _conditions(view, wanted)
        page = _page(view, wanted, conditions, today, after, limit)
        counts = _counts(view, conditions, today)
        return WorkPage(rows=_rows(tenant, view, page.rows, today), counts=counts, next=page.next)


def export_work(tenant: Tenant, person: Person, wanted: WorkFilter) -> Iterator[str]:
    """Every entry that fits as CSV, one line a claim; an entry without a claim has one line of its own."""
    require(person, "entries.read")  # asked now, not when the first line is read
    return _export(tenant, wanted)


def work_choices(tenant: Tenant, person: Person) -> WorkChoices:
    """What the filters offer."""
    require(person, "entries.read")
    with tenant.database.reading() as view:
        filers = view.execute(sa.select(_w.by).distinct()).scalars().all()
        programmes = view.execute(sa.select(_l.programme).where(_l.programme.is_not(None)).distinct()).scalars()
        checks = view.execute(sa.select(t.findings.c.code).distinct()).scalars()
        named = sorted(((did, tenant.name_of(did)) for did in filers), key=lambda filer: folded(filer[1]))
        return WorkChoices(filers=tuple(named), programmes=tuple(sorted(programmes)), checks=tuple(sorted(checks)))


# The query.


def _today(tenant: Tenant) -> str:
    return tenant.now().date().isoformat()


def _in_state(state: WorkState, today: str) -> sa.ColumnElement[bool]:
    undecided = _w.claims > _w.accepted
    untouched = sa.and_(_w.accepted == 0, _w.asked == 0, _w.answered == 0, _w.asked_since == 0)
    return {
        "open": sa.or_(undecided, _w.asked > 0, _w.answered > 0),
        "new": sa.and_(undecided, untouched),
        "due": _w.due_by >= today,
        "overdue": _w.due_by < today,
        "answered": _w.answered > 0,
        "flagged": _w.statement_id.in_(flagged_filings()),
        "checks": _w.errors + _w.warnings > 0,
        "accepted": sa.and_(_w.claims > 0, ~undecided, _w.asked == 0, _w.answered == 0),
        "all": sa.true(),
    }[state]


def _conditions(tx: Connection, wanted: WorkFilter) -> list[sa.ColumnElement[bool]]:
    """Everything but the state."""
    found: list[sa.ColumnElement[bool]] = []
    if wanted.importer:
        names = _importers(tx, wanted.importer)
        named = sa.select(_f.commitment).where(_f.name == IMPORTER, _f.value.in_(listed(tx, names)))
        found.append(_w.version.in_(named))
    if wanted.filer:
        found.append(_w.by == wanted.filer)
    if wanted.programme:
        # Most entries claim one of few programmes: asked of each entry, where the others are read from their index.
        claims = sa.select(_l.line).where(_l.version == _w.version, _l.programme == wanted.programme)
        found.append(claims.exists())
    if wanted.tariff_number:
        found.append(_w.version.in_(_numbered(wanted.tariff_number)))
    if wanted.check:
        found.append(_w.version.in_(sa.select(t.findings.c.version).where(t.findings.c.code == wanted.check)))
    if wanted.since is not None:
        found.append(_w.accepted_at >= _midnight(wanted.since))
    if wanted.until is not None:
        found.append(_w.accepted_at < _midnight(wanted.until + timedelta(days=1)))
    return found


def _numbered(text: str) -> sa.Select[Any]:
    """The versions with a line whose number begins so; a range, which both databases answer from the index."""
    digits = text.replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise WorkFilterUnsuitable(got=text[:40], expected="up to ten digits, such as 8413.70", where="tariff_number")
    return sa.select(_l.version).where(_l.tariff_number >= digits, _l.tariff_number < f"{digits}:")


def _importers(tx: Connection, words: str) -> list[str]:
    """The importers whose names hold all of these words, without regard to case and accents."""
    asked = folded(words).split()
    names = tx.execute(sa.select(_f.value).where(_f.name == IMPORTER).distinct()).scalars()
    return [name for name in names if all(word in folded(name) for word in asked)]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)


def _page(
    tx: Connection,
    wanted: WorkFilter,
    conditions: Sequence[sa.ColumnElement[bool]],
    today: str,
    after: str | None,
    limit: int,
) -> Page[sa.Row[Any]]:
    query = sa.select(t.work).where(_in_state(wanted.state, today), *conditions)
    by_day = wanted.state in ("due", "overdue")
    order = (_w.due_by, _w.entry) if by_day else (_w.log_index.desc(), _w.position.desc(), _w.entry.desc())
    if after is not None:
        query = query.where(_behind(read_cursor(after), by_day))
    size = page_size(limit)
    rows = tx.execute(query.order_by(*order).limit(size + 1)).all()
    more = len(rows) > size
    return Page(tuple(rows[:size]), write_cursor(_key(rows[size - 1], by_day)) if more else None)


def _key(row: sa.Row[Any], by_day: bool) -> SortKey:
    if by_day:
        return SortKey(date.fromisoformat(row.due_by).toordinal(), 0, row.entry)
    return SortKey(row.log_index, row.position, row.entry)


def _behind(key: SortKey, by_day: bool) -> sa.ColumnElement[bool]:
    if not by_day:
        place = sa.tuple_(_w.log_index, _w.position, _w.entry)
        return place < sa.tuple_(*msgspec.structs.astuple(key))
    if not 0 < key.log_index <= date.max.toordinal():
        raise CursorInvalid
    return sa.tuple_(_w.due_by, _w.entry) > sa.tuple_(date.fromordinal(key.log_index).isoformat(), key.id)


def _counts(tx: Connection, conditions: Sequence[sa.ColumnElement[bool]], today: str) -> dict[WorkState, int]:
    counted = [sa.func.count().filter(_in_state(state, today)).label(state) for state in STATES]
    row = tx.execute(sa.select(*counted).select_from(t.work).where(*conditions)).one()
    return {state: int(row._mapping[state]) for state in STATES}


# From rows to what is shown.


def _rows(tenant: Tenant, tx: Connection, found: Sequence[sa.Row[Any]], today: str) -> tuple[WorkRow, ...]:
    if not found:
        return ()
    versions = [row.version for row in found]
    fields = first_values(tx, versions, SHOWN)
    lines = _lines(tx, [row.statement_id for row in found], versions)
    return tuple(_row(tenant, row, fields.get(row.version, {}), lines.get(row.version, ()), today) for row in found)


def _row(tenant: Tenant, row: sa.Row[Any], fields: Mapping[str, str], lines: Sequence[WorkLine], today: str) -> WorkRow:
    found = WorkRow(
        entry=row.entry,
        version=row.version,
        statement_id=row.statement_id,
        entry_number=fields.get("entryNumber", ""),
        importer=fields.get(IMPORTER, ""),
        filer=tenant.name_of(row.by),
        import_date=fields.get("importDate", ""),
        total_entered_value=fields.get("totalEnteredValue", ""),
        filed_at=row.accepted_at,
        corrected=row.previous is not None,
        claims=row.claims,
        accepted=row.accepted,
        asked=row.asked,
        answered=row.answered,
        due_by=None if row.due_by is None else date.fromisoformat(row.due_by),
        overdue=row.due_by is not None and row.due_by < today,
        errors=row.errors,
        warnings=row.warnings,
        states=(),
        lines=tuple(lines),
    )
    untouched = not (row.accepted or row.asked or row.answered or row.asked_since)
    holds: dict[WorkState, bool] = {
        "new": row.claims > row.accepted and untouched,
        "due": found.due_by is not None and not found.overdue,
        "overdue": found.overdue,
        "answered": row.answered > 0,
        "flagged": any(line.ended or line.turned for line in lines),
        "checks": row.errors + row.warnings > 0,
        "accepted": 0 < row.claims <= row.accepted and not row.asked and not row.answered,
    }
    return msgspec.structs.replace(found, states=tuple(state for state, is_so in holds.items() if is_so))


def _lines(tx: Connection, statements: Sequence[str], versions: Sequence[str]) -> dict[str, list[WorkLine]]:
    """The claims of these versions, with what stands about each."""
    ended, turned = ended_claims(tx, statements), turned_claims(tx, statements)
    of, done = t.filings.c, t.acceptances.c
    accepted = sa.select(done.line).where(done.entry == of.entry, done.version == _l.version, done.line == _l.line)
    query = (
        sa.select(t.lines, of.statement_id, accepted.exists().label("accepted"))
        .join(t.filings, of.version == _l.version)
        .where(_l.version.in_(versions), of.statement_id.in_(statements), _l.programme.is_not(None))
        .order_by(_l.version, _l.line)
    )
    found: dict[str, list[WorkLine]] = {}
    for row in tx.execute(query):
        line = WorkLine(
            line=row.line,
            description=row.description,
            tariff_number=row.tariff_number,
            programme=row.programme,
            accepted=bool(row.accepted),
            ended=(row.statement_id, row.line) in ended,
            turned=(row.statement_id, row.line) in turned,
        )
        found.setdefault(row.version, []).append(line)
    return found


# The file.

_COLUMNS = (
    "entry_number",
    "entry",
    "importer",
    "filer",
    "filed_at",
    "import_date",
    "entered_value_usd",
    "states",
    "due_by",
    "errors",
    "warnings",
    "line",
    "tariff_number",
    "programme",
    "description",
    "claim",
)


def _export(tenant: Tenant, wanted: WorkFilter) -> Iterator[str]:
    today, after = _today(tenant), None
    yield csv_row(_COLUMNS)
    with tenant.database.reading() as view:
        conditions = _conditions(view, wanted)
        while True:
            page = _page(view, wanted, conditions, today, after, 500)
            for row in _rows(tenant, view, page.rows, today):
                yield from _csv_rows(row)
            if page.next is None:
                return
            after = page.next


def _csv_rows(row: WorkRow) -> Iterator[str]:
    whole = [
        row.entry_number,
        row.entry,
        row.importer,
        row.filer,
        f"{row.filed_at:%Y-%m-%dT%H:%M:%SZ}",
        row.import_date,
        row.total_entered_value,
        "; ".join(row.states),
        "" if row.due_by is None else row.due_by.isoformat(),
        str(row.errors),
        str(row.warnings),
    ]
    for line in row.lines:
        flags = [name for name, is_so in (("ended", line.ended), ("turned", line.turned)) if is_so]
        claim = "; ".join(["accepted" if line.accepted else "open", *flags])
        yield csv_row([*whole, str(line.line), line.tariff_number, line.programme, line.description, claim])
    if not row.lines:
        yield csv_row([*whole, "", "", "", "", "no claim"])
