"""The officer's work list, many claims at once, what changed in an entry, notes to the filer; refunds of the trade."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from trading import Trade

from transire.demo.stage import ISO_DATE, today
from transire.desk.errors import PermissionDenied, ViewUnknown
from transire.node.rebuilding import rebuild_records, records_digest
from transire.node.tenant import Issued
from transire.procedures.clocks import customs_zone, local_day
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.deciding import TickedClaim, accept_claims
from transire.procedures.entry_summary.errors import (
    ClaimsRefused,
    EntryUnknown,
    LineUnknown,
    NothingTicked,
    VersionUnknown,
    WorkFilterUnsuitable,
)
from transire.procedures.entry_summary.refunds import RefundEntry, find_refunds
from transire.procedures.entry_summary.remarks import note_filer, remarks_on
from transire.procedures.entry_summary.versions import compare_versions
from transire.procedures.entry_summary.work_views import (
    read_filter,
    remove_work_view,
    save_work_view,
    work_views,
    write_filter,
)
from transire.procedures.entry_summary.worklist import WorkFilter, WorkRow, export_work, list_work, work_choices
from transire.procedures.origin_certification import service as origin
from transire.procedures.origin_verification import service as verification
from transire.records.errors import CursorInvalid
from transire.records.inbox import list_inbox

TURNED = "origin.turned/1"


def customs_day() -> date:
    """The day by which customs counts: in the night of Europe it is still the day before."""
    return local_day(datetime.now(UTC), customs_zone())


class Office:
    """What the tests ask of the work list."""

    def __init__(self, trade: Trade) -> None:
        self.trade, self.tenant, self.person = trade, trade.customs.tenant, trade.customs.person

    def rows(self, **wanted: object) -> list[WorkRow]:
        return list(list_work(self.tenant, self.person, WorkFilter(**{"state": "all", **wanted})).rows)

    def row(self, document: Issued) -> WorkRow:
        return next(row for row in self.rows() if row.entry == document.document_id)

    def accept(self, *claims: TickedClaim, note: str = "") -> list[str]:
        stated = accept_claims(self.tenant, self.person, claims, note=note)
        self.trade.settle()
        return stated

    def refusals(self, *claims: TickedClaim) -> list[tuple[int, str]]:
        with pytest.raises(ClaimsRefused) as refused:
            accept_claims(self.tenant, self.person, claims)
        return [(one.line, one.problem.code) for one in refused.value.refused]


def ticked(row: WorkRow, line: int | None = None) -> TickedClaim:
    return TickedClaim(entry=row.entry, version=row.version, line=line)


def invoice_of(trade: Trade, days_ago: int) -> Issued:
    """An invoice of some days before, for goods of which one has another number than the certification gives it."""
    table = trade.world.read_of_this_week("mx-producer/invoice-2026-0418.csv")

    def moved(found: re.Match[bytes]) -> bytes:
        return (date.fromisoformat(found[0].decode()) - timedelta(days=days_ago)).isoformat().encode()

    seller = trade.bajio
    issued = entry.issue_invoice(
        seller.tenant, seller.person, ISO_DATE.sub(moved, table), importer_did=trade.riogrande.did
    )
    trade.settle()
    return issued


def file_without_claims(trade: Trade, invoice: Issued, *, days_ago: int = 0) -> Issued:
    """An entry that claims nothing, of goods that came in some days ago."""
    broker, draft = trade.gateway, trade.draft(invoice)
    trade.key_arrival(draft)
    if days_ago:
        arrived = (today() - timedelta(days=days_ago)).isoformat()
        for pointer in ("/importDate", "/entryDate"):
            entry.set_field(broker.tenant, broker.person, draft, pointer, arrived)
    for at in range(len(entry.show_draft(broker.tenant, broker.person, draft).lines)):
        entry.set_field(broker.tenant, broker.person, draft, f"/lines/{at}/claim", None)
    issued = entry.file_entry(broker.tenant, broker.person, draft)
    trade.settle()
    return issued


pytestmark = pytest.mark.xdist_group("officer")


@pytest.fixture(scope="module")
def office(trade: Trade) -> Office:
    trade.import_products()
    trade.certify()
    trade.settle()
    trade.empower()
    trade.settle()
    return Office(trade)


@pytest.fixture(scope="module")
def plain(office: Office) -> Issued:
    """An entry of six lines that claims nothing."""
    invoice = office.trade.invoice()
    office.trade.settle()
    return file_without_claims(office.trade, invoice)


@pytest.fixture(scope="module")
def corrected(office: Office, plain: Issued) -> Issued:
    """The same, corrected: all six lines claim."""
    broker = office.trade.gateway
    draft = entry.draft_correction(broker.tenant, broker.person, plain.document_id)
    issued = entry.file_entry(broker.tenant, broker.person, draft)
    office.trade.settle()
    return issued


@pytest.fixture(scope="module")
def early(office: Office) -> Issued:
    """An entry without claims, of goods that came before the certification covers any."""
    before = (today() - office.trade.blanket[0]).days + 10
    return file_without_claims(office.trade, invoice_of(office.trade, before), days_ago=before)


# Refunds.


def refund_of(trade: Trade, document: Issued, slug: str = "gateway") -> RefundEntry | None:
    actor = trade.world.actors[slug]
    found = find_refunds(actor.tenant, actor.person).rows
    return next((row for row in found if row.entry == document.document_id), None)


def test_what_was_not_claimed_is_found_with_the_amount(office: Office, plain: Issued) -> None:
    """By hand: 9,600 at 4.7 %, 1,848 at 5.3 %, 8,460 at 3 %; the fee is 0.3464 % of 58,428."""
    for slug in ("gateway", "riogrande"):
        found = refund_of(office.trade, plain, slug)
        assert found is not None
        assert {line.line: line.refund for line in found.lines if line.refund} == {
            3: Decimal("451.20"),
            5: Decimal("97.94"),
            6: Decimal("253.80"),
        }
        assert (found.duty, found.fees, found.total) == (Decimal("802.94"), Decimal("202.39"), Decimal("1005.33"))
        assert found.deadline == today().replace(year=today().year + 1)
        assert {line.programme for line in found.lines} == {"S"}


def test_an_entry_that_claims_is_not_listed(office: Office, corrected: Issued) -> None:
    assert refund_of(office.trade, corrected) is None


def test_a_line_that_is_not_counted_says_why(office: Office, early: Issued) -> None:
    """Goods that came before the blanket period: the certification names all but one, and covers the day of none."""
    found = refund_of(office.trade, early)
    assert found is not None
    assert (found.counted, found.duty, found.fees) == (0, Decimal(0), Decimal("0.00"))
    reasons = [{reason.code for reason in line.reasons} for line in found.lines]
    assert reasons[0] >= {"entry.outside-blanket-period", "entry.tariff-number-differs"}
    for line, codes in zip(found.lines, reasons, strict=True):
        expected = "refund.no-certification" if line.certification is None else "entry.outside-blanket-period"
        assert expected in codes, line
    assert all(line.refund is None for line in found.lines)
    assert found.days_left == (found.deadline - customs_day()).days < 330
    assert found.file_by <= found.deadline


def test_the_finder_goes_page_by_page_by_deadline(office: Office, plain: Issued, early: Issued) -> None:
    actor = office.trade.gateway
    everything = find_refunds(actor.tenant, actor.person)
    first = find_refunds(actor.tenant, actor.person, limit=1)
    days = [row.deadline for row in everything.rows]
    assert days == sorted(days)
    assert first.rows == everything.rows[:1]
    if first.next is not None:
        assert find_refunds(actor.tenant, actor.person, after=first.next).rows == everything.rows[1:]
    with pytest.raises(CursorInvalid):
        find_refunds(actor.tenant, actor.person, after="nonsense")


# What changed.


def test_a_correction_is_shown_field_by_field(office: Office, corrected: Issued) -> None:
    compared = compare_versions(office.tenant, office.person, corrected.document_id)
    assert (compared.old.number, compared.new.number, compared.new.reason) == (1, 2, "Corrected after filing")
    assert compared.changes == ()
    assert [(line.line, line.kind) for line in compared.lines] == [(number, "changed") for number in range(1, 7)]
    claimed = {change.pointer: (change.old, change.new) for change in compared.lines[0].changes}
    assert claimed["/claim/programme"] == (None, "S")
    assert (compared.duty_before, compared.duty_after) == (Decimal("802.94"), Decimal(0))
    backwards = compare_versions(office.tenant, office.person, corrected.document_id, 2, 1)
    assert {change.pointer: (change.new, change.old) for change in backwards.lines[0].changes} == claimed


def test_a_version_that_is_not_there_is_refused(office: Office, corrected: Issued) -> None:
    for old, new in ((1, 3), (0, 1)):
        with pytest.raises(VersionUnknown):
            compare_versions(office.tenant, office.person, corrected.document_id, old, new)
    with pytest.raises(EntryUnknown):
        compare_versions(office.tenant, office.person, "none")


# The list.


def test_a_corrected_entry_is_new_to_the_officer(office: Office, corrected: Issued) -> None:
    row = office.row(corrected)
    assert (row.states, row.corrected, row.claims, row.accepted) == (("new",), True, 6, 0)
    assert [line.line for line in row.lines] == [1, 2, 3, 4, 5, 6]


def test_each_filter_finds_it_and_its_opposite_does_not(office: Office, corrected: Issued) -> None:
    day = office.row(corrected).filed_at.date()
    for fits, not_so in (
        ({"importer": "grande RIO"}, {"importer": "grande chico"}),
        ({"filer": office.trade.gateway.did}, {"filer": office.trade.riogrande.did}),
        ({"programme": "S"}, {"programme": "P"}),
        ({"tariff_number": "8414.51"}, {"tariff_number": "0101"}),
        ({"since": day, "until": day}, {"since": day + timedelta(days=1)}),
        ({"state": "new"}, {"state": "accepted"}),
    ):
        assert corrected.document_id in [row.entry for row in office.rows(**fits)], fits
        assert corrected.document_id not in [row.entry for row in office.rows(**not_so)], not_so
    assert office.rows(check="entry.no-such-check") == []
    choices = work_choices(office.tenant, office.person)
    assert (office.trade.gateway.did, office.trade.gateway.tenant.name) in choices.filers
    assert choices.programmes == ("S",)


def test_a_filter_that_means_nothing_is_refused() -> None:
    for asked, where in (
        ({"state": "lost"}, "state"),
        ({"since": "yesterday"}, "since"),
        ({"importer": "x" * 301}, "importer"),
    ):
        with pytest.raises(WorkFilterUnsuitable) as refused:
            read_filter(asked)
        assert refused.value.where == where
    wanted = WorkFilter(state="due", tariff_number="8414", since=today())
    assert read_filter(write_filter(wanted)) == wanted


def test_a_tariff_number_is_digits(office: Office) -> None:
    with pytest.raises(WorkFilterUnsuitable):
        office.rows(tariff_number="84%")


def test_the_file_cannot_run_a_formula_and_has_a_line_a_claim(office: Office, corrected: Issued) -> None:
    text = "".join(export_work(office.tenant, office.person, WorkFilter(state="all", programme="S")))
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [line["line"] for line in lines if line["entry"] == corrected.document_id] == ["1", "2", "3", "4", "5", "6"]
    with office.tenant.database.transaction() as tx:  # what a hostile description would do to a spreadsheet
        kept = sa.update(t.lines).where(t.lines.c.version == corrected.commitment, t.lines.c.line == 1)
        before = tx.execute(
            sa.select(t.lines.c.description).where(t.lines.c.version == corrected.commitment, t.lines.c.line == 1)
        ).scalar_one()
        tx.execute(kept.values(description="=HYPERLINK(1)"))
    text = "".join(export_work(office.tenant, office.person, WorkFilter(state="all", programme="S")))
    with office.tenant.database.transaction() as tx:
        tx.execute(kept.values(description=before))
    assert "'=HYPERLINK(1)" in [line["description"] for line in csv.DictReader(io.StringIO(text))]


def test_pages_hold_together(office: Office, corrected: Issued, early: Issued) -> None:
    whole = [row.entry for row in office.rows()]
    assert len(whole) > 1
    walked, after = [], None
    while True:
        page = list_work(office.tenant, office.person, WorkFilter(state="all"), after=after, limit=1)
        walked += [row.entry for row in page.rows]
        after = page.next
        if after is None:
            break
    assert walked == whole
    assert page.counts["all"] == len(whole)


def test_views_are_kept_for_each_person_through_a_rebuild(office: Office) -> None:
    wanted = WorkFilter(state="overdue", tariff_number="8414")
    save_work_view(office.tenant, office.person, "Fans overdue", wanted)
    rebuild_records(office.tenant)
    assert read_filter(work_views(office.tenant, office.person)["Fans overdue"]) == wanted
    remove_work_view(office.tenant, office.person, "Fans overdue")
    with pytest.raises(ViewUnknown):
        remove_work_view(office.tenant, office.person, "Fans overdue")


# Many claims at once, and what stands in the way.


def test_nothing_is_accepted_when_one_cannot_be(office: Office, corrected: Issued) -> None:
    row = office.row(corrected)
    stale = TickedClaim(entry=row.entry, version="x" * 43, line=2)
    assert office.refusals(
        ticked(row, 1), ticked(row, 77), stale, TickedClaim(entry="none", version="none", line=1)
    ) == [
        (77, "entry.line-unknown"),
        (2, "entry.corrected-since"),
        (1, "entry.unknown"),
    ]
    office.trade.settle()
    assert office.row(corrected).accepted == 0
    for claims in ([], [ticked(row, number) for number in range(1, 502)]):
        with pytest.raises(NothingTicked):
            accept_claims(office.tenant, office.person, claims)


def test_the_trade_does_not_accept_its_own_claims(office: Office, corrected: Issued) -> None:
    broker = office.trade.gateway
    with pytest.raises(PermissionDenied):
        accept_claims(broker.tenant, broker.person, [ticked(office.row(corrected), 1)])
    with pytest.raises(PermissionDenied):
        note_filer(broker.tenant, broker.person, corrected.document_id, "We say so ourselves")


def test_a_question_makes_it_due_then_answered(office: Office, corrected: Issued) -> None:
    trade, document = office.trade, corrected.document_id
    asked = verification.ask(office.tenant, office.person, document, 6, "Which resin?", 30)
    trade.settle()
    row = office.row(corrected)
    assert (row.states, row.due_by) == (("due",), customs_day() + timedelta(days=30))
    assert [each.entry for each in office.rows(state="due")] == [document]
    assert office.refusals(ticked(row, 6)) == [(6, "entry.claim-asked-about")]
    verification.answer(trade.gateway.tenant, trade.gateway.person, asked, "Polypropylene.")
    trade.settle()
    row = office.row(corrected)
    assert (row.states, row.due_by) == (("answered",), None)
    assert office.refusals(ticked(row, 6)) == [(6, "entry.claim-asked-about")]
    verification.close_request(office.tenant, office.person, asked, "sufficient", "Thank you")
    trade.settle()
    assert office.row(corrected).states == ()
    assert corrected.document_id in [each.entry for each in office.rows(state="open")]


def test_a_question_of_which_the_day_is_past_is_overdue(
    office: Office, corrected: Issued, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = verification.ask(office.tenant, office.person, corrected.document_id, 5, "Which resin?", 1)
    office.trade.settle()
    later = office.tenant.now() + timedelta(days=3)
    with monkeypatch.context() as patched:
        patched.setattr(office.tenant, "now", lambda: later)
        assert office.row(corrected).states == ("overdue",)
        assert [row.entry for row in office.rows(state="overdue")] == [corrected.document_id]
        assert office.rows(state="due") == []
    verification.close_request(office.tenant, office.person, asked, "withdrawn", "Not needed")
    office.trade.settle()


def test_claims_are_accepted_together_and_the_filer_is_told(office: Office, corrected: Issued) -> None:
    row = office.row(corrected)
    office.accept(ticked(row, 1), ticked(row, 2), ticked(row, 1), note="Looked at together")
    assert office.row(corrected).accepted == 2
    assert office.refusals(ticked(row, 2), ticked(row, 3)) == [(2, "entry.claim-accepted-already")]
    assert len(office.accept(ticked(row))) == 4  # the entry: every claim that is left
    after = office.row(corrected)
    assert (after.states, after.accepted) == (("accepted",), 6)
    page = entry.show_entry(office.trade.gateway.tenant, corrected.document_id)
    assert page.lines[0].decision is not None
    assert page.lines[0].decision.note == "Looked at together"
    assert office.refusals(ticked(after)) == [(0, "entry.claim-accepted-already")]


def test_a_note_goes_back_to_the_filer(office: Office, corrected: Issued) -> None:
    trade = office.trade
    note_filer(office.tenant, office.person, corrected.document_id, "Name the model on the invoice.", line=3)
    note_filer(office.tenant, office.person, corrected.document_id, "Thank you for the correction.")
    trade.settle()
    for actor in (trade.gateway, trade.riogrande):
        found = remarks_on(actor.tenant, actor.person, corrected.document_id)
        assert [(one.line, one.note) for one in found] == [
            (3, "Name the model on the invoice."),
            (None, "Thank you for the correction."),
        ]
        with actor.tenant.database.reading() as view:
            told = [item.document_id for item in list_inbox(view, actor.person, kind="entry.noted").rows]
        assert told == [corrected.document_id] * 2
    with pytest.raises(LineUnknown):
        note_filer(office.tenant, office.person, corrected.document_id, "Which?", line=99)


def test_a_turned_determination_flags_the_claim_until_it_turns_back(office: Office, corrected: Issued) -> None:
    trade = office.trade
    row = office.row(corrected)
    page = entry.show_entry(office.tenant, row.entry)
    claim = page.lines[2].claim
    assert claim is not None
    assert claim.good is not None
    assert claim.certification_version is not None
    for outcome, flagged in (("not_originating", True), ("originating", False)):
        body = {"version": claim.certification_version, "good": claim.good.good_number, "outcome": outcome}
        with trade.bajio.tenant.transaction() as tx:
            trade.bajio.tenant.state(
                tx,
                trade.bajio.person,
                TURNED,
                body,
                about=[str(claim.claim.certification)],
                recipients=[trade.customs.did],
            )
        trade.settle()
        found = next(each for each in office.rows() if each.entry == row.entry)
        assert ("flagged" in found.states) is flagged
        assert [line.line for line in found.lines if line.turned] == ([3] if flagged else [])
        assert (row.entry in [each.entry for each in office.rows(state="flagged")]) is flagged


def test_a_withdrawn_certification_flags_the_claim_and_stops_the_many(office: Office, corrected: Issued) -> None:
    trade = office.trade
    row = office.row(corrected)
    certification = entry.show_entry(office.tenant, row.entry).lines[0].claim
    assert certification is not None
    origin.withdraw_certification(
        trade.bajio.tenant, trade.bajio.person, str(certification.claim.certification), reason="Wrong"
    )
    trade.settle()
    trade.until(lambda: "flagged" in office.row(corrected).states)
    assert all(line.ended for line in office.row(corrected).lines)
    assert (6, "entry.claim-flagged") not in office.refusals(ticked(row, 6))  # it was accepted before
    assert list_work(office.tenant, office.person, WorkFilter()).counts["flagged"] == 1


def test_a_rebuild_gives_the_same_rows(office: Office, corrected: Issued) -> None:
    office.trade.settle()
    for tenant in office.trade.world.node.tenants.values():
        before = records_digest(tenant)
        assert rebuild_records(tenant) == before, tenant.slug
