"""The projection on both databases: in any order, any number of times, erased and rebuilt, it says the same."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transire.desk import inbox_state, persons
from transire.desk.person import Person
from transire.records import inbox, project, tables
from transire.records.documents import (
    DocumentFilter,
    count_documents,
    deliveries_of,
    every_document,
    find_document,
    find_version,
    list_documents,
    versions_of,
)
from transire.records.errors import CursorInvalid, DocumentUnknown, InboxItemUnknown, StatementUnknown
from transire.records.export import export_csv
from transire.records.rebuild import clear, content_digest, rebuild
from transire.records.rows import (
    LATER,
    NOW,
    SOON,
    DeliveryRow,
    DocumentRow,
    EndingRow,
    InboxRow,
    Place,
    StatementRow,
    inbox_item_id,
)
from transire.records.statements import find_statement, kinds_known_about, statements_about, subjects_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PRODUCER, CUSTOMS, STRANGER = "did:web:producer.example", "did:web:customs.example", "did:web:stranger.example"


def at(log_index: int, position: int = 0) -> Place:
    return Place(log_index, position, log_index * 2 + 1, NOON + timedelta(seconds=log_index))


def statement(name: str, log_index: int, position: int = 0, **changes) -> StatementRow:
    values = {"kind": "document.issued/1", "by": PRODUCER, "about": (), "arrival": log_index * 10 + position}
    return StatementRow(id=name, place=at(log_index, position), **values | changes)


def document(name: str, log_index: int, **changes) -> DocumentRow:
    values = {
        "issuer": PRODUCER,
        "commitment": name,
        "document_id": name,
        "version": 1,
        "schema_id": "certification-of-origin/usmca/1",
        "issued_statement": f"issued {name}",
        "place": at(log_index),
        "title": f"Certification {name}",
        "fields": {"goods/tariffCode": ("8481.80", "4016.93"), "agreement": ("usmca",)},
    }
    return DocumentRow(**values | changes)


def run(tx, events) -> None:
    for event in events:
        if isinstance(event, StatementRow):
            project.project_statement(tx, event)
        elif isinstance(event, DocumentRow):
            project.project_document(tx, event)
        elif isinstance(event, EndingRow):
            project.project_ending(tx, event)
        elif isinstance(event, DeliveryRow):
            project.project_delivery(tx, event)
        elif isinstance(event, InboxRow):
            project.project_inbox_item(tx, event)
        elif isinstance(event, tuple):
            project.settle_inbox_item(tx, *event)
        else:
            project.finish_height(tx, event)


EVENTS = [
    statement("issued A", 1),
    document("A", 1),
    statement("issued A2", 4, about=("A",)),
    document("A2", 4, document_id="A", version=2, previous="A", issued_statement="issued A2"),
    statement("issued B", 2, 5),
    document("B", 2, fields={"agreement": ("cafta_dr",)}),
    EndingRow(issuer=PRODUCER, commitment="A", place=at(5), successor="A2"),
    statement("got A", 3, kind="document.delivered/1", by=CUSTOMS, about=("A",)),
    DeliveryRow(
        statement_id="got A", document_id="A", commitment="A", member=CUSTOMS, event="delivered", issuer=PRODUCER
    ),
    InboxRow(kind="document.received", params={"number": "A"}, place=at(1), document_id="A", statement_id="issued A"),
    InboxRow(kind="request.asked", params={"line": 2}, place=at(6), urgency=NOW, statement_id="asked"),
    (inbox_item_id("request.asked", "asked"), "answered"),
    # The same statement anchored again, and the same commitment claimed by somebody else.
    statement("issued A", 9, arrival=5),
    document("A", 9),
    document("A", 10, issuer=STRANGER, title="Not mine", fields={"agreement": ("nafta",)}),
    6,
    3,
]


@pytest.fixture
def clerk(database) -> Person:
    with database.transaction() as tx:
        return persons.add_person(tx, name="Clerk", login="clerk@a.example", roles=["preparer"], now=NOON)


@pytest.fixture
def filled(database):
    with database.transaction() as tx:
        run(tx, EVENTS)
    return database


class TestProjection:
    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
        max_examples=15,
        deadline=None,
    )
    @given(data=st.data())
    def test_neither_order_nor_repetition_matters(self, filled, data):
        expected = content_digest(filled)
        order = data.draw(st.permutations(EVENTS))
        again = data.draw(st.lists(st.sampled_from(EVENTS), max_size=6))
        with filled.transaction() as tx:
            clear(tx)
            run(tx, [*order, *again])
        assert content_digest(filled) == expected

    def test_the_digest_is_the_same_on_both_databases(self, filled):
        # Frozen: the rows are the same on SQLite and PostgreSQL, byte by byte.
        assert content_digest(filled).hex() == DIGEST

    @pytest.mark.parametrize("left_out", range(len(EVENTS) - 5))
    def test_every_event_is_in_the_digest(self, database, filled, left_out):
        expected = content_digest(filled)
        with database.transaction() as tx:
            clear(tx)
            run(tx, EVENTS[:left_out] + EVENTS[left_out + 1 : -5])
        assert content_digest(database) != expected

    def test_a_rebuild_gives_equal_content(self, filled):
        expected = content_digest(filled)
        rebuild(filled, lambda tx: run(tx, EVENTS))
        assert content_digest(filled) == expected

    def test_a_rebuild_that_fails_leaves_the_old_content(self, filled):
        expected = content_digest(filled)

        def fail(tx) -> None:
            run(tx, EVENTS[:3])
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            rebuild(filled, fail)
        assert content_digest(filled) == expected

    def test_a_rebuild_empties_the_tables_of_procedures_too(self, place, database):
        metadata = sa.MetaData()
        entries = sa.Table("entries", metadata, sa.Column("id", sa.Text, primary_key=True))
        with database.transaction() as tx:
            metadata.create_all(tx)
            tx.execute(sa.insert(entries).values(id="old"))
        before = content_digest(database, also=[metadata])
        rebuild(database, lambda tx: None, also=[metadata])
        assert content_digest(database, also=[metadata]) != before

    def test_what_persons_did_survives_a_rebuild(self, filled, clerk):
        item = inbox_item_id("document.received", "issued A")
        with filled.transaction() as tx:
            inbox_state.mark_done(tx, clerk, item, now=NOON)
        rebuild(filled, lambda tx: run(tx, EVENTS))
        with filled.reading() as view:
            assert inbox.find_inbox_item(view, clerk, item).done

    def test_many_statements_at_once(self, database):
        rows = [statement(f"s{n}", 7, n, about=(f"d{n % 3}", "all", "all")) for n in range(1201)]
        with database.transaction() as tx:
            project.project_statements(tx, rows)
            project.project_statements(tx, rows[::-1])
            assert tx.execute(sa.select(sa.func.count()).select_from(tables.statements)).scalar_one() == 1201
            assert len(statements_about(tx, "all")) == 1201

    def test_the_same_statement_twice_in_one_batch(self, database):
        rows = [statement("s", 9, arrival=1), statement("s", 7, arrival=2), statement("s", 8, arrival=3)]
        with database.transaction() as tx:
            project.project_statements(tx, rows)
            assert find_statement(tx, "s").log_index == 7

    def test_the_height_only_rises(self, database):
        with database.transaction() as tx:
            assert project.projected_height(tx) == 0
            project.finish_height(tx, 5)
            project.finish_height(tx, 4)
            assert project.projected_height(tx) == 5
            project.finish_height(tx, 9, "other")
            assert project.projected_height(tx) == 5

    def test_heights_beyond_32_bits(self, database):
        far = Place(2**40, 0, 2**41, NOON)
        with database.transaction() as tx:
            project.project_statement(
                tx, StatementRow(id="s", kind="k.k/1", by="b", about=(), place=far, arrival=2**42)
            )
            project.finish_height(tx, 2**41)
            assert find_statement(tx, "s").height == 2**41


class TestStatements:
    def test_they_stand_in_the_order_of_the_ledger(self, filled):
        with filled.reading() as view:
            assert [line.id for line in statements_about(view, "A")] == ["got A", "issued A2"]
            assert [line.id for line in statements_about(view, "A", by=CUSTOMS)] == ["got A"]
            assert [line.id for line in statements_about(view, "A", kinds=["document.issued/1"])] == ["issued A2"]
            assert subjects_of(view, "issued A2") == {"A"}

    def test_the_earlier_place_counts(self, filled):
        with filled.reading() as view:
            found = find_statement(view, "issued A")
        assert (found.log_index, found.height, found.accepted_at) == (1, 3, NOON + timedelta(seconds=1))

    def test_statements_of_one_pool_are_simultaneous(self, database):
        rows = [
            statement("a", 5, 0, kind="x.a/1", about=("d",)),
            statement("b", 5, 1, kind="x.b/1", about=("d",)),
            statement("c", 4, 7, kind="x.c/1", about=("e",)),
        ]
        with database.transaction() as tx:
            project.project_statements(tx, rows)
            assert kinds_known_about(tx, ["d", "e"], before=5) == {"x.c/1"}
            assert kinds_known_about(tx, ["d"], before=6) == {"x.a/1", "x.b/1"}
            assert len({find_statement(tx, name).order for name in "ab"}) == 1

    def test_an_unknown_one(self, database):
        with database.reading() as view, pytest.raises(StatementUnknown):
            find_statement(view, "nothing")


class TestDocuments:
    def names(self, database, **wanted):
        with database.reading() as view:
            page = list_documents(view, DocumentFilter(**wanted))
            assert count_documents(view, DocumentFilter(**wanted)) == len(page.rows)
        return [(line.commitment, line.issuer.split(":")[2].split(".")[0]) for line in page.rows]

    def test_the_latest_comes_first(self, filled):
        everything = [("A", "stranger"), ("A2", "producer"), ("B", "producer"), ("A", "producer")]
        assert self.names(filled) == everything

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            ({"issuers": (STRANGER,)}, ["A"]),
            ({"not_issuer": PRODUCER}, ["A"]),
            ({"not_issuer": STRANGER, "status": "current"}, ["A2", "B"]),
            ({"status": "ended"}, ["A"]),
            ({"latest_version": True, "issuers": (PRODUCER,)}, ["A2", "B"]),
            ({"document_id": "A", "issuers": (PRODUCER,)}, ["A2", "A"]),
            ({"commitments": ("B", "A2")}, ["A2", "B"]),
            ({"schema_ids": ("commercial-invoice/1",)}, []),
            ({"schema_ids": ("commercial-invoice/1", "certification-of-origin/usmca/1")}, ["A", "A2", "B", "A"]),
            ({"fields": {"agreement": "cafta_dr"}}, ["B"]),
            ({"fields": {"agreement": "usmca", "goods/tariffCode": "4016.93"}}, ["A2", "A"]),
            ({"fields": {"agreement": "usmca", "goods/tariffCode": "9999"}}, []),
            ({"words": "CERTIFICATION a2"}, ["A2"]),
            ({"words": "8481"}, ["A2", "A"]),
            ({"words": "%"}, []),
        ],
    )
    def test_filters(self, filled, wanted, expected):
        assert [name for name, _ in self.names(filled, **wanted)] == expected

    def test_a_line_says_what_is_known(self, filled):
        with filled.reading() as view:
            ended = find_version(view, "A", issuer=PRODUCER)
            current = find_version(view, "A2")
        assert not ended.is_current
        assert (ended.successor, ended.ended_height, ended.ended_at) == ("A2", 11, NOON + timedelta(seconds=5))
        assert (ended.height, ended.accepted_at) == (3, NOON + timedelta(seconds=1))
        assert ended.fields == {"agreement": ("usmca",), "goods/tariffCode": ("8481.80", "4016.93")}
        assert current.is_current
        assert (current.previous, current.version) == ("A", 2)

    def test_a_stranger_cannot_pass_for_the_issuer(self, filled):
        with filled.reading() as view:
            assert find_version(view, "A").issuer == PRODUCER
            assert {line.issuer for line in versions_of(view, "A")} == {PRODUCER}
            assert find_document(view, "A").commitment == "A2"
            assert find_document(view, "A", version=1).commitment == "A"

    def test_a_stranger_ends_nothing(self, database):
        with database.transaction() as tx:
            run(tx, [document("A", 1), EndingRow(issuer=STRANGER, commitment="A", place=at(2))])
            assert find_document(tx, "A").is_current

    def test_an_ending_known_before_its_document_counts(self, database):
        with database.transaction() as tx:
            run(tx, [EndingRow(issuer=PRODUCER, commitment="A", place=at(2)), document("A", 1)])
            assert not find_document(tx, "A").is_current

    def test_unknown_ones(self, filled):
        with filled.reading() as view:
            for find in (lambda: find_document(view, "C"), lambda: find_document(view, "A", version=3)):
                with pytest.raises(DocumentUnknown):
                    find()
            with pytest.raises(DocumentUnknown):
                find_version(view, "B", issuer=STRANGER)
            assert versions_of(view, "C") == ()

    def test_what_came_to_whom(self, filled):
        with filled.reading() as view:
            (delivery,) = deliveries_of(view, "A")
        assert (delivery.member, delivery.event, delivery.log_index) == (CUSTOMS, "delivered", 3)
        assert delivery.accepted_at == NOON + timedelta(seconds=3)

    @settings(
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
        max_examples=10,
        deadline=None,
    )
    @given(places=st.lists(st.integers(0, 4), min_size=1, max_size=12), size=st.integers(1, 5))
    def test_pages_show_each_document_once_while_new_ones_arrive(self, database, places, size):
        with database.transaction() as tx:
            clear(tx)
            run(tx, [document(f"d{n:02}", place) for n, place in enumerate(places)])
            whole = [line.commitment for line in list_documents(tx, limit=500).rows]
            shown, page, number = [], list_documents(tx, limit=size), 0
            while True:
                shown += [line.commitment for line in page.rows]
                assert len(page.rows) <= size
                if page.next is None:
                    break
                run(tx, [document(f"new{number}", 99)])
                number += 1
                page = list_documents(tx, after=page.next, limit=size)
        assert shown == whole
        assert len(whole) == len(places)

    @pytest.mark.parametrize(
        "cursor", ["", "x", "AAAA", "W10", "WzEsMl0", "e30", "A" * 5000, "[1,2]", "WzFlOTksMCwiYSJd"]
    )
    def test_a_cursor_that_was_not_given_out(self, filled, cursor):
        with filled.reading() as view, pytest.raises(CursorInvalid):
            list_documents(view, after=cursor)

    @pytest.mark.parametrize("key", [[2**63, 0, "a"], [2**70, 0, "a"], [0, 0, "\x00"], [0, 0, "a", 1]])
    def test_a_cursor_that_no_column_holds(self, filled, key):
        from transire.crypto.encoding import b64url

        with filled.reading() as view, pytest.raises(CursorInvalid):
            list_documents(view, after=b64url(msgspec.json.encode(key)))

    def test_strange_text_in_fields(self, database):
        fields = {"name": ("a\x00b", "ñ" * 5000, "'; DROP TABLE records_fields; --"), "nothing": ()}
        with database.transaction() as tx:
            run(tx, [document("A", 1, fields=fields, title="\x00")])
            found = find_document(tx, "A")
            assert found.fields == {"name": ("a\ufffdb", "ñ" * 5000, "'; DROP TABLE records_fields; --")}
            wanted = DocumentFilter(fields={"name": "'; DROP TABLE records_fields; --"})
            assert count_documents(tx, wanted) == 1

    def test_erasing_leaves_no_word_of_it(self, filled, clerk):
        secret = document("S", 20, title="Secreto", fields={"supplier": ("Sellos SA",)})
        item = InboxRow(kind="document.received", params={"of": "Sellos SA"}, place=at(20), document_id="S")
        with filled.transaction() as tx:
            run(tx, [secret, item, (item.id, "something")])
            project.erase_document(tx, PRODUCER, "S")
            project.erase_inbox_of(tx, "S")
            everything = "".join(
                str(row) for table in tables.metadata.sorted_tables for row in tx.execute(sa.select(table))
            ).casefold()
        assert "secreto" not in everything
        assert "sellos" not in everything
        assert item.id not in everything


class TestExport:
    def table(self, database, **options):
        with database.reading() as view:
            text = "".join(export_csv(every_document(view), **options))
        assert text.count("\r\n") == len(text.splitlines())
        return list(csv.DictReader(io.StringIO(text)))

    def test_each_document_is_a_row(self, filled):
        rows = self.table(filled, fields=["goods/tariffCode", "nothing"])
        assert [row["commitment"] for row in rows] == ["A", "A2", "B", "A"]
        assert rows[1]["goods/tariffCode"] == "8481.80; 4016.93"
        assert (rows[3]["status"], rows[3]["ended_at"]) == ("ended", "2026-11-22T12:00:05Z")
        assert rows[2]["nothing"] == ""

    @pytest.mark.parametrize("title", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x";"y")'])
    def test_no_cell_is_a_formula(self, database, title):
        with database.transaction() as tx:
            run(tx, [document("A", 1, title=title, fields={"f": (title,)})])
        (row,) = self.table(database, fields=["f"])
        assert row["title"] == f"'{title}"
        assert row["f"] == f"'{title}"

    def test_a_long_list_is_exported_whole(self, database):
        with database.transaction() as tx:
            run(tx, [document(f"d{n:04}", n % 7, fields={}) for n in range(1100)])
        assert len({row["commitment"] for row in self.table(database)}) == 1100


class TestInbox:
    @pytest.fixture
    def boxed(self, database):
        items = [
            InboxRow(kind="info", params={}, place=at(5), urgency=LATER, statement_id="a"),
            InboxRow(kind="work", params={}, place=at(4), urgency=SOON, statement_id="b"),
            InboxRow(kind="work", params={}, place=at(6), urgency=SOON, statement_id="c"),
            InboxRow(kind="clock", params={"days": 30}, place=at(1), urgency=NOW, statement_id="d", due_at=NOON),
        ]
        with database.transaction() as tx:
            run(tx, items)
        return database

    def ids(self, database, person, **wanted):
        with database.reading() as view:
            return [line.id for line in inbox.list_inbox(view, person, **wanted).rows]

    def test_the_pressing_come_first(self, boxed, clerk):
        assert self.ids(boxed, clerk) == ["clock:d", "work:c", "work:b", "info:a"]
        assert self.ids(boxed, clerk, kind="work") == ["work:c", "work:b"]

    def test_pages(self, boxed, clerk):
        with boxed.reading() as view:
            first = inbox.list_inbox(view, clerk, limit=3)
            rest = inbox.list_inbox(view, clerk, limit=3, after=first.next)
        assert [line.id for line in (*first.rows, *rest.rows)] == ["clock:d", "work:c", "work:b", "info:a"]
        assert rest.next is None

    def test_counts(self, boxed, clerk):
        with boxed.transaction() as tx:
            assert inbox.count_inbox(tx, clerk) == inbox.InboxCounts(waiting=4, unread=4, pressing=1)
            inbox_state.mark_read(tx, clerk, ["clock:d", "info:a"], now=NOON)
            inbox_state.mark_done(tx, clerk, "info:a", now=NOON)
            assert inbox.count_inbox(tx, clerk) == inbox.InboxCounts(waiting=3, unread=2, pressing=1)

    def test_counting_stops_where_nobody_reads_the_number(self, database, clerk, monkeypatch):
        monkeypatch.setattr(inbox, "COUNTED", 3)
        with database.transaction() as tx:
            run(tx, [InboxRow(kind="work", params={}, place=at(n), statement_id=str(n)) for n in range(5)])
            assert inbox.count_inbox(tx, clerk) == inbox.InboxCounts(waiting=3, unread=3, pressing=0)

    def test_done_by_one_is_done_for_all_and_seen_only_by_who_saw(self, boxed, clerk):
        with boxed.transaction() as tx:
            colleague = persons.add_person(
                tx, name="Colleague", login="colleague@a.example", roles=["preparer"], now=NOON
            )
            inbox_state.mark_read(tx, clerk, ["work:b"], now=NOON)
            inbox_state.mark_done(tx, clerk, "work:b", now=NOON)
            assert inbox.find_inbox_item(tx, colleague, "work:b").done
            assert not inbox.find_inbox_item(tx, colleague, "work:b").read
            assert inbox.find_inbox_item(tx, clerk, "work:b").read
        assert self.ids(boxed, colleague, state="done") == ["work:b"]
        assert len(self.ids(boxed, colleague, state="all")) == 4
        with boxed.transaction() as tx:
            inbox_state.reopen(tx, "work:b")
        assert "work:b" in self.ids(boxed, colleague)

    def test_what_has_happened_settles_an_item_even_before_it_arrives(self, database, clerk):
        with database.transaction() as tx:
            project.settle_inbox_item(tx, inbox_item_id("request.asked", "q"), "answer")
            run(tx, [InboxRow(kind="request.asked", params={}, place=at(1), urgency=NOW, statement_id="q")])
            assert inbox.count_inbox(tx, clerk).pressing == 0
        assert self.ids(database, clerk, state="done") == ["request.asked:q"]

    def test_an_item_says_what_it_speaks_of(self, boxed, clerk):
        with boxed.reading() as view:
            item = inbox.find_inbox_item(view, clerk, "clock:d")
            with pytest.raises(InboxItemUnknown):
                inbox.find_inbox_item(view, clerk, "nothing")
        assert (item.params, item.due_at, item.urgency) == ({"days": 30}, NOON, NOW)
        assert item.created_at == NOON + timedelta(seconds=1)


def test_the_records_hold_nothing_but_what_is_listed_here():
    """Rule 9 of the design: a new column of records is a decision about what erasure must reach."""
    assert {column.name for table in tables.metadata.tables.values() for column in table.columns} == set(
        ALLOWED.split()
    )


ALLOWED = """
id kind by height log_index position accepted_at arrival subject statement_id issuer commitment document_id version
schema_id previous issued_statement title words name place value successor member event code params urgency due_at
created_at item_id settled_by
recipient grantor purpose authority expires may_delegate under replaces grant reason
"""
DIGEST = "651ce6cbb2d43dc72c1243f166ece8bf59b459eedf34e80b9df5c91491b7a01c"
