"""The pages of solicitation: what is missing, asking, one request from both sides, and the supplier's link."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from transire.api import network
from transire.desk.permissions import require
from transire.desk.supplier_links import USUAL_DAYS
from transire.origin.agreements import agreement, agreements
from transire.portal.forms import Form
from transire.portal.parties import party_of
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement
from transire.procedures.solicitation import linking, service
from transire.procedures.solicitation.bulk import COLUMNS, Supplier
from transire.procedures.solicitation.gathering import Side
from transire.procedures.solicitation.linking import Said, SaidOfGood
from transire.procedures.solicitation.reasons import reasons
from transire.procedures.solicitation.service import (
    ANSWER_DAYS,
    FURTHEST_DAYS,
    MOST_REMIND_DAYS,
    REMIND_EVERY,
    Good,
    Terms,
)
from transire.procedures.solicitation.standing import State
from transire.procedures.solicitation.statements import ASKERS, SUPPLIERS
from transire.procedures.solicitation.throttling import Throttle
from transire.procedures.solicitation.views import HORIZONS

SIDES: tuple[Side, ...] = ("made", "received")
STATES: tuple[State, ...] = ("open", "overdue", "answered", "declined", "withdrawn")
OUTSIDE = "outside"
"""What stands for a member where the supplier is none."""

TRIED = Throttle()
"""For all members of the process: an address that tries links tries them everywhere."""

PAGES = Pages(
    Place("/solicitations", N_("Asking suppliers"), N_("Origin"), "solicitations.read", ASKERS | SUPPLIERS),
    told={
        "supplier-asked": N_("Asked. The request is signed and on its way."),
        "supplier-reminded": N_("The supplier is reminded."),
        "request-withdrawn": N_("The request is withdrawn."),
        "request-declined": N_("Declined. Who asked is told why."),
        "supplier-link-ended": N_("The link is ended."),
        "stated-taken-over": N_("The goods are in your product master. Draft the certification now."),
    },
    kinds={
        "solicitation.asked/1": N_("asked for a certification"),
        "solicitation.reminded/1": N_("reminded of it"),
        "solicitation.declined/1": N_("declined, and said why"),
        "solicitation.heard/1": N_("was told something through a link"),
        "solicitation.withdrawn/1": N_("withdrew the request"),
    },
    items={
        "solicitation.asked": Item(
            N_("You are asked to certify the origin of %(count)s goods"), "/solicitations/{statement_id}"
        ),
        "solicitation.reminded": Item(
            N_("You are reminded: %(count)s goods still lack a certification"), "/solicitations/{statement_id}"
        ),
        "solicitation.declined": Item(
            N_("A supplier does not certify %(count)s goods, and says why"), "/solicitations/{statement_id}"
        ),
        "solicitation.heard": Item(
            N_("A supplier answered through a link, without a signature"), "/solicitations/{statement_id}"
        ),
    },
)


@PAGES.get("/solicitations", operation="solicitations.read")
def show_requests(visit: Visit) -> Response:
    """What is asked, answered, missing and running out, and the requests themselves."""
    asks = not ASKERS.isdisjoint(visit.tenant.roles)
    usual: Side = "received" if "producer" in visit.tenant.roles else "made"  # a producer that exports is asked first
    side: Side = next((each for each in SIDES if each == visit.asked("side")), usual)
    state = next((each for each in STATES if each == visit.asked("state")), None)
    page = service.list_requests(visit.tenant, visit.actor, side=side, state=state, after=visit.asked("after") or None)
    return visit.show(
        "solicitation/requests.html",
        page=page,
        side=side,
        chosen=state,
        states=STATES,
        overview=service.show_overview(visit.tenant, visit.actor) if asks and side == "made" else None,
        horizons=HORIZONS,
        may_ask=asks and visit.may("solicitations.ask"),
    )


@PAGES.get("/solicitations/new", operation="solicitations.ask")
def show_new(visit: Visit) -> Response:
    """Whom to ask, for what, for which period."""
    require(visit.actor, "solicitations.ask")
    law = agreements().get(visit.form.optional("agreement") or visit.asked("agreement"), agreement("usmca"))
    today = visit.tenant.now().date()
    start = min(_day(visit.asked("from")) or today, today + timedelta(days=FURTHEST_DAYS))
    return visit.show(
        "solicitation/new.html",
        law=law,
        laws=[law for law in agreements().values() if law.in_force_until is None],
        suppliers=_suppliers(visit),
        supplier=visit.asked("supplier"),
        goods="\n".join(visit.request.query_params.getlist("good")),
        start=start,
        until=law.blanket_end(start),
        answer_by=today + timedelta(days=ANSWER_DAYS),
        remind_every=REMIND_EVERY,
        outside=OUTSIDE,
    )


@PAGES.post("/solicitations/new", operation="solicitations.ask", again=show_new)
def ask(visit: Visit) -> Response:
    """Sign the request."""
    form = visit.form
    chosen = form.text("supplier")
    supplier = Supplier(form.text("supplier_name")) if chosen == OUTSIDE else Supplier(chosen, chosen)
    made = service.ask(
        visit.tenant,
        visit.actor,
        supplier,
        form.one_of("agreement", list(agreements())),
        _goods(form.text("goods")),
        _terms(form),
    )
    await_statement(visit.tenant, made)
    return visit.go(f"/solicitations/{made}", told="supplier-asked")


@PAGES.get("/solicitations/bulk", operation="solicitations.ask")
def show_bulk(visit: Visit) -> Response:
    """Where the table of the member's own system is handed over."""
    return _bulk_page(visit, None)


@PAGES.post("/solicitations/bulk", operation="solicitations.ask", again=show_bulk)
def ask_in_bulk(visit: Visit) -> Response:
    """Ask for every row that is neither certified nor asked for."""
    form = visit.form
    outside = form.optional("outside") == "yes"
    asking = service.ask_in_bulk(visit.tenant, visit.actor, form.file("requests"), _terms(form), outside=outside)
    for made in asking.requests[-1:]:
        await_statement(visit.tenant, made)
    return _bulk_page(visit, asking)


@PAGES.get("/solicitations/{request_id}", operation="solicitations.read")
def show_request(visit: Visit) -> Response:
    """One request, as who asked or as who is asked."""
    return _request_page(visit, None)


@PAGES.post("/solicitations/{request_id}/remind", operation="solicitations.ask", again=show_request)
def remind(visit: Visit) -> Response:
    """Remind the supplier now."""
    request = visit.named("request_id")
    await_statement(visit.tenant, service.remind(visit.tenant, visit.actor, request))
    return visit.go(f"/solicitations/{request}", told="supplier-reminded")


@PAGES.post("/solicitations/{request_id}/withdraw", operation="solicitations.ask", again=show_request)
def withdraw(visit: Visit) -> Response:
    """Need no answer any more."""
    request = visit.named("request_id")
    stated = service.withdraw(visit.tenant, visit.actor, request, visit.form.optional("note"))
    await_statement(visit.tenant, stated)
    return visit.go(f"/solicitations/{request}", told="request-withdrawn")


@PAGES.post("/solicitations/{request_id}/decline", operation="solicitations.decline", again=show_request)
def decline(visit: Visit) -> Response:
    """Certify some goods not, and say why."""
    request, form = visit.named("request_id"), visit.form
    stated = service.decline(
        visit.tenant, visit.actor, request, form.some("goods"), form.text("reason"), form.optional("note")
    )
    await_statement(visit.tenant, stated)
    return visit.go(f"/solicitations/{request}", told="request-declined")


@PAGES.post("/solicitations/{request_id}/links", operation="solicitations.ask", again=show_request)
def make_link(visit: Visit) -> Response:
    """Make a link; its address is on this one page and nowhere else."""
    days = visit.form.whole("days", least=1, most=MOST_REMIND_DAYS)
    made = linking.make_link(visit.tenant, visit.actor, visit.named("request_id"), days=days)
    return _request_page(visit, f"{visit.portal.node.settings.origin}{visit.at('/answer/' + made.token)}")


@PAGES.post("/solicitations/{request_id}/links/{link_id}/end", operation="solicitations.ask", again=show_request)
def end_link(visit: Visit) -> Response:
    """End a link before its time."""
    request = visit.named("request_id")
    linking.end_link(visit.tenant, visit.actor, request, visit.named("link_id"))
    return visit.go(f"/solicitations/{request}", told="supplier-link-ended")


@PAGES.post("/solicitations/{request_id}/take-over", operation="products.import", again=show_request)
def take_over(visit: Visit) -> Response:
    """Keep what was stated in the product master."""
    request = visit.named("request_id")
    linking.take_over(visit.tenant, visit.actor, request)
    return visit.go(f"/solicitations/{request}", told="stated-taken-over")


# The supplier's link: no account, no session.


@PAGES.get("/answer/{token}", public=True)
def show_answer(visit: Visit) -> Response:
    """What is asked, to whoever has the link."""
    _admit(visit)
    page = linking.show_link(visit.tenant, visit.named("token"))
    return visit.show(
        "solicitation/answer.html", page=page, token=visit.named("token"), reasons=_reasons(visit), law=page.law
    )


@PAGES.post("/answer/{token}", public=True, again=show_answer)
def answer(visit: Visit) -> Response:
    """Take what is given, once."""
    _admit(visit)
    form = visit.form
    said = Said(
        given_by=form.text("given_by"),
        title=form.text("title"),
        role="producer" if form.one_of("role", ["producer", "exporter"]) == "producer" else "exporter",
        goods=tuple(_said_of(form, at, number) for at, number in enumerate(form.some("number"))),
        company=party_of(form, "company_"),
    )
    linking.answer_link(visit.tenant, visit.named("token"), said)
    return visit.show("solicitation/answered.html", asker=visit.tenant.name)


def _admit(visit: Visit) -> None:
    client = visit.request.client
    TRIED.admit(client.host if client else "")


def _said_of(form: Form, at: int, number: str) -> SaidOfGood:
    says = form.one_of(f"says.{at}", ["originating", "declined"])
    return SaidOfGood(
        number=number,
        says="originating" if says == "originating" else "declined",
        tariff_number=form.optional(f"tariff.{at}"),
        country=form.optional(f"country.{at}"),
        criterion=form.optional(f"criterion.{at}"),
        reason=form.optional(f"reason.{at}"),
        note=form.optional(f"note.{at}"),
    )


# Inside.


def _request_page(visit: Visit, link: str | None) -> Response:
    page = service.show_request(visit.tenant, visit.actor, visit.named("request_id"))
    said = [linking.said_through(each) for each in page.links if each.answer is not None]
    products = _on_desk(visit) if page.line.ours and page.line.supplier is None else frozenset()
    return visit.show(
        "solicitation/request.html",
        page=page,
        line=page.line,
        link=link,
        said=said[0] if said else None,
        own_products=products,
        reasons=_reasons(visit),
        titles={code: reason.title for code, reason in reasons().items()},
        now=visit.tenant.now(),
        usual_days=USUAL_DAYS,
    )


def _on_desk(visit: Visit) -> frozenset[str]:
    return linking.taken_over(visit.tenant, visit.named("request_id"))


def _bulk_page(visit: Visit, asking: Any) -> Response:
    today, law = visit.tenant.now().date(), agreement("usmca")
    return visit.show(
        "solicitation/bulk.html",
        asking=asking,
        columns=COLUMNS,
        today=today,
        until=law.blanket_end(today),
        answer_by=today + timedelta(days=ANSWER_DAYS),
        remind_every=REMIND_EVERY,
    )


def _suppliers(visit: Visit) -> list[tuple[str, str]]:
    members = network.list_members(visit.tenant, visit.actor)
    return [
        (line.did, line.name)
        for line in members
        if line.did != visit.tenant.did and not SUPPLIERS.isdisjoint(line.roles)
    ]


def _reasons(visit: Visit) -> list[tuple[str, str]]:
    return [(code, visit.say(reason.title)) for code, reason in reasons().items()]


def _terms(form: Form) -> Terms:
    return Terms(
        form.date("from"),
        form.date("until"),
        form.date("answer_by"),
        form.whole("remind_every", least=0, most=MOST_REMIND_DAYS),
        form.optional("note"),
    )


def _goods(text: str) -> list[Good]:
    """One good a line: its number, and after a semicolon what it is."""
    goods = []
    for line in filter(None, map(str.strip, text.splitlines())):
        number, _, description = line.partition(";")
        goods.append(Good(number.strip(), description.strip() or None))
    return goods


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
