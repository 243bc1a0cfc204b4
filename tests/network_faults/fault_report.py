"""The page docs/faults.md, written from the outcomes of the rows."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from fault_scene import Row, summary
from msgspec.structs import replace


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one row. `result`: held, partly, failed, not run."""

    row: int
    result: str
    why: str
    whole: bool
    rate: float
    seconds: float
    at: str
    ground: str
    cores: int
    busy: float
    done: dict[str, int]
    held: dict[str, int]
    recovered_s: list[float]
    notes: list[str]


def remembering(outcome: Outcome, before: Outcome | None) -> Outcome:
    """The outcome, which also tells that a run before it failed: one good run does not make that undone."""
    if before is None:
        return outcome
    failures = [note for note in before.notes if note.startswith(EARLIER)]
    if before.result == "failed":
        first = _plain(before.why)[:200]
        failures.append(f"{EARLIER} {before.at} UTC (load {before.busy:.0f}) failed: {first}")
    return replace(outcome, notes=[*outcome.notes, *failures])


EARLIER = "an earlier run,"
HEAD = """# Faults

What was done to a network of four validators on purpose, and what held. This page is written by `make faults`
(`make faults ROWS="1 4 5"` for some rows) from what was measured; nobody edits it.

Each validator is a pair of processes, the application and its CometBFT, in a network namespace of its own where the
machine allows that. `timeout_propose` is 3 s. Meanwhile members witness, and draw from allowances at all four nodes at
once, more than the allowances hold; what one node does not answer is given to the next, the same bytes.

After every row the same is checked on every node: each acknowledged action stands where it was said to and stands there
once; nothing stands there that nobody asked for; one app_hash at every height; no allowance overdrawn, no fitting draw
refused; receipts made before, during and after the fault verify with the trust root alone, and altered ones do not;
each replica and its chain fit together to the last row.

Where the machine has no namespaces, or its kernel no queue for bad lines, all pairs are on the loopback and dial one
another through proxies, which delay, slow down, hold back and break connections. They lose and reorder no packet: below
them the kernel sees perfect lines, so how TCP itself behaves on bad ones is not seen there. A row says on which ground
it was done.

Time to recover: from the end of the fault until every node, the struck one too, is two blocks beyond what was then the
highest block of all.
"""


def write_page(suite: Mapping[int, Row], outcomes: Mapping[int, Outcome]) -> str:
    """The whole page."""
    table = ["| row | fault | result | done | time to recover |", "|---|---|---|---|---|"]
    for number, row in sorted(suite.items()):
        table.append(_line(row, outcomes.get(number)))
    rows = [_section(row, outcomes.get(number)) for number, row in sorted(suite.items())]
    return "\n".join([HEAD, *table, "", *rows]).rstrip() + "\n"


def _line(row: Row, outcome: Outcome | None) -> str:
    if outcome is None:
        return f"| {row.number} | {_cell(row.fault)} | not run | | |"
    times = str(sum(outcome.done.values()) or "")
    result = outcome.result if outcome.whole else f"{outcome.result} (selection)"
    return f"| {row.number} | {_cell(row.fault)} | {result} | {times} | {summary(outcome.recovered_s)} |"


def _section(row: Row, outcome: Outcome | None) -> str:
    lines = [f"## Row {row.number}: {row.fault}", f"Must hold: {row.must_hold}.", ""]
    if outcome is None:
        return "\n".join([*lines, "Not run yet.", ""])
    extent = "" if outcome.whole else ", a selection only"
    lines.append(
        f"{outcome.at} UTC, {outcome.seconds:.0f} s, {outcome.ground}, {outcome.rate:.0f} actions/s offered, "
        f"{outcome.cores} cores with a load of {outcome.busy:.0f}{extent}: **{outcome.result}**."
    )
    why = _plain(outcome.why)
    if why:
        lines.append(f"\n{'Why' if outcome.result == 'failed' else 'Not all was possible here'}: {why}")
    lines.append("")
    lines += [f"- done: {what}, {times} times" for what, times in outcome.done.items()]
    lines += [f"- held: {what}: {times}" for what, times in outcome.held.items()]
    lines += [f"- {note}" for note in outcome.notes]
    if row.found:
        lines.append(f"- found since: {row.found}")
    if outcome.recovered_s:
        lines.append(f"- time to recover: {summary(outcome.recovered_s)}")
    return "\n".join([*lines, ""])


def _plain(text: str) -> str:
    """The first line, without the folders of this machine."""
    return re.sub(r"(?<![\w.])/[\w./-]*/", "", text.partition("\n")[0])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
