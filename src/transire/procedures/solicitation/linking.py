"""The link for a supplier without an account: making it, answering through it, and certifying on what was said.

What comes through a link is signed by nobody. It is kept on the desk with the name that was typed, witnessed without
it (`solicitation.heard/1`), and becomes a certification only when somebody certifies: the supplier by joining, or the
asker on its own knowledge.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from transire.desk import products as desk
from transire.desk.errors import ProductUnknown, SupplierLinkRefused
from transire.desk.permissions import require
from transire.desk.person import Person
from transire.desk.supplier_links import (
    USUAL_DAYS,
    NewSupplierLink,
    SupplierLink,
    create_supplier_link,
    list_links,
    look_at_link,
    revoke_link,
    use_link,
)
from transire.desk.text import tidy_line, tidy_page
from transire.documents.codes import countries
from transire.documents.parties import Party
from transire.errors import TransireError
from transire.node.tenant import Tenant
from transire.origin.agreements import Agreement, agreement
from transire.procedures.catalogue import product_reactions
from transire.procedures.solicitation.errors import (
    AnswerIncomplete,
    NothingStated,
    SolicitationClosed,
    SupplierHasAccount,
)
from transire.procedures.solicitation.gathering import find_asked
from transire.procedures.solicitation.reasons import reasons
from transire.procedures.solicitation.service import check_goods, own_request
from transire.procedures.solicitation.standing import Asked
from transire.procedures.solicitation.statements import HEARD
from transire.procedures.solicitation.views import body_of
from transire.tariff.number import parse_tariff_number

SUBHEADING = 6
"""Digits that a certification names at least (19 CFR 182.12(a)(4)(viii), 10.584)."""

Role = Literal["producer", "exporter"]
Says = Literal["originating", "declined"]


class SaidOfGood(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is said of one good: that it originates, and by what, or why no certification is given."""

    number: str
    says: Says
    tariff_number: str | None = None
    country: str | None = None
    criterion: str | None = None
    reason: str | None = None
    note: str | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything that is given through a link. `given_by` is the name that was typed; nothing proves it."""

    given_by: str
    title: str
    role: Role
    goods: tuple[SaidOfGood, ...]
    company: Party | None = None


class LinkPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the holder of a link sees: who asks whom, for what."""

    link: SupplierLink
    asker_name: str
    supplier_name: str
    law: Agreement
    body: dict[str, Any]


# The asker's side.


def make_link(tenant: Tenant, person: Person, request: str, *, days: int = USUAL_DAYS) -> NewSupplierLink:
    """A link to a request, for a supplier that is no member; the token is shown this once."""
    require(person, "solicitations.ask")
    with tenant.transaction() as tx:
        asked = own_request(tenant, tx, request)
        if asked.row.supplier is not None:
            raise SupplierHasAccount(got=asked.row.supplier_name)
        if asked.withdrawn:
            raise SolicitationClosed(got=request)
        return create_supplier_link(tx, person, asked.row.statement_id, days=days, now=tenant.now())


def end_link(tenant: Tenant, person: Person, request: str, link_id: str) -> None:
    """End a link before its time."""
    require(person, "solicitations.ask")
    with tenant.transaction() as tx:
        revoke_link(tx, own_request(tenant, tx, request).row.statement_id, link_id, now=tenant.now())


def take_over(tenant: Tenant, person: Person, request: str) -> tuple[str, ...]:
    """Keep the goods that are said to originate in the product master, so that a certification can be drafted.

    Returns their numbers. Nothing is certified by it: whoever signs answers for what it says, on its own knowledge.
    """
    require(person, "products.import")
    with tenant.transaction() as tx:
        asked = own_request(tenant, tx, request)
        said = _last_said(tx, asked)
        stated = [] if said is None else [good for good in said.goods if good.says == "originating"]
        if said is None or not stated:
            raise NothingStated(got=request)
        described = {good["number"]: good.get("description") for good in body_of(tx, asked.row.statement_id)["goods"]}
        changed = [_keep(tenant, tx, person, asked, said, good, described[good.number]) for good in stated]
        for react in product_reactions():
            react(tenant, tx, [number for number, became in changed if became == "changed"])
    return tuple(number for number, _ in changed)


# The supplier's side: whoever has the link.


def show_link(tenant: Tenant, token: str) -> LinkPage:
    """What a link asks; each look is counted."""
    with tenant.transaction() as tx:
        link = look_at_link(tx, token, now=tenant.now())
        asked = _asked_through(tx, link)
        return LinkPage(
            link=link,
            asker_name=tenant.name_of(asked.row.by),
            supplier_name=asked.row.supplier_name,
            law=agreement(asked.row.agreement),
            body=body_of(tx, asked.row.statement_id),
        )


def answer_link(tenant: Tenant, token: str, said: Said) -> str:
    """Answer, once; returns the id of the statement by which the asker's node witnesses that it was told so."""
    with tenant.transaction() as tx:
        link = look_at_link(tx, token, now=tenant.now())
        asked = _asked_through(tx, link)
        tidied = _checked(asked, said)
        use_link(tx, token, msgspec.to_builtins(tidied), now=tenant.now())
        body: dict[str, Any] = {"goods": [_witnessed(good) for good in tidied.goods]}
        return tenant.state(tx, None, HEARD.name, body, about=[asked.row.statement_id])


def said_through(link: SupplierLink) -> Said | None:
    """What was given through a link."""
    return None if link.answer is None else msgspec.convert(link.answer, Said)


def _asked_through(tx: sa.Connection, link: SupplierLink) -> Asked:
    asked = find_asked(tx, link.request)
    if asked is None or asked.withdrawn:
        raise SupplierLinkRefused
    return asked


def _last_said(tx: sa.Connection, asked: Asked) -> Said | None:
    answered = [link for link in list_links(tx, asked.row.statement_id) if link.answer is not None]
    return said_through(max(answered, key=lambda link: link.used_at or link.created_at)) if answered else None


def _witnessed(good: SaidOfGood) -> dict[str, Any]:
    said = {"number": good.number, "says": good.says, "criterion": good.criterion, "reason": good.reason}
    return {name: value for name, value in said.items() if value is not None}


def _checked(asked: Asked, said: Said) -> Said:
    """The answer, tidied; refused where something that a certification would need is missing."""
    check_goods(asked, [good.number for good in said.goods])
    law = agreement(asked.row.agreement)
    goods = tuple(_checked_good(law, at, good) for at, good in enumerate(said.goods))
    company = said.company
    if any(good.says == "originating" for good in goods):
        company = _checked_company(law, company)
    return msgspec.structs.replace(
        said,
        given_by=tidy_line(said.given_by, "given_by"),
        title=tidy_line(said.title, "title"),
        goods=goods,
        company=company,
    )


def _checked_good(law: Agreement, at: int, good: SaidOfGood) -> SaidOfGood:
    note = None if not good.note else tidy_page(good.note, f"note.{at}", limit=1000)
    if good.says == "declined":
        given = reasons().get(good.reason or "")
        if given is None or (given.needs_note and note is None):
            where = f"reason.{at}" if given is None else f"note.{at}"
            raise AnswerIncomplete(got=good.reason or "nothing", expected=", ".join(reasons()), where=where)
        return SaidOfGood(number=good.number, says="declined", reason=good.reason, note=note)
    if good.criterion not in law.criteria:
        raise AnswerIncomplete(
            got=good.criterion or "nothing", expected=", ".join(law.criteria), where=f"criterion.{at}"
        )
    if good.country not in law.parties:
        raise AnswerIncomplete(got=good.country or "nothing", expected=", ".join(law.parties), where=f"country.{at}")
    tariff_number = _subheading(good.tariff_number or "", f"tariff.{at}")
    return SaidOfGood(
        number=good.number,
        says="originating",
        tariff_number=tariff_number,
        country=good.country,
        criterion=good.criterion,
        note=note,
    )


def _subheading(text: str, where: str) -> str:
    expected = "a tariff number of six or more digits"
    try:
        number = parse_tariff_number(text)
    except TransireError as error:
        raise AnswerIncomplete(got=text[:40] or "nothing", expected=expected, where=where) from error
    if number.level < SUBHEADING:
        raise AnswerIncomplete(got=text[:40], expected=expected, where=where)
    return number.dotted


def _checked_company(law: Agreement, company: Party | None) -> Party:
    """Name, address, telephone and e-mail: what a certification names of an exporter or producer."""
    if company is None:
        raise AnswerIncomplete(got="nothing", expected="name and address of the supplier", where="company_name")
    for name in ("phone", "email"):
        if not getattr(company, name):
            raise AnswerIncomplete(got="nothing", where=f"company_{name}")
    if company.country not in countries() or company.country not in law.parties:
        raise AnswerIncomplete(got=company.country[:10], expected=", ".join(law.parties), where="company_country")
    address = company.address
    parts = {"name": company.name, "street": address.street, "city": address.city, "phone": company.phone or ""}
    for name, value in parts.items():
        tidy_line(value, f"company_{name}")
    return company


def _keep(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    asked: Asked,
    said: Said,
    good: SaidOfGood,
    description: str | None,
) -> tuple[str, desk.Change]:
    """One good in the product master; a product that is there keeps whatever else is known of it."""
    criterion = {asked.row.agreement: {"criterion": good.criterion}}
    facts = {
        "supplier": msgspec.to_builtins(said.company),
        "supplier_role": said.role,
        "stated_without_signature_by": f"{said.given_by}, {said.title}",
    }
    present = _product(tx, good.number)
    if present is not None:
        agreements, known = {**present.agreements, **criterion}, {**present.facts, **facts}
        product = msgspec.structs.replace(present, agreements=agreements, facts=known)
    else:
        product = desk.Product(
            number=good.number,
            description=description or good.number,
            tariff_code=good.tariff_number or "",
            unit="",
            origin_country=good.country or "",
            agreements=criterion,
            facts=facts,
        )
    return good.number, desk.put_product(tx, person, product, now=tenant.now())


def taken_over(tenant: Tenant, request: str) -> frozenset[str]:
    """Which goods of an own request stand in the product master with a criterion under its agreement."""
    with tenant.database.reading() as view:
        asked = own_request(tenant, view, request)
        found = {number: _product(view, number) for number in asked.goods}
    law = asked.row.agreement
    known = {number: product.agreements.get(law, {}) for number, product in found.items() if product is not None}
    return frozenset(number for number, said in known.items() if "criterion" in said)


def _product(tx: sa.Connection, number: str) -> desk.Product | None:
    try:
        return desk.find_product(tx, number)
    except ProductUnknown:
        return None
