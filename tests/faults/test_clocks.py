"""Clocks that are set back or leap, or went on while the node was down: nothing is lost, nothing anchored twice."""

from __future__ import annotations

import signal

import pytest

from fault_load import PAPERS
from fault_world import Kill, Nursery, Place

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

HOUR_S = 3600


def test_a_clock_set_back_under_a_node_stops_nothing(papers: Place, nursery: Nursery) -> None:
    """Killed an hour ahead with work under way, started again by the right clock: all of it settles at once."""
    kill = Kill(place="transire.vault.outbox:mark_answered", edge="left", number=4)
    ahead = papers.life(load=PAPERS, clock_s=[HOUR_S], kill=kill)
    assert nursery.live(ahead) == -signal.SIGKILL, papers.log()
    assert nursery.live(papers.life(load=PAPERS, seed=1, acts=20)) == 0, papers.log()
    assert papers.said("closed"), "the node did not settle by the clock that was set back"
    papers.check()


def test_a_clock_that_leaps_while_the_node_runs_stops_nothing(papers: Place, nursery: Nursery) -> None:
    leaping = papers.life(load=PAPERS, acts=60, clock_s=[0, HOUR_S, 0, 7 * HOUR_S, -HOUR_S, 0])
    assert nursery.live(leaping) == 0, papers.log()
    assert papers.said("closed"), "the node did not settle under a clock that leaps"
    papers.check()


EXPIRED = {
    "signed, and not submitted": ("transire.node.anchor:ask", "entered"),
    "submitted, and in no block": ("applied", "step"),
    "in a block, and not told": ("block durable", "step"),
    "answered, and not noted": ("transire.node.anchor:Anchor._accept", "entered"),
}


@pytest.mark.parametrize("name", EXPIRED)
def test_an_action_that_expired_while_the_node_was_down_is_signed_anew_or_found(
    papers: Place, nursery: Nursery, name: str
) -> None:
    """Hours later the signed bytes are worthless. What is on the ledger is found; only what is not is signed again."""
    place, edge = EXPIRED[name]
    kill = Kill(place=place, edge=edge, number=3)
    assert nursery.live(papers.life(load=PAPERS, kill=kill)) == -signal.SIGKILL, papers.log()
    later = papers.life(acts=0, clock_s=[2 * HOUR_S])
    assert nursery.live(later) == 0, papers.log()
    assert papers.said("closed"), "the node did not settle two hours later"
    papers.check()
