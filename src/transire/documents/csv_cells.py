"""How the cells of a table are read: each reader takes the text of a cell and gives the text that the wire writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, get_args

from transire.documents.codes import countries, parse_decimal
from transire.documents.csv_table import CellRefused
from transire.documents.errors import DecimalMalformed, InBondNumberMalformed
from transire.documents.in_bond import check_in_bond_number
from transire.origin.case import FactName
from transire.tariff.currencies import is_currency
from transire.tariff.errors import TariffNumberMalformed
from transire.tariff.number import parse_tariff_number

# Facts that are true or false; the others of the origin case are said in its JSON.
FACT_WORDS: Final = tuple(
    name for name in get_args(FactName) if name not in ("process", "principal_use", "description", "as_stated")
)
_DECIMAL_COMMA: Final = re.compile(r"-?[0-9][0-9.]*,[0-9]+|-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", re.ASCII)
_LINE: Final = 250
_PORT: Final = re.compile(r"[0-9]{4}", re.ASCII)
_FOREIGN_PORT: Final = re.compile(r"[0-9]{5}", re.ASCII)
_PACKAGE: Final = re.compile(r"[A-Z]{1,5}", re.ASCII)
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ()./-]{4,30}", re.ASCII)


def line_of_text(cell: str) -> str:
    """Words, kept exactly as they are, whatever they begin with."""
    if len(cell) > _LINE:
        raise CellRefused("table-cell-long", f"This cell has more than {_LINE} characters.", "Shorten it.")
    return cell


def amount(cell: str) -> str:
    """An exact decimal, not negative; a decimal comma is refused, never guessed."""
    if _DECIMAL_COMMA.fullmatch(cell) is not None:
        raise CellRefused(
            "table-decimal-comma",
            "This number is written with a comma.",
            "Write decimals with a point and thousands without a separator, for example 1250.50.",
        )
    try:
        value = parse_decimal(cell)
    except DecimalMalformed as error:
        raise CellRefused("table-decimal", error.sentence, error.fix) from None
    if cell.startswith("-"):
        raise CellRefused("table-negative", "This number is negative.", "Write 0 or more.")
    return format(value, "f")


def positive(cell: str) -> str:
    """An exact decimal above zero."""
    text = amount(cell)
    if not text.strip("0."):
        raise CellRefused("table-not-positive", "This number must be more than zero.", "Write the quantity.")
    return text


def whole_number(cell: str) -> int:
    """A number of a line: 1 to 99999."""
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= 5 and int(cell)):
        raise CellRefused("table-number", "This is not a line number.", "Write a whole number from 1 to 99999.")
    return int(cell)


def tariff_number(cell: str) -> str:
    """A tariff number to six or more digits, given back as the schedule prints it."""
    try:
        number = parse_tariff_number(cell)
    except TariffNumberMalformed as error:
        raise CellRefused("table-tariff-number", error.sentence, error.fix) from None
    if number.level < 6:
        raise CellRefused(
            "table-tariff-number",
            "This tariff number is too short.",
            "Write six, eight or ten digits; check that the export has kept zeros at the end, as in 8413.70.",
        )
    return number.dotted


def country(cell: str) -> str:
    """An alpha-2 code of ISO 3166-1."""
    if cell not in countries():
        raise CellRefused("table-country", "This is not a country code.", "Write two capital letters, for example MX.")
    return cell


def currency(cell: str) -> str:
    """An active code of ISO 4217."""
    if not is_currency(cell):
        raise CellRefused("table-currency", "This is not a currency code.", "Write three capitals, for example USD.")
    return cell


def day(cell: str) -> str:
    """A date of ISO 8601."""
    try:
        if len(cell) != len("2026-11-22"):
            raise ValueError
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise CellRefused(
            "table-date", "This is not a date.", "Write year-month-day, for example 2026-11-22."
        ) from None


def port(cell: str) -> str:
    """A Schedule D code of a US port."""
    if _PORT.fullmatch(cell) is None:
        raise CellRefused(
            "table-port",
            "This is not the code of a US port.",
            "Write four digits, zeros in front included, as 0712.",
        )
    return cell


def foreign_port(cell: str) -> str:
    """A Schedule K code of a foreign port."""
    if _FOREIGN_PORT.fullmatch(cell) is None:
        raise CellRefused(
            "table-foreign-port",
            "This is not the code of a foreign port.",
            "Write the five digits of Schedule K, zeros in front included.",
        )
    return cell


def in_bond_number(cell: str) -> str:
    """An in-bond (I.T.) number with its check digit."""
    try:
        check_in_bond_number(cell)
    except InBondNumberMalformed as error:
        raise CellRefused("table-in-bond-number", error.sentence, error.fix) from None
    return cell


def package(cell: str) -> str:
    """A kind of package, as bills of lading write it."""
    if _PACKAGE.fullmatch(cell) is None:
        raise CellRefused(
            "table-package", "This is not the code of a kind of package.", "Write one to five capitals, as CTNS or PCS."
        )
    return cell


def phone(cell: str) -> str:
    """A telephone number in international form."""
    if _PHONE.fullmatch(cell) is None:
        raise CellRefused("table-phone", "This is not a telephone number.", "Write it as +52 477 555 0100.")
    return cell


def email(cell: str) -> str:
    """An e-mail address, as far as a table can tell: the schema of the document looks closer."""
    name, at, host = cell.partition("@")
    if not (name and at and "." in host and " " not in cell and "@" not in host):
        raise CellRefused("table-email", "This is not an e-mail address.", "Write it as export@example.com.")
    return cell


def one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    """One of the words of the export, by the word that the wire writes for it."""

    def read(cell: str) -> str:
        try:
            return choices[cell]
        except KeyError:
            raise CellRefused(
                "table-choice", "This word is not possible here.", f"Write {' or '.join(choices)}."
            ) from None

    return read


def yes_or_no(cell: str) -> str:
    """Yes or no, in the export's own spelling of it."""
    if cell not in ("yes", "no"):
        raise CellRefused("table-yes-no", "This cell says neither yes nor no.", "Write yes or no, or leave it empty.")
    return cell


def share(cell: str) -> str:
    """A fraction from 0 to 1."""
    text = amount(cell)
    if parse_decimal(text) > 1:
        raise CellRefused(
            "table-share", "This share is more than the whole.", "Write a fraction: 0.85 for 85 per cent."
        )
    return text


def facts(cell: str) -> str:
    """Declared facts of the origin case, parted by semicolons; each is yes unless it says `=no`."""
    for name, value in facts_of(line_of_text(cell)):
        if name not in FACT_WORDS or value not in ("yes", "no"):
            raise CellRefused(
                "table-origin-fact",
                "This is not a fact that a rule of origin asks for.",
                f"Write {', '.join(FACT_WORDS)}, parted by semicolons; add =no to deny one.",
            )
    return cell


def facts_of(cell: str) -> list[tuple[str, str]]:
    """The facts of a cell with what is said of each.

    >>> facts_of("cut_and_sewn; mixture=no")
    [('cut_and_sewn', 'yes'), ('mixture', 'no')]
    """
    words = (word.strip() for word in cell.split(";"))
    parts = (word.partition("=") for word in words if word)
    return [(name.strip(), value.strip() or "yes") for name, _, value in parts]
