"""What a node does for solicitation: ask, one supplier or in bulk, remind, decline, withdraw, list, show.

What goes through a link is in `linking`. Each function is one act of one person for one member: it asks the permission
first, and writes everything that follows from it in one SQL transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from transire.desk.particulars import find_particulars
from transire.desk.permissions import Relation, require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.origin.agreements import Agreement, agreement
from transire.procedures.papers import roles_of
from transire.procedures.solicitation import reminding, views
from transire.procedures.solicitation.bulk import Supplier, read_wanted
from transire.procedures.solicitation.errors import (
    GoodsUnsuitable,
    NotTheAsker,
    NotTheSupplier,
    PeriodUnsuitable,
    ReasonIncomplete,
    SolicitationClosed,
    SolicitationUnknown,
    SupplierUnsuitable,
)
from transire.procedures.solicitation.gathering import Side, every_asked, find_asked
from transire.procedures.solicitation.reasons import reasons
from transire.procedures.solicitation.standing import Asked, Covers, State
from transire.procedures.solicitation.statements import ASKED, DECLINED, MOST_GOODS, SUPPLIERS, WITHDRAWN
from transire.procedures.solicitation.views import Overview, RequestLine, RequestPage
from transire.records.cursor import Page

ANSWER_DAYS = 30
REMIND_EVERY = 14
"""What a form suggests: days until an answer is due, and between two reminders."""
MOST_REMIND_DAYS = 90
FURTHEST_DAYS = 2 * 366
"""A period that begins later than this is a slip of the pen."""


class Good(msgspec.Struct, frozen=True):
    """A good that is asked for, by the supplier's own number."""

    number: str
    description: str | None = None


class Terms(NamedTuple):
    """For which period, until when an answer is due, how often the supplier is reminded (days; 0: never), and words."""

    start: date
    until: date
    answer_by: date
    remind_every: int = REMIND_EVERY
    note: str | None = None


class Skipped(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not asked: a certification covers it already, or a request for it is open."""

    number: str
    supplier: str
    agreement: str
    why: str


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """What asking in bulk did: the requests that were made, and the rows that need none."""

    requests: tuple[str, ...]
    goods: int
    skipped: tuple[Skipped, ...]


# Asking.


def ask(
    tenant: Tenant, person: Person, supplier: Supplier, agreement_id: str, goods: Sequence[Good], terms: Terms
) -> str:
    """Ask one supplier for a certification of these goods; returns the request's id."""
    require(person, "solicitations.ask")
    law = agreement(agreement_id)
    asked_of = _checked_supplier(tenant, supplier)
    with tenant.transaction() as tx:
        return _ask(tenant, tx, person, asked_of, law, goods, terms)


def ask_in_bulk(tenant: Tenant, person: Person, table: bytes, terms: Terms, *, outside: bool = False) -> Asking:
    """Ask for every row of a table that is neither certified nor asked for; all of it or nothing.

    `outside`: who is no member of the network is asked through a link; else such a row is refused.
    """
    require(person, "solicitations.ask")
    rows = read_wanted(table, lambda named: find_supplier(tenant, named, outside=outside))
    groups: dict[tuple[Supplier, str, date, date], list[Good]] = defaultdict(list)
    skipped: list[Skipped] = []
    with tenant.transaction() as tx:
        known = _Known.of(tenant, tx)
        for row, supplier in rows:
            start, until = row.valid_from or terms.start, row.valid_until or terms.until
            why = known.why_not(tenant, supplier, row.agreement, row.part_number, start, until)
            if why is not None:
                given = {"number": row.part_number, "supplier": supplier.name, "agreement": row.agreement}
                skipped.append(Skipped(**given, why=why))
            else:
                groups[supplier, row.agreement, start, until].append(Good(row.part_number, row.description))
        made = [
            _ask(tenant, tx, person, supplier, agreement(law), part, terms._replace(start=start, until=until))
            for (supplier, law, start, until), goods in groups.items()
            for part in _parts(goods)
        ]
    return Asking(requests=tuple(made), goods=sum(len(goods) for goods in groups.values()), skipped=tuple(skipped))


def find_supplier(tenant: Tenant, named: str, *, outside: bool = False) -> Supplier | None:
    """The member of that DID or name that can certify; with `outside` anybody of that name who is no member."""
    wanted = named.casefold().strip()
    for member in tenant.engine.members():
        name = tenant.name_of(member.did)
        if named == member.did or wanted == name.casefold():
            can = member.did != tenant.did and SUPPLIERS.intersection(roles_of(tenant, member.did))
            return Supplier(name, member.did) if can else None
    return Supplier(named.strip()) if outside and not named.startswith("did:") else None


# What follows.


def remind(tenant: Tenant, person: Person, request: str) -> str:
    """Remind the supplier by hand; refused where it was told lately."""
    require(person, "solicitations.ask")
    with tenant.transaction() as tx:
        return reminding.remind(tenant, tx, person, own_request(tenant, tx, request), tenant.now())


def withdraw(tenant: Tenant, person: Person, request: str, note: str | None = None) -> str:
    """Need no answer any more; the supplier is told."""
    require(person, "solicitations.ask")
    with tenant.transaction() as tx:
        asked = own_request(tenant, tx, request)
        if asked.withdrawn:
            raise SolicitationClosed(got=request)
        recipients = [] if asked.row.supplier is None else [asked.row.supplier]
        body: dict[str, Any] = {} if note is None else {"note": note}
        return tenant.state(tx, person, WITHDRAWN.name, body, about=[asked.row.statement_id], recipients=recipients)


def decline(
    tenant: Tenant, person: Person, request: str, goods: Sequence[str], reason: str, note: str | None = None
) -> str:
    """Certify some goods of a request not, and say why; returns the statement's id."""
    require(person, "solicitations.decline", Relation.RECIPIENT)
    given = reasons().get(reason)
    if given is None or (given.needs_note and not note):
        raise ReasonIncomplete(
            got=reason[:40], expected=", ".join(reasons()), where="reason" if given is None else "note"
        )
    with tenant.transaction() as tx:
        asked = find_asked(tx, request)
        if asked is None:
            raise SolicitationUnknown(got=request)
        if asked.row.supplier != tenant.did:
            raise NotTheSupplier(got=tenant.name, expected=asked.row.supplier_name)
        if asked.withdrawn:
            raise SolicitationClosed(got=request)
        check_goods(asked, goods)
        body: dict[str, Any] = {"goods": list(goods), "reason": reason}
        if note:
            body["note"] = note
        return tenant.state(tx, person, DECLINED.name, body, about=[asked.row.statement_id], recipients=[asked.row.by])


# Showing.


def list_requests(
    tenant: Tenant,
    person: Person,
    *,
    side: Side = "any",
    state: State | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[RequestLine]:
    """The requests that this member made or received."""
    require(person, "solicitations.read")
    with tenant.database.reading() as view:
        return views.request_lines(tenant, view, side, state, after=after, limit=limit)


def show_request(tenant: Tenant, person: Person, request: str) -> RequestPage:
    """One request, by its id or that of a statement about it."""
    require(person, "solicitations.read")
    with tenant.database.reading() as view:
        return views.request_page(tenant, view, request)


def show_overview(tenant: Tenant, person: Person) -> Overview:
    """What is asked, answered, missing, declined, and what runs out."""
    require(person, "solicitations.read")
    with tenant.database.reading() as view:
        return views.overview(tenant, view)


def own_request(tenant: Tenant, tx: sa.Connection, request: str) -> Asked:
    """A request that this member made."""
    asked = find_asked(tx, request)
    if asked is None:
        raise SolicitationUnknown(got=request)
    if asked.row.by != tenant.did:
        raise NotTheAsker(got=tenant.name, expected=tenant.name_of(asked.row.by))
    return asked


def check_goods(asked: Asked, numbers: Sequence[str]) -> None:
    """Refuse numbers that the request does not name, none at all, or one twice."""
    foreign = [number for number in numbers if number not in asked.goods]
    if foreign or not numbers or len(set(numbers)) != len(numbers):
        got = ", ".join(foreign or numbers)[:200] or "none"
        raise GoodsUnsuitable(got=got, expected=", ".join(asked.goods[:20]), where="goods")


# Inside.


def _ask(
    tenant: Tenant,
    tx: sa.Connection,
    person: Person,
    supplier: Supplier,
    law: Agreement,
    goods: Sequence[Good],
    terms: Terms,
) -> str:
    _check_terms(law, terms, tenant.now().date())
    numbers = [good.number for good in goods]
    if not 1 <= len(numbers) <= MOST_GOODS or len(set(numbers)) != len(numbers):
        raise GoodsUnsuitable(got=f"{len(numbers)} goods", expected=f"1 to {MOST_GOODS}, each once", where="goods")
    named = {"name": supplier.name} | ({} if supplier.did is None else {"did": supplier.did})
    body: dict[str, Any] = {
        "supplier": named,
        "agreement": law.id,
        "goods": [msgspec.to_builtins(good) if good.description else {"number": good.number} for good in goods],
        "from": terms.start.isoformat(),
        "until": terms.until.isoformat(),
        "answer_by": terms.answer_by.isoformat(),
        "remind_every": terms.remind_every,
        **({"note": terms.note} if terms.note else {}),
        **_importer_of(tx),
    }
    recipients = [] if supplier.did is None else [supplier.did]
    return tenant.state(tx, person, ASKED.name, body, about=[], recipients=recipients)


def _importer_of(tx: sa.Connection) -> dict[str, Any]:
    """Name and address of who asks, as it has written them down."""
    own = find_particulars(tx)
    if own is None:
        return {}
    party, address = own.party, own.party.address
    said = {
        "name": party.name,
        "street": address.street,
        "city": address.city,
        "region": address.region,
        "postal_code": address.postal_code,
        "country": address.country,
        "phone": party.phone,
        "email": party.email,
    }
    return {"importer": {name: value for name, value in said.items() if value}}


def _checked_supplier(tenant: Tenant, supplier: Supplier) -> Supplier:
    """The supplier under its enrolled name; refused where it is a member that does not certify."""
    if supplier.did is None:
        return Supplier(supplier.name.strip())
    found = find_supplier(tenant, supplier.did)
    if found is None:
        raise SupplierUnsuitable(got=tenant.name_of(supplier.did), where="supplier")
    return found


def _check_terms(law: Agreement, terms: Terms, today: date) -> None:
    soon = terms.start <= today + timedelta(days=FURTHEST_DAYS)
    if not (soon and law.is_in_force(terms.start) and terms.start <= terms.until <= law.blanket_end(terms.start)):
        expected = f"at most {law.blanket_months} months under {law.short} ({law.blanket_citation})"
        raise PeriodUnsuitable(got=f"{terms.start} to {terms.until}", expected=expected, where="until")
    if not today <= terms.answer_by <= today + timedelta(days=366):
        raise PeriodUnsuitable(got=terms.answer_by, expected=f"from {today} on, within a year", where="answer_by")
    if not 0 <= terms.remind_every <= MOST_REMIND_DAYS:
        expected = f"every 1 to {MOST_REMIND_DAYS} days, or 0 for never"
        raise PeriodUnsuitable(got=terms.remind_every, expected=expected, where="remind_every")


class _Known(NamedTuple):
    """What needs no asking: what certifications cover, and what requests are open for, by supplier and good."""

    covers: Covers
    open: dict[tuple[str, str, str], list[tuple[str, str]]]

    @classmethod
    def of(cls, tenant: Tenant, tx: sa.Connection) -> _Known:
        asked_for: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
        for asked in every_asked(tx, tenant.did, "made"):
            row = asked.row
            for number in () if asked.withdrawn else set(asked.goods) - asked.answers.keys():
                place = (row.supplier or row.supplier_name, row.agreement, number)
                asked_for[place].append((row.valid_from, row.valid_until))
        return cls(Covers.held(tx), asked_for)

    def why_not(
        self, tenant: Tenant, supplier: Supplier, law: str, number: str, start: date, until: date
    ) -> str | None:
        first, last = start.isoformat(), until.isoformat()
        issuers = [tenant.did] if supplier.did is None else [supplier.did, tenant.did]
        found = self.covers.of(issuers, law, number, tenant.did)
        if any(cover.start <= first and last <= cover.until for cover in found):
            return "certified"
        periods = self.open.get((supplier.did or supplier.name, law, number), ())
        return "asked" if any(since <= first and last <= to for since, to in periods) else None


def _parts(goods: Sequence[Good]) -> Iterable[Sequence[Good]]:
    return (goods[start : start + MOST_GOODS] for start in range(0, len(goods), MOST_GOODS))
