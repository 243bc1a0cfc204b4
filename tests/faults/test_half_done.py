"""Work that is half done when the node is killed: a draft is still there, a member half hosted can be hosted again."""

from __future__ import annotations

import signal

import pytest

from fault_world import Kill, Nursery, Place
from transire.procedures.entry_summary import service as entry

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]


def test_an_entry_half_drafted_is_still_there_and_can_be_filed(trade: Place, nursery: Nursery) -> None:
    kill = Kill(place="transire.procedures.entry_summary.service:file_entry", edge="entered")
    assert nursery.live(trade.life(load=["invoicing", "filing"], kill=kill)) == -signal.SIGKILL, trade.log()
    saved = trade.said("drafted")[-1]
    with trade.aftermath() as after:
        after.check()
        broker, customs = after.world.actors["gateway"], after.world.actors["customs"]
        [draft] = [one for one in entry.list_drafts(broker.tenant, broker.person) if one.id == saved["draft"]]
        assert draft.keyed_fields() == ["/entryDate", "/importDate"]
        assert entry.show_draft(broker.tenant, broker.person, draft.id).filled > 50
        filed = entry.file_entry(broker.tenant, broker.person, draft.id)
        after.node.settle()
        page = entry.show_entry(customs.tenant, filed.document_id)
        assert page.entry.entry_number == draft.content["entryNumber"]
    trade.check()


JOINING = {
    "its keys are made": ("transire.node.node:make_member_keys", "left"),
    "its enrolment is submitted": ("transire.engines.embedded:EmbeddedEngine.submit", "left"),
    "its enrolment is on the ledger": ("state durable", "step"),
    "it is enrolled, the settings not written": ("transire.node.node:amend_settings", "entered"),
    "the settings are written beside": ("transire.node.settings:settings_text", "left"),
    "the settings are written": ("transire.node.node:amend_settings", "left"),
}


@pytest.mark.parametrize("name", JOINING)
def test_a_member_half_hosted_can_be_hosted_again(papers: Place, nursery: Nursery, name: str) -> None:
    place, edge = JOINING[name]
    number = 3 if edge == "step" else 2
    life = papers.life(load=["joining"], kill=Kill(place=place, edge=edge, number=number))
    assert nursery.live(life) == -signal.SIGKILL, papers.log()
    with papers.aftermath() as after:
        after.check()
        after.host_the_rest()
        after.node.settle()
        after.check()
    papers.check()
