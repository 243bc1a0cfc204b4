"""Verification of receipts: many in one process, and one from the shell.

    python -m benchmarks.verify

Goals: 3,000 receipts a second a core in bulk, headers checked once; 0.3 s from the shell. CPU time counts for
the first, the time on the wall for the second; the best of several runs is given, with the machine's own Ed25519 beside
it, since that is most of the work.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from ledger_world import signing_key
from receipt_world import OPERATORS, Story, tell
from transire.crypto.keys import verify_signature
from transire.ledger.verify import TrustRoot, VerifyCache, verify_receipt

RUNS = 10
RECEIPTS = 100
SHELL_RUNS = 5
POOL = 1000
"""Statements in the pool: a path of ten digests, as a bulk sender's receipts have."""


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    small = tell(pool=POOL)
    figures = {
        "Ed25519 verification, 600 bytes": f"{ed25519_seconds() * 1e6:.0f} us",
        "statement with status, one validator, headers cached": bulk(small, documents=[]),
        "the same with the document and its credential": bulk(small),
        "statement with status, four validators, headers cached": bulk(tell(OPERATORS, pool=POOL), documents=[]),
        "statement with status, four validators, headers anew": cold(tell(OPERATORS, pool=POOL)),
        "size of the first receipt": f"{len(small.receipt(documents=[]))} bytes",
    }
    return figures | shell(small)


def bulk(story: Story, **options: object) -> str:
    """Many receipts of one network with one cache."""
    raw, trust, cache = story.receipt(**options), TrustRoot.parse(story.chain.trust_root), VerifyCache()
    seconds = best_of(lambda: verify_receipt(raw, trust, cache=cache).require_all())
    return f"{1 / seconds:,.0f} a second ({seconds * 1e6:.0f} us)"


def cold(story: Story) -> str:
    """The same receipts, each by a verifier that has seen nothing before."""
    raw = story.receipt(documents=[])
    seconds = best_of(lambda: verify_receipt(raw, story.chain.trust_root).require_all())
    return f"{1 / seconds:,.0f} a second ({seconds * 1e6:.0f} us)"


def ed25519_seconds() -> float:
    key, message = signing_key("bench"), bytes(600)
    signature = key.sign(message)
    return best_of(lambda: verify_signature(key.public, message, signature))


def best_of(work: Callable[[], None]) -> float:
    """CPU seconds of one call: the best mean of some runs."""
    work()
    return min(_mean(work) for _ in range(RUNS))


def _mean(work: Callable[[], None]) -> float:
    start = time.process_time()
    for _ in range(RECEIPTS):
        work()
    return (time.process_time() - start) / RECEIPTS


def shell(story: Story) -> dict[str, str]:
    """`transire verify` as a person starts it, compiled modules in place."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(home / "cache")}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        (home / "network.json").write_bytes(story.chain.trust_root)
        (home / "bare.json").write_bytes(story.receipt(documents=[]))
        (home / "opened.json").write_bytes(story.receipt())
        return {
            "transire verify, from the shell": _command(home, "bare.json", environment),
            "transire verify with a document and its credential": _command(home, "opened.json", environment),
        }


def _command(home: Path, receipt: str, environment: Mapping[str, str]) -> str:
    code = "from transire.cli import main; main()"
    command = [sys.executable, "-c", code, "verify", home / receipt, "--network", home / "network.json"]
    times = []
    for _ in range(SHELL_RUNS + 1):
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return f"{min(times[1:]):.2f} s"


def main() -> None:
    for name, figure in measure().items():
        print(f"{name}: {figure}")


if __name__ == "__main__":
    main()
