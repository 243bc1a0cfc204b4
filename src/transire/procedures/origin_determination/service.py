"""What a node does for origin determination: ask, suppose, determine, show the binder, bring in a case.

Each function is one act of one person for one member: it asks the permission first, and writes everything that follows
from it in one SQL transaction. Asking and supposing write nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from transire.desk import products as desk
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.determination import SCHEMA_ID
from transire.node.own_rules import own_rules
from transire.node.tenant import Issued, Tenant
from transire.origin.case import Case
from transire.origin.determine import determine
from transire.origin.reading import read_case
from transire.procedures.catalogue import product_reactions
from transire.procedures.origin_determination.asking import Asked, answer_to, ask
from transire.procedures.origin_determination.binder import Binder, binder_of
from transire.procedures.origin_determination.bringing_in import product_of
from transire.procedures.origin_determination.cases import agreements_of
from transire.procedures.origin_determination.determining import issue_determination
from transire.procedures.origin_determination.supposing import Supposed, suppose
from transire.procedures.origin_determination.views import (
    Comparison,
    OriginLine,
    OriginPage,
    comparison,
    origin_cell,
    origin_page,
)
from transire.records.cursor import Page
from transire.records.documents import DocumentFilter, DocumentLine, list_documents

LISTED = 100
"""Products on one page of outcomes: each is asked anew, some milliseconds a product."""


@dataclass(frozen=True, slots=True)
class Determined:
    """What became of determining several products: what was issued, and the numbers of which nothing had changed."""

    issued: dict[str, Issued]
    unchanged: tuple[str, ...]


def list_origin(
    tenant: Tenant, person: Person, *, words: str = "", after: str = "", limit: int = LISTED, on: date | None = None
) -> Page[OriginLine]:
    """Products with their outcome under each agreement of their country, by number."""
    require(person, "origin.ask")
    day = on or tenant.now().date()
    with tenant.database.reading() as view:
        found = desk.list_products(view, words=words, after=after, limit=limit + 1)
        lines = tuple(_line(tenant, view, line, day) for line in found[:limit])
    return Page(lines, found[limit - 1].number if len(found) > limit else None)


def show_origin(
    tenant: Tenant, person: Person, number: str, agreement_id: str, *, on: date | None = None
) -> OriginPage:
    """A product under an agreement: the answer of the engine now, and the determination that stands."""
    require(person, "origin.ask")
    with tenant.database.reading() as view:
        return origin_page(tenant, view, _asked(tenant, view, number, agreement_id, on))


def compare_origin(
    tenant: Tenant, person: Person, number: str, agreement_id: str, supposed: Supposed, *, on: date | None = None
) -> Comparison:
    """What would be different, beside what is. Nothing is kept."""
    require(person, "origin.ask")
    with tenant.database.reading() as view:
        asked = _asked(tenant, view, number, agreement_id, on)
    other = suppose(asked.case, supposed)
    answer, _ = answer_to(other, own_rules(tenant.origin_rules, agreement_id))
    return comparison(asked.case, asked.answer, supposed, other, answer)


def determine_origin(
    tenant: Tenant, person: Person, numbers: Sequence[str], agreement_id: str, *, on: date | None = None
) -> Determined:
    """Determine products under an agreement: signed documents, shown to customs alone. What stands is left standing."""
    require(person, "origin.determine")
    day = on or tenant.now().date()
    issued: dict[str, Issued] = {}
    with tenant.transaction() as tx:
        for number in dict.fromkeys(numbers):
            made = issue_determination(tenant, tx, person, _asked(tenant, tx, number, agreement_id, day))
            if made is not None:
                issued[number] = made
    return Determined(issued, tuple(number for number in dict.fromkeys(numbers) if number not in issued))


def bring_in_case(tenant: Tenant, person: Person, raw: bytes) -> tuple[Case, desk.Change]:
    """Keep a product as an origin case describes it, for what tables cannot say; it is determined again."""
    require(person, "products.import")
    case = read_case(raw)
    determine(case)  # what cannot be asked is refused here, with the member of the case that is wrong
    with tenant.transaction() as tx:
        product = product_of(case)
        became = desk.put_product(tx, person, product, now=tenant.now())
        if became == "changed":
            for react in product_reactions():
                react(tenant, tx, (product.number,))
    return case, became


def list_determinations(
    tenant: Tenant, person: Person, *, words: str = "", after: str | None = None, limit: int = 50
) -> Page[DocumentLine]:
    """The determinations that this member holds: its own, or those that it was shown, the latest first."""
    require(person, "determinations.read")
    wanted = DocumentFilter(schema_ids=(SCHEMA_ID,), words=words, latest_version=True)
    with tenant.database.reading() as view:
        return list_documents(view, wanted, after=after, limit=limit)


def show_binder(tenant: Tenant, person: Person, document_id: str, *, version: int | None = None) -> Binder:
    """The audit binder of a determination, its newest version or the one asked for."""
    require(person, "determinations.read")
    with tenant.database.reading() as view:
        return binder_of(tenant, view, document_id, version)


def _asked(tenant: Tenant, view: sa.Connection, number: str, agreement_id: str, on: date | None) -> Asked:
    return ask(tenant, desk.find_product(view, number), agreement_id, on or tenant.now().date())


def _line(tenant: Tenant, view: sa.Connection, line: desk.ProductLine, day: date) -> OriginLine:
    product = desk.find_product(view, line.number)
    cells = tuple(origin_cell(tenant, view, ask(tenant, product, law.id, day)) for law in agreements_of(product, day))
    return OriginLine(product=line, cells=cells)
