"""The importer asks, the supplier certifies or declines, the node reminds; who has no account has a link."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from trading import NOT_CERTIFIED, Trade

from transire.demo.stage import today
from transire.desk.errors import LinkLifeUnsuitable, PermissionDenied, SupplierLinkRefused
from transire.desk.person import Person
from transire.desk.supplier_links import MOST_LOOKS, look_at_link
from transire.documents.errors import TableRefused
from transire.documents.parties import Address, Party
from transire.node.rebuilding import rebuild_records, records_digest
from transire.procedures.origin_certification import service as origin
from transire.procedures.solicitation import linking, reminding, service
from transire.procedures.solicitation.bulk import Supplier
from transire.procedures.solicitation.errors import (
    AnswerIncomplete,
    AskedTooOften,
    GoodsUnsuitable,
    NoReminder,
    NothingStated,
    NotTheAsker,
    NotTheSupplier,
    PeriodUnsuitable,
    ReasonIncomplete,
    RemindedLately,
    SolicitationClosed,
    SupplierHasAccount,
    SupplierUnsuitable,
)
from transire.procedures.solicitation.linking import Said, SaidOfGood
from transire.procedures.solicitation.service import Good, Terms
from transire.procedures.solicitation.throttling import TRIES, WITHIN_S, Throttle
from transire.procedures.solicitation.views import RequestPage
from transire.records.inbox import list_inbox
from transire.vault import journal

COMPANY = Party(
    name="Herrajes del Norte",
    address=Address(street="Calle 5", city="Saltillo", region="COA", country="MX"),
    phone="+52 844 555 0100",
    email="export@herrajes.example",
)


pytestmark = pytest.mark.xdist_group("solicitation")


@pytest.fixture(scope="module", autouse=True)
def products(trade: Trade) -> None:
    trade.import_products()


def terms(**changes: Any) -> Terms:
    usual = Terms(today(), today() + timedelta(days=300), today() + timedelta(days=30), 14)
    return usual._replace(**changes)


def asked(trade: Trade, *numbers: str, did: str | None = None, name: str = "x", **changes: Any) -> str:
    actor = trade.riogrande
    supplier = Supplier(name, did or trade.bajio.did) if did != "" else Supplier(name)
    goods = [Good(number, f"Good {number}") for number in numbers]
    request = service.ask(actor.tenant, actor.person, supplier, "usmca", goods, terms(**changes))
    trade.settle()
    return request


def page(trade: Trade, slug: str, request: str) -> RequestPage:
    actor = trade.world.actors[slug]
    return service.show_request(actor.tenant, actor.person, request)


def states(trade: Trade, slug: str, request: str) -> list[str]:
    return [good.standing.state for good in page(trade, slug, request).goods]


def inbox(trade: Trade, slug: str, kind: str, request: str) -> list[str]:
    actor = trade.world.actors[slug]
    with actor.tenant.database.reading() as view:
        return [line.id for line in list_inbox(view, actor.person, kind=kind).rows if request in line.id]


def certify(trade: Trade, request: str) -> str:
    """Everything that the draft needs stands in the request."""
    shown = page(trade, "bajio", request)
    actor, line, importer = trade.bajio, shown.line, shown.importer
    assert importer is not None
    draft = origin.draft_certification(
        actor.tenant,
        actor.person,
        agreement=line.agreement,
        importer_did=line.asker,
        importer=Party(
            name=importer["name"],
            address=Address(
                street=importer["street"],
                city=importer["city"],
                region=importer.get("region"),
                postal_code=importer.get("postal_code"),
                country=importer["country"],
            ),
            phone=importer.get("phone"),
            email=importer.get("email"),
        ),
        goods=[good.number for good in shown.goods if good.standing.state == "open" and good.ready != "unknown"],
        blanket=(date.fromisoformat(line.valid_from), date.fromisoformat(line.valid_until)),
    )
    issued = origin.sign_certification(actor.tenant, actor.person, draft)
    trade.settle()
    return issued.document_id


# Asking and answering.


def test_a_request_reaches_the_supplier_and_a_certification_answers_it(trade: Trade) -> None:
    request = asked(trade, "BV-CP200", "BV-CF132", note="For the year to come")
    shown = page(trade, "bajio", request)
    assert (shown.line.asker, shown.line.state, shown.note) == (trade.riogrande.did, "open", "For the year to come")
    assert [good.ready for good in shown.goods] == ["stated", "stated"]
    assert inbox(trade, "bajio", "solicitation.asked", request)
    certification = certify(trade, request)
    for slug in ("bajio", "riogrande"):
        found = page(trade, slug, request)
        assert found.line.state == "answered"
        assert {good.standing.certification for good in found.goods} == {certification}
    trade.until(lambda: not inbox(trade, "bajio", "solicitation.asked", request))


def test_nobody_else_learns_of_it(trade: Trade) -> None:
    request = asked(trade, "BV-RH019")
    for slug in ("valle", "gateway", "customs"):
        with trade.world.actors[slug].tenant.database.reading() as view:
            assert journal.read_raw(view, request) is None


def test_a_certification_that_ends_leaves_the_good_missing(trade: Trade) -> None:
    request = asked(trade, "BV-PL120")
    certification = certify(trade, request)
    assert states(trade, "riogrande", request) == ["certified"]
    actor = trade.bajio
    origin.withdraw_certification(actor.tenant, actor.person, certification, "A supplier was wrong")
    trade.settle()
    trade.until(lambda: states(trade, "riogrande", request) == ["open"])


def test_one_that_covers_part_of_the_period_is_not_enough(trade: Trade) -> None:
    request = asked(trade, "BV-MS300", until=today() + timedelta(days=50))
    certify(trade, request)
    later = asked(trade, "BV-MS300", until=today() + timedelta(days=200))
    assert states(trade, "riogrande", request) == ["certified"]
    assert states(trade, "riogrande", later) == ["partly"]
    expiring = service.show_overview(trade.riogrande.tenant, trade.riogrande.person).expiring
    mine = next(each for each in expiring if "BV-MS300" in each.numbers)
    assert (mine.within, mine.issuer, mine.asked_again) == (60, trade.bajio.did, True)


def test_a_reasoned_no_is_told_and_settles(trade: Trade) -> None:
    request = asked(trade, NOT_CERTIFIED, "BV-TK1100")
    actor = trade.bajio
    service.decline(actor.tenant, actor.person, request, [NOT_CERTIFIED], "undetermined", "The motor is looked into")
    trade.settle()
    assert states(trade, "riogrande", request) == ["declined", "open"]
    assert page(trade, "riogrande", request).goods[0].standing.reason == "undetermined"
    with trade.riogrande.tenant.database.reading() as view:
        told = list_inbox(view, trade.riogrande.person, kind="solicitation.declined").rows
    assert told
    assert inbox(trade, "bajio", "solicitation.asked", request), "one good is still open"
    certify(trade, request)
    trade.until(lambda: not inbox(trade, "bajio", "solicitation.asked", request))
    assert page(trade, "riogrande", request).line.state == "declined"


def test_a_no_without_what_it_needs_is_refused(trade: Trade) -> None:
    request = asked(trade, NOT_CERTIFIED)
    actor = trade.bajio
    for goods, reason, error in (
        ([NOT_CERTIFIED], "other", ReasonIncomplete),
        ([NOT_CERTIFIED], "no such code", ReasonIncomplete),
        (["BV-CP200"], "undetermined", GoodsUnsuitable),
        ([], "undetermined", GoodsUnsuitable),
    ):
        with pytest.raises(error):
            service.decline(actor.tenant, actor.person, request, goods, reason)
    other, preparer = trade.riogrande, Person("p", "Preparer", frozenset({"preparer"}))
    with pytest.raises(NotTheSupplier):
        service.decline(other.tenant, other.person, request, [NOT_CERTIFIED], "undetermined")
    with pytest.raises(PermissionDenied):
        service.decline(actor.tenant, preparer, request, [NOT_CERTIFIED], "undetermined")


def test_what_cannot_be_asked_is_refused(trade: Trade) -> None:
    actor, good = trade.riogrande, [Good("BV-CP200")]
    producer = Supplier("x", trade.bajio.did)
    for supplier, goods, changes, error in (
        (Supplier("x", trade.customs.did), good, {}, SupplierUnsuitable),
        (producer, good, {"until": today() + timedelta(days=400)}, PeriodUnsuitable),
        (producer, good, {"until": today() - timedelta(days=1)}, PeriodUnsuitable),
        (producer, good, {"start": date(9999, 12, 31), "until": date(9999, 12, 31)}, PeriodUnsuitable),
        (producer, good, {"answer_by": today() - timedelta(days=1)}, PeriodUnsuitable),
        (producer, good, {"remind_every": 91}, PeriodUnsuitable),
        (producer, [*good, *good], {}, GoodsUnsuitable),
        (producer, [], {}, GoodsUnsuitable),
    ):
        with pytest.raises(error):
            service.ask(actor.tenant, actor.person, supplier, "usmca", goods, terms(**changes))


def test_a_request_that_is_withdrawn_asks_nothing(trade: Trade) -> None:
    request = asked(trade, "BV-VB050")
    actor = trade.riogrande
    with pytest.raises(NotTheAsker):
        service.withdraw(trade.bajio.tenant, trade.bajio.person, request)
    service.withdraw(actor.tenant, actor.person, request, "Bought elsewhere")
    trade.settle()
    assert page(trade, "bajio", request).line.state == "withdrawn"
    trade.until(lambda: not inbox(trade, "bajio", "solicitation.asked", request))
    with pytest.raises(SolicitationClosed):
        service.decline(trade.bajio.tenant, trade.bajio.person, request, ["BV-VB050"], "undetermined")


# In bulk.


def table(*rows: str) -> bytes:
    return "\n".join(["part_number,supplier,agreement,description", *rows]).encode()


def test_a_table_becomes_as_few_requests_as_can_be_and_asks_nothing_twice(trade: Trade) -> None:
    actor = trade.riogrande
    bajio, valle = f'"{trade.bajio.tenant.name}"', trade.valle.did
    rows = table(f"A-1,{bajio},usmca,Valve", f"A-2,{bajio.upper()},USMCA,", f"V-1,{valle},cafta_dr,Shirt")
    made = service.ask_in_bulk(actor.tenant, actor.person, rows, terms())
    assert (len(made.requests), made.goods, made.skipped) == (2, 3, ())
    trade.settle()
    assert [good.number for good in page(trade, "bajio", made.requests[0]).goods] == ["A-1", "A-2"]
    again = service.ask_in_bulk(actor.tenant, actor.person, rows, terms())
    assert (again.requests, again.goods, {one.why for one in again.skipped}) == ((), 0, {"asked"})
    covered = table(f"BV-CP200,{bajio},usmca,")
    for request in service.ask_in_bulk(actor.tenant, actor.person, covered, terms()).requests:
        trade.settle()
        certify(trade, request)  # unless a test before this one has
        trade.settle()
    assert [one.why for one in service.ask_in_bulk(actor.tenant, actor.person, covered, terms()).skipped] == [
        "certified"
    ]


def test_a_table_with_a_supplier_that_is_unknown_is_refused_or_asked_through_links(trade: Trade) -> None:
    actor = trade.riogrande
    rows = table("Z-1,Herrajes del Norte,usmca,Hinge", f"Z-2,{trade.customs.did},usmca,")
    with pytest.raises(TableRefused) as refused:
        service.ask_in_bulk(actor.tenant, actor.person, rows, terms())
    assert sorted(problem.row for problem in refused.value.problems) == [2, 3]
    with pytest.raises(TableRefused) as refused:
        service.ask_in_bulk(actor.tenant, actor.person, rows, terms(), outside=True)
    assert [problem.row for problem in refused.value.problems] == [3], "a member that does not certify"


def test_a_long_table_is_parted(trade: Trade) -> None:
    actor = trade.riogrande
    rows = table(*(f"L-{number},{trade.bajio.did},usmca," for number in range(250)))
    made = service.ask_in_bulk(actor.tenant, actor.person, rows, terms())
    assert (len(made.requests), made.goods) == (3, 250)


# Reminding.


def reminders(trade: Trade, request: str) -> int:
    with trade.riogrande.tenant.database.reading() as view:
        return journal.count_own(view, "solicitation.reminded/1", request)


def test_the_node_reminds_when_it_is_time_and_never_more_often(trade: Trade) -> None:
    request = asked(trade, "BV-SG020", remind_every=10)
    tenant = trade.riogrande.tenant
    assert isinstance(reminding.remind_when_due(tenant), datetime)
    assert reminders(trade, request) == 0
    later = tenant.now() + timedelta(days=10, minutes=1)
    reminding.remind_when_due(tenant, later)
    reminding.remind_when_due(tenant, later)
    assert reminders(trade, request) == 1, "one is under way, or was just told"
    trade.settle()
    reminding.remind_when_due(tenant, later)
    assert reminders(trade, request) == 2, "the ledger took the first one today: ten days before"


def test_by_hand_neither(trade: Trade) -> None:
    request = asked(trade, "BV-SG020", remind_every=0)
    actor = trade.riogrande
    with pytest.raises(RemindedLately):
        service.remind(actor.tenant, actor.person, request)


def test_a_reminder_reaches_the_inbox_and_is_settled_with_the_rest(trade: Trade) -> None:
    request = asked(trade, "R-1", remind_every=10)
    actor = trade.riogrande
    with actor.tenant.database.reading() as view:
        found = service.find_asked(view, request)
    assert found is not None
    with actor.tenant.transaction() as tx:
        stated = reminding.remind(actor.tenant, tx, actor.person, found, actor.tenant.now() + timedelta(days=11))
    trade.settle()
    assert inbox(trade, "bajio", "solicitation.reminded", stated)
    assert page(trade, "bajio", stated).line.id == request, "an item of the inbox leads to the request"
    service.decline(trade.bajio.tenant, trade.bajio.person, request, ["R-1"], "undetermined")
    trade.settle()
    trade.until(lambda: not inbox(trade, "bajio", "solicitation.reminded", stated))


# Through a link.


def said(*goods: SaidOfGood, company: Party | None = COMPANY) -> Said:
    return Said(given_by="Export desk", title="Export clerk", role="producer", goods=goods, company=company)


HINGE = SaidOfGood(number="H-1", says="originating", tariff_number="8413.70", country="MX", criterion="B")


def linked(trade: Trade, *numbers: str, days: int = 30) -> tuple[str, str]:
    request = asked(trade, *numbers, did="", name="Herrajes del Norte")
    made = linking.make_link(trade.riogrande.tenant, trade.riogrande.person, request, days=days)
    return request, made.token


def test_what_is_said_through_a_link_is_no_certification_until_somebody_certifies(trade: Trade) -> None:
    request, token = linked(trade, "H-1", "H-2")
    tenant, person = trade.riogrande.tenant, trade.riogrande.person
    assert linking.show_link(tenant, token).asker_name == tenant.name
    linking.answer_link(tenant, token, said(HINGE, SaidOfGood(number="H-2", says="declined", reason="not_our_goods")))
    trade.settle()
    assert states(trade, "riogrande", request) == ["stated", "declined"]
    assert page(trade, "riogrande", request).line.state == "open"
    assert [line.ours for line in origin.list_certifications(tenant).rows if line.ours] == []
    for again in (lambda: linking.show_link(tenant, token), lambda: linking.answer_link(tenant, token, said(HINGE))):
        with pytest.raises(SupplierLinkRefused):
            again()
    assert linking.take_over(tenant, person, request) == ("H-1",)
    draft = origin.draft_certification(
        tenant,
        person,
        agreement="usmca",
        importer_did=tenant.did,
        goods=["H-1"],
        blanket=(terms().start, terms().until),
    )
    content = origin.show_draft(tenant, person, draft).content
    assert (content["certifierCapacity"], content["producers"][0]["name"]) == ("importer", COMPANY.name)
    assert origin.check_draft(tenant, draft) == ()
    origin.sign_certification(tenant, person, draft)
    trade.settle()
    assert states(trade, "riogrande", request) == ["certified", "declined"]


def test_a_link_ends_with_time_by_hand_and_after_many_looks(trade: Trade) -> None:
    request, token = linked(trade, "H-1", days=2)
    tenant, person = trade.riogrande.tenant, trade.riogrande.person
    with tenant.transaction() as tx, pytest.raises(SupplierLinkRefused):
        look_at_link(tx, token, now=tenant.now() + timedelta(days=2))
    made = linking.make_link(tenant, person, request)
    linking.end_link(tenant, person, request, made.row.id)
    with pytest.raises(SupplierLinkRefused):
        linking.show_link(tenant, made.token)
    for _ in range(MOST_LOOKS):
        linking.show_link(tenant, token)
    with pytest.raises(SupplierLinkRefused):
        linking.show_link(tenant, token)
    with pytest.raises(LinkLifeUnsuitable):
        linking.make_link(tenant, person, request, days=91)


def test_a_link_is_of_who_asked_and_for_who_has_no_account(trade: Trade) -> None:
    request, token = linked(trade, "H-1")
    with pytest.raises(SupplierLinkRefused):
        linking.show_link(trade.bajio.tenant, token)
    actor = trade.riogrande
    with pytest.raises(SupplierHasAccount):
        linking.make_link(actor.tenant, actor.person, asked(trade, "BV-CP200"))
    with pytest.raises(NoReminder):
        service.remind(actor.tenant, actor.person, request)
    with pytest.raises(NothingStated):
        linking.take_over(actor.tenant, actor.person, request)
    service.withdraw(actor.tenant, actor.person, request)
    trade.settle()
    with pytest.raises(SupplierLinkRefused):
        linking.show_link(actor.tenant, token)


@pytest.mark.parametrize(
    ("wrong", "company", "where"),
    [
        ({"tariff_number": "8302"}, COMPANY, "tariff.0"),
        ({"tariff_number": "hinge"}, COMPANY, "tariff.0"),
        ({"country": "DE"}, COMPANY, "country.0"),
        ({"criterion": "Z"}, COMPANY, "criterion.0"),
        ({"says": "declined"}, COMPANY, "reason.0"),
        ({"says": "declined", "reason": "other"}, COMPANY, "note.0"),
        ({}, None, "company_name"),
        ({}, Party(name="X", address=COMPANY.address, email="a@b.example"), "company_phone"),
    ],
)
def test_an_answer_that_no_certification_could_rest_on_is_refused_and_spends_nothing(
    trade: Trade, wrong: dict[str, Any], company: Party | None, where: str
) -> None:
    _, token = linked(trade, "H-1")
    given = {"number": "H-1", "says": "originating", "tariff_number": "8413.70", "country": "MX", "criterion": "B"}
    with pytest.raises(AnswerIncomplete) as refused:
        linking.answer_link(trade.riogrande.tenant, token, said(SaidOfGood(**{**given, **wrong}), company=company))
    assert refused.value.where == where
    linking.show_link(trade.riogrande.tenant, token)


def test_trying_links_takes_time() -> None:
    moment = [0.0]
    throttle = Throttle(lambda: moment[0])
    for _ in range(TRIES):
        throttle.admit("192.0.2.1")
    with pytest.raises(AskedTooOften):
        throttle.admit("192.0.2.1")
    throttle.admit("192.0.2.2")
    moment[0] = WITHIN_S
    throttle.admit("192.0.2.1")


# The records.


def test_a_rebuild_finds_the_same(trade: Trade) -> None:
    for slug in ("riogrande", "bajio"):
        tenant = trade.world.actors[slug].tenant
        before = records_digest(tenant)
        assert rebuild_records(tenant) == before


def test_the_ledger_shows_nothing_of_it(trade: Trade) -> None:
    """What everybody sees are commitments: no kind, part number, supplier or reason (LEDGER 11)."""
    engine = trade.world.node.engine
    shown = "".join(str(outcome) for block in engine.events(1) for outcome in block.outcomes)
    for word in ("solicitation", "BV-CP200", "Herrajes", "not_our_goods", "undetermined"):
        assert word not in shown
