"""`make faults`: run rows of the fault suite and write docs/faults.md.

    run_faults.py [--rows "1 4 5"] [--rate 50] [--sample] [--report]

Each row leaves its outcome in .build/faults/<row>.json, and the page is written from what lies there; so a run may be
cut off and gone on with. `--sample` does everything once or twice instead of as often as the row asks; `--report`
runs nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(Path(__file__).resolve().parent)]

import msgspec  # noqa: E402
from fault_report import Outcome, remembering, write_page  # noqa: E402
from fault_scene import Row, Seen  # noqa: E402
from fault_suite import FIRST, SUITE  # noqa: E402
from pair_ground import CannotHere  # noqa: E402

from transire.engines.cometbft.binary import find_cometbft  # noqa: E402

OUTCOMES = ROOT / ".build" / "faults"
PAGE = ROOT / "docs" / "faults.md"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="run the fault suite on real processes")
    parser.add_argument("--rows", default="", help="their numbers; all if left out")
    parser.add_argument("--rate", type=float, default=50.0, help="actions a second")
    parser.add_argument("--sample", action="store_true", help="everything once or twice only")
    parser.add_argument("--report", action="store_true", help="write the page from the outcomes that there are")
    chosen = parser.parse_args(arguments)
    OUTCOMES.mkdir(parents=True, exist_ok=True)
    numbers = [int(word) for word in chosen.rows.replace(",", " ").split()] or list(FIRST)
    if not chosen.report:
        provide_iproute()
        program = str(find_cometbft())
        for number in numbers:
            outcome = run_row(SUITE[number], program, chosen.rate, whole=not chosen.sample)
            outcome = remembering(outcome, read_outcomes().get(number))
            (OUTCOMES / f"{number}.json").write_bytes(msgspec.json.format(msgspec.json.encode(outcome), indent=1))
            print(f"row {number:>2}: {outcome.result}, {outcome.seconds:.0f} s", flush=True)
    outcomes = read_outcomes()
    PAGE.write_text(write_page(SUITE, outcomes), encoding="utf-8")
    return int(any(one.result == "failed" for one in outcomes.values()))


def run_row(row: Row, program: str, rate: float, *, whole: bool) -> Outcome:
    """Run one row and say what came of it."""
    print(f"row {row.number:>2}: {row.fault}", flush=True)
    begun, seen, result, why = time.monotonic(), Seen(), "held", ""
    try:
        row.run(program, seen, rate=rate, whole=whole)
    except CannotHere as error:
        result, why = "partly" if seen.done else "not run", str(error)
    except Exception as error:
        traceback.print_exc()
        result, why = "failed", str(error)[:600]
    return Outcome(
        row=row.number,
        result=result,
        why=why,
        whole=whole,
        rate=rate,
        seconds=round(time.monotonic() - begun, 1),
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        ground=", ".join(dict.fromkeys(seen.grounds)) or "no network",
        cores=os.cpu_count() or 0,
        busy=os.getloadavg()[0],
        done=seen.done,
        held=seen.held,
        recovered_s=seen.recovered_s,
        notes=seen.notes,
    )


def read_outcomes() -> dict[int, Outcome]:
    found = [msgspec.json.decode(path.read_bytes(), type=Outcome) for path in OUTCOMES.glob("*.json")]
    return {one.row: one for one in sorted(found, key=lambda one: one.row)}


def provide_iproute() -> None:
    """`ip` and `tc` of the distribution, through apt when we are root."""
    if shutil.which("ip") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "iproute2"], check=False, env=quiet)


if __name__ == "__main__":
    sys.exit(main())
