"""Does a claim stand against what customs has determined already, of the same good or of its certifier's conduct?"""

from __future__ import annotations

from collections.abc import Iterator

from transire.documents.entry import Claim
from transire.procedures.entry_summary.checks.case import CaseFile, DeterminedByCustoms, HeldCertification, LineOfCase
from transire.procedures.entry_summary.checks.check import Hit, check

PATTERN = 2
"""How many verifications with false or unsupported certifications are a pattern of conduct (19 CFR 181.76(c))."""


@check(
    "entry.identical-good-denied",
    severity="warning",
    sentence="Customs has determined that the identical good of this certifier does not originate.",
    fix="Take the claim off this line, or keep ready what shows that this good is made otherwise; a claim on it is "
    "verified first of all.",
    law="19 CFR 182.75; 19 CFR 181.76",
)
def identical_good_denied(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        found = _identical(case, line, claim, held)
        if found and found[-1].content.outcome == "not_originating":
            decided = found[-1].content
            yield Hit(
                where=line.where("claim"),
                got=f"a determination of {decided.determined_on.isoformat()}: {decided.description}",
                expected="a good that no determination denies",
                under=claim.agreement,
            )


@check(
    "entry.pattern-of-conduct",
    sentence="Customs found several certifications of this certifier to be false or without support, so that "
    "preference is withheld from identical goods.",
    fix="Take the claim off this line. The certifier has to show customs first that it meets the rules again.",
    law="19 CFR 181.76(c)",
)
def pattern_of_conduct(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        found = _identical(case, line, claim, held)
        conduct = [one for one in case.determined if _is_unsupported(one, held)]
        if len(conduct) >= PATTERN and found and found[-1].content.outcome == "not_originating":
            yield Hit(
                where=line.where("claim/certification"),
                got=f"{len(conduct)} certifications without support",
                expected=f"fewer than {PATTERN}",
                under=claim.agreement,
            )


def _identical(case: CaseFile, line: LineOfCase, claim: Claim, held: HeldCertification) -> list[DeterminedByCustoms]:
    """What was determined of the good of a line under the agreement that it claims, the latest last."""
    number = (line.good.product_number if line.good is not None else None) or line.line.product_number
    description = line.good.description if line.good is not None else line.line.description
    return [
        one
        for one in case.determined
        if one.content.certifier.did == held.issuer
        and one.content.agreement == claim.agreement
        and one.content.is_identical(
            product_number=number, tariff_number=line.line.tariff_number, description=description
        )
    ]


def _is_unsupported(one: DeterminedByCustoms, held: HeldCertification) -> bool:
    return one.content.certifier.did == held.issuer and one.content.is_unsupported
