"""The API operations of solicitation.

The holder of a link has none: it is a person at a browser, and whoever runs programs can be a member.
"""

from __future__ import annotations

import datetime
from datetime import date
from typing import Any

import msgspec

from transire.api.errors import RequestInvalid
from transire.api.operations import Answer, Call, Collection, Operations
from transire.desk.supplier_links import USUAL_DAYS
from transire.procedures.solicitation import linking, service
from transire.procedures.solicitation.bulk import Supplier
from transire.procedures.solicitation.service import ANSWER_DAYS, REMIND_EVERY, Good, Terms

OPERATIONS = Operations()


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to ask, for what, for which period. Without `supplier` the name is that of somebody without an account."""

    supplier: str | None = None
    supplier_name: str | None = None
    agreement: str
    goods: list[Good]
    valid_from: date
    valid_until: date
    answer_by: date | None = None
    remind_every: int = REMIND_EVERY
    note: str | None = None


@OPERATIONS.op("GET", "/solicitations", "listSolicitations", scope="solicitations.read")
def list_requests(call: Call) -> Any:
    page = service.list_requests(
        call.tenant,
        call.person,
        side=call.query["side"],
        state=call.query.get("state"),
        after=call.query.get("after"),
        limit=call.query["limit"],
    )
    return Collection(page.rows, page.next)


@OPERATIONS.op("POST", "/solicitations", "askSupplier", scope="solicitations.ask")
def ask(call: Call) -> Any:
    """Ask one supplier for a certification."""
    new = call.into(NewRequest)
    if (new.supplier is None) == (new.supplier_name is None):
        raise RequestInvalid([("body/supplier", "either supplier or supplier_name is given")])
    terms = Terms(new.valid_from, new.valid_until, new.answer_by or _usual_day(call), new.remind_every, new.note)
    supplier = Supplier(new.supplier_name or "", new.supplier)
    made = service.ask(call.tenant, call.person, supplier, new.agreement, new.goods, terms)
    return Answer(value={"statement_id": made}, status=201, location=f"/solicitations/{made}")


@OPERATIONS.op("POST", "/solicitations/bulk", "askInBulk", scope="solicitations.ask")
def ask_in_bulk(call: Call) -> Any:
    """Ask for every row of a table that is neither certified nor asked for."""
    form = call.body
    answer_by = form.get("answer_by")
    terms = Terms(
        date.fromisoformat(form["valid_from"]),
        date.fromisoformat(form["valid_until"]),
        date.fromisoformat(answer_by) if answer_by else _usual_day(call),
        int(form.get("remind_every", REMIND_EVERY)),
    )
    return service.ask_in_bulk(
        call.tenant, call.person, call.file("requests"), terms, outside=form.get("outside") == "yes"
    )


@OPERATIONS.op("GET", "/solicitations/overview", "showSolicitationOverview", scope="solicitations.read")
def show_overview(call: Call) -> Any:
    return service.show_overview(call.tenant, call.person)


@OPERATIONS.op("GET", "/solicitations/{request_id}", "showSolicitation", scope="solicitations.read")
def show_request(call: Call) -> Any:
    return service.show_request(call.tenant, call.person, call.path["request_id"])


@OPERATIONS.op("POST", "/solicitations/{request_id}/remind", "remindSupplier", scope="solicitations.ask")
def remind(call: Call) -> Any:
    return {"statement_id": service.remind(call.tenant, call.person, call.path["request_id"])}


@OPERATIONS.op("POST", "/solicitations/{request_id}/withdraw", "withdrawSolicitation", scope="solicitations.ask")
def withdraw(call: Call) -> Any:
    stated = service.withdraw(call.tenant, call.person, call.path["request_id"], call.body.get("note"))
    return {"statement_id": stated}


@OPERATIONS.op("POST", "/solicitations/{request_id}/decline", "declineSolicitation", scope="solicitations.decline")
def decline(call: Call) -> Any:
    """Certify some of the goods not, and say why."""
    stated = service.decline(
        call.tenant,
        call.person,
        call.path["request_id"],
        call.body["goods"],
        call.body["reason"],
        call.body.get("note"),
    )
    return {"statement_id": stated}


@OPERATIONS.op(
    "POST", "/solicitations/{request_id}/links", "makeSupplierLink", scope="solicitations.ask", shown_once=True
)
def make_link(call: Call) -> Any:
    """A link by which a supplier without an account answers; it is in this answer alone."""
    days = call.body.get("days", USUAL_DAYS)
    made = linking.make_link(call.tenant, call.person, call.path["request_id"], days=days)
    address = f"{call.node.settings.origin}/m/{call.tenant.slug}/answer/{made.token}"
    return Answer(value={"id": made.row.id, "ends_at": made.row.ends_at, "address": address}, status=201)


@OPERATIONS.op("DELETE", "/solicitations/{request_id}/links/{link_id}", "endSupplierLink", scope="solicitations.ask")
def end_link(call: Call) -> Any:
    linking.end_link(call.tenant, call.person, call.path["request_id"], call.path["link_id"])
    return Answer(status=204)


@OPERATIONS.op("POST", "/solicitations/{request_id}/take-over", "takeOverStatedGoods", scope="products.import")
def take_over(call: Call) -> Any:
    """Keep what was stated through a link in the product master, to draft a certification on."""
    return {"products": linking.take_over(call.tenant, call.person, call.path["request_id"])}


def _usual_day(call: Call) -> date:
    return call.tenant.now().date() + datetime.timedelta(days=ANSWER_DAYS)
