"""What the vectors of CometBFT do not reach: limits of headers, sets and commits, and times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec import structs

from receipt_world import OPERATORS, Chain, network
from transire.ledger import chain
from transire.ledger.chain import BlockID, Commit, PartSetHeader, Time, Validator
from transire.ledger.chain_json import (
    CommitForm,
    HeaderForm,
    ValidatorForm,
    commit_json,
    header_json,
    read_commit,
    read_header,
    read_validators,
    validators_json,
)
from transire.ledger.commit import MAX_TOTAL_POWER, verify_commit, verify_header, verify_validators
from transire.ledger.proof.errors import (
    CommitForAnotherBlock,
    CommitMalformed,
    HeaderMalformed,
    ValidatorSetMalformed,
    ValidatorSetUnknown,
)


@pytest.fixture(scope="module")
def four() -> Chain:
    made = Chain(network(OPERATORS))
    made.block()
    made.block(absent=[1], for_nil=[])
    return made


class TestTime:
    def test_it_is_exact_to_the_nanosecond(self) -> None:
        assert Time.from_nanoseconds(1_770_000_000_000_000_001) == Time(1_770_000_000, 1)
        assert Time(1_770_000_000, 1).nanoseconds == 1_770_000_000_000_000_001

    def test_its_text_is_rfc_3339(self) -> None:
        assert Time(0, 0).text == "1970-01-01T00:00:00Z"
        assert Time(0, 5).text == "1970-01-01T00:00:00.000000005Z"
        assert chain.NO_TIME.text == "0001-01-01T00:00:00Z"

    def test_a_moment_and_back(self) -> None:
        moment = datetime(2026, 2, 2, 10, 0, 0, 123456, tzinfo=UTC)
        assert Time.of(moment).moment == moment
        assert Time.of(datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)) == Time(-1, 999_999_000)


class TestMedianTime:
    def test_without_votes_there_is_none(self) -> None:
        commit = Commit(7, 0, BlockID(bytes(32), PartSetHeader(1, bytes(32))), (chain.ABSENT_SIG,))
        assert chain.median_time(commit, [Validator(bytes(32), 10)]) == Time(-62_135_596_800, 0)


class TestJson:
    def test_it_gives_back_what_was_written(self, four: Chain) -> None:
        for signed in four.signed.values():
            assert read_header(msgspec.convert(header_json(signed.header), HeaderForm)) == signed.header
            assert read_commit(msgspec.convert(commit_json(signed.commit), CommitForm)) == signed.commit
            forms = msgspec.convert(validators_json(signed.validators), tuple[ValidatorForm, ...])
            assert read_validators(forms) == signed.validators


class TestHeaders:
    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("version_block", 10),
            ("version_app", -1),
            ("chain_id", ""),
            ("chain_id", "x" * 51),
            ("height", 0),
            ("height", 2**63),
            ("time", Time(0, 1_000_000_000)),
            ("time", Time(253_402_300_800, 0)),
            ("last_block_id", chain.NO_BLOCK),
            ("last_block_id", BlockID(bytes(31), PartSetHeader(1, bytes(32)))),
            ("last_block_id", BlockID(bytes(32), PartSetHeader(0, bytes(32)))),
            ("app_hash", b""),
            ("validators_hash", bytes(31)),
            ("proposer_address", bytes(32)),
        ],
    )
    def test_impossible_values_are_named(self, four: Chain, field: str, value: Any) -> None:
        header = structs.replace(four.signed[2].header, **{field: value})
        with pytest.raises(HeaderMalformed) as refused:
            verify_header(header)
        assert refused.value.where == field.removesuffix("_block").removesuffix("_app")

    def test_only_the_first_header_follows_nothing(self, four: Chain) -> None:
        verify_header(four.signed[1].header)
        verify_header(four.signed[2].header)


class TestValidatorSets:
    @pytest.mark.parametrize(
        "validators",
        [
            [],
            [Validator(bytes(31), 1)],
            [Validator(bytes(32), 0)],
            [Validator(bytes(32), 1), Validator(bytes(32), 1)],
            [Validator(b"a" * 32, 1), Validator(b"b" * 32, 2)],
            [Validator(b"a" * 32, MAX_TOTAL_POWER), Validator(b"b" * 32, 1)],
        ],
        ids=["empty", "short key", "no power", "doubled", "out of order", "too strong"],
    )
    def test_malformed_ones_are_refused(self, validators: list[Validator]) -> None:
        with pytest.raises(ValidatorSetMalformed):
            verify_validators(validators)


def _vote(commit: Commit, place: int, **changes: Any) -> Commit:
    signatures = list(commit.signatures)
    signatures[place] = structs.replace(signatures[place], **changes)
    return structs.replace(commit, signatures=tuple(signatures))


class TestCommits:
    @pytest.mark.parametrize(
        ("change", "error"),
        [
            (lambda commit: structs.replace(commit, round=-1), CommitMalformed),
            (lambda commit: structs.replace(commit, round=2**31), CommitMalformed),
            (lambda commit: structs.replace(commit, height=3), CommitForAnotherBlock),
            (lambda commit: structs.replace(commit, block_id=chain.NO_BLOCK), CommitForAnotherBlock),
            (lambda commit: _parts(commit, PartSetHeader(0, bytes(32))), CommitMalformed),
            (lambda commit: _vote(commit, 0, flag=4), CommitMalformed),
            (lambda commit: _vote(commit, 0, flag=chain.ABSENT), CommitMalformed),
            (lambda commit: _vote(commit, 1, time=Time(0, 0)), CommitMalformed),
            (lambda commit: _vote(commit, 0, time=Time(0, -1)), CommitMalformed),
            (lambda commit: _vote(commit, 0, address=bytes(20)), CommitMalformed),
            (lambda commit: _vote(commit, 0, signature=bytes(63)), CommitMalformed),
            (lambda commit: structs.replace(commit, signatures=commit.signatures[:3]), CommitMalformed),
        ],
    )
    def test_malformed_ones_are_refused(
        self, four: Chain, change: Callable[[Commit], Commit], error: type[Exception]
    ) -> None:
        signed = four.signed[2]
        verify_commit(signed.header, signed.commit, signed.validators)
        with pytest.raises(error):
            verify_commit(signed.header, change(signed.commit), signed.validators)

    def test_other_validators_are_refused(self, four: Chain) -> None:
        signed = four.signed[2]
        with pytest.raises(ValidatorSetUnknown):
            verify_commit(signed.header, signed.commit, signed.validators[:3])

    def test_it_says_who_signed(self, four: Chain) -> None:
        signed = four.signed[2]
        final = verify_commit(signed.header, signed.commit, signed.validators)
        assert final.signed == (signed.validators[0], *signed.validators[2:])
        assert (final.power, final.total_power) == (30, 40)
        assert final.hash == chain.header_hash(signed.header)


def _parts(commit: Commit, parts: PartSetHeader) -> Commit:
    return structs.replace(commit, block_id=BlockID(commit.block_id.hash, parts))
