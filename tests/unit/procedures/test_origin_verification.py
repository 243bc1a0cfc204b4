"""Verification of origin through the services, on a running node: asked, answered, heard, proposed, decided."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from trading import Trade

from transire.desk.errors import PermissionDenied
from transire.documents.customs_determination import read_customs_determination
from transire.node.rebuilding import rebuild_records, records_digest
from transire.node.tenant import Issued
from transire.procedures.entry_summary import service as entry
from transire.procedures.entry_summary.errors import LineUnknown
from transire.procedures.entry_summary.refunds import find_refunds
from transire.procedures.origin_verification import dates, forms
from transire.procedures.origin_verification import service as verification
from transire.procedures.origin_verification.errors import (
    ActionNotTaken,
    AlreadyAnswered,
    AlreadyDecided,
    CertificationDoesNotCover,
    CertifierNotAsked,
    ClaimMadeAlready,
    EntryNotHeld,
    NotAskedHere,
    NotExtended,
    NothingAsked,
    QuestionUnknown,
    StepTooEarly,
)
from transire.procedures.origin_verification.service import ClaimQuestions
from transire.procedures.papers import open_newest
from transire.procedures.typesetting import can_typeset
from transire.records.inbox import list_inbox

ORIGIN = "https://node.example"
VERIFY_AT = f"{ORIGIN}/verify"

pytestmark = [pytest.mark.xdist_group("origin-verification"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def filed(trade: Trade) -> Issued:
    trade.import_products()
    trade.certify()
    trade.empower()
    trade.settle()
    invoice = trade.invoice()
    trade.settle()
    issued = trade.file(invoice)
    trade.settle()
    return issued


def asked_of(trade: Trade, filed: Issued, line: int) -> verification.RequestView:
    return claim_of(trade, filed, line).requests[-1]


def claim_of(trade: Trade, filed: Issued, line: int, slug: str = "customs"):  # type: ignore[no-untyped-def]
    actor = trade.world.actors[slug]
    page = verification.show_verification(actor.tenant, actor.person, filed.document_id)
    return next(claim for claim in page.claims if claim.line == line)


def test_from_the_question_to_the_denied_claim(trade: Trade, filed: Issued) -> None:
    customs, broker, producer = trade.customs, trade.gateway, trade.bajio
    assert claim_of(trade, filed, 1).stage == "none"
    first, second = verification.ask_claims(
        customs.tenant,
        customs.person,
        filed.document_id,
        [
            ClaimQuestions(line=1, questions=("certification", "bill-of-material"), words="For the motor above all."),
            ClaimQuestions(line=2, questions=("invoice",)),
        ],
    )
    trade.settle()
    request = verification.show_request(broker.tenant, broker.person, first)
    assert request.questions == ("certification", "bill-of-material")
    assert request.question.endswith("For the motor above all.")
    assert request.days_left == 30
    assert "182.73(f)(1)" in request.basis
    assert claim_of(trade, filed, 2, "gateway").stage == "waiting"
    with pytest.raises(StepTooEarly):
        verification.propose_action(customs.tenant, customs.person, filed.document_id, 1, "Too early")

    # The broker answers with what stands behind the claim.
    offered = verification.backup_documents(broker.tenant, broker.person, first)
    assert {one.schema_id for one in offered} == {"commercial-invoice/1", "certification-of-origin/usmca/1"}
    verification.answer(broker.tenant, broker.person, first, "See there.", [one.document_id for one in offered])
    trade.settle()
    claim = claim_of(trade, filed, 1)
    assert claim.stage == "answered"
    given = claim.requests[0].answers[0]
    assert not given.late
    assert {one.document for one in given.evidence.attachments} == {one.document_id for one in offered}
    assert claim.limit.days_left == 120
    assert claim.limit.citation == "19 CFR 182.75(b)"
    verification.defer_determination(customs.tenant, customs.person, filed.document_id, 1, "Many materials")
    trade.settle()
    assert claim_of(trade, filed, 1).limit.days_left == 210

    # Not enough: the certifier is asked before anything is denied, and answers customs alone.
    verification.close_request(customs.tenant, customs.person, first, "insufficient", "No costs")
    trade.settle()
    assert claim_of(trade, filed, 1).stage == "insufficient"
    with pytest.raises(CertifierNotAsked):
        verification.propose_action(customs.tenant, customs.person, filed.document_id, 1, "Not heard")
    direct = verification.ask_certifier(
        customs.tenant, customs.person, filed.document_id, ClaimQuestions(line=1, questions=("value-content",))
    )
    trade.settle()
    with pytest.raises(NotAskedHere):
        verification.answer(customs.tenant, producer.person, direct, "I am not the producer")
    behind = verification.backup_documents(producer.tenant, producer.person, direct)
    assert "certification-of-origin/usmca/1" in {one.schema_id for one in behind}
    answer = verification.answer(producer.tenant, producer.person, direct, "The costs, for you alone.", [])
    trade.settle()
    with customs.tenant.database.reading() as view:
        assert open_newest(customs.tenant, view, answer.document_id) is not None
    for actor in (broker, trade.riogrande):
        with actor.tenant.database.reading() as view:
            assert open_newest(actor.tenant, view, answer.document_id) is None
        assert direct not in [one.statement_id for one in claim_of(trade, filed, 1, actor.tenant.slug).requests]

    # The notice of action, its answer, and the determination.
    verification.close_request(customs.tenant, customs.person, direct, "insufficient", "The motor does not shift")
    notice = verification.propose_action(customs.tenant, customs.person, filed.document_id, 1, "The motor")
    trade.settle()
    assert claim_of(trade, filed, 1, "gateway").requests[-1].days_left == 20
    with pytest.raises(StepTooEarly, match="the day after"):
        deny(trade, filed, 1)
    verification.answer(broker.tenant, broker.person, notice, "We see it otherwise.")
    trade.settle()
    assert claim_of(trade, filed, 1).stage == "ripe"
    decided = deny(trade, filed, 1)
    trade.settle()
    for actor in (customs, broker, producer, trade.riogrande):
        with actor.tenant.database.reading() as view:
            paper = open_newest(actor.tenant, view, decided.document_id)
        assert paper is not None
        assert read_customs_determination(paper.credential).outcome == "not_originating"
    assert claim_of(trade, filed, 1, "gateway").stage == "denied"
    with pytest.raises(AlreadyDecided):
        verification.ask(customs.tenant, customs.person, filed.document_id, 1, "Once more?")
    other = claim_of(trade, filed, 2, "gateway")  # what was decided of line 1 decides nothing of line 2
    assert (other.stage, [one.statement_id for one in other.requests]) == ("waiting", [second])
    look_at_papers(trade, filed, notice)


def look_at_papers(trade: Trade, filed: Issued, notice: str) -> None:
    """The forms of what was asked and done, and the days as a calendar: for those who have to do with it."""
    broker, certifier, other = trade.gateway, trade.bajio, trade.customs
    for form in (
        forms.request_form(broker.tenant, broker.person, notice, verify_at=VERIFY_AT),
        forms.taken_form(other.tenant, other.person, filed.document_id, 1, verify_at=VERIFY_AT),
    ):
        assert (forms.file_name(form)[-7:], VERIFY_AT in str(form)) == (".29.pdf", True)
        if can_typeset():
            assert forms.form_pdf(form).startswith(b"%PDF-")
            assert forms.form_pdf(form) == forms.form_pdf(form)
    with pytest.raises(ActionNotTaken):
        forms.taken_form(other.tenant, other.person, filed.document_id, 2, verify_at=VERIFY_AT)
    with pytest.raises(EntryNotHeld):
        forms.taken_form(certifier.tenant, certifier.person, filed.document_id, 1, verify_at=VERIFY_AT)
    days = dates.entry_calendar(broker.tenant, broker.person, filed.document_id, origin=ORIGIN).decode()
    assert days == dates.entry_calendar(broker.tenant, broker.person, filed.document_id, origin=ORIGIN).decode()
    asked = asked_of(trade, filed, 2)
    assert f"UID:{asked.statement_id}" in days
    assert f"DTSTART;VALUE=DATE:{asked.due_by:%Y%m%d}" in days
    assert "19 USC 1514" in days.replace("\r\n ", "")
    assert "For the motor" not in days
    waiting = dates.waiting_calendar(other.tenant, other.person, origin=ORIGIN).decode()
    assert f"UID:{asked.statement_id}" in waiting


def deny(trade: Trade, filed: Issued, line: int) -> Issued:
    return verification.determine(
        trade.customs.tenant,
        trade.customs.person,
        filed.document_id,
        line,
        "not_originating",
        findings="The motor does not change its classification.",
        legal_basis="General Note 11(o), HTSUS",
        unsupported=True,
    )


def test_the_denied_good_is_flagged_when_it_is_claimed_again(trade: Trade, filed: Issued) -> None:
    broker = trade.gateway
    draft = entry.draft_correction(broker.tenant, broker.person, filed.document_id)
    found = [one for one in entry.check_draft(broker.tenant, draft) if one.code == "entry.identical-good-denied"]
    assert [(one.where, one.severity) for one in found] == [("/lines/0/claim", "warning")]


def test_a_claim_is_taken_back_with_the_duty_that_is_then_owed(trade: Trade, filed: Issued) -> None:
    broker, customs = trade.gateway, trade.customs
    with pytest.raises(LineUnknown):
        entry.withdraw_claims(broker.tenant, broker.person, filed.document_id, [99])
    taken = entry.withdraw_claims(broker.tenant, broker.person, filed.document_id, [1, 4])
    shown = entry.show_draft(broker.tenant, broker.person, taken.draft_id)
    assert shown.content["lines"][0].get("claim") is None
    assert shown.content["lines"][1]["claim"]["certification"]
    assert not [one for one in shown.findings if one.severity == "error"]
    if taken.difference is not None:  # the editions at hand have the number
        assert taken.difference >= 0
    entry.file_entry(broker.tenant, broker.person, taken.draft_id)
    trade.settle()
    standing = entry.show_entry(customs.tenant, filed.document_id)
    assert standing.lines[0].claim is None
    assert claim_of(trade, filed, 1).stage == "denied"


def test_preference_is_claimed_after_importation_and_verified_like_any(trade: Trade, filed: Issued) -> None:
    """Lines 1 and 4 claim nothing any more; what is held bears a claim for the one that customs has not decided."""
    broker, customs = trade.gateway, trade.customs
    page = verification.show_verification(broker.tenant, broker.person, filed.document_id)
    assert [offer.line for offer in page.refunds] == [4]
    assert verification.show_verification(customs.tenant, customs.person, filed.document_id).refunds == ()
    claim = partial(verification.claim_after_import, declaration="It qualified.", informed=False, protested=False)
    held = page.refunds[0].certification
    with pytest.raises(ClaimMadeAlready):
        claim(broker.tenant, broker.person, filed.document_id, 2, held)
    with pytest.raises(CertificationDoesNotCover):
        claim(broker.tenant, broker.person, filed.document_id, 4, filed.document_id)
    with pytest.raises(AlreadyDecided):
        claim(broker.tenant, broker.person, filed.document_id, 1, held)
    with pytest.raises(PermissionDenied):
        claim(customs.tenant, customs.person, filed.document_id, 4, held)
    stated = claim(broker.tenant, broker.person, filed.document_id, 4, held)
    trade.settle()
    listed = next(row for row in find_refunds(broker.tenant, broker.person).rows if row.entry == filed.document_id)
    [found] = [line for line in listed.lines if line.line == 4]
    assert (found.claim_statement, found.refund) == (stated, None)
    assert "refund.claimed-already" in {reason.code for reason in found.reasons}
    assert listed.liquidation < listed.protest_by
    claimed = claim_of(trade, filed, 4)
    assert (claimed.after_import, claimed.agreement, claimed.certified_by_other) == (True, "USMCA", True)
    assert verification.show_verification(broker.tenant, broker.person, filed.document_id).refunds == ()


def test_more_time_is_given_once_it_is_later(trade: Trade, filed: Issued) -> None:
    customs, broker = trade.customs, trade.gateway
    request = asked_of(trade, filed, 2)
    with pytest.raises(NotExtended):
        verification.extend_request(customs.tenant, customs.person, request.statement_id, request.due_by, "No")
    later = request.due_by + timedelta(days=10)
    verification.extend_request(customs.tenant, customs.person, request.statement_id, later, "Holidays")
    trade.settle()
    seen = verification.show_request(broker.tenant, broker.person, request.statement_id)
    assert (seen.due_by, seen.first_due_by, seen.days_left) == (later, request.due_by, 40)
    listed = verification.list_verifications(broker.tenant, broker.person)
    assert [(row.kind, row.due, row.ours) for row in listed.rows] == [("request", later, True)]


def test_a_claim_that_holds_is_confirmed(trade: Trade, filed: Issued) -> None:
    customs, broker = trade.customs, trade.gateway
    request = asked_of(trade, filed, 2).statement_id
    verification.answer(broker.tenant, broker.person, request, "The invoice says it.")
    trade.settle()
    verification.close_request(customs.tenant, customs.person, request, "sufficient", "Thank you")
    trade.settle()
    with pytest.raises(AlreadyAnswered):
        verification.close_request(customs.tenant, customs.person, request, "withdrawn", "Twice")
    verification.determine(
        customs.tenant, customs.person, filed.document_id, 2, "originating", findings="It shifts.", legal_basis="GN 11"
    )
    trade.settle()
    assert claim_of(trade, filed, 2, "riogrande").stage == "confirmed"


def test_a_visit_is_put_off_once_and_consented_to(trade: Trade, filed: Issued) -> None:
    customs, producer = trade.customs, trade.bajio
    visit = verification.propose_visit(
        customs.tenant,
        customs.person,
        filed.document_id,
        3,
        place="The works",
        on=customs.tenant.now().date() + timedelta(days=40),
    )
    trade.settle()
    first = verification.show_request(producer.tenant, producer.person, visit)
    assert (first.place, first.days_left) == ("The works", 30)
    verification.answer_visit(producer.tenant, producer.person, visit, "postponed", days=60, words="Stocktaking")
    trade.settle()
    seen = verification.show_request(customs.tenant, customs.person, visit)
    assert (seen.days_left, seen.answers) == (90, ())
    with pytest.raises(AlreadyAnswered):
        verification.answer_visit(producer.tenant, producer.person, visit, "postponed", days=5)
    verification.answer_visit(producer.tenant, producer.person, visit, "consented")
    trade.settle()
    assert verification.show_request(customs.tenant, customs.person, visit).answers[0].said == "consented"


def test_what_is_not_asked_is_refused(trade: Trade, filed: Issued) -> None:
    customs, broker = trade.customs, trade.gateway
    for asked, refusal in (
        ([], NothingAsked),
        ([ClaimQuestions(line=3)], NothingAsked),
        ([ClaimQuestions(line=3, questions=("colour",))], QuestionUnknown),
    ):
        with pytest.raises(refusal):
            verification.ask_claims(customs.tenant, customs.person, filed.document_id, asked)
    with pytest.raises(PermissionDenied):
        verification.propose_action(broker.tenant, broker.person, filed.document_id, 3, "We deny ourselves")


def test_the_inbox_tells_and_a_rebuild_finds_the_same(trade: Trade, filed: Issued) -> None:
    for slug in ("customs", "gateway", "bajio", "riogrande"):
        actor = trade.world.actors[slug]
        before = records_digest(actor.tenant)
        rebuild_records(actor.tenant)
        assert records_digest(actor.tenant) == before
    with trade.bajio.tenant.database.reading() as view:
        kinds = {row.kind for row in list_inbox(view, trade.bajio.person, state="all").rows}
    assert {"certifier.asked", "visit.proposed", "origin.decided"} <= kinds
    assert entry.show_entry(trade.gateway.tenant, filed.document_id).lines[1].requests[0].outcome == "sufficient"
