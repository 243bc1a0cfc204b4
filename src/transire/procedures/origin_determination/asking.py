"""Asking the engine about a product: the answer, or as what it stays open where the case cannot be asked at all.

Rules that the node's operator imported go before those that are shipped; the answer names their edition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from transire.desk.products import Product
from transire.errors import TransireError
from transire.node.own_rules import own_rules
from transire.node.tenant import Tenant
from transire.origin.agreements import Agreement, agreement
from transire.origin.answer import Answer, Missing
from transire.origin.case import Case
from transire.origin.determination.finding import OwnRules
from transire.origin.determine import determine
from transire.procedures.origin_determination.cases import case_of
from transire.procedures.origin_determination.errors import AgreementNotOfProduct


@dataclass(frozen=True, slots=True)
class Asked:
    """A product under an agreement on a day of importation, with what the engine answers.

    `refusal` is why it could not be asked; the answer is then undetermined, and names the member of the case.
    """

    product: Product
    law: Agreement
    on: date
    case: Case
    answer: Answer
    refusal: TransireError | None = None


def ask(tenant: Tenant, product: Product, agreement_id: str, on: date) -> Asked:
    """The engine's answer for a product of the desk."""
    law = agreement(agreement_id)
    if not law.is_party(product.origin_country, on):
        raise AgreementNotOfProduct(
            got=f"{product.origin_country or 'no country'} on {on.isoformat()}", expected=f"a party to {law.short}"
        )
    case = case_of(product, agreement_id, on)
    answer, refusal = answer_to(case, own_rules(tenant.origin_rules, law.id))
    return Asked(product, law, on, case, answer, refusal)


def answer_to(case: Case, own: OwnRules | None = None) -> tuple[Answer, TransireError | None]:
    """What the engine answers. What it refuses (a code that no edition prints, a negative value) leaves origin open."""
    try:
        return determine(case, own=own), None
    except TransireError as refusal:
        found = f", got {refusal.got}" if refusal.got else ""
        why = f"{refusal.sentence.rstrip('.')}{found}. {refusal.fix}"
        missing = Missing(fact=refusal.where or "/", why=why, asked_by=refusal.code)
        return Answer(case=case.case, outcome="undetermined", missing=(missing,)), refusal
