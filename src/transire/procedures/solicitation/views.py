"""What pages and the API show of requests: lines of a list, one request whole, and where the asking stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk.errors import ProductUnknown
from transire.desk.products import find_product
from transire.desk.supplier_links import SupplierLink, list_links
from transire.documents.determination import SCHEMA_ID as DETERMINATION
from transire.node.tenant import Tenant
from transire.origin.agreements import agreement
from transire.procedures.papers import find_own
from transire.procedures.solicitation.errors import SolicitationUnknown
from transire.procedures.solicitation.gathering import Side, every_asked, find_asked, key_of
from transire.procedures.solicitation.reminding import reminded_from
from transire.procedures.solicitation.standing import (
    Asked,
    Cover,
    Covers,
    GoodStanding,
    State,
    goods_standing,
    state_of,
)
from transire.records.cursor import Page, page_size, write_cursor
from transire.vault import journal

HORIZONS = (30, 60, 90)
"""Days ahead in which blanket periods that run out are shown."""


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a list shows it."""

    id: str
    asker: str
    asker_name: str
    supplier: str | None
    supplier_name: str
    agreement: str
    agreement_title: str
    valid_from: str
    valid_until: str
    answer_by: str
    asked_at: datetime
    reminders: int
    ours: bool
    state: State
    goods: int
    certified: int
    declined: int
    stated: int
    open: int


class GoodLine(msgspec.Struct, frozen=True, kw_only=True):
    """One good of a request. `ready` is what the supplier's own desk knows of it; None at others."""

    number: str
    description: str | None
    standing: GoodStanding
    ready: str | None = None


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """One request with everything that is known of it here."""

    line: RequestLine
    goods: tuple[GoodLine, ...]
    note: str | None
    importer: dict[str, str] | None
    remind_every: int
    remind_from: datetime | None
    reminded: tuple[datetime, ...]
    links: tuple[SupplierLink, ...]


class Expiring(msgspec.Struct, frozen=True, kw_only=True):
    """Certified part numbers of which no certification reaches further. `within`: 30, 60 or 90 days; 0: run out."""

    issuer: str
    issuer_name: str
    agreement: str
    agreement_title: str
    certification: str
    until: str
    within: int
    numbers: tuple[str, ...]
    asked_again: bool


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, answered, missing, declined, and what runs out. Counts of goods, but for `requests`."""

    requests: int
    asked: int
    certified: int
    stated: int
    declined: int
    open: int
    overdue: int
    expiring: tuple[Expiring, ...]


def request_lines(
    tenant: Tenant, tx: sa.Connection, side: Side, state: State | None, *, after: str | None, limit: int
) -> Page[RequestLine]:
    """The requests that were made or received and stand so, the latest first."""
    found: list[RequestLine] = []
    last: Any = None
    for asked, goods, how in _standings(tenant, tx, side, after):
        if state is not None and how != state:
            continue
        if len(found) == page_size(limit):
            return Page(tuple(found), write_cursor(key_of(last)))
        found.append(line_of(tenant, asked, goods, how))
        last = asked.row
    return Page(tuple(found), None)


def request_page(tenant: Tenant, tx: sa.Connection, request: str) -> RequestPage:
    """The page of a request."""
    asked = find_asked(tx, request)
    if asked is None:
        raise SolicitationUnknown(got=request)
    row = asked.row
    standings = goods_standing(asked, Covers.held(tx))
    how = state_of(asked, standings, tenant.now().date().isoformat())
    body = body_of(tx, row.statement_id)
    described = {good["number"]: good.get("description") for good in body["goods"]}
    is_ours = row.by == tenant.did
    goods = tuple(
        GoodLine(
            number=good.number,
            description=described[good.number],
            standing=good,
            ready=readiness(tenant, tx, good.number, row.agreement) if row.supplier == tenant.did else None,
        )
        for good in standings
    )
    return RequestPage(
        line=line_of(tenant, asked, standings, how),
        goods=goods,
        note=body.get("note"),
        importer=body.get("importer"),
        remind_every=row.remind_every,
        remind_from=reminded_from(asked) if is_ours and row.supplier is not None else None,
        reminded=tuple(sorted(asked.reminded)),
        links=tuple(list_links(tx, row.statement_id)) if is_ours else (),
    )


def readiness(tenant: Tenant, tx: sa.Connection, number: str, agreement_id: str) -> str:
    """What a supplier's desk knows of a good: determined or stated to originate, not originating, or neither."""
    try:
        product = find_product(tx, number)
    except ProductUnknown:
        return "unknown"
    held = find_own(tenant, tx, DETERMINATION, productNumber=number, agreement=agreement_id)
    outcome = "undetermined" if held is None else held.fields["outcome"][0]
    if outcome == "originating":
        return "determined"
    if outcome == "undetermined" and "criterion" in product.agreements.get(agreement_id, {}):
        return "stated"
    return outcome


def overview(tenant: Tenant, tx: sa.Connection) -> Overview:
    """Where this member's asking stands."""
    count: Counter[str] = Counter()
    asked_until: dict[tuple[str, str, str], str] = {}
    for asked, goods, how in _standings(tenant, tx, "made", None):
        if how == "withdrawn":
            continue
        count["requests"] += 1
        for good in goods:
            count[good.state] += 1
            count["overdue"] += how == "overdue" and good.state in ("open", "partly")
            for issuer in asked.issuers:
                place = (issuer, asked.row.agreement, good.number)
                asked_until[place] = max(asked_until.get(place, ""), asked.row.valid_until)
    return Overview(
        requests=count["requests"],
        asked=sum(count[state] for state in ("certified", "partly", "stated", "declined", "open")),
        certified=count["certified"],
        stated=count["stated"],
        declined=count["declined"],
        open=count["open"] + count["partly"],
        overdue=count["overdue"],
        expiring=tuple(_expiring(tenant, Covers.held(tx), asked_until)),
    )


def line_of(tenant: Tenant, asked: Asked, goods: Iterable[GoodStanding], how: State) -> RequestLine:
    """The row of a list."""
    row = asked.row
    states = Counter(good.state for good in goods)
    return RequestLine(
        id=row.statement_id,
        asker=row.by,
        asker_name=tenant.name_of(row.by),
        supplier=row.supplier,
        supplier_name=row.supplier_name,
        agreement=row.agreement,
        agreement_title=agreement(row.agreement).short,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        answer_by=row.answer_by,
        asked_at=row.accepted_at,
        reminders=len(asked.reminded),
        ours=row.by == tenant.did,
        state=how,
        goods=len(asked.goods),
        certified=states["certified"],
        declined=states["declined"],
        stated=states["stated"],
        open=states["open"] + states["partly"],
    )


def body_of(tx: sa.Connection, request: str) -> dict[str, Any]:
    """What a request says, in its own words."""
    located = journal.find_accepted(tx, request)
    assert located is not None  # the row was made of it
    body: dict[str, Any] = located.statement.body
    return body


def _standings(
    tenant: Tenant, tx: sa.Connection, side: Side, after: str | None
) -> Iterator[tuple[Asked, tuple[GoodStanding, ...], State]]:
    covers, today = Covers.held(tx), tenant.now().date().isoformat()
    for asked in every_asked(tx, tenant.did, side, after=after):
        goods = goods_standing(asked, covers)
        yield asked, goods, state_of(asked, goods, today)


def _expiring(tenant: Tenant, covers: Covers, asked_until: dict[tuple[str, str, str], str]) -> Iterator[Expiring]:
    """The last certification of each good that runs out soon, or did within the longest horizon, the first first."""
    today = tenant.now().date()
    since, latest = (today + timedelta(days=days) for days in (-HORIZONS[-1], HORIZONS[-1]))
    grouped: dict[str, list[Cover]] = defaultdict(list)
    for found in covers.by_good.values():
        last = max(found, key=lambda cover: cover.until)
        is_held_from_others = last.issuer != tenant.did or tenant.did in last.importers
        if is_held_from_others and since.isoformat() <= last.until <= latest.isoformat():
            grouped[last.document_id].append(last)
    for document_id, group in sorted(grouped.items(), key=lambda each: (each[1][0].until, each[0])):
        first = group[0]
        left = (date.fromisoformat(first.until) - today).days
        places = [(cover.issuer, cover.agreement, cover.number) for cover in group]
        yield Expiring(
            issuer=first.issuer,
            issuer_name=tenant.name_of(first.issuer),
            agreement=first.agreement,
            agreement_title=agreement(first.agreement).short,
            certification=document_id,
            until=first.until,
            within=0 if left < 0 else next(days for days in HORIZONS if left <= days),
            numbers=tuple(sorted(cover.number for cover in group)),
            asked_again=all(asked_until.get(place, "") > first.until for place in places),
        )
