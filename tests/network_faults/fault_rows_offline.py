"""Rows 13 and 19: a network in four environments and its replay in each; receipts that were altered."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

from fault_scene import Row, Seen, staged
from pair_ground import CannotHere
from pair_load import Entry
from pair_network import PairProcess, until

import replay_corpus
import transire
from ledger_world import BROKER, CHAMBER, CUSTOMS, PRODUCER, World, action_id, digest, public, signing_key
from receipt_alterations import alterations
from transire.crypto.canonical import canonical_bytes
from transire.crypto.encoding import b64url
from transire.engines.cometbft.binary import cache_folder
from transire.ledger.block import DecidedBlock
from transire.ledger.chain import Time
from transire.ledger.proof.errors import NotAReceipt
from transire.ledger.verify import TrustRoot, verify_receipt

CORPUS_BLOCKS, BLOCK_ACTIONS = 100, 100
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", "LC_ALL": "de_DE.UTF-8", "PYTHONOPTIMIZE": "1"},
    {"PYTHONHASHSEED": "random", "TZ": "Pacific/Kiritimati", "LC_ALL": "POSIX", "PYTHONUTF8": "0"},
)
PYTHONS = ("3.11", "3.12", "3.13")
LIBRARIES = ("cffi", "cryptography", "msgspec", "orjson", "pycparser", "pynacl", "typing_extensions")
"""What the ledger imports, and what that needs."""
SOURCES = {"PYTHONPATH": str(Path(transire.__file__).parents[1])}
PACKS = 1000
"""So many receipts are altered."""


# Row 13.


def differ_in_environment(seen: Seen, program: str, rate: float, whole: bool) -> None:
    """Four validators in four environments and with four clocks; then a corpus replayed in each of them."""
    lives = [
        {"environment": one, **({"twist": ("has another clock", str(skew))} if skew else {})}
        for one, skew in zip(ENVIRONMENTS, (0, -7, 11, 0), strict=True)
    ]
    with staged(program, rate, seen, whole, lives=lives) as scene:
        scene.go_on(blocks=30 if whole else 5)
        seen.did("network of four environments, two application clocks wrong by -7 and +11 s")
    blocks = CORPUS_BLOCKS if whole else 5
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        corpus.write_text("".join(f"{json.dumps(line)}\n" for line in corpus_of(blocks)), encoding="ascii")
        digests = {_replayed(corpus, sys.executable, one) for one in ENVIRONMENTS}
        found = [path for path in map(_python, PYTHONS) if path is not None]
        digests |= {_replayed(corpus, path, {}) for path in found}
    assert len(digests) == 1, digests
    seen.holds("actions replayed with one result in every environment", blocks * BLOCK_ACTIONS)
    absent = [version for version in PYTHONS if _python(version) is None and version != _own_version()]
    if absent:
        raise CannotHere(f"no Python {', '.join(absent)} with the libraries on this machine")


def corpus_of(blocks: int) -> Iterator[dict[str, Any]]:
    """A corpus as `replay_corpus` reads it: members witness, end, draw, and some of it is refused."""
    world, chance = World(), random.Random(13)
    yield {"genesis": world.genesis.raw.decode()}
    key = signing_key("draw 0")
    for height in range(1, blocks + 1):
        body = {"unit": "kg", "quantity": "20", "keys": [public(key)], "releaser": CUSTOMS}
        raws = [world.sign("allowance.open/1", body, by=CHAMBER)]
        allowance = action_id(raws[0])
        while len(raws) < BLOCK_ACTIONS:
            raws.append(_any_action(world, chance, key, allowance))
        world.time += 1
        block = DecidedBlock(height=height, time=Time(world.time, 0), actions=tuple(raws))
        results = world.machine.apply(block)
        world.machine.commit()
        yield {
            "height": height,
            "time": [world.time, 0],
            "actions": [b64url(raw) for raw in raws],
            "results": [[result.code, result.log_index] for result in results],
            "app_hash": b64url(world.machine.root),
        }


def _any_action(world: World, chance: random.Random, key: Any, allowance: str) -> bytes:
    by = chance.choice((PRODUCER, BROKER, CUSTOMS, CHAMBER))
    kind = chance.randrange(4)
    if kind == 0:
        return world.sign("document.end/1", {"version": digest(f"v{chance.randrange(3000)}")}, by=by)
    if kind == 1:
        use = {"allowance": allowance, "quantity": "1", "for": digest(f"use {world.nonce}")}
        return world.draw(key, "allowance.draw/1", use)
    return world.witness(by)


def _replayed(corpus: Path, python: str, environment: dict[str, str]) -> str:
    command = [python, str(Path(replay_corpus.__file__)), str(corpus)]
    done = subprocess.run(command, env=os.environ | SOURCES | environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-600:]
    return done.stdout.strip()


def _own_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


@cache
def _python(version: str) -> str | None:
    """Another Python with what the ledger imports, of the versions that this one has; made once for a machine."""
    if version == _own_version():
        return None
    pinned = sorted(f"{name}=={metadata.version(name)}" for name in LIBRARIES)
    home = cache_folder().parent / "pythons" / f"{version}-{sha256(' '.join(pinned).encode()).hexdigest()[:12]}"
    program = str(home / "bin" / "python")
    if not _imports(program):
        base = next((path for path in _interpreters(version) if _runs(path, "--version")), None)
        if base is None or not _runs(base, "-m", "venv", "--clear", str(home)):
            return None
        _runs(program, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", *pinned)
    return program if _imports(program) else None


def _interpreters(version: str) -> Iterator[str]:
    """Where an interpreter of this version may be: on the path, or among those that pyenv keeps side by side."""
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from map(str, sorted(kept.glob(f"{version}.*/bin/python{version}")))


def _imports(program: str) -> bool:
    return _runs(program, "-c", "import transire.ledger.machine")


def _runs(program: str, *arguments: str) -> bool:
    try:
        done = subprocess.run([program, *arguments], env=os.environ | SOURCES, capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


# Row 19.


def alter_receipts(seen: Seen, program: str, rate: float, whole: bool) -> None:
    """Receipts of a real network with bits turned, parts exchanged and heights changed."""
    wanted, chance = PACKS if whole else 40, random.Random(19)
    with staged(program, rate, seen, whole) as scene:
        accepted = lambda: [entry for entry in scene.load.acknowledged if not entry.code]  # noqa: E731
        until(lambda: len(accepted()) >= wanted, 600.0)
        chosen = accepted()[:wanted]
        scene.network.wait(max(entry.height for entry in chosen) + 1)
        packs = [_pack(scene.pairs[n % 4], entry) for n, entry in enumerate(chosen)]
        trust = TrustRoot.parse(canonical_bytes(scene.network.genesis.trust_root()))
    for receipt in packs:
        assert verify_receipt(receipt, trust).holds or all(c.passed for c in verify_receipt(receipt, trust).checks)
    seen.did("genuine receipt verified", len(packs))
    passed: list[str] = []
    for number, receipt in enumerate(packs):
        other = packs[number - 1]
        for name, altered in _alterations(receipt, other, chance, everything=number == 0):
            seen.did(f"receipt altered: {name.partition(':')[0]}")
            if not _refuses(altered, trust):
                passed.append(name)
    assert not passed, passed[:5]
    seen.holds("altered receipts refused", sum(seen.done.values()) - len(packs))


def _pack(pair: PairProcess, entry: Entry) -> bytes:
    return b64decode(pair.ask("receipt", action=entry.action))


def _alterations(
    receipt: bytes, other: bytes, chance: random.Random, *, everything: bool
) -> Iterator[tuple[str, bytes]]:
    """Some bits, some values, the height, and every part of another receipt."""
    for place in range(len(receipt)) if everything else chance.sample(range(len(receipt)), 4):
        turned = bytearray(receipt)
        turned[place] ^= 1 << chance.randrange(8)
        yield f"a bit turned: {place}", bytes(turned)
    whole, foreign = json.loads(receipt), json.loads(other)
    values = alterations(whole)
    skipped = 0 if everything else chance.randrange(300)
    for name, altered in islice(values, skipped, None if everything else skipped + 3):
        yield f"a value changed: {name}", canonical_bytes(altered)
    # Rows of the state that another receipt proves under the very same header are as true in this one.
    same_header = _says(foreign["proven"]) == _says(whole["proven"])
    for name in whole.keys() - ({"keys"} if same_header else set()):
        if _says(foreign.get(name)) != _says(whole[name]):
            yield f"a part of another one: {name}", canonical_bytes({**whole, name: foreign.get(name)})


def _says(part: Any) -> Any:
    """What a part says: one header may be proved by the votes that either of two nodes saw."""
    return part["header"] if isinstance(part, dict) and "header" in part else part


def _refuses(receipt: bytes, trust: TrustRoot) -> bool:
    try:
        return not all(check.passed for check in verify_receipt(receipt, trust).checks)
    except NotAReceipt:
        return True


ROWS = (
    Row(
        13,
        "another hash seed, time zone, locale and application clock on each node; other versions of Python",
        "identical app_hash, and over 10,000 replayed actions",
        alone=differ_in_environment,
    ),
    Row(
        19,
        "receipts with turned bits, exchanged parts, other heights",
        "every altered one refused, every genuine one verified",
        alone=alter_receipts,
    ),
)
