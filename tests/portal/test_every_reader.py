"""Readers of every kind: without scripts, in Spanish, with a keyboard alone, on paper; and members kept apart."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from walker import Walker

from transire.demo.world import World
from transire.procedures.origin_certification import service as origin

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def imported(world: World) -> None:
    """Both producers have their products in."""
    for slug, folder in (("bajio", "mx-producer"), ("valle", "cr-producer")):
        actor = world.actors[slug]
        tables = (world.read(f"{folder}/{name}.csv") for name in ("products", "materials"))
        origin.import_products(actor.tenant, actor.person, *tables)


def test_a_certification_is_signed_without_scripts(world: World, open_window: Callable[..., Walker]) -> None:
    window = open_window("valle", java_script_enabled=False)
    window.go("/certifications").link("New certification")
    party = world.party_of("riogrande")
    window.main("summary", has_text="First certification for this importer").click()
    window.fill(
        importer_name=party.name,
        importer_street=party.address.street,
        importer_city=party.address.city,
        importer_region=party.address.region or "",
        importer_postal_code=party.address.postal_code or "",
        importer_country=party.address.country,
    )
    window.press("Draft it").reads("A field that the law or the form asks for is missing.")
    window.page.locator("#findings a", has_text="Change").click()
    assert window.focused() == "field-value"
    window.fill(value=party.phone or "").press("Save and return to findings")
    window.reads("Everything that the law and the form ask for is there.")
    window.link("Review and sign").photograph("60-sign-without-scripts")
    window.page.check("#field-certify")
    window.press("Sign").reads("Signed. The certification is on its way")
    world.node.settle()
    window.go("/outbox").reads("Delivered")


PAGES_OF_A_PRODUCER = {
    "/": "Resumen",
    "/inbox": "Bandeja de entrada",
    "/outbox": "Bandeja de salida",
    "/products": "Productos",
    "/products/import": "Importar productos",
    "/products/BV-CP200": "Es originario por el criterio B: Producida enteramente en el territorio",
    "/origin/usmca/BV-CP200": "Tratado entre México, Estados Unidos y Canadá",
    "/certifications": "Certificaciones de origen",
    "/certifications/new": "Nueva certificación de origen",
    "/certifications/bring-in": "Incorporar una certificación",
    "/invoices": "Facturas comerciales",
    "/invoices/new": "Emitir una factura comercial",
    "/documents": "Todos los documentos",
    "/documents/new": "Emitir un documento",
    "/documents/new/packing-list": "Lista de empaque",
    "/network": "Red",
    "/persons": "Personas",
    "/account": "Su acceso",
}


def test_a_producer_reads_the_portal_in_spanish(open_window: Callable[..., Walker]) -> None:
    window = open_window("bajio", language=None, locale="en-US")
    for path, text in PAGES_OF_A_PRODUCER.items():
        window.go(path).reads(text)
        assert window.page.locator("html").get_attribute("lang") == "es", path
        window.look(f"70-es{path.replace('/', '-')}")


def test_a_criterion_is_named_in_words(open_window: Callable[..., Walker]) -> None:
    window = open_window("valle", language="es").go("/products/DM-AB01")
    window.reads("Es originario por el criterio Regla por producto: Producida enteramente en el territorio")


def test_a_member_sees_nothing_of_another_in_the_same_browser(open_window: Callable[..., Walker]) -> None:
    window = open_window("bajio")
    for path in ("/documents", "/certifications", "/network"):
        answer = window.page.goto(f"{window.site}/m/valle{path}")
        assert answer is not None
        assert window.page.url == f"{window.site}/m/valle/sign-in?next={path}"
    assert window.go("/products").main("tbody tr").count() == 12


def test_the_keyboard_alone_reaches_the_work(open_window: Callable[..., Walker]) -> None:
    window = open_window("bajio").go("/products/import")
    window.page.keyboard.press("Tab")
    assert window.page.evaluate("document.activeElement.className") == "usa-skipnav"
    window.page.keyboard.press("Enter")
    assert window.focused() == "main"
    window.page.keyboard.press("Tab")  # the way back, above the heading
    window.page.keyboard.press("Tab")
    assert window.focused() == "field-products"
    outline = window.page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert float(outline.removesuffix("px")) >= 2, "one cannot see where the keyboard is"


def test_on_paper_stands_the_document_and_no_button(open_window: Callable[..., Walker]) -> None:
    window = open_window("bajio").go("/products/BV-CP200")
    window.page.emulate_media(media="print")
    for selector in ("nav", "header .tr-who", "a.usa-button", "button", ".tr-dev"):
        for part in window.page.locator(selector).all():
            assert not part.is_visible(), selector
    window.reads("BV-CP200", "8413.70")
