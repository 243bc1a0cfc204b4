"""Draft, not key; errors before filing; customs sees; correct: the entry from the invoice to its correction."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from trading import Trade

from transire.desk.drafts import find_draft
from transire.desk.errors import DraftChanged, DraftClosed, PermissionDenied
from transire.desk.person import Person
from transire.documents.entry import read_entry_summary
from transire.errors import TransireError
from transire.node.rebuilding import rebuild_records, records_digest
from transire.node.tenant import Issued
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.errors import (
    EntryRefused,
    EntryUnknown,
    InvoiceUnknown,
    LineUnknown,
    LineWithoutClaim,
    NoAuthority,
    NotTheFiler,
)
from transire.procedures.findings import errors_among
from transire.procedures.origin_certification import service as origin
from transire.procedures.origin_verification import service as verification
from transire.procedures.origin_verification.errors import DueDaysUnsuitable, NotAskedHere, RequestUnknown
from transire.procedures.papers import open_newest
from transire.procedures.power_of_attorney import service as power
from transire.records.inbox import list_inbox

TARIFF_LINE = "/lines/0/tariffNumber"


@pytest.fixture(scope="module")
def certification(trade: Trade) -> Issued:
    trade.import_products()
    issued = trade.certify()
    trade.settle()
    return issued


@pytest.fixture(scope="module")
def authority(trade: Trade, certification: Issued) -> Issued:
    issued = trade.empower()
    trade.settle()
    return issued


@pytest.fixture(scope="module")
def shipment(trade: Trade, authority: Issued) -> Issued:
    """An invoice that the broker holds, whose seller classifies its pump otherwise than the certification."""
    issued = trade.invoice("mx-producer/invoice-2026-0418.csv")
    trade.settle()
    return issued


@pytest.fixture(scope="module")
def filed(trade: Trade, authority: Issued) -> Issued:
    """An entry of six lines, filed and everywhere."""
    invoice = trade.invoice()
    trade.settle()
    issued = trade.file(invoice)
    trade.settle()
    return issued


def codes(findings: list[entry.Finding]) -> list[str]:
    return sorted({finding.code for finding in findings})


def test_the_broker_gets_the_importers_papers_with_the_power(trade: Trade, authority: Issued) -> None:
    held = origin.list_certifications(trade.gateway.tenant).rows
    assert [line.certifier for line in held] == [trade.bajio.tenant.name]
    lines = power.list_authorities(trade.gateway.tenant, trade.gateway.person)
    assert [(line.principal, line.live, line.powers) for line in lines] == [
        (trade.riogrande.did, True, ("entry_summary", "documents"))
    ]


def test_a_later_invoice_goes_to_the_broker_by_itself(trade: Trade, shipment: Issued) -> None:
    assert shipment.document_id in [row.document_id for row in entry.list_invoices(trade.gateway.tenant).rows]
    assert entry.show_invoice(trade.gateway.tenant, shipment.document_id).invoice.seller.did == trade.bajio.did


def test_nothing_of_a_draft_is_keyed_and_errors_come_before_filing(trade: Trade, shipment: Issued) -> None:
    draft = trade.draft(shipment)
    page = entry.show_draft(trade.gateway.tenant, trade.gateway.person, draft)
    assert page.keyed == 0
    assert page.filled > 50
    assert codes(entry.check_draft(trade.gateway.tenant, draft)) == [
        "documents.required",
        "entry.tariff-number-differs",
    ]
    trade.key_arrival(draft)
    with pytest.raises(EntryRefused) as refused:
        entry.file_entry(trade.gateway.tenant, trade.gateway.person, draft)
    assert codes(list(refused.value.findings)) == ["entry.tariff-number-differs"]
    with trade.gateway.tenant.database.reading() as view:
        assert find_draft(view, draft).state == "open"
    entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, TARIFF_LINE, "8413.70.20.05")
    findings = entry.check_draft(trade.gateway.tenant, draft)
    assert [(finding.severity, finding.code) for finding in findings] == [
        ("warning", "entry.seller-classifies-otherwise")
    ]
    assert entry.show_draft(trade.gateway.tenant, trade.gateway.person, draft).keyed == 3


def test_typing_what_a_document_says_is_told(trade: Trade, shipment: Issued) -> None:
    draft = trade.draft(shipment)
    entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, "/portOfEntry", "2304")
    found = [one for one in entry.check_draft(trade.gateway.tenant, draft) if one.code == "entry.keyed-twice"]
    assert [one.where for one in found] == ["/portOfEntry"]


def test_the_total_follows_the_lines(trade: Trade, shipment: Issued) -> None:
    draft = trade.draft(shipment)
    before = int(entry.show_draft(trade.gateway.tenant, trade.gateway.person, draft).content["totalEnteredValue"])
    saved = entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, "/lines/0/enteredValue", "16481")
    assert int(saved.content["totalEnteredValue"]) == before + 1
    assert codes(entry.check_draft(trade.gateway.tenant, draft)).count("documents.total-differs") == 0


def test_two_persons_at_one_draft_lose_nothing(trade: Trade, shipment: Issued) -> None:
    draft = trade.draft(shipment)
    seen = entry.show_draft(trade.gateway.tenant, trade.gateway.person, draft).version
    entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, "/carrier", "One", expected_version=seen)
    with pytest.raises(DraftChanged):
        entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, "/carrier", "Two", expected_version=seen)


def test_refreshing_takes_the_corrected_invoice_and_keeps_what_was_typed(trade: Trade, authority: Issued) -> None:
    wrong = trade.invoice("mx-producer/invoice-2026-0419.csv")
    trade.settle()
    draft = trade.draft(wrong)
    trade.key_arrival(draft)
    assert "entry.invoice-total-wrong" in codes(entry.check_draft(trade.gateway.tenant, draft))
    corrected = trade.invoice("mx-producer/invoice-2026-0419-corrected.csv")
    trade.settle()
    assert corrected.document_id == wrong.document_id
    trade.until(lambda: not entry.show_invoice(trade.gateway.tenant, wrong.document_id).versions[1].current)
    entry.refresh_draft(trade.gateway.tenant, trade.gateway.person, draft)
    assert codes(entry.check_draft(trade.gateway.tenant, draft)) == []
    assert entry.show_draft(trade.gateway.tenant, trade.gateway.person, draft).keyed == 2
    entry.discard_draft(trade.gateway.tenant, trade.gateway.person, draft)


def test_customs_sees_the_entry_and_finds_what_the_broker_found(trade: Trade, filed: Issued) -> None:
    pages = [entry.show_entry(trade.world.actors[slug].tenant, filed.document_id) for slug in ("customs", "gateway")]
    for page in pages:
        assert page.row.importer == trade.riogrande.tenant.name
        assert page.keyed == 2
        assert len(page.lines) == 6
        assert [finding.code for line in page.lines for finding in line.findings] == []
        assert page.findings == ()
    claims = [line.claim for line in pages[0].lines if line.claim is not None]
    assert {claim.delivered.by for claim in claims if claim.delivered} == {trade.riogrande.did}
    assert {claim.issued.by for claim in claims if claim.issued} == {trade.bajio.did}
    filed_at = pages[0].row.filing.log_index
    assert all(claim.delivered and claim.delivered.log_index < filed_at for claim in claims)


def test_the_filed_entry_says_where_each_field_is_from(trade: Trade, filed: Issued) -> None:
    with trade.customs.tenant.database.reading() as view:
        paper = open_newest(trade.customs.tenant, view, filed.document_id)
    assert paper is not None
    read = read_entry_summary(paper.credential)
    assert sorted(source.field for source in read.sources if source.keyed_by) == ["/entryDate", "/importDate"]
    assert {source.keyed_by for source in read.sources if source.keyed_by} == {"preparer"}
    assert read.entry_number.startswith("B76-")


def test_the_importer_is_shown_what_was_filed_for_it(trade: Trade, filed: Issued) -> None:
    rows = entry.list_entries(trade.riogrande.tenant, "all", person=trade.riogrande.person).rows
    assert filed.document_id in [row.filing.entry for row in rows]


def test_an_importer_enters_for_itself(trade: Trade, shipment: Issued) -> None:
    """Its particulars say who it is; it has no filer code, so that it gives the entry number itself."""
    importer = trade.riogrande
    draft = entry.draft_entry(
        importer.tenant, importer.person, importer_did=importer.did, invoices=[shipment.document_id]
    )
    page = entry.show_draft(importer.tenant, importer.person, draft)
    fields = {field.pointer: field.value for field in page.fields}
    assert fields["/importer"]["id"] == importer.did
    assert fields["/importerNumber"] == "00-123456700"
    assert sorted(finding.where for finding in page.findings) == ["/entryDate", "/entryNumber", "/importDate"]
    assert [finding.code for line in page.lines for finding in line.findings] == ["entry.tariff-number-differs"]


def test_what_was_typed_into_a_line_does_not_move_to_another(trade: Trade, shipment: Issued) -> None:
    broker = trade.gateway
    draft = trade.draft(shipment)
    entry.set_field(broker.tenant, broker.person, draft, TARIFF_LINE, "8413.70.20.05")
    kept = entry.refresh_draft(broker.tenant, broker.person, draft)
    assert kept.content["lines"][0]["tariffNumber"] == "8413.70.20.05"
    other = {"document": "x", "invoiceNumber": "x", "lineNumber": 9}
    entry.set_field(broker.tenant, broker.person, draft, "/lines/0/invoice/lineNumber", other["lineNumber"])
    refreshed = entry.refresh_draft(broker.tenant, broker.person, draft)
    assert refreshed.content["lines"][0]["tariffNumber"] == "8413.60.00.90"


WHOLE = ["/lines", "/lines/0", "/lines/-", "/lines/0/claim", "/lines/0/producer", "/invoices", "/sources", "/importer"]
PARTS = [
    "/lines/0/enteredValue",
    "/lines/0/tariffNumber",
    "/lines/0/quantities/0/quantity",
    "/invoices/0",
    "/entryDate",
]
STRANGE = ["", "lines", "/colour", "/lines/99/claim", "/lines/0/claim/certification", "/importer/id", "/entryNumber"]
POINTERS = st.sampled_from([*WHOLE, *PARTS, *STRANGE])
SCALARS = st.none() | st.booleans() | st.integers(-5, 10**20) | st.text(max_size=20) | st.sampled_from(["0", "S"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=30, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(changes=st.lists(st.tuples(POINTERS, VALUES), min_size=1, max_size=3))
@example(changes=[("/lines/0/enteredValue", 10**20)])
@example(changes=[("/invoices", [])])
@example(changes=[("/lines", "none")])
def test_whatever_is_typed_is_refused_or_checked(
    trade: Trade, shipment: Issued, changes: list[tuple[str, object]]
) -> None:
    """A field is set, or refused with a code and nothing done; the draft can always be shown, checked and refreshed."""
    broker = trade.gateway
    draft = trade.draft(shipment)
    for pointer, value in changes:
        with suppress(TransireError):
            entry.set_field(broker.tenant, broker.person, draft, pointer, value)
    assert entry.show_draft(broker.tenant, broker.person, draft).draft_id == draft
    assert errors_among(entry.check_draft(broker.tenant, draft))
    with suppress(TransireError):
        entry.refresh_draft(broker.tenant, broker.person, draft)
    with pytest.raises(TransireError):
        entry.file_entry(broker.tenant, broker.person, draft)


def test_the_producer_is_not(trade: Trade, filed: Issued) -> None:
    assert entry.list_entries(trade.bajio.tenant).rows == ()
    with pytest.raises(EntryUnknown):
        entry.show_entry(trade.bajio.tenant, filed.document_id)


def test_an_entry_number_is_not_used_twice(trade: Trade, filed: Issued, shipment: Issued) -> None:
    number = entry.show_entry(trade.gateway.tenant, filed.document_id).entry.entry_number
    draft = trade.draft(shipment)
    entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, "/entryNumber", number)
    assert "entry.number-used" in codes(entry.check_draft(trade.gateway.tenant, draft))


def test_an_invoice_is_not_entered_twice(trade: Trade, filed: Issued) -> None:
    declared = entry.show_entry(trade.gateway.tenant, filed.document_id).entry.invoices[0]
    draft = entry.draft_entry(
        trade.gateway.tenant, trade.gateway.person, importer_did=trade.riogrande.did, invoices=[declared]
    )
    assert "entry.invoice-line-declared-twice" in codes(entry.check_draft(trade.gateway.tenant, draft))


def test_a_filed_draft_can_be_filed_no_more(trade: Trade, filed: Issued) -> None:
    with trade.gateway.tenant.database.reading() as view:
        from transire.desk.drafts import list_drafts

        issued = [
            one for one in list_drafts(view, kind="entry", state="issued") if one.document_id == filed.document_id
        ]
    with pytest.raises(DraftClosed):
        entry.file_entry(trade.gateway.tenant, trade.gateway.person, issued[0].id)
    assert entry.check_draft(trade.gateway.tenant, issued[0].id) == []


def test_accept_ask_and_answer(trade: Trade, filed: Issued) -> None:
    customs, broker = trade.customs, trade.gateway
    entry.accept_claim(customs.tenant, customs.person, filed.document_id, 1, note="Checked")
    request = verification.ask(customs.tenant, customs.person, filed.document_id, 2, "Which motor?", 10)
    trade.settle()
    assert entry.list_entries(broker.tenant, "action").counts["action"] == 1
    assert filed.document_id not in _entries(trade, "customs", "action")
    with broker.tenant.database.reading() as view:
        asked = list_inbox(view, broker.person, kind="request.made").rows
    assert [(item.statement_id, item.params["line"], item.due_at is not None) for item in asked] == [(request, 2, True)]
    certification = origin.list_certifications(broker.tenant).rows[0].document_id
    verification.answer(broker.tenant, broker.person, request, "The one on the certification.", [certification])
    trade.settle()
    page = entry.show_entry(customs.tenant, filed.document_id)
    assert page.lines[0].decision is not None
    assert page.lines[0].decision.note == "Checked"
    told = page.lines[1].requests[0]
    assert (told.question, told.overdue, told.outcome) == ("Which motor?", False, None)
    answered = told.answers[0]
    assert (answered.by, answered.evidence.answer) == (broker.did, "The one on the certification.")
    assert [one.document for one in answered.evidence.attachments] == [certification]
    assert filed.document_id in _entries(trade, "customs", "action")
    with broker.tenant.database.reading() as view:
        assert list_inbox(view, broker.person, kind="request.made").rows == ()
    verification.close_request(customs.tenant, customs.person, request, "sufficient", "Thank you")
    trade.settle()
    assert entry.show_entry(broker.tenant, filed.document_id).lines[1].requests[0].outcome == "sufficient"


def _entries(trade: Trade, slug: str, view: entry.EntryView) -> list[str]:
    return [row.filing.entry for row in entry.list_entries(trade.world.actors[slug].tenant, view).rows]


def test_what_customs_does_only_customs_does(trade: Trade, filed: Issued) -> None:
    broker = trade.gateway
    with pytest.raises(PermissionDenied):
        entry.accept_claim(broker.tenant, broker.person, filed.document_id, 1)
    officer = Person("o", "An officer", frozenset({"officer"}))
    with pytest.raises(PermissionDenied):
        verification.ask(broker.tenant, officer, filed.document_id, 1, "May I?")


@pytest.mark.parametrize("days", [0, -3, 4000])
def test_a_question_gives_days_to_answer(trade: Trade, filed: Issued, days: int) -> None:
    customs = trade.customs
    with pytest.raises(DueDaysUnsuitable, match="thirty are usual"):
        verification.ask(customs.tenant, customs.person, filed.document_id, 1, "When?", days)


def test_lines_that_are_not_there_are_refused(trade: Trade, filed: Issued) -> None:
    customs = trade.customs
    with pytest.raises(LineUnknown):
        entry.accept_claim(customs.tenant, customs.person, filed.document_id, 99)


def test_a_line_without_a_claim_has_none_to_accept(trade: Trade, shipment: Issued) -> None:
    draft = trade.draft(shipment)
    trade.key_arrival(draft)
    entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, "/lines/0/claim", None)
    entry.set_field(trade.gateway.tenant, trade.gateway.person, draft, TARIFF_LINE, "8413.70.20.05")
    issued = entry.file_entry(trade.gateway.tenant, trade.gateway.person, draft)
    trade.settle()
    with pytest.raises(LineWithoutClaim):
        entry.accept_claim(trade.customs.tenant, trade.customs.person, issued.document_id, 1)


def test_only_filer_and_importer_answer(trade: Trade, filed: Issued) -> None:
    customs, producer = trade.customs, trade.bajio
    request = verification.ask(customs.tenant, customs.person, filed.document_id, 3, "Which resin?")
    trade.settle()
    with pytest.raises(RequestUnknown):
        verification.answer(producer.tenant, producer.person, request, "Ours")


def test_customs_does_not_answer_itself(trade: Trade, filed: Issued) -> None:
    customs = trade.customs
    request = verification.ask(customs.tenant, customs.person, filed.document_id, 3, "Which supplier?")
    trade.settle()
    signer = Person(customs.person.id, "A signer", frozenset({"signing_official"}))
    with pytest.raises(NotAskedHere):
        verification.answer(customs.tenant, signer, request, "We know")


def test_a_broker_without_a_power_drafts_nothing(trade: Trade, filed: Issued) -> None:
    invoice = entry.show_entry(trade.gateway.tenant, filed.document_id).entry.invoices[0]
    with pytest.raises(NoAuthority):
        entry.draft_entry(trade.gateway.tenant, trade.gateway.person, importer_did=trade.valle.did, invoices=[invoice])
    with pytest.raises(InvoiceUnknown):
        entry.draft_entry(
            trade.gateway.tenant, trade.gateway.person, importer_did=trade.riogrande.did, invoices=["nothing"]
        )


def test_a_replaced_certification_flags_the_entry_on_both_sides_and_is_corrected(trade: Trade, filed: Issued) -> None:
    producer, broker = trade.bajio, trade.gateway
    certification = origin.list_certifications(broker.tenant).rows[0].document_id
    origin.replace_certification(
        producer.tenant, producer.person, certification, {"/goods/1/description": "Pump, series 3"}, reason="Series"
    )
    trade.settle()
    for slug in ("gateway", "riogrande", "customs"):
        trade.until(lambda slug=slug: filed.document_id in _entries(trade, slug, "flagged"))
        page = entry.show_entry(trade.world.actors[slug].tenant, filed.document_id)
        assert {finding.code for line in page.lines for finding in line.findings} == {"entry.certification-ended-since"}
    with pytest.raises(NotTheFiler):
        entry.draft_correction(trade.riogrande.tenant, trade.riogrande.person, filed.document_id)
    draft = entry.draft_correction(broker.tenant, broker.person, filed.document_id)
    assert codes(entry.check_draft(broker.tenant, draft)) == []
    corrected = entry.file_entry(broker.tenant, broker.person, draft)
    trade.settle()
    assert corrected.document_id == filed.document_id
    page = entry.show_entry(trade.customs.tenant, filed.document_id)
    assert page.version == corrected.commitment
    assert [finding.code for line in page.lines for finding in line.findings] == []
    assert filed.document_id not in _entries(trade, "customs", "flagged")
    assert page.lines[0].decision is None  # what customs accepted was the version before


def test_the_records_come_out_the_same_when_they_are_built_again(trade: Trade, filed: Issued) -> None:
    trade.settle()
    for actor in trade.world.actors.values():
        assert records_digest(actor.tenant) == rebuild_records(actor.tenant)


def test_a_revoked_power_files_nothing_and_shares_nothing_more(trade: Trade, filed: Issued, shipment: Issued) -> None:
    importer, broker = trade.riogrande, trade.gateway
    draft = trade.draft(shipment)
    trade.key_arrival(draft)
    power.revoke_authority(
        importer.tenant, importer.person, power.list_authorities(importer.tenant)[0].authority, "We changed brokers"
    )
    trade.settle()
    trade.until(lambda: "entry.power-of-attorney-not-live" in codes(entry.check_draft(broker.tenant, draft)))
    with pytest.raises(EntryRefused):
        entry.file_entry(broker.tenant, broker.person, draft)
    before = len(entry.list_invoices(broker.tenant, words="EXP-1107").rows)
    trade.invoice("cr-producer/invoice-2026-1107.csv", "valle")
    trade.settle()
    assert (before, len(entry.list_invoices(broker.tenant, words="EXP-1107").rows)) == (0, 0)
    assert len(entry.list_invoices(importer.tenant, words="EXP-1107").rows) == 1
