"""Documents of the trade on a running node: issued, taken into an entry, filed with it, replaced, bundled, proven."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient
from trading import Trade

from javascript import Question, disagreements
from receipt_alterations import alterations
from transire.api import documents, issuing, proofs, sharing
from transire.api.errors import DocumentEnded, NotOwnDocument, TypeNotFree
from transire.api.issuing import NewDocument
from transire.api.sharing import NewGrant
from transire.cli import cli
from transire.crypto.canonical import canonical_bytes
from transire.desk.api_tokens import create_api_token
from transire.desk.drafts import Source, find_draft
from transire.desk.particulars import read_particulars, write_particulars
from transire.desk.permissions import operations_of
from transire.desk.persons import add_person
from transire.documents.errors import DocumentInvalid, IssuerUnfit
from transire.ledger.pouch import PouchReport, check_pouch, read_pouch
from transire.node.node import NewMember
from transire.node.rebuilding import rebuild_records, rebuilt_digest, records_digest
from transire.node.tenant import Issued, Tenant
from transire.portal.app import create_app
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.carriage import take_carriage
from transire.procedures.entry_summary.gathering import find_invoices
from transire.procedures.entry_summary.pouch import export_pouch, pouch_contents
from transire.procedures.papers import issue_paper
from transire.records.documents import DocumentFilter, every_document
from transire.records.inbox import list_inbox
from transire.vault import tables as vault

pytestmark = pytest.mark.xdist_group("trade-documents")

INVOICE = "F-2026-0419"
PASSWORD = "fog over the canal 1914"


@pytest.fixture(scope="module")
def invoice(trade: Trade) -> Issued:
    trade.import_products()
    trade.certify()
    trade.settle()
    trade.empower()
    trade.settle()
    issued = trade.invoice("mx-producer/invoice-2026-0419-corrected.csv")
    trade.settle()
    return issued


def bill(**changes: Any) -> dict[str, Any]:
    said = {
        "billOfLadingNumber": "GBCB-7001",
        "billType": "bill",
        "invoiceNumbers": [INVOICE],
        "modeOfTransport": "30",
        "carrier": {"name": "Two Bridges Carriers"},
        "shipper": {"name": "Bombas y Ventiladores del Bajío, S.A. de C.V."},
        "consignee": {"name": "Rio Grande Industrial and Medical Supply, Inc."},
        "portOfDischarge": {"unLocode": "USLRD", "portCode": "2304"},
        "lines": [{"lineNumber": 1, "packageCount": 46, "grossWeight": "2536.6"}],
    }
    return said | changes


@pytest.fixture(scope="module")
def lading(trade: Trade, invoice: Issued) -> Issued:
    """The broker, as forwarder, issues the bill of lading to importer and seller."""
    broker = trade.gateway
    new = NewDocument(schema="bill-of-lading/1", subject=bill(), recipients=(trade.riogrande.did, trade.bajio.did))
    issued = issuing.issue_document(broker.tenant, broker.person, new)
    trade.settle()
    return issued


def test_a_document_reaches_its_recipients_and_names_the_members_in_it(trade: Trade, lading: Issued) -> None:
    view = documents.show_document(trade.riogrande.tenant, trade.riogrande.person, lading.document_id)
    subject = documents.subject_of(view)
    assert view.line.number == "GBCB-7001"
    assert subject["consignee"]["id"] == trade.riogrande.did
    assert subject["shipper"]["id"] == trade.bajio.did
    assert "id" not in subject["carrier"]


def test_what_its_issuer_may_not_issue_is_refused_here_and_by_every_recipient(trade: Trade, lading: Issued) -> None:
    importer = trade.riogrande
    new = NewDocument(schema="bill-of-lading/1", subject=bill(), recipients=(trade.bajio.did,))
    with pytest.raises(IssuerUnfit, match="carrier or broker"):
        issuing.issue_document(importer.tenant, importer.person, new)
    with pytest.raises(TypeNotFree):
        issuing.issue_document(importer.tenant, importer.person, msgspec.structs.replace(new, schema="evidence/1"))
    broker = trade.gateway
    with pytest.raises(DocumentInvalid, match="lines"):
        issuing.issue_document(broker.tenant, broker.person, NewDocument(schema="bill-of-lading/1", subject={}))
    # The importer's node is made to leave the check out: the seller's node refuses the delivery by its code.
    with importer.tenant.transaction() as tx:
        forged = issue_paper(
            importer.tenant, tx, importer.person, bill(), "bill-of-lading/1", recipients=[trade.bajio.did]
        )
    trade.settle()
    assert _holds(trade.bajio.tenant, forged.commitment) is False
    with importer.tenant.database.reading() as view:
        rows = view.execute(vault.outbox.select().where(vault.outbox.c.statement == forged.statement_id))
        assert [row.answer for row in rows] == [IssuerUnfit.code]


def _holds(tenant: Tenant, commitment: str) -> bool:
    with tenant.database.reading() as view:
        return tenant.vault.has(view, commitment)


@pytest.fixture(scope="module")
def filed(trade: Trade, lading: Issued, invoice: Issued) -> tuple[str, Issued]:
    draft = trade.draft(invoice)
    trade.key_arrival(draft)
    issued = entry.file_entry(trade.gateway.tenant, trade.gateway.person, draft)
    trade.settle()
    return draft, issued


def test_a_draft_takes_the_signed_bill_and_names_its_place(
    trade: Trade, lading: Issued, filed: tuple[str, Issued]
) -> None:
    with trade.gateway.tenant.database.reading() as view:
        draft = find_draft(view, filed[0])
    assert draft.content["transportDocument"] == "GBCB-7001"
    assert draft.content["carrier"] == "Two Bridges Carriers"
    source = draft.sources["/unladingPort"]
    assert (source.origin, source.document_id) == ("document", lading.document_id)
    assert source.pointer == "/credentialSubject/portOfDischarge/portCode"
    # Customs was given the bill with the entry: each field of it is one click from its proof.
    view = documents.show_document(trade.customs.tenant, trade.customs.person, lading.document_id)
    assert documents.subject_of(view)["billOfLadingNumber"] == "GBCB-7001"


def test_two_bills_of_one_invoice_fill_in_nothing(trade: Trade, lading: Issued, invoice: Issued) -> None:
    broker = trade.gateway
    other = NewDocument(schema="bill-of-lading/1", subject=bill(billOfLadingNumber="GBCB-7002"))
    second = issuing.issue_document(broker.tenant, broker.person, other)
    trade.settle()
    draft = trade.draft(invoice)
    with broker.tenant.database.reading() as view:
        assert "transportDocument" not in find_draft(view, draft).content
    entry.discard_draft(broker.tenant, broker.person, draft)
    issuing.withdraw_document(broker.tenant, broker.person, second.document_id, "Entered twice")
    trade.settle()


def test_a_bill_of_others_that_names_the_same_number_is_not_meant(
    trade: Trade, lading: Issued, invoice: Issued, filed: tuple[str, Issued]
) -> None:
    broker = trade.gateway
    strange = bill(billOfLadingNumber="GBCB-7003", shipper={"name": "Other Seller"}, consignee={"name": "Other Buyer"})
    second = issuing.issue_document(
        broker.tenant, broker.person, NewDocument(schema="bill-of-lading/1", subject=strange)
    )
    trade.settle()
    draft = trade.draft(invoice)
    with broker.tenant.database.reading() as view:
        assert find_draft(view, draft).content["transportDocument"] == "GBCB-7001"
    entry.discard_draft(broker.tenant, broker.person, draft)
    issuing.withdraw_document(broker.tenant, broker.person, second.document_id, "Of others")
    trade.settle()


def packed(number: str, weight: str, **changes: Any) -> NewDocument:
    """A packing list of the first line of the invoice, which it names as a whole or line by line."""
    line = {"lineNumber": 1, "invoiceLine": 1, "grossWeight": weight, "description": "Pumps"}
    subject = {"packingListNumber": number, "seller": bill()["shipper"], "lines": [line]}
    return NewDocument(schema="packing-list/1", subject=subject | changes)


def test_the_latest_packing_list_counts_however_it_names_the_invoice(
    trade: Trade, lading: Issued, invoice: Issued, filed: tuple[str, Issued]
) -> None:
    broker = trade.gateway
    whole = packed("P-1", "10", invoiceNumber=INVOICE)
    line_by_line = packed("P-2", "20")
    line_by_line.subject["lines"][0]["invoiceNumber"] = INVOICE
    of_others = packed("P-3", "30", invoiceNumber=INVOICE, seller={"name": "Other Seller"})
    issued = [issuing.issue_document(broker.tenant, broker.person, new) for new in (whole, line_by_line, of_others)]
    trade.settle()
    content = {"lines": [{"invoice": {"document": invoice.document_id, "lineNumber": 1}}]}  # its invoice has no weight
    sources: dict[str, Source] = {}
    with broker.tenant.database.reading() as view:
        held = list(find_invoices(broker.tenant, view, [invoice.document_id]).values())
        take_carriage(content, sources, broker.tenant, view, held)
    assert content["lines"][0]["grossWeight"] == "20"
    assert sources["/lines/0/grossWeight"].document_id == issued[1].document_id
    for one in issued:
        issuing.withdraw_document(broker.tenant, broker.person, one.document_id, "A test of the order")
    trade.settle()


def test_the_pouch_proves_every_document_of_the_entry_offline(trade: Trade, filed: tuple[str, Issued]) -> None:
    broker = trade.gateway
    contents = pouch_contents(broker.tenant, broker.person, filed[1].document_id)
    number, raw = export_pouch(broker.tenant, broker.person, filed[1].document_id)
    assert {line.schema_id.split("/")[0] for line in contents.documents} == {
        "entry-summary",
        "commercial-invoice",
        "certification-of-origin",
        "power-of-attorney",
        "bill-of-lading",
    }
    report = judge(trade, raw)
    assert report.holds, [check for check in report.checks if not check.passed]
    assert {check.name: check.outcome for check in report.checks} == {"presented": "holds", "entry": "holds"}
    assert report.entry == number
    assert len(report.documents) == len(contents.documents)
    for _, each in report.documents:
        outcome = {check.name: check.outcome for check in each.checks}
        assert (outcome["status"], outcome["bundled"], outcome["signed"]) == ("holds", "holds", "holds")


def test_the_command_checks_a_pouch(trade: Trade, filed: tuple[str, Issued], tmp_path: Path) -> None:
    number, raw = export_pouch(trade.gateway.tenant, trade.gateway.person, filed[1].document_id)
    (tmp_path / "network.json").write_bytes(proofs.trust_root(trade.customs.tenant))

    def verify(content: bytes, *more: str) -> Result:
        (tmp_path / "pouch.json").write_bytes(content)
        command = ["verify", str(tmp_path / "pouch.json"), "--network", str(tmp_path / "network.json"), *more]
        return CliRunner().invoke(cli, command)

    told = verify(raw)
    assert told.exit_code == 0, told.output
    assert told.output.startswith(f"Pouch of the entry {number}, from {trade.gateway.did}")
    found = json.loads(verify(raw, "--json", "--max-age", "1h").output)
    assert (found["holds"], len(found["documents"])) == (True, 5)
    assert verify(raw, "--require", "status").exit_code == 0
    assert verify(raw, "--require", "witnesses").exit_code == 1, "no outside witness countersigned"
    other = raw.replace(b'"portOfEntry":"2304"', b'"portOfEntry":"2305"')
    assert verify(other).exit_code == 1
    assert verify(raw[:-1]).exit_code == 2
    assert verify(raw.replace(b'"pouch":"pouch/1"', b'"pouch":"pouch/2"')).exit_code == 2


def test_the_page_s_verifier_says_the_same_of_a_pouch_and_of_what_was_altered_in_it(
    trade: Trade, filed: tuple[str, Issued]
) -> None:
    _, raw = export_pouch(trade.gateway.tenant, trade.gateway.person, filed[1].document_id)
    network = proofs.trust_root(trade.customs.tenant)
    altered = list(alterations(json.loads(raw)))
    some = [(what, canonical_bytes(each)) for what, each in altered[:: len(altered) // 60]]
    texts = [("genuine", raw), ("cut off", raw[:-1]), *some]
    questions = [Question(what, text, network) for what, text in texts]
    differing = disagreements(questions)
    assert {name: _apart(**both) for name, both in differing.items()} == {}
    assert [one.name for one in questions if one.python.get("holds")] == ["genuine"]


def _apart(python: dict[str, Any], javascript: dict[str, Any]) -> dict[str, Any]:
    """The checks of which two answers differ."""
    ours, theirs = python.get("checks", python), javascript.get("checks", javascript)
    return {name: (ours.get(name), theirs.get(name)) for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)}


def judge(trade: Trade, raw: bytes) -> PouchReport:
    return check_pouch(read_pouch(raw), proofs.trust_root(trade.customs.tenant))


def test_any_change_of_a_pouch_is_found_and_named(trade: Trade, filed: tuple[str, Issued]) -> None:
    _, raw = export_pouch(trade.gateway.tenant, trade.gateway.person, filed[1].document_id)

    def failed(change: Any) -> set[str]:
        told = json.loads(raw)
        change(told)
        report = judge(trade, canonical_bytes(told))
        found = {check.name for check in report.checks if not check.passed}
        return found | {check.name for _, each in report.documents for check in each.checks if not check.passed}

    held = json.loads(raw)["presentation"]["verifiableCredential"]
    at = next(n for n, each in enumerate(held) if "CommercialInvoice" in each["type"])

    def cheaper(told: Any) -> None:
        told["presentation"]["verifiableCredential"][at]["credentialSubject"]["total"] = "1.00"

    def without_one(told: Any) -> None:
        del told["documents"][at], told["presentation"]["verifiableCredential"][at]

    def swapped(told: Any) -> None:
        told["documents"][0], told["documents"][at] = told["documents"][at], told["documents"][0]

    def hollow(told: Any) -> None:
        held = told["presentation"]["verifiableCredential"]
        entry = next(each for each in held if "EntrySummary" in each["type"])
        entry["credentialSubject"] = {"entryNumber": told["entry"]}

    assert failed(cheaper) >= {"bundled", "presented"}
    assert failed(hollow) >= {"bundled", "presented", "entry"}
    assert failed(without_one) == {"presented"}
    assert failed(swapped) >= {"bundled", "entry"}
    assert failed(lambda told: told.update(entry="B76-0000001-1")) == {"entry"}
    assert failed(lambda told: told["presentation"].update(holder=trade.riogrande.did)) == {"presented"}


def test_an_agency_of_the_tariff_is_shown_before_filing_and_granted_at_filing(trade: Trade, lading: Issued) -> None:
    broker = trade.gateway
    registrar = trade.customs.tenant
    agency = trade.world.node.add_member(
        NewMember("fisheries", "Fisheries Service, demonstration office", ("agency",)), registrar=registrar
    )
    fish = trade.world.read_of_this_week("mx-producer/invoice-2026-0419-corrected.csv")
    fish = fish.replace(INVOICE.encode(), b"F-2026-0500").replace(b"3925.10.00.00", b"1604.14.22.51")
    tuna = entry.issue_invoice(trade.bajio.tenant, trade.bajio.person, fish, importer_did=trade.riogrande.did)
    trade.settle()
    draft = trade.draft(tuna)
    trade.key_arrival(draft)
    for pointer, value in (("/lines/2/tariffNumber", "1604.14.22.51"), ("/lines/2/claim", None)):
        entry.set_field(broker.tenant, broker.person, draft, pointer, value)
    shown = {each.agency: each for each in entry.show_draft(broker.tenant, broker.person, draft).receivers}
    assert (shown["NMFS"].did, shown["NMFS"].lines) == (None, (3,))
    with broker.tenant.transaction() as tx:
        named = msgspec.structs.replace(read_particulars(tx), agencies={"NMFS": agency.did})
        write_particulars(tx, broker.person, named, now=broker.tenant.now())
    shown = {each.agency: each for each in entry.show_draft(broker.tenant, broker.person, draft).receivers}
    assert (shown["NMFS"].did, shown["NMFS"].confirmed) == (agency.did, False)
    issued = entry.file_entry(broker.tenant, broker.person, draft)
    trade.settle()
    with agency.database.reading() as view:
        held = {line.schema_id for line in every_document(view, DocumentFilter())}
    assert held == {"entry-summary/1", "commercial-invoice/1"}
    assert _holds(agency, issued.commitment)
    assert not _holds(agency, lading.commitment)


# The doors.


class Desk(TestClient):
    """The seller's export clerk, signed in, without scripts."""

    base = ""

    def page(self, path: str) -> str:
        answer = self.get(f"{self.base}{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    def submit(self, path: str, files: dict[str, Any] | None = None, **fields: Any) -> Any:
        token = re.search(r'name="form_token" value="([^"]+)"', self.page(path))
        assert token is not None
        return self.post(f"{self.base}{path}", data={"form_token": token[1], **fields}, files=files)


@pytest.fixture(scope="module")
def desk(trade: Trade) -> Iterator[Desk]:
    tenant = trade.bajio.tenant
    with tenant.transaction() as tx:
        person = add_person(
            tx, name="Export clerk", login="clerk@bajio.example", roles=("signing_official",), now=tenant.now()
        )
    tenant.sign_in_desk.set_password(person.id, PASSWORD, now=tenant.now())
    with Desk(create_app(trade.world.node), base_url="http://testserver", follow_redirects=False) as browser:
        browser.base = f"/m/{tenant.slug}"
        browser.submit("/sign-in", login="clerk@bajio.example", password=PASSWORD)
        yield browser


def test_a_form_grows_rows_takes_a_table_and_a_foreign_document_and_signs(trade: Trade, desk: Desk) -> None:
    assert "bill-of-lading" not in desk.page("/documents/new")
    path = "/documents/new/packing-list"
    assert f'name="f:/seller/name" type="text" value="{trade.world.party_of("bajio").name}"' in desk.page(path)
    grown = desk.submit(path, step="row:lines", **{"rows:lines": "1", "f:/orderNumber": "PO-1"}).text
    assert 'name="f:/lines/1/description"' in grown
    assert 'value="PO-1"' in grown, "what was typed stands"
    table = b"description,package_count,gross_weight\nPumps,4,10.5\nHoses,1,2\n"
    taken = desk.submit(path, {"table:lines": ("lines.csv", table)}, step="table:lines").text
    assert 'name="f:/lines/1/description" type="text" value="Hoses"' in taken
    wrong = desk.submit(
        path, {"table:lines": ("lines.csv", b"description,gross_weight\nPumps,much\n")}, step="table:lines"
    )
    assert wrong.status_code == 422
    assert "gross_weight" in wrong.text
    foreign = {"type": ["PackingList"], "orderNumber": "PO-9", "deliveryStatus": "under way", "items": []}
    read = desk.submit(path, {"document": ("list.json", json.dumps(foreign).encode())}, step="file").text
    assert 'value="PO-9"' in read
    assert "<code>/deliveryStatus</code>" in read
    refused = desk.submit(path, step="sign", **{"f:/orderNumber": "PO-9"})
    assert refused.status_code == 422
    assert "/credentialSubject" not in refused.text
    assert "<code>/lines</code>" in refused.text
    fields = {
        "f:/orderNumber": "PO-9",
        "f:/seller/name": trade.world.party_of("bajio").name,
        "f:/lines/0/description": "Pumps",
    }
    signed = desk.submit(path, step="sign", recipients=[trade.riogrande.did], **fields)
    assert signed.status_code == 303, signed.text
    trade.settle()
    document_id = signed.headers["location"].split("/documents/")[1].split("?")[0]
    view = documents.show_document(trade.riogrande.tenant, trade.riogrande.person, document_id)
    assert documents.subject_of(view)["seller"]["id"] == trade.bajio.did
    page = desk.page(f"/documents/{document_id}")
    assert f"/documents/new/packing-list?replaces={document_id}" in page
    assert "PO-9" in desk.page(f"/documents/new/packing-list?replaces={document_id}")
    assert "Packing list" in desk.page(f"/documents/{document_id}/withdraw")
    assert desk.get(f"{desk.base}/documents/new/phytosanitary-certificate").status_code == 404


def test_the_pages_of_parts_and_pouch(trade: Trade, desk: Desk, filed: tuple[str, Issued]) -> None:
    entry_page = documents.show_document(trade.customs.tenant, trade.customs.person, filed[1].document_id)
    invoice_id = documents.subject_of(entry_page)["invoices"][0]
    assert 'value="/lines/0/description"' in desk.page(f"/documents/{invoice_id}/share")
    given = desk.submit(
        f"/documents/{invoice_id}/share", recipient=trade.valle.did, purpose="purchase", fields=["/invoiceNumber"]
    )
    assert given.status_code == 303, given.text
    trade.settle()
    assert "Invoice number" in desk.page(f"/documents/{invoice_id}").split('id="readers"')[1]
    app = desk.app
    broker = _caller(trade, app)
    raw = broker.get(f"/v1/m/gateway/entries/{filed[1].document_id}/pouch")
    assert raw.status_code == 200, raw.text
    assert judge(trade, raw.content).holds


def test_over_the_api(trade: Trade, desk: Desk) -> None:
    broker = _caller(trade, desk.app)

    def post(path: str, **sent: Any) -> Any:
        return broker.post(f"/v1/m/gateway{path}", headers={"idempotency-key": f"{time.monotonic_ns():032d}"}, **sent)

    types = broker.get("/v1/m/gateway/document-types").json()["items"]
    assert [each["schema"] for each in types] == ["packing-list/1", "bill-of-lading/1", "air-waybill/1"]
    said = bill(billOfLadingNumber="GBCB-7100", invoiceNumbers=["F-1"]) | {"lines": []}
    new = {"schema": "bill-of-lading/1", "subject": said, "recipients": [trade.riogrande.did]}
    refused = post("/documents", json=new)
    assert (refused.status_code, refused.json()["code"]) == (422, "documents.invalid")
    files = {
        "document": ("bill.json", json.dumps(new).encode(), "application/json"),
        "table": ("lines.csv", b"marks,package_count\nA 1/2,2\n", "text/csv"),
    }
    made = post("/document-tables/lines", files=files)
    assert made.status_code == 201, made.text
    trade.settle()
    address = f"/v1/m/gateway{made.headers['location'].removeprefix('/v1/m/gateway')}"
    theirs = broker.get(f"{address}/traceability").json()
    assert (theirs["type"], theirs["subject"]["particulars"][0]["packageQuantity"]) == ("BillOfLading", 2)
    back = post("/document-readings", json={"subject": theirs["subject"]}).json()
    assert back["schema"] == "bill-of-lading/1"
    assert back["problems"] == []
    ended = post(f"/documents/{made.json()['document_id']}/withdrawal", json={"reason": "Entered twice"})
    assert ended.status_code == 200, ended.text


def _caller(trade: Trade, app: Any) -> TestClient:
    actor = trade.gateway
    with actor.tenant.transaction() as tx:
        made = create_api_token(
            tx,
            actor.person.id,
            name="test",
            scopes=operations_of(actor.person.roles),
            ends_at=actor.tenant.now() + timedelta(days=1),
            now=actor.tenant.now(),
        )
    return TestClient(app, base_url="http://testserver", headers={"authorization": f"Bearer {made.token}"})


def test_a_replacement_is_the_next_version_and_goes_to_who_had_the_first(trade: Trade, lading: Issued) -> None:
    broker, importer = trade.gateway, trade.riogrande
    with pytest.raises(NotOwnDocument):
        issuing.withdraw_document(importer.tenant, importer.person, lading.document_id, "No")
    reader = trade.valle
    right = NewGrant(recipient=reader.did, purpose="carriage")
    sharing.grant_document(broker.tenant, broker.person, lading.document_id, right)
    trade.settle()
    assert _holds(reader.tenant, lading.commitment)
    new = NewDocument(schema="bill-of-lading/1", subject=bill(vesselName="Truck 18"), replaces=lading.document_id)
    second = issuing.issue_document(broker.tenant, broker.person, new)
    trade.settle()
    assert second.document_id == lading.document_id
    assert not _holds(reader.tenant, second.commitment), "a right to read the first version is none to the second"
    trade.until(
        lambda: len(documents.show_document(importer.tenant, importer.person, lading.document_id).versions) == 2
    )
    view = documents.show_document(importer.tenant, importer.person, lading.document_id)
    newest, first = view.versions
    assert (newest.version, first.successor, newest.previous) == (2, second.commitment, lading.commitment)
    issuing.withdraw_document(broker.tenant, broker.person, lading.document_id, "The truck never left")
    trade.settle()
    trade.until(lambda: not documents.find_line(importer.tenant, importer.person, lading.document_id).is_current)
    with importer.tenant.database.reading() as records:
        kinds = {line.kind for line in list_inbox(records, importer.person).rows}
    assert "document.withdrawn" in kinds
    with pytest.raises(DocumentEnded):
        issuing.issue_document(broker.tenant, broker.person, new)
    for actor in (broker, importer):
        assert records_digest(actor.tenant) == rebuilt_digest(actor.tenant)
        rebuild_records(actor.tenant)
