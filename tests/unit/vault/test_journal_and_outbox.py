"""Statements through their states, envelopes through their attempts; every step twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
import sqlalchemy as sa

from transire.ledger.action import parse_action
from transire.ledger.statement import (
    Pool,
    make_statement,
    parse_statement,
    statement_bytes,
    verify_pool_opening,
    verify_statement,
)
from transire.vault import journal, outbox
from transire.vault.outbox import JITTER, RETRY_AFTER
from transire.vault.tables import outbox as outbox_table
from transire.vault.tables import pools, statements

from .conftest import NETWORK, NOW, Member

TO = "did:web:recipient.example"


@pytest.fixture
def producer(member: Callable[..., Member]) -> Member:
    return member("producer")


def write(owner: Member, count: int = 1, *, to: str | None = None) -> list[str]:
    names = []
    with owner.database.transaction() as tx:
        for number in range(count):
            names.append(owner.state(tx, "document.opened/1", {"n": number}, about=["A" * 43], to=[to] if to else []))
    return names


def rows_due(owner: Member, at: timedelta = timedelta(0), limit: int = 100) -> list[outbox.OutboxRow]:
    with owner.database.reading() as view:
        return outbox.due(view, NOW + at, limit)


def test_a_statement_is_proven_once_it_is_accepted(producer: Member) -> None:
    names = write(producer, 5)
    with producer.database.reading() as view:
        assert journal.count_pooled(view, NOW) == 5
        assert journal.locate(view, names[0]) is None
        assert journal.states_of(view, [*names, "x"]) == dict.fromkeys(names, journal.POOLED)
    producer.anchor()
    with producer.database.reading() as view:
        for index, name in enumerate(names):
            found = journal.locate(view, name)
            assert found is not None
            assert found.index == index
            opening = verify_pool_opening(found.pool, found.opening, network=NETWORK, by=producer.did)
            verify_statement(found.raw, opening=opening, index=found.index, path=found.path)
            assert parse_action(found.action).body == {"pool": found.pool}
        assert [found.statement.id for found in journal.all_accepted(view)] == names
        assert [found.statement.id for found in journal.find_about(view, "A" * 43)] == names
        assert journal.find_about(view, "A" * 43, kinds=["document.held/1"]) == []
        assert journal.count_pooled(view, NOW) == 0


def test_the_signed_bytes_are_there_before_they_leave(producer: Member) -> None:
    names = write(producer, 2)
    with producer.database.transaction() as tx:
        raws = journal.read_pooled(tx, NOW, 100)
        pool = Pool.build(NETWORK, producer.did, [orjson.loads(raw) for raw in raws])
        action = producer.witness(pool.commitment)
        journal.mark_submitted(
            tx, pool, by=producer.did, action=action, action_id=parse_action(action).id, expires=NOW, now=NOW
        )
    with producer.database.reading() as view:
        (pending,) = journal.pending_pools(view)
        assert pending.action == action
        assert journal.read_pooled(view, NOW, 100) == []
    place = producer.ledger.accept(action)
    for _ in range(2):
        with producer.database.transaction() as tx:
            assert [found.id for found in journal.mark_accepted(tx, pool.commitment, place)] == names
    with producer.database.reading() as view:
        assert journal.pending_pools(view) == []


def test_an_abandoned_pool_gives_its_statements_back(producer: Member) -> None:
    names = write(producer, 2)
    with producer.database.transaction() as tx:
        raws = journal.read_pooled(tx, NOW, 100)
        pool = Pool.build(NETWORK, producer.did, [orjson.loads(raw) for raw in raws])
        action = producer.witness(pool.commitment)
        journal.mark_submitted(tx, pool, by=producer.did, action=action, action_id="x", expires=NOW, now=NOW)
        journal.abandon_pool(tx, pool.commitment)
        assert tx.execute(sa.select(sa.func.count()).select_from(pools)).scalar_one() == 0
        assert journal.read_pooled(tx, NOW, 100) == raws
    producer.anchor()
    with producer.database.reading() as view:
        assert journal.accepted_ids(view) == names


def test_a_pool_takes_the_oldest_that_are_ready_and_no_more(producer: Member) -> None:
    first = write(producer, 3)
    with producer.database.transaction() as tx:
        made = make_statement("document.opened/1", {}, about=[], by=producer.did, actor="a")
        journal.write_own(tx, parse_statement(statement_bytes(made)), ready_at=NOW + timedelta(seconds=60))
    last = write(producer, 3)
    with producer.database.transaction() as tx:
        raws = journal.read_pooled(tx, NOW, 5)
        pool = Pool.build(NETWORK, producer.did, [orjson.loads(raw) for raw in raws])
        action = producer.witness(pool.commitment)
        name = parse_action(action).id
        journal.mark_submitted(tx, pool, by=producer.did, action=action, action_id=name, expires=NOW, now=NOW)
        assert journal.read_pooled(tx, NOW, 9) == [journal.read_raw(tx, last[2])]
        accepted = list(journal.mark_accepted(tx, pool.commitment, producer.ledger.accept(action)))
    assert [(one.id, one.index) for one in accepted] == [(id, index) for index, id in enumerate(first + last[:2])]
    with producer.database.reading() as view:
        located = journal.locate_all(view, [one.id for one in accepted])
    assert [one.path for one in located] == [pool.path(index) for index in range(5)]


def test_an_unhurried_statement_waits(producer: Member) -> None:
    later = NOW + timedelta(seconds=60)
    with producer.database.transaction() as tx:
        made = make_statement("document.opened/1", {}, about=[], by=producer.did, actor="a")
        journal.write_own(tx, parse_statement(statement_bytes(made)), ready_at=later)
        assert journal.read_pooled(tx, NOW, 100) == []
        assert journal.next_ready(tx) == later
        assert len(journal.read_pooled(tx, later, 100)) == 1


def test_the_same_statement_is_written_once(producer: Member) -> None:
    made = make_statement("document.opened/1", {}, about=["A" * 43, "A" * 43], by=producer.did, actor="a")
    statement = parse_statement(statement_bytes(made))
    for _ in range(2):
        with producer.database.transaction() as tx:
            journal.write_own(tx, statement, ready_at=NOW)
    with producer.database.reading() as view:
        assert view.execute(sa.select(sa.func.count()).select_from(statements)).scalar_one() == 1
        assert journal.read_raw(view, statement.id) == statement.raw
        assert journal.read_raw(view, "x") is None


def test_one_envelope_for_each_statement_and_recipient(producer: Member) -> None:
    (name,) = write(producer, to=TO)
    with producer.database.transaction() as tx:
        outbox.put(tx, recipient=TO, statement=name, purpose="filing", now=NOW)
        assert outbox.count_waiting(tx) == 1
    producer.anchor()
    (row,) = rows_due(producer)
    with producer.database.transaction() as tx:
        outbox.mark_answered(tx, row.seq)
    assert rows_due(producer) == []


def test_an_envelope_is_not_under_way_while_its_statement_waits_unhurriedly(producer: Member) -> None:
    write(producer, to=TO)
    for before, expected in ((timedelta(seconds=1), 0), (timedelta(0), 1)):
        with producer.database.reading() as view:
            assert (outbox.count_waiting(view), outbox.count_under_way(view, NOW - before)) == (1, expected)
    producer.anchor()
    with producer.database.reading() as view:
        assert outbox.count_under_way(view, NOW - timedelta(seconds=1)) == 1


def test_the_pauses_are_short_at_first_and_then_those_of_standard_webhooks(producer: Member) -> None:
    write(producer, to=TO)
    producer.anchor()
    seconds = [pause.total_seconds() for pause in RETRY_AFTER]
    assert seconds[:4] == [1, 5, 15, 60]
    assert seconds[4:6] == [300, 1800]
    assert [pause / 3600 for pause in seconds[6:]] == [2, 5, 10, 14, 20, 24]
    at = timedelta(0)
    for attempt, pause in enumerate(RETRY_AFTER):
        (row,) = rows_due(producer, at)
        assert row.attempts == attempt
        with producer.database.transaction() as tx:
            outbox.mark_failed(tx, row, now=NOW + at)
        assert rows_due(producer, at + pause * (1 - JITTER) - timedelta(milliseconds=1)) == []
        at += pause * (1 + JITTER)
    (row,) = rows_due(producer, at)
    with producer.database.transaction() as tx:
        outbox.mark_failed(tx, row, now=NOW + at)
        assert tx.execute(sa.select(outbox_table.c.state)).scalar_one() == outbox.GIVEN_UP
    assert rows_due(producer, timedelta(days=365)) == []


def test_a_refusal_keeps_its_code(producer: Member) -> None:
    write(producer, to=TO)
    producer.anchor()
    (row,) = rows_due(producer)
    with producer.database.transaction() as tx:
        outbox.mark_answered(tx, row.seq, refused_with="vault.commitment-differs")
        assert tx.execute(sa.select(outbox_table.c.answer)).scalar_one() == "vault.commitment-differs"
        assert outbox.next_due(tx) is None


def test_rows_that_wait_for_the_ledger_do_not_keep_others_from_their_turn(producer: Member) -> None:
    (accepted,) = write(producer)
    producer.anchor()
    write(producer, 5, to=TO)
    with producer.database.transaction() as tx:
        outbox.put(tx, recipient=TO, statement=accepted, purpose="filing", now=NOW)
    assert [row.statement for row in rows_due(producer, limit=2)] == [accepted]


def test_an_envelope_waits_for_its_evidence(producer: Member) -> None:
    (accepted,) = write(producer)
    producer.anchor()
    (late,) = write(producer)
    with producer.database.transaction() as tx:
        outbox.put(tx, recipient=TO, statement=accepted, attached=[late], purpose="filing", now=NOW)
    assert rows_due(producer) == []
    producer.anchor()
    assert len(rows_due(producer)) == 1


def test_rows_that_wait_for_their_evidence_do_not_keep_others_from_their_turn(producer: Member) -> None:
    first, second = write(producer, 2)
    producer.anchor()
    (late,) = write(producer)
    with producer.database.transaction() as tx:
        for number in range(3):
            outbox.put(tx, recipient=f"{TO}:{number}", statement=first, attached=[late], purpose="filing", now=NOW)
        outbox.put(tx, recipient=TO, statement=second, purpose="filing", now=NOW)
    assert [row.statement for row in rows_due(producer, limit=2)] == [second]


def test_a_first_attempt_waits_for_no_clock_and_a_start_hastens_the_others(producer: Member) -> None:
    write(producer, to=TO)
    producer.anchor()
    hour = timedelta(hours=1)
    (row,) = rows_due(producer, -hour)  # the clock was set back since the row was written
    with producer.database.transaction() as tx:
        assert outbox.next_due(tx) is None
        outbox.mark_failed(tx, row, now=NOW)
        assert outbox.next_due(tx) is not None
    assert rows_due(producer, -hour) == []
    with producer.database.transaction() as tx:
        outbox.hasten(tx, NOW - hour)
    (again,) = rows_due(producer, -hour)
    assert again.attempts == 1


def test_what_was_stated_is_found_by_its_body(producer: Member) -> None:
    body = {"statement": "A" * 43, "code": "vault.key-not-ours"}
    with producer.database.transaction() as tx:
        producer.state(tx, "document.refused/1", body, about=["A" * 43])
        assert journal.has_stated(tx, "document.refused/1", body)
        assert not journal.has_stated(tx, "document.held/1", body)
        assert not journal.has_stated(tx, "document.refused/1", body | {"code": "vault.seal-unopened"})
        assert not journal.has_stated(tx, "document.refused/1", body | {"statement": "B" * 43})
