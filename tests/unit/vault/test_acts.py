"""What a member owes the ledger: once, in order, with the bytes that may have left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from transire.vault import acts
from transire.vault.acts import SignedBytes

from .conftest import Member

END = "document.end/1"


@pytest.fixture
def producer(member: Callable[..., Member]) -> Member:
    return member("producer")


def owe(owner: Member, *versions: str) -> list[bool]:
    with owner.database.transaction() as tx:
        return [acts.put(tx, END, {"version": version}, subject=version) for version in versions]


def owed(owner: Member) -> list[acts.OwedAct]:
    with owner.database.reading() as view:
        assert acts.count_owed(view) == len(acts.owed(view))
        return acts.owed(view)


def test_the_same_is_owed_once_and_in_order(producer: Member) -> None:
    assert owe(producer, "one", "two", "one") == [True, True, False]
    assert [act.body for act in owed(producer)] == [{"version": "one"}, {"version": "two"}]


def test_an_act_is_not_there_when_its_transaction_fails(producer: Member) -> None:
    def fail() -> None:
        with producer.database.transaction() as tx:
            acts.put(tx, END, {"version": "one"}, subject="one")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert owed(producer) == []


def test_the_signed_bytes_are_there_before_they_leave_and_go_when_they_expired(producer: Member) -> None:
    owe(producer, "one")
    (act,) = owed(producer)
    assert act.signed is None
    signed = SignedBytes(b"signed", "its id")
    for kept in (signed, None):
        with producer.database.transaction() as tx:
            acts.mark_signed(tx, act.seq, kept)
        assert owed(producer)[0].signed == kept


@pytest.mark.parametrize("code", [None, "ledger.already-ended"])
def test_an_answer_settles_it_for_good(producer: Member, code: str | None) -> None:
    owe(producer, "one")
    with producer.database.transaction() as tx:
        acts.mark_answered(tx, owed(producer)[0].seq, refused_with=code)
    assert owed(producer) == []
    assert owe(producer, "one") == [False]
