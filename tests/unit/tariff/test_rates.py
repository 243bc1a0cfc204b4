"""Every rate of the schedule is read into a tree that prints itself as the schedule does, or says why it is not."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from schedule_files import FILES, export_of
from transire.tariff.rate_reader import MEASURES, read_rate, tidy
from transire.tariff.rates import (
    AdValorem,
    Applicable,
    Capped,
    Elsewhere,
    Free,
    Seen,
    SlidingScale,
    Specific,
    Sum,
    Unchanged,
    Unread,
    UponValue,
    figure,
    is_read,
)
from transire.tariff.special_column import read_special, tidy_special

NAMES = [name for _, names in FILES.values() for name in names]
ENOUGH = Fraction(995, 1000)


def _texts(shared_data: Path, name: str, column: str) -> list[str]:
    return [text for row in export_of(shared_data, name).rows if (text := getattr(row, column))]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("column", ["general", "column_2"])
def test_rates_are_read_and_print_themselves(shared_data: Path, name: str, column: str) -> None:
    texts = _texts(shared_data, name, column)
    assert texts
    read = [text for text in texts if is_read(read_rate(text))]
    assert Fraction(len(read), len(texts)) >= ENOUGH
    assert [text for text in read if str(read_rate(text)) != tidy(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_special_columns_are_read_and_print_themselves(shared_data: Path, name: str) -> None:
    texts = _texts(shared_data, name, "special")
    read = [text for text in texts if read_special(text).is_read]
    assert Fraction(len(read), len(texts)) >= ENOUGH
    assert [text for text in texts if str(read_special(text)) != tidy_special(text)] == []


def test_what_tidy_takes_away_carries_no_meaning(shared_data: Path) -> None:
    """Letters, figures and signs stay, in their order: only blanks, mark-up, a hyphen at an end, a last stop go."""

    def kept(text: str) -> str:
        plain = text.replace("m²", "m2").replace("m³", "m3")
        while "<" in plain:
            start = plain.index("<")
            plain = plain[:start] + plain[plain.index(">", start) + 1 :]
        return "".join(plain.split()).replace("-", "").rstrip(".")

    for name in NAMES:
        for column in ("general", "column_2"):
            for text in set(_texts(shared_data, name, column)):
                assert kept(tidy(text)) == kept(text)


def test_all_that_is_not_read_of_the_general_column_is_known(shared_data: Path) -> None:
    unread = {text for name in NAMES for text in _texts(shared_data, name, "general") if not is_read(read_rate(text))}
    assert unread == {"The duty provided inthe applicable subheading+ 25%"}  # two words run together in the schedule


def test_every_measure_is_met_in_the_schedule(shared_data: Path) -> None:
    """The closed list holds nothing that is not printed: each of its words is used by a rate that was read."""
    met = set()
    for name in NAMES:
        columns = [*_texts(shared_data, name, "general"), *_texts(shared_data, name, "column_2")]
        for rate in map(read_rate, set(columns)):
            terms = rate.terms if isinstance(rate, Sum) else rate.sum.terms if isinstance(rate, Capped) else ()
            met |= {term.words for term in terms if isinstance(term, Specific)}
    assert set(MEASURES) - met <= {"/gross of immediate containers"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Free", Free),
        ("Free, under bond, as prescribed in U.S. note 1 to this subchapter", Free),
        ("4.9¢/kg + 3%", Sum),
        ("$1.035/kg + 13.6%", Sum),
        ("10¢/1,000 pins + 3.5%", Sum),
        ("0.3¢/line/ gross + 4.6%", Sum),
        ("43¢ each + 2.8¢/jewel over 7 + 3.7% on the case", Sum),
        ("50 percent of the cost of such goods or repairs", Sum),
        (
            "1.4606¢/kg less 0.020668¢/kg for each degree under 100 degrees (and fractions of a degree in proportion) "
            "but not less than 0.943854¢/kg",
            SlidingScale,
        ),
        ("The duty provided in the applicable subheading + 7.5%", Applicable),
        ("The duty provided in subheadings 8716.39.00, 8716.90.30 or 8716.90.50 + 100%", Applicable),
        (
            "The duty provided in the applicable subheading + a duty of 25% upon the value of the steel content.",
            Applicable,
        ),
        ("The duty rate provided in such subheading minus 0.5%", Applicable),
        ("A duty upon the value of the repairs or alterations (see U.S. note 3 of this subchapter)", UponValue),
        ("No change", Unchanged),
        ("See 9823.10.01-9823.10.45", Seen),
        ("See additional U.S. note 1", Seen),
        ("The rate applicable to the article of which it is a part or accessory", Elsewhere),
        (
            "65% + 25¢/jewel + 3¢ for each other piece or part, but if consisting in part of a plate or a set of "
            "plates the total duty shall not exceed the duty for the complete movement",
            Capped,
        ),
    ],
)
def test_shapes(text: str, kind: type) -> None:
    assert isinstance(read_rate(text), kind)


def test_a_compound_rate_is_read_to_its_parts() -> None:
    rate = read_rate("51¢ each + 6.25% on the case and strap, band or bracelet + 5.3% on the battery")
    assert isinstance(rate, Sum)
    each, case, battery = rate.terms
    assert isinstance(each, Specific)
    assert (each.dollars, each.measure.unit) == (Fraction(51, 100), "No.")
    assert isinstance(case, AdValorem)
    assert case.parts == ("case", "strap, band or bracelet")
    assert isinstance(battery, AdValorem)
    assert (figure(battery.percent), battery.parts) == (Fraction(53, 10), ("battery",))


def test_figures_are_exact() -> None:
    assert figure("33 1/3") == Fraction(100, 3)
    rate = read_rate("89.6¢/1000")
    assert isinstance(rate, Sum)
    (term,) = rate.terms
    assert isinstance(term, Specific)
    assert term.dollars == Fraction(896, 1_000_000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "37% /",
        ":",
        "5% on the widget",
        "-5%",
        "5%%",
        "¢/kg",
        "5¢/furlong",
        "Free!",
        "Free, if you ask",
        "22¢/kg on drained weght + 45%",
        "1e400%",
        "٣%",  # Arabic-Indic digits
        "9" * 5000 + "%",
        "The duty provided in the applicable subheading + ",
        "See 9823.10.01; DROP TABLE",
        "\x1b[2J5%",
    ],
)
def test_what_is_no_rate_is_never_a_number(text: str) -> None:
    rate = read_rate(text)
    assert isinstance(rate, Unread)
    assert rate.why


def test_the_special_column_in_all_its_parts() -> None:
    column = read_special("Free (A+,AU, S) 4¢/kg +1%(P) See 9823.10.01-9823.10.45 (S+)")
    assert [one.codes for one in column.rates] == [("A+", "AU", "S"), ("P",), ("S+",)]
    assert str(column.rate_for("P")) == "4¢/kg + 1%"
    assert column.rate_for("KR") is None
    assert str(read_special("The duty provided in the applicable subheading + 25%").rate_for("S")).endswith("+ 25%")
    assert read_special("Free (BH,,CL)").left == ""
    assert not read_special("Free (BH,,CL)").is_read
