"""The verify page in Chromium, of the portal and as one file from a disk: it says what the command says."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from playwright.sync_api import Browser
from walker import Walker

from transire.cli import cli

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]

RECEIPTS = ("certification.receipt.json", "entry-summary.receipt.json", "not-withdrawn.receipt.json")
VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "receipt"


@pytest.fixture(scope="module")
def single_page(tmp_path_factory: pytest.TempPathFactory, axe: str) -> str:
    """The address of the page as `transire verify-page` writes it; `axe` has built it."""
    file = tmp_path_factory.mktemp("single") / "transire-verify.html"
    assert CliRunner().invoke(cli, ["verify-page", str(file)]).exit_code == 0
    return file.as_uri()


@pytest.fixture
def open_page(chromium: Browser, axe: str, repository: Path) -> Iterator[Callable[..., Walker]]:
    """A function that opens a page in a browser of its own, in which every request beyond the page is counted."""
    contexts = []

    def opened(address: str, **options: Any) -> Walker:
        contexts.append(context := chromium.new_context(**options))
        window = Walker(context, address, "", axe, repository / "out" / "portal")
        window.page.goto(address)
        return window

    yield opened
    for context in contexts:
        context.close()


def give(window: Walker, receipt: Path, network: Path) -> None:
    """Choose both files and wait for the verdict, which takes the focus."""
    window.page.set_input_files("#field-network", network)
    window.page.set_input_files("#field-receipt", receipt)
    window.page.locator("#verdict:focus").wait_for()


def outcomes(window: Walker) -> dict[str, str]:
    items = window.page.locator("[data-check]").all()
    return {str(one.get_attribute("data-check")): str(one.get_attribute("data-outcome")) for one in items}


def of_command(receipt: Path, network: Path) -> dict[str, str]:
    done = CliRunner().invoke(cli, ["verify", str(receipt), "--network", str(network), "--json"])
    return {check["name"]: check["outcome"] for check in json.loads(done.output)["checks"]}


@pytest.mark.parametrize("where", ["portal", "file"])
def test_the_receipts_of_the_demo_are_said_what_the_command_says(
    where: str, request: pytest.FixtureRequest, open_page: Callable[..., Walker], demo_out: Path
) -> None:
    address = (
        f"{request.getfixturevalue('site')}/verify" if where == "portal" else request.getfixturevalue("single_page")
    )
    window = open_page(address)
    requested: list[str] = []
    window.page.on("request", lambda asked: requested.append(f"{asked.method} {asked.url}"))
    for name in RECEIPTS:
        give(window, demo_out / name, demo_out / "network.json")
        window.reads("Every check that could be made holds", "What this receipt proves", "All checks")
        expected = of_command(demo_out / name, demo_out / "network.json")
        assert outcomes(window) == expected
    window.look(f"80-verify-{where}")
    # The portal's own fonts may still be on their way when the first receipt is given.
    beyond = [one for one in requested if not one.startswith(f"GET {address.removesuffix('/verify')}/static/")]
    assert beyond == [], "a receipt must not leave the browser, nor anything be fetched for it"


def test_an_altered_copy_says_what_was_expected_and_found(
    single_page: str, open_page: Callable[..., Walker], demo_out: Path, tmp_path: Path
) -> None:
    receipt = json.loads((demo_out / RECEIPTS[0]).read_bytes())
    receipt["statement"]["actor"] += "x"
    altered = tmp_path / "altered.receipt.json"
    altered.write_text(json.dumps(receipt))
    window = open_page(single_page)
    give(window, altered, demo_out / "network.json")
    window.reads("Do not rely on this copy", "Expected", "Found", "ledger.not-in-pool")
    assert "What this receipt proves" not in window.main("xpath=self::*").inner_text()
    assert outcomes(window) == of_command(altered, demo_out / "network.json")
    window.look("81-verify-altered")
    give(window, demo_out / RECEIPTS[0], demo_out / "network.json")
    window.reads("Every check that could be made holds")


def test_a_disclosure_shows_its_parts_and_no_other(
    single_page: str, open_page: Callable[..., Walker], tmp_path: Path
) -> None:
    folder = VECTORS.parent / "disclosure"
    cases = {one["name"]: one["file"] for one in json.loads((folder / "cases.json").read_bytes())}
    for name, holds in (("several parts", True), ("another value", False)):
        window = open_page(single_page)
        file = tmp_path / "parts.disclosure.json"
        file.write_text(cases[name], encoding="utf-8")
        give(window, file, folder / "network.json")
        assert outcomes(window) == of_command(file, folder / "network.json")
        assert window.page.locator("#disclosed").count() == int(holds)
        if holds:
            window.reads("Avocados, fresh", "Shown of the document").look("85-verify-disclosure")
            assert "Known to few" not in window.main("xpath=self::*").inner_text()


def drop(window: Walker, files: dict[str, bytes], *, judged: bool = True) -> None:
    """Drop files on the page, as from a folder beside it, and wait for the verdict."""
    window.page.evaluate(
        """(files) => {
          const given = new DataTransfer();
          for (const [name, text] of files) given.items.add(new File([text], name));
          dispatchEvent(new DragEvent("drop", { dataTransfer: given, cancelable: true }));
        }""",
        [[name, raw.decode()] for name, raw in files.items()],
    )
    if judged:
        window.page.locator("#verdict:focus").wait_for()


POUCH = VECTORS.parent / "pouch"
POUCH_CASES = {case["what"]: case for case in json.loads((POUCH / "cases.json").read_bytes())}


@pytest.mark.parametrize("what", POUCH_CASES)
def test_a_pouch_that_is_dropped_is_judged_as_the_vectors_say(
    what: str, single_page: str, open_page: Callable[..., Walker]
) -> None:
    case = POUCH_CASES[what]
    raw = runpy.run_path(str(POUCH / "make.py"))["altered"]((POUCH / "pouch.json").read_bytes(), case)
    window = open_page(single_page)
    drop(window, {"network.json": (POUCH / "network.json").read_bytes(), "entry.pouch.json": raw})
    if "error" in case:
        window.reads(case["error"])
        return
    good = case["fails"] == {}
    window.reads("Every check that could be made holds" if good else "Do not rely on this copy")
    assert _failing(window) == sorted(name.split(" ")[-1] for name in case["fails"])
    if good:
        verdict = window.page.locator(".tr-verify__verdict").inner_text()
        assert verdict.count("countersigned by outside witnesses") == 1, "each once, however many documents"
        titles = window.page.locator(".tr-fold__title").all_inner_texts()
        assert titles == ["Entry summary", "Commercial invoice", "Certification of origin, USMCA"]
        assert window.page.locator(".tr-columns > *").count() == 2, "the documents stand below the checks"
        window.look("86-verify-pouch")


def _failing(window: Walker) -> list[str]:
    """The checks that fail on the page, each as often as it does."""
    return sorted(str(one.get_attribute("data-check")) for one in window.page.locator("[data-outcome=fails]").all())


@pytest.mark.parametrize("name", ["one part", "everything", "another value", "another salt", "no end"])
def test_a_disclosure_that_is_dropped_is_judged_as_the_vectors_say(
    name: str, single_page: str, open_page: Callable[..., Walker]
) -> None:
    folder = VECTORS.parent / "disclosure"
    case = next(one for one in json.loads((folder / "cases.json").read_bytes()) if one["name"] == name)
    window = open_page(single_page)
    drop(window, {"network.json": (folder / "network.json").read_bytes(), "parts.json": case["file"].encode()})
    assert outcomes(window)["disclosed"] == case["outcome"]
    assert window.page.locator("#disclosed").count() == int(case["outcome"] == "holds")
    if "code" in case:
        window.reads(case["code"])


def test_it_speaks_spanish_and_keeps_what_was_given(
    single_page: str, open_page: Callable[..., Walker], demo_out: Path
) -> None:
    window = open_page(single_page, locale="es-MX")
    window.reads("Verificar un comprobante")
    assert window.page.locator("html").get_attribute("lang") == "es"
    give(window, demo_out / RECEIPTS[0], demo_out / "network.json")
    window.reads("Se cumplen todas las comprobaciones", "La red en la que confía").look("82-verify-es")
    window.page.locator("#tongues button", has_text="English").click()
    window.page.locator("#verdict", has_text="Every check that could be made holds").wait_for()
    window.reads("certification.receipt.json")


def test_witnesses_that_one_names_are_checked(single_page: str, open_page: Callable[..., Walker]) -> None:
    case = next(one for one in json.loads((VECTORS / "cases.json").read_bytes()) if "countersigned" in one["receipt"])
    window = open_page(single_page)
    give(window, VECTORS / case["receipt"], VECTORS / case["network"])
    assert outcomes(window)["witnesses"] == "not shown"
    window.page.locator("summary").click()
    window.page.fill("#field-witnesses", case["witnesses"][0])
    window.page.locator("#field-witnesses").blur()
    window.page.locator("[data-check=witnesses][data-outcome=holds]").wait_for()
    window.reads("witness.example/w1 at 2026-02-02T10:01:00Z")
    window.page.fill("#field-witnesses", "nonsense")
    window.page.locator("#field-witnesses").blur()
    window.page.locator("#verdict", has_text="This is not a signed checkpoint or verifier key").wait_for()


@pytest.mark.parametrize("name", ["four-validators", "too-few-signatures", "draw", "ending"])
def test_other_networks_and_receipts_of_actions(name: str, single_page: str, open_page: Callable[..., Walker]) -> None:
    files = VECTORS / f"{name}.receipt.json", VECTORS / f"{name}.network.json"
    window = open_page(single_page)
    give(window, *files)
    assert outcomes(window) == of_command(*files)
    if name == "too-few-signatures":
        window.look("83-verify-too-few-signatures")


def test_files_can_be_dropped_and_what_they_are_is_seen(single_page: str, open_page: Callable[..., Walker]) -> None:
    files = [VECTORS / "one-validator.receipt.json", VECTORS / "one-validator.network.json"]
    window = open_page(single_page)
    window.page.evaluate(
        """(files) => {
          const given = new DataTransfer();
          for (const [name, text] of files) given.items.add(new File([text], name));
          dispatchEvent(new DragEvent("drop", { dataTransfer: given, cancelable: true }));
        }""",
        [[file.name, file.read_text()] for file in files],
    )
    window.page.locator("#verdict", has_text="Every check that could be made holds").wait_for()
    window.reads("one-validator.receipt.json", "one-validator.network.json")


def test_what_is_no_receipt_is_said_with_the_fix(
    single_page: str, open_page: Callable[..., Walker], tmp_path: Path
) -> None:
    (tmp_path / "other.json").write_text("{}")
    window = open_page(single_page)
    give(window, tmp_path / "other.json", VECTORS / "draw.network.json")
    window.reads("This file is not a receipt.", "Choose the file that the node exported", "ledger.not-a-receipt")
    give(window, VECTORS / "draw.receipt.json", tmp_path / "other.json")
    window.reads("This is not a network file that proofs can be checked against.").look("84-verify-no-receipt")


def test_one_file_alone_is_answered_by_what_is_missing(single_page: str, open_page: Callable[..., Walker]) -> None:
    for name, said in (("receipt", "Now the network file:"), ("network", "Now the file that is to be checked.")):
        window = open_page(single_page)
        drop(window, {f"{name}.json": (VECTORS / f"one-validator.{name}.json").read_bytes()}, judged=False)
        window.page.locator("#result", has_text=said).wait_for()
        assert window.page.locator("#verdict").count() == 0


def test_a_fault_of_the_page_leaves_no_verdict_on_an_earlier_file(
    single_page: str, open_page: Callable[..., Walker]
) -> None:
    files = {name: (VECTORS / f"one-validator.{name}.json").read_bytes() for name in ("network", "receipt")}
    window = open_page(single_page)
    drop(window, files)
    window.reads("Every check that could be made holds")
    window.page.evaluate("() => { crypto.subtle.digest = () => { throw new RangeError('of it') } }")
    drop(window, {"another.receipt.json": files["receipt"]})
    window.reads("This page could not check the file, so nothing is known of it.", "another.receipt.json")
    assert "Every check that could be made holds" not in window.main("xpath=self::*").inner_text()


def test_nothing_in_a_receipt_becomes_markup_or_turns_text_around(
    single_page: str, open_page: Callable[..., Walker], tmp_path: Path
) -> None:
    receipt = json.loads((VECTORS / "draw.receipt.json").read_bytes())
    receipt["action"]["action"] = "<img src=x onerror=alert(1)>\u202e"
    (tmp_path / "hostile.receipt.json").write_text(json.dumps(receipt))
    window = open_page(single_page)
    give(window, tmp_path / "hostile.receipt.json", VECTORS / "draw.network.json")
    window.reads("<img src=x onerror=alert(1)>\ufffd")
    assert window.page.locator("main img").count() == 0
    assert not window.complaints


def test_on_paper_stands_the_report_and_no_field(single_page: str, open_page: Callable[..., Walker]) -> None:
    window = open_page(single_page)
    give(window, VECTORS / "one-validator.receipt.json", VECTORS / "one-validator.network.json")
    window.page.emulate_media(media="print")
    for selector in ("input", "textarea", "button", "#tongues"):
        for part in window.page.locator(selector).all():
            assert not part.is_visible(), selector
    window.reads("What this receipt proves", "The network that you trust", "71023 72453 61899")


def test_the_portal_hands_out_the_file_and_reads_without_scripts(
    site: str, open_page: Callable[..., Walker], single_page: str
) -> None:
    window = open_page(f"{site}/verify")
    with window.page.expect_download() as started:
        window.page.locator("a", has_text="Keep this page as one file").click()
    assert started.value.suggested_filename == "transire-verify.html"
    assert Path(started.value.path()).read_bytes() == Path(single_page.removeprefix("file://")).read_bytes()
    window.page.locator(".tr-tongues a").click()
    window.reads("Verificar un comprobante", "Guardar esta página como un archivo").look("85-verify-portal-es")
    plain = open_page(f"{site}/verify", java_script_enabled=False)
    plain.reads("Without them, a command does the same:", "transire verify FILE.receipt.json")
