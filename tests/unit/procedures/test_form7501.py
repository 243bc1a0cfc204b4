"""The look-alike of CBP Form 7501: what its blocks say, and that it prints whatever is said in it, always alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from records_case import CIDER, WHOLE
from sound_case import entry, line

from transire.documents.entry import EntryQuantity, EntrySummary
from transire.documents.wire import as_wire
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.form7501 import Form7501, file_name, form_of, form_pdf
from transire.procedures.entry_summary.pricing import duty_of_draft
from transire.procedures.lookalike import Proof
from transire.procedures.typesetting import can_typeset

PROOF = Proof(
    page="https://node.example/verify",
    statement="S" * 43,
    commitment="C" * 43,
    accepted_at=datetime(2026, 11, 20, 15, tzinfo=UTC),
)
TODAY = date(2026, 11, 20)
prints = pytest.mark.skipif(not can_typeset(), reason="NOT TESTED: the typesetter (transire[pdf]) is not installed")


def filed(said: EntrySummary = entry) -> Form7501:
    return form_of(as_wire(said), duty_of(said), proof=PROOF)


def drafted(**changes: Any) -> Form7501:
    content = {**as_wire(entry), **changes}
    return form_of(content, duty_of_draft(content, TODAY), proof=None)


def block(form: Form7501, number: str) -> str:
    every = (*form.blocks, *form.parties, *form.totals, *form.declared_by)
    return next(one.value for one in every if one.number == number)


def many(count: int) -> EntrySummary:
    return replace(entry, lines=tuple(replace(line, line_number=at + 1) for at in range(count)))


FANS = replace(
    entry,
    entry_date=date(2026, 11, 2),
    mode_of_transport="11",
    lines=(
        line,
        replace(
            line,
            line_number=2,
            tariff_number="8414.51.30.00",
            country_of_origin="MY",
            quantities=(EntryQuantity(quantity=Decimal(400), unit="No."),),
            claim=None,
        ),
    ),
)


def test_blocks_are_those_of_the_entry() -> None:
    form = filed()
    assert block(form, "1") == "B76-0324527-8"
    assert block(form, "10") == "MX"
    assert block(form, "26") == "Lone Star Pumps, Inc.\n1 Quay Street\nLaredo TX US"
    assert block(form, "35") == "$ 10000"
    assert [one.number for one in form.blocks] == [str(number) for number in range(1, 25)]
    assert form.lines[0].numbers == ("S 8413.70.20.04",)
    assert form.lines[0].quantities == ("40 No.",)
    assert "499 exempt" in form.lines[0].notes[-1]


def test_lines_that_differ_say_their_origin_themselves_and_fees_are_summed_up() -> None:
    form = filed(FANS)
    assert block(form, "10") == "MULTI"
    assert [one.notes[0] for one in form.lines] == ["O MX", "O MY"]
    assert form.lines[1].charges == (("", "4.7%", "$10000 x 4.7%", "470.00"),)
    assert {fee[0]: fee[3] for fee in form.fees} == {"499": "34.64", "501": "25.00"}
    assert (block(form, "37"), block(form, "39"), block(form, "40")) == ("$ 470.00", "$ 59.64", "$ 529.64")


def test_a_figure_that_is_not_known_is_not_zero() -> None:
    unknown = filed(replace(entry, lines=(replace(line, tariff_number="0101.21.00.10"),)))
    assert unknown.lines[0].charges[0][3] == "not known"
    assert (block(unknown, "37"), block(unknown, "40")) == ("not known", "not known")


def test_blocks_16_to_19_and_the_packages_are_those_of_the_transport() -> None:
    form = filed(WHOLE)
    assert [block(form, number) for number in ("16", "17", "18", "19")] == [
        "823456782",
        "2026-10-30",
        "01, 21",
        "20187",
    ]
    assert [one.gross_weight for one in form.lines] == ["1038.8 kg, 40 CTNS", "", ""]


def test_numbers_of_chapter_99_stand_before_that_of_the_goods_each_with_its_duty() -> None:
    fan = filed(WHOLE).lines[1]
    assert fan.numbers == ("9903.88.15", "8414.51.30.00")
    assert [(number, amount) for number, _, _, amount in fan.charges] == [
        ("8414.51.30.00", "235.00"),
        ("9903.88.15", "300.00"),
    ]


def test_tax_is_what_the_filer_states_and_never_nothing_where_it_may_be_due() -> None:
    form = filed(WHOLE)
    assert [block(form, number) for number in ("37", "38", "39", "40")] == [
        "$ 536.74",
        "$ 12.34",
        "$ 54.71",
        "$ 603.79",
    ]
    untaxed = filed(replace(WHOLE, lines=(replace(CIDER, stated_fees=()),)))
    assert (block(untaxed, "38"), block(untaxed, "40")) == ("not computed", "not known")


def test_a_draft_says_that_it_is_one_and_lacks_what_it_lacks() -> None:
    form = drafted(lines=[{"lineNumber": 1, "description": "Pumps"}])
    assert form.is_draft
    assert (form.proof, form.verify_at) == ((), "")
    assert form.lines[0].value == "not known"
    assert block(form, "37") == "not known"


def test_a_file_name_is_one_whatever_the_draft_says() -> None:
    assert file_name(filed()) == "B76-0324527-8.7501.pdf"
    assert file_name(drafted(entryNumber='../"\r\nX')) == "______X.7501.draft.pdf"


@prints
def test_the_same_entry_gives_the_same_tagged_bytes() -> None:
    printed = form_pdf(filed())
    assert printed.startswith(b"%PDF-")
    for mark in (b"/StructTreeRoot", b"/Lang", b"pdfuaid"):
        assert mark in printed
    assert form_pdf(filed()) == printed
    assert form_pdf(filed(replace(entry, port_of_entry="2402"))) != printed


@prints
def test_many_lines_go_over_continuation_sheets() -> None:
    assert form_pdf(filed(many(1))).count(b"/Contents") < form_pdf(filed(many(40))).count(b"/Contents")


@prints
@pytest.mark.parametrize(
    "text", ['#panic("x") $ \\ *b* @a <b> `c`\n= h\n- l', "泵 😀", "\x00\x07 bell", "\u202etxt", "x" * 999]
)
def test_hostile_text_is_printed_as_text(text: str) -> None:
    assert form_pdf(drafted(lines=[{"lineNumber": 1, "description": text}], carrier=text)).startswith(b"%PDF-")
