"""Write the vectors of this folder: genuine receipts of fixed networks, what must be said of each, and altered ones.

    python vectors/receipt/make.py

All keys, salts and times are fixed, so a run writes the same bytes until a format changes. Whoever verifies receipts in
another language needs the JSON files only.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests"))

from ledger_world import BROKER, CHAMBER, CUSTOMS, PRODUCER, digest, public, signing_key  # noqa: E402
from receipt_alterations import alterations  # noqa: E402
from receipt_world import OPERATORS, Chain, network, tell  # noqa: E402
from transire.crypto.canonical import canonical_bytes  # noqa: E402
from transire.ledger.action import parse_action  # noqa: E402
from transire.ledger.checkpoint import COSIGNATURE, Checkpoint, Note, NoteVerifier, cosign  # noqa: E402
from transire.ledger.proof.errors import NotAReceipt, NotJudged  # noqa: E402
from transire.ledger.verify import verify_receipt  # noqa: E402

WITNESS = NoteVerifier("witness.example/w1", COSIGNATURE, signing_key("witness").public)
EVERY_NTH_ALTERATION = 9
MISSING = object()


def main() -> None:
    receipts = {**one_validator(), **four_validators(), **actions()}
    for name, (raw, trust_root) in receipts.items():
        (HERE / f"{name}.receipt.json").write_bytes(raw)
        (HERE / f"{name}.network.json").write_bytes(trust_root)
    write("cases.json", [case(name, *files) for name, files in receipts.items()])
    chosen = ("four-validators", "one-validator")
    write("altered.json", [altered for name in chosen for altered in altered_cases(name, *receipts[name])])


def one_validator() -> dict[str, tuple[bytes, bytes]]:
    story = tell()
    trust_root = story.chain.trust_root
    made = {
        "one-validator": (story.receipt(), trust_root),
        "no-status": (story.receipt(status_of=[], documents=[]), trust_root),
        "countersigned": (story.receipt(checkpoint=countersigned(story.chain, story.action)), trust_root),
    }
    shared = tell(to=BROKER)
    end = {"version": story.document.commitment, "successor": digest("second version")}
    story.chain.done(story.chain.world.sign("document.end/1", end, by=PRODUCER))
    story.chain.block()
    withdrawn = {"withdrawn": (story.receipt(), trust_root)}
    return {**made, **withdrawn, "one-custodian": (shared.receipt(), shared.chain.trust_root)}


def four_validators() -> dict[str, tuple[bytes, bytes]]:
    story = tell(OPERATORS)
    story.chain.set_validator(4, 10, BROKER)
    story.chain.set_validator(1, 0, CHAMBER)
    for _ in range(3):
        story.chain.block(absent=[1])
    newest = story.chain.signed[story.chain.machine.height].validators
    made = {"four-validators": (story.receipt(validators=newest), story.chain.trust_root)}
    story.chain.block(absent=[0, 1])
    return {**made, "too-few-signatures": (story.receipt(validators=newest), story.chain.trust_root)}


def actions() -> dict[str, tuple[bytes, bytes]]:
    chain = Chain(network())
    end = chain.world.sign("document.end/1", {"version": digest("v1"), "successor": digest("v2")}, by=PRODUCER)
    key = signing_key("drawer")
    opening = {"unit": "pairs", "quantity": "100", "keys": [public(key)], "releaser": CUSTOMS}
    opened = chain.world.sign("allowance.open/1", opening, by=CHAMBER)
    chain.done(end, opened)
    drawn = {"allowance": parse_action(opened).id, "quantity": "40", "for": digest("use")}
    draw = chain.world.draw(key, "allowance.draw/1", drawn)
    chain.done(draw)
    chain.block()
    ended = chain.receipt(end, status_of=[(PRODUCER, digest("v1")), (PRODUCER, digest("v2"))])
    return {"ending": (ended, chain.trust_root), "draw": (chain.receipt(draw), chain.trust_root)}


def countersigned(chain: Chain, action: bytes) -> str:
    roots = chain.evidence(action).roots
    text = Checkpoint(chain.genesis.network, roots.log_size, roots.log_root).text
    signature = cosign(text, name=WITNESS.name, key=signing_key("witness"), time=chain.genesis.start.seconds + 60)
    return Note(text, (signature,)).whole


def case(name: str, raw: bytes, trust_root: bytes) -> dict[str, Any]:
    """What must be said of a receipt: the outcome of every check, and the words of those that do not depend on now."""
    found = verify_receipt(raw, trust_root, witnesses=[WITNESS])
    checks = {check.name: {"outcome": check.outcome, "found": check.found} for check in found.checks}
    del checks["age"]
    return {
        "receipt": f"{name}.receipt.json",
        "network": f"{name}.network.json",
        "witnesses": [WITNESS.text],
        "holds": found.holds,
        "checks": checks,
    }


def altered_cases(name: str, raw: bytes, trust_root: bytes) -> list[dict[str, Any]]:
    """Every so-manyth alteration, as the value to put at a JSON pointer (or to remove), and the checks that fail."""
    receipt = json.loads(raw)
    cases = []
    for what, altered in list(alterations(receipt))[::EVERY_NTH_ALTERATION]:
        try:
            found = verify_receipt(canonical_bytes(altered), trust_root)
        except NotAReceipt:
            continue
        if not found.holds:
            fails = [check.name for check in found.checks if not check.passed and check.code != NotJudged.code]
            cases.append({"of": name, "what": what, **edit(receipt, altered), "fails": fails})
    return cases


def edit(old: Any, new: Any, pointer: str = "") -> dict[str, Any]:
    """The smallest place that holds the whole difference: what is put there, or that it is removed."""
    differing = [name for name in names_of(old, new) if value_at(old, name) != value_at(new, name)]
    if len(differing) != 1:
        return {"put_at": pointer, "value": new}
    inside = f"{pointer}/{str(differing[0]).replace('~', '~0').replace('/', '~1')}"
    if value_at(new, differing[0]) is MISSING:
        return {"remove": inside}
    return edit(value_at(old, differing[0]), new[differing[0]], inside)


def names_of(old: Any, new: Any) -> list[Any]:
    """The members of two objects, or the places of two lists of one length."""
    if isinstance(old, dict) and isinstance(new, dict):
        return list({**old, **new})
    return list(range(len(old))) if isinstance(old, list) and isinstance(new, list) and len(old) == len(new) else []


def value_at(value: Any, name: Any) -> Any:
    return value.get(name, MISSING) if isinstance(value, dict) else value[name]


def write(name: str, cases: list[dict[str, Any]]) -> None:
    lines = ",\n".join(json.dumps(one, sort_keys=True, ensure_ascii=False) for one in cases)
    (HERE / name).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
