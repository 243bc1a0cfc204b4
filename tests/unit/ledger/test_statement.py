"""Statements, their ids, and the pools that anchor them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger_world import BROKER, PRODUCER, digest
from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url
from transire.ledger.errors import PoolMismatch, StatementForeign, StatementMalformed
from transire.ledger.statement import (
    Pool,
    make_statement,
    parse_statement,
    statement_bytes,
    statement_id,
    verify_pool_opening,
    verify_statement,
)

NETWORK = "transire-test-00000000000000000000000000000000"


def said(number: int, by: str = PRODUCER) -> dict[str, Json]:
    salt = sha256(b"salt", bytes([number % 256]))
    return make_statement("entry.filed/1", {"n": number}, about=[digest("d")], by=by, actor="clerk", salt=salt)


def pool_of(count: int) -> Pool:
    return Pool.build(NETWORK, PRODUCER, [said(n) for n in range(count)], salt=bytes(32))


def test_the_id_is_the_leaf_hash_of_the_canonical_bytes() -> None:
    assert statement_id(said(1)) == b64url(sha256(b"\x00", canonical_bytes(said(1))))
    assert parse_statement(statement_bytes(said(1))).id == statement_id(said(1))


def test_a_parsed_statement_gives_its_bytes_back() -> None:
    assert parse_statement(statement_bytes(said(1))).raw == statement_bytes(said(1))


def test_two_statements_that_say_the_same_differ_by_their_salt() -> None:
    first, second = (make_statement("a.b/1", {}, about=[], by=PRODUCER, actor="x") for _ in range(2))
    assert statement_id(first) != statement_id(second)


def test_the_pool_commitment_is_the_salted_hash_of_its_opening() -> None:
    pool = pool_of(3)
    expected = b64url(sha256(b"transire/pool/v1\n", canonical_bytes(pool.opening())))
    assert pool.commitment == expected == pool.body()["pool"]
    assert pool.opening()["count"] == 3


@settings(max_examples=30)
@given(st.integers(1, 70))
def test_every_statement_of_a_pool_proves_itself(count: int) -> None:
    pool = pool_of(count)
    opening = verify_pool_opening(pool.commitment, pool.opening(), network=NETWORK, by=PRODUCER)
    for index in range(count):
        raw = statement_bytes(said(index))
        assert verify_statement(raw, opening=opening, index=index, path=pool.path(index)).body == {"n": index}


def test_a_statement_at_another_place_is_refused() -> None:
    pool = pool_of(4)
    opening = verify_pool_opening(pool.commitment, pool.opening(), network=NETWORK, by=PRODUCER)
    with pytest.raises(PoolMismatch, match="does not belong to the pool"):
        verify_statement(statement_bytes(said(0)), opening=opening, index=1, path=pool.path(0))


def test_a_statement_that_was_not_pooled_is_refused() -> None:
    pool = pool_of(4)
    opening = verify_pool_opening(pool.commitment, pool.opening(), network=NETWORK, by=PRODUCER)
    with pytest.raises(PoolMismatch):
        verify_statement(statement_bytes(said(9)), opening=opening, index=0, path=pool.path(0))


def test_a_pool_takes_only_statements_of_its_own_member() -> None:
    with pytest.raises(StatementForeign, match="another member"):
        Pool.build(NETWORK, PRODUCER, [said(0), said(1, by=BROKER)])


def test_a_foreign_statement_in_a_pool_is_refused_when_it_is_shown() -> None:
    foreign = said(0, by=BROKER)
    ids = [sha256(b"\x00", statement_bytes(foreign))]
    pool = Pool.of_ids(NETWORK, PRODUCER, ids, salt=bytes(32))
    opening = verify_pool_opening(pool.commitment, pool.opening(), network=NETWORK, by=PRODUCER)
    with pytest.raises(StatementForeign, match=BROKER):
        verify_statement(statement_bytes(foreign), opening=opening, index=0, path=[])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"count": 4}, PoolMismatch),
        ({"salt": digest("other")}, PoolMismatch),
        ({"root": digest("other")}, PoolMismatch),
        ({"network": "other"}, PoolMismatch),
        ({"by": BROKER}, PoolMismatch),
        ({"memo": 1}, PoolMismatch),
        ({"count": 0}, PoolMismatch),
    ],
)
def test_any_change_of_the_opening_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    pool = pool_of(3)
    with pytest.raises(error):
        verify_pool_opening(pool.commitment, pool.opening() | change, network=NETWORK, by=PRODUCER)


def test_an_opening_for_another_network_or_member_is_refused() -> None:
    pool = pool_of(3)
    with pytest.raises(PoolMismatch, match="/network"):
        verify_pool_opening(pool.commitment, pool.opening(), network="other", by=PRODUCER)
    with pytest.raises(StatementForeign, match="/by"):
        verify_pool_opening(pool.commitment, pool.opening(), network=NETWORK, by=BROKER)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "Entry.filed/1"},
        {"kind": "entry/1"},
        {"kind": "entry.filed"},
        {"kind": "entry.filed/0"},
        {"salt": "short"},
        {"about": ["x"]},
        {"about": "x"},
        {"actor": ""},
        {"by": "producer"},
        {"body": []},
        {"extra": 1},
    ],
)
def test_malformed_statements_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(StatementMalformed, match="not a statement"):
        parse_statement(canonical_bytes(said(0) | change))


def test_statements_that_are_not_canonical_are_refused() -> None:
    with pytest.raises(StatementMalformed):
        parse_statement(json.dumps(said(0)).encode())


def test_whoever_says_nonsense_learns_it_at_once() -> None:
    with pytest.raises(StatementMalformed):
        make_statement("nonsense", {}, about=[], by=PRODUCER, actor="x")


@pytest.mark.parametrize("index", [-1, 3])
def test_a_place_outside_the_pool_has_no_path(index: int) -> None:
    with pytest.raises(Exception, match="index below 3"):
        pool_of(3).path(index)


def test_an_empty_pool_is_refused() -> None:
    with pytest.raises(StatementMalformed, match="0 statements"):
        Pool.build(NETWORK, PRODUCER, [])
