"""A claim for preference after importation (19 USC 1520(d)): within a year of it, on a certification that is held now.

The entry stays as it was filed; the claim is a statement about it, with the declaration and the two statements that the
law asks for (19 CFR 182.31-182.33, 10.590-10.592). Customs verifies it as it does any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.documents.certification import (
    Certification,
    CertifiedGood,
    covers_day,
    is_certification,
    is_still_acceptable,
    matching_goods,
    read_certification,
)
from transire.documents.entry import EntryLine
from transire.node.tenant import Tenant
from transire.origin.agreements import agreements
from transire.procedures.clocks import Due, due, is_over, noon_of
from transire.procedures.origin_verification.errors import (
    AlreadyDecided,
    CertificationDoesNotCover,
    ClaimMadeAlready,
    NotAskedHere,
    RefundTooLate,
)
from transire.procedures.origin_verification.gathering import (
    Opened,
    StandingEntry,
    claim_of_line,
    ledger_time,
    parties_of,
    standing_entry,
    steps_of,
)
from transire.procedures.origin_verification.statements import DECIDED, REFUND
from transire.procedures.papers import Paper, customs_of, open_newest, open_version, share_paper
from transire.records.documents import DocumentFilter, every_document


class RefundOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A line without a claim for which a certification is held that covers it."""

    line: int
    description: str
    certification: str
    good: int
    certifier: str


def refund_clock(entry: StandingEntry) -> Due:
    """Until when preference can be claimed after importation."""
    return due("refund-claim", noon_of(entry.content.import_date))


def claim_after_import(
    tenant: Tenant,
    person: Person,
    entry_id: str,
    line: int,
    certification: str,
    *,
    declaration: str,
    informed: bool,
    protested: bool,
) -> str:
    """Claim preference for a line of a filed entry; returns the statement's id.

    `declaration`: that the good qualified when it was imported. `informed`: whether somebody else was given the entry's
    documents. `protested`: whether a protest or another request about the entry is known.
    """
    with tenant.transaction() as tx:
        entry = standing_entry(tenant, tx, entry_id)
        _require_party(tenant, person, entry)
        _require_time(tenant, entry)
        claimed = claim_of_line(tenant, tx, entry, line, needs_claim=False)
        if claimed.claim is not None:
            raise ClaimMadeAlready(got=f"line {line}")
        if _is_decided(tx, entry_id, line):
            raise AlreadyDecided(got=f"line {line}")
        paper = open_newest(tenant, tx, certification)
        good = None if paper is None else _covered(tenant, entry, claimed.line, paper)
        if paper is None or good is None:
            raise CertificationDoesNotCover(got=certification, expected=f"one that covers line {line}")
        customs = customs_of(tenant, tx)
        share_paper(tenant, tx, person, paper.version, customs, purpose="filing")
        body: dict[str, Any] = {
            "line": line,
            "certification": paper.document_id,
            "version": paper.version,
            "good": good.good_number,
            "declaration": declaration,
            "informed": informed,
            "protested": protested,
        }
        recipients = sorted({customs, *parties_of(tenant, entry)} - {tenant.did})
        return tenant.state(tx, person, REFUND.name, body, about=[entry_id], recipients=recipients)


def refund_offers(tenant: Tenant, tx: sa.Connection, entry: StandingEntry) -> tuple[RefundOffer, ...]:
    """The lines of an entry of this member's for which preference could be claimed now."""
    if tenant.did not in (entry.filer, entry.importer) or is_over(refund_clock(entry).due, ledger_time(tenant)):
        return ()
    return tuple(_offers(tenant, tx, entry))


def _offers(tenant: Tenant, tx: sa.Connection, entry: StandingEntry) -> Iterator[RefundOffer]:
    opened = Opened()
    for line in entry.content.lines:
        claimed = claim_of_line(tenant, tx, entry, line.line_number, needs_claim=False, opened=opened)
        if claimed.claim is not None or _is_decided(tx, entry.entry_id, line.line_number):
            continue
        for paper in _held(tenant, tx, line):
            good = _covered(tenant, entry, line, paper)
            if good is not None:
                yield RefundOffer(
                    line=line.line_number,
                    description=line.description,
                    certification=paper.document_id,
                    good=good.good_number,
                    certifier=tenant.name_of(paper.issuer),
                )
                break


def _is_decided(tx: sa.Connection, entry_id: str, line: int) -> bool:
    """Whether customs has determined the origin of this line's good already."""
    return any(step.kind == DECIDED.name and step.line == line for step in steps_of(tx, entry_id))


def _held(tenant: Tenant, tx: sa.Connection, line: EntryLine) -> Iterator[Paper]:
    schemas = tuple(law.schema_id for law in agreements().values())
    fields = {"goods/productNumber": line.product_number} if line.product_number else {}
    wanted = DocumentFilter(schema_ids=schemas, fields=fields, status="current", latest_version=True)
    for found in every_document(tx, wanted):
        paper = open_version(tenant, tx, found.commitment)
        if paper is not None:
            yield paper


def _covered(tenant: Tenant, entry: StandingEntry, line: EntryLine, paper: Paper) -> CertifiedGood | None:
    """The good of a certification that a line is, if it covers importer, day and good."""
    if not is_certification(paper.credential):
        return None
    content = read_certification(paper.credential)
    today = tenant.now().date()
    covers = covers_day(content, entry.content.import_date) and is_still_acceptable(content, today)
    goods = matching_goods(
        content,
        product_number=line.product_number,
        description=line.description,
        tariff_number=line.tariff_number,
    )
    return goods[0] if covers and goods and _names_importer(content, entry.importer) else None


def _names_importer(content: Certification, importer: str) -> bool:
    named = {party.did for party in content.importers}
    return not content.importers or importer in named or None in named


def _require_party(tenant: Tenant, person: Person, entry: StandingEntry) -> None:
    is_filer = entry.filer == tenant.did and entry.importer != tenant.did
    require(person, "entries.file", Relation.AUTHORISED_BROKER if is_filer else Relation.OWN_MEMBER)
    if tenant.did not in (entry.filer, entry.importer):
        raise NotAskedHere(got=entry.entry_id, expected="importer or filer of the entry")


def _require_time(tenant: Tenant, entry: StandingEntry) -> None:
    clock = refund_clock(entry)
    if is_over(clock.due, ledger_time(tenant)):
        raise RefundTooLate(got=f"imported on {clock.started.isoformat()}", expected=f"by {clock.due.isoformat()}")
