"""Cross-document checks of an entry summary: they run before filing at the filer, and again at customs.

Every check is a small pure function with a stable code; `CHECKS` is their order, which is the order in which findings
are shown. What they are not: a determination of origin or classification. They say whether the papers hold together.
"""

from __future__ import annotations

from transire.procedures.entry_summary.checks import (
    certification,
    determined,
    filing,
    invoice,
    possession,
    programme,
    tariff,
)
from transire.procedures.entry_summary.checks.case import CaseFile
from transire.procedures.entry_summary.checks.check import Check
from transire.procedures.findings import Finding

CHECKS: tuple[Check, ...] = (
    # who files, and the entry itself
    filing.number_check_digit,
    filing.number_used,
    filing.no_power_of_attorney,
    filing.power_of_attorney_not_live,
    filing.power_of_attorney_scope,
    filing.importer_number_differs,
    filing.dates_out_of_order,
    # evidence and possession
    possession.certification_missing,
    possession.certification_not_at_hand,
    possession.certification_not_in_possession,
    possession.possession_of_another,
    possession.possession_not_proved,
    possession.issue_not_shown,
    possession.commitment_differs,
    possession.certification_withdrawn,
    possession.certification_replaced,
    possession.certification_ended_since,
    possession.claims_differ_from_statement,
    # what the certification covers
    certification.outside_blanket_period,
    certification.blanket_too_long,
    certification.certification_expired,
    certification.certified_after_claim,
    certification.shipment_differs,
    certification.good_not_covered,
    certification.tariff_number_differs,
    certification.seller_classifies_otherwise,
    certification.importer_differs,
    certification.producer_differs,
    certification.seller_not_certified,
    certification.criterion_missing,
    certification.rule_missing,
    certification.certifier_not_empowered,
    certification.agreement_differs,
    # what customs has determined before
    determined.identical_good_denied,
    determined.pattern_of_conduct,
    # the programme
    programme.programme_differs,
    programme.agreement_not_in_force,
    programme.programme_not_open,
    programme.programme_not_known,
    programme.origin_not_a_party,
    programme.origin_differs,
    # the tariff schedule and the figures
    tariff.tariff_number_unknown,
    tariff.tariff_number_expired,
    tariff.tariff_number_not_known,
    tariff.unit_missing,
    tariff.unit_not_asked,
    tariff.value_zero,
    tariff.total_differs,
    tariff.duty_not_computable,
    # the invoice
    invoice.invoice_not_at_hand,
    invoice.invoice_replaced,
    invoice.invoice_line_arithmetic,
    invoice.invoice_total_wrong,
    invoice.value_differs,
    invoice.currency_to_convert,
    invoice.quantity_differs,
    invoice.invoice_line_declared_twice,
    invoice.invoice_from_outside,
    invoice.buyer_differs,
    # how it was made
    filing.keyed_twice,
)


def run_checks(case: CaseFile) -> list[Finding]:
    """Every finding of every check, in the order of the checks."""
    return [finding for check in CHECKS for finding in check(case)]


__all__ = ["CHECKS", "CaseFile", "Check", "run_checks"]
