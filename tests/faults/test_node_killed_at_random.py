"""The node killed at random moments while its members trade: nothing acknowledged lost, nothing done twice.

`TRANSIRE_FAULTS=all` kills fifty times, else some; the moments are those of a seed, as far as a machine repeats them.
"""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from fault_load import TRADE
from fault_world import Nursery, Place, check_doctor, kill

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]

KILLS = 50 if os.environ.get("TRANSIRE_FAULTS") == "all" else 6
SEED = 20261122
LONGEST_LIFE_S = 2.5
"""Long enough, from the start of the process on, that every kind of act comes to its end in some of them."""
ACTS = ("stated", "drafted", "ended", "filed")
MORE_KILLS = 8
"""On a machine so slow that some act was never done when all kills are: so many more lives, each longer by a half."""


def test_killed_at_random_moments_under_load(trade: Place, nursery: Nursery) -> None:
    chance = random.Random(SEED)
    for life in range(KILLS + MORE_KILLS):
        if life >= KILLS and all(trade.said(act) for act in ACTS):
            break
        longest = LONGEST_LIFE_S * (1 + max(0, life + 1 - KILLS) / 2)
        pid = nursery.begin(trade.life(load=TRADE, seed=life))
        time.sleep(chance.uniform(0.0, longest))
        kill(pid)
        assert nursery.end() == -signal.SIGKILL, trade.log()
        if life % 3 == 2:
            trade.check()
    trade.check()
    check_doctor(trade.home)
    for act in ACTS:
        assert trade.said(act), f"the load was too light to prove anything of what was {act}"
