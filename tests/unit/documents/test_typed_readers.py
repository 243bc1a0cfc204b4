"""From struct to subject and back: nothing is lost, and the helpers answer what the procedures ask."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from sample_documents import (
    AUTHORITY,
    BROKER,
    CAFTA_DR,
    COST_SHEET,
    ENTRY,
    EVIDENCE,
    IMPORTER,
    INVOICE,
    NAFTA,
    PRODUCER,
    USMCA,
    VALLEY,
    credential,
)

from transire.documents.authority import empowers, is_effective, read_power_of_attorney
from transire.documents.certification import (
    Certification,
    certification_subject,
    covers_day,
    covers_tariff_number,
    find_good,
    is_certification,
    is_still_acceptable,
    matching_goods,
    read_certification,
    read_certification_subject,
)
from transire.documents.cost_sheet import read_cost_sheet
from transire.documents.entry import (
    Source,
    entry_summary_subject,
    find_line,
    find_source,
    keyed_fields,
    read_entry_subject,
    read_entry_summary,
    sources_by_field,
)
from transire.documents.errors import DocumentInvalid, DocumentTypeUnknown
from transire.documents.evidence import read_evidence
from transire.documents.invoice import (
    find_sum_errors,
    invoice_subject,
    read_invoice,
    read_invoice_subject,
)
from transire.documents.parties import is_same_party
from transire.documents.wire import as_wire
from transire.origin.errors import AgreementUnknown

change = msgspec.structs.replace


def test_every_document_reads_back_as_it_was_made() -> None:
    for schema_id, content in (
        ("certification-of-origin/usmca/1", USMCA),
        ("certification-of-origin/cafta-dr/1", CAFTA_DR),
        ("certification-of-origin/nafta/1", NAFTA),
    ):
        assert read_certification(credential(schema_id)) == content
        assert content.schema_id == schema_id
    assert read_invoice(credential("commercial-invoice/1")) == INVOICE
    assert read_cost_sheet(credential("cost-sheet/1")) == COST_SHEET
    assert read_power_of_attorney(credential("power-of-attorney/1")) == AUTHORITY
    assert read_entry_summary(credential("entry-summary/1")) == ENTRY
    assert read_evidence(credential("evidence/1")) == EVIDENCE
    assert read_certification_subject(certification_subject(USMCA)) == USMCA
    assert read_invoice_subject(invoice_subject(INVOICE)) == INVOICE
    assert read_entry_subject(entry_summary_subject(ENTRY)) == ENTRY


def test_a_reader_refuses_a_document_of_another_type() -> None:
    invoice = credential("commercial-invoice/1")
    assert not is_certification(invoice)
    assert is_certification(credential("certification-of-origin/nafta/1"))
    with pytest.raises(DocumentTypeUnknown):
        read_certification(invoice)
    with pytest.raises(DocumentInvalid):
        read_entry_summary(invoice)
    with pytest.raises(AgreementUnknown):
        read_certification_subject({"agreement": "kusfta"})


def test_a_builder_makes_nothing_that_could_not_be_read() -> None:
    with pytest.raises(DocumentInvalid) as refused:
        certification_subject(change(USMCA, certification_statement="Trust me."))
    assert [problem.where for problem in refused.value.problems] == ["/certificationStatement"]


def test_decimals_and_dates_are_text_on_the_wire() -> None:
    subject = as_wire(change(INVOICE, total=Decimal("1.2E+4")))
    assert subject["total"] == "12000"
    assert subject["invoiceDate"] == "2026-11-12"
    assert subject["lines"][0]["netWeight"] == "980"


def test_goods_match_by_product_number_whatever_the_tariff_number_says() -> None:
    (found,) = matching_goods(
        USMCA, product_number="BV-CP200", description="something else", tariff_number="8413.60.00.90"
    )
    assert found.good_number == 1


@pytest.mark.parametrize(
    ("product_number", "description", "tariff_number", "goods"),
    [
        (None, "AVOCADOS,  fresh", "0804.40.00.10", [2]),
        ("A-1", "Avocados, fresh", "0804.40", [2]),
        (None, "Avocados, fresh", "0804.50", []),
        (None, "Avocados, fresh", None, []),
        (None, "Avocados", "0804.40", []),
        (None, "Centrifugal pump, single-stage, close-coupled, 1.5 kW, outlet 40 mm", "8413.70.20.05", [1]),
        ("BV-PN100", "Centrifugal pump, single-stage, close-coupled, 1.5 kW, outlet 40 mm", "8413.70", []),
        ("BV-PN100", "Control panel", "8537.10", []),
    ],
)
def test_goods_match_by_description_and_subheading_else(
    product_number: str | None, description: str, tariff_number: str | None, goods: list[int]
) -> None:
    found = matching_goods(USMCA, product_number=product_number, description=description, tariff_number=tariff_number)
    assert [good.good_number for good in found] == goods


def test_a_good_covers_the_numbers_below_its_own() -> None:
    pump = find_good(USMCA, 1)
    assert pump is not None
    assert covers_tariff_number(pump, "8413.70.20.05")
    assert not covers_tariff_number(pump, "8413.60.00.90")
    assert find_good(USMCA, 3) is None


def test_the_days_that_a_certification_covers() -> None:
    assert [covers_day(USMCA, day) for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31))] == [
        False,
        True,
        True,
    ]
    assert not covers_day(USMCA, date(2027, 1, 1))
    assert covers_day(CAFTA_DR, date(2030, 1, 1))
    assert is_still_acceptable(USMCA, date(2030, 1, 2))
    assert not is_still_acceptable(USMCA, date(2030, 1, 3))


def test_who_produces_and_who_exports() -> None:
    assert USMCA.known_producers == (PRODUCER,)
    assert USMCA.known_exporter == PRODUCER
    assert NAFTA.known_producers == ()
    by_exporter: Certification = change(
        USMCA, certifier_capacity="exporter", exporter=None, producers=(VALLEY,), importers=()
    )
    assert by_exporter.known_producers == (VALLEY,)
    assert by_exporter.known_exporter == PRODUCER
    assert change(USMCA, exporter=None).known_exporter is None


def test_the_same_party_by_did_else_by_name_and_country() -> None:
    written = change(PRODUCER, did=None, name="BOMBAS Y VENTILADORES DEL BAJÍO SA DE CV")
    assert is_same_party(PRODUCER, written)
    assert not is_same_party(PRODUCER, change(written, address=IMPORTER.address))
    assert not is_same_party(PRODUCER, change(PRODUCER, did="did:web:other.example"))
    assert is_same_party(PRODUCER, change(PRODUCER, name="Bombas del Bajío"))
    assert not is_same_party(IMPORTER, BROKER)


def test_sums_that_add_up_and_sums_that_do_not() -> None:
    assert find_sum_errors(INVOICE) == ()
    first, second = INVOICE.lines
    wrong = change(
        INVOICE, lines=(change(first, amount=Decimal("16480.01")), change(second, amount=Decimal("9.82"))),
        total=Decimal("16579.82"),
    )  # fmt: skip
    assert [(one.where, str(one.got), str(one.expected)) for one in find_sum_errors(wrong)] == [
        ("/lines/0/amount", "16480.01", "16480.00"),
        ("/lines/1/amount", "9.82", "9.83235"),
        ("/total", "16579.82", "16579.83"),
    ]
    wrong = change(INVOICE, goods_total=Decimal("16490.00"))
    assert [(one.where, str(one.expected)) for one in find_sum_errors(wrong)] == [
        ("/goodsTotal", "16489.83"),
        ("/total", "16580.00"),
    ]


def test_an_amount_may_be_rounded_either_way_at_the_half() -> None:
    (line, _) = INVOICE.lines
    for amount, is_fine in (("0.12", True), ("0.13", True), ("0.11", False), ("0.14", False)):
        priced = change(line, quantity=Decimal("0.5"), unit_price=Decimal("0.25"), amount=Decimal(amount))
        places = [one.where for one in find_sum_errors(change(INVOICE, lines=(priced,)))]
        assert ("/lines/0/amount" not in places) is is_fine
    yen = change(INVOICE, currency="JPY", lines=(change(line, quantity=Decimal("0.5"), amount=Decimal(206)),))
    assert "/lines/0/amount" not in [one.where for one in find_sum_errors(yen)]


def test_the_power_of_an_agent() -> None:
    assert is_effective(AUTHORITY, date(2026, 1, 1))
    assert is_effective(AUTHORITY, date(2027, 12, 31))
    assert not is_effective(AUTHORITY, date(2025, 12, 31))
    assert not is_effective(AUTHORITY, date(2028, 1, 1))
    assert is_effective(change(AUTHORITY, effective_until=None), date(2050, 1, 1))
    assert empowers(AUTHORITY, "entry_summary")
    assert empowers(AUTHORITY, "entry_summary", port="2304")
    assert not empowers(AUTHORITY, "entry_summary", port="0712")
    assert not empowers(AUTHORITY, "protest")
    assert empowers(change(AUTHORITY, ports=()), "entry", port="0712")


def test_costs_add_up_and_unknown_origin_counts_as_non_originating() -> None:
    (good,) = COST_SHEET.goods
    assert str(good.value_of_materials) == "98.60"
    assert str(good.value_non_originating) == "98.60"
    assert str(good.total_cost) == "227.60"
    assert str(good.net_cost) == "216.10"


def test_where_a_field_came_from() -> None:
    sources = (
        Source(field="/lines/0", computed="one line for one invoice line"),
        Source(field="/lines/0/description", document="A" * 43, pointer="/x"),
        Source(field="/lines/10", keyed_by="preparer"),
    )
    known = sources_by_field((*sources, Source(field="/lines/10", computed="later, of the same field")))
    assert find_source(known, "/lines/0/description") == sources[1]
    assert find_source(known, "/lines/0/claim/programme") == sources[0]
    assert find_source(known, "/lines/1/description") is None
    assert find_source(known, "/lines/10/description") == sources[2]
    assert keyed_fields(sources) == ("/lines/10",)
    assert keyed_fields(ENTRY.sources) == ("/entryDate",)
    assert ENTRY.filer_code == "ABC"
    line = find_line(ENTRY, 2)
    assert line is not None
    assert line.product_number is None
    assert find_line(ENTRY, 3) is None
