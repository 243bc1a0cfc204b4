"""Entry summaries: a subset of CBP Form 7501, with what each preference claim rests on and where each field is from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec

from transire.documents.parties import Party
from transire.documents.wire import make_subject, read_document, read_subject

SCHEMA_ID = "entry-summary/1"


class EntryQuantity(msgspec.Struct, frozen=True, kw_only=True):
    """A net quantity in a unit of the tariff schedule (block 31)."""

    quantity: Decimal
    unit: str


class InvoiceReference(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The invoice line that an entry line declares."""

    document: str
    invoice_number: str
    line_number: int


class ManifestQuantity(msgspec.Struct, frozen=True, kw_only=True):
    """The packages of a bill of lading or air waybill (block 30 B): how many, and of which kind."""

    quantity: str
    unit: str


class AdditionalTariffNumber(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A number of chapter 98 or 99 that a line carries too (block 29 A).

    `value` is what it is on, where that is not the value of the line; `acts` says what its notes say of its rate.
    """

    tariff_number: str
    value: Decimal | None = None
    acts: Literal["adds", "replaces"] | None = None


class EntryPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a part of the goods is worth, where a rate is on a part of the value."""

    part: str
    value: Decimal


class StatedFee(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A tax or fee that the filer states (block 33), by its class code."""

    fee_class: str
    amount: Decimal


class Claim(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A claim for preference. `programme` is the special programme indicator that stands before the tariff number."""

    agreement: Literal["nafta", "usmca", "cafta_dr"]
    programme: str
    certification: str | None = None
    certification_good: int | None = None
    issued_statement: str | None = None
    delivered_statement: str | None = None


class EntryLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One line of the entry; values are whole US dollars."""

    line_number: int
    description: str
    tariff_number: str
    country_of_origin: str
    quantities: tuple[EntryQuantity, ...]
    entered_value: Decimal
    invoice: InvoiceReference
    product_number: str | None = None
    manufacturer_id: str | None = None
    producer: Party | None = None
    gross_weight: Decimal | None = None
    import_charges: Decimal | None = None
    related_parties: bool | None = None
    claim: Claim | None = None
    additional_numbers: tuple[AdditionalTariffNumber, ...] = ()
    parts: tuple[EntryPart, ...] = ()
    stated_fees: tuple[StatedFee, ...] = ()


class Source(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Where a field came from: a place in a document, a person's role, or a computation. Exactly one of the three."""

    field: str
    document: str | None = None
    pointer: str | None = None
    keyed_by: str | None = None
    computed: str | None = None


class EntrySummary(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """An entry summary as its credential subject says it."""

    entry_number: str
    entry_type: str
    port_of_entry: str
    entry_date: date
    import_date: date
    exporting_country: str
    importer_number: str
    importer: Party
    invoices: tuple[str, ...]
    lines: tuple[EntryLine, ...]
    total_entered_value: Decimal
    sources: tuple[Source, ...] = msgspec.field()
    summary_date: date | None = None
    surety_number: str | None = None
    bond_type: str | None = None
    carrier: str | None = None
    mode_of_transport: str | None = None
    transport_document: str | None = None
    export_date: date | None = None
    unlading_port: str | None = None
    location_of_goods: str | None = None
    consignee_number: str | None = None
    consignee: Party | None = None
    reference_number: str | None = None
    broker: Party | None = None
    power_of_attorney: str | None = None
    in_transit_number: str | None = None
    in_transit_date: date | None = None
    missing_documents: tuple[str, ...] = ()
    lading_port: str | None = None
    manifest_quantity: ManifestQuantity | None = None

    @property
    def filer_code(self) -> str:
        return self.entry_number[:3]


def read_entry_summary(document: Mapping[str, Any]) -> EntrySummary:
    """Read a credential that must be an entry summary, checking all of it first."""
    return read_document(SCHEMA_ID, document, EntrySummary)


def read_entry_subject(subject: Mapping[str, Any]) -> EntrySummary:
    """Read a credential subject that is not yet issued, as a draft is before filing."""
    return read_subject(SCHEMA_ID, subject, EntrySummary)


def entry_summary_subject(entry: EntrySummary) -> dict[str, Any]:
    """The credential subject of an entry summary, checked against its schema."""
    return make_subject(SCHEMA_ID, entry)


def find_line(entry: EntrySummary, line_number: int) -> EntryLine | None:
    """The line of this number, if the entry has one."""
    return next((line for line in entry.lines if line.line_number == line_number), None)


def in_reported_order(number: str, acts: str | None) -> tuple[str, bool, str]:
    """The place of an additional number among those of its line: 98, then 99 that adds, then 99 that replaces.

    The number of the goods comes after all of them (CBP, CSMS 69668138).

    >>> sorted([("9903.88.03", "adds"), ("9802.00.80", None)], key=lambda one: in_reported_order(*one))[0][0]
    '9802.00.80'
    """
    return number[:2], acts == "replaces", number


def sources_by_field(sources: Iterable[Source]) -> dict[str, Source]:
    """The sources by the pointer of their field; of two for one field the first."""
    known: dict[str, Source] = {}
    for source in sources:
        known.setdefault(source.field, source)
    return known


def find_source(sources: Mapping[str, Source], field: str) -> Source | None:
    """What is known of where a field came from: its own source, else that of the nearest object above it.

    >>> known = sources_by_field([Source(field="/lines/0", computed="one line an invoice line")])
    >>> find_source(known, "/lines/0/description").computed
    'one line an invoice line'
    """
    while field and field not in sources:
        field = field.rpartition("/")[0]
    return sources.get(field)


def keyed_fields(sources: Iterable[Source]) -> tuple[str, ...]:
    """The pointers of the fields that a person keyed: the count that the page shows."""
    return tuple(source.field for source in sources if source.keyed_by is not None)
