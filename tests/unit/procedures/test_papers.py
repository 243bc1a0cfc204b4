"""What members hold of one another's papers: found whichever part of it arrived first, and shared by nobody else."""

from __future__ import annotations

import pytest
from trading import Trade

from transire.procedures.origin_certification import service as origin
from transire.procedures.origin_certification.errors import CertificationUnknown
from transire.procedures.papers import customs_of, open_newest, roles_of
from transire.vault.statements import GRANTED, named_body


@pytest.fixture(scope="module")
def certified(trade: Trade) -> str:
    trade.import_products()
    issued = trade.certify()
    trade.settle()
    return issued.document_id


def give(trade: Trade, document: str, *, documents: list[str], attach: list[str]) -> None:
    """The importer tells the other producer of the certification, with or without the paper itself."""
    importer = trade.riogrande
    body = {**named_body(document, document, trade.bajio.did), "recipient": trade.valle.did, "purpose": "review"}
    with importer.tenant.transaction() as tx:
        importer.tenant.state(
            tx,
            importer.person,
            GRANTED.name,
            body,
            about=[document],
            recipients=[trade.valle.did],
            documents=documents,
            attach=attach,
        )
    trade.settle()


def test_a_paper_is_found_that_came_after_its_own_statement(trade: Trade, certified: str) -> None:
    issued = origin.show_certification(trade.riogrande.tenant, certified).line.issued_statement
    give(trade, certified, documents=[], attach=[issued])
    with pytest.raises(CertificationUnknown):
        origin.show_certification(trade.valle.tenant, certified)
    give(trade, certified, documents=[certified], attach=[])
    assert origin.show_certification(trade.valle.tenant, certified).line.certifier == trade.bajio.tenant.name


def test_a_paper_that_is_not_held_is_not_opened(trade: Trade, certified: str) -> None:
    with trade.gateway.tenant.database.reading() as view:
        assert open_newest(trade.gateway.tenant, view, certified) is None


def test_customs_is_named_or_found_on_the_network(trade: Trade) -> None:
    with trade.bajio.tenant.database.reading() as view:
        assert customs_of(trade.bajio.tenant, view) == trade.customs.did
    with trade.customs.tenant.database.reading() as view:
        assert customs_of(trade.customs.tenant, view) == trade.customs.did
    assert roles_of(trade.bajio.tenant, trade.customs.did) == ("customs",)
    assert roles_of(trade.bajio.tenant, "did:web:nobody.example") == ()
