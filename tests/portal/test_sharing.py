"""Sharing in a real browser: a right to read is given, seen, narrowed, withdrawn; each page on a desk and in a hand."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from walker import Walker

from transire.api import destruction
from transire.demo.stage import today
from transire.demo.world import World
from transire.desk.persons import add_person
from transire.node import tenant as tenants
from transire.procedures.origin_certification import service as origin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(900)]

LATEST_S = 20.0


@pytest.fixture
def certified(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """A certification of two versions that the producer issued to the importer."""
    monkeypatch.setattr(tenants, "UNHURRIED_AT_MOST_S", 1)
    producer = world.actors["bajio"]
    tenant, person = producer.tenant, producer.person
    origin.import_products(
        tenant, person, world.read("mx-producer/products.csv"), world.read("mx-producer/materials.csv")
    )
    draft = origin.draft_certification(
        tenant,
        person,
        agreement="usmca",
        importer_did=world.actors["riogrande"].did,
        importer=world.party_of("riogrande"),
        goods=world.goods_of("bajio")[:2],
        blanket=(today(), today() + timedelta(days=200)),
    )
    issued = origin.sign_certification(tenant, person, draft)
    world.node.settle()
    origin.replace_certification(
        tenant, person, issued.document_id, {"/goods/0/description": "Housing, machined"}, reason="description mended"
    )
    world.node.settle()
    return issued.document_id


def test_a_right_is_given_seen_narrowed_and_withdrawn(
    world: World, certified: str, open_window: Callable[..., Walker]
) -> None:
    producer, auditor = open_window("bajio"), open_window("valle")
    producer.go(f"/documents/{certified}").reads("Who may read it", "Reading log", "What it says", "Status now")
    producer.look("document")
    producer.link("What changed").reads("Housing, machined").look("document-compare")

    producer.go(f"/documents/{certified}").link("Share").reads("Share the document").look("document-share")
    producer.page.select_option("#field-recipient", label=world.actors["valle"].tenant.name)
    producer.page.select_option("#field-purpose", "audit")
    producer.fill(authority="19 CFR 163.6", expires=(today() + timedelta(days=30)).isoformat())
    producer.page.check("#field-may_delegate")
    producer.press("Give the right to read").reads("May read", "19 CFR 163.6", "may pass it on", "not yet")

    world.node.settle()
    auditor.go("/inbox").reads("You were given the right to read a document")
    auditor.go(f"/documents/{certified}").reads("Housing, machined", "Status now").look("document-shared")
    world.node.settle()
    producer.go(f"/documents/{certified}").reads("opened it").look("document-readers")

    change_the_right(producer).reads("Narrow it", "Withdraw it").look("document-grant")
    producer.fill(expires=(today() + timedelta(days=10)).isoformat()).press("Narrow the right").reads("Narrowed")
    world.node.settle()
    change_the_right(producer).fill(reason="the audit is over").press("Withdraw the right").reads("Withdrawn")
    world.node.settle()
    _until(lambda: "vault.grant-ended" in auditor.go(f"/documents/{certified}").page.content())
    auditor.reads("The right to read this document has ended").look("document-ended")

    long_ago = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    producer.go(f"/documents/{certified}?at={long_ago}").reads("Not issued yet", "Nobody has said yet").look(
        "document-at"
    )


def test_parts_are_shown_and_a_document_is_kept_and_destroyed(
    world: World, certified: str, open_window: Callable[..., Walker], monkeypatch: pytest.MonkeyPatch
) -> None:
    producer = open_window("bajio", accept_downloads=True)
    producer.go(f"/documents/{certified}").link("Show parts of it").reads("Parts to show", "Housing, machined")
    producer.look("document-disclose")
    producer.tick_only("fields", ["/goods/0/description", "/agreement"])
    with producer.page.expect_download() as started:
        producer.press("Make the file")
    shown = json.loads(Path(started.value.path()).read_bytes())
    assert shown["disclosure"] == "disclosure/1"
    assert len(shown["presentation"].split("~")) == 2 + 4, "agreement, goods, the first of them, its description"

    producer.go(f"/documents/{certified}").link("Keep or destroy")
    producer.reads("19 USC 1508(b)(5)(A)", "Runs", "It cannot be destroyed while a duty to keep it runs.", "None.")
    producer.look("document-keeping")
    monkeypatch.setattr(destruction, "_today", lambda _: date(2040, 1, 1))
    tenant = world.actors["bajio"].tenant
    with tenant.transaction() as tx:
        officer = add_person(
            tx, name="Records officer", login="records@bajio.example", roles=["compliance_officer"], now=tenant.now()
        )
    hold = destruction.set_hold(tenant, officer, certified, "a suit is threatened")
    producer.go(f"/documents/{certified}/keeping").reads("On hold", "a suit is threatened", "Over")
    producer.reads("It cannot be destroyed while a legal hold is set.").look("document-hold")
    destruction.lift_hold(tenant, officer, hold.id, "it was settled")
    producer.go(f"/documents/{certified}/keeping").reads("lifted by", "it was settled").look("document-destroy")
    producer.page.check("#field-confirm")
    producer.press("Destroy the document").reads("Destroyed. Key, salt and sealed file are gone here")
    producer.go(f"/documents/{certified}").reads("The document was erased here").look("document-destroyed")


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LATEST_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.1)


def change_the_right(window: Walker) -> Walker:
    """From the list of readers to the page of the first right that may be changed."""
    window.main("a[href*='/grants/']").first.click()
    return window
