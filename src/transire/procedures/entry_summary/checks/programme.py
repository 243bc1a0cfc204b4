"""Is the preference open: the agreement in force, the country a party to it, the programme on the tariff line?"""

from __future__ import annotations

from collections.abc import Iterator

from transire.documents.entry import Claim
from transire.origin.agreements import agreement
from transire.procedures.entry_summary.checks.case import CaseFile, LineOfCase
from transire.procedures.entry_summary.checks.check import Hit, check, listed
from transire.tariff.programmes import Opening, ProgrammeOpening, programme_open, programmes_of

# CBP Form 434 field 10: JNT, for joint production, is no country and does not stand on an entry.
JOINT = "JNT"


@check(
    "entry.programme-differs",
    sentence="The special programme indicator does not belong to the agreement that is claimed.",
    fix="Use the indicator of the agreement: S or S+ for USMCA, P or P+ for CAFTA-DR, CA or MX for NAFTA.",
    law="HTSUS General Note 3(c)(i); CBP Form 7501 block 27",
)
def programme_differs(case: CaseFile) -> Iterator[Hit]:
    for line, claim in case.claims():
        expected = programmes_of(claim.agreement)
        if claim.programme not in expected:
            yield Hit(where=line.where("claim/programme"), got=claim.programme, expected=" or ".join(expected))


@check(
    "entry.agreement-not-in-force",
    sentence="The agreement was not in force on the day of entry.",
    fix="Claim under the agreement that was in force on that day: NAFTA until 2020-06-30, USMCA from 2020-07-01.",
    law="19 USC 4531; 19 USC 4033; 19 USC 3332",
)
def agreement_not_in_force(case: CaseFile) -> Iterator[Hit]:
    for line, claim in case.claims():
        law = agreement(claim.agreement)
        if not law.is_in_force(case.entry.entry_date):
            until = f" to {law.in_force_until}" if law.in_force_until else " on"
            yield Hit(
                where=line.where("claim/agreement"),
                got=f"{law.short} for goods entered on {case.entry.entry_date}",
                expected=f"a day from {law.in_force_from}{until}",
            )


@check(
    "entry.programme-not-open",
    sentence="The tariff schedule does not open this programme for this tariff number on the day of entry.",
    fix="Check the tariff number and the indicator; if both are right, enter the line without preference.",
    law="HTSUS, Special column of the tariff line",
)
def programme_not_open(case: CaseFile) -> Iterator[Hit]:
    for line, claim, opening in _openings(case):
        if opening.state is Opening.CLOSED:
            expected = f"a number that is open to {claim.programme} ({opening.citation})"
            yield Hit(where=line.where("claim/programme"), got=_asked(line, claim, opening), expected=expected)


@check(
    "entry.programme-not-known",
    severity="warning",
    sentence="It cannot be told here whether the programme is open for this tariff number on the day of entry.",
    fix="Look the number up in the tariff schedule of that day before you rely on the preference.",
    law="HTSUS, Special column of the tariff line",
)
def programme_not_known(case: CaseFile) -> Iterator[Hit]:
    for line, claim, opening in _openings(case):
        if opening.state is Opening.UNKNOWN:
            yield Hit(where=line.where("tariffNumber"), got=_asked(line, claim, opening))


@check(
    "entry.origin-not-a-party",
    sentence="The country of origin is not a party to the agreement that is claimed.",
    fix="Correct the country of origin, or enter the line without preference.",
    law="HTSUS General Notes 11(a), 12(a), 29(a)",
)
def origin_not_a_party(case: CaseFile) -> Iterator[Hit]:
    for line, claim in case.claims():
        law = agreement(claim.agreement)
        if not law.is_party(line.line.country_of_origin, case.entry.entry_date):
            yield Hit(
                where=line.where("countryOfOrigin"), got=line.line.country_of_origin, expected=listed(law.parties)
            )


@check(
    "entry.origin-differs",
    sentence="Entry, invoice and certification do not name the same country of origin for this good.",
    fix="Ask the seller and the certifier which is right, and have the wrong document replaced.",
    law="19 CFR 141.86(a)(10); CBP Form 7501 block 10",
)
def origin_differs(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        entered = line.line.country_of_origin
        others = {
            "the invoice": line.invoice_line.country_of_origin if line.invoice_line else None,
            "the certification": line.good.country_of_origin if line.good else None,
        }
        for document, country in others.items():
            if country not in (None, JOINT, entered):
                yield Hit(where=line.where("countryOfOrigin"), got=entered, expected=f"{country} as {document} says")


def _openings(case: CaseFile) -> Iterator[tuple[LineOfCase, Claim, ProgrammeOpening]]:
    """What the schedule says of each claim; a wrong indicator or day is told of by checks of their own."""
    day = case.entry.entry_date
    for line, claim in case.claims():
        if claim.programme in programmes_of(claim.agreement) and agreement(claim.agreement).is_in_force(day):
            opening = programme_open(line.line.tariff_number, claim.programme, day)
            yield line, claim, opening


def _asked(line: LineOfCase, claim: Claim, opening: ProgrammeOpening) -> str:
    """What was looked up, and what the schedule answers, as the middle of a sentence."""
    why = opening.why.rstrip(".")
    return f"{claim.programme} on {line.line.tariff_number}: {why[0].lower()}{why[1:]}"
