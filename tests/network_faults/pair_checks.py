"""What must hold after every fault, whichever it was."""

from __future__ import annotations

import json
import random
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from typing import Any

from pair_load import HOLDS, Entry, PairLoad
from pair_network import PairNetwork, PairProcess, until

from transire.crypto.canonical import canonical_bytes
from transire.ledger.proof.errors import NotAReceipt
from transire.ledger.verify import TrustRoot, verify_receipt

RECEIPTS = 6
"""Of each phase so many receipts are verified."""
SETTLE_S = 300.0


def check_everything(network: PairNetwork, load: PairLoad, pairs: Sequence[PairProcess]) -> dict[str, Any]:
    """All checkers, on these pairs; returns what was counted. The load is stopped first."""
    load.stop()
    until(load.settled, SETTLE_S, lambda: f"{load._left} actions have no answer: {dict(load.refusals)}")
    last = max((entry.height for entry in load.entries), default=2)
    network.wait(last + 1, pairs)
    return {
        "actions": check_nothing_lost_or_twice(load.entries, pairs),
        "heights": check_equal_roots(pairs),
        "allowances": check_allowances(load.entries, pairs),
        "receipts": check_receipts(network, load.entries, pairs),
        "replicas": check_replicas(pairs),
    }


def check_nothing_lost_or_twice(entries: Sequence[Entry], pairs: Sequence[PairProcess]) -> int:
    """Every acknowledged action stands on every node where it was said to, once; and nothing stands there unasked."""
    asked = {entry.action: (entry.height, entry.index, entry.code) for entry in entries if entry.answered}
    for pair in pairs:
        applied = pair.ask("applied", within=120)
        ids = [one[0] for one in applied]
        assert len(ids) == len(set(ids)), f"pair {pair.place}: an action was applied twice"
        places = {one[0]: tuple(one[1:]) for one in applied}
        first = applied[0][1] if applied else 0
        for action, told in asked.items():
            if action in places:
                assert places[action] == told, f"pair {pair.place}: {action} stands at {places[action]}, told {told}"
            else:
                before = pair.settings.state_sync is not None and told[0] < first
                assert before, f"pair {pair.place}: {action} was lost"
        unknown = set(ids) - {entry.action for entry in entries}
        assert not unknown, f"pair {pair.place}: {unknown} was asked by nobody"
    return len(asked)


def check_equal_roots(pairs: Sequence[PairProcess]) -> int:
    """The same app_hash at every height on every node."""
    last = min(pair.height for pair in pairs)
    at: dict[int, set[str]] = {}
    for pair in pairs:
        first = max(1, pair.ask("base"))
        for height, root in enumerate(pair.ask("roots", first=first, last=last, within=120), first):
            at.setdefault(height, set()).add(root)
    assert sorted(at) == list(range(1, last + 1))
    differing = [height for height, roots in at.items() if len(roots) > 1]
    assert not differing, f"app_hashes differ at {differing[:5]}"
    return last


def check_allowances(entries: Sequence[Entry], pairs: Sequence[PairProcess]) -> int:
    """What was drawn is the sum of the draws that were accepted, and never more than there is."""
    drawn = Counter(entry.allowance for entry in entries if entry.allowance and not entry.code)
    refused = Counter(entry.allowance for entry in entries if entry.allowance and entry.code)
    assert {entry.code for entry in entries if entry.code} <= {"ledger.allowance-exceeded"}
    for allowance in drawn | refused:
        assert drawn[allowance] <= HOLDS
        assert drawn[allowance] == HOLDS or not refused[allowance], "a draw was refused that would have fitted"
        for pair in pairs:
            row = pair.ask("state", key=f"allowance/{allowance}")
            assert (row["drawn"], row["quantity"]) == (str(drawn[allowance]), str(HOLDS))
    return len(drawn)


def check_receipts(network: PairNetwork, entries: Sequence[Entry], pairs: Sequence[PairProcess]) -> int:
    """Receipts of actions from every phase, made by every node in turn, verify with the trust root alone."""
    trust = TrustRoot.parse(canonical_bytes(network.genesis.trust_root()))
    chance = random.Random(len(entries))
    accepted = [entry for entry in entries if not entry.code]
    count = 0
    for phase in sorted({entry.phase for entry in accepted}):
        of_phase = [entry for entry in accepted if entry.phase == phase]
        for entry in chance.sample(of_phase, min(RECEIPTS, len(of_phase))):
            makers = [pair for pair in pairs if not pair.settings.state_sync]
            receipt = b64decode(makers[count % len(makers)].ask("receipt", action=entry.action))
            verification = verify_receipt(receipt, trust)
            failed = [check.name for check in verification.checks if not check.passed]
            assert not failed, f"receipt of {entry.action}: {failed}"
            assert {"signed", "log"} <= {check.name for check in verification.checks if check.outcome == "holds"}
            assert _is_refused(_altered(receipt), trust)
            count += 1
    return count


def check_replicas(pairs: Sequence[PairProcess]) -> int:
    """Each replica and its chain fit together to the last row."""
    for pair in pairs:
        damages = pair.ask("damages", within=180)
        assert damages == [], f"pair {pair.place}: {damages[:3]}"
    return len(pairs)


def _altered(receipt: bytes) -> bytes:
    altered = json.loads(receipt)
    altered["log"]["entry"] += 1
    return canonical_bytes(altered)


def _is_refused(receipt: bytes, trust: TrustRoot) -> bool:
    try:
        return not all(check.passed for check in verify_receipt(receipt, trust).checks)
    except NotAReceipt:
        return True
