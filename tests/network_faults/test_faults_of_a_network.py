"""A selection of the fault suite, done once and on one network; `make faults` does all of it, each row on its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from copy import copy
from pathlib import Path

import pytest
from fault_report import Outcome, remembering, write_page
from fault_scene import Scene, Seen, staged
from fault_suite import FIRST, SUITE
from pair_checks import check_allowances, check_everything, check_nothing_lost_or_twice
from pair_ground import sweep, why_no_namespaces
from pair_load import Entry

pytestmark = [pytest.mark.faults, pytest.mark.cometbft, pytest.mark.xdist_group("network"), pytest.mark.timeout(900)]
SELECTED = (1, 4, 5, 8, 11, 12)
RATE = 25.0


@pytest.fixture(scope="module")
def scene(cometbft_program: str) -> Iterator[Scene]:
    """One network under load, to which all of it is done in turn."""
    with staged(cometbft_program, RATE, Seen(), whole=False, checks=False) as made:
        yield made


@pytest.mark.parametrize("number", SELECTED)
def test_a_row_is_done_and_the_network_goes_on(number: int, scene: Scene) -> None:
    before = sum(scene.seen.done.values())
    missing = SUITE[number].play(scene)
    if missing:
        pytest.skip(f"NOT TESTED: row {number} of the fault suite: {missing}")
    assert sum(scene.seen.done.values()) > before
    assert scene.load.acknowledged[-1].phase != "before"


def test_all_holds_after_all_of_it_and_the_checkers_see_what_is_wrong(scene: Scene) -> None:
    """A journal that says other things than the ledger is found out, whichever way it differs."""
    counted = check_everything(scene.network, scene.load, scene.pairs)
    assert counted["heights"] > 20
    assert counted["receipts"] > 12
    assert counted["allowances"] > 1
    entries, pairs = scene.load.entries, scene.pairs
    lost = Entry(action="A" * 43, raw="", phase="", height=3, answered=True)
    moved = copy(entries[5])
    moved.height += 1
    judged = copy(entries[5])
    judged.code = "ledger.refused"
    for told, why in (
        ([*entries, lost], "was lost"),
        ([*entries[:5], moved, *entries[6:]], "stands at"),
        ([*entries[:5], judged, *entries[6:]], "stands at"),
        ([*entries[:5], *entries[6:]], "asked by nobody"),
    ):
        with pytest.raises(AssertionError, match=why):
            check_nothing_lost_or_twice(told, pairs)
    draw = next(entry for entry in entries if entry.allowance and not entry.code)
    with pytest.raises(AssertionError):
        check_allowances([*entries, draw], pairs)


@pytest.mark.skipif(bool(why_no_namespaces()), reason=f"NOT TESTED: network namespaces: {why_no_namespaces()}")
def test_what_a_killed_run_left_behind_is_swept_away() -> None:
    program = (
        "import os, signal, subprocess\n"
        "from pair_ground import Namespaces\n"
        "made = Namespaces(2)\n"
        "quiet = dict.fromkeys(('stdout', 'stderr'), subprocess.DEVNULL)\n"
        "left = subprocess.Popen([*made.prefix(1), 'sleep', '600'], **quiet)\n"
        "print(made._name, left.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    folders = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = {folders!r}\n{program}"]
    name, left = subprocess.run(command, capture_output=True, text=True, timeout=60).stdout.split()
    assert name in _namespaces()
    sweep()
    assert name not in _namespaces()
    assert not os.path.exists(f"/proc/{left}") or "Z" in Path(f"/proc/{left}/stat").read_text().rpartition(")")[2]


def _namespaces() -> str:
    return subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout


def test_the_suite_has_all_rows_and_its_page_tells_what_came_of_each() -> None:
    assert sorted(SUITE) == sorted(FIRST) == list(range(1, 20))
    facts = {"whole": True, "rate": 50.0, "seconds": 9.0, "at": "2026-11-28 15:00", "ground": "loopback"}
    facts |= {"cores": 2, "busy": 1.0, "recovered_s": [3.0, 1.0, 2.0], "notes": ["a note"]}
    failed = Outcome(row=1, result="failed", why="a reason", done={"killed": 3}, held={"roots": 7}, **facts)
    page = write_page(SUITE, {1: failed})
    assert "| failed | 3 | median 2.0 s, at most 3.0 s |" in page
    assert "Why: a reason" in page
    assert "- held: roots: 7" in page
    assert page.count("Not run yet.") == 18
    held = Outcome(row=1, result="held", why="", done={"killed": 3}, held={}, **facts)
    again = remembering(held, remembering(held, failed))
    assert [note for note in again.notes if "a reason" in note] == again.notes[-1:]
    assert "| failed" not in write_page(SUITE, {1: again})
