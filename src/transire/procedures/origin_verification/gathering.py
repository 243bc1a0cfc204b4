"""What a step of a verification looks up: the entry as it stands, its claims and their certifiers, the steps so far."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

import msgspec
import sqlalchemy as sa

from transire.documents.certification import (
    Certification,
    CertifiedGood,
    find_good,
    is_certification,
    read_certification,
)
from transire.documents.entry import Claim, EntryLine, EntrySummary, find_line, read_entry_summary
from transire.node.anchor import read_time
from transire.node.tenant import Tenant
from transire.procedures.origin_verification import tables as t
from transire.procedures.origin_verification.errors import (
    CertifierNotKnown,
    EntryNotHeld,
    LineUnknown,
    LineWithoutClaim,
    RequestUnknown,
)
from transire.procedures.origin_verification.stages import OPENING, ClaimCase, Step, case_of_steps
from transire.procedures.origin_verification.statements import REFUND
from transire.procedures.papers import Paper, open_newest, open_version
from transire.tariff.programmes import programmes_of
from transire.vault import journal

FILINGS = ("entry.filed/1", "entry.corrected/1")


class StandingEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry in its latest version, as this member holds it."""

    entry_id: str
    version: str
    filer: str
    filed_statement: str
    filed_at: datetime
    content: EntrySummary

    @property
    def importer(self) -> str:
        """The importer's DID; the filer's where the importer is no member."""
        return self.content.importer.did or self.filer


class Certified(msgspec.Struct, frozen=True, kw_only=True):
    """The certification behind a claim, and the good that the claim names."""

    paper: Paper
    content: Certification
    good: CertifiedGood | None


Opened = dict[str, Certified | None]
"""Certifications that were opened already, by document, with no good chosen; None: it is not held."""


class ClaimOfLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an entry and its claim, if it makes one, with what that rests on as far as it is held."""

    entry: StandingEntry
    line: EntryLine
    claim: Claim | None
    certified: Certified | None

    @property
    def agreement(self) -> str:
        """The agreement under which it claims; nothing where it claims none."""
        return "" if self.claim is None else self.claim.agreement

    @property
    def certified_by_other(self) -> bool:
        """Whether the claim rests on the word of an exporter or producer, not of the importer or filer itself."""
        held = self.certified
        return held is not None and held.paper.issuer not in (self.entry.importer, self.entry.filer)

    def certifier(self) -> Certified:
        """The certification of somebody else that the claim rests on; refuse a claim that rests on none."""
        if self.certified is None or not self.certified_by_other:
            raise CertifierNotKnown(got=f"line {self.line.line_number}")
        return self.certified


def ledger_time(tenant: Tenant, height: int | None = None) -> datetime:
    """The time of the block at a height, by default the latest: what is in time is decided by it."""
    header = tenant.engine.header(tenant.engine.height if height is None else height)
    return tenant.now() if header is None else read_time(header.time)


def find_entry(tenant: Tenant, tx: sa.Connection, entry_id: str) -> StandingEntry | None:
    """The entry as it stands; None where this member does not hold it."""
    filings = journal.find_about(tx, entry_id, kinds=FILINGS)
    if not filings:
        return None
    latest = filings[-1]
    version = str(latest.statement.body["version"])
    paper = open_version(tenant, tx, version)
    if paper is None:
        return None
    return StandingEntry(
        entry_id=entry_id,
        version=version,
        filer=latest.statement.by,
        filed_statement=latest.statement.id,
        filed_at=latest.place.accepted_at,
        content=paper.read_as(read_entry_summary),
    )


def standing_entry(tenant: Tenant, tx: sa.Connection, entry_id: str) -> StandingEntry:
    """The entry as it stands; refuse one that is not held."""
    found = find_entry(tenant, tx, entry_id)
    if found is None:
        raise EntryNotHeld(got=entry_id)
    return found


def claim_of_line(
    tenant: Tenant,
    tx: sa.Connection,
    entry: StandingEntry,
    number: int,
    *,
    needs_claim: bool = True,
    opened: Opened | None = None,
) -> ClaimOfLine:
    """The claim of a line; refuse a line that is not there, and one that claims nothing unless that is allowed.

    Whoever asks for many lines hands in `opened`, so that a certification of many of them is opened once.
    """
    line = find_line(entry.content, number)
    if line is None:
        raise LineUnknown(got=number)
    claim = line.claim or _claimed_since(tenant, tx, entry.entry_id, number)
    if claim is None and needs_claim:
        raise LineWithoutClaim(got=number)
    certified = None if claim is None else _certified(tenant, tx, claim, {} if opened is None else opened)
    return ClaimOfLine(entry=entry, line=line, claim=claim, certified=certified)


def _claimed_since(tenant: Tenant, tx: sa.Connection, entry_id: str, number: int) -> Claim | None:
    """The claim that was made for a line after importation (19 USC 1520(d))."""
    for made in journal.find_about(tx, entry_id, kinds=[REFUND.name]):
        body = made.statement.body
        paper = open_version(tenant, tx, str(body["version"])) if body["line"] == number else None
        if paper is not None and is_certification(paper.credential):
            content = read_certification(paper.credential)
            return Claim(
                agreement=content.agreement,
                programme=programmes_of(content.agreement)[0],
                certification=paper.document_id,
                certification_good=int(str(body["good"])),
            )
    return None


def _certified(tenant: Tenant, tx: sa.Connection, claim: Claim, opened: Opened) -> Certified | None:
    name = claim.certification
    if name is None:
        return None
    if name not in opened:
        opened[name] = _open_certification(tenant, tx, name)
    held = opened[name]
    if held is None or claim.certification_good is None:
        return held
    return msgspec.structs.replace(held, good=find_good(held.content, claim.certification_good))


def _open_certification(tenant: Tenant, tx: sa.Connection, document_id: str) -> Certified | None:
    paper = open_newest(tenant, tx, document_id)
    if paper is None or not is_certification(paper.credential):
        return None
    return Certified(paper=paper, content=paper.read_as(read_certification), good=None)


def case_of(tx: sa.Connection, claimed: ClaimOfLine, steps: Sequence[Step] | None = None) -> ClaimCase:
    """Every step about a claim so far; `steps` are those about its entry, where they are read already."""
    return case_of_steps(
        steps_of(tx, claimed.entry.entry_id) if steps is None else steps,
        claimed.entry.entry_id,
        claimed.line.line_number,
        agreement=claimed.agreement,
        certified_by_other=claimed.certified_by_other,
    )


def steps_of(tx: sa.Connection, entry_id: str) -> list[Step]:
    """The steps about an entry, in the order of the ledger."""
    of = t.steps.c
    query = sa.select(t.steps).where(of.entry == entry_id).order_by(of.log_index, of.position)
    return [_step(row) for row in tx.execute(query)]


def _step(row: sa.Row[Any]) -> Step:
    return Step(
        statement_id=row.statement_id,
        kind=row.kind,
        by=row.by,
        accepted_at=row.accepted_at,
        entry=row.entry,
        line=row.line,
        of=row.of,
        due_by=None if row.due_by is None else date.fromisoformat(row.due_by),
        outcome=row.outcome,
        days=row.days,
    )


def opening_statement(tx: sa.Connection, statement_id: str) -> journal.Accepted:
    """A request, visit or notice, as it was stated."""
    found = journal.find_accepted(tx, statement_id)
    if found is None or found.statement.kind not in OPENING:
        raise RequestUnknown(got=statement_id)
    return found


def body_of(tx: sa.Connection, statement_id: str) -> dict[str, Any]:
    """What a statement says; a row was made of it, so that it is there."""
    located = journal.find_accepted(tx, statement_id)
    assert located is not None
    return cast("dict[str, Any]", located.statement.body)


def parties_of(tenant: Tenant, entry: StandingEntry) -> list[str]:
    """The filer and the importer, without this member itself."""
    return sorted({entry.filer, entry.importer} - {tenant.did})
