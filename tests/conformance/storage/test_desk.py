"""Drafts, notes, views, inbox state and products, on both databases."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from transire.desk import drafts, inbox_state, notes, persons, products, saved_views
from transire.desk.drafts import Source
from transire.desk.errors import (
    DraftChanged,
    DraftClosed,
    DraftUnknown,
    FieldUnknown,
    NoteUnknown,
    ParticularsMissing,
    ProductUnknown,
    TextUnsuitable,
    ViewUnknown,
)
from transire.desk.particulars import (
    Particulars,
    find_particulars,
    read_particulars,
    take_number,
    write_particulars,
)
from transire.desk.person import Person
from transire.desk.products import Material, Product
from transire.desk.tables import metadata
from transire.documents.parties import Address, Party
from transire.storage.dump import dump_rows, load_rows

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


def add(database, name: str) -> Person:
    with database.transaction() as tx:
        return persons.add_person(tx, name=name, login=f"{name.lower()}@a.example", roles=["preparer"], now=NOON)


@pytest.fixture
def clerk(database) -> Person:
    return add(database, "Clerk")


@pytest.fixture
def colleague(database) -> Person:
    return add(database, "Colleague")


class TestDrafts:
    CONTENT = {"importer": "did:web:importer.example", "lines": [{"value": "12.00"}, {"value": "3.50"}]}  # noqa: RUF012
    SOURCES = {  # noqa: RUF012
        "/importer": Source("document", document_id="poa"),
        "/lines/0/value": Source("document", document_id="invoice", pointer="/total"),
        "/lines/1/value": Source("keyed", person_id="somebody"),
    }

    @pytest.fixture
    def draft(self, database, clerk):
        with database.transaction() as tx:
            return drafts.create_draft(
                tx, clerk, "entry", title="Entry 1", content=self.CONTENT, sources=self.SOURCES, now=NOON
            )

    def test_it_comes_back_as_it_was(self, database, draft, clerk):
        with database.reading() as view:
            found = drafts.find_draft(view, draft.id, kind="entry")
        assert found == draft
        assert (found.version, found.state, found.created_by, found.created_at) == (1, "open", clerk.id, NOON)
        assert found.content == self.CONTENT
        assert found.keyed_fields() == ["/lines/1/value"]

    def test_saving_names_the_version_it_started_from(self, database, draft, clerk, colleague):
        with database.transaction() as tx:
            saved = drafts.save_draft(
                tx, colleague, draft.id, expected_version=1, content={"a": "1"}, sources={}, now=LATER, title="Entry 2"
            )
            assert drafts.find_draft(tx, draft.id) == saved
        assert (saved.version, saved.updated_by, saved.updated_at, saved.title) == (2, colleague.id, LATER, "Entry 2")
        assert (saved.created_by, saved.created_at) == (clerk.id, NOON)

    def test_who_saves_second_is_handed_the_present_draft(self, database, draft, clerk, colleague):
        with database.transaction() as tx:
            drafts.save_draft(tx, clerk, draft.id, expected_version=1, content={"a": "1"}, sources={}, now=LATER)
            with pytest.raises(DraftChanged) as refusal:
                drafts.save_draft(
                    tx, colleague, draft.id, expected_version=1, content={"b": "2"}, sources={}, now=LATER
                )
            assert drafts.find_draft(tx, draft.id).content == {"a": "1"}
        assert refusal.value.status == 409
        assert refusal.value.current.content == {"a": "1"}
        assert (refusal.value.expected, refusal.value.got) == ("version 1", "version 2")

    def test_of_many_who_save_at_once_one_succeeds(self, database, draft, clerk):
        outcomes = []

        def save(number: int) -> None:
            try:
                with database.transaction() as tx:
                    drafts.save_draft(
                        tx, clerk, draft.id, expected_version=1, content={"n": number}, sources={}, now=LATER
                    )
                outcomes.append(number)
            except DraftChanged:
                outcomes.append(None)

        threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        (won,) = (number for number in outcomes if number is not None)
        with database.reading() as view:
            assert drafts.find_draft(view, draft.id).content == {"n": won}

    def test_a_field_that_is_set_was_keyed_by_who_set_it(self, database, draft, colleague):
        with database.transaction() as tx:
            drafts.set_draft_field(tx, colleague, draft.id, "/lines/0/value", "13.00", now=LATER)
            found = drafts.find_draft(tx, draft.id)
        assert found.content["lines"] == [{"value": "13.00"}, {"value": "3.50"}]
        assert found.sources["/lines/0/value"] == Source("keyed", person_id=colleague.id)
        assert found.keyed_fields() == ["/lines/0/value", "/lines/1/value"]
        assert found.version == 2

    def test_a_branch_that_is_replaced_takes_its_sources_along(self, database, draft, colleague):
        with database.transaction() as tx:
            found = drafts.set_draft_field(
                tx, colleague, draft.id, "/lines", [], now=LATER, source=Source("computed"), expected_version=1
            )
        assert set(found.sources) == {"/importer", "/lines"}

    def test_setting_a_field_may_name_the_version(self, database, draft, colleague):
        with pytest.raises(DraftChanged), database.transaction() as tx:
            drafts.set_draft_field(tx, colleague, draft.id, "/importer", "x", now=LATER, expected_version=7)

    @pytest.mark.parametrize("pointer", ["", "importer", "/lines/2/value", "/lines/x", "/nothing/here", "/lines/-1"])
    def test_a_field_that_has_no_place_is_refused(self, database, draft, colleague, pointer):
        with pytest.raises(FieldUnknown), database.transaction() as tx:
            drafts.set_draft_field(tx, colleague, draft.id, pointer, "x", now=LATER)

    def test_what_became_a_document_changes_no_more(self, database, draft, clerk):
        with database.transaction() as tx:
            closed = drafts.close_draft(tx, clerk, draft.id, document_id="doc", now=LATER)
            assert (closed.state, closed.document_id) == ("issued", "doc")
            with pytest.raises(DraftClosed):
                drafts.set_draft_field(tx, clerk, draft.id, "/importer", "x", now=LATER)
            with pytest.raises(DraftClosed):
                drafts.close_draft(tx, clerk, draft.id, document_id="doc", now=LATER)
            assert drafts.list_drafts(tx) == []
            assert [found.id for found in drafts.list_drafts(tx, state="issued")] == [draft.id]

    def test_the_latest_change_comes_first(self, database, draft, clerk):
        with database.transaction() as tx:
            other = drafts.create_draft(tx, clerk, "other", title="O", content={}, sources={}, now=LATER)
            assert [found.id for found in drafts.list_drafts(tx)] == [other.id, draft.id]
            assert [found.id for found in drafts.list_drafts(tx, kind="entry")] == [draft.id]
            drafts.close_draft(tx, clerk, other.id, document_id=None, now=LATER)
            assert drafts.find_draft(tx, other.id).state == "discarded"

    def test_an_unknown_one_and_one_of_another_kind(self, database, draft):
        with database.reading() as view:
            with pytest.raises(DraftUnknown):
                drafts.find_draft(view, "nothing")
            with pytest.raises(DraftUnknown):
                drafts.find_draft(view, draft.id, kind="certification")


class TestNotes:
    def test_notes_are_listed_as_they_were_written(self, database, clerk, colleague):
        with database.transaction() as tx:
            first = notes.write_note(tx, clerk, "doc", " The supplier\r\nchanged. ", now=NOON)
            second = notes.write_note(tx, colleague, "doc", "Seen.", now=LATER)
            notes.write_note(tx, colleague, "other", "Elsewhere.", now=LATER)
            assert notes.notes_on(tx, "doc") == [first, second]
        assert first.text == "The supplier\nchanged."

    def test_only_the_writer_removes_one(self, database, clerk, colleague):
        with database.transaction() as tx:
            note = notes.write_note(tx, clerk, "doc", "Mine.", now=NOON)
            with pytest.raises(NoteUnknown):
                notes.remove_note(tx, colleague, note.id)
            notes.remove_note(tx, clerk, note.id)
            assert notes.notes_on(tx, "doc") == []

    @pytest.mark.parametrize("text", ["", "  \n ", "a\x00b", "\ud800", "x" * 20_001])
    def test_unsuitable_text_is_refused(self, database, clerk, text):
        with pytest.raises(TextUnsuitable), database.transaction() as tx:
            notes.write_note(tx, clerk, "doc", text, now=NOON)


class TestSavedViews:
    def test_each_person_has_its_own(self, database, clerk, colleague):
        with database.transaction() as tx:
            saved_views.save_view(tx, clerk, "documents", "Ended", {"status": "ended"})
            saved_views.save_view(tx, clerk, "documents", "Ended", {"status": "ended", "words": "valve"})
            saved_views.save_view(tx, clerk, "documents", "Current", {"status": "current"})
            saved_views.save_view(tx, clerk, "entries", "Mine", {})
            saved_views.save_view(tx, colleague, "documents", "Ended", {})
            assert saved_views.saved_views(tx, clerk, "documents") == {
                "Current": {"status": "current"},
                "Ended": {"status": "ended", "words": "valve"},
            }
            saved_views.remove_view(tx, clerk, "documents", "Ended")
            with pytest.raises(ViewUnknown):
                saved_views.remove_view(tx, clerk, "documents", "Ended")
            assert list(saved_views.saved_views(tx, colleague, "documents")) == ["Ended"]


def test_marking_twice_is_marking_once(database, clerk, colleague):
    with database.transaction() as tx:
        inbox_state.mark_read(tx, clerk, ["a", "b"], now=NOON)
        inbox_state.mark_read(tx, clerk, ["b", "c"], now=LATER)
        inbox_state.mark_read(tx, colleague, ["a"], now=LATER)
        inbox_state.mark_done(tx, clerk, "a", now=NOON)
        inbox_state.mark_done(tx, colleague, "a", now=LATER)
        rows = [line for line in dump_rows(tx, [metadata]) if b"inbox" in line]
        inbox_state.reopen(tx, "a")
        inbox_state.reopen(tx, "a")
    assert len(rows) == 5
    assert any(b"desk_inbox_done" in row and clerk.id.encode() in row for row in rows)


class TestProducts:
    VALVE = Product(
        number="V-100",
        description="Válvula de latón",
        tariff_code="8481.80.30",
        unit="PCE",
        origin_country="MX",
        agreements={"usmca": {"criterion": "B"}},
        facts={"cut_and_sewn": True},
        materials=(
            Material(number="M-2", description="Brass body", tariff_code="7412.20", value="4.10", currency="USD"),
            Material(
                number="M-1",
                description="Seal",
                tariff_code="4016.93",
                origin_country="CN",
                originating="non_originating",
                quantity="2",
                unit="PCE",
                value="0.35",
                currency="USD",
                supplier="Sellos SA",
                facts={"use": "material"},
            ),
        ),
    )

    def test_it_comes_back_as_it_was_imported(self, database, clerk):
        with database.transaction() as tx:
            assert products.put_product(tx, clerk, self.VALVE, now=NOON) == "added"
            assert products.find_product(tx, "V-100") == self.VALVE

    def test_importing_the_same_again_changes_nothing(self, database, clerk):
        with database.transaction() as tx:
            products.put_product(tx, clerk, self.VALVE, now=NOON)
            assert products.put_product(tx, clerk, self.VALVE, now=LATER) == "unchanged"
            (line,) = products.list_products(tx)
        assert (line.version, line.updated_at) == (1, NOON)

    def test_a_change_replaces_it_whole(self, database, clerk):
        shorter = msgspec.structs.replace(self.VALVE, materials=self.VALVE.materials[1:], unit="KGM")
        with database.transaction() as tx:
            products.put_product(tx, clerk, self.VALVE, now=NOON)
            assert products.put_product(tx, clerk, shorter, now=LATER) == "changed"
            assert products.find_product(tx, "V-100") == msgspec.structs.replace(shorter, version=2)

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("", ["P-7", "V-100"]),
            ("VALVULA", ["V-100"]),
            ("laton valvula", ["V-100"]),
            ("8481.80", ["V-100"]),
            ("p-7", ["P-7"]),
            ("valve", []),
            ("%", []),
            ("_", []),
            ("100%", []),
        ],
    )
    def test_words_are_found_without_case_and_accents(self, database, clerk, words, expected):
        pump = msgspec.structs.replace(self.VALVE, number="P-7", description="Bomba", tariff_code="8413", materials=())
        with database.transaction() as tx:
            for product in (self.VALVE, pump):
                products.put_product(tx, clerk, product, now=NOON)
            assert [line.number for line in products.list_products(tx, words=words)] == expected
            assert products.count_products(tx) == 2

    def test_a_list_goes_on_behind_a_number(self, database, clerk):
        with database.transaction() as tx:
            for number in range(7):
                product = msgspec.structs.replace(self.VALVE, number=f"V-{number}")
                products.put_product(tx, clerk, product, now=NOON)
            first = products.list_products(tx, limit=4)
            rest = products.list_products(tx, after=first[-1].number)
        assert [line.number for line in (*first, *rest)] == [f"V-{number}" for number in range(7)]
        assert {line.materials for line in first} == {2}

    def test_removing_takes_the_materials_along(self, database, clerk):
        with database.transaction() as tx:
            products.put_product(tx, clerk, self.VALVE, now=NOON)
            products.remove_product(tx, "V-100")
            assert not [line for line in dump_rows(tx, [metadata]) if b"desk_materials" in line]
            for action in (products.remove_product, products.find_product):
                with pytest.raises(ProductUnknown):
                    action(tx, "V-100")


def test_particulars_are_kept_once(database, clerk):
    first = Particulars(
        party=Party(name="Metalúrgica", address=Address(street="Av. 1", city="Saltillo", country="MX")),
        filer_code="XYZ",
    )
    second = msgspec.structs.replace(first, importer_number="12-3456789")
    with database.transaction() as tx:
        assert find_particulars(tx) is None
        with pytest.raises(ParticularsMissing):
            read_particulars(tx)
        for written in (first, second):
            write_particulars(tx, clerk, written, now=NOON)
            assert read_particulars(tx) == written


def test_a_number_is_given_out_once(database):
    given = []

    def take() -> None:
        with database.transaction() as tx:
            given.append(take_number(tx, "entries"))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(given) == list(range(1, 9))
    with database.transaction() as tx:
        assert take_number(tx, "others") == 1


def test_the_whole_desk_survives_backup_and_restore(place, database, clerk, colleague):
    from transire.desk.tables import BRANCH
    from transire.storage.migrations import upgrade

    with database.transaction() as tx:
        products.put_product(tx, clerk, TestProducts.VALVE, now=NOON)
        notes.write_note(tx, colleague, "doc", "Seen.", now=NOON)
        drafts.create_draft(tx, clerk, "entry", title="E", content={"a": ["1"]}, sources={}, now=NOON)
    with database.reading() as view:
        lines = list(dump_rows(view, [metadata]))
    restored = place.open("restored")
    upgrade(restored, [BRANCH])
    with restored.transaction() as tx:
        load_rows(tx, [metadata], lines)
        assert list(dump_rows(tx, [metadata])) == lines
        assert products.find_product(tx, "V-100") == TestProducts.VALVE
        assert persons.find_person(tx, clerk.id) == clerk
