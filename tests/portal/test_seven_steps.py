"""The seven steps, click by click, in a real browser: what a service can do is worth what a person can do with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from walker import Walker

from transire.demo.stage import today
from transire.demo.story import SHIPPED_AT_ONCE, SHIPPED_LATER
from transire.demo.world import World
from transire.ledger.verify import verify_receipt

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]

BROKEN_TABLE = b"product_number,description\nBV-CP200,Pump\n"
BETTER = "Ceiling fan, 132 cm, 65 W, for permanent installation, series 2"
QUESTION = "Which bill of material shows that the compressor meets its rule?"
ANSWER = "The producer's cost sheet is with you; the certification covers the compressor."


def test_the_seven_steps(world: World, open_window: Callable[..., Walker]) -> None:
    producer, importer, broker, customs = (
        open_window(slug, accept_downloads=True) for slug in ("bajio", "riogrande", "gateway", "customs")
    )
    import_once(world, producer)
    certification = sign_once(world, producer)
    grant_power(world, importer)
    draft = draft_not_key(world, producer, broker)
    entry = mend_and_file(world, producer, broker, draft)
    customs_sees(world, customs, broker, entry)
    correct(world, producer, broker, customs, certification, entry)
    prove(customs, entry)
    look_around(producer, customs)


def import_once(world: World, producer: Walker) -> None:
    producer.go("/").reads("Overview", "Nothing needs your action.").look("01-home-empty")
    producer.go("/products/import").hand_over("products", BROKEN_TABLE)
    producer.hand_over("materials", world.read("mx-producer/materials.csv")).press("Import")
    producer.reads("The table was not taken over; nothing of it was stored.", "What to do").look("02-import-refused")
    producer.hand_over("products", world.read("mx-producer/products.csv"))
    producer.hand_over("materials", world.read("mx-producer/materials.csv")).press("Import")
    producer.reads("Taken over", "12 new").look("03-import-done")
    producer.link("See the products").reads("BV-CP200", "BV-PN100").look("04-products")
    producer.link("BV-CP200").reads("Bill of material", "8413.70").look("05-product")


def sign_once(world: World, producer: Walker) -> str:
    """Draft, mend one field, sign; returns the path of the certification."""
    producer.go("/certifications").link("New certification").look("06-certification-new")
    producer.tick_only("goods", (*SHIPPED_AT_ONCE, *SHIPPED_LATER))
    producer.page.select_option("#field-importer", world.actors["riogrande"].did)
    producer.press("Draft it").reads("The importer's name and address are not known here.").look("07-importer-missing")
    party = world.party_of("riogrande")
    producer.fill(
        importer_name=party.name,
        importer_street=party.address.street,
        importer_city=party.address.city,
        importer_region=party.address.region or "",
        importer_postal_code=party.address.postal_code or "",
        importer_country=party.address.country,
        importer_phone=party.phone or "",
        importer_email=party.email or "",
        until=(today() + timedelta(days=334)).isoformat(),
        **{"from": (today() - timedelta(days=30)).isoformat()},
    ).press("Draft it")
    producer.reads("fields taken over", "Everything that the law and the form ask for is there.")
    producer.look("08-certification-draft")
    before = _keyed(producer)
    _change_and_return(producer, "/goods/0/description", "Ceiling fan, 132 cm, 65 W, with light")
    assert _keyed(producer) == before + 1
    producer.link("Review and sign").look("09-certification-sign")
    producer.press("Sign")
    assert producer.page.locator("#field-certify:invalid").count() == 1, "it signs without the person's mark"
    producer.page.check("#field-certify")
    producer.press("Sign").reads("Signed. The certification is on its way", "In force")
    world.node.settle()
    producer.page.reload()
    producer.reads("General Note 11", "received").look("10-certification")
    return producer.path


def _keyed(window: Walker) -> int:
    """How many fields the draft says to be keyed by hand."""
    return int(window.main("li", has_text="keyed by hand, none twice").locator("b").inner_text())


def _change_and_return(window: Walker, pointer: str, value: str) -> None:
    """The way of every draft: from a field to its form, and with one button back to the list of findings."""
    address = re.sub(r"\?.*|#.*", "", window.page.url)
    row = window.page.locator(f"a.tr-change[href*='edit={pointer.replace('/', '%2F')}#']")
    row.first.click()
    assert window.focused() == "field-value"
    window.fill(value=value)
    window.press("Save and return to findings")
    assert window.page.url.startswith(address)
    assert window.page.url.endswith("field-set#findings")
    expect(window.page.locator("#findings")).to_be_in_viewport()


def grant_power(world: World, importer: Walker) -> None:
    importer.go("/certifications").reads("In force").look("11-importer-certifications")
    importer.go("/authorities/new").fill(filer_code="NYT").look("12-authority-new")
    importer.press("Sign the power of attorney").reads("its name and address")
    party = world.party_of("gateway")
    importer.fill(
        broker_name=party.name,
        broker_street=party.address.street,
        broker_city=party.address.city,
        broker_region=party.address.region or "",
        broker_postal_code=party.address.postal_code or "",
        broker_country=party.address.country,
        filer_code=str(world.entries["gateway"]["filerCode"]),
    )
    importer.press("Sign the power of attorney").reads("In force", party.name)
    importer.look("13-authorities")
    world.node.settle()


def draft_not_key(world: World, producer: Walker, broker: Walker) -> str:
    """The invoice comes in by itself, and the entry is drafted from it; returns the path of the draft."""
    _issue_invoice(world, producer, "mx-producer/invoice-2026-0419.csv")
    producer.look("14-invoice")
    broker.go("/invoices").reads("F-2026-0419").look("15-broker-invoices")
    broker.go("/entries/new").look("16-entry-new")
    broker.main("input[name=invoices]").first.check()
    broker.press("Draft it").reads("fields taken over").look("17-entry-draft")
    assert _keyed(broker) == 0
    return broker.path


def _issue_invoice(world: World, producer: Walker, file: str) -> None:
    producer.go("/invoices/new").hand_over("invoice", world.read_of_this_week(file))
    producer.page.select_option("#field-importer", world.actors["riogrande"].did)
    producer.press("Issue the invoice").reads("F-2026-0419")
    world.node.settle()


def mend_and_file(world: World, producer: Walker, broker: Walker, draft: str) -> str:
    """Nothing with an error can be filed; the error is mended where it was made. Returns the path of the entry."""
    broker.go(f"{draft}/file").reads("to be mended before filing", "60366.00").look("18-entry-refused")
    assert broker.main("button", has_text="File the entry").is_disabled()
    _issue_invoice(world, producer, "mx-producer/invoice-2026-0419-corrected.csv")
    broker.go(draft).press("Take from the documents again")
    broker.page.set_viewport_size({"width": 1200, "height": 900})
    _change_and_return(broker, "/importDate", (today() - timedelta(days=1)).isoformat())
    _change_and_return(broker, "/entryDate", today().isoformat())
    assert _keyed(broker) == 2
    broker.link("Review and file").look("19-entry-file")
    broker.page.check("#field-declare")
    broker.press("File the entry").reads("Filed", "0/6 claims accepted")
    world.node.settle()
    return broker.path


def customs_sees(world: World, customs: Walker, broker: Walker, entry: str) -> None:
    customs.go("/entries").look("20-customs-entries")
    customs.main("tbody th a").first.click()
    customs.reads("The certification says", "In the importer's possession").look("21-customs-entry")
    customs.press("Accept the claim").reads("Claim accepted", "1/6 claims accepted")
    fourth = customs.page.locator("#line-4")
    fourth.locator("summary", has_text="Ask about this line").click()
    fourth.locator("textarea").fill(QUESTION)
    fourth.locator("button", has_text="Ask").click()
    customs.reads(QUESTION, "Waiting for an answer").look("22-customs-asked")
    world.node.settle()
    broker.go("/inbox").reads("Customs asks").look("23-broker-inbox")
    broker.go(entry).link("Open the question").fill(text=ANSWER)
    broker.look("24-broker-answer")
    broker.press("Sign and send the answer").reads(ANSWER, "Evidence")
    world.node.settle()
    customs.page.reload()
    customs.link("Open the question").reads(ANSWER, "Evidence").look("25-customs-answered")
    customs.fill(note="Thank you.").press("Close it").reads("Closed")
    world.node.settle()


def correct(world: World, producer: Walker, broker: Walker, customs: Walker, certification: str, entry: str) -> None:
    """Replaced with the difference shown before it is signed, then withdrawn; everybody on it is told."""
    producer.go(certification).link("Replace").look("26-replace")
    producer.page.fill("#f-goods-0-description", BETTER)
    producer.fill(reason="The description now names the series").press("Review the changes")
    producer.reads("Original value", "Ceiling fan, 132 cm, 65 W, with light", BETTER).look("27-review")
    producer.page.check("#field-certify")
    producer.press("Sign the new version").reads("every holder is told", "Version 2")
    world.node.settle()
    producer.page.reload()
    producer.look("28-replaced").link("What changed").reads("Goods 1: Description", BETTER).look("29-compare")
    for window, name in ((broker, "30-broker-flagged"), (customs, "31-customs-flagged")):
        window.go("/entries?view=flagged").reads("Certification ended").look(name)
        window.go(entry).reads("A certification that this entry claims on has ended since")
    producer.go(certification).link("Withdraw").look("32-withdraw").fill(reason="A supplier's declaration proved wrong")
    producer.press("Withdraw for good").reads("Withdrawn", "A supplier's declaration proved wrong")
    world.node.settle()
    customs.go("/?bucket=ended").reads("Withdrawn").look("33-customs-ended")


def prove(customs: Walker, entry: str) -> None:
    """Every fact leads to its checks; the receipt proves it elsewhere, with no word from this node."""
    customs.go(entry).main("a.tr-proof").first.click()
    customs.reads("Every check that could be made holds", "NOT SHOWN").look("34-proof-of-filing")
    customs.go(entry).main("section", has_text="On the ledger since").locator("a.tr-proof").first.click()
    customs.reads("Every check that could be made holds").look("35-proof-of-document")
    receipt, network = customs.download("Download the receipt"), customs.download("Download the trust root")
    proof = verify_receipt(receipt, network, require=("log", "signed", "document", "credential", "status"))
    assert [check for check in proof.checks if not check.passed] == []
    altered = receipt.replace(b"document.issued/1", b"document.issued/2", 1)
    assert altered != receipt
    assert not verify_receipt(altered, network).holds


def look_around(producer: Walker, customs: Walker) -> None:
    """The pages that no step led to."""
    producer.go("/").look("40-home")
    for path, name in (
        ("/outbox", "41-outbox"),
        ("/documents", "42-documents"),
        ("/network", "43-network"),
        ("/particulars", "44-particulars"),
        ("/persons", "45-persons"),
        ("/tokens", "46-tokens"),
        ("/account", "47-account"),
        ("/certifications/bring-in", "48-bring-in"),
        ("/nowhere", "49-nowhere"),
    ):
        producer.go(path).look(name)
    customs.go("/documents").link("Cost sheet").look("50-cost-sheet")
