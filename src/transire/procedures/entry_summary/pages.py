"""The pages of entry summaries: invoices, drafting and filing, the officer's page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from transire.api import documents, network
from transire.desk.drafts import Draft
from transire.documents.entry import SCHEMA_ID as ENTRY
from transire.documents.invoice import SCHEMA_ID as INVOICE
from transire.documents.pdf_places import looks_like_pdf
from transire.documents.x12_invoice import STATED
from transire.portal.fields import anchor_of, field_lines, grouped, is_field, line_query, typed
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.verifying import PATH as VERIFY_PATH
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement, await_version, show_under_way
from transire.procedures.entry_summary import service
from transire.procedures.entry_summary.adding import BLOCKS
from transire.procedures.entry_summary.draft_sheets import SheetLine, draft_sheet
from transire.procedures.entry_summary.errors import EntryUnknown, InvoiceUnknown
from transire.procedures.entry_summary.filing import is_fixed
from transire.procedures.entry_summary.filings import VIEWS, EntryView
from transire.procedures.entry_summary.form7501 import Form7501, file_name, form_pdf
from transire.procedures.entry_summary.lines_shown import ALL, LINES_A_PAGE, ROWS_A_PAGE
from transire.procedures.entry_summary.officer_views import officer_page
from transire.procedures.entry_summary.pdf_invoices import begin_reading, reading_of
from transire.procedures.entry_summary.pricing import notices_of
from transire.procedures.entry_summary.reading_pages import LABELS
from transire.procedures.entry_summary.remarks import remarks_on
from transire.procedures.line_number import read_line_number
from transire.procedures.typesetting import can_typeset

TRADERS = frozenset({"producer", "exporter", "importer", "broker", "customs"})
FILERS = frozenset({"importer", "broker", "customs"})

PAGES = Pages(
    Place("/invoices", N_("Invoices"), N_("Entry"), "invoices.read", TRADERS),
    Place("/entries", N_("Entry summaries"), N_("Entry"), "entries.read", FILERS, also=("/entry-drafts",)),
    told={
        "invoice-read": N_("Read. Nothing is issued yet: confirm or correct each field beside the original's text."),
        "invoice-issued": N_("Issued. The invoice is on its way to the importer."),
        "entry-drafted": N_("Drafted from the documents held. Look at the findings, then file it."),
        "entry-field-set": N_("The field was changed, and the checks were run again."),
        "entry-refreshed": N_("Everything was taken from the documents again; what was keyed stands."),
        "transport-stated": N_("Taken. Each field is marked as stated by you; what a signed document says stands."),
        "entry-discarded": N_("The draft was given up."),
        "entry-filed": N_("Filed. Customs sees it one block later."),
        "claim-taken-back": N_("A correction without the claim is drafted. Look at it, then file it."),
        "claim-accepted": N_("The claim is accepted, and the filer is told."),
    },
    kinds={
        "entry.filed/1": N_("filed it"),
        "entry.corrected/1": N_("corrected it"),
        "claim.accepted/1": N_("accepted a claim"),
    },
    items={
        "entry.filed": Item(N_("An entry summary was filed"), "/entries/{document_id}"),
        "entry.corrected": Item(N_("An entry summary was corrected"), "/entries/{document_id}"),
        "claim.accepted": Item(N_("The claim of line %(line)s was accepted"), "/entries/{document_id}"),
    },
    documents={ENTRY: "/entries/{document_id}", INVOICE: "/invoices/{document_id}"},
    drafts={service.DRAFT_KIND: "/entry-drafts/{draft_id}"},
)


# Invoices.


@PAGES.get("/invoices", operation="invoices.read")
def show_invoices(visit: Visit) -> Response:
    """The invoices that are held."""
    words = visit.asked("words")[:200]
    page = service.list_invoices(visit.tenant, visit.actor, words=words, after=visit.asked("after") or None)
    return visit.show("entry_summary/invoices.html", page=page, words=words)


@PAGES.get("/invoices/new", operation="invoices.issue")
def show_new_invoice(visit: Visit) -> Response:
    """Where the seller hands over the table of its own system."""
    return visit.show("entry_summary/new_invoice.html", importers=_members(visit, "importer"))


@PAGES.post("/invoices/new", operation="invoices.issue", again=show_new_invoice)
def issue_invoice(visit: Visit) -> Response:
    """Issue it; a second one of the same number replaces the first. What is read from a PDF is confirmed before."""
    raw = visit.form.file("invoice")
    if looks_like_pdf(raw):
        draft_id = begin_reading(visit.tenant, visit.actor, raw, importer_did=visit.form.text("importer"))
        return visit.go(f"/invoice-readings/{draft_id}", told="invoice-read")
    issued = service.issue_invoice(
        visit.tenant,
        visit.actor,
        raw,
        importer_did=visit.form.text("importer"),
        stated={name: visit.form.optional(name) for name in STATED},
    )
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/invoices/{issued.document_id}", told="invoice-issued")


@PAGES.get("/invoices/{document_id}", operation="invoices.read")
def show_invoice(visit: Visit) -> Response:
    """One invoice."""
    document_id = visit.named("document_id")
    try:
        page = service.show_invoice(visit.tenant, document_id, visit.actor)
    except InvoiceUnknown:
        return _under_way(visit, document_id)
    beside = documents.show_document(visit.tenant, visit.actor, document_id)
    came = reading_of(visit.tenant, visit.actor, document_id)
    return visit.show("entry_summary/invoice.html", page=page, view=beside, came=came, named=LABELS)


# Drafting and filing.


@PAGES.get("/entries", operation="entries.read")
def show_entries(visit: Visit) -> Response:
    """The entries of a view, with the count of each view, and the open drafts."""
    asked = visit.asked("view", "all")
    view: EntryView = next((each for each in VIEWS if each == asked), "all")
    listed = service.list_entries(visit.tenant, view, person=visit.actor, after=visit.asked("after") or None)
    can_draft = visit.may("entries.draft") and not {"importer", "broker"}.isdisjoint(visit.tenant.roles)
    drafts = service.list_drafts(visit.tenant, visit.actor) if can_draft else ()
    return visit.show("entry_summary/entries.html", listed=listed, views=VIEWS, drafts=drafts, can_draft=can_draft)


@PAGES.get("/entries/new", operation="entries.draft")
def show_new_entry(visit: Visit) -> Response:
    """Choose the invoices; the entry is drafted from them and from the certifications behind them."""
    page = service.list_invoices(visit.tenant, visit.actor, limit=200)
    current = [row for row in page.rows if row.current]
    importers = dict.fromkeys((row.buyer_did, row.buyer) for row in current)
    return visit.show("entry_summary/new_entry.html", rows=current, importers=list(importers))


@PAGES.post("/entries/new", operation="entries.draft", again=show_new_entry)
def draft_entry(visit: Visit) -> Response:
    """Draft it."""
    draft_id = service.draft_entry(
        visit.tenant,
        visit.actor,
        importer_did=visit.form.text("importer"),
        invoices=visit.form.some("invoices"),
    )
    return visit.go(f"/entry-drafts/{draft_id}", told="entry-drafted")


@PAGES.get("/entry-drafts/{draft_id}", operation="entries.check")
def show_draft(visit: Visit) -> Response:
    """The draft: every field beside its source, what the checks find, and the way to each field."""
    return _draft_page(visit, "entry_summary/draft.html")


@PAGES.get("/entry-drafts/{draft_id}/7501.pdf", operation="entries.check")
def print_draft(visit: Visit) -> Response:
    """The draft on a look-alike of CBP Form 7501."""
    return _printed(service.draft_form(visit.tenant, visit.actor, visit.named("draft_id")))


@PAGES.post("/entry-drafts/{draft_id}/field", operation="entries.draft", again=show_draft)
def set_field(visit: Visit) -> Response:
    """Change one field by hand, or clear it, and back to it or to the findings."""
    draft_id, pointer = visit.named("draft_id"), visit.form.text("pointer")
    content = service.read_draft(visit.tenant, visit.actor, draft_id).content
    text = visit.form.optional("value")
    service.set_field(
        visit.tenant,
        visit.actor,
        draft_id,
        pointer,
        None if text is None else typed(content, pointer, text),
        expected_version=visit.form.whole("version", least=1, most=10**8),
    )
    back = "findings" if visit.form.optional("then") == "findings" else anchor_of(pointer)
    return visit.go(f"/entry-drafts/{draft_id}", told="entry-field-set", anchor=back, query=line_query(pointer))


@PAGES.post("/entry-drafts/{draft_id}/refresh", operation="entries.draft", again=show_draft)
def refresh_draft(visit: Visit) -> Response:
    """Take everything from the documents again."""
    service.refresh_draft(visit.tenant, visit.actor, visit.named("draft_id"))
    return visit.go(f"/entry-drafts/{visit.named('draft_id')}", told="entry-refreshed")


@PAGES.post("/entry-drafts/{draft_id}/transport", operation="entries.draft", again=show_draft)
def state_transport(visit: Visit) -> Response:
    """Take the table of the bill of lading and the packing list, which the filer confirms."""
    visit.form.text("confirm")
    service.state_transport(visit.tenant, visit.actor, visit.named("draft_id"), visit.form.file("transport"))
    return visit.go(f"/entry-drafts/{visit.named('draft_id')}", told="transport-stated")


@PAGES.post("/entry-drafts/{draft_id}/discard", operation="entries.draft", again=show_draft)
def discard_draft(visit: Visit) -> Response:
    """Give it up."""
    service.discard_draft(visit.tenant, visit.actor, visit.named("draft_id"))
    return visit.go("/entries", told="entry-discarded")


@PAGES.get("/entry-drafts/{draft_id}/file", operation="entries.file")
def show_file(visit: Visit) -> Response:
    """The last look before a step that cannot be taken back."""
    return _draft_page(visit, "entry_summary/file.html", size=ROWS_A_PAGE)


@PAGES.post("/entry-drafts/{draft_id}/file", operation="entries.file", again=show_file)
def file_entry(visit: Visit) -> Response:
    """File it; refused while the checks find errors."""
    visit.form.text("declare")
    issued = service.file_entry(visit.tenant, visit.actor, visit.named("draft_id"))
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/entries/{issued.document_id}", told="entry-filed")


# The officer's page.


@PAGES.get("/entries/{document_id}", operation="entries.read")
def show_entry(visit: Visit) -> Response:
    """An entry with its lines, each claim beside its certification, the checks, and what was said since."""
    document_id = visit.named("document_id")
    try:
        line = read_line_number(visit.asked("line"))
        shown = officer_page(visit.tenant, visit.actor, document_id, line=line, show=visit.asked("show", ALL))
    except EntryUnknown:
        return _under_way(visit, document_id)
    beside = documents.show_document(visit.tenant, visit.actor, document_id)
    customs = "customs" in visit.tenant.roles
    page = shown.entry
    return visit.show(
        "entry_summary/entry.html",
        page=page,
        shown=shown,
        duty=shown.duty,
        notices=notices_of(shown.duty),
        can_typeset=can_typeset(),
        view=beside,
        header=field_lines({field.pointer[1:]: field.value for field in page.fields}),
        decides=customs and visit.may("claims.decide", "customs"),
        asks=customs and visit.may("requests.ask", "customs"),
        remarks=remarks_on(visit.tenant, visit.actor, document_id),
        notes=customs and visit.may("entries.note", "customs"),
        corrects=page.row.filing.by == visit.tenant.did and visit.may("entries.draft", "authorised_broker"),
    )


@PAGES.get("/entries/{document_id}/7501.pdf", operation="entries.read")
def print_entry(visit: Visit) -> Response:
    """The entry on a look-alike of CBP Form 7501, to print and to keep."""
    verify_at = f"{visit.portal.node.settings.origin}{VERIFY_PATH}"
    return _printed(service.entry_form(visit.tenant, visit.named("document_id"), visit.actor, verify_at=verify_at))


@PAGES.post("/entries/{document_id}/correct", operation="entries.draft", again=show_entry)
def draft_correction(visit: Visit) -> Response:
    """Draft a correction from the documents as they stand now."""
    draft_id = service.draft_correction(visit.tenant, visit.actor, visit.named("document_id"))
    return visit.go(f"/entry-drafts/{draft_id}", told="entry-drafted")


@PAGES.post("/entries/{document_id}/lines/{line}/withdraw", operation="entries.draft", again=show_entry)
def withdraw_claim(visit: Visit) -> Response:
    """Draft a correction without the claim of a line; its page shows what is owed then."""
    withdrawal = service.withdraw_claims(visit.tenant, visit.actor, visit.named("document_id"), [_line(visit)])
    return visit.go(f"/entry-drafts/{withdrawal.draft_id}", told="claim-taken-back")


@PAGES.post("/entries/{document_id}/lines/{line}/accept", operation="claims.decide", again=show_entry)
def accept_claim(visit: Visit) -> Response:
    """Accept the claim of a line."""
    document_id, line = visit.named("document_id"), _line(visit)
    note = visit.form.optional("note") or ""
    stated = service.accept_claim(visit.tenant, visit.actor, document_id, line, note=note)
    await_statement(visit.tenant, stated)
    return visit.go(f"/entries/{document_id}", told="claim-accepted", anchor=f"line-{line}", query={"line": str(line)})


def _printed(form: Form7501) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{file_name(form)}"'}
    return Response(form_pdf(form), media_type="application/pdf", headers=headers)


def _draft_page(visit: Visit, template: str, *, size: int = LINES_A_PAGE) -> Response:
    editing = visit.form.optional("pointer") or visit.asked("edit")
    shown = line_query(editing).get("line") or visit.asked("line")
    sheet = draft_sheet(
        visit.tenant,
        visit.actor,
        visit.named("draft_id"),
        show=ALL if editing else visit.asked("show", ALL),
        at=read_line_number(shown) - 1 if shown else None,
        size=size,
    )
    draft, content = sheet.draft, sheet.content
    wanted = [finding.where for finding in sheet.findings if is_field(content, finding.where)]
    asked = [*wanted, editing]
    whole = {name: value for name, value in content.items() if name != "lines"}
    header = field_lines(whole, draft.sources, wanted=[one for one in asked if not one.startswith("/lines/")])
    parts = [_part(draft, line, asked, editing) for line in sheet.lines]
    fields = [*header, *(field for part in parts for field in part["fields"])]
    return visit.show(
        template,
        sheet=sheet,
        draft=draft,
        header=grouped(header),
        parts=parts,
        fixed={field.pointer for field in fields if is_fixed(field.pointer)},
        changeable={field.pointer for field in fields if not is_fixed(field.pointer)},
        editing=editing,
        blocks=[block for block in BLOCKS if not content.get(block)],
        notices=notices_of(sheet.duty),
        can_typeset=can_typeset(),
        labels=documents.labels(visit.tenant, {field.source.document_id for field in fields if field.source}),
    )


def _part(draft: Draft, line: SheetLine, asked: Sequence[str], editing: str) -> dict[str, Any]:
    """A line of the draft as it is shown: what it declares, its fields, what is found of it, whether it is open."""
    wanted = [pointer for pointer in asked if pointer.startswith(line.base)]
    return {
        "number": line.at + 1,
        "base": line.base,
        "declared": line.declared,
        "fields": field_lines(line.declared, draft.sources, wanted=wanted, base=line.base[:-1]),
        "findings": line.findings,
        "open": bool(line.findings) or editing.startswith(line.base),
    }


def _members(visit: Visit, role: str) -> list[tuple[str, str]]:
    return [(line.did, line.name) for line in network.list_members(visit.tenant, visit.actor) if role in line.roles]


def _line(visit: Visit) -> int:
    return read_line_number(visit.named("line"))


def _under_way(visit: Visit, document_id: str) -> Response:
    waiting = show_under_way(visit, document_id)
    if waiting is None:
        raise EntryUnknown(got=document_id)
    return waiting
