"""What a draft takes from where: figures, the manufacturer's code, a bond of before, the transport that is stated."""

from __future__ import annotations

from typing import Any

import pytest
from trading import Trade

from transire.desk.drafts import find_draft
from transire.node.tenant import Issued
from transire.procedures.entry_summary import adding
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.drafting import draft_content
from transire.procedures.entry_summary.errors import PackedLineUnknown, TooManyLines
from transire.procedures.entry_summary.gathering import find_invoices
from transire.procedures.entry_summary.relations import authority_for
from transire.procedures.entry_summary.views import FieldView

TRANSPORT = (
    b"transport_document,carrier,mode_of_transport,import_date,invoice_number,invoice_line,gross_weight\n"
    b"BOL-77,Border Truck Line,30,2026-11-24,F-2026-0419,1,999\n"
)


@pytest.fixture(scope="module")
def invoice(trade: Trade) -> Issued:
    trade.import_products()
    trade.certify()
    trade.settle()
    trade.empower()
    trade.settle()
    issued = trade.invoice()
    trade.settle()
    return issued


@pytest.fixture
def draft(trade: Trade, invoice: Issued) -> str:
    return trade.draft(invoice)


def fields(trade: Trade, draft: str) -> dict[str, FieldView]:
    page = entry.show_draft(trade.gateway.tenant, trade.gateway.person, draft)
    return {one.pointer: one for one in (*page.fields, *(field for line in page.lines for field in line.fields))}


def test_a_draft_is_priced_before_anybody_gave_the_day(trade: Trade, draft: str) -> None:
    answer = entry.price_draft(trade.gateway.tenant, trade.gateway.person, draft)
    assert answer.totals.duty == 0
    assert answer.notices[0].code == "tariff.day-assumed"
    assert len(answer.lines) == 6
    entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, "/lines/0/tariffNumber", None)
    lacking = entry.price_draft(trade.gateway.tenant, trade.gateway.person, draft)
    assert lacking.lines[0].problems[0].code == "entry.line-incomplete"
    assert (lacking.totals.duty, lacking.totals.total) == (None, None)
    assert lacking.lines[1].duty == 0


def test_the_manufacturers_code_is_made_of_the_certified_producer(trade: Trade, draft: str) -> None:
    found = fields(trade, draft)["/lines/0/manufacturerId"]
    assert (found.value, found.origin) == ("MXBOMVEN12CEL", "document")


def test_what_is_stated_of_the_transport_is_marked_and_stays(trade: Trade, draft: str) -> None:
    signed = fields(trade, draft)["/lines/0/grossWeight"].value
    entry.state_transport(trade.gateway.tenant, trade.gateway.person, draft, TRANSPORT)
    entry.refresh_draft(trade.gateway.tenant, trade.gateway.person, draft)
    found = fields(trade, draft)
    assert found["/transportDocument"].value == "BOL-77"
    assert found["/transportDocument"].detail == "stated by the broker: BOL-77"
    assert found["/importDate"].origin == "computed"
    assert found["/lines/0/grossWeight"].value == signed
    assert entry.show_draft(trade.gateway.tenant, trade.gateway.person, draft).keyed == 0


def test_a_packing_list_of_something_else_is_refused_and_the_draft_stays(trade: Trade, draft: str) -> None:
    with pytest.raises(PackedLineUnknown):
        entry.state_transport(
            trade.gateway.tenant, trade.gateway.person, draft, TRANSPORT.replace(b"F-2026-0419,1", b"F-1,9")
        )
    assert "/transportDocument" not in fields(trade, draft)


def test_claims_are_stated_once_and_a_continuous_bond_is_taken_over(trade: Trade, invoice: Issued, draft: str) -> None:
    for pointer, value in (("/suretyNumber", "457"), ("/bondType", "8")):
        entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, pointer, value)
    adding.state_fee(trade.gateway.tenant, trade.gateway.person, draft, 1, "056", amount="1.25")
    adding.fill_block(trade.gateway.tenant, trade.gateway.person, draft, "missingDocuments", "01, 21")
    trade.key_arrival(draft)
    filed = entry.file_entry(trade.gateway.tenant, trade.gateway.person, draft)
    trade.settle()
    correction = entry.draft_correction(trade.gateway.tenant, trade.gateway.person, filed.document_id)
    kept = fields(trade, correction)["/lines/0/statedFees"]
    assert kept.value == [{"feeClass": "056", "amount": "1.25"}]
    assert kept.document_id == filed.document_id
    assert fields(trade, correction)["/missingDocuments"].value == ["01", "21"]
    page = entry.show_entry(trade.customs.tenant, filed.document_id)
    body: dict[str, Any] = trade.customs.tenant.located(page.filed_statement).statement.body
    assert [(claim["line"], claim["also"]) for claim in body["claims"]] == [(1, [2, 3, 4, 5, 6])]
    assert page.row.filing.claims == 6
    assert "entry.claims-differ-from-statement" not in [found.code for found in page.findings]
    found = fields(trade, trade.draft(invoice))
    assert found["/suretyNumber"].value == "457"
    assert found["/suretyNumber"].document_id == filed.document_id


def test_a_thousand_lines_are_refused_before_there_is_a_draft(trade: Trade, invoice: Issued) -> None:
    tenant = trade.gateway.tenant
    with tenant.database.reading() as view:
        held = find_invoices(tenant, view, [invoice.document_id])[invoice.document_id]
        authority = authority_for(tenant, view, trade.gateway.person, "entries.draft", trade.riogrande.did)

        def drafted(times: int) -> int:
            made = draft_content(
                tenant,
                view,
                importer_did=trade.riogrande.did,
                authority=authority,
                invoices=[held] * times,
                number=None,
            )
            return len(made.content["lines"])

        assert drafted(166) == 996
        with pytest.raises(TooManyLines) as refused:
            drafted(167)
    assert refused.value.got == "1,002 lines"


def test_a_draft_prints_and_says_that_it_is_one(trade: Trade, draft: str) -> None:
    form = entry.draft_form(trade.gateway.tenant, trade.gateway.person, draft)
    with trade.gateway.tenant.database.reading() as view:
        assert form.at == find_draft(view, draft).updated_at
    assert form.is_draft
    assert len(form.lines) == 6
