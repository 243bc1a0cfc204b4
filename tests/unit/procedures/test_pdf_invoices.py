"""An invoice out of a PDF over a real portal: read, confirmed part by part, issued, and drafted into an entry."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient
from trading import Trade

from transire.cli import cli
from transire.desk.api_tokens import create_api_token
from transire.desk.drafts import find_draft
from transire.desk.errors import DraftClosed
from transire.desk.permissions import operations_of
from transire.desk.persons import add_person
from transire.documents.errors import PdfUnconfirmed
from transire.portal.app import create_app
from transire.procedures.entry_summary import pdf_invoices
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.invoices import list_invoices

sys.path.insert(0, str(Path(__file__).parents[1] / "documents"))
from invoice_layouts import blank, english, spanish

PASSWORD = "fog over the canal 1914"
LOGIN = "pdf@gateway.example"
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="([0-9]+)"')


@pytest.fixture(scope="module")
def desk(trade: Trade) -> Iterator[TestClient]:
    trade.empower()
    trade.settle()
    tenant = trade.gateway.tenant
    with tenant.transaction() as tx:
        person = add_person(
            tx, name="Clerk of papers", login=LOGIN, roles=("preparer", "signing_official"), now=tenant.now()
        )
    tenant.sign_in_desk.set_password(person.id, PASSWORD, now=tenant.now())
    with TestClient(create_app(trade.world.node), base_url="http://testserver", follow_redirects=False) as browser:
        browser.base = f"/m/{tenant.slug}"  # type: ignore[attr-defined]
        send(browser, "/sign-in", "/sign-in", login=LOGIN, password=PASSWORD)
        yield browser


def page(desk: TestClient, path: str) -> str:
    answer = desk.get(f"{desk.base}{path}")  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.text
    return answer.text


def send(
    desk: TestClient, path: str, form: str, *, files: dict[str, tuple[str, bytes]] | None = None, **said: str
) -> str:
    token = TOKEN.search(page(desk, form))
    assert token is not None
    answer = desk.post(f"{desk.base}{path}", data={"form_token": token[1], **said}, files=files)  # type: ignore[attr-defined]
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def handed_in(desk: TestClient, trade: Trade, raw: bytes) -> str:
    """The address of the reading of a PDF that was handed in where tables and 810 come in."""
    there = send(
        desk,
        "/invoices/new",
        "/invoices/new",
        files={"invoice": ("invoice.pdf", raw)},
        importer=trade.riogrande.did,
    )
    found = re.search(r"(/invoice-readings/[^?]+)\?told=invoice-read", there)
    assert found is not None, there
    return found[1]


def fields(trade: Trade, reading: str, part: str) -> dict[str, str]:
    """What the form of a part is filled with."""
    broker = trade.gateway
    shown = pdf_invoices.show_reading(broker.tenant, broker.person, reading.rsplit("/", 1)[-1], part).part
    asked = [*shown.fields, *(field for _, fields in shown.lines for field in fields)]
    return {field.pointer: field.value for field in asked}


def confirm(desk: TestClient, trade: Trade, reading: str, part: str, **corrected: str) -> str:
    version = VERSION.search(page(desk, f"{reading}?part={part}"))
    assert version is not None
    said = fields(trade, reading, part) | {name.replace("__", "/"): value for name, value in corrected.items()}
    return send(desk, f"{reading}/confirm", f"{reading}?part={part}", part=part, version=version[1], **said)


def test_from_the_pdf_to_the_draft_of_an_entry(desk: TestClient, trade: Trade) -> None:
    assert f'href="{desk.base}/invoices/new">Bring in an invoice' in page(desk, "/invoices")  # type: ignore[attr-defined]
    reading = handed_in(desk, trade, english(12))
    shown = page(desk, reading)
    assert "PDF, page 1" in shown
    assert 'id="p1-1"' in shown  # the text of the page, line by line
    assert "F-2026-0501" in shown
    broker, draft_id = trade.gateway, reading.rsplit("/", 1)[-1]
    with pytest.raises(PdfUnconfirmed):
        pdf_invoices.issue_reading(broker.tenant, broker.person, draft_id)
    assert "part=lines-1" in confirm(desk, trade, reading, "head", __head__payment_terms="30 days net")
    assert "part=lines-2" in confirm(desk, trade, reading, "lines-1")
    assert "told=part-confirmed" in confirm(desk, trade, reading, "lines-2")
    there = send(desk, f"{reading}/issue", reading)
    document_id = there.partition("/invoices/")[2].partition("?")[0]
    with pytest.raises(DraftClosed):
        pdf_invoices.issue_reading(broker.tenant, broker.person, draft_id)
    trade.settle()
    [listed] = list_invoices(broker.tenant, words="F-2026-0501").rows
    assert listed.version == document_id  # asked for twice it was issued once: there is no second version
    came = pdf_invoices.reading_of(broker.tenant, broker.person, document_id)
    assert came is not None
    sources = {field.column: field.source for field in came.head if field.source is not None}
    assert sources["invoice_number"].detail == "PDF, page 1, line 9"
    assert sources["payment_terms"].origin == "keyed"
    assert [(line.number, line.pages, line.keyed) for line in came.lines] == [(at, (1,), ()) for at in range(1, 13)]
    issued = page(desk, f"/invoices/{document_id}")
    assert "The seller has signed nothing of it." in issued
    assert "PDF, page 1" in issued
    draft = entry.draft_entry(broker.tenant, broker.person, importer_did=trade.riogrande.did, invoices=[document_id])
    with broker.tenant.database.reading() as view:
        found = find_draft(view, draft)
    assert len(found.content["lines"]) == 12
    assert found.sources["/lines/0/description"].document_id == document_id
    assert page(desk, f"/entry-drafts/{draft}")


def test_what_was_not_read_is_asked_for_and_nothing_typed_is_lost(desk: TestClient, trade: Trade) -> None:
    reading = handed_in(desk, trade, spanish("11/12/2026"))
    shown = page(desk, reading)
    assert "It is not clear which of these is the day and which the month." in shown
    assert "11/12/2026" in shown
    kept = confirm(desk, trade, reading, "head", __head__invoice_date="2026-13-01", __head__port_of_entry="2304")
    assert "told=part-kept" in kept
    assert fields(trade, reading, "head")["/head/port_of_entry"] == "2304"
    assert fields(trade, reading, "head")["/head/invoice_date"] == "2026-13-01"
    said = {"__head__invoice_date": "2026-12-11", "__head__export_country": "CR"}
    assert "part=lines-1" in confirm(desk, trade, reading, "head", **said)
    send(desk, f"{reading}/lines", f"{reading}?part=lines-1")
    assert "told=part-kept" in confirm(desk, trade, reading, "lines-1")  # the line that was added is blank
    send(desk, f"{reading}/lines/3/remove", f"{reading}?part=lines-1")
    assert len({name.split("/")[2] for name in fields(trade, reading, "lines-1")}) == 2
    send(desk, f"{reading}/discard", reading)
    assert "This draft was given up." in page(desk, reading)


def test_a_scan_is_refused_on_the_page(desk: TestClient, trade: Trade) -> None:
    token = TOKEN.search(page(desk, "/invoices/new"))
    assert token is not None
    answer = desk.post(
        f"{desk.base}/invoices/new",  # type: ignore[attr-defined]
        data={"form_token": token[1], "importer": trade.riogrande.did},
        files={"invoice": ("scan.pdf", blank())},
    )
    assert answer.status_code == 422
    assert "documents.pdf-unreadable" in answer.text


def test_the_api_reads_and_issues_only_what_is_confirmed(desk: TestClient, trade: Trade) -> None:
    broker = trade.gateway
    with broker.tenant.transaction() as tx:
        made = create_api_token(
            tx,
            broker.person.id,
            name="papers",
            scopes=operations_of(broker.person.roles),
            ends_at=broker.tenant.now() + timedelta(days=1),
            now=broker.tenant.now(),
        )
    headers = {"authorization": f"Bearer {made.token}"}
    sent = {"invoice": ("invoice.pdf", english(), "application/pdf")}
    read = desk.post(f"/v1{desk.base}/invoice-readings", files=sent, headers=headers)  # type: ignore[attr-defined]
    assert read.status_code == 200, read.text
    assert read.json()["head"]["invoice_number"]["page"] == 1
    refused = desk.post(
        f"/v1{desk.base}/invoices",  # type: ignore[attr-defined]
        files=sent,
        data={"importer": trade.riogrande.did},
        headers=headers,
    )
    assert refused.status_code == 422
    assert "documents.pdf-unconfirmed" in refused.text


def test_the_command_shows_the_places_and_writes_a_table(tmp_path: Path) -> None:
    file, table = tmp_path / "invoice.pdf", tmp_path / "invoice.csv"
    file.write_bytes(spanish("11/12/2026"))
    told = CliRunner().invoke(cli, ["entry", "read-invoice", str(file), "--output", str(table)])
    assert told.exit_code == 0, told.output
    assert "invoice_number: A-77 [page 1, line" in told.output
    assert "invoice_date: (blank)" in told.output
    assert table.read_text(encoding="utf-8").startswith("invoice_number,invoice_date")
