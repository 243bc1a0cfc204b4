"""Does it originate: the producer's page, what if, the binder and the officer's view of it, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from walker import Walker

from transire.demo.stage import today
from transire.demo.world import World
from transire.procedures.entry_summary import service as entry
from transire.procedures.origin_certification import service as certification
from transire.procedures.origin_determination.typesetting import can_typeset
from transire.procedures.power_of_attorney import service as power

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]

DEARER = b"RM-1003,Bronze impeller,8413.91.90.85,non_originating,CN,1,EA,18.40"


def test_from_the_bill_of_material_to_the_officer(world: World, open_window: Callable[..., Walker]) -> None:
    import_products(world)
    producer = open_window("bajio", accept_downloads=True)
    see_outcomes(producer)
    one_product(producer)
    suppose(producer)
    determine(producer)
    certify(world)
    filed = file_entry(world)
    customs = open_window("customs", accept_downloads=True)
    officer_sees(customs, filed)
    binder(customs)
    turn(world, producer)
    producer_in_spanish(world, open_window)


def import_products(world: World, materials: bytes | None = None) -> None:
    actor = world.actors["bajio"]
    bill = world.read("mx-producer/materials.csv") if materials is None else materials
    certification.import_products(actor.tenant, actor.person, world.read("mx-producer/products.csv"), bill)


def see_outcomes(producer: Walker) -> None:
    producer.go("/origin").reads("Does it originate?", "BV-CP200", "originating", "missing: rule")
    producer.look("60-origin-outcomes")


def one_product(producer: Walker) -> None:
    producer.go("/origin/usmca/BV-MS300").reads("originating", "Regional value content 80.33 %, needed 50 %")
    producer.reads("Each material that does not originate comes from another heading", "shifts", "originates")
    producer.look("61-origin-value-content")
    producer.go("/origin/usmca/BV-CP200").reads("does not shift, tolerated", "Bronze impeller", "tariff shift")
    producer.look("62-origin-tolerated")
    producer.go("/origin/usmca/BV-PN100").reads("undetermined", "What is missing", "no rule for 8537.10.91.70")
    producer.look("63-origin-undetermined")


def suppose(producer: Walker) -> None:
    """The impeller at 118.40 fits neither the tolerance nor the value content; nothing of it is kept."""
    producer.go("/origin/usmca/BV-CP200")
    producer.page.fill("[name='value.RM-1003']", "118.40")
    producer.press("Compare").reads("As it is", "As supposed", "not originating", "45.27")
    producer.look("64-origin-what-if")
    producer.page.fill("[name='value.RM-1003']", "")
    producer.page.select_option("[name='origin.RM-1003']", "originating")
    producer.press("Compare").reads("As supposed")
    assert producer.main(".tr-beside > div").nth(1).inner_text().count("originating") >= 1
    producer.go("/origin/usmca/BV-CP200").reads("does not shift, tolerated")
    assert "As supposed" not in producer.main("xpath=self::*").inner_text()


def determine(producer: Walker) -> None:
    producer.go("/origin").press("Determine the ticked ones").reads("Determined and signed.", "yes")
    producer.go("/origin/usmca/BV-MS300").reads("Determined and signed:", "version 1")
    producer.press("Determine again").reads("Nothing has changed")


def certify(world: World) -> None:
    actor, importer = world.actors["bajio"], world.actors["riogrande"]
    world.node.settle()
    draft = certification.draft_certification(
        actor.tenant,
        actor.person,
        agreement="usmca",
        importer_did=importer.did,
        importer=world.party_of("riogrande"),
        goods=["BV-CP200", "BV-CF132", "BV-TK1100", "BV-RH019", "BV-PL120", "BV-MS300"],
        blanket=(today() - timedelta(days=30), today() + timedelta(days=300)),
    )
    certification.sign_certification(actor.tenant, actor.person, draft)
    world.node.settle()


def file_entry(world: World) -> str:
    importer, broker, seller = (world.actors[slug] for slug in ("riogrande", "gateway", "bajio"))
    power.grant_authority(
        importer.tenant,
        importer.person,
        broker_did=broker.did,
        broker=world.party_of("gateway"),
        filer_code="B76",
        valid=(today(), today() + timedelta(days=365)),
    )
    table = world.read_of_this_week("mx-producer/invoice-2026-0419-corrected.csv")
    invoice = entry.issue_invoice(seller.tenant, seller.person, table, importer_did=importer.did)
    world.node.settle()
    draft = entry.draft_entry(broker.tenant, broker.person, importer_did=importer.did, invoices=[invoice.document_id])
    for pointer in ("/importDate", "/entryDate"):
        entry.set_field(broker.tenant, broker.person, draft, pointer, today().isoformat())
    filed = entry.file_entry(broker.tenant, broker.person, draft)
    world.node.settle()
    return filed.document_id


def officer_sees(customs: Walker, filed: str) -> None:
    customs.go(f"/entries/{filed}").reads("Determination", "tests met", "Binder").look("65-officer-entry")
    customs.link("Binder").reads("Audit binder", "Every input, and who answers for it", "Time line")


def binder(customs: Walker) -> None:
    customs.reads("this node's engine gives the same answer", "filed it").look("66-binder")
    told = json.loads(customs.download("JSON"))
    assert told["outcome"] == "originating"
    assert {event["what"] for event in told["time_line"]} >= {"origin.determined/1", "entry.filed/1"}
    if can_typeset():
        assert customs.download("PDF").startswith(b"%PDF-")
    customs.go("/determinations").reads("Determinations of origin", "BV-CP200").look("67-determinations")


def turn(world: World, producer: Walker) -> None:
    """A dearer impeller turns the answer: importer, customs and the producer itself are told."""
    import_products(world, world.read("mx-producer/materials.csv").replace(DEARER, DEARER[:-5] + b"118.40"))
    world.node.settle()
    producer.go("/inbox").reads("The determination of a certified good has turned").look("68-origin-turned")
    producer.go("/origin/usmca/BV-CP200").reads("not originating", "version 2", "What would change the answer")
    producer.look("69-origin-not-originating")


def producer_in_spanish(world: World, open_window: Callable[..., Walker]) -> None:
    window = open_window("bajio", language="es")
    window.go("/origin/usmca/BV-CP200").reads("no originario", "Lista de materiales").look("70-origin-es")
