"""Which validators are to be trusted at which height, and whether they made a header final.

The trust root names the first set. Each change is announced by a header that the set before it made final and whose
`next_validators_hash` names the set that comes after; so a chain of changes leads from the trust root to any height.
What this cannot exclude is said in `spec/receipt.md`: validators who left could sign another past together.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from transire.ledger import chain
from transire.ledger.chain import Header, Validator
from transire.ledger.chain_json import SignedHeaderForm, read_commit, read_header, read_validators
from transire.ledger.commit import FinalBlock, verify_commit, verify_validators
from transire.ledger.proof.cache import VerifyCache
from transire.ledger.proof.errors import HeadersDisagree, OtherNetwork, ValidatorSetUnknown
from transire.ledger.proof.forms import ChangeForm
from transire.ledger.proof.trust import TrustRoot


class FinalHeader(msgspec.Struct, frozen=True):
    """A header that the validators in force made final."""

    header: Header
    block: FinalBlock
    validators: tuple[Validator, ...]


class Reign(msgspec.Struct, frozen=True):
    """The validators in force from a height on."""

    start: int
    validators: tuple[Validator, ...]
    hash: bytes


class Schedule:
    """The validators from the trust root on, as far as a receipt's changes prove them."""

    def __init__(self, trust: TrustRoot, cache: VerifyCache | None = None) -> None:
        self._network = trust.network
        self._cache = VerifyCache() if cache is None else cache
        self._finals: dict[int, FinalHeader] = {}
        self.reigns = [Reign(1, trust.validators, trust.validators_hash)]

    def extend(self, changes: Sequence[ChangeForm]) -> None:
        """Follow the changes, first height first."""
        for change in changes:
            last = self.reigns[-1]
            header = self.verify(change.header).header
            validators = read_validators(change.validators)
            verify_validators(validators)  # here, since their headers may come from the cache
            announced = chain.validators_hash(validators)
            where = f"change at height {header.height}"
            if header.next_validators_hash != announced:
                raise ValidatorSetUnknown(got=announced.hex(), expected=header.next_validators_hash.hex(), where=where)
            if announced == last.hash:
                raise HeadersDisagree(got="the same validators", expected="a change", where=where)
            self.reigns.append(Reign(header.height + 1, validators, announced))

    def verify(self, form: SignedHeaderForm) -> FinalHeader:
        """Refuse unless the validators in force at its height made this header final."""
        height = form.header.height
        reign = self._reign_at(height)
        if form.header.chain_id != self._network:
            raise OtherNetwork(got=form.header.chain_id, expected=self._network, where=f"header {height}")
        final = self._verify_once(form, reign)
        self._require_steady(final.header)
        known = self._finals.setdefault(height, final)
        if known.block.hash != final.block.hash:
            raise HeadersDisagree(
                got=final.block.hash.hex(), expected=known.block.hash.hex(), where=f"two headers of height {height}"
            )
        return final

    def _reign_at(self, height: int) -> Reign:
        return next(reign for reign in reversed(self.reigns) if reign.start <= height)

    def _verify_once(self, form: SignedHeaderForm, reign: Reign) -> FinalHeader:
        def verify() -> FinalHeader:
            header, commit = read_header(form.header), read_commit(form.commit)
            return FinalHeader(header, verify_commit(header, commit, reign.validators), reign.validators)

        return self._cache.once_of((form,), ("header", reign.hash), verify)

    def _require_steady(self, header: Header) -> None:
        """Between two changes that the receipt shows, no header may announce another one."""
        following = next((reign for reign in self.reigns if reign.start > header.height), None)
        if following is None:
            return
        expected = following.hash if following.start == header.height + 1 else header.validators_hash
        if header.next_validators_hash != expected:
            raise HeadersDisagree(
                got=header.next_validators_hash.hex(),
                expected=expected.hex(),
                where=f"the validators after height {header.height}",
            )
