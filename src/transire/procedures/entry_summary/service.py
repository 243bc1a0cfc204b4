"""What a node does for entry summaries: draft, check and file an entry, show it.

Each function is one act of one person for one member. The permission is asked first; what follows from the act is
written in one SQL transaction, and goes to the ledger and to the others after it. Invoices have a module of their
own, and are offered from here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.crypto.canonical import canonical_bytes
from transire.desk import drafts as desk
from transire.desk.particulars import find_particulars, take_number
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.entry import SCHEMA_ID as ENTRY
from transire.documents.entry import EntrySummary, read_entry_summary
from transire.node.tenant import Issued, Tenant
from transire.procedures.entry_summary import drafting
from transire.procedures.entry_summary.accepting import accept_claim, filed_entry
from transire.procedures.entry_summary.carriage import named_versions
from transire.procedures.entry_summary.checks.case import CaseFile
from transire.procedures.entry_summary.draft_views import DraftPage, draft_page
from transire.procedures.entry_summary.errors import (
    EntryRefused,
    FieldUnsuitable,
    NotTheFiler,
    TooManyCertifications,
)
from transire.procedures.entry_summary.filing import corrected_entry, examine_draft, keyed_by, subject_of
from transire.procedures.entry_summary.filings import EntryView, Filing
from transire.procedures.entry_summary.invoices import (
    InvoicePage,
    InvoiceRow,
    issue_invoice,
    list_invoices,
    show_invoice,
)
from transire.procedures.entry_summary.lists import EntryList, EntryRow, entry_list
from transire.procedures.entry_summary.printing import draft_form, entry_form, price_draft
from transire.procedures.entry_summary.receivers import give_to_agencies, receivers_of
from transire.procedures.entry_summary.relations import DRAFT_KIND, authority_for, find_own_draft, held_invoices
from transire.procedures.entry_summary.statements import CORRECTED, FILED
from transire.procedures.entry_summary.stating import state_transport
from transire.procedures.entry_summary.views import EntryPage, entry_page
from transire.procedures.entry_summary.withdrawing import Withdrawal, places_of_claims, without_claims
from transire.procedures.findings import Finding, errors_among
from transire.procedures.papers import customs_of, issue_paper, share_paper

__all__ = [
    "DRAFT_KIND",
    "DraftPage",
    "EntryList",
    "EntryPage",
    "EntryRow",
    "EntryView",
    "InvoicePage",
    "InvoiceRow",
    "accept_claim",
    "check_draft",
    "discard_draft",
    "draft_correction",
    "draft_entry",
    "draft_form",
    "entry_form",
    "file_entry",
    "issue_invoice",
    "list_drafts",
    "list_entries",
    "list_invoices",
    "price_draft",
    "read_draft",
    "refresh_draft",
    "set_field",
    "show_draft",
    "show_entry",
    "show_invoice",
    "state_transport",
    "withdraw_claims",
]

SEQUENCE = "entry"
MOST_CLAIMS = 200
"""Different claims in one statement of filing: what fits into the 64 kB of a statement (LEDGER.md), with room left."""


# Drafting.


def draft_entry(tenant: Tenant, person: Person, *, importer_did: str, invoices: Sequence[str]) -> str:
    """Draft an entry summary of these invoices from what is held; returns the draft's id."""
    with tenant.transaction() as tx:
        authority = authority_for(tenant, tx, person, "entries.draft", importer_did)
        held = held_invoices(tenant, tx, invoices)
        own = find_particulars(tx)
        filer_code = (authority.content.filer_code if authority else None) or (own.filer_code if own else None)
        number = drafting.next_number(filer_code, take_number(tx, SEQUENCE)) if filer_code else None
        drafted = drafting.draft_content(
            tenant, tx, importer_did=importer_did, authority=authority, invoices=held, number=number
        )
        numbers = ", ".join(invoice.content.invoice_number for invoice in held)
        draft = desk.create_draft(
            tx,
            person,
            DRAFT_KIND,
            title=f"{number or 'Entry'}: {numbers}"[:200],
            content=drafted.content,
            sources=drafted.sources,
            now=tenant.now(),
        )
    return draft.id


def draft_correction(tenant: Tenant, person: Person, entry_id: str) -> str:
    """Draft a correction of an entry that this member filed, from the documents as they stand now."""
    with tenant.transaction() as tx:
        filing, paper = filed_entry(tenant, tx, entry_id)
        if filing.by != tenant.did:
            raise NotTheFiler(got=tenant.name, expected=tenant.name_of(filing.by))
        entry = read_entry_summary(paper.credential)
        importer_did = entry.importer.did or tenant.did
        authority = authority_for(tenant, tx, person, "entries.draft", importer_did)
        held = held_invoices(tenant, tx, entry.invoices)
        drafted = drafting.draft_content(
            tenant, tx, importer_did=importer_did, authority=authority, invoices=held, number=entry.entry_number
        )
        redrafted = drafting.with_former(drafted, paper)
        draft = desk.create_draft(
            tx,
            person,
            DRAFT_KIND,
            title=f"Correction of {entry.entry_number}",
            content=redrafted.content,
            sources=redrafted.sources,
            now=tenant.now(),
        )
    return draft.id


def withdraw_claims(tenant: Tenant, person: Person, entry_id: str, lines: Sequence[int]) -> Withdrawal:
    """Draft a correction that takes the claims of these lines back, with what is owed before and after."""
    owed, places = places_of_claims(tenant, entry_id, lines)
    return without_claims(tenant, person, draft_correction(tenant, person, entry_id), owed, places)


def set_field(
    tenant: Tenant, person: Person, draft_id: str, pointer: str, value: Any, *, expected_version: int | None = None
) -> desk.Draft:
    """Set one field by hand, or clear it with None; totals are worked out again. The field then counts as keyed.

    `expected_version` is the version that the person saw: when another was saved meanwhile nothing is written.
    """
    canonical_bytes(value)  # what cannot stand in a document is refused here, with its own words
    with tenant.transaction() as tx:
        draft = find_own_draft(tenant, tx, person, draft_id, "entries.draft")
        saved = desk.set_draft_field(
            tx,
            person,
            draft.id,
            pointer,
            value,
            now=tenant.now(),
            source=keyed_by(person),
            expected_version=expected_version,
        )
        if not drafting.is_shaped(saved.content):
            raise FieldUnsuitable(where=pointer)
        totalled = drafting.with_total(saved.content)
        if totalled == saved.content:
            return saved
        return desk.save_draft(
            tx,
            person,
            draft.id,
            expected_version=saved.version,
            content=totalled,
            sources={**saved.sources, "/totalEnteredValue": drafting.TOTAL},
            now=tenant.now(),
        )


def refresh_draft(tenant: Tenant, person: Person, draft_id: str) -> desk.Draft:
    """Take everything from the documents again as they stand now; what a person typed stays as it was typed."""
    with tenant.transaction() as tx:
        draft = find_own_draft(tenant, tx, person, draft_id, "entries.draft")
        importer_did = str((draft.content.get("importer") or {}).get("id", tenant.did))
        drafted = drafting.draft_content(
            tenant,
            tx,
            importer_did=importer_did,
            authority=authority_for(tenant, tx, person, "entries.draft", importer_did),
            invoices=held_invoices(tenant, tx, draft.content["invoices"]),
            number=draft.content.get("entryNumber"),
        )
        corrects = corrected_entry(draft)
        if corrects is not None:
            drafted = drafting.with_former(drafted, filed_entry(tenant, tx, corrects)[1])
        kept = drafting.with_typed(drafted, draft)
        return desk.save_draft(
            tx,
            person,
            draft.id,
            expected_version=draft.version,
            content=kept.content,
            sources=kept.sources,
            now=tenant.now(),
        )


def check_draft(tenant: Tenant, draft_id: str) -> list[Finding]:
    """What the checks say of a draft; errors stand in the way of filing, warnings do not."""
    with tenant.database.reading() as view:
        return list(examine_draft(tenant, view, desk.find_draft(view, draft_id, kind=DRAFT_KIND)).findings)


def show_draft(tenant: Tenant, person: Person, draft_id: str) -> DraftPage:
    """A draft with the source of every field, the count of those keyed, and what the checks say."""
    with tenant.database.reading() as view:
        draft = find_own_draft(tenant, view, person, draft_id, "entries.check")
        page = draft_page(draft, examine_draft(tenant, view, draft).findings)
        return msgspec.structs.replace(page, receivers=receivers_of(tenant, view, draft.content))


def read_draft(tenant: Tenant, person: Person, draft_id: str) -> desk.Draft:
    """A draft as it was saved last, without checks."""
    with tenant.database.reading() as view:
        return find_own_draft(tenant, view, person, draft_id, "entries.check")


def list_drafts(tenant: Tenant, person: Person) -> Sequence[desk.Draft]:
    """The drafts that are open, the latest change first."""
    require(person, "entries.check")
    with tenant.database.reading() as view:
        return desk.list_drafts(view, kind=DRAFT_KIND)


def discard_draft(tenant: Tenant, person: Person, draft_id: str) -> None:
    """Give a draft up; its entry number is not used again."""
    with tenant.transaction() as tx:
        draft = find_own_draft(tenant, tx, person, draft_id, "entries.draft")
        desk.close_draft(tx, person, draft.id, document_id=None, now=tenant.now())


# Filing.


def file_entry(tenant: Tenant, person: Person, draft_id: str) -> Issued:
    """File a draft: refused with all findings while there are errors.

    The entry goes to customs and to the importer, with the statements that its claims rest on; customs is given every
    document that it names, so that it can run the same checks. The partner agencies of its lines are granted it too.
    """
    with tenant.transaction() as tx:
        draft = _dated(tenant, tx, person, find_own_draft(tenant, tx, person, draft_id, "entries.file"))
        examined = examine_draft(tenant, tx, draft)
        case = examined.case
        if case is None or errors_among(examined.findings):
            raise EntryRefused(examined.findings)
        customs = customs_of(tenant, tx)
        _show_documents(tenant, tx, person, case, customs)
        corrects = corrected_entry(draft)
        former = None if corrects is None else filed_entry(tenant, tx, corrects)[0]
        issued = issue_paper(
            tenant, tx, person, subject_of(draft), ENTRY, recipients=(), previous=former.version if former else None
        )
        others = _others(tenant, customs, case.entry)
        _state_filing(tenant, tx, person, case, issued, former, others)
        give_to_agencies(tenant, tx, person, subject_of(draft), issued, case.invoices, told=others)
        desk.close_draft(tx, person, draft.id, document_id=issued.document_id, now=tenant.now())
        if former is not None:
            tenant.end(tx, former.version, issued.commitment)
    return issued


def _dated(tenant: Tenant, tx: sa.Connection, person: Person, draft: desk.Draft) -> desk.Draft:
    """The claims are made when the entry is filed: its summary bears this day unless a person says another."""
    known = draft.sources.get("/summaryDate")
    if known is not None and known.origin == "keyed":
        return draft
    today = tenant.now().date().isoformat()
    source = desk.Source("computed", detail="the day of filing")
    return desk.set_draft_field(tx, person, draft.id, "/summaryDate", today, now=tenant.now(), source=source)


def _show_documents(tenant: Tenant, tx: sa.Connection, person: Person, case: CaseFile, customs: str) -> None:
    """Give customs the documents behind the entry, before the entry itself, so that it finds them there."""
    held = [*case.certifications, *case.invoices.values(), *case.authorities.values()]
    carried = named_versions(tenant, tx, case.entry)
    for version in dict.fromkeys((*(one.version for one in held), *carried)):
        share_paper(tenant, tx, person, version, customs, purpose="filing")


def _state_filing(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    case: CaseFile,
    issued: Issued,
    former: Filing | None,
    recipients: Sequence[str],
) -> str:
    """State the filing with its claims, and send the statements along that they rest on."""
    claims = _stated_claims(case)
    body: dict[str, Any] = {"version": issued.commitment, "claims": claims}
    if former is not None:
        body |= {"previous": former.version, "reason": "Corrected after filing"}
    evidence = [str(claim[name]) for claim in claims for name in ("issued", "delivered") if name in claim]
    return tenant.state(
        tx,
        person,
        FILED.name if former is None else CORRECTED.name,
        body,
        about=[issued.document_id],
        recipients=recipients,
        attach=list(dict.fromkeys(evidence)),
        documents=[issued.commitment],
    )


def _stated_claims(case: CaseFile) -> list[dict[str, Any]]:
    """One claim for all lines that rest on the same certification and statements."""
    stated: dict[tuple[str | None, ...], dict[str, Any]] = {}
    for line, claim, held in case.certified():
        evidence = {
            "certification": held.document_id,
            "version": held.version,
            "issued": claim.issued_statement,
            "delivered": claim.delivered_statement,
        }
        number, known = line.line.line_number, stated.get(tuple(evidence.values()))
        if known is not None:
            known.setdefault("also", []).append(number)
            continue
        said = {name: value for name, value in evidence.items() if name != "delivered" or value is not None}
        stated[tuple(evidence.values())] = {"line": number, **said}
    if len(stated) > MOST_CLAIMS:
        raise TooManyCertifications(got=f"{len(stated)}", expected=f"at most {MOST_CLAIMS}")
    return list(stated.values())


def _others(tenant: Tenant, customs: str, entry: EntrySummary) -> list[str]:
    """Who learns of the filing beside the filer: customs, and the importer where a broker files."""
    importer = entry.importer.did
    return sorted({customs, *([importer] if importer else [])} - {tenant.did})


# Showing.


def list_entries(
    tenant: Tenant,
    view: EntryView = "all",
    *,
    person: Person | None = None,
    after: str | None = None,
    limit: int = 50,
) -> EntryList:
    """The entries of a view (all, action, submitted, flagged, closed), the latest first, with the count of each."""
    if person is not None:
        require(person, "entries.read")
    return entry_list(tenant, view, after=after, limit=limit)


def show_entry(tenant: Tenant, document_id: str, person: Person | None = None) -> EntryPage:
    """An entry with its lines, each claim beside its certification, what the checks find, and what was said since."""
    if person is not None:
        require(person, "entries.read")
    with tenant.database.reading() as view:
        return entry_page(tenant, view, document_id)
