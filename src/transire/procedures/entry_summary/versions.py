"""What changed between two versions of an entry: field by field, each line beside the line it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.differences import Change, differences
from transire.documents.entry import SCHEMA_ID as ENTRY
from transire.documents.entry import read_entry_summary
from transire.node.tenant import Tenant
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.errors import EntryUnknown, VersionUnknown
from transire.procedures.entry_summary.statements import CORRECTED
from transire.procedures.papers import Paper, open_version
from transire.vault import journal

Content = dict[str, Any]


class EntryVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of an entry as it was filed; `reason` is what its filer gave for the correction."""

    number: int
    version: str
    statement_id: str
    filed_at: datetime
    reason: str


class LineChange(msgspec.Struct, frozen=True, kw_only=True):
    """What changed in one line; a line is the same line while it declares the same line of the same invoice.

    `line` is its number in the later version, else in the earlier one. `kind` is added, removed or changed.
    """

    line: int
    description: str
    kind: str
    changes: tuple[Change, ...]


class EntryChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions of an entry beside each other; duties are None where they cannot be worked out."""

    entry: str
    entry_number: str
    versions: tuple[EntryVersion, ...]
    old: EntryVersion
    new: EntryVersion
    changes: tuple[Change, ...]
    lines: tuple[LineChange, ...]
    duty_before: Decimal | None
    duty_after: Decimal | None


def entry_versions(tx: sa.Connection, entry_id: str) -> tuple[EntryVersion, ...]:
    """The versions that were filed, in the order of the ledger."""
    of = t.filings.c
    rows = tx.execute(sa.select(t.filings).where(of.entry == entry_id).order_by(of.log_index, of.position)).all()
    return tuple(_version(tx, number, row) for number, row in enumerate(rows, start=1))


def compare_versions(
    tenant: Tenant, person: Person, entry_id: str, old: int | None = None, new: int | None = None
) -> EntryChanges:
    """Two versions of an entry, by their numbers; by default the one that stands and the one before it."""
    require(person, "entries.read")
    with tenant.database.reading() as view:
        versions = entry_versions(view, entry_id)
        if not versions:
            raise EntryUnknown(got=entry_id)
        later = _numbered(versions, len(versions) if new is None else new)
        earlier = _numbered(versions, max(1, later.number - 1) if old is None else old)
        return _compare(entry_id, versions, earlier, later, *(_paper(tenant, view, one) for one in (earlier, later)))


def _compare(
    entry_id: str,
    versions: tuple[EntryVersion, ...],
    old: EntryVersion,
    new: EntryVersion,
    before: Paper,
    after: Paper,
) -> EntryChanges:
    entry = read_entry_summary(after.credential)
    return EntryChanges(
        entry=entry_id,
        entry_number=entry.entry_number,
        versions=versions,
        old=old,
        new=new,
        changes=tuple(differences(_whole(before.subject), _whole(after.subject))),
        lines=tuple(_line_changes(_lines(before.subject), _lines(after.subject))),
        duty_before=duty_of(read_entry_summary(before.credential)).totals.duty,
        duty_after=duty_of(entry).totals.duty,
    )


def _version(tx: sa.Connection, number: int, row: sa.Row[Any]) -> EntryVersion:
    located = journal.find_accepted(tx, row.statement_id)
    assert located is not None  # the row was made of this statement
    corrected = located.statement.kind == CORRECTED.name
    return EntryVersion(
        number=number,
        version=row.version,
        statement_id=row.statement_id,
        filed_at=row.accepted_at,
        reason=str(located.statement.body["reason"]) if corrected else "",
    )


def _numbered(versions: tuple[EntryVersion, ...], number: int) -> EntryVersion:
    if not 1 <= number <= len(versions):
        raise VersionUnknown(got=number, expected=f"1 to {len(versions)}")
    return versions[number - 1]


def _paper(tenant: Tenant, tx: sa.Connection, version: EntryVersion) -> Paper:
    paper = open_version(tenant, tx, version.version)
    if paper is None or paper.schema_id != ENTRY:
        raise VersionUnknown(got=version.number)
    return paper


def _whole(subject: Content) -> Content:
    """The entry without its lines, and without where its fields are from."""
    return {name: value for name, value in subject.items() if name not in ("lines", "sources")}


def _lines(subject: Content) -> dict[tuple[str, int], Content]:
    return {_declared(line): line for line in cast("list[Content]", subject["lines"])}


def _declared(line: Content) -> tuple[str, int]:
    """What makes a line the same line: the line of the invoice that it declares."""
    return str(line["invoice"]["document"]), int(line["invoice"]["lineNumber"])


def _line_changes(
    before: Mapping[tuple[str, int], Content], after: Mapping[tuple[str, int], Content]
) -> Iterator[LineChange]:
    for key, new in after.items():
        old = before.get(key)
        changes = differences(old or {}, new)
        if changes:
            yield _line_change(new, "added" if old is None else "changed", changes)
    for key, old in before.items():
        if key not in after:
            yield _line_change(old, "removed", differences(old, {}))


def _line_change(line: Content, kind: str, changes: list[Change]) -> LineChange:
    return LineChange(
        line=int(line["lineNumber"]), description=str(line["description"]), kind=kind, changes=tuple(changes)
    )
