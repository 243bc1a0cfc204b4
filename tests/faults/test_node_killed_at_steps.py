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

STEPS_OF = {
    "anchoring": {
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
    },
    "delivery": {
        "an envelope is built": ("transire.node.tenant:Tenant.envelope", "left"),
        "an envelope is checked": ("transire.node.reception:Reception._check", "left"),
        "a document is kept, not committed": ("transire.vault.vault:Vault.keep", "left"),
        "the delivery is stated, not committed": ("transire.node.reception:Reception._state_delivered", "left"),
        "the recipient has it, the sender does not know": ("transire.node.post:Post.bring", "left"),
        "the answer is noted, not committed": ("transire.vault.outbox:mark_answered", "left"),
        "the answer is committed": ("transire.node.turn:TenantTurn._bring", "left"),
    },
    "ending": {
        "an ending is owed, not committed": ("transire.vault.acts:put", "left"),
        "an ending is signed, not submitted": ("transire.node.acting:ask", "entered"),
        "an ending is on the ledger, not noted": ("transire.node.acting:ask", "left"),
        "an ending is noted, not committed": ("transire.vault.acts:mark_answered", "left"),
        "an ending is projected, not committed": ("transire.node.following:project_ending", "left"),
    },
    "a commit of the ledger": {step: (step, "step") for step in STEPS},
}


@pytest.mark.parametrize("work", STEPS_OF)
def test_killed_at_each_step_of(papers: Place, nursery: Nursery, work: str) -> None:
    """One node dies at one step after the other, each time going on with what the last death left behind."""
    for name, (place, edge) in STEPS_OF[work].items():
        for number in NUMBERS:
            kill = Kill(place=place, edge=edge, number=number)
            died = nursery.live(papers.life(load=PAPERS, seed=number, kill=kill))
            assert died == -signal.SIGKILL, f"{name}: {papers.log()}"
            check_doctor(papers.home)  # also before a start has made up for anything
    papers.check()
