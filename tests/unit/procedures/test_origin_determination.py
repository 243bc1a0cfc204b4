"""From the bill of material to the binder: ask, suppose, determine, certify from it, and tell holders when it turns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest
from trading import NOT_CERTIFIED, Trade

from transire.demo.world import make_world
from transire.desk.errors import PermissionDenied
from transire.desk.person import Person
from transire.node.own_rules import rules_path
from transire.node.tenant import Issued
from transire.origin.agreements import agreement
from transire.origin.compiling import catalogue_bytes, compile_catalogue, edition_of, read_rows
from transire.origin.determine import determine
from transire.origin.errors import CodeUnknown
from transire.origin.reading import read_case
from transire.procedures.origin_certification import service as certification
from transire.procedures.origin_certification.errors import DeterminedOtherwise
from transire.procedures.origin_determination import service as origin
from transire.procedures.origin_determination.binder import binder_json
from transire.procedures.origin_determination.errors import (
    AgreementNotOfProduct,
    CaseWithoutNumber,
    DeterminationUnknown,
    MaterialUnknown,
)
from transire.procedures.origin_determination.picturing import tree_of
from transire.procedures.origin_determination.supposing import MaterialChange, Supposed
from transire.procedures.origin_determination.typesetting import binder_pdf, can_typeset
from transire.records.inbox import list_inbox

PUMP = "BV-CP200"
DEARER = b"RM-1003,Bronze impeller,8413.91.90.85,non_originating,CN,1,EA,"
CASE = {
    "agreement": "usmca",
    "import_date": "2026-11-22",
    "good": {"id": "BV-JSON", "description": "Ceiling fan, as a case", "tariff": "8414.51", "produced_in": ["MX"]},
    "materials": [
        {"id": "motor", "tariff": "8501.40", "origin": "non_originating", "value": "24.60"},
        {
            "id": "blades",
            "tariff": "8414.90",
            "self_produced": {"materials": [{"id": "sheet", "tariff": "7210.49", "origin": "originating"}]},
        },
    ],
}


@pytest.fixture(scope="module")
def determined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Trade, dict[str, Issued]]]:
    """A world in which the Mexican producer has had its products determined, and has certified from that."""
    world = make_world(Path(tmp_path_factory.mktemp("determined")), port=8400)
    trade = Trade(world)
    trade.import_products()
    made = origin.determine_origin(trade.bajio.tenant, trade.bajio.person, world.goods_of("bajio"), "usmca")
    trade.settle()
    trade.certify()
    trade.settle()
    yield trade, made.issued
    world.node.close()


@pytest.fixture
def trade(determined: tuple[Trade, dict[str, Issued]]) -> Trade:
    return determined[0]


@pytest.fixture
def issued(determined: tuple[Trade, dict[str, Issued]]) -> dict[str, Issued]:
    return determined[1]


def test_every_product_has_its_outcome_and_an_open_one_says_what_is_missing(trade: Trade) -> None:
    page = origin.list_origin(trade.bajio.tenant, trade.bajio.person)
    cells = {row.product.number: {cell.agreement: cell for cell in row.cells} for row in page.rows}
    assert {law for of in cells.values() for law in of} == {"usmca"}
    outcomes = {number: of["usmca"].outcome for number, of in cells.items()}
    assert outcomes.pop(NOT_CERTIFIED) == "undetermined"
    assert set(outcomes.values()) == {"originating"}
    assert cells[NOT_CERTIFIED]["usmca"].missing == ("rule",)


def test_the_page_tells_what_each_material_is_to_the_rule(trade: Trade) -> None:
    page = origin.show_origin(trade.bajio.tenant, trade.bajio.person, PUMP, "usmca")
    standings = {node.material.id: node.standing for node in page.nodes}
    assert standings["RM-1001"] == "originates"
    assert standings["RM-1002"] == "shifts"
    assert standings["RM-1003"] == "tolerated"
    assert page.bar is None
    stages = origin.show_origin(trade.bajio.tenant, trade.bajio.person, "BV-MS300", "usmca")
    assert stages.bar is not None
    # (net cost 717.40 - non-originating 141.10) / net cost, of the example's own bill.
    assert str(stages.bar.found).startswith("80.33175")
    assert stages.bar.reaches


def test_a_material_that_is_not_settled_is_not_shown_to_shift() -> None:
    bought = [
        {"id": "part", "tariff": "84.14", "origin": "non_originating"},
        {"id": "motor", "tariff": "8501.10", "origin": "non_originating"},
    ]
    asked = {"agreement": "usmca", "import_date": "2024-05-02", "good": {"tariff": "8414.59"}, "materials": bought}
    rule = {"rule": {"text": "A change to subheading 8414.59 from any other subheading."}}
    for more, standings in ((rule, ["open", "shifts"]), ({}, ["not_judged", "not_judged"])):
        case = read_case(json.dumps(asked | more))
        assert [node.standing for node in tree_of(case, determine(case))] == standings


def test_an_agreement_binds_only_the_countries_of_its_day(trade: Trade) -> None:
    with pytest.raises(AgreementNotOfProduct):
        origin.show_origin(trade.bajio.tenant, trade.bajio.person, PUMP, "cafta_dr")
    then = origin.show_origin(trade.bajio.tenant, trade.bajio.person, PUMP, "nafta", on=date(2019, 3, 1))
    assert then.answer.rule is not None
    assert "401" in then.answer.rule.citation or "NAFTA" in then.answer.rule.citation


def test_what_is_supposed_is_compared_and_not_kept(trade: Trade) -> None:
    tenant, person = trade.bajio.tenant, trade.bajio.person
    dearer = Supposed(materials=(MaterialChange(material="RM-1003", value="118.40"),))
    compared = origin.compare_origin(tenant, person, PUMP, "usmca", dearer)
    assert (compared.before.outcome, compared.after.outcome) == ("originating", "not_originating")
    sourced = Supposed(materials=(MaterialChange(material="RM-1003", value="118.40", origin="originating"),))
    assert origin.compare_origin(tenant, person, PUMP, "usmca", sourced).after.outcome == "originating"
    assert origin.show_origin(tenant, person, PUMP, "usmca").answer == compared.before
    with pytest.raises(MaterialUnknown, match="RM-9"):
        origin.compare_origin(
            tenant, person, PUMP, "usmca", Supposed(materials=(MaterialChange(material="RM-9", value="1"),))
        )


def test_a_rate_of_exchange_changes_the_prices_of_its_country_alone(trade: Trade) -> None:
    tenant, person = trade.bajio.tenant, trade.bajio.person
    compared = origin.compare_origin(tenant, person, "BV-MS300", "usmca", Supposed(dearer={"IT": "10", "CN": "50"}))
    before, after = compared.before.figures, compared.after.figures
    # Of its non-originating materials 121.60 come from Italy and 19.50 from Germany.
    assert before.value_non_originating == "141.10"
    assert after.value_non_originating is not None
    assert float(after.value_non_originating) == pytest.approx(141.10 + 12.16)


def test_a_determination_stands_until_something_changes(trade: Trade) -> None:
    made = origin.determine_origin(trade.bajio.tenant, trade.bajio.person, ["BV-CF132"], "usmca")
    assert (made.issued, made.unchanged) == ({}, ("BV-CF132",))


def test_costs_go_past_the_importer(trade: Trade, issued: dict[str, Issued]) -> None:
    document = issued[PUMP].document_id
    assert origin.show_binder(trade.customs.tenant, trade.customs.person, document).product_number == PUMP
    for other in (trade.riogrande, trade.gateway, trade.valle):
        with pytest.raises(DeterminationUnknown):
            origin.show_binder(other.tenant, other.person, document)


def test_the_certification_takes_criterion_and_rule_from_the_determination(
    trade: Trade, issued: dict[str, Issued]
) -> None:
    draft = certification.draft_certification(
        trade.bajio.tenant,
        trade.bajio.person,
        agreement="usmca",
        importer_did=trade.riogrande.did,
        goods=[PUMP],
        blanket=trade.blanket,
    )
    shown = certification.show_draft(trade.bajio.tenant, trade.bajio.person, draft)
    good = shown.content["goods"][0]
    assert good["determination"] == issued[PUMP].document_id
    for field in ("originCriterion", "ruleOfOrigin", "determination"):
        source = shown.sources[f"/goods/0/{field}"]
        assert (source.origin, source.document_id) == ("document", issued[PUMP].document_id)
    assert shown.keyed_fields() == ["/agreement", "/blanketPeriod"]


def test_the_binder_holds_every_input_and_is_the_same_each_time(trade: Trade, issued: dict[str, Issued]) -> None:
    binder = origin.show_binder(trade.customs.tenant, trade.customs.person, issued["BV-MS300"].document_id)
    assert binder.recomputed == "same"
    values = {one.place: one for one in binder.inputs}
    assert values["/materials/2/value"].value == "121.60"
    assert "Officine Valtorta" in values["/materials/2/value"].comes_from
    assert {one.signed_by for one in binder.inputs} == {trade.bajio.did}
    assert all(test.needed and test.found and test.citation for test in binder.tests)
    told = [event.what for event in binder.time_line if event.about == "determination"]
    assert told[:2] == ["document.issued/1", "origin.determined/1"]
    assert binder.certifications
    again = origin.show_binder(trade.customs.tenant, trade.customs.person, issued["BV-MS300"].document_id)
    assert binder_json(again) == binder_json(binder)
    assert b'"BV-MS300"' in binder_json(binder)


@pytest.mark.skipif(not can_typeset(), reason="NOT TESTED: the typesetter (transire[pdf]) is not installed")
def test_the_printed_binder_is_tagged_and_the_same_bytes_each_time(trade: Trade, issued: dict[str, Issued]) -> None:
    binder = origin.show_binder(trade.customs.tenant, trade.customs.person, issued[PUMP].document_id)
    printed = binder_pdf(binder)
    assert printed.startswith(b"%PDF-")
    for mark in (b"/StructTreeRoot", b"/Lang", b"pdfuaid"):
        assert mark in printed
    assert binder_pdf(binder) == printed
    assert binder_pdf(msgspec.structs.replace(binder, outcome="undetermined")) != printed


def test_a_changed_bill_is_determined_again_and_holders_are_told(trade: Trade, issued: dict[str, Issued]) -> None:
    actor, read = trade.bajio, trade.world.read
    bill = read("mx-producer/materials.csv").replace(DEARER + b"18.40", DEARER + b"118.40")
    report = certification.import_products(actor.tenant, actor.person, read("mx-producer/products.csv"), bill)
    assert report.changed == (PUMP,)
    trade.settle()
    document = issued[PUMP].document_id
    binder = origin.show_binder(trade.customs.tenant, trade.customs.person, document)
    assert (binder.number, binder.outcome) == (2, "not_originating")
    trade.until(lambda: not origin.show_binder(actor.tenant, actor.person, document, version=1).is_current)
    for holder in (trade.bajio, trade.riogrande, trade.customs):
        with holder.tenant.database.reading() as view:
            kinds = [item.kind for item in list_inbox(view, holder.person).rows]
        assert "origin.turned" in kinds, holder.tenant.name
    with pytest.raises(DeterminedOtherwise) as refused:
        trade.certify()
    assert refused.value.where == PUMP


def test_a_product_may_come_as_a_case(trade: Trade) -> None:
    actor = trade.bajio
    case, became = origin.bring_in_case(actor.tenant, actor.person, msgspec.json.encode(CASE))
    assert (case.good.id, became) == ("BV-JSON", "added")
    page = origin.show_origin(actor.tenant, actor.person, "BV-JSON", "usmca")
    assert page.answer.outcome == "originating"
    assert {node.material.id: node.standing for node in page.nodes} == {
        "motor": "shifts",
        "blades": "made_here",
        "sheet": "originates",
    }
    assert origin.bring_in_case(actor.tenant, actor.person, msgspec.json.encode(CASE))[1] == "unchanged"


def test_rules_that_the_operator_imported_decide_and_their_edition_is_stated(trade: Trade) -> None:
    tenant, person = trade.bajio.tenant, trade.bajio.person
    page = origin.show_origin(tenant, person, NOT_CERTIFIED, "usmca")
    assert page.answer.rule is None
    heading = page.case.good.tariff[:4]
    rows = read_rows(["hs_scope,rule_text", f'{heading},"No change in tariff classification to heading {heading}."'])
    edition = msgspec.structs.replace(edition_of("usmca"), edition="HTSUS (2027)", source="the operator's own table")
    path = rules_path(trade.world.node.home.path, "usmca")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(catalogue_bytes(compile_catalogue(rows, agreement("usmca"), edition)))
    try:
        made = origin.determine_origin(tenant, person, [NOT_CERTIFIED], "usmca").issued[NOT_CERTIFIED]
        trade.settle()
        binder = origin.show_binder(tenant, person, made.document_id)
        assert (binder.outcome, binder.recomputed) == ("originating", "same")
        assert binder.rule is not None
        assert binder.rule.edition == "HTSUS (2027)"
        assert any("operator's own catalogue" in notice for notice in binder.notices)
    finally:
        path.unlink()
    # A node that does not hold the edition asks again by the text of the rule, which the document carries.
    assert origin.show_binder(tenant, person, made.document_id).recomputed == "same_by_text"
    again = origin.determine_origin(tenant, person, [NOT_CERTIFIED], "usmca").issued[NOT_CERTIFIED]
    trade.settle()
    assert origin.show_binder(tenant, person, again.document_id).outcome == "undetermined"


def test_a_case_that_cannot_be_asked_is_refused_at_the_door(trade: Trade) -> None:
    actor = trade.bajio
    wrong = {**CASE, "good": {**CASE["good"], "tariff": "7713.70"}}
    with pytest.raises(CodeUnknown):
        origin.bring_in_case(actor.tenant, actor.person, msgspec.json.encode(wrong))
    unnamed = {**CASE, "good": {"tariff": "8414.51"}}
    with pytest.raises(CaseWithoutNumber):
        origin.bring_in_case(actor.tenant, actor.person, msgspec.json.encode(unnamed))


def test_a_preparer_asks_but_does_not_sign(trade: Trade) -> None:
    clerk = Person("p", "Export clerk", frozenset({"preparer"}))
    assert origin.show_origin(trade.bajio.tenant, clerk, "BV-CF132", "usmca").answer.outcome == "originating"
    with pytest.raises(PermissionDenied):
        origin.determine_origin(trade.bajio.tenant, clerk, ["BV-CF132"], "usmca")
