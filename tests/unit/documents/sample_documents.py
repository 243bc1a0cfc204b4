"""One whole document of each type, made with the builders of the room, for the tests beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sample_trade import PARTS, TRADE_SUBJECTS

from transire.documents.authority import PowerOfAttorney, power_of_attorney_subject
from transire.documents.catalogue import document_type
from transire.documents.certification import (
    Certification,
    CertifiedGood,
    RuleOfOrigin,
    certification_subject,
)
from transire.documents.cost_sheet import (
    CostedMaterial,
    Costs,
    CostSheet,
    ExcludedCosts,
    cost_sheet_subject,
    costed_good,
)
from transire.documents.customs_determination import CustomsDetermination, customs_determination_subject
from transire.documents.determination import Determination, Input, determination_subject, json_text
from transire.documents.entry import (
    AdditionalTariffNumber,
    Claim,
    EntryLine,
    EntryPart,
    EntryQuantity,
    EntrySummary,
    InvoiceReference,
    ManifestQuantity,
    Source,
    StatedFee,
    entry_summary_subject,
)
from transire.documents.evidence import Attachment, Evidence, evidence_subject
from transire.documents.invoice import Assist, Invoice, InvoiceLine, NamedAmount, invoice_subject
from transire.documents.parties import Address, Party, Period, SigningOfficial
from transire.origin.agreements import agreement
from transire.origin.determine import determine
from transire.origin.reading import read_case

ID = "A" * 43
OTHER_ID = "B" * 42 + "A"

PRODUCER = Party(
    did="did:web:bajio.example",
    name="Bombas y Ventiladores del Bajío, S.A. de C.V.",
    address=Address(street="Carretera Industrial km 4.5", city="Celaya", region="Guanajuato", country="MX"),
    phone="+52 461 555 0142",
    email="exportaciones@bvbajio.example",
)
VALLEY = Party(
    name="Dispositivos Médicos del Valle Central, S.A.",
    address=Address(street="Zona Franca del Valle, Edificio 7", city="Heredia", country="CR"),
    phone="+506 2555 0117",
    email="exportaciones@dmvalle.example",
)
IMPORTER = Party(
    name="Rio Grande Industrial and Medical Supply, Inc.",
    address=Address(street="4100 Bridge Commerce Drive", city="Laredo", region="TX", postal_code="78045", country="US"),
    phone="+1 956 555 0163",
    email="imports@rgims.example",
    tax_number="00-123456700",
)
BROKER = Party(
    name="Gateway Bridge Customs Brokers, LLC",
    address=Address(street="900 Transfer Yard Road", city="Laredo", country="US"),
)
OFFICIAL = SigningOfficial(
    name="Export compliance officer",
    title="Export compliance officer",
    address=PRODUCER.address,
    phone="+52 461 555 0142",
    email="exportaciones@bvbajio.example",
)
YEAR = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))

USMCA = Certification(
    agreement="usmca",
    certifier_capacity="producer",
    certifier=PRODUCER,
    signing_official=OFFICIAL,
    exporter=PRODUCER,
    importers=(IMPORTER,),
    goods=(
        CertifiedGood(
            good_number=1,
            product_number="BV-CP200",
            description="Centrifugal pump, single-stage, close-coupled, 1.5 kW, outlet 40 mm",
            tariff_number="8413.70",
            origin_criterion="B",
            rule_of_origin=RuleOfOrigin(
                citation="General Note 11(o), chapter 84, rule 40, HTSUS", scope="8413.11-8413.82", text="(A) A change"
            ),
            country_of_origin="MX",
        ),
        CertifiedGood(
            good_number=2,
            description="Avocados, fresh",
            tariff_number="0804.40",
            origin_criterion="A",
            rule_of_origin=RuleOfOrigin(citation="General Note 11(b)(i), HTSUS"),
            schedule_statement="Schedule II of the USMCA Rules of Origin Uniform Regulations",
        ),
    ),
    coverage="blanket",
    blanket_period=YEAR,
    certification_date=date(2026, 1, 2),
    certification_statement=agreement("usmca").statement,
)
CAFTA_DR = Certification(
    agreement="cafta_dr",
    certifier_capacity="producer",
    certifier=VALLEY,
    signing_official=OFFICIAL,
    producers=(VALLEY,),
    importers=(IMPORTER,),
    goods=(
        CertifiedGood(
            good_number=1,
            product_number="DM-BC16",
            description="Silicone balloon catheter, 16 Fr",
            tariff_number="9018.39",
            origin_criterion="product_rule",
            rule_of_origin=RuleOfOrigin(citation="General Note 29(n), chapter 90, rule 46, HTSUS"),
        ),
    ),
    coverage="single",
    invoice_number="EXP-1107",
    certification_date=date(2026, 11, 9),
    certification_statement=agreement("cafta_dr").statement,
)
NAFTA = Certification(
    agreement="nafta",
    certifier_capacity="exporter",
    certifier=PRODUCER,
    signing_official=OFFICIAL,
    exporter=PRODUCER,
    producer_statement="SAME",
    importer_statement="VARIOUS",
    goods=(
        CertifiedGood(
            good_number=1,
            description="Ceiling fan, 132 cm",
            tariff_number="8414.51",
            origin_criterion="B",
            country_of_origin="MX",
            producer_basis="YES",
            net_cost_basis="NC",
            net_cost_period=Period(start=date(2017, 1, 1), end=date(2017, 12, 31)),
        ),
    ),
    coverage="blanket",
    blanket_period=Period(start=date(2018, 1, 1), end=date(2018, 12, 31)),
    certification_date=date(2018, 1, 2),
    certification_statement=agreement("nafta").statement,
)
INVOICE = Invoice(
    invoice_number="F-2026-0418",
    invoice_date=date(2026, 11, 12),
    place_of_sale="Celaya, Guanajuato",
    port_of_entry="2304",
    seller=PRODUCER,
    buyer=IMPORTER,
    shipper=PRODUCER,
    consignee=IMPORTER,
    delivery_terms="FCA Celaya (Incoterms 2020)",
    payment_terms="60 days net",
    currency="USD",
    export_country="MX",
    export_date=date(2026, 11, 16),
    packages="BVB 1/2",
    lines=(
        InvoiceLine(
            line_number=1,
            product_number="BV-CP200",
            description="Centrifugal pump",
            tariff_number="8413.70.20.05",
            quantity=Decimal(40),
            unit="EA",
            unit_price=Decimal("412.00"),
            amount=Decimal("16480.00"),
            country_of_origin="MX",
            net_weight=Decimal("980"),
            gross_weight=Decimal("1038.8"),
        ),
        InvoiceLine(
            line_number=2,
            description="Rubber hose",
            quantity=Decimal("3.333"),
            unit="m",
            unit_price=Decimal("2.95"),
            amount=Decimal("9.83"),
            country_of_origin="MX",
        ),
    ),
    charges=(
        NamedAmount(name="freight", amount=Decimal("100.00"), included=False),
        NamedAmount(name="packing", amount=Decimal("7.00"), included=True),
    ),
    discounts=(NamedAmount(name="discount", amount=Decimal("10.00"), included=False),),
    assists=(Assist(name="moulds", amount=Decimal("500.00")),),
    goods_total=Decimal("16489.83"),
    total=Decimal("16579.83"),
    responsible_employee="Export compliance officer",
)
COST_SHEET = CostSheet(
    producer=PRODUCER,
    currency="USD",
    period=YEAR,
    certification=ID,
    goods=(
        costed_good(
            product_number="BV-CP200",
            description="Centrifugal pump",
            tariff_number="8413.70.20.05",
            quantity=Decimal(1),
            unit="EA",
            materials=(
                CostedMaterial(
                    material_number="RM-1002",
                    description="Electric motor",
                    tariff_number="8501.52",
                    origin="non_originating",
                    country_of_origin="CN",
                    quantity=Decimal(1),
                    unit="EA",
                    value=Decimal("96.50"),
                    supplier="Yuhang Small Motors",
                ),
                CostedMaterial(
                    material_number="RM-1006",
                    description="Screws",
                    tariff_number="7318.15",
                    origin="unknown",
                    quantity=Decimal(14),
                    unit="EA",
                    value=Decimal("2.10"),
                ),
            ),
            costs=Costs(product=Decimal("93.00"), period=Decimal("30.00"), other=Decimal("6.00")),
            excluded_costs=ExcludedCosts(promotion=Decimal("4.00"), shipping_packing=Decimal("7.50")),
            transaction_value=Decimal("412.00"),
        ),
    ),
)
AUTHORITY = PowerOfAttorney(
    principal=IMPORTER,
    principal_kind="corporation",
    organized_under="the laws of the State of Texas",
    importer_number="00-123456700",
    agent=BROKER,
    filer_code="ABC",
    powers=("entry", "entry_summary", "documents"),
    ports=("2304", "5201"),
    effective_from=date(2026, 1, 1),
    effective_until=date(2027, 12, 31),
    executed_on=date(2025, 12, 15),
    signing_official=OFFICIAL,
    authority_text="To make, sign and file entries.",
)
ENTRY = EntrySummary(
    entry_number="ABC-1234567-6",
    entry_type="01",
    summary_date=date(2026, 11, 20),
    surety_number="001",
    bond_type="8",
    port_of_entry="2304",
    entry_date=date(2026, 11, 18),
    carrier="Transportes del Puente",
    mode_of_transport="30",
    import_date=date(2026, 11, 17),
    transport_document="BOL 4471",
    exporting_country="MX",
    export_date=date(2026, 11, 16),
    unlading_port="2304",
    location_of_goods="Bridge 4, lot 2",
    consignee_number="00-123456700",
    importer_number="00-123456700",
    reference_number="R-17",
    in_transit_number="823456782",
    in_transit_date=date(2026, 11, 15),
    missing_documents=("01", "21"),
    lading_port="20187",
    manifest_quantity=ManifestQuantity(quantity="40", unit="CTNS"),
    consignee=IMPORTER,
    importer=IMPORTER,
    broker=BROKER,
    power_of_attorney=OTHER_ID,
    invoices=(ID,),
    lines=(
        EntryLine(
            line_number=1,
            description="Centrifugal pump",
            product_number="BV-CP200",
            tariff_number="8413.70.20.05",
            country_of_origin="MX",
            manufacturer_id="MXBOMVEN4CEL",
            producer=PRODUCER,
            gross_weight=Decimal("1038.8"),
            quantities=(EntryQuantity(quantity=Decimal(40), unit="No."),),
            entered_value=Decimal(16480),
            import_charges=Decimal(100),
            related_parties=False,
            invoice=InvoiceReference(document=ID, invoice_number="F-2026-0418", line_number=1),
            claim=Claim(
                agreement="usmca",
                programme="S",
                certification=OTHER_ID,
                certification_good=1,
                issued_statement=ID,
                delivered_statement=OTHER_ID,
            ),
        ),
        EntryLine(
            line_number=2,
            description="Rubber hose",
            tariff_number="4009.11.00.00",
            country_of_origin="MX",
            quantities=(EntryQuantity(quantity=Decimal("2.3"), unit="kg"),),
            entered_value=Decimal(10),
            invoice=InvoiceReference(document=ID, invoice_number="F-2026-0418", line_number=2),
            additional_numbers=(
                AdditionalTariffNumber(tariff_number="9903.88.15", value=Decimal(10), acts="adds"),
                AdditionalTariffNumber(tariff_number="9802.00.80"),
            ),
            parts=(EntryPart(part="articles of the United States", value=Decimal(4)),),
            stated_fees=(StatedFee(fee_class="056", amount=Decimal("1.25")),),
        ),
    ),
    total_entered_value=Decimal(16490),
    sources=(
        Source(field="/lines/0/description", document=ID, pointer="/credentialSubject/lines/0/description"),
        Source(field="/entryDate", keyed_by="preparer"),
        Source(field="/totalEnteredValue", computed="the sum of the lines"),
    ),
)
EVIDENCE = Evidence(
    request=ID,
    entry=OTHER_ID,
    line_number=1,
    answer="The motor is of Chinese origin.\nIts value stands on the cost sheet.",
    answered_on=date(2026, 11, 30),
    attachments=(Attachment(document=OTHER_ID, title="Cost sheet", schema_id="cost-sheet/1"),),
)

CASE = read_case(
    """{"agreement": "usmca", "import_date": "2026-11-22", "case": "CF-132", "good": {"tariff": "8414.51.30.00"},
    "materials": [{"id": "motor", "tariff": "8501.40.20", "origin": "non_originating", "value": "24.60"}]}"""
)
ANSWER = determine(CASE)
DETERMINATION = Determination(
    agreement="usmca",
    producer=PRODUCER,
    product_number="CF-132",
    description="Ceiling fan",
    tariff_number="8414.51.30.00",
    determined_for=date(2026, 11, 22),
    outcome=ANSWER.outcome,
    origin_criterion=ANSWER.criterion,
    rule_of_origin=RuleOfOrigin(citation="General Note 11(o), HTSUS", scope="8414.51", text="A change ..."),
    origin_case=json_text(CASE),
    origin_answer=json_text(ANSWER),
    inputs=(Input(place="/materials/0", comes_from="materials.csv, row 2", document=OTHER_ID),),
    determined_by="transire",
)
CUSTOMS_DETERMINATION = CustomsDetermination(
    agreement="usmca",
    outcome="not_originating",
    certifier=PRODUCER,
    certification=OTHER_ID,
    certification_good=1,
    product_number="CF-132",
    description="Ceiling fan",
    tariff_number="8414.51.30.00",
    findings="The motor does not shift.\nThe regional value content is below 60 per cent.",
    legal_basis="General Note 11(o), HTSUS",
    is_unsupported=False,
    determined_on=date(2026, 12, 30),
)
SUBJECTS: dict[str, Callable[[], dict[str, Any]]] = {
    "certification-of-origin/usmca/1": lambda: certification_subject(USMCA),
    "certification-of-origin/cafta-dr/1": lambda: certification_subject(CAFTA_DR),
    "certification-of-origin/nafta/1": lambda: certification_subject(NAFTA),
    "commercial-invoice/1": lambda: invoice_subject(INVOICE),
    "cost-sheet/1": lambda: cost_sheet_subject(COST_SHEET),
    "power-of-attorney/1": lambda: power_of_attorney_subject(AUTHORITY),
    "entry-summary/1": lambda: entry_summary_subject(ENTRY),
    "evidence/1": lambda: evidence_subject(EVIDENCE),
    "origin-determination/1": lambda: determination_subject(DETERMINATION),
    "customs-determination/1": lambda: customs_determination_subject(CUSTOMS_DETERMINATION),
} | {
    schema_id: partial(json.loads, json.dumps(said))
    for schema_id, said in (TRADE_SUBJECTS | {"disclosed-parts/1": PARTS}).items()
}


def credential(schema_id: str, subject: dict[str, Any] | None = None) -> dict[str, Any]:
    """An unsigned credential of this type around its sample, or around another subject."""
    return {
        "type": ["VerifiableCredential", document_type(schema_id).type_name],
        "issuer": "did:web:bajio.example",
        "validFrom": "2026-01-02T00:00:00Z",
        "credentialSubject": SUBJECTS[schema_id]() if subject is None else subject,
    }
