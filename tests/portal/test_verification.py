"""The dialogue of a verification, click by click: asked, answered, the certifier heard, proposed, decided, flagged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from walker import Walker

from transire.demo.stage import today
from transire.demo.world import World
from transire.procedures.entry_summary import service as entry
from transire.procedures.origin_certification import service as origin
from transire.procedures.power_of_attorney import service as power

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]

NOT_CERTIFIED = "BV-PN100"
FINDINGS = "The motor of the pump is of the same subheading as the pump itself."


@pytest.fixture(scope="module")
def filed(world: World) -> str:
    """An entry with claims, filed by the broker; what comes before it is walked through elsewhere."""
    producer, importer, broker = (world.actors[slug] for slug in ("bajio", "riogrande", "gateway"))
    tables = world.read("mx-producer/products.csv"), world.read("mx-producer/materials.csv")
    origin.import_products(producer.tenant, producer.person, *tables)
    draft = origin.draft_certification(
        producer.tenant,
        producer.person,
        agreement="usmca",
        importer_did=importer.did,
        importer=world.party_of("riogrande"),
        goods=[number for number in world.goods_of("bajio") if number != NOT_CERTIFIED],
        blanket=(today() - timedelta(days=30), today() + timedelta(days=300)),
    )
    origin.sign_certification(producer.tenant, producer.person, draft)
    power.grant_authority(
        importer.tenant,
        importer.person,
        broker_did=broker.did,
        broker=world.party_of("gateway"),
        filer_code="B76",
        valid=(today() - timedelta(days=1), today() + timedelta(days=365)),
    )
    table = world.read_of_this_week("mx-producer/invoice-2026-0419-corrected.csv")
    invoice = entry.issue_invoice(producer.tenant, producer.person, table, importer_did=importer.did)
    world.node.settle()
    drafted = entry.draft_entry(broker.tenant, broker.person, importer_did=importer.did, invoices=[invoice.document_id])
    for pointer in ("/importDate", "/entryDate"):
        entry.set_field(broker.tenant, broker.person, drafted, pointer, today().isoformat())
    issued = entry.file_entry(broker.tenant, broker.person, drafted)
    world.node.settle()
    return f"/entries/{issued.document_id}"


def test_a_verification_from_the_question_to_the_decision(
    world: World, filed: str, open_window: Callable[..., Walker]
) -> None:
    customs, broker, producer = (open_window(slug) for slug in ("customs", "gateway", "bajio"))
    ask(world, customs, filed)
    answer(world, broker, customs, filed)
    hear_the_certifier(world, customs, producer, broker, filed)
    visit(world, customs, producer, filed)
    decide(world, customs, broker, filed)
    flag(world, broker, filed)


def ask(world: World, customs: Walker, filed: str) -> None:
    customs.go("/verifications").reads("Nothing waits.").look("60-verifications-empty")
    customs.go(filed).link("Verification").reads("Verification of origin", "Not asked about", "Dates of this entry")
    customs.tick_only("lines", ("1", "2"))
    boxes = customs.page.locator("#ask input[name=questions]")
    for box in boxes.all():
        box.set_checked(box.get_attribute("value") in ("certification", "tariff-shift"))
    customs.fill(words="Above all for the motor.").look("61-verification-asking")
    customs.press("Send the request").reads("The question is on its way.", "Waiting for an answer", "30 days left")
    customs.reads("Send the certification of origin on which the claim rests.", "Above all for the motor.")
    customs.look("62-verification-asked")
    world.node.settle()
    customs.go("/verifications").reads("Request for information (CBP Form 28)", "30 days left")
    customs.look("63-verifications-officer")


def answer(world: World, broker: Walker, customs: Walker, filed: str) -> None:
    broker.go("/inbox").reads("Customs asks about line 1").link("Customs asks about line 1")
    broker.reads("Back-up of this claim", "Above all for the motor.", "30 days left").look("64-request-broker")
    ticked = [box.is_checked() for box in broker.page.locator("input[id^=backup-]").all()]
    assert ticked == [True, True]  # the certification and the invoice: one click sends them
    broker.fill(text="The certification and the invoice are attached.").press("Sign and send the answer")
    broker.reads("on their way to customs", "The certification and the invoice are attached.").look("65-answered")
    broker.go("/verifications").reads("Request for information (CBP Form 28)", "ours").look("66-verifications-broker")
    world.node.settle()
    customs.go(f"{filed}/verification").reads("Answered", "2 documents", "120 days left")
    customs.page.locator("#line-1 .tr-question a", has_text="Open").click()
    customs.reads("The certification and the invoice are attached.", "Close the question").look("67-request-customs")
    customs.page.select_option("#field-outcome", "insufficient")
    customs.fill(note="Nothing on the motor.").press("Close it").reads("the answer does not suffice")
    customs.go(f"{filed}/verification").reads("Answer does not suffice").look("68-insufficient")
    assert "Propose to deny" not in customs.main("#line-1").inner_text()


def hear_the_certifier(world: World, customs: Walker, producer: Walker, broker: Walker, filed: str) -> None:
    customs.main("#line-1 summary", has_text="Ask the certifier").click()
    customs.page.check("#certifier-1-value-content")
    customs.page.locator("#line-1").locator("button", has_text="Ask the certifier").click()
    customs.reads("The certifier is asked. Nobody else is told.", "Question to the certifier")
    world.node.settle()
    producer.go("/verifications").reads("asked directly").look("69-verifications-producer")
    producer.go("/inbox").link("Customs asks about a good that you certified")
    producer.reads("Show how the regional value content was computed", "go to customs alone").look("70-direct-question")
    producer.fill(text="The cost sheet is for you alone.").press("Sign and send the answer")
    producer.reads("on their way to customs")
    world.node.settle()
    assert "Question to the certifier" not in broker.go(f"{filed}/verification").main("#line-1").inner_text()
    customs.go(f"{filed}/verification").reads("Question to the certifier", "Propose to deny the claim (CBP Form 29)")


def visit(world: World, customs: Walker, producer: Walker, filed: str) -> None:
    customs.main("#line-2 summary", has_text="Propose a visit").click()
    customs.page.fill("#place-2", "The works at Celaya")
    customs.page.fill("#on-2", (today() + timedelta(days=45)).isoformat())
    customs.page.locator("#line-2").locator("button", has_text="Propose a visit").click()
    customs.reads("The visit is proposed.", "Verification visit")
    world.node.settle()
    producer.go("/inbox").link("Customs wants to visit your premises").reads("The works at Celaya").look("71-visit")
    producer.page.select_option("#field-answer", "postponed")
    producer.press("Sign and send the answer").reads("days")
    producer.page.select_option("#field-answer", "postponed")
    producer.fill(days="20").press("Sign and send the answer").reads("Customs is told.", "50 days left")
    producer.page.select_option("#field-answer", "consented")
    producer.press("Sign and send the answer").reads("The visit may take place.")
    world.node.settle()


def decide(world: World, customs: Walker, broker: Walker, filed: str) -> None:
    customs.go(f"{filed}/verification").main("#line-1 summary", has_text="Propose to deny").click()
    customs.page.fill("#reason-1", FINDINGS)
    customs.look("72-proposing")
    customs.press("Propose the action").reads("Action proposed", "20 days left")
    world.node.settle()
    broker.go("/inbox").link("Customs proposes to deny the claim of line 1").reads(FINDINGS, "20 days left")
    broker.look("73-notice-broker")
    broker.fill(text="We see it otherwise.").press("Sign and send the answer")
    world.node.settle()
    customs.go(f"{filed}/verification").reads("To be decided").main("#line-1 summary", has_text="Decide").click()
    customs.page.fill("#findings-1", FINDINGS)
    customs.page.fill("#basis-1", "General Note 11(o), HTSUS")
    customs.look("74-deciding").press("Sign the determination").reads("Claim denied", "the claim is denied")
    customs.look("75-decided")
    world.node.settle()
    broker.go("/inbox").link("Customs has decided a claim").reads(FINDINGS).look("76-determination")
    broker.go(f"{filed}/verification").reads("Claim denied")
    broker.look("77-verification-broker")


def flag(world: World, broker: Walker, filed: str) -> None:
    broker.go(filed).press("Draft a correction")
    broker.reads("Customs has determined that the identical good of this certifier does not originate.")
    broker.go(filed).main("#line-4 button", has_text="Take the claim back").click()
    broker.reads("A correction without the claim is drafted.")
    broker.look("78-claim-taken-back")
    actor = world.actors["gateway"]
    entry.file_entry(actor.tenant, actor.person, broker.path.rpartition("/")[2])
    world.node.settle()
    broker.go(f"{filed}/verification").reads("Could be claimed yet").main("summary", has_text="4. ").first.click()
    broker.look("79-could-be-claimed").press("Claim preference").reads("The claim is on its way to customs.")
    broker.reads("claimed after importation")


def test_the_pages_in_spanish(world: World, filed: str, open_window: Callable[..., Walker]) -> None:
    customs = open_window("customs", language="es")
    customs.go(f"{filed}/verification").reads("Verificación de origen", "Fechas de esta entrada").look("80-spanish")
