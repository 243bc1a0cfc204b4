"""The importer asks, the producer certifies in one click or declines, a supplier without an account has a link."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from walker import Walker

from transire.demo.stage import today
from transire.demo.world import World
from transire.procedures.origin_certification import service as certification

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]

SOON = 20
"""Days of the blanket that runs out soon, so that the dashboard has something to say."""


def test_from_asking_to_certified(world: World, open_window: Callable[..., Walker]) -> None:
    actor = world.actors["bajio"]
    products, materials = world.read("mx-producer/products.csv"), world.read("mx-producer/materials.csv")
    certification.import_products(actor.tenant, actor.person, products, materials)
    importer, producer = open_window("riogrande"), open_window("bajio")
    ask(world, importer)
    certify_in_one_click(world, producer)
    decline(producer)
    see_where_it_stands(world, importer)
    address = make_link(importer)
    answer(open_window, address)
    certify_on_own_knowledge(world, importer)
    from_a_table(world, importer)
    in_spanish(open_window)


def ask(world: World, importer: Walker) -> None:
    importer.go("/solicitations").reads("Nothing was asked yet").look("80-solicitations-empty")
    importer.go("/solicitations/new").look("81-solicitation-new")
    importer.page.select_option("#field-supplier", world.actors["bajio"].did)
    importer.fill(goods="BV-CP200; Pump\nBV-CF132\nBV-PN100; Panel", until=(today() + timedelta(SOON)).isoformat())
    importer.press("Sign and ask").reads("Asked. The request is signed", "Missing", "Open").look("82-solicitation-made")
    importer.reads("The next reminder can go out on")
    world.node.settle()


def certify_in_one_click(world: World, producer: Walker) -> None:
    producer.go("/inbox").reads("You are asked to certify the origin of 3 goods").look("83-solicitation-inbox")
    producer.link("You are asked to certify").reads("criterion in your product master", "not determined")
    producer.look("84-solicitation-received")
    producer.press("Draft the certification of 2 goods").reads("BV-CP200", "BV-CF132")
    assert producer.path.startswith("/certification-drafts/"), "nothing was keyed, not even the importer's address"
    producer.go(producer.path + "/sign")
    producer.page.check("input[name=certify]")
    producer.press("Sign")
    producer.reads("Signed.")
    world.node.settle()


def decline(producer: Walker) -> None:
    producer.go("/solicitations").reads("2 certified", "1 missing")
    producer.main("tbody a").first.click()
    producer.page.select_option("#field-reason", "undetermined")
    producer.tick_only("goods", ["BV-PN100"])
    producer.press("Sign and decline").reads("Declined. Who asked is told why.", "Certified")
    producer.look("85-solicitation-declined")


def see_where_it_stands(world: World, importer: Walker) -> None:
    world.node.settle()
    importer.go("/solicitations").reads(
        "Where it stands", "Blanket periods that run out", "within 30 days", "Ask again"
    )
    importer.look("86-solicitations")
    importer.link("Ask again")
    assert "BV-CP200" in importer.page.input_value("#field-goods")


def make_link(importer: Walker) -> str:
    importer.go("/solicitations/new")
    importer.page.select_option("#field-supplier", "outside")
    importer.fill(supplier_name="Herrajes del Norte", goods="H-1; Hinge pump\nH-2; Cover").press("Sign and ask")
    importer.press("Make a link").reads("The link, shown this once").look("87-solicitation-link")
    return importer.main("code.tr-id").first.inner_text()


def answer(open_window: Callable[..., Walker], address: str) -> None:
    supplier = open_window("riogrande", signed_in=False)
    supplier.page.goto(address)
    supplier.reads("Origin of your goods", "H-1", "without an account and without a signature")
    supplier.look("88-solicitation-answer")
    supplier.page.fill("[name='tariff.0']", "8413.70")
    supplier.page.select_option("[name='says.0']", "originating")
    supplier.page.select_option("[name='criterion.0']", "B")
    supplier.page.select_option("[name='says.1']", "declined")
    supplier.page.select_option("[name='reason.1']", "not_our_goods")
    supplier.page.select_option("#field-role", "producer")
    supplier.fill(given_by="Export desk", title="Export clerk")
    supplier.press("Send the answer").reads("Something of this answer is missing")
    assert supplier.page.input_value("[name='tariff.0']") == "8413.70", "what was typed is still there"
    supplier.fill(
        company_name="Herrajes del Norte",
        company_street="Calle 5",
        company_city="Saltillo",
        company_region="COA",
        company_country="MX",
        company_phone="+52 844 555 0100",
        company_email="export@herrajes.example",
    )
    supplier.page.select_option("[name='country.0']", "MX")
    supplier.press("Send the answer").reads("Thank you").look("89-solicitation-answered")
    supplier.page.goto(address)
    supplier.reads("This link is not known, was used already, or has run out.")


def certify_on_own_knowledge(world: World, importer: Walker) -> None:
    world.node.settle()
    importer.go("/inbox").reads("A supplier answered through a link, without a signature")
    importer.link("A supplier answered").reads(
        "Stated without signature through a link", "Nothing proves who that is", "Export desk", "originates"
    )
    importer.look("90-solicitation-stated")
    importer.press("Take the goods over").reads("The goods are in your product master.")
    importer.press("Draft the certification of 1 good").reads("Herrajes del Norte", "importer")
    importer.look("91-solicitation-own-draft")


def from_a_table(world: World, importer: Walker) -> None:
    rows = f"part_number,supplier,agreement\nA-1,{world.actors['bajio'].did},usmca\nA-2,Nobody,usmca\n"
    importer.go("/solicitations/bulk").look("92-solicitation-bulk")
    importer.hand_over("requests", rows.encode()).press("Sign and ask")
    importer.reads("No member of the network that can certify has this name.").look("93-solicitation-bulk-refused")
    importer.page.check("#outside")
    importer.hand_over("requests", rows.encode()).press("Sign and ask").reads("2 requests are signed")


def in_spanish(open_window: Callable[..., Walker]) -> None:
    producer = open_window("bajio", language="es")
    producer.go("/solicitations").reads("Pedir a proveedores", "mercancías").look("94-solicitations-es")
