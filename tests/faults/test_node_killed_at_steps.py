"""The node killed at every step of anchoring, delivery and following: nothing acknowledged lost, nothing done twice."""

from __future__ import annotations

import os
import signal

import pytest

from fault_load import PAPERS
from fault_world import Kill, Nursery, Place, check_doctor
from transire.engines.sequencer import STEPS

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

NUMBERS = (1, 2, 5) if os.environ.get("TRANSIRE_FAULTS") == "all" else (2,)
"""At which time of coming to the step the node is killed: first, later, under way."""

NODE_STEPS = {
    "a statement is written, not committed": ("transire.vault.journal:write_own", "left"),
    "a blob is written, its row not": ("transire.storage.blobs:LocalBlobs._write", "left"),
    "an act is committed, not acknowledged": (
        "transire.procedures.power_of_attorney.service:grant_authority",
        "left",
    ),
    "a pool is marked, not committed": ("transire.vault.journal:mark_submitted", "left"),
    "the signed action is durable, not submitted": ("transire.node.anchor:ask", "entered"),
    "the action is submitted, not answered": ("transire.engines.embedded:EmbeddedEngine.submit", "left"),
    "the ledger has answered, nothing is noted": ("transire.node.anchor:Anchor._accept", "entered"),
    "an accepted statement is projected, not committed": ("transire.node.turn:take_in", "left"),
    "the acceptance is committed": ("transire.node.anchor:Anchor._accept", "left"),
    "an envelope is built": ("transire.node.tenant:Tenant.envelope", "left"),
    "an envelope is checked": ("transire.node.reception:Reception._check", "left"),
    "a document is kept, not committed": ("transire.vault.vault:Vault.keep", "left"),
    "the delivery is stated, not committed": ("transire.node.reception:Reception._state_delivered", "left"),
    "the recipient has it, the sender does not know": ("transire.node.post:Post.bring", "left"),
    "the answer is noted, not committed": ("transire.vault.outbox:mark_answered", "left"),
    "the answer is committed": ("transire.node.turn:TenantTurn._bring", "left"),
    "an ending is owed, not committed": ("transire.vault.acts:put", "left"),
    "an ending is signed, not submitted": ("transire.node.acting:ask", "entered"),
    "an ending is on the ledger, not noted": ("transire.node.acting:ask", "left"),
    "an ending is noted, not committed": ("transire.vault.acts:mark_answered", "left"),
    "an ending is projected, not committed": ("transire.node.following:project_ending", "left"),
}


@pytest.mark.parametrize("name", NODE_STEPS)
def test_killed_at_a_step_of_the_node(papers: Place, nursery: Nursery, name: str) -> None:
    place, edge = NODE_STEPS[name]
    die_and_check(papers, nursery, place, edge)


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_a_step_of_a_commit(papers: Place, nursery: Nursery, step: str) -> None:
    die_and_check(papers, nursery, step, "step")


def die_and_check(papers: Place, nursery: Nursery, place: str, edge: str) -> None:
    for number in NUMBERS:
        kill = Kill(place=place, edge=edge, number=number)
        assert nursery.live(papers.life(load=PAPERS, seed=number, kill=kill)) == -signal.SIGKILL, papers.log()
        check_doctor(papers.home)  # also before a start has made up for anything
        papers.check()
