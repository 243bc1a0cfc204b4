"""Origin: determinations, with the rule compiled once, and tariff shifts beside originshift.

    python -m benchmarks.origin

Goals: 5,000 determinations a second a core on bills of 20 materials with a value content and the full answer,
20,000 where only outcome and figures are asked; 10 times originshift on the same questions of tariff shift in the same
run; a bill of 1,000 materials on 6 levels below 20 ms. CPU time, the best of several runs: the machine is shared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from transire.origin.case import Case
from transire.origin.determination.shift import Shift
from transire.origin.determine import determine
from transire.origin.reading import read_case
from transire.origin.rule.reading import read_rule
from transire.origin.rule.tree import Change

RUNS = 12
RULE = (
    "(1) A change to subheading 8414.59 from any other heading; or (2) A change to subheading 8414.59 from subheading "
    "8414.90, whether or not there is also a change from any other heading, provided there is a regional value content "
    "of not less than: (a) 60 per cent where the transaction value method is used, or (b) 50 per cent where the net "
    "cost method is used."
)
CODES = ("8501.10", "8414.90", "7318.15", "3926.90")
SHIFT_RULE = "102.20/8414.51"


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    case = bill_of(20)
    raw = json.dumps(_plain(20)).encode()
    figures = {
        "20 materials with value content, the full answer": rate(lambda: determine(case), 200),
        "the same, outcome and figures only": rate(lambda: determine(case, full=False), 400),
        "reading such a case from JSON": rate(lambda: read_case(raw), 2000),
    }
    deep = nested_bill()
    seconds = best_of(lambda: determine(deep), 2)
    figures["1,000 materials on 6 levels, the full answer"] = f"{seconds * 1e3:.1f} ms"
    return figures | beside_originshift()


def beside_originshift() -> dict[str, str]:
    """The same questions of tariff shift to both: one good, 200 materials, every code asked anew each time."""
    try:
        from originshift import Corpus
        from originshift.resolve import _check_material
    except ImportError:
        return {"originshift": "not installed"}
    rule = next(one for one in Corpus.load().rules if one.rule_id == SHIFT_RULE or one.htsus.startswith("8414"))
    theirs = next(one for one in rule.alternatives if one.shift is not None and one.shift.fully_decidable)
    ours = read_rule(rule.text)
    way = next(one.way for one in ours.alternatives if isinstance(one.way, Change))
    good = theirs.target.ranges[0].start
    digits = good.replace(".", "")
    codes = [f"{heading}.{end}" for heading in range(8401, 8441) for end in ("10", "20", "30", "90", "99")]
    plain = [code.replace(".", "") for code in codes]
    shift = Shift(way, ours, digits)

    def we() -> None:
        shift._settled.clear()  # No answer may be remembered: each code is judged.
        for code in plain:
            shift.judge(code)

    def they() -> None:
        for code in codes:
            _check_material(theirs, good, code)

    mine, other = best_of(we, 20), best_of(they, 20)
    warm = best_of(lambda: [shift.judge(code) for code in plain], 20)
    return {
        "tariff shift of one material": f"{mine / len(codes) * 1e6:.2f} us; {warm / len(codes) * 1e6:.2f} us once seen",
        "the same by originshift": f"{other / len(codes) * 1e6:.2f} us",
        "times as fast": f"{other / mine:.1f}; {other / warm:.1f} once seen",
    }


def _plain(materials: int) -> dict[str, Any]:
    bill = [
        {
            "id": f"m{at}",
            "tariff": CODES[at % len(CODES)],
            "value": f"{at + 1}.25",
            "origin": "non_originating" if at % 2 else "originating",
        }
        for at in range(materials)
    ]
    return {
        "agreement": "nafta",
        "import_date": "2019-01-01",
        "good": {"tariff": "8414.59", "value": {"transaction": "500.00", "currency": "USD"}},
        "rule": {"text": RULE},
        "materials": bill,
        "costs": {"product": "100.00", "period": "20.00", "other": "3.00", "excluded": {"promotion": "5.00"}},
    }


def bill_of(materials: int) -> Case:
    """A case with so many bought materials."""
    return read_case(json.dumps(_plain(materials)))


def nested_bill(levels: int = 6, wide: int = 166) -> Case:
    """About 1,000 materials: on each level bought ones, and one that the producer makes from the next level."""
    plain = _plain(wide)
    bill = plain["materials"]
    for level in range(levels - 1):
        made = {
            "id": f"made {level}",
            "tariff": "8414.90",
            "self_produced": {"materials": bill, "costs": {"product": "9"}},
        }
        bill = [*_plain(wide)["materials"], made]
    plain["materials"] = bill
    return read_case(json.dumps(plain))


def rate(work: Callable[[], object], times: int) -> str:
    """How often a second, and how long once."""
    seconds = best_of(work, times)
    return f"{1 / seconds:,.0f} a second ({seconds * 1e6:.0f} us)"


def best_of(work: Callable[[], object], times: int) -> float:
    """Seconds of CPU for one go, in the best of several runs."""
    work()
    best = float("inf")
    for _ in range(RUNS):
        begun = time.process_time()
        for _ in range(times):
            work()
        best = min(best, (time.process_time() - begun) / times)
    return best


if __name__ == "__main__":
    for what, figure in measure().items():
        print(f"{what}: {figure}")
