"""The officer's work list and the trade's refund finder, in a real browser, and without scripts where that matters."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from walker import Walker

from transire.demo.stage import today
from transire.demo.world import World
from transire.procedures.entry_summary import service as entry
from transire.procedures.origin_certification import service as certification
from transire.procedures.power_of_attorney import service as power

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]

LINES = 6
RESIN = "Which resin is the crate made of?"
NOTE = "Please name the model of each fan on the invoice."


def test_from_a_refund_to_a_decided_list(world: World, open_window: Callable[..., Walker]) -> None:
    prepare(world)
    filed = file_without_claims(world)
    broker = open_window("gateway")
    find_refund(broker)
    correct(world, broker, filed)
    # The officer's browser runs no script: everything is forms and addresses.
    customs = open_window("customs", accept_downloads=True, java_script_enabled=False)
    list_and_filter(customs)
    keep_a_view(customs)
    look_at_changes(customs, filed)
    ask_and_be_refused(world, customs, filed)
    write_to_the_filer(world, customs, broker, filed)
    accept_together(world, customs, filed)
    seen_by_everybody(world, open_window, filed)


def prepare(world: World) -> None:
    """A certification that covers six goods, a power of attorney, and nothing else."""
    producer, importer, broker = (world.actors[slug] for slug in ("bajio", "riogrande", "gateway"))
    products, materials = world.read("mx-producer/products.csv"), world.read("mx-producer/materials.csv")
    certification.import_products(producer.tenant, producer.person, products, materials)
    draft = certification.draft_certification(
        producer.tenant,
        producer.person,
        agreement="usmca",
        importer_did=importer.did,
        importer=world.party_of("riogrande"),
        goods=[number for number in world.goods_of("bajio") if number not in ("BV-PN100", "BV-HC020")],
        blanket=(today() - timedelta(days=30), today() + timedelta(days=300)),
    )
    certification.sign_certification(producer.tenant, producer.person, draft)
    world.node.settle()
    power.grant_authority(
        importer.tenant,
        importer.person,
        broker_did=broker.did,
        broker=world.party_of("gateway"),
        filer_code="B76",
        valid=(today(), today() + timedelta(days=365)),
    )
    world.node.settle()


def file_without_claims(world: World) -> str:
    """The broker files the six lines without a claim; returns the entry."""
    importer, broker, seller = (world.actors[slug] for slug in ("riogrande", "gateway", "bajio"))
    table = world.read_of_this_week("mx-producer/invoice-2026-0419-corrected.csv")
    invoice = entry.issue_invoice(seller.tenant, seller.person, table, importer_did=importer.did)
    world.node.settle()
    draft = entry.draft_entry(broker.tenant, broker.person, importer_did=importer.did, invoices=[invoice.document_id])
    for pointer in ("/importDate", "/entryDate"):
        entry.set_field(broker.tenant, broker.person, draft, pointer, today().isoformat())
    for at in range(LINES):
        entry.set_field(broker.tenant, broker.person, draft, f"/lines/{at}/claim", None)
    filed = entry.file_entry(broker.tenant, broker.person, draft)
    world.node.settle()
    return filed.document_id


def find_refund(broker: Walker) -> None:
    broker.go("/refunds").reads("451.20\xa0USD", "253.80\xa0USD", "Claim by", "19 CFR 182.31-182.33")
    broker.reads("not counted", "No certification that is held covers this good.").look("80-refunds")


def correct(world: World, broker: Walker, filed: str) -> None:
    """The correction takes the claims from the certification: five lines claim now."""
    broker.go(f"/entries/{filed}").press("Draft a correction").reads("fields taken over")
    broker.link("Review and file")
    broker.page.check("#field-declare")
    broker.press("File the entry").reads("Filed.")
    world.node.settle()


def list_and_filter(customs: Walker) -> None:
    customs.go("/worklist").reads("B76-", "New", "0 of 5 accepted")
    customs.photograph("81-work-list-no-script")
    customs.page.locator("summary", has_text="Filter").click()
    customs.page.fill("#filter-importer", "grande")
    customs.page.fill("#filter-tariff_number", "8414.51")
    customs.page.select_option("#filter-programme", "S")
    customs.press("Find").reads("B76-", "3 set")
    customs.page.fill("#filter-tariff_number", "0101")
    customs.press("Find").reads("No entry here.")
    customs.page.fill("#filter-tariff_number", "8x")
    customs.press("Find").reads("The list cannot be filtered so.", "entry.work-filter")
    customs.go("/worklist?tariff_number=8414.51")
    rows = list(csv.DictReader(io.StringIO(customs.download("Export as CSV").decode())))
    assert [row["line"] for row in rows] == ["1", "2", "3", "5", "6"]


def keep_a_view(customs: Walker) -> None:
    customs.go("/worklist?state=new&tariff_number=8414.51").fill(name="New fans").press("Keep it")
    customs.reads("The view is kept under its name.")
    customs.go("/worklist").link("New fans").reads("B76-")
    assert "tariff_number=8414.51" in customs.page.url
    assert "state=new" in customs.page.url


def look_at_changes(customs: Walker, filed: str) -> None:
    customs.go("/worklist").link("corrected").reads("Version 1 beside version 2", "Programme", "absent", "802.94")
    assert customs.path == f"/entries/{filed}/changes"


def ask_and_be_refused(world: World, customs: Walker, filed: str) -> None:
    """A question is open about one line: ticked with the others nothing is accepted, and the line is named."""
    customs.go(f"/entries/{filed}")
    line = customs.page.locator("#line-6")
    line.locator("summary", has_text="Ask about this line").click()
    customs.page.fill("#question-6", RESIN)
    line.locator("button", has_text="Ask").click()
    world.node.settle()
    customs.go("/worklist?state=due").reads("B76-", "Due")
    customs.page.locator("input[name=entries]").check()
    customs.press("Accept the claims that are ticked")
    customs.reads("No claim was accepted", "line 6", "A question about this line is open.", "0 of 5 accepted")
    customs.photograph("83-refused-no-script")


def write_to_the_filer(world: World, customs: Walker, broker: Walker, filed: str) -> None:
    customs.go(f"/entries/{filed}").fill(remark=NOTE)
    customs.page.select_option("#field-line", "3")
    customs.press("Send the note").reads("The note is on its way", NOTE)
    world.node.settle()
    broker.go("/inbox").link("Customs sent a note about an entry").reads(NOTE)
    assert broker.path == f"/entries/{filed}"


def accept_together(world: World, customs: Walker, filed: str) -> None:
    """The claims but the one that was asked about are ticked with the keyboard, and accepted."""
    customs.go("/worklist")
    customs.page.locator("summary", has_text="of 5 accepted").focus()
    customs.page.keyboard.press("Enter")
    for number in (1, 2, 3, 5):
        customs.page.locator(f"input[name=claims][value$='.{number}']").focus()
        customs.page.keyboard.press("Space")
    customs.fill(note="Looked at together").press("Accept the claims that are ticked")
    customs.reads("All claims that were ticked are accepted", "4 of 5 accepted")
    world.node.settle()
    decided = entry.show_entry(world.actors["gateway"].tenant, filed).lines
    assert [line.line.line_number for line in decided if line.decision] == [1, 2, 3, 5]


def seen_by_everybody(world: World, open_window: Callable[..., Walker], filed: str) -> None:
    """Each page with its scripts, on a desk and in a hand: no rule of WCAG broken."""
    customs = open_window("customs")
    customs.go("/worklist?state=all&tariff_number=8414").look("82-work-list")
    customs.page.locator("summary", has_text="of 5 accepted").click()
    customs.look("84-work-list-open")
    customs.page.locator("input[name=entries]").check()
    customs.press("Accept the claims that are ticked").reads("No claim was accepted").look("85-refused")
    customs.go(f"/entries/{filed}/changes").look("86-changes")
    customs.go(f"/entries/{filed}").look("87-entry-with-notes")
    spanish = open_window("customs", language="es")
    spanish.go("/worklist?state=all").reads("Lista de trabajo", "Todos").look("88-work-list-es")
    spanish = open_window("riogrande", language="es")
    spanish.go("/refunds").look("89-refunds-es")
