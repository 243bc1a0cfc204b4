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
