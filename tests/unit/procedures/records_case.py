"""An entry that fills every record that is written: three lines, a bond, an in-bond movement, chapter 99, a tax."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace
from sound_case import entry, line

from transire.documents.entry import (
    AdditionalTariffNumber,
    EntryLine,
    EntryQuantity,
    EntrySummary,
    ManifestQuantity,
    StatedFee,
)

PUMP = replace(
    line,
    description="Centrifugal pump, stainless steel, with motor; for the food industry and for dairies, 40 of them",
    manufacturer_id="MXBOMNOR100MON",
    gross_weight=Decimal("1038.8"),
    import_charges=Decimal(100),
    related_parties=False,
)
FAN = replace(
    line,
    line_number=2,
    description="Ventilateur été",
    tariff_number="8414.51.30.00",
    country_of_origin="CN",
    quantities=(EntryQuantity(quantity=Decimal(400), unit="No."),),
    entered_value=Decimal(5000),
    claim=None,
    additional_numbers=(AdditionalTariffNumber(tariff_number="9903.88.15", value=Decimal(4000)),),
    related_parties=True,
)
CIDER = replace(
    line,
    line_number=3,
    description="Cider",
    tariff_number="2206.00.30.00",
    country_of_origin="FR",
    quantities=(
        EntryQuantity(quantity=Decimal("20.5"), unit="liters"),
        EntryQuantity(quantity=Decimal(5), unit="pf.liters"),
    ),
    entered_value=Decimal(300),
    claim=None,
    stated_fees=(StatedFee(fee_class="017", amount=Decimal("12.34")), StatedFee(fee_class="056", amount=Decimal("1"))),
)
WHOLE: EntrySummary = replace(
    entry,
    export_date=date(2026, 10, 20),
    import_date=date(2026, 11, 1),
    entry_date=date(2026, 11, 2),
    mode_of_transport="11",
    carrier="MAEU",
    transport_document="MAEU123456789012",
    manifest_quantity=ManifestQuantity(quantity="40", unit="CTNS"),
    in_transit_number="823456782",
    in_transit_date=date(2026, 10, 30),
    missing_documents=("01", "21"),
    lading_port="20187",
    unlading_port="2704",
    location_of_goods="H123",
    surety_number="001",
    bond_type="8",
    reference_number="R-17",
    consignee_number="12-345678900",
    lines=(PUMP, FAN, CIDER),
    total_entered_value=Decimal(15300),
)


def with_line(changed: EntryLine | None = None, **changes: Any) -> EntrySummary:
    """The whole entry with its first line changed, and alone."""
    alone = replace(changed or PUMP, **changes)
    return replace(WHOLE, lines=(alone,), total_entered_value=alone.entered_value)
