"""A NAFTA certification of 2018 that is brought in late: the ledger proves nothing about the time of the claim."""

from __future__ import annotations

import json

import pytest
from trading import Trade

from transire.node.tenant import Issued
from transire.procedures.entry_summary import service as entry
from transire.procedures.origin_certification import service as origin

ENTERED = "2018-09-24"
SENTENCE = (
    "This ledger does not prove possession at the time of the claim: the certification was brought in after the date "
    "of the claim."
)


@pytest.fixture(scope="module")
def draft(trade: Trade) -> str:
    producer, importer, broker = trade.bajio, trade.riogrande, trade.gateway
    trade.empower()
    subject = json.loads(trade.world.read("nafta-2018/certification.json"))
    origin.bring_in_certification(producer.tenant, producer.person, subject, importer_did=importer.did)
    table = trade.world.read("nafta-2018/invoice-2018-0917.csv")
    invoice = entry.issue_invoice(producer.tenant, producer.person, table, importer_did=importer.did)
    trade.settle()
    drafted = trade.draft(invoice)
    for pointer in ("/importDate", "/entryDate", "/summaryDate"):
        entry.set_field(broker.tenant, broker.person, drafted, pointer, ENTERED)
    return drafted


@pytest.fixture(scope="module")
def filed(trade: Trade, draft: str) -> Issued:
    issued = entry.file_entry(trade.gateway.tenant, trade.gateway.person, draft)
    trade.settle()
    return issued


def test_the_certification_says_what_the_paper_said(trade: Trade, draft: str) -> None:
    line = origin.list_certifications(trade.riogrande.tenant).rows[0]
    page = origin.show_certification(trade.riogrande.tenant, line.document_id)
    assert page.credential["credentialSubject"] == json.loads(trade.world.read("nafta-2018/certification.json"))
    assert page.credential["validFrom"].startswith("2018-")


def test_the_broker_is_told_before_filing(trade: Trade, draft: str) -> None:
    found = {finding.code: finding for finding in entry.check_draft(trade.gateway.tenant, draft)}
    assert sorted(found) == [
        "entry.possession-not-proved",
        "entry.programme-not-known",
        "entry.tariff-number-not-known",
    ]
    assert {finding.severity for finding in found.values()} == {"warning"}
    assert found["entry.possession-not-proved"].sentence == SENTENCE
    assert found["entry.possession-not-proved"].expected == f"delivered by {ENTERED}, the date of the claim"
    assert found["entry.possession-not-proved"].citation == "19 CFR 181.21(a), 181.22(a)"


def test_customs_is_told_the_same(trade: Trade, filed: Issued) -> None:
    page = entry.show_entry(trade.customs.tenant, filed.document_id)
    for line in page.lines:
        assert "entry.possession-not-proved" in [finding.code for finding in line.findings]
        assert line.claim is not None
        assert line.claim.claim.programme == "MX"
    counts = entry.list_entries(trade.customs.tenant, "flagged").counts
    assert (counts["all"], counts["flagged"]) == (1, 1)
