"""Import once, sign once: from the product master to a certification, its cost sheet, its correction and its end."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from trading import NOT_CERTIFIED, Trade

from transire.desk.errors import PermissionDenied
from transire.desk.person import Person
from transire.documents.catalogue import find_subject_problems
from transire.documents.errors import TableRefused
from transire.ledger.endings import ended_key
from transire.ledger.errors import KindRefused
from transire.procedures.origin_certification import service as origin
from transire.procedures.origin_certification.errors import (
    CertificationEnded,
    CertificationUnknown,
    ImporterMissing,
    NothingChanged,
    NotTheCertifier,
    ProductNotCertifiable,
)
from transire.procedures.papers import open_newest
from transire.records.documents import DocumentFilter, every_document
from transire.records.inbox import list_inbox


@pytest.fixture(scope="module", autouse=True)
def products(trade: Trade) -> None:
    trade.import_products()


def held(trade: Trade, slug: str, schema_id: str) -> list[str]:
    tenant = trade.world.actors[slug].tenant
    with tenant.database.reading() as view:
        return [line.document_id for line in every_document(view, DocumentFilter(schema_ids=(schema_id,)))]


def test_importing_again_changes_nothing(trade: Trade) -> None:
    actor = trade.bajio
    products, materials = (trade.world.read(f"mx-producer/{name}.csv") for name in ("products", "materials"))
    report = origin.import_products(actor.tenant, actor.person, products, materials)
    assert (report.added, report.changed, len(report.unchanged)) == ((), (), 12)


def test_one_wrong_row_refuses_the_whole_import(trade: Trade) -> None:
    actor = trade.bajio
    products, materials = (trade.world.read(f"mx-producer/{name}.csv") for name in ("products", "materials"))
    wrong = products.replace(b"BV-CP200", b"BV-NEW01", 1).replace(b"8414.51.30.00", b"8414.51.3", 1)
    with pytest.raises(TableRefused):
        origin.import_products(actor.tenant, actor.person, wrong, materials)
    assert "BV-NEW01" not in trade.world.goods_of("bajio")


def test_every_field_of_a_draft_has_its_source_and_three_are_keyed(trade: Trade) -> None:
    actor = trade.bajio
    draft_id = origin.draft_certification(
        actor.tenant,
        actor.person,
        agreement="usmca",
        importer_did=trade.riogrande.did,
        importer=trade.world.party_of("riogrande"),
        goods=["BV-CP200"],
        blanket=trade.blanket,
    )
    draft = origin.show_draft(actor.tenant, actor.person, draft_id)
    assert find_subject_problems("certification-of-origin/usmca/1", draft.content) == ()
    assert draft.keyed_fields() == ["/agreement", "/blanketPeriod", "/importers"]
    assert draft.sources["/goods/0/tariffNumber"].origin == "product"
    assert draft.sources["/goods/0/ruleOfOrigin"].detail == (
        "looked up under 8413.70.20.05: General Note 11(o), chapter 84, rule 40, HTSUS"
    )
    fields = {f"/{name}" for name in draft.content if name != "goods"}
    fields |= {f"/goods/0/{name}" for name in draft.content["goods"][0]}
    assert fields == set(draft.sources)


def test_a_product_without_a_criterion_is_not_certified(trade: Trade) -> None:
    actor = trade.bajio
    with pytest.raises(ProductNotCertifiable, match="by which criterion this product originates") as refused:
        origin.draft_certification(
            actor.tenant,
            actor.person,
            agreement="usmca",
            importer_did=trade.riogrande.did,
            importer=trade.world.party_of("riogrande"),
            goods=[NOT_CERTIFIED],
            blanket=trade.blanket,
        )
    assert refused.value.where == NOT_CERTIFIED


def test_an_importer_that_is_not_known_has_to_be_given_once(trade: Trade) -> None:
    actor = trade.bajio
    with pytest.raises(ImporterMissing) as refused:
        origin.draft_certification(
            actor.tenant,
            actor.person,
            agreement="usmca",
            importer_did=trade.gateway.did,
            goods=["BV-CP200"],
            blanket=trade.blanket,
        )
    assert refused.value.got == trade.world.party_of("gateway").name  # a person reads no DID


def test_a_preparer_drafts_and_does_not_sign(trade: Trade) -> None:
    preparer = Person("p", "Preparer", frozenset({"preparer"}))
    with pytest.raises(PermissionDenied):
        origin.sign_certification(trade.bajio.tenant, preparer, "any")


@pytest.fixture(scope="module")
def certified(trade: Trade) -> str:
    issued = trade.certify()
    trade.settle()
    return issued.document_id


def test_importer_and_customs_get_the_certification(trade: Trade, certified: str) -> None:
    for slug in ("riogrande", "customs"):
        page = origin.show_certification(trade.world.actors[slug].tenant, certified)
        assert page.certification.certifier.did == trade.bajio.did
        assert page.certification.signing_official.name == trade.bajio.person.name
        assert len(page.certification.goods) == 11


def test_the_cost_sheet_goes_to_customs_past_the_importer(trade: Trade, certified: str) -> None:
    sheets = held(trade, "customs", "cost-sheet/1")
    assert len(sheets) == 1
    assert held(trade, "riogrande", "cost-sheet/1") == []
    with trade.customs.tenant.database.reading() as view:
        paper = open_newest(trade.customs.tenant, view, sheets[0])
    assert paper is not None
    assert paper.subject["certification"] == certified
    assert len(paper.subject["goods"]) == 11


def test_nobody_else_gets_anything(trade: Trade, certified: str) -> None:
    assert held(trade, "valle", "certification-of-origin/usmca/1") == []
    with pytest.raises(CertificationUnknown):
        origin.show_certification(trade.valle.tenant, certified)


def test_the_next_certification_takes_the_importer_from_the_last_one(trade: Trade, certified: str) -> None:
    actor = trade.bajio
    draft_id = origin.draft_certification(
        actor.tenant,
        actor.person,
        agreement="usmca",
        importer_did=trade.riogrande.did,
        goods=["BV-CP200"],
        blanket=trade.blanket,
    )
    draft = origin.show_draft(actor.tenant, actor.person, draft_id)
    assert draft.keyed_fields() == ["/agreement", "/blanketPeriod"]
    assert draft.sources["/importers"].document_id == certified


def test_only_the_certifier_replaces_or_withdraws(trade: Trade, certified: str) -> None:
    importer = trade.riogrande
    with pytest.raises(NotTheCertifier):
        origin.withdraw_certification(importer.tenant, importer.person, certified, "We do not like it")


def test_a_new_version_that_says_the_same_is_refused(trade: Trade, certified: str) -> None:
    actor = trade.bajio
    present = origin.show_certification(actor.tenant, certified).certification.goods[0].description
    with pytest.raises(NothingChanged):
        origin.replace_certification(
            actor.tenant, actor.person, certified, {"/goods/0/description": present}, reason="None"
        )


def test_replacing_tells_every_holder_and_ends_the_old_version(trade: Trade, certified: str) -> None:
    actor = trade.bajio
    old = origin.show_certification(actor.tenant, certified).line.version
    issued = origin.replace_certification(
        actor.tenant, actor.person, certified, {"/goods/0/description": "Pump, series 2"}, reason="Names the series"
    )
    trade.settle()
    assert issued.document_id == certified
    for slug in ("bajio", "riogrande", "customs"):
        tenant = trade.world.actors[slug].tenant
        trade.until(lambda tenant=tenant: origin.show_certification(tenant, certified).versions[-1].state == "replaced")
        page = origin.show_certification(tenant, certified)
        assert [line.state for line in page.versions] == ["current", "replaced"]
        assert page.versions[1].version == old
        assert page.versions[1].successor == issued.commitment
        assert [(notice.reason, notice.successor) for notice in page.notices] == [
            ("Names the series", issued.commitment)
        ]
    with trade.riogrande.tenant.database.reading() as view:
        waiting = list_inbox(view, trade.riogrande.person, kind="certification.replaced").rows
    assert [item.document_id for item in waiting] == [certified]


def test_withdrawing_ends_it_for_good(trade: Trade) -> None:
    issued = trade.certify("valle", "cafta_dr")
    trade.settle()
    actor = trade.valle
    origin.withdraw_certification(actor.tenant, actor.person, issued.document_id, "A supplier was wrong")
    trade.settle()
    trade.until(lambda: origin.show_certification(trade.riogrande.tenant, issued.document_id).line.state == "withdrawn")
    page = origin.show_certification(trade.riogrande.tenant, issued.document_id)
    assert page.notices[0].reason == "A supplier was wrong"
    trade.until(lambda: origin.show_certification(actor.tenant, issued.document_id).line.state == "withdrawn")
    with pytest.raises(CertificationEnded, match="Certify again"):
        origin.replace_certification(actor.tenant, actor.person, issued.document_id, {"/coverage": "single"})


def test_withdrawing_again_after_a_crash_is_no_error(trade: Trade) -> None:
    """The ledger has the ending, the telling is lost: the person does the act again."""
    issued = trade.certify("valle", "cafta_dr")
    trade.settle()
    actor = trade.valle
    with actor.tenant.transaction() as tx:
        assert actor.tenant.end(tx, issued.commitment)
        assert not actor.tenant.end(tx, issued.commitment)
    trade.settle()
    assert origin.withdraw_certification(actor.tenant, actor.person, issued.document_id, "Sold the plant")


def test_a_withdrawal_without_a_reason_withdraws_nothing(trade: Trade) -> None:
    issued = trade.certify("valle", "cafta_dr")
    trade.settle()
    actor = trade.valle
    with pytest.raises(KindRefused):
        origin.withdraw_certification(actor.tenant, actor.person, issued.document_id, "")
    assert actor.tenant.engine.state(ended_key(actor.did, issued.commitment)) is None


def test_a_member_that_is_no_party_to_origin_cannot_certify(trade: Trade) -> None:
    actor = trade.gateway
    with pytest.raises(NotTheCertifier, match="broker"):
        origin.draft_certification(
            actor.tenant,
            actor.person,
            agreement="usmca",
            importer_did=trade.riogrande.did,
            importer=trade.world.party_of("riogrande"),
            goods=["BV-CP200"],
            blanket=trade.blanket,
        )


def test_a_door_passes_the_person_and_is_refused(trade: Trade) -> None:
    nobody = replace(trade.bajio.person, roles=frozenset({"administrator"}))
    with pytest.raises(PermissionDenied):
        origin.list_certifications(trade.bajio.tenant, nobody)
