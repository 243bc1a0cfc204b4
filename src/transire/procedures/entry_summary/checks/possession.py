"""Did the importer hold the certification when the claim was made, and is it the one that was issued?

Possession counts for the `document.delivered/1` statement that the claim names, and for no other, and only where the
ledger put it before the claim (LEDGER.md sections 3 and 8).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from transire.documents.entry import Claim
from transire.origin.agreements import agreement
from transire.procedures.entry_summary.checks.case import (
    Anchored,
    CaseFile,
    HeldCertification,
    LineOfCase,
    StatedClaim,
    earliest_day,
)
from transire.procedures.entry_summary.checks.check import Hit, check

ISSUED = "document.issued/1"
DELIVERED = "document.delivered/1"


@check(
    "entry.certification-missing",
    sentence="This line claims a preference and names no certification, and its value is above the limit for claims "
    "without one.",
    fix="Ask the producer or exporter for a certification and claim on it, or enter the line without preference.",
    law="certification_citation",
)
def certification_missing(case: CaseFile) -> Iterator[Hit]:
    total = sum((line.line.entered_value for line, _ in case.claims()), Decimal(0))
    for line, claim in case.claims():
        limit = agreement(claim.agreement).waiver_usd
        if claim.certification is None and total > limit:
            yield Hit(
                where=line.where("claim"),
                got=f"claims of {total} US dollars without a certification",
                expected=f"a certification, or at most {limit} US dollars",
                under=claim.agreement,
            )


@check(
    "entry.certification-not-at-hand",
    sentence="The certification that this line names has not reached us, so that nothing of it can be checked.",
    fix="Ask the importer or the producer to share it; the checks run again when it arrives.",
    law="certification_citation",
)
def certification_not_at_hand(case: CaseFile) -> Iterator[Hit]:
    for line, claim in case.claims():
        if claim.certification is not None and line.certification is None:
            yield Hit(where=line.where("claim/certification"), got=claim.certification, under=claim.agreement)


@check(
    "entry.certification-not-in-possession",
    sentence="The ledger does not show that the importer had this certification before the claim was made.",
    fix="Have the certification delivered to the importer and wait until the ledger shows it; then refresh the draft "
    "and file. After filing, take the claim off and make it anew.",
    law="possession_citation",
)
def certification_not_in_possession(case: CaseFile) -> Iterator[Hit]:
    for line, claim, _ in case.certified():
        delivered = _delivered(case, claim)
        if delivered is None or not delivered.is_before(case.filed):
            yield Hit(
                where=line.where("claim/deliveredStatement"),
                got=_place(delivered),
                expected=f"a place in the log before {_place(case.filed) if case.filed else 'the filing'}",
                under=claim.agreement,
            )


@check(
    "entry.possession-of-another",
    sentence="The statement of delivery that this claim names is not the importer's about this certification.",
    fix="Name the statement by which the importer, or its broker under a power of attorney, took delivery of it.",
    law="possession_citation",
)
def possession_of_another(case: CaseFile) -> Iterator[Hit]:
    holders = {case.filer, case.entry.importer.did or case.filer}
    for line, claim, held in case.certified():
        delivered = _delivered(case, claim)
        if delivered is None:
            continue
        if not _is_possession_of(delivered, held) or delivered.by not in holders:
            yield Hit(
                where=line.where("claim/deliveredStatement"),
                got=f"{delivered.kind} by {delivered.by}",
                expected=f"{DELIVERED} by {' or '.join(sorted(holders))} about this certification",
                under=claim.agreement,
            )


@check(
    "entry.possession-not-proved",
    severity="warning",
    sentence="This ledger does not prove possession at the time of the claim: the certification was brought in after "
    "the date of the claim.",
    fix="Keep other proof that the importer held the certification on that date, for example the dated message that "
    "carried it, and be ready to show it.",
    law="possession_citation",
)
def possession_not_proved(case: CaseFile) -> Iterator[Hit]:
    for line, claim, _ in case.certified():
        delivered = _delivered(case, claim)
        if delivered is None or delivered.accepted_at is None or not delivered.is_before(case.filed):
            continue
        if earliest_day(delivered.accepted_at) > case.claimed_on:
            yield Hit(
                where=line.where("claim/deliveredStatement"),
                got=f"delivered on {delivered.accepted_at:%Y-%m-%d}",
                expected=f"delivered by {case.claimed_on}, the date of the claim",
                under=claim.agreement,
            )


@check(
    "entry.issue-not-shown",
    sentence="The statement that this certification was issued is not its certifier's, or was not on the ledger before "
    "the claim.",
    fix="Name the statement by which the certifier issued this certification; ask the certifier for it if need be.",
    law="certification_citation",
)
def issue_not_shown(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        issued = case.statements.get(claim.issued_statement or "")
        if issued is None or not _is_issue_of(issued, held) or not issued.is_before(case.filed):
            yield Hit(
                where=line.where("claim/issuedStatement"),
                got=_place(issued),
                expected=f"{ISSUED} by {held.issuer} before the claim",
                under=claim.agreement,
            )


@check(
    "entry.commitment-differs",
    sentence="The document that we hold is not the one that its issuer committed to on the ledger.",
    fix="Do not rely on this copy. Ask the issuer to send the document again, and tell customs if it differs again.",
    law="19 USC 1508; LEDGER.md section 3",
)
def commitment_differs(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        for field, held in (("claim/certification", line.certification), ("invoice/document", line.invoice)):
            if held is not None and held.computed != held.stated:
                yield Hit(where=line.where(field), got=held.computed, expected=held.stated)


@check(
    "entry.certification-withdrawn",
    sentence="The certifier withdrew this certification before the claim was made.",
    fix="Take the claim off this line, or ask the certifier for a new certification and claim on that one.",
    law="certification_citation",
)
def certification_withdrawn(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if held.ended is not None and held.ended.successor is None and held.ended.is_before(case.filed):
            yield _ending(line, claim, held)


@check(
    "entry.certification-replaced",
    sentence="The certifier replaced this certification by a newer version before the claim was made.",
    fix="Claim on the version that stands now; draft the line again and the newer version is taken.",
    law="certification_citation",
)
def certification_replaced(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if held.ended is not None and held.ended.successor is not None and held.ended.is_before(case.filed):
            yield _ending(line, claim, held)


@check(
    "entry.certification-ended-since",
    severity="warning",
    sentence="The certification was withdrawn or replaced after this claim was made.",
    fix="Find out what the certifier corrected. If the claim does not hold any more, correct it within 30 days: a "
    "prompt correction avoids a penalty.",
    law="19 USC 1592(c)(5), (9); 19 CFR 182.11(c); 19 CFR 10.583(c); 19 CFR 181.21(b)",
)
def certification_ended_since(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if held.ended is not None and not held.ended.is_before(case.filed):
            yield _ending(line, claim, held)


@check(
    "entry.claims-differ-from-statement",
    sentence="The statement of filing and the entry summary name different evidence for this claim.",
    fix="File a correction in which both are made from the same draft.",
    law="19 USC 1484(a)(1); LEDGER.md section 3",
)
def claims_differ_from_statement(case: CaseFile) -> Iterator[Hit]:
    if case.stated_claims is None:
        return
    stated = {claim.line: claim for claim in case.stated_claims}
    for line, claim in case.claims():
        said = stated.pop(line.line.line_number, None)
        if _named_in(said) != (claim.certification, claim.issued_statement, claim.delivered_statement):
            yield Hit(where=line.where("claim"), got="other statements", expected="those of the statement of filing")
    for number in stated:
        yield Hit(where="/lines", got=f"no claim on line {number}", expected="the claim that was stated")


def _named_in(said: StatedClaim | None) -> tuple[str | None, str | None, str | None]:
    return (None, None, None) if said is None else (said.certification, said.issued, said.delivered)


def _delivered(case: CaseFile, claim: Claim) -> Anchored | None:
    return case.statements.get(claim.delivered_statement or "")


def _is_issue_of(issued: Anchored, held: HeldCertification) -> bool:
    return issued.kind == ISSUED and issued.by == held.issuer and issued.version == held.version


def _is_possession_of(statement: Anchored, held: HeldCertification) -> bool:
    """A delivery; or the issue, for an importer that certifies itself (19 CFR 182.12(a)(1), 10.583(a))."""
    is_own = statement.kind == ISSUED and statement.by == held.issuer
    return (statement.kind == DELIVERED or is_own) and statement.version == held.version


def _place(statement: Anchored | None) -> str:
    if statement is None:
        return "no such statement"
    if statement.log_index is None:
        return "not on the ledger yet"
    when = f" at {statement.accepted_at:%Y-%m-%d %H:%M:%S} UTC" if statement.accepted_at else ""
    return f"place {statement.log_index} in the log{when}"


def _ending(line: LineOfCase, claim: Claim, held: HeldCertification) -> Hit:
    assert held.ended is not None
    became = f", replaced by {held.ended.successor}" if held.ended.successor else ""
    return Hit(
        where=line.where("claim/certification"),
        got=f"ended on {held.ended.at:%Y-%m-%d} (place {held.ended.log_index} in the log{became})",
        expected="a certification that stands",
        under=claim.agreement,
    )
