"""Origin: determinations, with the rule compiled once, tariff shifts beside originshift, and a long file of cases.

    python -m benchmarks.origin [CASES]

Goals: 5,000 determinations a second a core on bills of 20 materials with a value content and the full answer,
20,000 where only outcome and figures are asked; 10 times originshift on the same questions of tariff shift in the same
run; a bill of 1,000 materials on 6 levels below 20 ms; 1,000,000 cases from a file on two cores, memory flat. Times are
the least of many short windows, since the machine is shared; a file of cases is taken by the clock on the wall.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from transire.origin.case import Case
from transire.origin.determination.shift import Shift
from transire.origin.determine import determine
from transire.origin.reading import read_case
from transire.origin.rule.reading import read_rule
from transire.origin.rule.tree import Change

WINDOW_S = 0.0006
WINDOWS = 400
CASES = 100_000
"""How long the file is, unless the command says so."""
RULE = (
    "(1) A change to subheading 8414.59 from any other heading; or (2) A change to subheading 8414.59 from subheading "
    "8414.90, whether or not there is also a change from any other heading, provided there is a regional value content "
    "of not less than: (a) 60 per cent where the transaction value method is used, or (b) 50 per cent where the net "
    "cost method is used."
)
CODES = ("8501.10", "8414.90", "7318.15", "3926.90")
SHIFT_RULE = "102.20/8414.51"


def measure(cases: int = CASES) -> dict[str, str]:
    """Every figure of this page, in words."""
    case, raw = bill_of(20), json.dumps(_plain(20)).encode()
    winding = msgspec.structs.replace(case, method="transaction_value")
    figures = {
        "20 materials with value content, the full answer": rate(lambda: determine(case)),
        "the same, outcome and figures only": rate(lambda: determine(case, full=False)),
        "the same, the full answer the long way (a method is asked for)": rate(lambda: determine(winding)),
        "reading such a case from JSON": rate(lambda: read_case(raw)),
        "writing its full answer as JSON": rate(partial(msgspec.json.encode, determine(case))),
    }
    deep = nested_bill()
    figures["1,000 materials on 6 levels, the full answer"] = f"{least(lambda: determine(deep)) * 1e3:.1f} ms"
    return figures | beside_originshift() | many_cases(cases)


def many_cases(cases: int) -> dict[str, str]:
    """A file of so many cases, each with other values, answered by the command with two processes."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder) / "few.jsonl", Path(folder) / "many.jsonl"
        _write_cases(few, min(cases, 10_000))
        _write_cases(many, cases)
        _, at_first = _answered(few, "--brief")
        seconds, at_last = _answered(many, "--brief")
        full, _ = _answered(many)
        size = many.stat().st_size / 1e6
    return {
        f"{cases:,} cases of 20 materials from a file of {size:,.0f} MB, two processes, outcome and figures": (
            f"{seconds:.1f} s, {cases / seconds:,.0f} a second"
        ),
        "the same, the full answers": f"{full:.1f} s, {cases / full:,.0f} a second",
        "largest process, after 10,000 cases and after all": f"{at_first:.0f} MB, {at_last:.0f} MB",
    }


def _write_cases(path: Path, cases: int) -> None:
    drawn = random.Random(20)
    plain = _plain(20)
    with path.open("wb") as file:
        for at in range(cases):
            plain["case"] = f"case {at}"
            for material in plain["materials"]:
                material["value"] = f"{drawn.randrange(40)}.{drawn.randrange(100):02}"
            file.write(msgspec.json.encode(plain) + b"\n")


def _answered(file: Path, *options: str) -> tuple[float, float]:
    """Seconds on the wall for the command to answer a file, and megabytes of its largest process."""
    command = [sys.executable, "-m", "transire", "origin", "determine", str(file), "--json", "--processes", "2"]
    measured = [sys.executable, "-c", _MEASURED, json.dumps([*command, *options])]
    told = json.loads(subprocess.run(measured, check=True, capture_output=True).stdout)
    return told["seconds"], told["largest"] / 1024


_MEASURED = """
import json, resource, subprocess, sys, time
begun = time.perf_counter()
subprocess.run(json.loads(sys.argv[1]), check=True, stdout=subprocess.DEVNULL)
seconds = time.perf_counter() - begun
print(json.dumps({"seconds": seconds, "largest": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}))
"""


def beside_originshift() -> dict[str, str]:
    """The same questions of tariff shift to both: one good and a bill of 200 materials, every code judged anew."""
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
        shift.verdicts(plain)

    def they() -> None:
        for code in codes:
            _check_material(theirs, good, code)

    mine, other, warm = least(we), least(they), least(partial(shift.verdicts, plain))
    each = [f"{seconds / len(codes) * 1e6:.2f} us" for seconds in (mine, warm)]
    return {
        "tariff shift of one material of the bill": f"{each[0]}; {each[1]} once seen",
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


def rate(work: Callable[[], object]) -> str:
    """How often a second, and how long once."""
    seconds = least(work)
    return f"{1 / seconds:,.0f} a second ({seconds * 1e6:.0f} us)"


def least(work: Callable[[], object]) -> float:
    """Seconds for one go, in the best of many short windows: a window that nobody else disturbed."""
    work()
    begun = time.perf_counter()
    work()
    times = max(1, int(WINDOW_S / max(time.perf_counter() - begun, 1e-7)))
    best = float("inf")
    for _ in range(WINDOWS):
        begun = time.perf_counter()
        for _ in range(times):
            work()
        best = min(best, (time.perf_counter() - begun) / times)
    return best


if __name__ == "__main__":
    for what, figure in measure(int(sys.argv[1]) if len(sys.argv) > 1 else CASES).items():
        print(f"{what}: {figure}")
