"""Light verification: headers of a whole chain from the trust root, with validators that change on the way.

    python -m benchmarks.light [BLOCKS]

The chain is made in memory with real keys and signatures, every 1,000 blocks with another set of validators (one key
is exchanged). It is verified twice, the signatures of each header all checked: every header in turn, each naming the
one before; and as a receipt does it, from change to change to the last header. CPU seconds; 100,000 blocks by itself
with four validators, and half as many with seven. Making the chain is not counted; it takes about as long.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

import msgspec

from ledger_world import genesis, signing_key
from transire.crypto.canonical import canonical_bytes
from transire.crypto.keys import SigningKey
from transire.ledger import chain
from transire.ledger.block import SignedHeader
from transire.ledger.chain import BlockID, Commit, CommitSig, Header, PartSetHeader, Time, Validator
from transire.ledger.chain_json import SignedHeaderForm, commit_json, header_json, validators_json
from transire.ledger.commit import verify_commit
from transire.ledger.proof.forms import ChangeForm
from transire.ledger.proof.headers import Schedule, VerifyCache
from transire.ledger.proof.trust import TrustRoot

BLOCKS = 100_000
CHANGE_EVERY = 1_000
AT_ONCE = 1_000
"""Headers that are in memory at a time."""
POWER = 10
EMPTY = chain.merkle_root(())


@dataclass
class Maker:
    """Makes the headers of a chain, one after the other."""

    validators: int
    keys: dict[bytes, SigningKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.genesis = genesis(validators=self.validators)
        self.trust = TrustRoot.parse(canonical_bytes(self.genesis.trust_root()))
        self.keys = {key.public: key for key in (signing_key(f"validator {n}") for n in range(self.validators))}

    def headers(self, blocks: int) -> Iterator[SignedHeader]:
        """Each with the commit that its own validators signed."""
        present = following = self.genesis.validator_set
        last_block, last_commit = chain.NO_BLOCK, chain.NO_COMMIT
        for height in range(1, blocks + 1):
            if height % CHANGE_EVERY == CHANGE_EVERY - 1:
                following = self._exchanged(present, height)
            header = Header(
                chain_id=self.genesis.network,
                height=height,
                time=Time(self.genesis.start.seconds + height, 0),
                last_block_id=last_block,
                last_commit_hash=chain.commit_hash(last_commit),
                data_hash=EMPTY,
                validators_hash=chain.validators_hash(present),
                next_validators_hash=chain.validators_hash(following),
                consensus_hash=EMPTY,
                app_hash=EMPTY,
                last_results_hash=EMPTY,
                evidence_hash=EMPTY,
                proposer_address=present[0].address,
            )
            last_block = BlockID(chain.header_hash(header), PartSetHeader(1, EMPTY))
            last_commit = self._commit(header, last_block, present)
            yield SignedHeader(header=header, commit=last_commit, validators=present)
            present = following

    def _exchanged(self, present: Sequence[Validator], height: int) -> tuple[Validator, ...]:
        key = signing_key(f"validator of block {height}")
        self.keys[key.public] = key
        gone = present[height // CHANGE_EVERY % len(present)]
        return chain.sort_validators([*(one for one in present if one != gone), Validator(key.public, POWER)])

    def _commit(self, header: Header, block: BlockID, validators: Sequence[Validator]) -> Commit:
        moment = Time(header.time.seconds + 1, 0)
        message = chain.vote_sign_bytes(header.chain_id, height=header.height, round=0, block_id=block, time=moment)
        votes = (
            CommitSig(chain.FOR_BLOCK, v.address, moment, self.keys[v.public_key].sign(message)) for v in validators
        )
        return Commit(header.height, 0, block, tuple(votes))


class Follower:
    """Every header in turn: of the height after the last, naming it, signed by the set that it announced."""

    def __init__(self, trust: TrustRoot) -> None:
        self._announced, self._last, self.height = trust.validators_hash, b"", 0

    def follow(self, headers: Iterable[SignedHeader]) -> None:
        for signed in headers:
            header = signed.header
            named = (header.height, header.last_block_id.hash, header.validators_hash)
            assert named == (self.height + 1, self._last, self._announced), f"header {header.height} follows another"
            self._last = verify_commit(header, signed.commit, signed.validators).hash
            self._announced, self.height = header.next_validators_hash, header.height


def form_of(signed: SignedHeader) -> SignedHeaderForm:
    """As it stands in a receipt, read again from its bytes."""
    return msgspec.convert(
        {"header": header_json(signed.header), "commit": commit_json(signed.commit)}, SignedHeaderForm
    )


def size_of(value: object) -> int:
    return len(msgspec.json.encode(value))


def run(validators: int, blocks: int) -> dict[str, str]:
    """Both ways over one chain."""
    maker = Maker(validators)
    follower = Follower(maker.trust)
    changes: list[tuple[SignedHeader, tuple[Validator, ...]]] = []
    announcing: SignedHeader | None = None
    spent, size, chunk, begun = 0.0, 0, [], time.monotonic()
    for signed in maker.headers(blocks):
        if announcing is not None:
            changes.append((announcing, signed.validators))
        announcing = signed if signed.header.next_validators_hash != signed.header.validators_hash else None
        chunk.append(signed)
        if len(chunk) == AT_ONCE or signed.header.height == blocks:
            before = time.process_time()
            follower.follow(chunk)
            spent += time.process_time() - before
            size += (
                sum(size_of(form_of(one)) for one in chunk[:: max(1, len(chunk) // 10)])
                * len(chunk)
                // len(chunk[:: max(1, len(chunk) // 10)])
            )
            progress(validators, follower.height, blocks, begun)
            chunk = []
    assert follower.height == blocks
    skipped, skipped_size = skip(maker, changes, signed)
    name = f"{blocks:,} blocks, {validators} validators, {len(changes)} changes of the set"
    return {
        f"{name}; every header": f"{spent:.1f} s ({blocks / spent:,.0f} a second), {size / 1e6:.0f} MB as JSON",
        f"{name}; from change to change": f"{skipped * 1e3:.0f} ms, {skipped_size / 1e3:.0f} kB as JSON",
    }


def skip(
    maker: Maker, changes: Sequence[tuple[SignedHeader, tuple[Validator, ...]]], last: SignedHeader
) -> tuple[float, int]:
    """As a receipt leads from the trust root to its header: seconds, and the bytes that it carries for it."""
    forms = [
        msgspec.convert(
            {"header": msgspec.to_builtins(form_of(signed)), "validators": validators_json(after)}, ChangeForm
        )
        for signed, after in changes
    ]
    target = form_of(last)
    before = time.process_time()
    schedule = Schedule(maker.trust, VerifyCache())
    schedule.extend(forms)
    final = schedule.verify(target)
    seconds = time.process_time() - before
    assert final.header.height == last.header.height
    return seconds, size_of(forms) + size_of(target)


def progress(validators: int, done: int, blocks: int, begun: float) -> None:
    if done % (10 * AT_ONCE) == 0 or done == blocks:
        told = f"{validators} validators: {done:,} of {blocks:,} blocks after {time.monotonic() - begun:.0f} s"
        print(told, file=sys.stderr, flush=True)


def measure(blocks: int = BLOCKS) -> dict[str, str]:
    """Every figure of this page, in words."""
    return run(4, blocks) | run(7, blocks // 2)


if __name__ == "__main__":
    for what, figure in measure(*map(int, sys.argv[1:2])).items():
        print(f"{what}: {figure}")
