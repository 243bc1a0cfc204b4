"""The API operations of origin determination."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from transire.api.operations import Answer, Call, Collection, Operations
from transire.procedures.origin_determination import service
from transire.procedures.origin_determination.binder import binder_json
from transire.procedures.origin_determination.supposing import Supposed
from transire.procedures.origin_determination.typesetting import binder_pdf

OPERATIONS = Operations()


class Chosen(msgspec.Struct, frozen=True):
    """Which products are determined under which agreement, for which day of importation."""

    agreement: str
    products: list[str]
    on: date | None = None


@OPERATIONS.op("GET", "/origin", "listOrigin", scope="origin.ask")
def list_origin(call: Call) -> Any:
    """Every product with its outcome under each agreement of its country."""
    page = service.list_origin(
        call.tenant,
        call.person,
        words=call.query.get("words", ""),
        after=call.query.get("after", ""),
        limit=call.query["limit"],
        on=_day(call),
    )
    return Collection(page.rows, page.next)


@OPERATIONS.op("POST", "/origin/cases", "bringInOriginCase", scope="products.import")
def bring_in_case(call: Call) -> Any:
    """Keep a product as an origin case describes it."""
    case, became = service.bring_in_case(call.tenant, call.person, msgspec.json.encode(call.body))
    return {"product": case.good.id, "became": became}


@OPERATIONS.op("POST", "/origin/determine", "determineOrigin", scope="origin.determine")
def determine_origin(call: Call) -> Any:
    """Determine products: signed documents, shown to customs alone."""
    chosen = call.into(Chosen)
    return service.determine_origin(call.tenant, call.person, chosen.products, chosen.agreement, on=chosen.on)


@OPERATIONS.op("GET", "/origin/{agreement}/{number}", "showOrigin", scope="origin.ask")
def show_origin(call: Call) -> Any:
    """A product under an agreement: the case, the answer of the engine, and the determination that stands."""
    page = service.show_origin(call.tenant, call.person, call.path["number"], call.path["agreement"], on=_day(call))
    return {
        "product": page.product.number,
        "agreement": page.law.id,
        "on": page.on,
        "case": page.case,
        "answer": page.answer,
        "standings": {node.material.id: node.standing for node in page.nodes},
        "held": page.held,
    }


@OPERATIONS.op("POST", "/origin/{agreement}/{number}/suppose", "supposeOrigin", scope="origin.ask")
def suppose_origin(call: Call) -> Any:
    """What would be different, beside what is. Nothing is kept."""
    compared = service.compare_origin(
        call.tenant,
        call.person,
        call.path["number"],
        call.path["agreement"],
        call.into(Supposed),
        on=_day(call),
    )
    return {"before": compared.before, "after": compared.after}


@OPERATIONS.op("GET", "/determinations", "listDeterminations", scope="determinations.read")
def list_determinations(call: Call) -> Any:
    page = service.list_determinations(
        call.tenant,
        call.person,
        words=call.query.get("words", ""),
        after=call.query.get("after"),
        limit=call.query["limit"],
    )
    return Collection(page.rows, page.next)


@OPERATIONS.op("GET", "/determinations/{document_id}", "showBinder", scope="determinations.read")
def show_binder(call: Call) -> Any:
    """The audit binder: the same bytes for the same records."""
    binder = service.show_binder(call.tenant, call.person, call.path["document_id"], version=call.query.get("version"))
    return Answer(raw=binder_json(binder))


@OPERATIONS.op("GET", "/determinations/{document_id}/binder.pdf", "printBinder", scope="determinations.read")
def print_binder(call: Call) -> Any:
    """The audit binder as a tagged PDF."""
    binder = service.show_binder(call.tenant, call.person, call.path["document_id"], version=call.query.get("version"))
    return Answer(
        raw=binder_pdf(binder), media_type="application/pdf", file_name=f"{binder.document_id[:12]}.binder.pdf"
    )


def _day(call: Call) -> date | None:
    """The day of importation that was asked for; None: today."""
    asked = call.query.get("on")
    return None if asked is None else date.fromisoformat(asked)
