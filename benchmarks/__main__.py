"""`make bench`: measure everything and write docs/benchmarks.md; `python -m benchmarks NAME ...`: some parts anew.

Figures are of this machine, at this hour: ratios and orders of magnitude carry over, absolute times do not.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
PARTS = (
    "first_page",
    "ledger",
    "statements",
    "filing",
    "verify",
    "light",
    "network",
    "latency",
    "pools",
    "day",
    "tariff",
    "entry",
    "origin",
    "origin_rules",
    "credentials",
)
INTRODUCTION = """# Benchmarks

What was measured, how, and beside which goal. Written by `make bench`, all but the last section; `python -m benchmarks
NAME ...` measures some parts anew and keeps the others, `python -m benchmarks.NAME` only shows one. The machine is
shared and noisy: take ratios and orders of magnitude, not absolute times.
"""
CONCLUSIONS = "## What the figures say"
"""From this line on the page is written by hand, and kept."""


def main(names: list[str]) -> None:
    """Run the parts, each in a process of its own so that none warms another, and write the page."""
    sections = {name: text for name, text in written().items() if names}
    for name in names or PARTS:
        print(f"measuring {name}", flush=True)
        sections[name] = section(name)
        ordered = [sections[part] for part in PARTS if part in sections]
        # After each part: what was measured is not lost when the next one is cut off.
        PAGE.write_text("\n".join([INTRODUCTION, *ordered, conclusions()]), encoding="utf-8")
    print(f"written: {PAGE.relative_to(PAGE.parents[1])}")


def written() -> dict[str, str]:
    """The sections of the page as it stands, by name."""
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(CONCLUSIONS)
    parts = before.split("\n## ")[1:]
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in parts}


def conclusions() -> str:
    """What a person made of earlier figures."""
    _, found, rest = PAGE.read_text(encoding="utf-8").partition(CONCLUSIONS)
    return found + rest


def machine() -> str:
    """What the figures were measured on."""
    moment = datetime.now(UTC).strftime("%Y-%m-%d")
    load = os.getloadavg()[0]
    return f"Measured {moment}, Python {platform.python_version()}, {os.cpu_count()} cores, load {load:.1f} before it."


def section(name: str) -> str:
    """One part as a table: its own description, then its figures."""
    module, on = import_module(f"benchmarks.{name}"), machine()
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], capture_output=True, text=True, check=False)
    if done.returncode:  # the other parts took their time too: they are written all the same
        return f"## {name}\n\nNot measured: it ended with {done.returncode}.\n\n```text\n{done.stderr[-2000:]}\n```\n"
    rows = [line.partition(": ") for line in done.stdout.splitlines() if ": " in line]
    about = (module.__doc__ or "").strip()
    table = ["| what | figure |", "|---|---|", *(f"| {what} | {figure} |" for what, _, figure in rows)]
    return f"## {name}\n\n{about}\n\n{on}\n\n" + "\n".join(table) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
