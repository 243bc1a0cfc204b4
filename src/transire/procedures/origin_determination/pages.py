"""The pages of origin determination: outcomes of all products, one product whole, what if, the binder."""

from __future__ import annotations

import re
from datetime import date

from starlette.responses import Response

from transire.desk.products import find_product
from transire.origin.agreements import agreements
from transire.portal.errors import FieldUnsuitable, PageNotFound
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.visit import Visit
from transire.portal.waiting import await_version, show_under_way
from transire.procedures.origin_determination import service
from transire.procedures.origin_determination.binder import Binder, binder_json
from transire.procedures.origin_determination.cases import agreements_of
from transire.procedures.origin_determination.errors import DeterminationUnknown
from transire.procedures.origin_determination.plain import plain_rule
from transire.procedures.origin_determination.supposing import MaterialChange, Supposed
from transire.procedures.origin_determination.typesetting import binder_pdf, can_typeset

TRADERS = frozenset({"producer", "exporter"})
SUPPOSED = ("value", "origin", "tariff", "country")

PAGES = Pages(
    Place("/origin", N_("Does it originate?"), N_("Origin"), "origin.ask", TRADERS),
    Place("/determinations", N_("Determinations"), N_("Origin"), "determinations.read"),
    told={
        "origin-determined": N_("Determined and signed. Customs alone is shown it."),
        "origin-stands": N_("Nothing has changed: the determination that stands says the same."),
        "case-kept": N_("The case was taken over."),
    },
    kinds={
        "origin.determined/1": N_("determined its origin"),
        "origin.turned/1": N_("said that the determination behind one of its goods has turned"),
    },
    items={
        "origin.turned": Item(
            N_("The determination of a certified good has turned: claims must be looked at again"),
            "/certifications/{document_id}",
        ),
    },
    documents={"origin-determination/1": "/determinations/{document_id}"},
)


# Asking.


@PAGES.get("/origin", operation="origin.ask")
def show_outcomes(visit: Visit) -> Response:
    """Every product with its outcome under each agreement of its country."""
    words = visit.asked("words")[:200]
    page = service.list_origin(visit.tenant, visit.actor, words=words, after=visit.asked("after"), on=_day_of(visit))
    return visit.show(
        "origin_determination/outcomes.html", page=page, words=words, laws=agreements(), on=_day_of(visit)
    )


@PAGES.post("/origin", operation="origin.determine", again=show_outcomes)
def determine_some(visit: Visit) -> Response:
    """Determine the products that were ticked."""
    chosen: dict[str, list[str]] = {}
    for word in visit.form.some("goods"):
        law, _, number = word.partition(":")
        chosen.setdefault(law, []).append(number)
    made = [
        service.determine_origin(visit.tenant, visit.actor, numbers, law, on=_day_of(visit))
        for law, numbers in chosen.items()
    ]
    last = next((issued for each in made for issued in reversed(each.issued.values())), None)
    if last is None:
        return visit.go("/origin", told="origin-stands")
    await_version(visit.tenant, last.commitment)
    return visit.go("/origin", told="origin-determined")


@PAGES.get("/origin/case", operation="products.import")
def show_bring_in(visit: Visit) -> Response:
    """Where a product is handed over as an origin case."""
    return visit.show("origin_determination/case.html")


@PAGES.post("/origin/case", operation="products.import", again=show_bring_in)
def bring_in_case(visit: Visit) -> Response:
    """Keep it, and show what comes of it."""
    case, _ = service.bring_in_case(visit.tenant, visit.actor, visit.form.file("case"))
    return visit.go(f"/origin/{case.agreement}/{case.good.id}", told="case-kept")


@PAGES.get("/origin/{agreement}/{number:path}", operation="origin.ask")
def show_origin(visit: Visit) -> Response:
    """One product under one agreement, and what would be different if something else were."""
    law, number, on = visit.named("agreement"), visit.named("number"), _day_of(visit)
    if law not in agreements():
        raise PageNotFound(where=law)
    page = service.show_origin(visit.tenant, visit.actor, number, law, on=on)
    supposed = _supposed(visit)
    compared = None
    if not supposed.is_nothing:
        compared = service.compare_origin(visit.tenant, visit.actor, number, law, supposed, on=on)
    with visit.tenant.database.reading() as view:
        laws = agreements_of(find_product(view, number), page.on)
    return visit.show(
        "origin_determination/origin.html",
        page=page,
        laws=laws,
        compared=compared,
        rule=plain_rule(page.answer.rule),
        asked_for=visit.request.query_params,
        base=f"/origin/{law}/{number}",
        on=on,
    )


@PAGES.post("/origin/{agreement}/{number:path}", operation="origin.determine", again=show_origin)
def determine_origin(visit: Visit) -> Response:
    """Determine it: signed, and shown to customs alone."""
    law, number = visit.named("agreement"), visit.named("number")
    made = service.determine_origin(visit.tenant, visit.actor, [number], law, on=_day_of(visit))
    if number not in made.issued:
        return visit.go(f"/origin/{law}/{number}", told="origin-stands")
    await_version(visit.tenant, made.issued[number].commitment)
    return visit.go(f"/origin/{law}/{number}", told="origin-determined")


# The binder.


@PAGES.get("/determinations", operation="determinations.read")
def show_determinations(visit: Visit) -> Response:
    """The determinations that are held: the member's own, or those that customs was shown."""
    words = visit.asked("words")[:200]
    page = service.list_determinations(visit.tenant, visit.actor, words=words, after=visit.asked("after") or None)
    return visit.show("origin_determination/determinations.html", page=page, words=words, laws=agreements())


@PAGES.get("/determinations/{document_id}", operation="determinations.read")
def show_binder(visit: Visit) -> Response:
    """The binder as a page."""
    try:
        binder = _binder(visit)
    except DeterminationUnknown:
        waiting = show_under_way(visit, visit.named("document_id"))
        if waiting is None:
            raise
        return waiting
    return visit.show(
        "origin_determination/binder.html", binder=binder, rule=plain_rule(binder.rule), can_typeset=can_typeset()
    )


@PAGES.get("/determinations/{document_id}/binder.json", operation="determinations.read")
def download_json(visit: Visit) -> Response:
    """The binder as a file for programs."""
    binder = _binder(visit)
    return _file(binder_json(binder), "application/json", f"{binder.product_number}.binder.json")


@PAGES.get("/determinations/{document_id}/binder.pdf", operation="determinations.read")
def download_pdf(visit: Visit) -> Response:
    """The binder as a tagged PDF, to print and to keep."""
    binder = _binder(visit)
    return _file(binder_pdf(binder), "application/pdf", f"{binder.product_number}.binder.pdf")


def _binder(visit: Visit) -> Binder:
    asked = visit.asked("version")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
    return service.show_binder(visit.tenant, visit.actor, visit.named("document_id"), version=number)


def _file(content: bytes, media_type: str, name: str) -> Response:
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
    return Response(content, media_type=media_type, headers=headers)


def _day_of(visit: Visit) -> date | None:
    """The day of importation that was asked for; None: today."""
    text = visit.form.optional("on") or visit.asked("on")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FieldUnsuitable(got=text[:40], expected="a date such as 2026-11-22", where="on") from error


def _supposed(visit: Visit) -> Supposed:
    """What is supposed, from the address: `value.RM-1=20`, `origin.RM-1=originating`, `dearer.CN=10`, `price=400`."""
    changes: dict[str, dict[str, str]] = {}
    dearer = {}
    for name, value in visit.request.query_params.multi_items():
        what, _, of = name.partition(".")
        if of and what in SUPPOSED and value.strip():
            changes.setdefault(of, {})[what] = value.strip()
        elif of and what == "dearer" and value.strip():
            dearer[of] = value.strip()
    return Supposed(
        transaction_value=visit.asked("price").strip() or None,
        materials=tuple(_change(material, said) for material, said in changes.items()),
        dearer=dearer,
    )


def _change(material: str, said: dict[str, str]) -> MaterialChange:
    origin = said.get("origin")
    if origin not in (None, "originating", "non_originating", "unknown"):
        raise FieldUnsuitable(got=origin, expected="originating, non_originating or unknown", where="origin")
    return MaterialChange(
        material=material,
        value=said.get("value"),
        origin=origin,  # type: ignore[arg-type]
        tariff=said.get("tariff"),
        country=said.get("country"),
    )
