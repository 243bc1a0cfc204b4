"""A member's products and their bills of material, as its own system exported them. Imported once, keyed by nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from transire.desk import tables as t
from transire.desk.errors import ProductUnknown
from transire.desk.person import Person
from transire.storage.folding import folded, holds_words

_Kind = TypeVar("_Kind", bound=msgspec.Struct)
Change = Literal["added", "changed", "unchanged"]


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a bill of material; amounts are decimal strings for one unit of the product."""

    number: str
    description: str
    tariff_code: str
    origin_country: str = ""
    originating: Literal["originating", "non_originating", "unknown", "self_produced"] = "unknown"
    quantity: str = ""
    unit: str = ""
    value: str = ""
    currency: str = ""
    supplier: str = ""
    facts: dict[str, Any] = {}


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A product and what goes into it.

    `agreements` holds for each agreement what it asks of the good (criterion, method, producer ...), `facts` whatever
    else the member's system says and a procedure reads.
    """

    number: str
    description: str
    tariff_code: str
    unit: str
    origin_country: str
    agreements: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    materials: tuple[Material, ...] = ()
    version: int = 1


class ProductLine(msgspec.Struct, frozen=True):
    """A product as a list shows it."""

    number: str
    description: str
    tariff_code: str
    unit: str
    origin_country: str
    version: int
    materials: int
    updated_at: datetime


def put_product(tx: Connection, person: Person, product: Product, *, now: datetime) -> Change:
    """Add a product or replace it whole, materials included; importing the same again changes nothing."""
    present = _find(tx, product.number)
    if present is not None and msgspec.structs.replace(product, version=present.version) == present:
        return "unchanged"
    version = 1 if present is None else present.version + 1
    tx.execute(sa.delete(t.materials).where(t.materials.c.product_number == product.number))
    values = _product_values(product) | {"version": version, "updated_by": person.id, "updated_at": now}
    if present is None:
        tx.execute(sa.insert(t.products).values(values))
    else:
        tx.execute(sa.update(t.products).where(t.products.c.number == product.number).values(values))
    lines = [
        msgspec.structs.asdict(material) | {"product_number": product.number, "line": line}
        for line, material in enumerate(product.materials, 1)
    ]
    if lines:
        tx.execute(sa.insert(t.materials), lines)
    return "added" if present is None else "changed"


def find_product(tx: Connection, number: str) -> Product:
    """The product with its materials in the order in which they were imported."""
    found = _find(tx, number)
    if found is None:
        raise ProductUnknown(got=number)
    return found


def list_products(tx: Connection, *, words: str = "", after: str = "", limit: int = 100) -> Sequence[ProductLine]:
    """Products by number; `words` are looked for in number, description and tariff code, `after` is the cursor."""
    row = t.products.c
    counted = (
        sa.select(sa.func.count())
        .where(t.materials.c.product_number == row.number)
        .scalar_subquery()
        .label("materials")
    )
    wanted = sa.select(
        row.number,
        row.description,
        row.tariff_code,
        row.unit,
        row.origin_country,
        row.version,
        counted,
        row.updated_at,
    ).where(row.number > after)
    wanted = wanted.where(*holds_words(row.words, words)).order_by(row.number).limit(limit)
    return [ProductLine(*found) for found in tx.execute(wanted)]


def count_products(tx: Connection) -> int:
    """How many products the member has."""
    return tx.execute(sa.select(sa.func.count()).select_from(t.products)).scalar_one()


def remove_product(tx: Connection, number: str) -> None:
    """Remove a product and its materials; documents that were issued for it stay what they are."""
    if tx.execute(sa.delete(t.products).where(t.products.c.number == number)).rowcount != 1:
        raise ProductUnknown(got=number)


def _find(tx: Connection, number: str) -> Product | None:
    row = tx.execute(sa.select(t.products).where(t.products.c.number == number)).first()
    if row is None:
        return None
    wanted = sa.select(t.materials).where(t.materials.c.product_number == number).order_by(t.materials.c.line)
    materials = tuple(_struct(Material, found) for found in tx.execute(wanted))
    return msgspec.structs.replace(_struct(Product, row), materials=materials)


def _product_values(product: Product) -> dict[str, Any]:
    values = msgspec.structs.asdict(product)
    del values["materials"]
    return values | {"words": folded(product.number, product.description, product.tariff_code)}


def _struct(kind: type[_Kind], row: sa.Row[Any]) -> _Kind:
    wanted = {name: value for name, value in row._mapping.items() if name in kind.__struct_fields__}
    return kind(**wanted)
