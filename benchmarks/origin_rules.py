"""The rules of origin: reading texts into trees, opening the catalogue, finding the rule of a number.

    python -m benchmarks.origin_rules

Goals: all rules read in less than 2 s, the compiled catalogue opened in less than 0.1 s. The texts read are the
canonical sentences of the shipped catalogues, so that the figure can be had anywhere; the official tables take about as
long. CPU time, the best of three runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from importlib.resources import files

from transire.origin.catalogue import catalogue, read_catalogue, rules_for
from transire.origin.rule.reading import read

AGREEMENTS = ("nafta", "usmca", "cafta_dr")
RUNS = 3


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    texts = [rule.text for agreement_id in AGREEMENTS for rule in catalogue(agreement_id).rules]
    folder = files("transire.origin") / "data" / "rules"
    raw = [(folder / f"{agreement_id}.json").read_bytes() for agreement_id in AGREEMENTS]
    codes = [rule.ranges[0].first for rule in catalogue("nafta").rules]
    day = date(2019, 5, 1)
    return {
        f"reading {len(texts):,} rules into trees": f"{best_of(lambda: [read(text) for text in texts]):.2f} s",
        "opening the three catalogues": f"{best_of(lambda: [read_catalogue(one) for one in raw]) * 1000:.0f} ms",
        "size of the three catalogues": f"{sum(map(len, raw)) / 1e6:.2f} MB",
        "finding the rule of a number": (
            f"{best_of(lambda: [rules_for('nafta', code, day) for code in codes]) / len(codes) * 1e6:.0f} us"
        ),
    }


def best_of(work: Callable[[], object]) -> float:
    """The least CPU time of a few runs, in seconds."""
    found = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


if __name__ == "__main__":
    for what, figure in measure().items():
        print(f"{what}: {figure}")
