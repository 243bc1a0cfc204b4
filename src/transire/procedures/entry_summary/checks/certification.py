"""Does the certification cover this good, of this importer, on this day, and could its certifier certify it?"""

from __future__ import annotations

from collections.abc import Iterator

from transire.documents.certification import covers_day, is_still_acceptable
from transire.documents.parties import Party, is_same_party
from transire.origin.agreements import agreement
from transire.procedures.entry_summary.checks.case import CaseFile, LineOfCase
from transire.procedures.entry_summary.checks.check import Hit, check, listed
from transire.tariff.number import same_subheading

# 19 CFR 182.12(a)(4)(ix), 10.584(a)(3)(v). CBP Form 434 asks for the criterion alone.
NAMES_THE_RULE = ("usmca", "cafta_dr")


@check(
    "entry.outside-blanket-period",
    sentence="The goods were imported outside the period that this certification covers.",
    fix="Ask the certifier for a certification whose period holds the day of importation, or take the claim off.",
    law="blanket_citation",
)
def outside_blanket_period(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        period = held.content.blanket_period
        if period is not None and not covers_day(held.content, case.entry.import_date):
            yield Hit(
                where=line.where("claim/certification"),
                got=f"imported on {case.entry.import_date}",
                expected=f"{period.start} to {period.end}",
                under=claim.agreement,
            )


@check(
    "entry.blanket-too-long",
    sentence="The period of this certification is longer than one certification may cover.",
    fix="Ask the certifier to certify again for at most twelve months.",
    law="blanket_citation",
)
def blanket_too_long(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        period = held.content.blanket_period
        latest = held.content.law.blanket_end(period.start) if period else None
        if period is not None and latest is not None and period.end > latest:
            yield Hit(
                where=line.where("claim/certification"),
                got=f"{period.start} to {period.end}",
                expected=f"{period.start} to {latest} at most",
                under=claim.agreement,
            )


@check(
    "entry.certification-expired",
    sentence="This certification is too old for a claim to rest on it.",
    fix="Ask the certifier for a certification signed within the last four years.",
    law="validity_citation",
)
def certification_expired(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if not is_still_acceptable(held.content, case.claimed_on):
            last = held.content.law.validity_end(held.content.certification_date)
            yield Hit(
                where=line.where("claim/certification"),
                got=f"claimed on {case.claimed_on}",
                expected=f"on or before {last}, being signed on {held.content.certification_date}",
                under=claim.agreement,
            )


@check(
    "entry.certified-after-claim",
    sentence="The certification bears a date after the date of the claim.",
    fix="Claim only on a certification that is signed already; correct whichever of the two dates is wrong.",
    law="possession_citation",
)
def certified_after_claim(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if held.content.certification_date > case.claimed_on:
            yield Hit(
                where=line.where("claim/certification"),
                got=f"signed on {held.content.certification_date}",
                expected=f"on or before {case.claimed_on}, the date of the claim",
                under=claim.agreement,
            )


@check(
    "entry.shipment-differs",
    sentence="The certification is for a single shipment, and this line is of another invoice.",
    fix="Claim on the certification of this shipment, or ask for one that covers a period.",
    law="certification_citation",
)
def shipment_differs(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        certified, invoiced = held.content.invoice_number, line.line.invoice.invoice_number
        if held.content.coverage == "single" and certified is not None and certified != invoiced:
            yield Hit(
                where=line.where("invoice/invoiceNumber"), got=invoiced, expected=certified, under=claim.agreement
            )


@check(
    "entry.good-not-covered",
    sentence="The certification does not cover this good.",
    fix="Choose the certification that names the good, ask the certifier to add it, or enter it without preference.",
    law="certification_citation",
)
def good_not_covered(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if line.good is None:
            yield Hit(
                where=line.where("claim/certificationGood"),
                got=_name_of(line),
                expected=listed(good.product_number or good.description for good in held.content.goods),
                under=claim.agreement,
            )


@check(
    "entry.tariff-number-differs",
    sentence="Entry and certification classify this good differently within the first six digits.",
    fix="Settle the classification with the certifier: the rule of origin depends on it. Then mend the entry, or "
    "ask for a certification under the right number.",
    law="certification_citation",
)
def tariff_number_differs(case: CaseFile) -> Iterator[Hit]:
    for line, claim, _ in case.certified():
        if line.good is not None and not same_subheading(line.good.tariff_number, line.line.tariff_number):
            yield Hit(
                where=line.where("tariffNumber"),
                got=line.line.tariff_number,
                expected=line.good.tariff_number,
                under=claim.agreement,
            )


@check(
    "entry.seller-classifies-otherwise",
    severity="warning",
    sentence="The seller classifies this good differently on the invoice within the first six digits.",
    fix="Be sure which number is right before you file: whoever makes entry answers for the classification.",
    law="19 USC 1484(a)(1); 19 CFR 141.86(a)(3)",
)
def seller_classifies_otherwise(case: CaseFile) -> Iterator[Hit]:
    for line in case.lines():
        said = line.invoice_line.tariff_number if line.invoice_line else None
        if said is not None and not same_subheading(said, line.line.tariff_number):
            yield Hit(
                where=line.where("tariffNumber"),
                got=line.line.tariff_number,
                expected=f"{said} as invoice {line.line.invoice.invoice_number} says",
            )


@check(
    "entry.importer-differs",
    sentence="The certification names another importer than this entry.",
    fix="Claim on a certification made out for this importer, or to various importers.",
    law="certification_citation",
)
def importer_differs(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        named = held.content.importers
        if named and not _is_among(case.entry.importer, named):
            yield Hit(
                where=line.where("claim/certification"),
                got=case.entry.importer.name,
                expected=listed(party.name for party in named),
                under=claim.agreement,
            )


@check(
    "entry.producer-differs",
    sentence="The entry names another producer of this good than its certification.",
    fix="Name the producer as the certification does, or claim on a certification of the producer of these goods.",
    law="certification_citation",
)
def producer_differs(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        certified, entered = held.content.known_producers, line.line.producer
        if entered is not None and certified and not _is_among(entered, certified):
            yield Hit(
                where=line.where("producer"),
                got=entered.name,
                expected=listed(party.name for party in certified),
                under=claim.agreement,
            )


@check(
    "entry.seller-not-certified",
    severity="warning",
    sentence="The seller on the invoice is neither exporter, producer nor certifier on the certification.",
    fix="Make sure that these are the certified goods, and be ready to show how the seller came by them.",
    law="certification_citation",
)
def seller_not_certified(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if line.invoice is None:
            continue
        exporter = held.content.known_exporter
        known = (held.content.certifier, *held.content.producers, *((exporter,) if exporter else ()))
        invoice = line.invoice.content
        if not any(_is_among(party, known) for party in (invoice.seller, invoice.shipper) if party):
            yield Hit(
                where=line.where("invoice/document"),
                got=invoice.seller.name,
                expected=listed(party.name for party in known),
                under=claim.agreement,
            )


@check(
    "entry.criterion-missing",
    sentence="The certification does not say by which criterion the good originates.",
    fix="Ask the certifier for a certification that names the criterion of origin.",
    law="certification_citation",
)
def criterion_missing(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if line.good is not None and line.good.origin_criterion not in held.content.law.criteria:
            yield Hit(
                where=line.where("claim/certificationGood"),
                got=line.good.origin_criterion or "no criterion",
                expected=listed(held.content.law.criteria),
                under=claim.agreement,
            )


@check(
    "entry.rule-missing",
    sentence="The certification does not say which rule of origin the good meets.",
    fix="Ask the certifier for a certification that cites the rule in the general note of the agreement.",
    law="certification_citation",
)
def rule_missing(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if line.good is None or held.content.agreement not in NAMES_THE_RULE:
            continue
        if line.good.rule_of_origin is None or not line.good.rule_of_origin.citation:
            yield Hit(
                where=line.where("claim/certificationGood"),
                got="no rule of origin",
                expected=f"a rule of {held.content.law.general_note}",
                under=claim.agreement,
            )


@check(
    "entry.certifier-not-empowered",
    sentence="Whoever signed this certification is not the certifier that it names, or may not certify in that role.",
    fix="Ask for a certification that the certifier itself signs, in a role that the ledger records for it.",
    law="certification_citation",
)
def certifier_not_empowered(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        capacity, named = held.content.certifier_capacity, held.content.certifier.did
        is_same = named is None or named == held.issuer
        if not is_same or capacity not in held.issuer_roles or capacity not in held.content.law.certifiers:
            yield Hit(
                where=line.where("claim/certification"),
                got=f"{held.issuer} ({listed(held.issuer_roles) or 'no member of the network'})",
                expected=f"{named or held.content.certifier.name} as {capacity}",
                under=claim.agreement,
            )


@check(
    "entry.agreement-differs",
    sentence="The claim and the certification are under different agreements.",
    fix="Claim under the agreement of the certification, or ask for a certification under the one you claim.",
    law="certification_citation",
)
def agreement_differs(case: CaseFile) -> Iterator[Hit]:
    for line, claim, held in case.certified():
        if claim.agreement != held.content.agreement:
            yield Hit(
                where=line.where("claim/agreement"),
                got=agreement(claim.agreement).short,
                expected=held.content.law.short,
                under=claim.agreement,
            )


def _is_among(party: Party, named: tuple[Party, ...]) -> bool:
    return any(is_same_party(party, other) for other in named)


def _name_of(line: LineOfCase) -> str:
    number = line.line.product_number
    return f"{number} ({line.line.description})" if number else line.line.description
