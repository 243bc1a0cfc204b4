"""Places and ids of the projection."""

from __future__ import annotations

from datetime import UTC, datetime

from transire.records.rows import InboxRow, Place, inbox_item_id

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_places_are_ordered_by_the_log_then_by_the_pool():
    places = [Place(index, position, 1, NOON) for index in (2, 1) for position in (10, 9)]
    assert [(place.log_index, place.position) for place in sorted(places)] == [(1, 9), (1, 10), (2, 9), (2, 10)]


def test_an_items_id_comes_from_its_cause_alone():
    def item(**changes: object) -> InboxRow:
        values = {"kind": "k", "params": {}, "place": Place(1, 0, 1, NOON), "statement_id": "s", "document_id": "d"}
        return InboxRow(**values | changes)

    assert item().id == item(params={"a": 1}, urgency=2, place=Place(9, 9, 9, NOON)).id == inbox_item_id("k", "s")
    assert item(statement_id=None).id == inbox_item_id("k", "d")
    assert item(kind="other").id != item().id
