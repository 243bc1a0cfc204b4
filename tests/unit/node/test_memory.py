"""What start-up made is left out of later collections."""

from __future__ import annotations

import gc

from transire.node.memory import keep_for_good


def test_what_is_there_is_not_looked_through_again() -> None:
    made_before: list[object] = [[]]
    try:
        kept = keep_for_good()
        made_after: list[object] = [[]]
        looked_through = {id(one) for one in gc.get_objects()}
        assert id(made_before) not in looked_through
        assert id(made_after) in looked_through
        assert kept > 1000
    finally:
        gc.unfreeze()
