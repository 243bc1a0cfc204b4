"""The last step: export the receipts, check them offline, and see that altered copies are refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import orjson

from transire.demo.stage import Stage
from transire.demo.telling import Telling

if TYPE_CHECKING:
    from transire.demo.story import Story

VERIFY = (sys.executable, "-m", "transire")
"""The command that a stranger would type; a process of its own, which knows nothing of this one's node."""

RECEIPTS: Final = ("certification.receipt.json", "entry-summary.receipt.json", "not-withdrawn.receipt.json")
LEFT: Final = (*RECEIPTS, "network.json", "story.json")
"""What stands in the folder after the demo, beside its node."""


def leave_proofs(world: Stage, out: Path, telling: Telling, story: Story) -> None:
    """Write the trust root, three receipts and the story, and verify them with the command line alone."""
    with telling.step(7, "Prove"):
        network = out / "network.json"
        network.write_bytes(world.trust_root)
        receipts = _write_receipts(world, out, story)
        for receipt in receipts:
            _verify(receipt, network, telling)
        story.facts["altered copies refused"] = _verify_altered(receipts, network, telling)
    _write_story(world, out, telling, story)


def _write_receipts(world: Stage, out: Path, story: Story) -> list[Path]:
    customs = world.actors["customs"]
    kept, entry = story.certifications["usmca-2"], story.entries["usmca"]
    wanted = ((kept, False), (entry, False), (kept, True))
    for name, (issued, status) in zip(RECEIPTS, wanted, strict=True):
        (out / name).write_bytes(customs.receipt(issued.statement_id, status=status))
    return [out / name for name in RECEIPTS]


def _verify(receipt: Path, network: Path, telling: Telling) -> None:
    with telling.timed(f"transire verify {receipt.name} --network {network.name}"):
        done = _run_verify(receipt, network)
    if done.returncode != 0:
        raise RuntimeError(f"{receipt.name} does not verify:\n{done.stdout}{done.stderr}")
    for check in json.loads(done.stdout)["checks"]:
        if check["name"] in SHOWN:
            telling.show(f"{check['title']}: {check['found']}")


NOT_JUDGED = "ledger.not-judged"
"""The code of a check that fails only because another one does."""

SHOWN = ("stated-by", "time", "signed", "operators", "document", "credential", "status")
"""The checks that the demo prints; the command prints all of them."""


def _verify_altered(receipts: Sequence[Path], network: Path, telling: Telling) -> int:
    """Change one thing in a copy of each receipt; the command must refuse it and say what it found."""
    refused = 0
    for receipt in receipts:
        copy = receipt.with_suffix(".altered")
        copy.write_bytes(_altered(receipt.read_bytes()))
        done = _run_verify(copy, network)
        copy.unlink()
        if done.returncode == 0:
            raise RuntimeError(f"an altered copy of {receipt.name} was accepted")
        refused += 1
        failed = [check for check in json.loads(done.stdout)["checks"] if check["outcome"] == "fails"]
        cause = next(check for check in failed if check["code"] != NOT_JUDGED)
        telling.say(f"altered copy of {receipt.name} refused: {cause['detail']}")
        telling.show(f"expected {cause['expected']}, found {cause['found']}")
    return refused


def _altered(receipt: bytes) -> bytes:
    """The receipt with a later time of acceptance: what somebody would want to change."""
    parsed = orjson.loads(receipt)
    parsed["accepted"]["header"]["time"]["seconds"] -= 86400
    return orjson.dumps(parsed, option=orjson.OPT_SORT_KEYS)


def _run_verify(receipt: Path, network: Path) -> subprocess.CompletedProcess[str]:
    command = [*VERIFY, "verify", str(receipt), "--network", str(network), "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command


def _write_story(world: Stage, out: Path, telling: Telling, story: Story) -> None:
    content = {
        "network": world.network,
        "members": {slug: actor.did for slug, actor in world.actors.items()},
        "certifications": {name: issued.document_id for name, issued in story.certifications.items()},
        "invoices": {name: issued.document_id for name, issued in story.invoices.items()},
        "entries": {name: issued.document_id for name, issued in story.entries.items()},
        "facts": story.facts,
        "steps": telling.steps,
        "seconds": round(telling.elapsed, 2),
        "height": world.height,
    }
    (out / "story.json").write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))
    telling.say(f"left in {out}: {', '.join(LEFT)}")
