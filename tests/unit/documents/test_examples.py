"""The examples are what an ERP would export: read whole, their numbers in the schedule, their rules quoted."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from transire.documents.catalogue import find_subject_problems
from transire.documents.certification import matching_goods, read_certification_subject
from transire.documents.codes import check_importer_number, is_filer_code
from transire.documents.cost_sheet import CostSheet, cost_sheet_subject
from transire.documents.invoice import Invoice, find_sum_errors, invoice_subject, read_invoice_csv
from transire.documents.parties import Address, Party, SigningOfficial
from transire.documents.product import ProductMaster, costed_product, read_product_master
from transire.origin.agreements import agreement
from transire.origin.catalogue import rules_for
from transire.origin.rule.reading import read_rule
from transire.tariff.number import parse_tariff_number
from transire.tariff.programmes import Opening, programme_open, programmes_of
from transire.tariff.schedule import find_item, find_statistical_line

NOW = date(2026, 11, 22)
FOLDERS = ("mx-producer", "cr-producer")
every_producer = pytest.mark.parametrize("folder", FOLDERS)


@pytest.fixture(scope="module")
def examples(repository: Path) -> Path:
    return repository / "examples"


def _master(examples: Path, folder: str) -> ProductMaster:
    here = examples / folder
    return read_product_master((here / "products.csv").read_bytes(), (here / "materials.csv").read_bytes())


def _invoice(examples: Path, name: str) -> Invoice:
    return read_invoice_csv((examples / name).read_bytes())


def test_there_are_goods_enough_over_chapters_enough(examples: Path) -> None:
    goods = [product for folder in FOLDERS for product in _master(examples, folder).products]
    certified = [product for product in goods if product.agreement]
    assert len(certified) >= 12
    assert len({parse_tariff_number(product.tariff_number).chapter for product in certified}) >= 6


@every_producer
def test_every_certified_good_has_a_rule_and_an_open_programme(examples: Path, folder: str) -> None:
    for product in _master(examples, folder).products:
        if product.agreement is None:
            continue
        assert rules_for(product.agreement, product.tariff_number, NOW), product.product_number
        plain = programmes_of(product.agreement)[0]
        assert programme_open(product.tariff_number, plain, NOW).state is Opening.OPEN, product.product_number


@every_producer
def test_every_product_number_is_a_statistical_line_of_the_schedule(examples: Path, folder: str) -> None:
    for product in _master(examples, folder).products:
        number = parse_tariff_number(product.tariff_number)
        item = find_item(number, NOW)
        assert item is not None, product.product_number
        assert find_statistical_line(item, number) is not None


def test_every_tariff_number_of_the_examples_is_published(examples: Path, shared_data: Path) -> None:
    with (shared_data / "hts" / "hts_2024-07.csv").open(encoding="utf-8-sig", newline="") as file:
        published = [row["HTS Number"].replace(".", "") for row in csv.DictReader(file)]
    known = {number[:level] for number in published for level in (6, 8, 10) if len(number) >= level}
    for path in examples.glob("*/*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["tariff_number"].replace(".", "") in known, (path.name, row["tariff_number"])


@every_producer
def test_the_cost_sheets_can_be_issued_and_no_good_is_sold_below_cost(examples: Path, folder: str) -> None:
    master = _master(examples, folder)
    party = Party(name="Producer", address=Address(street="1", city="1", country="MX"))
    goods = tuple(costed_product(product, master.bills[product.product_number]) for product in master.products)
    cost_sheet_subject(CostSheet(producer=party, currency="USD", goods=goods))
    for good in goods:
        assert good.transaction_value is not None
        assert good.total_cost < good.transaction_value, good.product_number
        assert Decimal(0) < good.net_cost <= good.total_cost


@pytest.mark.parametrize(
    "name",
    [
        "mx-producer/invoice-2026-0418.csv",
        "mx-producer/invoice-2026-0419-corrected.csv",
        "cr-producer/invoice-2026-1107.csv",
        "nafta-2018/invoice-2018-0917.csv",
    ],
)
def test_an_invoice_that_adds_up_can_be_issued(examples: Path, name: str) -> None:
    invoice = _invoice(examples, name)
    assert find_sum_errors(invoice) == ()
    invoice_subject(invoice)


def test_the_second_invoice_does_not_add_up_and_its_correction_differs_in_nothing_else(examples: Path) -> None:
    wrong = _invoice(examples, "mx-producer/invoice-2026-0419.csv")
    mended = _invoice(examples, "mx-producer/invoice-2026-0419-corrected.csv")
    (error,) = find_sum_errors(wrong)
    assert (error.where, error.got, error.expected) == ("/total", Decimal("60366.00"), Decimal("60166.00"))
    invoice_subject(wrong)  # it can be issued: the seller did so
    assert msgspec.structs.replace(wrong, total=mended.total) == mended


def test_the_first_invoice_has_one_other_tariff_number_and_one_good_not_certified(examples: Path) -> None:
    products = {product.product_number: product for product in _master(examples, "mx-producer").products}
    invoice = _invoice(examples, "mx-producer/invoice-2026-0418.csv")
    other = [
        line.product_number
        for line in invoice.lines
        if line.tariff_number != products[line.product_number or ""].tariff_number
    ]
    bare = [line.product_number for line in invoice.lines if products[line.product_number or ""].agreement is None]
    assert (other, bare) == (["BV-CP200"], ["BV-PN100"])


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_invoice_line_tells_what_an_entry_reports(examples: Path, folder: str) -> None:
    """No quantity of an entry has to be keyed: each follows from the count or the weight on the invoice."""
    for path in (examples / folder).glob("invoice-*.csv"):
        for line in read_invoice_csv(path.read_bytes()).lines:
            assert line.tariff_number is not None
            number = parse_tariff_number(line.tariff_number)
            item = find_item(number, NOW)
            assert item is not None
            printed = find_statistical_line(item, number)
            assert printed is not None
            assert set(printed.units) <= {"No.", "kg", "gross"}
            assert "kg" not in printed.units or line.net_weight, line.description
            assert not {"No.", "gross"} & set(printed.units) or line.unit == "EA", line.description
            assert "gross" not in printed.units or line.quantity % 144 == 0


def test_the_certificate_of_2018_is_whole_and_covers_the_invoice_of_2018(examples: Path) -> None:
    subject = json.loads((examples / "nafta-2018" / "certification.json").read_text(encoding="utf-8"))
    assert find_subject_problems("certification-of-origin/nafta/1", subject) == ()
    certification = read_certification_subject(subject)
    invoice = _invoice(examples, "nafta-2018/invoice-2018-0917.csv")
    assert certification.blanket_period is not None
    assert certification.blanket_period.covers(invoice.invoice_date)
    assert agreement("nafta").is_in_force(invoice.invoice_date)
    for line in invoice.lines:
        (good,) = matching_goods(
            certification,
            product_number=line.product_number,
            description=line.description,
            tariff_number=line.tariff_number,
        )
        (rule,) = rules_for("nafta", good.tariff_number, invoice.invoice_date)
        assert good.rule_of_origin is not None
        assert good.rule_of_origin.text is not None
        assert read_rule(good.rule_of_origin.text) == rule.rule  # the certification quotes the source's own words


def test_the_parties_are_whole_and_made_up(examples: Path) -> None:
    raw: dict[str, Any] = json.loads((examples / "parties.json").read_text(encoding="utf-8"))
    found = {one["slug"]: one for one in raw["parties"]}
    assert set(found) == {"bajio", "valle", "riogrande", "gateway", "customs"}
    for one in found.values():
        party = msgspec.convert(one["party"], type=Party)
        official = msgspec.convert(one["signingOfficial"], type=SigningOfficial)
        assert official.name == official.title  # a person is named by what it does
        assert party.email is not None
        assert party.email.endswith(".example")
        assert "555" in (party.phone or "")
    check_importer_number(found["riogrande"]["importerNumber"])
    assert is_filer_code(found["gateway"]["filerCode"])


def test_the_invoices_name_the_parties_as_the_list_does(examples: Path) -> None:
    raw = json.loads((examples / "parties.json").read_text(encoding="utf-8"))
    listed = {one["slug"]: msgspec.convert(one["party"], type=Party) for one in raw["parties"]}
    for name, seller in (
        ("mx-producer/invoice-2026-0418", "bajio"),
        ("cr-producer/invoice-2026-1107", "valle"),
    ):
        invoice = _invoice(examples, f"{name}.csv")
        assert invoice.buyer == listed["riogrande"]
        assert invoice.seller == msgspec.structs.replace(listed[seller], tax_number=None)
