"""Records for the customs system: byte by byte, at the columns that the chapter prints, and what is refused.

The columns are sliced here by hand, not through the layout that wrote them. The golden files are not certified.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from records_case import FAN, WHOLE, with_line

from transire.documents.entry import EntrySummary, ManifestQuantity
from transire.documents.wire import as_wire
from transire.errors import TransireError
from transire.procedures.entry_summary.catair.answer import answer_to, read_answers
from transire.procedures.entry_summary.catair.entry import Records, entry_records
from transire.procedures.entry_summary.catair.layout import WIDTH, layouts, plain, read_record, write_record
from transire.procedures.entry_summary.catair.release import release_records
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.errors import AnswerOfAnother, AnswerUnreadable, RecordFieldUnsuitable

GOLDEN = Path(__file__).parent / "records"


def written(entry: EntrySummary = WHOLE) -> Records:
    return entry_records(entry, duty_of(entry))


def of_kind(records: Records, name: str) -> list[str]:
    return [record for record in records.records if record.startswith(name)]


def refused(entry: EntrySummary) -> str:
    with pytest.raises(TransireError) as refusal:
        written(entry)
    return refusal.value.code


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("consumption.AE.not-certified.txt", lambda: written().as_bytes()),
        ("release.SE.not-certified.txt", lambda: release_records(as_wire(WHOLE)).as_bytes()),
    ],
)
def test_the_records_are_those_of_the_golden_file(name: str, made: object) -> None:
    assert callable(made)
    assert made() == (GOLDEN / name).read_bytes()


def test_records_stand_in_the_order_of_the_chapter_and_are_eighty_columns_wide() -> None:
    records = written().records
    kinds = [record[:2] for record in records]
    line = ["40", "44", "44", "47", "50", "62"]
    assert kinds[: len(kinds) - 2] == [
        *("10", "11", "20", "22", "23", "23", "31", "33"),
        *(*line,),
        *("40", "44", "50", "50", "62", "62"),
        *("40", "44", "50", "60", "62", "62", "62"),
    ]
    assert kinds[-2:] == ["89", "90"]
    assert {len(record) for record in records} == {WIDTH}
    assert all(record.isascii() and record.isprintable() for record in records)


def test_the_header_stands_at_its_columns() -> None:
    ten, eleven = of_kind(written(), "10")[0], of_kind(written(), "11")[0]
    assert (ten[2], ten[3:6], ten[8:16], ten[17:21], ten[21:30]) == ("A", "B76", "03245278", "2304", "R-17     ")
    assert (ten[33:35], ten[35:37], ten[38], ten[50]) == ("01", "11", " ", " ")  # whoever sends it signs and pays
    assert (eleven[2:14], eleven[41:47], eleven[47:53], eleven[60:62]) == ("12-345678900", "110226", "110126", "TX")
    assert of_kind(entry_records(WHOLE, duty_of(WHOLE), replaces=True), "10")[0][2] == "R"


def test_bills_come_in_bond_first_and_with_the_issuer() -> None:
    bills = of_kind(written(), "23")
    assert [(bill[2], bill[3:7].strip(), bill[7:19].strip()) for bill in bills] == [
        ("I", "", "823456782"),
        ("M", "MAEU", "123456789012"),
    ]
    assert of_kind(written(), "22")[0][2:15] == "      40CTNS "


def test_a_tariff_number_stands_with_cents_whole_dollars_and_hundredths() -> None:
    pump, additional, fan, _ = of_kind(written(), "50")
    assert (pump[2:12], pump[13:23], pump[24:34]) == ("8413702004", "         0", "     10000")
    assert (pump[35:47], pump[47:50]) == ("        4000", "NO ")
    # Section 301 on the part of the value that it names: 7.5% of 4,000; then the goods at 4.7% of 5,000.
    assert (additional[2:12], additional[13:23], additional[24:34]) == ("99038815  ", "     30000", "      4000")
    assert (fan[2:12], fan[13:23], fan[24:34]) == ("8414513000", "     23500", "      5000")


def test_totals_are_those_of_the_duty_sheet() -> None:
    duty, records = duty_of(WHOLE), written()
    fees, grand = of_kind(records, "89")[0], of_kind(records, "90")[0]
    told = {fees[at : at + 3]: int(fees[at + 3 : at + 14]) for at in (2, 16, 30)}
    assert told == {fee.code: int(fee.amount * 100) for fee in duty.fees if fee.code != "017"}
    assert duty.totals.duty is not None
    assert int(grand[2:13]) == int(duty.totals.duty * 100)
    assert int(grand[14:25]) == sum(told.values())
    assert int(grand[26:37]) == 1234
    assert [record[2:15].split() for record in of_kind(records, "60")] == [["017", "1234"]]


def test_what_the_entry_does_not_say_is_left_blank_and_said() -> None:
    bare = replace(
        WHOLE, manifest_quantity=None, bond_type=None, carrier="Border Truck Line", reference_number="x" * 10
    )
    unsaid = {(one.record, one.field): one for one in written(bare).unsaid}
    assert {("22", "quantity, unit"), ("31", "type, surety"), ("20", "carrier"), ("10", "reference")} <= set(unsaid)
    assert unsaid["50", "quantity, unit"].lines == (3,)  # liters: its code is not known here
    assert of_kind(written(bare), "20")[0][20:40].strip() == "BORDER TRUCK LINE"


@pytest.mark.parametrize(
    ("carrier", "mode", "written", "told"),
    [
        ("MAEU", "11", "", "named by its code MAEU"),
        ("Ever Given", "11", "EVER GIVEN", None),
        ("Border Truck Line", "30", "", "not named by a vessel"),
        (None, "11", "", "nothing says the carrier"),
    ],
)
def test_a_release_says_which_carrier_it_does_not_name(
    carrier: str | None, mode: str, written: str, told: str | None
) -> None:
    made = release_records(as_wire(replace(WHOLE, carrier=carrier, mode_of_transport=mode)))
    lines = [line for line in made.as_bytes().decode().splitlines() if line.startswith("SE11")]
    assert "".join(line[19:39].strip() for line in lines) == written
    unsaid = [one for one in made.unsaid if (one.record, one.field) == ("SE11", "carrier")]
    assert (told is None) == (not unsaid)
    assert all(told in one.why for one in unsaid if told is not None)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (with_line(description="泵"), "entry.record-field"),
        (with_line(description="a\x07b"), "entry.record-field"),
        (with_line(description="\u202etxt"), "entry.record-field"),
        (replace(WHOLE, manifest_quantity=ManifestQuantity(quantity="123456789", unit="CTNS")), "entry.record-field"),
        (with_line(manufacturer_id="X" * 16), "entry.record-field"),
        (replace(WHOLE, entry_type="03"), "entry.record-type"),
        (with_line(tariff_number="0101.21.00.10"), "entry.record-duty"),
    ],
)
def test_what_does_not_fit_is_refused(entry: EntrySummary, code: str) -> None:
    assert refused(entry) == code


def test_letters_with_marks_are_written_without_them() -> None:
    assert of_kind(written(with_line(FAN)), "44")[0][2:].strip() == "VENTILATEUR ETE"
    assert plain("Łódź \u2013 Straße") == "LODZ - STRASSE"


def test_no_two_fields_of_a_layout_share_a_column() -> None:
    for of in layouts().sets:
        for name, layout in of.records.items():
            assert layout.fields[0].first > len(name)
            assert layout.fields[-1].last <= WIDTH
            assert all(one.last < other.first for one, other in pairwise(layout.fields)), (of.name, name)


@given(st.text(), st.integers(min_value=0), st.sampled_from(["44", "50"]))
def test_a_record_reads_back_as_it_was_written_or_is_refused(text: str, number: int, name: str) -> None:
    field, value = ("text", text) if name == "44" else ("value", number)
    try:
        line = write_record(layouts().named("AE"), name, {field: value})
    except RecordFieldUnsuitable:
        return
    else:
        assert len(line) == WIDTH
        assert read_record(layouts().named("AE"), line)[1][field] == plain(str(value))


# The answer.

SUMMARY = f"{'E0 SUMMRY 000001 REF ID: B76 03245278 R-17         001':80}"
LINE_2 = f"{'E0 LINITM 000002 REF ID: 002':80}"
NUMBER = f"{'E0 TARIFF 000001 REF ID: 9903881500':80}"
UNKNOWN = f"{'E1 F368   TARIFF NUMBER UNKNOWN':80}"
REJECTED = f"{'E1RFR01   TRANSACTION DATA REJECTED               B76  03245278':80}"
TAKEN = f"{'E1A S01   SUMMARY HAS BEEN ADDED                  B76  0324527800100R-17':80}"


def answered(*records: str) -> bytes:
    return "\r\n".join(("B  2304B76AX", *records, "Y  2304B76AX00004")).encode()


def test_a_condition_is_led_back_to_the_line_that_it_speaks_of() -> None:
    answer = answer_to(WHOLE, answered(SUMMARY, LINE_2, NUMBER, UNKNOWN, REJECTED))
    assert (answer.accepted, answer.code) == (False, "R01")
    [condition] = answer.conditions
    assert (condition.severity, condition.code, condition.line) == ("fatal", "368", 2)
    assert condition.where == "/lines/1"
    exact = answer_to(WHOLE, answered(SUMMARY, LINE_2, NUMBER.replace("9903881500", "8414513000"), UNKNOWN, REJECTED))
    assert exact.conditions[0].where == "/lines/1/tariffNumber"


def test_an_entry_that_was_taken_has_its_version() -> None:
    answer = answer_to(WHOLE, answered(SUMMARY, TAKEN))
    assert (answer.accepted, answer.version, answer.conditions) == (True, "00100", ())


def test_several_entries_are_told_apart_and_other_records_counted() -> None:
    other = SUMMARY.replace("03245278", "99999990")
    answers = read_answers(answered(other, REJECTED, SUMMARY, f"{'Q1 SOMETHING':80}", TAKEN))
    assert [(one.entry, one.accepted, one.unread) for one in answers] == [("99999990", False, 0), ("03245278", True, 1)]
    with pytest.raises(AnswerOfAnother):
        answer_to(WHOLE, answered(other, REJECTED))


@pytest.mark.parametrize(
    "raw",
    [b"", b"E1A S01", b"\xff", b"x" * 81, b"E0 SUMMRY\x00", b"a\n" * (1 << 20), answered(UNKNOWN)],
    ids=["empty", "no opening", "no ASCII", "too wide", "control", "too long", "no entry"],
)
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    with pytest.raises(AnswerUnreadable):
        read_answers(raw)


@given(st.binary(max_size=400))
def test_whatever_comes_in_is_read_or_refused(raw: bytes) -> None:
    try:
        read_answers(raw)
    except AnswerUnreadable:
        return
