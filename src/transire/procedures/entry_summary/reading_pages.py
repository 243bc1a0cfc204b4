"""The pages of an invoice that is read from a PDF: each field beside the original's text, confirmed once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from transire.portal.registry import N_, Pages
from transire.portal.visit import Visit
from transire.portal.waiting import await_version
from transire.procedures.entry_summary import pdf_invoices as service
from transire.procedures.line_number import read_line_number

PAGES = Pages(
    told={
        "part-confirmed": N_("Confirmed. What is left is named above."),
        "part-kept": N_("Kept, and not confirmed yet: some fields are to be mended."),
        "line-added": N_("A line was added. Fill it in."),
        "line-removed": N_("The line was taken away. Confirm the parts again."),
        "reading-discarded": N_("The reading was given up."),
        "read-invoice-issued": N_("Issued as you confirmed it. The invoice is on its way to the importer."),
    },
    drafts={service.DRAFT_KIND: "/invoice-readings/{draft_id}"},
)

LABELS: Final[Mapping[str, str]] = {
    "invoice_number": N_("Invoice number"),
    "invoice_date": N_("Date of the invoice"),
    "place_of_sale": N_("Place of sale"),
    "port_of_entry": N_("Port of entry"),
    "seller_name": N_("Seller: name"),
    "seller_street": N_("Seller: street"),
    "seller_city": N_("Seller: city"),
    "seller_region": N_("Seller: state or province"),
    "seller_postal_code": N_("Seller: postal code"),
    "seller_country": N_("Seller: country"),
    "seller_phone": N_("Seller: telephone"),
    "seller_email": N_("Seller: e-mail"),
    "buyer_name": N_("Buyer: name"),
    "buyer_street": N_("Buyer: street"),
    "buyer_city": N_("Buyer: city"),
    "buyer_region": N_("Buyer: state or province"),
    "buyer_postal_code": N_("Buyer: postal code"),
    "buyer_country": N_("Buyer: country"),
    "buyer_phone": N_("Buyer: telephone"),
    "buyer_email": N_("Buyer: e-mail"),
    "delivery_terms": N_("Terms of delivery"),
    "payment_terms": N_("Terms of payment"),
    "export_country": N_("Country of exportation"),
    "export_date": N_("Date of exportation"),
    "packages": N_("Packages"),
    "responsible_employee": N_("Responsible employee"),
    "currency": N_("Currency"),
    "freight": N_("Freight"),
    "insurance": N_("Insurance"),
    "packing": N_("Packing"),
    "charges_included": N_("Do the prices of the lines contain these charges? (yes or no)"),
    "discount": N_("Discount"),
    "goods_total": N_("Total of the goods"),
    "total": N_("Total of the invoice"),
    "line": N_("Line number"),
    "product_number": N_("Product number"),
    "description": N_("Description"),
    "tariff_number": N_("Tariff number"),
    "quantity": N_("Quantity"),
    "unit": N_("Unit"),
    "unit_price": N_("Price of one unit"),
    "amount": N_("Amount"),
    "country_of_origin": N_("Country of origin"),
    "net_weight": N_("Net weight in kg"),
    "gross_weight": N_("Gross weight in kg"),
}


@PAGES.get("/invoice-readings/{draft_id}", operation="invoices.issue")
def show_reading(visit: Visit) -> Response:
    """One part of what was read, beside the text of its pages."""
    part = visit.form.optional("part") or visit.asked("part", service.HEAD)
    page = service.show_reading(visit.tenant, visit.actor, visit.named("draft_id"), part)
    return visit.show("entry_summary/reading.html", page=page, named=LABELS)


@PAGES.post("/invoice-readings/{draft_id}/confirm", operation="invoices.issue", again=show_reading)
def confirm_part(visit: Visit) -> Response:
    """Confirm or correct one part, and on to the next that is not confirmed."""
    draft_id, part = visit.named("draft_id"), visit.form.text("part")
    page = service.show_reading(visit.tenant, visit.actor, draft_id, part)
    asked = [*page.part.fields, *(field for _, fields in page.part.lines for field in fields)]
    is_whole = service.confirm_part(
        visit.tenant,
        visit.actor,
        draft_id,
        part,
        {field.pointer: visit.form.optional(field.pointer) or "" for field in asked},
        expected_version=visit.form.whole("version", least=1, most=10**8),
    )
    left = [name for name, confirmed in page.parts if not confirmed and name != part]
    onward = (left[0] if left else part) if is_whole else part
    told = "part-confirmed" if is_whole else "part-kept"
    return visit.go(f"/invoice-readings/{draft_id}", told=told, query={"part": onward})


@PAGES.post("/invoice-readings/{draft_id}/lines", operation="invoices.issue", again=show_reading)
def add_line(visit: Visit) -> Response:
    """Add a line that was not read."""
    draft_id = visit.named("draft_id")
    part = service.add_line(visit.tenant, visit.actor, draft_id)
    return visit.go(f"/invoice-readings/{draft_id}", told="line-added", query={"part": part})


@PAGES.post("/invoice-readings/{draft_id}/lines/{line}/remove", operation="invoices.issue", again=show_reading)
def remove_line(visit: Visit) -> Response:
    """Take away what is no line."""
    draft_id = visit.named("draft_id")
    service.remove_line(visit.tenant, visit.actor, draft_id, read_line_number(visit.named("line")) - 1)
    return visit.go(f"/invoice-readings/{draft_id}", told="line-removed")


@PAGES.post("/invoice-readings/{draft_id}/issue", operation="invoices.issue", again=show_reading)
def issue_reading(visit: Visit) -> Response:
    """Issue the invoice; refused while a part is not confirmed."""
    issued = service.issue_reading(visit.tenant, visit.actor, visit.named("draft_id"))
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/invoices/{issued.document_id}", told="read-invoice-issued")


@PAGES.post("/invoice-readings/{draft_id}/discard", operation="invoices.issue", again=show_reading)
def discard_reading(visit: Visit) -> Response:
    """Give it up."""
    service.discard_reading(visit.tenant, visit.actor, visit.named("draft_id"))
    return visit.go("/invoices", told="reading-discarded")
