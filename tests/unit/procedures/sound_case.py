"""A case in which every check finds nothing, and the means to break one thing in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from transire.documents.authority import PowerOfAttorney
from transire.documents.certification import Certification, CertifiedGood, RuleOfOrigin
from transire.documents.entry import (
    Claim,
    EntryLine,
    EntryQuantity,
    EntrySummary,
    InvoiceReference,
    Source,
)
from transire.documents.invoice import Invoice, InvoiceLine
from transire.documents.parties import Address, Party, Period, SigningOfficial
from transire.origin.agreements import agreement
from transire.procedures.entry_summary.checks.case import (
    Anchored,
    CaseFile,
    HeldAuthority,
    HeldCertification,
    HeldInvoice,
)

PRODUCER, IMPORTER, BROKER = "did:key:zProducer", "did:key:zImporter", "did:key:zBroker"
CERTIFICATION, INVOICE, AUTHORITY = "certification-id", "invoice-id", "authority-id"

mexico = Party(
    name="Bombas del Norte, S.A. de C.V.",
    did=PRODUCER,
    address=Address(street="Av. Industrial 100", city="Monterrey", country="MX"),
    phone="+52 81 5555 0100",
    email="origen@bombas.example",
)
importer = Party(
    name="Lone Star Pumps, Inc.",
    did=IMPORTER,
    address=Address(street="1 Quay Street", city="Laredo", region="TX", country="US"),
)
broker = Party(
    name="Rio Grande Brokers", did=BROKER, address=Address(street="2 Bridge Street", city="Laredo", country="US")
)
stranger = Party(name="Somebody Else, Ltd.", address=Address(street="3 Road", city="Shenzhen", country="CN"))
official = SigningOfficial(
    name="Export clerk", title="Export manager", address=mexico.address, phone="+52 81 5555 0100"
)

pump = CertifiedGood(
    good_number=1,
    product_number="BN-100",
    description="Centrifugal pump",
    tariff_number="8413.70.20",
    origin_criterion="B",
    rule_of_origin=RuleOfOrigin(citation="GN 11(o)/84.13", scope="8413.11-8413.82"),
    country_of_origin="MX",
)
certification = Certification(
    agreement="usmca",
    certifier_capacity="producer",
    certifier=mexico,
    signing_official=official,
    importers=(importer,),
    goods=(pump,),
    coverage="blanket",
    blanket_period=Period(start=date(2026, 1, 1), end=date(2026, 12, 31)),
    certification_date=date(2026, 1, 2),
    certification_statement=agreement("usmca").statement,
)
invoice = Invoice(
    invoice_number="F-2041",
    invoice_date=date(2026, 11, 10),
    port_of_entry="2304",
    seller=mexico,
    buyer=importer,
    currency="USD",
    export_country="MX",
    export_date=date(2026, 11, 12),
    lines=(
        InvoiceLine(
            line_number=1,
            product_number="BN-100",
            description="Centrifugal pump",
            tariff_number="8413.70.20.04",
            quantity=Decimal(40),
            unit="PCS",
            unit_price=Decimal("250.00"),
            amount=Decimal("10000.00"),
            country_of_origin="MX",
        ),
    ),
    goods_total=Decimal("10000.00"),
    total=Decimal("10000.00"),
)
authority = PowerOfAttorney(
    principal=importer,
    principal_kind="corporation",
    organized_under="Texas",
    importer_number="12-345678900",
    agent=broker,
    powers=("entry_summary", "documents"),
    effective_from=date(2026, 1, 1),
    effective_until=date(2027, 12, 31),
    executed_on=date(2026, 1, 1),
    signing_official=SigningOfficial(name="President", title="President"),
)
claim = Claim(
    agreement="usmca",
    programme="S",
    certification=CERTIFICATION,
    certification_good=1,
    issued_statement="issued",
    delivered_statement="delivered",
)
line = EntryLine(
    line_number=1,
    description="Centrifugal pump",
    product_number="BN-100",
    tariff_number="8413.70.20.04",
    country_of_origin="MX",
    quantities=(EntryQuantity(quantity=Decimal(40), unit="No."),),
    entered_value=Decimal(10000),
    producer=mexico,
    invoice=InvoiceReference(document=INVOICE, invoice_number="F-2041", line_number=1),
    claim=claim,
)
entry = EntrySummary(
    entry_number="B76-0324527-8",
    entry_type="01",
    port_of_entry="2304",
    export_date=date(2026, 11, 12),
    import_date=date(2026, 11, 14),
    entry_date=date(2026, 11, 14),
    summary_date=date(2026, 11, 20),
    exporting_country="MX",
    importer_number="12-345678900",
    importer=importer,
    broker=broker,
    power_of_attorney=AUTHORITY,
    invoices=(INVOICE,),
    lines=(line,),
    total_entered_value=Decimal(10000),
    sources=(Source(field="/entryDate", keyed_by="preparer"), Source(field="/importDate", keyed_by="preparer")),
)


def anchored(name: str, kind: str, by: str, version: str, log_index: int, at: datetime) -> Anchored:
    return Anchored(statement=name, kind=kind, by=by, version=version, log_index=log_index, accepted_at=at)


issued = anchored("issued", "document.issued/1", PRODUCER, CERTIFICATION, 10, datetime(2026, 1, 2, 9, tzinfo=UTC))
delivered = anchored(
    "delivered", "document.delivered/1", IMPORTER, CERTIFICATION, 11, datetime(2026, 1, 2, 9, 1, tzinfo=UTC)
)
filed = anchored("filed", "entry.filed/1", BROKER, "entry-id", 50, datetime(2026, 11, 20, 15, tzinfo=UTC))

SOUND = CaseFile(
    entry=entry,
    filer=BROKER,
    now=datetime(2026, 11, 20, 15, tzinfo=UTC),
    filed=filed,
    certifications=(
        HeldCertification(
            document_id=CERTIFICATION,
            version=CERTIFICATION,
            issuer=PRODUCER,
            issuer_roles=frozenset({"producer", "exporter"}),
            stated="c",
            computed="c",
            content=certification,
        ),
    ),
    invoices={
        INVOICE: HeldInvoice(
            document_id=INVOICE, version=INVOICE, issuer=PRODUCER, stated="i", computed="i", content=invoice
        )
    },
    authorities={
        AUTHORITY: HeldAuthority(
            document_id=AUTHORITY, version=AUTHORITY, issuer=IMPORTER, stated="a", computed="a", content=authority
        )
    },
    statements={"issued": issued, "delivered": delivered},
)


def with_entry(**changes: Any) -> CaseFile:
    return replace(SOUND, entry=replace(entry, **changes))


def with_line(**changes: Any) -> CaseFile:
    changed = replace(line, **changes)
    return with_entry(lines=(changed,), total_entered_value=changed.entered_value)


def with_claim(**changes: Any) -> CaseFile:
    return with_line(claim=replace(claim, **changes))


def with_certification(**changes: Any) -> CaseFile:
    return with_held_certification(content=replace(certification, **changes))


def with_held_certification(**changes: Any) -> CaseFile:
    return replace(SOUND, certifications=(replace(SOUND.certifications[0], **changes),))


def with_good(**changes: Any) -> CaseFile:
    return with_certification(goods=(replace(pump, **changes),))


def with_invoice(**changes: Any) -> CaseFile:
    return with_held_invoice(content=replace(invoice, **changes))


def with_held_invoice(**changes: Any) -> CaseFile:
    return replace(SOUND, invoices={INVOICE: replace(SOUND.invoices[INVOICE], **changes)})


def with_invoice_line(**changes: Any) -> CaseFile:
    return with_invoice(lines=(replace(invoice.lines[0], **changes),))


def with_authority(**changes: Any) -> CaseFile:
    return with_held_authority(content=replace(authority, **changes))


def with_held_authority(**changes: Any) -> CaseFile:
    return replace(SOUND, authorities={AUTHORITY: replace(SOUND.authorities[AUTHORITY], **changes)})


def with_statement(name: str, **changes: Any) -> CaseFile:
    return replace(SOUND, statements=dict(SOUND.statements) | {name: replace(SOUND.statements[name], **changes)})
