"""What a node made while it started, it needs as long as it runs: the garbage collector need not look through it.

A collection of everything stops all threads, for a tenth of a second and more once schemas, contexts and the tariff are
there. Frozen, they are left out of it, and a collection is as short as what came after them is small.

Python looks for garbage that refers to itself after every 700 new objects, and there is next to none: what a block, a
page or a request makes goes when it is done. A node under load spent a tenth of its time on that.
"""

from __future__ import annotations

import gc
from typing import Final

COLLECT_AFTER: Final = 200_000
"""New objects after which the youngest are looked at: more than wait in a busy node at any time, so that what is in use
is not gone through again and again. Some tens of megabytes may be kept longer than they are needed."""


def keep_for_good() -> int:
    """Leave what is there now out of all later collections; returns how many objects that are.

    Called once, when the process is about to serve: what of it becomes garbage later and refers to itself is kept.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])
    return gc.get_freeze_count()
