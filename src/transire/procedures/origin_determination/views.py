"""What pages and the API show of products under agreements: outcomes, one product whole, two answers side by side."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
import sqlalchemy as sa

from transire.desk.products import Product, ProductLine
from transire.node.tenant import Tenant
from transire.origin.agreements import Agreement
from transire.origin.answer import Answer, Outcome
from transire.origin.case import Case
from transire.procedures.origin_determination.asking import Asked
from transire.procedures.origin_determination.determining import content_of, held_determination, is_same_question
from transire.procedures.origin_determination.picturing import Bar, Node, bar_of, figures_told, tree_of
from transire.procedures.origin_determination.supposing import Supposed


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The determination that stands for a product; `is_current` unless product, rule or engine say otherwise now."""

    document_id: str
    number: int
    outcome: Outcome
    determined_for: date
    issued_statement: str
    accepted_at: datetime | None
    is_current: bool


class OriginCell(msgspec.Struct, frozen=True, kw_only=True):
    """A product under one agreement, as the overview shows it."""

    agreement: str
    outcome: Outcome
    criterion: str | None
    missing: tuple[str, ...]
    determined: bool


class OriginLine(msgspec.Struct, frozen=True, kw_only=True):
    """A product with its outcome under each agreement of its country."""

    product: ProductLine
    cells: tuple[OriginCell, ...]


class OriginPage(msgspec.Struct, frozen=True, kw_only=True):
    """A product under one agreement, whole."""

    product: Product
    law: Agreement
    on: date
    case: Case
    answer: Answer
    tree: tuple[Node, ...]
    bar: Bar | None
    held: Held | None

    @property
    def countries(self) -> tuple[str, ...]:
        """The countries that materials come from: what a rate of exchange can be supposed for."""
        return tuple(sorted({node.material.country for node in self.nodes if node.material.country}))

    @property
    def nodes(self) -> tuple[Node, ...]:
        """Every node of the tree, a whole before its parts."""
        return tuple(_flat(self.tree))

    @property
    def currency(self) -> str:
        value = self.case.good.value
        return (value.currency if value is not None else None) or str(self.product.facts.get("currency", ""))


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The answer as things stand beside the one as they are supposed."""

    supposed: Supposed
    before: Answer
    after: Answer
    before_tree: tuple[Node, ...]
    after_tree: tuple[Node, ...]
    before_bar: Bar | None
    after_bar: Bar | None
    figures: tuple[tuple[str, str | None, str | None], ...]


def origin_page(tenant: Tenant, tx: sa.Connection, asked: Asked) -> OriginPage:
    """The page of a product under an agreement."""
    return OriginPage(
        product=asked.product,
        law=asked.law,
        on=asked.on,
        case=asked.case,
        answer=asked.answer,
        tree=tree_of(asked.case, asked.answer),
        bar=bar_of(asked.answer),
        held=_held(tenant, tx, asked),
    )


def origin_cell(tenant: Tenant, tx: sa.Connection, asked: Asked) -> OriginCell:
    """The outcome of a product under an agreement in short."""
    held = held_determination(tx, tenant, asked.product.number, asked.law.id)
    return OriginCell(
        agreement=asked.law.id,
        outcome=asked.answer.outcome,
        criterion=asked.answer.criterion,
        missing=tuple(one.fact for one in asked.answer.missing),
        determined=held is not None,
    )


def comparison(case: Case, before: Answer, supposed: Supposed, other: Case, after: Answer) -> Comparison:
    """Two answers side by side, with the figures that differ."""
    old, new = figures_told(before), figures_told(after)
    names = [*old, *(name for name in new if name not in old)]
    return Comparison(
        supposed=supposed,
        before=before,
        after=after,
        before_tree=tree_of(case, before),
        after_tree=tree_of(other, after),
        before_bar=bar_of(before),
        after_bar=bar_of(after),
        figures=tuple((name, old.get(name), new.get(name)) for name in names),
    )


def _held(tenant: Tenant, tx: sa.Connection, asked: Asked) -> Held | None:
    line = held_determination(tx, tenant, asked.product.number, asked.law.id)
    content = None if line is None else content_of(tenant, tx, line)
    if line is None or content is None:
        return None
    return Held(
        document_id=line.document_id,
        number=line.version,
        outcome=content.outcome,
        determined_for=content.determined_for,
        issued_statement=line.issued_statement,
        accepted_at=line.accepted_at,
        is_current=is_same_question(asked, content),
    )


def _flat(tree: tuple[Node, ...]) -> list[Node]:
    found: list[Node] = []
    for node in tree:
        found.append(node)
        found.extend(_flat(node.parts))
    return found
