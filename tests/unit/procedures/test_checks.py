"""Every check finds nothing in a sound case, and says the right thing when one thing in it is broken."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace
from sound_case import (
    CERTIFICATION,
    INVOICE,
    PRODUCER,
    SOUND,
    certification,
    claim,
    filed,
    invoice,
    line,
    pump,
    stranger,
    with_authority,
    with_certification,
    with_claim,
    with_entry,
    with_good,
    with_held_authority,
    with_held_certification,
    with_held_invoice,
    with_invoice,
    with_invoice_line,
    with_line,
    with_statement,
)

from transire.documents.certification import RuleOfOrigin
from transire.documents.customs_determination import CustomsDetermination, CustomsOutcome
from transire.documents.entry import EntryQuantity, InvoiceReference, Source
from transire.documents.invoice import NamedAmount
from transire.documents.parties import Period
from transire.procedures.entry_summary.checks import CHECKS, CaseFile, run_checks
from transire.procedures.entry_summary.checks.case import Declared, DeterminedByCustoms, Ended, StatedClaim
from transire.procedures.findings import errors_among
from transire.tariff.edition_file import Source as EditionSource
from transire.tariff.exports import read_export
from transire.tariff.schedule import SUFFIX, make_edition, use_folder

before = Ended(log_index=30, at=datetime(2026, 6, 1, tzinfo=UTC))
since = Ended(log_index=60, at=datetime(2026, 12, 1, tzinfo=UTC))
elsewhere = Declared(entry_number="B76-0000001-3", invoice=INVOICE, line_number=1, entered_value=Decimal(9000))
stated = StatedClaim(line=1, certification=CERTIFICATION, version=CERTIFICATION, issued="issued", delivered="delivered")


def of_tariff_number(number: str) -> CaseFile:
    """A sound case whose documents all name another number."""
    case = with_line(tariff_number=number)
    certifications = with_good(tariff_number=number).certifications
    return replace(case, certifications=certifications, invoices=with_invoice_line(tariff_number=number).invoices)


def determined(number: str, outcome: CustomsOutcome, at: int) -> DeterminedByCustoms:
    """What customs determined of a product of the sound case's certifier."""
    content = CustomsDetermination(
        agreement="usmca",
        outcome=outcome,
        certifier=replace(certification.certifier, did=PRODUCER),
        certification=CERTIFICATION,
        description="Centrifugal pump",
        tariff_number="8413.70.20.04",
        product_number=number,
        findings="The motor does not shift.",
        legal_basis="General Note 11(o), HTSUS",
        is_unsupported=outcome == "not_originating",
        determined_on=date(2026, 10, 1),
    )
    return DeterminedByCustoms(document_id=f"{number}-{at}", log_index=at, content=content)


denied = determined("BN-100", "not_originating", 31)
unsupported = determined("OTHER", "not_originating", 30)

THE_SCHEDULE = (
    "Harmonized Tariff Schedule of the United States (2024), United States International Trade Commission, "
    "edition of 2024-07-25"
)
late = with_statement("delivered", accepted_at=datetime(2026, 11, 22, 15, tzinfo=UTC), log_index=40)

BRISTLES_HEAD = (
    "HTS Number,Indent,Description,Unit of Quantity,General Rate of Duty,Special Rate of Duty,"
    "Column 2 Rate of Duty,Quota Quantity,Additional Duties\n"
)
BRISTLES_ROW = '{},0,Brooms,"[""No.""]",2.8%,"Free (S)",25%,,\n'
BRISTLES = {date(2023, 6, 1): ("9603.90.80.10", "9603.90.80.50"), date(2024, 6, 1): ("9603.90.80.50",)}
"""Two editions of chapter 96, both older than what is shipped: a number that ended between them."""


@pytest.fixture(scope="module", autouse=True)
def editions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("editions")
    for day, numbers in BRISTLES.items():
        export = (BRISTLES_HEAD + "".join(BRISTLES_ROW.format(number) for number in numbers)).encode()
        _, kept = make_edition(day, "A schedule", [(EditionSource("export", "", "csv"), read_export(export))])
        (folder / f"{day}{SUFFIX}").write_bytes(kept)
    use_folder(folder)
    yield
    use_folder(folder / "none")


def brooms(number: str, day: date = date(2024, 7, 1)) -> CaseFile:
    return with_entry(entry_date=day, lines=(replace(line, tariff_number=number),))


# code -> (severity, case, where, got, expected, the sentence a person reads)
BROKEN: dict[str, tuple[str, CaseFile, str, str, str, str]] = {
    "entry.tariff-number-unknown": (
        "error",
        brooms("9603.90.80.77"),
        "/lines/0/tariffNumber",
        "9603.90.80.77",
        "a number of the edition of 2024-06-01",
        "The tariff schedule of the day of entry does not list this tariff number.",
    ),
    "entry.tariff-number-expired": (
        "error",
        brooms("9603.90.80.10"),
        "/lines/0/tariffNumber",
        "9603.90.80.10, which stands in the edition of 2023-06-01",
        "a number of the edition of 2024-06-01",
        "This tariff number stands in another edition of the schedule and not in that of the day of entry: it has "
        "expired, or has not begun.",
    ),
    "entry.tariff-number-not-known": (
        "warning",
        brooms("9603.90.80.77", date(2026, 11, 14)),
        "/lines/0/tariffNumber",
        "9603.90.80.77: the edition at hand is of 2024-06-01 and does not list it",
        "a number of the edition of 2024-06-01",
        "It cannot be told here whether this tariff number holds on the day of entry.",
    ),
    "entry.unit-missing": (
        "error",
        with_line(quantities=(EntryQuantity(quantity=Decimal(900), unit="kg"),)),
        "/lines/0/quantities",
        "900 kg",
        "a quantity in No.",
        "The tariff schedule asks for a quantity in this unit, and the line gives none that converts into it.",
    ),
    "entry.unit-not-asked": (
        "warning",
        with_line(quantities=(*line.quantities, EntryQuantity(quantity=Decimal(3), unit="m2"))),
        "/lines/0/quantities/1/unit",
        "m2",
        "No.",
        "The tariff schedule asks for no quantity in this unit.",
    ),
    "entry.value-zero": (
        "error",
        with_line(entered_value=Decimal(0)),
        "/lines/0/enteredValue",
        "0",
        "more than 0",
        "The line has no value; goods that are given away have one too.",
    ),
    "entry.total-differs": (
        "error",
        with_entry(total_entered_value=Decimal(9999)),
        "/totalEnteredValue",
        "9999",
        "10000",
        "The total entered value is not the sum of the lines.",
    ),
    "entry.duty-not-computable": (
        "warning",
        with_line(tariff_number="9102.11.10", claim=None),
        "/lines/0/tariffNumber",
        "no part",
        "the value of: case",
        "The duty on this line cannot be worked out here, so that the duty of the entry is not known.",
    ),
    "entry.number-check-digit": (
        "error",
        with_entry(entry_number="B76-0324527-9"),
        "/entryNumber",
        "B76-0324527-9",
        "B76-0324527-8",
        "The check digit of the entry number is wrong, so that one of its characters is mistyped.",
    ),
    "entry.number-used": (
        "error",
        replace(SOUND, entry_numbers_used=frozenset({"B76-0324527-8"})),
        "/entryNumber",
        "B76-0324527-8",
        "a number not used before",
        "This entry number stands on another entry already; a number is never used again.",
    ),
    "entry.no-power-of-attorney": (
        "error",
        with_entry(power_of_attorney=None),
        "/powerOfAttorney",
        "no power of attorney",
        "one from Lone Star Pumps, Inc. to did:key:zBroker",
        "The filer is not the importer, and no power of attorney from this importer to this filer is at hand.",
    ),
    "entry.power-of-attorney-not-live": (
        "error",
        with_authority(effective_until=date(2026, 11, 1)),
        "/powerOfAttorney",
        "filed on 2026-11-20",
        "2026-01-01 to 2026-11-01",
        "The power of attorney is not live: it was revoked, or does not cover the day of filing.",
    ),
    "entry.power-of-attorney-scope": (
        "error",
        with_authority(ports=("2402",)),
        "/powerOfAttorney",
        "entry_summary at 2304",
        "entry_summary, documents at 2402",
        "The power of attorney does not let this broker file entry summaries at this port.",
    ),
    "entry.importer-number-differs": (
        "error",
        with_entry(importer_number="12-345678901"),
        "/importerNumber",
        "12-345678901",
        "12-345678900",
        "The importer number is not the one that the importer gave in its power of attorney.",
    ),
    "entry.dates-out-of-order": (
        "error",
        with_entry(entry_date=date(2026, 11, 13)),
        "/entryDate",
        "2026-11-13",
        "2026-11-14 (importDate) or later",
        "These two dates cannot be in this order.",
    ),
    "entry.certification-missing": (
        "error",
        with_claim(certification=None, certification_good=None, issued_statement=None, delivered_statement=None),
        "/lines/0/claim",
        "claims of 10000 US dollars without a certification",
        "a certification, or at most 2500 US dollars",
        "This line claims a preference and names no certification, and its value is above the limit for claims "
        "without one.",
    ),
    "entry.certification-not-at-hand": (
        "error",
        replace(SOUND, certifications=()),
        "/lines/0/claim/certification",
        CERTIFICATION,
        "",
        "The certification that this line names has not reached us, so that nothing of it can be checked.",
    ),
    "entry.certification-not-in-possession": (
        "error",
        with_statement("delivered", log_index=50),
        "/lines/0/claim/deliveredStatement",
        "place 50 in the log at 2026-01-02 09:01:00 UTC",
        "a place in the log before place 50 in the log at 2026-11-20 15:00:00 UTC",
        "The ledger does not show that the importer had this certification before the claim was made.",
    ),
    "entry.possession-of-another": (
        "error",
        with_statement("delivered", by="did:key:zStranger"),
        "/lines/0/claim/deliveredStatement",
        "document.delivered/1 by did:key:zStranger",
        "document.delivered/1 by did:key:zBroker or did:key:zImporter about this certification",
        "The statement of delivery that this claim names is not the importer's about this certification.",
    ),
    "entry.possession-not-proved": (
        "warning",
        late,
        "/lines/0/claim/deliveredStatement",
        "delivered on 2026-11-22",
        "delivered by 2026-11-20, the date of the claim",
        "This ledger does not prove possession at the time of the claim: the certification was brought in after "
        "the date of the claim.",
    ),
    "entry.issue-not-shown": (
        "error",
        with_statement("issued", by="did:key:zStranger"),
        "/lines/0/claim/issuedStatement",
        "place 10 in the log at 2026-01-02 09:00:00 UTC",
        "document.issued/1 by did:key:zProducer before the claim",
        "The statement that this certification was issued is not its certifier's, or was not on the ledger before "
        "the claim.",
    ),
    "entry.commitment-differs": (
        "error",
        with_held_certification(computed="d"),
        "/lines/0/claim/certification",
        "d",
        "c",
        "The document that we hold is not the one that its issuer committed to on the ledger.",
    ),
    "entry.certification-withdrawn": (
        "error",
        with_held_certification(ended=before),
        "/lines/0/claim/certification",
        "ended on 2026-06-01 (place 30 in the log)",
        "a certification that stands",
        "The certifier withdrew this certification before the claim was made.",
    ),
    "entry.certification-replaced": (
        "error",
        with_held_certification(ended=replace(before, successor="next")),
        "/lines/0/claim/certification",
        "ended on 2026-06-01 (place 30 in the log, replaced by next)",
        "a certification that stands",
        "The certifier replaced this certification by a newer version before the claim was made.",
    ),
    "entry.certification-ended-since": (
        "warning",
        with_held_certification(ended=since),
        "/lines/0/claim/certification",
        "ended on 2026-12-01 (place 60 in the log)",
        "a certification that stands",
        "The certification was withdrawn or replaced after this claim was made.",
    ),
    "entry.claims-differ-from-statement": (
        "error",
        replace(SOUND, stated_claims=(replace(stated, delivered="another"),)),
        "/lines/0/claim",
        "other statements",
        "those of the statement of filing",
        "The statement of filing and the entry summary name different evidence for this claim.",
    ),
    "entry.outside-blanket-period": (
        "error",
        with_certification(blanket_period=Period(start=date(2026, 1, 1), end=date(2026, 11, 13))),
        "/lines/0/claim/certification",
        "imported on 2026-11-14",
        "2026-01-01 to 2026-11-13",
        "The goods were imported outside the period that this certification covers.",
    ),
    "entry.blanket-too-long": (
        "error",
        with_certification(blanket_period=Period(start=date(2026, 1, 1), end=date(2027, 1, 1))),
        "/lines/0/claim/certification",
        "2026-01-01 to 2027-01-01",
        "2026-01-01 to 2026-12-31 at most",
        "The period of this certification is longer than one certification may cover.",
    ),
    "entry.certification-expired": (
        "error",
        with_certification(certification_date=date(2022, 11, 19)),
        "/lines/0/claim/certification",
        "claimed on 2026-11-20",
        "on or before 2026-11-19, being signed on 2022-11-19",
        "This certification is too old for a claim to rest on it.",
    ),
    "entry.certified-after-claim": (
        "error",
        with_certification(certification_date=date(2026, 11, 21)),
        "/lines/0/claim/certification",
        "signed on 2026-11-21",
        "on or before 2026-11-20, the date of the claim",
        "The certification bears a date after the date of the claim.",
    ),
    "entry.shipment-differs": (
        "error",
        with_certification(coverage="single", blanket_period=None, invoice_number="F-2000"),
        "/lines/0/invoice/invoiceNumber",
        "F-2041",
        "F-2000",
        "The certification is for a single shipment, and this line is of another invoice.",
    ),
    "entry.good-not-covered": (
        "error",
        with_good(product_number="BN-200", description="Gear pump"),
        "/lines/0/claim/certificationGood",
        "BN-100 (Centrifugal pump)",
        "BN-200",
        "The certification does not cover this good.",
    ),
    "entry.tariff-number-differs": (
        "error",
        with_good(tariff_number="8413.60.00"),
        "/lines/0/tariffNumber",
        "8413.70.20.04",
        "8413.60.00",
        "Entry and certification classify this good differently within the first six digits.",
    ),
    "entry.seller-classifies-otherwise": (
        "warning",
        with_invoice_line(tariff_number="8413.60.00.90"),
        "/lines/0/tariffNumber",
        "8413.70.20.04",
        "8413.60.00.90 as invoice F-2041 says",
        "The seller classifies this good differently on the invoice within the first six digits.",
    ),
    "entry.importer-differs": (
        "error",
        with_certification(importers=(stranger,)),
        "/lines/0/claim/certification",
        "Lone Star Pumps, Inc.",
        "Somebody Else, Ltd.",
        "The certification names another importer than this entry.",
    ),
    "entry.producer-differs": (
        "error",
        with_line(producer=stranger),
        "/lines/0/producer",
        "Somebody Else, Ltd.",
        "Bombas del Norte, S.A. de C.V.",
        "The entry names another producer of this good than its certification.",
    ),
    "entry.seller-not-certified": (
        "warning",
        with_invoice(seller=stranger),
        "/lines/0/invoice/document",
        "Somebody Else, Ltd.",
        "Bombas del Norte, S.A. de C.V.",
        "The seller on the invoice is neither exporter, producer nor certifier on the certification.",
    ),
    "entry.criterion-missing": (
        "error",
        with_good(origin_criterion=""),
        "/lines/0/claim/certificationGood",
        "no criterion",
        "A, B, C, D",
        "The certification does not say by which criterion the good originates.",
    ),
    "entry.rule-missing": (
        "error",
        with_good(rule_of_origin=None),
        "/lines/0/claim/certificationGood",
        "no rule of origin",
        "a rule of General Note 11",
        "The certification does not say which rule of origin the good meets.",
    ),
    "entry.certifier-not-empowered": (
        "error",
        with_held_certification(issuer_roles=frozenset({"carrier"})),
        "/lines/0/claim/certification",
        "did:key:zProducer (carrier)",
        "did:key:zProducer as producer",
        "Whoever signed this certification is not the certifier that it names, or may not certify in that role.",
    ),
    "entry.agreement-differs": (
        "error",
        with_claim(agreement="cafta_dr", programme="P"),
        "/lines/0/claim/agreement",
        "CAFTA-DR",
        "USMCA",
        "The claim and the certification are under different agreements.",
    ),
    "entry.programme-differs": (
        "error",
        with_claim(programme="P"),
        "/lines/0/claim/programme",
        "P",
        "S or S+",
        "The special programme indicator does not belong to the agreement that is claimed.",
    ),
    "entry.agreement-not-in-force": (
        "error",
        with_entry(
            export_date=None,
            import_date=date(2020, 6, 30),
            entry_date=date(2020, 6, 30),
            summary_date=date(2020, 6, 30),
        ),
        "/lines/0/claim/agreement",
        "USMCA for goods entered on 2020-06-30",
        "a day from 2020-07-01 on",
        "The agreement was not in force on the day of entry.",
    ),
    "entry.programme-not-open": (
        "error",
        of_tariff_number("1704.90.58.00"),
        "/lines/0/claim/programme",
        "S on 1704.90.58.00: the special column does not print S",
        f"a number that is open to S ({THE_SCHEDULE}, 1704.90.58)",
        "The tariff schedule does not open this programme for this tariff number on the day of entry.",
    ),
    "entry.programme-not-known": (
        "warning",
        of_tariff_number("9506.99.60.80"),
        "/lines/0/tariffNumber",
        "S on 9506.99.60.80: tariff item 9506.99.60.80 is not among the lines that are at hand",
        "",
        "It cannot be told here whether the programme is open for this tariff number on the day of entry.",
    ),
    "entry.origin-not-a-party": (
        "error",
        with_line(country_of_origin="CN"),
        "/lines/0/countryOfOrigin",
        "CN",
        "CA, MX, US",
        "The country of origin is not a party to the agreement that is claimed.",
    ),
    "entry.origin-differs": (
        "error",
        with_invoice_line(country_of_origin="CA"),
        "/lines/0/countryOfOrigin",
        "MX",
        "CA as the invoice says",
        "Entry, invoice and certification do not name the same country of origin for this good.",
    ),
    "entry.invoice-not-at-hand": (
        "error",
        replace(SOUND, invoices={}),
        "/lines/0/invoice",
        "invoice F-2041, line 1",
        "an invoice line that we hold",
        "The invoice line that this line declares has not reached us, so that nothing of it can be checked.",
    ),
    "entry.invoice-replaced": (
        "error",
        with_held_invoice(ended=before),
        "/invoices/0",
        "invoice F-2041, ended on 2026-06-01",
        "an invoice that stands",
        "The seller withdrew or replaced this invoice.",
    ),
    "entry.invoice-line-arithmetic": (
        "error",
        with_invoice_line(unit_price=Decimal("251.00")),
        "/invoices/0",
        "F-2041/lines/0/amount: 10000.00",
        "10040.00",
        "On the invoice, quantity times unit price is not the amount of this line.",
    ),
    "entry.invoice-total-wrong": (
        "error",
        with_invoice(total=Decimal("10100.00")),
        "/invoices/0",
        "F-2041/total: 10100.00",
        "10000.00",
        "The totals of the invoice are not the sum of its lines, charges and discounts.",
    ),
    "entry.value-differs": (
        "error",
        with_line(entered_value=Decimal(9000)),
        "/invoices/0",
        "9000 US dollars entered",
        "10000.00",
        "The entered values of the lines of this invoice do not add up to its value.",
    ),
    "entry.currency-to-convert": (
        "warning",
        with_invoice(currency="MXN"),
        "/invoices/0",
        "MXN",
        "USD",
        "The invoice is not in US dollars, so that its value and the entered value cannot be compared here.",
    ),
    "entry.quantity-differs": (
        "error",
        with_line(quantities=(EntryQuantity(quantity=Decimal(41), unit="No."),)),
        "/lines/0/quantities/0/quantity",
        "41 No.",
        "40 PCS",
        "Entry and invoice give different quantities in the same unit.",
    ),
    "entry.invoice-line-declared-twice": (
        "error",
        replace(SOUND, declared=(elsewhere,)),
        "/lines/0/invoice",
        "19000 US dollars together with B76-0000001-3",
        "at most 10000.00",
        "This invoice line is declared more than once, here or on another entry, for more than its value.",
    ),
    "entry.invoice-from-outside": (
        "error",
        replace(
            with_certification(coverage="single", blanket_period=None, invoice_number="F-2041"),
            invoices=with_invoice(seller=stranger).invoices,
        ),
        "/lines/0/invoice",
        "Somebody Else, Ltd., CN",
        "CA, MX, US",
        "The certification stands on an invoice that was not issued in a USMCA country.",
    ),
    "entry.buyer-differs": (
        "warning",
        with_invoice(buyer=stranger),
        "/invoices/0",
        "Somebody Else, Ltd.",
        "Lone Star Pumps, Inc.",
        "The invoice is made out neither to the importer of record nor to the consignee of this entry.",
    ),
    "entry.identical-good-denied": (
        "warning",
        replace(SOUND, determined=(denied,)),
        "/lines/0/claim",
        "a determination of 2026-10-01: Centrifugal pump",
        "a good that no determination denies",
        "Customs has determined that the identical good of this certifier does not originate.",
    ),
    "entry.pattern-of-conduct": (
        "error",
        replace(SOUND, determined=(unsupported, denied)),
        "/lines/0/claim/certification",
        "2 certifications without support",
        "fewer than 2",
        "Customs found several certifications of this certifier to be false or without support, so that preference is "
        "withheld from identical goods.",
    ),
    "entry.keyed-twice": (
        "warning",
        with_entry(sources=(Source(field="/portOfEntry", keyed_by="preparer"),)),
        "/portOfEntry",
        "typed",
        "2304 from invoice F-2041/credentialSubject/portOfEntry",
        "This field was typed, although a document that is held says it: nothing need be keyed twice.",
    ),
}


def test_a_sound_case_has_no_findings() -> None:
    assert run_checks(SOUND) == []


def test_a_sound_case_has_no_findings_before_it_is_filed() -> None:
    assert run_checks(replace(SOUND, filed=None)) == []


def test_a_later_determination_takes_an_earlier_one_back() -> None:
    found = run_checks(replace(SOUND, determined=(unsupported, denied, determined("BN-100", "originating", 33))))
    assert found == []


def test_another_good_of_the_certifier_is_not_touched() -> None:
    assert run_checks(replace(SOUND, determined=(unsupported,))) == []


def test_every_check_is_broken_once_here() -> None:
    assert sorted(BROKEN) == sorted(check.code for check in CHECKS)


@pytest.mark.parametrize("code", BROKEN)
def test_check(code: str) -> None:
    severity, case, where, got, expected, sentence = BROKEN[code]
    found = [finding for finding in run_checks(case) if finding.code == code]
    assert len(found) == 1, [finding.code for finding in run_checks(case)]
    assert found[0].sentence == sentence
    assert (found[0].severity, found[0].where) == (severity, where)
    assert (found[0].got, found[0].expected) == (got, expected)
    assert found[0].fix.endswith(".")
    assert found[0].citation


def test_codes_are_unique_and_say_their_room() -> None:
    codes = [check.code for check in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("entry.") and code == code.lower() for code in codes)


def test_the_citation_is_the_agreements_own() -> None:
    severity, case, *_ = BROKEN["entry.certification-not-in-possession"]
    found = next(finding for finding in run_checks(case) if finding.severity == severity)
    assert found.citation == "19 CFR 182.12(a)(3)"


def test_delivery_in_the_pool_of_the_claim_is_no_possession() -> None:
    codes = [finding.code for finding in run_checks(with_statement("delivered", log_index=filed.log_index))]
    assert codes == ["entry.certification-not-in-possession"]


def test_delivery_one_place_before_the_claim_is_possession() -> None:
    assert run_checks(with_statement("delivered", log_index=49)) == []


def test_a_delivery_that_is_not_on_the_ledger_yet_is_no_possession_before_filing() -> None:
    case = replace(with_statement("delivered", log_index=None, accepted_at=None), filed=None)
    found = errors_among(run_checks(case))
    assert [finding.code for finding in found] == ["entry.certification-not-in-possession"]
    assert found[0].got == "not on the ledger yet"


def test_a_claim_that_names_no_delivery_has_no_possession() -> None:
    codes = [finding.code for finding in run_checks(with_claim(delivered_statement=None))]
    assert codes == ["entry.certification-not-in-possession"]


def test_another_delivery_does_not_count_even_if_it_was_earlier() -> None:
    case = with_statement("delivered", log_index=60)
    case = replace(case, statements=dict(case.statements) | {"other": SOUND.statements["delivered"]})
    assert "entry.certification-not-in-possession" in [finding.code for finding in run_checks(case)]


def test_delivery_late_on_the_day_of_the_claim_in_hawaii_is_in_time() -> None:
    in_time = with_statement("delivered", accepted_at=datetime(2026, 11, 21, 9, 59, tzinfo=UTC), log_index=40)
    too_late = with_statement("delivered", accepted_at=datetime(2026, 11, 21, 10, 0, tzinfo=UTC), log_index=40)
    assert run_checks(in_time) == []
    assert [finding.code for finding in run_checks(too_late)] == ["entry.possession-not-proved"]


def test_a_certification_brought_in_late_for_an_audit_does_not_stop_the_filing() -> None:
    assert errors_among(run_checks(late)) == []


def test_the_broker_may_hold_the_certification_for_the_importer() -> None:
    assert run_checks(with_statement("delivered", by="did:key:zBroker")) == []


def test_delivery_of_another_certification_is_no_possession() -> None:
    case = with_statement("delivered", version="another")
    assert [finding.code for finding in run_checks(case)] == ["entry.possession-of-another"]


def test_small_claims_need_no_certification() -> None:
    bare = replace(claim, certification=None, certification_good=None, issued_statement=None, delivered_statement=None)
    small = replace(
        with_line(entered_value=Decimal(2500), claim=bare),
        invoices=with_invoice(
            lines=(replace(invoice.lines[0], quantity=Decimal(10), amount=Decimal("2500.00")),),
            goods_total=Decimal("2500.00"),
            total=Decimal("2500.00"),
        ).invoices,
    )
    assert [finding.code for finding in run_checks(small)] == ["entry.quantity-differs"]


def test_an_ending_before_filing_is_an_error_and_after_it_a_flag() -> None:
    ended = with_held_certification(ended=since)
    assert [finding.severity for finding in run_checks(ended)] == ["warning"]
    assert [finding.code for finding in run_checks(replace(ended, filed=None))] == ["entry.certification-withdrawn"]


def test_a_revoked_power_of_attorney_is_not_live() -> None:
    found = run_checks(with_held_authority(ended=before))
    assert [finding.code for finding in found] == ["entry.power-of-attorney-not-live"]
    assert found[0].got == "revoked on 2026-06-01"


def test_a_power_of_attorney_that_another_signed_is_none() -> None:
    codes = [finding.code for finding in run_checks(with_held_authority(issuer="did:key:zBroker"))]
    assert codes == ["entry.no-power-of-attorney"]


def test_an_importer_that_files_itself_needs_no_power_of_attorney() -> None:
    case = replace(with_entry(power_of_attorney=None), filer="did:key:zImporter")
    assert run_checks(case) == []


def test_a_certifier_that_is_not_the_signer_is_found() -> None:
    case = with_held_certification(issuer="did:key:zStranger", issuer_roles=frozenset({"producer"}))
    codes = [finding.code for finding in run_checks(case)]
    assert codes == ["entry.issue-not-shown", "entry.certifier-not-empowered"]


def test_certification_to_various_importers_fits_any() -> None:
    assert run_checks(with_certification(importers=(), importer_statement="Various")) == []


def test_joint_production_fits_any_country() -> None:
    assert run_checks(with_good(country_of_origin="JNT")) == []


def test_freight_beside_the_prices_may_be_entered_or_left_out() -> None:
    charges = (NamedAmount(name="freight", amount=Decimal("300.00"), included=False),)
    beside = with_invoice(charges=charges, total=Decimal("10300.00")).invoices
    for value in (10000, 10300):
        assert run_checks(replace(with_line(entered_value=Decimal(value)), invoices=beside)) == []
    found = run_checks(replace(with_line(entered_value=Decimal(10302)), invoices=beside))
    assert found[0].expected == "between 10000.00 and 10300.00"


def test_part_shipments_may_share_an_invoice_line() -> None:
    part = replace(elsewhere, entered_value=Decimal(4000))
    case = replace(with_line(entered_value=Decimal(6000)), declared=(part,))
    assert "entry.invoice-line-declared-twice" not in [finding.code for finding in run_checks(case)]


def test_the_same_invoice_line_twice_on_one_entry_is_found_at_the_second() -> None:
    case = with_entry(lines=(line, replace(line, line_number=2)))
    found = [finding for finding in run_checks(case) if finding.code == "entry.invoice-line-declared-twice"]
    assert [finding.where for finding in found] == ["/lines/1/invoice"]
    assert found[0].got == "20000 US dollars together with another line of this entry"


def test_a_statement_of_filing_with_a_claim_that_the_entry_has_not_is_found() -> None:
    case = replace(SOUND, stated_claims=(stated, replace(stated, line=7)))
    found = run_checks(case)
    assert [(finding.code, finding.got) for finding in found] == [
        ("entry.claims-differ-from-statement", "no claim on line 7")
    ]


def test_a_statement_of_filing_that_agrees_is_silent() -> None:
    assert run_checks(replace(SOUND, stated_claims=(stated,))) == []


def test_lines_without_a_claim_need_no_certification() -> None:
    assert run_checks(with_line(claim=None, producer=None)) == []


def test_a_certification_six_digits_long_fits_any_item_below_it() -> None:
    assert run_checks(with_good(tariff_number="8413.70")) == []


def test_a_cafta_certification_needs_its_rule_too() -> None:
    good = replace(pump, origin_criterion="product_rule", rule_of_origin=RuleOfOrigin(citation=""))
    case = with_certification(agreement="cafta_dr", goods=(good,))
    assert "entry.rule-missing" in [finding.code for finding in run_checks(case)]


def test_a_nafta_certificate_needs_no_rule() -> None:
    case = with_certification(agreement="nafta", goods=(replace(pump, rule_of_origin=None),))
    assert "entry.rule-missing" not in [finding.code for finding in run_checks(case)]


def test_an_invoice_line_that_the_invoice_has_not_is_found() -> None:
    reference = InvoiceReference(document=INVOICE, invoice_number="F-2041", line_number=9)
    codes = [finding.code for finding in run_checks(with_line(invoice=reference))]
    assert codes == ["entry.invoice-not-at-hand"]


def test_several_things_are_found_at_once_in_the_order_of_the_checks() -> None:
    case = with_entry(entry_number="B76-0324527-9", lines=(replace(line, country_of_origin="CN"),))
    assert [finding.code for finding in run_checks(case)] == [
        "entry.number-check-digit",
        "entry.origin-not-a-party",
        "entry.origin-differs",
        "entry.origin-differs",
    ]


def test_the_certification_named_in_the_sound_case_is_the_one_held() -> None:
    assert SOUND.certifications[0].content == certification


def test_an_importer_that_certifies_itself_possesses_what_it_issued() -> None:
    own = replace(SOUND.certifications[0], issuer="did:key:zImporter")
    case = replace(with_claim(delivered_statement="issued"), certifications=(own,))
    case = replace(case, statements={"issued": replace(SOUND.statements["issued"], by="did:key:zImporter")})
    codes = [finding.code for finding in run_checks(case)]
    assert codes == ["entry.certifier-not-empowered"]  # the sound certification names the producer as certifier


def test_the_version_that_was_claimed_on_is_the_one_that_is_checked() -> None:
    newer = replace(
        SOUND.certifications[0], version="second", content=with_good(product_number="X").certifications[0].content
    )
    assert run_checks(replace(SOUND, certifications=(*SOUND.certifications, newer))) == []


def test_an_agreement_out_of_force_is_told_once() -> None:
    _, case, *_ = BROKEN["entry.agreement-not-in-force"]
    assert "entry.programme-not-open" not in [finding.code for finding in run_checks(case)]
